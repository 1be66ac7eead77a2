package guard_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

const bounded = "bounded_reach"

// budgets is the shipped policy with small budgets for one role.
func budgets(t testing.TB, role string, accountsHour, accountsDay, reachHour, reachDay int) *policy.Bundle {
	t.Helper()
	return bundle(t, func(doc object) {
		doc.at("budgets")[role] = object{"accounts_per_hour": accountsHour, "accounts_per_day": accountsDay,
			"reach_per_hour": reachHour, "reach_per_day": reachDay}
	})
}

// TestLaw10AccountsByHourAndDay slides both windows over one agent's darkenings.
func TestLaw10AccountsByHourAndDay(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "agent", 2, 3, 1000, 1000))
	dark := func(handle string) { w.t.Helper(); w.Do("agent", w.Command(model.CmdSuspend, handle)) }
	stopped := func(what string) {
		w.t.Helper()
		w.refused(bounded, what, w.submitting("agent", w.Command(model.CmdSuspend, "nephew")))
	}
	dark("uncle")
	w.pass(20 * time.Minute)
	dark("aunt")
	stopped("a third within the hour")
	w.Do("agent2", w.Command(model.CmdRestore, "aunt"))
	stopped("a third within the hour, after a restore: nothing is refunded")
	w.Do("agent", w.Command(model.CmdLimit, "nephew")) // silencing is not charged
	w.Do("agent2", w.Command(model.CmdSuspend, "niece"))
	w.pass(40*time.Minute - time.Millisecond)
	stopped("a moment before the first is an hour old")
	w.pass(time.Millisecond)
	dark("cousin")
	w.pass(23*time.Hour - time.Millisecond)
	stopped("a fourth within the day")
	w.pass(time.Millisecond)
	dark("nephew")
	w.whole()
}

// TestLaw10ReachByHourAndDay counts the followers: everyone in the world follows uncle and the three, five or four each.
func TestLaw10ReachByHourAndDay(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "lead", 100, 100, 9, 12))
	post := w.Command(model.CmdRemovePost, "astronaut") // one post is charged as its account: 5
	post.Post = w.Post("astronaut", "something")
	w.Do("lead", post, "lead", "agent")
	w.refused(bounded, "5 and 5 are more than 9", w.submitting("lead", w.Command(model.CmdSuspend, "president")))
	w.Do("lead", w.Command(model.CmdSuspend, "uncle")) // 4
	w.pass(2 * time.Hour)
	w.refused(bounded, "9 and 5 are more than 12 a day", w.submitting("lead", w.Command(model.CmdSuspend, "astronaut")))
	w.pass(22 * time.Hour)
	w.Do("lead", w.Command(model.CmdSuspend, "astronaut"), "lead", "agent2")
}

// TestLaw10ChargedToAll: the requester and each key-holder answer for all of it, each once.
func TestLaw10ChargedToAll(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdDeactivate, "president"), "lead", "gov", "security")
	w.Do("lead2", w.Command(model.CmdSuspend, "astronaut"), "lead2", "agent")
	type charge struct{ count, reach int64 }
	want := map[string]charge{"agent": {2, 10}, "lead": {1, 5}, "gov": {1, 5}, "security": {1, 5}, "lead2": {1, 5}, "agent2": {}, "admin": {}}
	got := map[string]charge{}
	for login := range want {
		var c charge
		var err error
		if c.count, c.reach, err = w.Store.Charged(t.Context(), w.person(login), w.Clock.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		got[login] = c
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(charge{})); diff != "" {
		t.Errorf("charges (-want +got):\n%s", diff)
	}
}

// TestLaw10KeyHoldersBudget: whose budget is used up signs no darkening, asks for none, and what waits with their key is
// decided again at its time.
func TestLaw10KeyHoldersBudget(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "security", 1, 1, 1000, 1000))
	first := w.waiting("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	second := w.waiting("agent", w.Command(model.CmdDeactivate, "newsroom"), "lead", "security")
	w.pass(15 * time.Minute)
	if a, b := w.State(first.ID), w.State(second.ID); a != model.StateExecuted || b != model.StateRefused {
		t.Errorf("the two that waited are %s and %s", a, b)
	}
	q := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	w.refused(bounded, "a key", w.turning("security", q))
	w.turn(q, "lead", "agent")
	w.refused(bounded, "a request", w.submitting("security", w.Command(model.CmdSuspend, "aunt")))
	none := newWorldUnder(t, budgets(t, "agent", 0, 0, 0, 0))
	none.refused(bounded, "no budget at all", none.submitting("agent", none.Command(model.CmdSuspend, "uncle")))
}

