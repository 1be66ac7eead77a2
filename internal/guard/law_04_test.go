package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

const oneHuman = "one_human_one_key"

// join brings somebody in by the proper way, with a role and a passkey, each asked for by its sponsor.
func (w *world) join(login, sponsor, keySponsor, inviter string) {
	w.t.Helper()
	w.Do(sponsor, newcomer(login), "lead", "admin")
	w.passkey(login, keySponsor, inviter)
}

// passkey gives a login a passkey; lead and admin sign.
func (w *world) passkey(login, sponsor, inviter string) {
	w.t.Helper()
	id, ring := w.enrolment(login, inviter)
	w.Do(sponsor, w.on(model.CmdEnrollCredential, login, "enrolment", id.String()), "lead", "admin")
	if w.Rings[login] == nil {
		w.Rings[login] = &softkey.Ring{Login: login}
	}
	w.Rings[login].Authenticators = append(w.Rings[login].Authenticators, ring.Authenticators...)
}

// TestLaw04TwoLogins: keys count by person, never by login, in either order.
func TestLaw04TwoLogins(t *testing.T) {
	for _, logins := range [][2]string{{"lead", "lead.oncall"}, {"lead.oncall", "lead"}} {
		w := newWorld(t)
		q := w.ask("agent", w.Command(model.CmdLimit, "astronaut"))
		w.turn(q, logins[0])
		w.refused(oneHuman, "the person's other login", w.turning(logins[1], q))
		if out := w.turn(q, "agent"); out.Request.State != model.StateExecuted {
			t.Errorf("with a second person's key it is %s", out.Request.State)
		}
	}
}

// TestLaw04Sponsors has people sign together who count as one human for 30 days.
func TestLaw04Sponsors(t *testing.T) {
	for _, tt := range []struct {
		what string
		join func(w *world)
		a, b string
	}{
		{"who asked for the role", func(w *world) { w.join("nadir", "lead", "admin2", "admin2") }, "lead", "nadir"},
		{"the newcomer first", func(w *world) { w.join("nadir", "lead", "admin2", "admin2") }, "nadir", "lead"},
		{"who asked for the passkey", func(w *world) { w.join("nadir", "admin2", "lead", "admin2") }, "lead", "nadir"},
		{"who sent the invitation", func(w *world) { w.join("nadir", "admin2", "admin2", "lead") }, "lead", "nadir"},
		{"two newcomers of one sponsor", func(w *world) {
			w.join("nadir", "admin2", "admin2", "admin2")
			w.join("nora", "admin2", "admin2", "admin2")
		}, "nadir", "nora"},
		{"two newcomers of whom one's passkey has the other's sponsor", func(w *world) {
			w.join("nadir", "admin2", "admin2", "admin2")
			w.join("nora", "lead2", "lead2", "admin2")
		}, "nadir", "nora"},
		{"a further passkey for somebody who is here long", func(w *world) { w.passkey("agent2", "lead", "lead") }, "lead", "agent2"},
		{"a sponsor's sponsor", func(w *world) {
			w.Do("lead", newcomer("nadir", "role", "lead"), "admin", "security", "lead2")
			w.Do("nadir", newcomer("nora"), "lead", "admin")
			w.passkey("nora", "nadir", "nadir")
		}, "lead", "nora"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			tt.join(w)
			joined := w.Clock.Now()
			w.sameHuman(tt.a, tt.b, true)
			w.Clock.Set(joined.Add(30*24*time.Hour - 2*time.Millisecond))
			w.sameHuman(tt.a, tt.b, true)
			w.Clock.Set(joined.Add(30 * 24 * time.Hour))
			w.sameHuman(tt.a, tt.b, false)
			w.whole()
		})
	}
}

// sameHuman has two people sign what takes two: together they are enough only when they count as two.
func (w *world) sameHuman(a, b string, same bool) {
	w.t.Helper()
	q := w.ask("agent", w.Command(model.CmdLimit, "astronaut"))
	out := w.turn(q, a, b)
	if enough := out.Request.State == model.StateExecuted; enough == same {
		w.t.Errorf("with the keys of %s and %s it is %s, missing %+v", a, b, out.Request.State, out.Missing)
	}
	if same && out.Missing.Keys != 1 {
		w.t.Errorf("%d keys are missing, not one", out.Missing.Keys)
	}
}

// TestLaw04OneHumanFillsOneRole: a sponsor and the sponsored fill one role, and stand for one team.
func TestLaw04OneHumanFillsOneRole(t *testing.T) {
	w := newWorld(t)
	w.Do("lead", w.on(model.CmdGrantRole, "agent", "role", "government_affairs"), "admin", "security", "lead2")
	q := w.ask("agent", w.Command(model.CmdLimit, "president")) // 3, a lead and a government_affairs among them
	out := w.turn(q, "lead", "agent", "security")
	if out.Request.State != model.StatePending || out.Missing.Keys != 1 {
		t.Errorf("with a lead, whom the lead made government_affairs, and security it is %s, missing %+v", out.Request.State, out.Missing)
	}
	if out = w.turn(q, "gov"); out.Request.State != model.StateExecuted {
		t.Errorf("with gov's key too it is %s, missing %+v", out.Request.State, out.Missing)
	}
	two := w.ask("agent", w.Command(model.CmdSuspend, "newsroom")) // 2, of two teams
	if out = w.turn(two, "lead", "agent"); out.Missing.Keys != 1 || out.Missing.Teams != 1 {
		t.Errorf("a sponsor and the sponsored of another team miss %+v", out.Missing)
	}
}

// TestLaw04OneHumanWithTwoRoles: whoever holds two roles that a row names fills one of them.
func TestLaw04OneHumanWithTwoRoles(t *testing.T) {
	w := newWorld(t)
	w.Do("lead", w.on(model.CmdGrantRole, "lead2", "role", "security"), "admin", "security", "lead")
	q := w.ask("agent", w.Command(model.CmdBan, "newsroom")) // 3, a lead and a security among them
	if out := w.turn(q, "lead2", "agent", "agent2"); out.Missing.Keys != 1 || len(out.Missing.Roles) != 1 {
		t.Errorf("one who is lead and security, and two agents, miss %+v", out.Missing)
	}
	if out := w.turn(q, "gov", "security"); out.Request.State != model.StateWaiting {
		t.Errorf("with security's key too it is %s", out.Request.State)
	}
}

// TestLaw04OwnSponsor asks for somebody's own role by themselves: nobody else is drawn in, and three others
// signed.
func TestLaw04OwnSponsor(t *testing.T) {
	w := newWorld(t)
	w.Do("lead2", w.on(model.CmdGrantRole, "lead2", "role", "security"), "admin", "security", "lead")
	w.sameHuman("lead2", "lead", false)
}
