package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// deactivated has the right three deactivate the president.
func (w *world) deactivated(params ...string) {
	w.t.Helper()
	w.Do("agent", w.Command(model.CmdDeactivate, "president", params...), "lead", "gov", "security")
	if !w.Dark("president") {
		w.t.Fatal("the president is not dark")
	}
}

// restoring asks for a restore and says what it takes.
func (w *world) restoring(login, handle string) model.Request {
	w.t.Helper()
	return w.ask(login, w.Command(model.CmdRestore, handle))
}

// resolve closes the case on an account: what comes next is on another.
func (w *world) resolve(handle string) {
	w.t.Helper()
	open := w.Case(handle)
	w.Write(func(tx *store.Tx) error {
		return tx.ResolveCase(w.t.Context(), open, model.OutcomeActed, w.Clock.Now())
	})
}

var theThree = []model.Role{model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs}

// TestLaw09OneKeyWithinTheHour: one key of each of those who may restore undoes it, at once, until the hour is over.
func TestLaw09OneKeyWithinTheHour(t *testing.T) {
	for _, by := range []string{"lead2", "lead", "security", "gov"} {
		w := newWorld(t)
		w.deactivated()
		w.pass(time.Hour)
		q := w.restoring("agent2", "president")
		w.needs(q, 1, nil, 0, 0)
		if out := w.turn(q, by); out.Request.State != model.StateExecuted {
			t.Errorf("with %s's key it is %s", by, out.Request.State)
		}
		w.light("president", "within the hour")
	}
}

// TestLaw09WhoMayNotRestore: an agent signs for no high_profile or government account, a leaver and an auditor for none.
func TestLaw09WhoMayNotRestore(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	q := w.restoring("agent", "president")
	w.refused("", "an agent's key", w.turning("agent", q))
	w.refused("", "an auditor asks", w.submitting("auditor", w.Command(model.CmdRestore, "president")))
	w.refused(leavers, "a leaver asks", w.submitting("lastday", w.Command(model.CmdRestore, "president")))
	w.refused("", "an admin's key", w.turning("admin", q))
}

// TestLaw09AfterTheHour: restoring takes the keys that the darkening took, without its wait.
func TestLaw09AfterTheHour(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.pass(time.Hour)
	late := w.restoring("agent", "president")
	w.pass(time.Millisecond)
	w.refused(signed, "the one key, a moment too late", w.turning("lead", late))
	q := w.restoring("agent", "president")
	w.needs(q, 3, theThree, 1, 0)
	if out := w.turn(q, "lead", "gov"); out.Request.State != model.StatePending {
		t.Fatalf("with two keys it is %s", out.Request.State)
	}
	if out := w.turn(q, "security"); out.Request.State != model.StateExecuted {
		t.Errorf("with three keys it is %s", out.Request.State)
	}
	w.whole()
}

// TestLaw09OnceByCase: what was undone by one key and is darkened again on the same case takes all keys; on another case
// one undoes it again.
func TestLaw09OnceByCase(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.turn(w.restoring("agent", "president"), "lead2")
	w.deactivated()
	q := w.restoring("agent", "president")
	w.needs(q, 3, theThree, 1, 0)
	w.turn(q, "lead", "gov", "security")
	w.resolve("president")
	w.deactivated() // on the next case
	w.needs(w.restoring("agent", "president"), 1, nil, 0, 0)
}

// TestLaw09TwoAtOnce restores what was darkened twice: it takes the most that either takes, and where that is more than
// one key the one-key undo is not used up.
func TestLaw09TwoAtOnce(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdLimit, "president"), "lead", "gov", "security")
	w.pass(2 * time.Hour)
	w.deactivated()
	q := w.restoring("agent", "president")
	w.needs(q, 3, []model.Role{model.RoleLead, model.RoleGovernmentAffairs}, 1, 0)
	w.turn(q, "lead", "gov", "security")
	w.light("president", "both were restored")
	w.deactivated()
	last := w.sanctions("president")
	one := w.Command(model.CmdRestore, "president", "sanction", last[len(last)-1].ID.String())
	w.needs(w.ask("agent", one), 1, nil, 0, 0)
}

// TestLaw09OneOfTwo restores one sanction and leaves the other.
func TestLaw09OneOfTwo(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdLimit, "uncle"))
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	both := w.sanctions("uncle")
	w.Do("agent2", w.Command(model.CmdRestore, "uncle", "sanction", both[0].ID.String()))
	if s := w.sanctions("uncle"); s[0].LiftedAt.IsZero() || !s[1].LiftedAt.IsZero() {
		t.Errorf("the two are now %+v", s)
	}
	w.invalid(model.KindConflict, "", "what was lifted already", w.submitting("agent2", w.Command(model.CmdRestore, "uncle", "sanction", both[0].ID.String())))
	w.invalid(model.KindConflict, "", "somebody else's", w.submitting("agent2", w.Command(model.CmdRestore, "aunt", "sanction", both[1].ID.String())))
}

// TestLaw09LegalGround: what a court demands no one key undoes.
func TestLaw09LegalGround(t *testing.T) {
	w := newWorld(t)
	w.deactivated("ground", "legal")
	w.needs(w.restoring("agent", "president"), 3, theThree, 1, 0)
	other := newWorld(t)
	other.deactivated("ground", "rule")
	other.needs(other.restoring("agent", "president"), 1, nil, 0, 0)
}

// TestLaw09InAFreeze: a freeze stops no restore.
func TestLaw09InAFreeze(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "in a freeze")
}