// TestLaw10Breaker trips it: then nobody darkens, silences or takes over anything for half an hour.
func TestLaw10Breaker(t *testing.T) {
	w := newWorldUnder(t, bundle(t, func(doc object) { doc["breaker"] = object{"darkenings": 3, "window": "10m", "freeze": "30m"} }))
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Do("agent2", w.Command(model.CmdSuspend, "aunt"))
	w.pass(10 * time.Minute) // the first two are too old
	w.Do("agent", w.Command(model.CmdSuspend, "cousin"))
	w.Do("agent2", w.Command(model.CmdSuspend, "niece"))
	waiting := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.Do("lead", w.Command(model.CmdSuspend, "nephew")) // the third
	for what, cmd := range map[string]model.Command{
		"darkening":  w.Command(model.CmdSuspend, "aunt"),
		"silencing":  w.Command(model.CmdLimit, "aunt"),
		"brief lock": w.Command(model.CmdLock, "aunt"),
		"protected":  w.Command(model.CmdDeactivate, "president"),
	} {
		w.refused(bounded, what, w.submitting("security", cmd))
	}
	w.Do("agent", w.Command(model.CmdRestore, "nephew"))
	w.Do("agent", w.Command(model.CmdWarn, "aunt"))
	w.pass(10 * time.Minute)
	if state := w.State(waiting.ID); state != model.StateRefused {
		t.Errorf("what waited when it tripped is %s", state)
	}
	// One person cannot make it last.
	w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
	w.pass(20*time.Minute - time.Millisecond)
	w.refused(bounded, "a moment before it lapses", w.submitting("agent", w.Command(model.CmdSuspend, "aunt")))
	w.pass(10*time.Minute + time.Millisecond) // lead's own freeze lapses too
	w.Do("agent", w.Command(model.CmdSuspend, "aunt"))
	w.whole()
}

// TestLaw10Freeze: for protected accounts unless said otherwise, for half an hour.
func TestLaw10Freeze(t *testing.T) {
	w := newWorld(t)
	pending := w.ask("agent", w.Command(model.CmdSuspend, "astronaut"))
	w.turn(pending, "agent")
	waiting := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.Do("admin", plain(model.CmdFreeze), "admin")
	w.refused(bounded, "a request", w.submitting("lead", w.Command(model.CmdLimit, "president")))
	w.refused(bounded, "a key", w.turning("lead", pending))
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.pass(10 * time.Minute)
	if state := w.State(waiting.ID); state != model.StateRefused {
		t.Errorf("what waited is %s", state)
	}
	w.Do("admin2", plain(model.CmdFreeze, "scope", "all"), "admin2") // another scope: not a second word on the first
	w.refused(bounded, "a standard account", w.submitting("agent", w.Command(model.CmdSuspend, "aunt")))
	w.pass(20 * time.Minute)
	w.refused(bounded, "the wider freeze is on still", w.submitting("agent", w.Command(model.CmdSuspend, "aunt")))
	w.pass(10 * time.Minute)
	w.turn(pending, "lead")
	w.whole()
}

// TestLaw10Confirmed: a second person's word makes it last until two people of two teams end it.
func TestLaw10Confirmed(t *testing.T) {
	w := newWorld(t)
	w.Do("admin", plain(model.CmdFreeze), "admin")
	w.Do("lead", plain(model.CmdFreeze), "lead")
	w.pass(48 * time.Hour)
	w.refused(bounded, "two days on", w.submitting("agent", w.Command(model.CmdSuspend, "president")))
	q := w.ask("lead", plain(model.CmdUnfreeze))
	w.needs(q, 2, []model.Role{model.RoleSecurity}, 2, 0)
	if out := w.turn(q, "security"); out.Request.State != model.StatePending {
		t.Errorf("one key ended it: %s", out.Request.State)
	}
	w.turn(q, "lead2")
	w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.invalid(model.KindConflict, "", "nothing to end", w.submitting("lead", plain(model.CmdUnfreeze)))
	w.whole()
}

// TestLaw10OnePersonsFreezeLapses: nobody keeps a freeze on alone, by whatever login, scope, requester or newcomer.
func TestLaw10OnePersonsFreezeLapses(t *testing.T) {
	freeze := plain(model.CmdFreeze)
	w := newWorld(t)
	w.join("nadir", "lead", "lead", "lead")
	w.Do("lead", w.on(model.CmdGrantRole, "nadir", "role", "lead"), "admin", "security", "lead2")
	w.Do("lead", freeze, "lead")
	again := func(when string) {
		t.Helper()
		for what, q := range map[string]model.Request{
			"themselves":        w.ask("lead", freeze),
			"another scope":     w.ask("lead", plain(model.CmdFreeze, "scope", "all")),
			"another requester": w.ask("admin2", freeze),
		} {
			w.refused(bounded, "once more "+when+", by "+what, w.turning("lead", q))
			w.refused(bounded, "once more "+when+", by another login, by "+what, w.turning("lead.oncall", q))
		}
	}
	again("while it is on")
	// Whom lead has brought in is lead: the two cannot confirm each other. nadir's own begins, and lapses.
	w.Do("nadir", freeze, "nadir")
	w.pass(30 * time.Minute)
	again("when it has lapsed")
	w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.Do("admin", freeze, "admin")
	w.Do("lead2", plain(model.CmdUnfreeze), "security", "lead2")
	w.refused(bounded, "once more when two people have ended it", w.turning("admin", w.ask("admin", freeze)))
	w.pass(23*time.Hour + 30*time.Minute - time.Millisecond)
	again("a moment before a day has passed")
	w.pass(time.Millisecond)
	w.Do("lead", freeze, "lead")
	// A confirmed one was no lone word: whoever began it may begin another.
	w.Do("gov", w.Command(model.CmdWarn, "uncle"))
	w.Do("security", freeze, "security")
	w.Do("admin2", plain(model.CmdUnfreeze), "security", "admin2")
	w.Do("lead", freeze, "lead")
	w.whole()
}

// TestLaw10EndsWhatWasSigned: who signs the end of one freeze does not end another, begun since.
func TestLaw10EndsWhatWasSigned(t *testing.T) {
	w := newWorld(t)
	w.Do("admin", plain(model.CmdFreeze), "admin")
	q := w.ask("lead", plain(model.CmdUnfreeze))
	w.turn(q, "security")
	w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
	w.refused(signed, "another freeze is on by now", w.turning("lead2", q))
	w.Do("lead", plain(model.CmdUnfreeze), "security", "lead2")
}

// no is a veto or a decline of a request.
func (w *world) no(how func(*world, guard.Actor, model.ID) (guard.Outcome, error), login string, q model.Request) func() error {
	return func() error {
		_, err := how(w, w.Actor(login), q.ID)
		return err
	}
}

func veto(w *world, a guard.Actor, id model.ID) (guard.Outcome, error) {
	return w.Guard.Veto(w.t.Context(), a, id, "no")
}

func decline(w *world, a guard.Actor, id model.ID) (guard.Outcome, error) {
	return w.Guard.Decline(w.t.Context(), a, id, "no")
}

// TestLaw10SecondVeto: a person's second veto on a case does not count; another person's does. Declining is bounded so
// too.
func TestLaw10SecondVeto(t *testing.T) {
	for what, how := range map[string]func(*world, guard.Actor, model.ID) (guard.Outcome, error){"veto": veto, "decline": decline} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			stopped := func(login string, q model.Request) {
				t.Helper()
				if err := w.no(how, login, q)(); err != nil || w.State(q.ID).Open() {
					t.Errorf("%s by %s: %v", what, login, err)
				}
			}
			suspend := func() model.Request { t.Helper(); return w.ask("agent", w.Command(model.CmdSuspend, "president")) }
			stopped("lead", suspend())
			q := suspend()
			w.refused(bounded, "a second by the person", w.no(how, "lead", q))
			w.refused(bounded, "by their other login", w.no(how, "lead.oncall", q))
			stopped("security", q)
			w.pass(300 * 24 * time.Hour)
			w.refused(bounded, "on a case it is for ever", w.no(how, "lead", suspend()))
			w.resolve("president")
			stopped("lead", suspend())
			w.refused("", "by who may not", w.no(how, "agent", suspend()))
			w.whole()
		})
	}
}