// TestLaw09StandardBySession: what one key did one key undoes, a session where the account is standard.
func TestLaw09StandardBySession(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Do("agent2", w.Command(model.CmdRestore, "uncle"))
	w.light("uncle", "a session restored it")
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.pass(30 * 24 * time.Hour)
	w.Do("agent2", w.Command(model.CmdRestore, "uncle")) // it took one key
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Do("admin", w.Command(model.CmdSetClass, "uncle", "class", "verified"), "admin")
	q := w.restoring("agent", "uncle") // protected by now: a session is no key
	w.needs(q, 1, nil, 1, 0)
	w.turn(q, "agent2")
	w.whole()
}

// TestLaw09BoundedUndos: one person undoes only so many within a day, whether they ask or sign.
func TestLaw09BoundedUndos(t *testing.T) {
	w := newWorldUnder(t, bundle(t, func(doc object) {
		weakest(doc)
		doc.at("breaker")["darkenings"] = 1000
	}))
	again := func() model.Request { // on a case of its own each
		w.resolve("astronaut")
		w.Do("admin", w.Command(model.CmdSuspend, "astronaut"), "admin", "admin2")
		return w.restoring("agent", "astronaut")
	}
	for range guard.UndoPerDay {
		q := again()
		w.needs(q, 1, nil, 0, 0)
		w.turn(q, "lead")
	}
	q := again()
	w.needs(q, 2, nil, 1, 0) // agent has asked for so many
	w.turn(q, "agent", "gov")
	w.Do("admin", w.Command(model.CmdSuspend, "newsroom"), "admin", "admin2")
	q = w.restoring("agent2", "newsroom")
	w.needs(q, 1, nil, 0, 0)
	w.refused("light_is_easier_than_dark", "the signer's twenty-first", w.turning("lead", q))
	w.turn(q, "lead2")
	w.Clock.Advance(24 * time.Hour)
	q = again()
	w.needs(q, 1, nil, 0, 0)
	w.turn(q, "lead")
	w.whole()
}

// TestLaw09WithoutValidKeys: what is dark by no good keys is undone by one, however late. Somebody with write access to
// the database put it there, or changed what it says.
func TestLaw09WithoutValidKeys(t *testing.T) {
	for what, tamper := range map[string]func(w *world, p *store.PrivTx, s model.Sanction, q model.Request, keys []model.Key) error{
		"no request": func(w *world, p *store.PrivTx, s model.Sanction, _ model.Request, _ []model.Key) error {
			s.Request = 0
			return p.PutSanction(w.t.Context(), s)
		},
		"another request's keys": func(w *world, p *store.PrivTx, s model.Sanction, _ model.Request, _ []model.Key) error {
			s.Kind = model.SanctionBan
			return p.PutSanction(w.t.Context(), s)
		},
		"put back later": func(w *world, p *store.PrivTx, s model.Sanction, _ model.Request, _ []model.Key) error {
			s.Start = s.Start.Add(time.Minute)
			return p.PutSanction(w.t.Context(), s)
		},
		"a request that was not executed": func(w *world, p *store.PrivTx, _ model.Sanction, q model.Request, _ []model.Key) error {
			q.State = model.StateVetoed
			return p.PutRequest(w.t.Context(), q)
		},
		"a request of fewer keys": func(w *world, p *store.PrivTx, _ model.Sanction, q model.Request, _ []model.Key) error {
			q.Need = model.Requirement{Roles: theThree}
			return p.PutRequest(w.t.Context(), q)
		},
		"a broken signature": func(w *world, p *store.PrivTx, _ model.Sanction, _ model.Request, keys []model.Key) error {
			keys[0].Assertion.Signature[20] ^= 1
			return p.PutKey(w.t.Context(), keys[0])
		},
		"somebody else's passkey": func(w *world, p *store.PrivTx, _ model.Sanction, _ model.Request, keys []model.Key) error {
			keys[0].Person = w.person("lead2")
			return p.PutKey(w.t.Context(), keys[0])
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.deactivated()
			w.pass(48 * time.Hour)
			s := w.sanctions("president")[0]
			q := w.request(s.Request)
			keys, err := w.Store.KeysOn(t.Context(), q.ID)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Store.Privileged(t.Context(), func(p *store.PrivTx) error {
				p.Entry.Facts.Event = "automatic"
				return tamper(w, p, s, q, keys)
			})
			if err != nil {
				t.Fatal(err)
			}
			back := w.restoring("agent", "president")
			w.needs(back, 1, nil, 0, 0)
			w.turn(back, "lead2")
			w.light("president", what)
		})
	}
}

// TestLaw09KeysThatStoodThen: passkeys that were revoked since, and people who left, had valid keys when it took effect.
func TestLaw09KeysThatStoodThen(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.Do("admin", w.on(model.CmdSetEmployment, "gov", "status", "ended"), "admin")
	w.pass(2 * time.Hour)
	w.needs(w.restoring("agent", "president"), 3, theThree, 1, 0)
}

// TestLaw09APost restores a post, and only it.
func TestLaw09APost(t *testing.T) {
	w := newWorld(t)
	remove := w.Command(model.CmdRemovePost, "president")
	remove.Post = w.Post("president", "something")
	w.Do("agent", remove, "lead", "gov", "security")
	restore := w.Command(model.CmdRestore, "president")
	w.invalid(model.KindConflict, "", "the account, on which nothing is", w.submitting("agent", restore))
	restore.Post = remove.Post
	w.Do("agent", restore, "lead2")
	w.light("president", "the post was restored")
}

// TestLaw09OnAnotherNode: it is the store that counts, not one server's memory.
func TestLaw09OnAnotherNode(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.Guard = w.OpenGuard()
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "restored through another server")
}