// TestLaw10VetoWithoutACase counts on the account or the person for a week, so that nobody's is spent for ever; on all
// unfreezing, so that nobody keeps a freeze on; and not on what has nothing in common.
func TestLaw10VetoWithoutACase(t *testing.T) {
	w := newWorld(t)
	anew := func(cmd model.Command) func() model.Request {
		return func() model.Request { w.t.Helper(); return w.ask("admin2", cmd) }
	}
	suspend := w.Command(model.CmdBan, "uncle")
	suspend.Case = 0
	for what, ask := range map[string]func() model.Request{
		"an account": func() model.Request { t.Helper(); return w.ask("agent2", suspend) },
		"a person":   anew(w.on(model.CmdGrantRole, "agent", "role", "lead")),
		"unfreezing": func() model.Request {
			t.Helper()
			w.Do("admin", plain(model.CmdFreeze), "admin")
			return w.ask("admin2", plain(model.CmdUnfreeze))
		},
	} {
		first, second := ask(), model.Request{}
		if err := w.no(veto, "gov", first)(); err != nil {
			t.Fatal(err)
		}
		if what == "unfreezing" {
			second = w.ask("admin2", plain(model.CmdUnfreeze))
		} else {
			second = ask()
		}
		w.refused(bounded, "a second veto on "+what, w.no(veto, "gov", second))
		w.pass(7*24*time.Hour + time.Millisecond)
		if err := w.no(veto, "gov", ask())(); err != nil {
			t.Errorf("a veto on %s a week later: %v", what, err)
		}
	}
	for range 2 {
		if err := w.no(veto, "lead", w.ask("admin", w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 500 })))(); err != nil {
			t.Errorf("a veto of one policy and then of another: %v", err)
		}
	}
	w.whole()
}

// TestLaw10NobodySpendsAnothersVeto: a command about no account names no case, so that whoever asks cannot choose one on
// which the vetoes are spent; nor does it name an account or person that it is not about.
func TestLaw10NobodySpendsAnothersVeto(t *testing.T) {
	w := newWorld(t)
	with := func(cmd model.Command, change func(*model.Command)) model.Command { change(&cmd); return cmd }
	grant := w.on(model.CmdGrantRole, "agent", "role", "lead")
	for field, cmd := range map[string]model.Command{
		"case":    with(grant, func(c *model.Command) { c.Case = w.Case("president") }),
		"account": with(grant, func(c *model.Command) { c.Account = w.Accounts["president"] }),
		"post":    with(grant, func(c *model.Command) { c.Post = w.Post("president", "something") }),
		"person":  with(w.Command(model.CmdSuspend, "president"), func(c *model.Command) { c.Person = w.person("security") }),
	} {
		w.invalid(model.KindInvalid, field, "a "+field+" that it is not about", w.submitting("lead", cmd))
	}
	w.invalid(model.KindInvalid, "case", "another account's case", w.submitting("lead",
		with(w.Command(model.CmdSuspend, "president"), func(c *model.Command) { c.Case = w.Case("uncle") })))
}

// TestLaw10Vetoed: a veto stops what waits, also at the last moment.
func TestLaw10Vetoed(t *testing.T) {
	w := newWorld(t)
	q := w.waiting("agent", w.Command(model.CmdBan, "president"), "lead", "gov", "security")
	w.pass(24*time.Hour - time.Millisecond)
	if err := w.no(veto, "lead2", q)(); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	if w.State(q.ID) != model.StateVetoed {
		t.Errorf("it is %s", w.State(q.ID))
	}
	w.light("president", "vetoed")
	waits := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.invalid(model.KindConflict, "", "declining what has its keys", w.no(decline, "lead2", waits))
}
