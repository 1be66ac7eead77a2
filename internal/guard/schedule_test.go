package guard_test

import (
	"fmt"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// in is the moment a while from now, as a parameter.
func (w *world) in(d time.Duration) string { return w.Clock.Now().Add(d).Format(time.RFC3339Nano) }

// schedule submits a command that has its keys at once and waits for its time.
func (w *world) schedule(login string, cmd model.Command, keys ...string) model.Request {
	w.t.Helper()
	out, err := w.Submit(login, cmd)
	if err != nil {
		w.t.Fatalf("%s by %s: %v", cmd.Kind, login, err)
	}
	if len(keys) > 0 {
		out = w.turn(out.Request, keys...)
	}
	if out.Request.State != model.StateWaiting {
		w.t.Fatalf("%s by %s is %s, missing %+v", cmd.Kind, login, out.Request.State, out.Missing)
	}
	return w.request(out.Request.ID)
}

// TestScheduled takes effect at its time and not before, through a restart too; what one key does on a standard account
// waits with the session as its key.
func TestScheduled(t *testing.T) {
	w := newWorld(t)
	w.Post("uncle", "something")
	w.Do("agent", w.Command(model.CmdSuspend, "niece"))
	week := 7 * 24 * time.Hour
	at := w.in(week)
	post := with(w.Command(model.CmdRemovePost, "aunt"), "at", at)
	post.Post = w.Post("aunt", "spam")
	var all []model.Request
	for _, cmd := range []model.Command{post, with(w.Command(model.CmdWarn, "uncle"), "at", at), with(w.Command(model.CmdLock, "cousin"), "at", at),
		with(w.Command(model.CmdSuspend, "nephew", "for", "72h"), "at", at), with(w.Command(model.CmdRestore, "niece"), "at", at)} {
		q := w.schedule("agent2", cmd)
		if !q.EffectAt.Equal(w.Clock.Now().Add(week)) {
			t.Errorf("%s takes effect at %s", cmd.Kind, q.EffectAt)
		}
		all = append(all, q)
	}
	all = append(all, w.schedule("agent", with(w.Command(model.CmdBan, "astronaut"), "at", at), "agent", "lead"))
	before := w.state()
	w.Guard = w.OpenGuard()
	w.pass(9 * time.Hour) // what they would expire at, pending, is past; lastday has gone
	w.pass(week - 9*time.Hour - time.Millisecond)
	for _, q := range all {
		if w.State(q.ID) != model.StateWaiting {
			t.Errorf("%s is %s before its time", q.Command.Kind, w.State(q.ID))
		}
	}
	if after := w.state(); len(after) != len(before) {
		t.Errorf("%d privileged rows became %d before the time", len(before), len(after))
	}
	w.pass(time.Millisecond)
	for _, q := range all {
		if w.State(q.ID) != model.StateExecuted {
			t.Errorf("%s is %s at its time: %s", q.Command.Kind, w.State(q.ID), w.request(q.ID).Outcome)
		}
	}
	if s := w.sanctions("nephew")[0]; s.End.Sub(s.Start) != 72*time.Hour {
		t.Errorf("what was scheduled for 72 hours is from %s to %s", s.Start, s.End)
	}
	w.whole()
}

// TestScheduledGathersKeys: its keys it gets within a day, and then waits; the policy's wait runs from the last key. Keys
// that come when its time has passed have it take effect at once.
func TestScheduledGathersKeys(t *testing.T) {
	w := newWorld(t)
	none := w.ask("agent", w.Command(model.CmdSuspend, "president", "at", w.in(48*time.Hour)))
	soon := w.ask("agent", w.Command(model.CmdSuspend, "newsroom", "at", w.in(5*time.Minute)))
	late := w.ask("agent", w.Command(model.CmdSuspend, "astronaut", "at", w.in(time.Hour)))
	w.turn(none, "lead", "gov")
	if out := w.turn(soon, "lead", "agent"); !out.Request.EffectAt.Equal(w.Clock.Now().Add(10 * time.Minute)) {
		t.Errorf("5 minutes ahead with a wait of 10 it takes effect at %s", out.Request.EffectAt)
	}
	w.pass(2 * time.Hour)
	if out := w.turn(late, "lead", "agent"); out.Request.State != model.StateExecuted {
		t.Errorf("with its keys after its time it is %s", out.Request.State)
	}
	w.pass(22 * time.Hour)
	if w.State(none.ID) != model.StateExpired {
		t.Errorf("without its keys within a day it is %s", w.State(none.ID))
	}
}

// TestScheduleInput: what cannot be scheduled, and when.
func TestScheduleInput(t *testing.T) {
	w := newWorld(t)
	suspend := w.Command(model.CmdSuspend, "uncle")
	for what, tt := range map[string]struct {
		field string
		cmd   model.Command
	}{
		"no time":                {"params.at", with(suspend, "at", "tomorrow")},
		"nothing":                {"params.at", with(suspend, "at", "")},
		"now":                    {"params.at", with(suspend, "at", w.in(0))},
		"yesterday":              {"params.at", with(suspend, "at", w.in(-24*time.Hour))},
		"91 days":                {"params.at", with(suspend, "at", w.in(90*24*time.Hour+time.Millisecond))},
		"a class":                {"params.at", w.Command(model.CmdSetClass, "uncle", "class", "verified", "at", w.in(time.Hour))},
		"a freeze":               {"params.at", plain(model.CmdFreeze, "at", w.in(time.Hour))},
		"two ends":               {"params.until", with(suspend, "for", "1h", "until", w.in(time.Hour))},
		"an end that is no time": {"params.until", with(suspend, "until", "later")},
		"an end in the past":     {"params.until", with(suspend, "until", w.in(-time.Hour))},
		"an end too soon":        {"params.until", with(suspend, "until", w.in(59*time.Second))},
		"an end too soon after":  {"params.until", with(suspend, "at", w.in(time.Hour), "until", w.in(time.Hour+59*time.Second))},
		"an end too far":         {"params.until", with(suspend, "until", w.in(5*365*24*time.Hour+time.Second))},
		"a ban's end":            {"params.until", w.Command(model.CmdBan, "uncle", "until", w.in(time.Hour))},
	} {
		w.invalid(model.KindInvalid, tt.field, what, w.submitting("admin", tt.cmd))
	}
	w.schedule("agent", with(suspend, "at", w.in(90*24*time.Hour)))
}

// TestTheEndIsExact: a sanction that ends does so by the clock, to the millisecond, without anybody writing anything.
func TestTheEndIsExact(t *testing.T) {
	w := newWorld(t)
	end := w.Clock.Now().Add(72 * time.Hour)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle", "until", end.Format(time.RFC3339)))
	w.Do("agent", w.Command(model.CmdLimit, "aunt", "for", "72h"))
	w.schedule("agent", w.Command(model.CmdSuspend, "cousin", "at", w.in(24*time.Hour), "until", w.in(72*time.Hour)))
	w.pass(24 * time.Hour)
	size := w.size()
	for _, handle := range []string{"uncle", "aunt", "cousin"} {
		if s := w.sanctions(handle)[0]; !s.End.Equal(end) {
			t.Errorf("@%s's ends at %s", handle, s.End)
		}
	}
	w.pass(48*time.Hour - time.Millisecond)
	for _, handle := range []string{"uncle", "aunt", "cousin"} {
		if !w.Dark(handle) {
			t.Errorf("@%s's has ended a moment early", handle)
		}
	}
	w.pass(time.Millisecond)
	for _, handle := range []string{"uncle", "aunt", "cousin"} {
		w.light(handle, "at its end")
		w.invalid(model.KindConflict, "", "restoring what has ended", w.submitting("agent", w.Command(model.CmdRestore, handle)))
	}
	if w.size() != size {
		t.Errorf("the ends took %d entries", w.size()-size)
	}
	w.whole()
}

// TestScheduledPastItsEnd has the keys come so late that nothing would be left of what was asked for.
func TestScheduledPastItsEnd(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "astronaut", "until", w.in(time.Hour)))
	w.turn(q, "agent")
	w.pass(time.Hour)
	w.refused("", "a key when the end has passed", w.turning("lead", q))
	w.light("astronaut", "past its end")
}

// TestLaw01ScheduledTakesTheSameKeys: to be asked for early makes nothing easier.
func TestLaw01ScheduledTakesTheSameKeys(t *testing.T) {
	w := newWorld(t)
	for class, handle := range protectedHandles() {
		for _, cmd := range w.harms(handle) {
			if !sanctions(cmd.Kind) {
				continue
			}
			now, ahead := w.ask("agent", cmd), w.ask("agent2", with(cmd, "at", w.in(30*24*time.Hour)))
			if fmt.Sprint(now.Need) != fmt.Sprint(ahead.Need) {
				t.Errorf("%s on a %s account takes %+v, and scheduled %+v", cmd.Kind, class, now.Need, ahead.Need)
			}
			w.alone("scheduled "+string(cmd.Kind), "lead", with(cmd, "at", w.in(time.Hour)))
		}
		w.light(handle, "scheduled by one person")
	}
}

// TestLaw01ScheduledBriefLocks: each account has one in 24 hours, by when they take effect.
func TestLaw01ScheduledBriefLocks(t *testing.T) {
	w := newWorld(t)
	w.Do("lead", w.Command(model.CmdLock, "president"), "lead")
	soon := w.ask("lead", w.Command(model.CmdLock, "president", "at", w.in(23*time.Hour)))
	if soon.Need.Keys < 3 {
		t.Errorf("one within the day takes %d keys", soon.Need.Keys)
	}
	first := w.schedule("lead", w.Command(model.CmdLock, "president", "at", w.in(24*time.Hour)), "lead")
	second := w.schedule("lead2", w.Command(model.CmdLock, "president", "at", w.in(25*time.Hour)), "lead2")
	w.pass(24 * time.Hour)
	w.pass(time.Hour)
	if w.State(first.ID) != model.StateExecuted || w.State(second.ID) != model.StateRefused {
		t.Errorf("two within an hour are %s and %s", w.State(first.ID), w.State(second.ID))
	}
	until := w.ask("lead", w.Command(model.CmdLock, "newsroom", "until", w.in(16*time.Minute)))
	if until.Need.Keys < 2 {
		t.Errorf("a lock until 16 minutes from now takes %d keys", until.Need.Keys)
	}
	w.Do("lead", w.Command(model.CmdLock, "newsroom", "until", w.in(15*time.Minute)), "lead")
	w.whole()
}

// TestLaw03ScheduledDiesWithNotice: with that of whoever asked it is withdrawn, with that of a key-holder the key stops
// counting, on whatever account; who is leaving schedules nothing.
func TestLaw03ScheduledDiesWithNotice(t *testing.T) {
	for what, leave := range map[string]func(w *world, login string){
		"notice": func(w *world, login string) {
			w.Do("admin", w.on(model.CmdSetEmployment, login, "status", "notice"), "admin")
		},
		"an end by the clock": func(w *world, login string) {
			w.Do("admin", w.on(model.CmdSetEmployment, login, "ends", w.in(14*24*time.Hour+time.Hour)), "admin")
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			month := w.in(30 * 24 * time.Hour)
			own := []model.Request{w.schedule("agent", w.Command(model.CmdSuspend, "uncle", "at", month)),
				w.schedule("agent", w.Command(model.CmdSuspend, "astronaut", "at", month), "lead", "agent2")}
			signed := []model.Request{w.schedule("agent2", w.Command(model.CmdBan, "aunt", "at", month), "lead", "agent"),
				w.schedule("agent2", w.Command(model.CmdSuspend, "newsroom", "at", month), "lead", "agent")}
			stays := w.schedule("agent2", w.Command(model.CmdSuspend, "cousin", "at", month))
			leave(w, "agent")
			w.pass(2 * time.Hour)
			for _, q := range own {
				if w.State(q.ID) != model.StateWithdrawn {
					t.Errorf("%s of a leaver is %s", q.Target.Handle, w.State(q.ID))
				}
			}
			w.refused(leavers, "a leaver schedules", w.submitting("agent", w.Command(model.CmdSuspend, "niece", "at", w.in(time.Hour))))
			w.refused(leavers, "a leaver signs what is scheduled", w.turning("agent",
				w.ask("agent2", w.Command(model.CmdBan, "niece", "at", w.in(time.Hour)))))
			w.pass(30*24*time.Hour - 2*time.Hour)
			for _, q := range signed {
				if w.State(q.ID) != model.StateExpired {
					t.Errorf("what a leaver signed, on @%s, is %s", q.Target.Handle, w.State(q.ID))
				}
				w.light(q.Target.Handle, "a leaver's key")
			}
			if w.State(stays.ID) != model.StateExecuted {
				t.Errorf("what somebody else scheduled is %s", w.State(stays.ID))
			}
			w.whole()
		})
	}
}

// TestLaw05ScheduledIsSigned: when it takes effect is part of what a key signs.
func TestLaw05ScheduledIsSigned(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "astronaut", "at", w.in(24*time.Hour)))
	other := w.ask("agent", w.Command(model.CmdSuspend, "astronaut", "at", w.in(time.Hour)))
	key := w.assertion("lead", q)
	w.refused(signed, "a key for another time", func() error {
		_, err := w.Guard.Turn(t.Context(), w.Actor("lead"), other.ID, key)
		return err
	})
}

// TestLaw05ScheduledIsDecidedAgain: what changed before its time refuses it.
func TestLaw05ScheduledIsDecidedAgain(t *testing.T) {
	for what, change := range map[string]func(w *world){
		"the account rose": func(w *world) { w.Do("admin", w.Command(model.CmdSetClass, "uncle", "class", "verified"), "admin") },
		"another sanction": func(w *world) { w.Do("agent2", w.Command(model.CmdLimit, "uncle")) },
		"the requester's role": func(w *world) {
			w.Do("admin", w.on(model.CmdGrantRole, "agent", "role", "agent", "revoke", "true"), "admin")
		},
		"another policy": func(w *world) {
			w.Do("admin", w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 50 }), "admin")
		},
		"a freeze": func(w *world) {
			w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
			w.Do("lead2", plain(model.CmdFreeze, "scope", "all"), "lead2")
		},
		"somebody's veto of it": nil,
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			q := w.schedule("agent", w.Command(model.CmdSuspend, "uncle", "at", w.in(48*time.Hour)))
			want := model.StateRefused
			if change == nil {
				want = model.StateVetoed
				if err := w.no(veto, "lead", q)(); err != nil {
					t.Fatal(err)
				}
			} else {
				change(w)
			}
			w.pass(48 * time.Hour)
			if got := w.request(q.ID); got.State != want {
				t.Errorf("it is %s: %s", got.State, got.Outcome)
			}
			for _, s := range w.sanctions("uncle") {
				if s.Kind.Darkens() {
					t.Error("it is dark")
				}
			}
			w.whole()
		})
	}
}

// TestLaw09ScheduledRestore: the hour is measured to its effect. What takes effect later takes the keys of the darkening,
// whenever it was asked for.
func TestLaw09ScheduledRestore(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	w.needs(w.ask("agent", w.Command(model.CmdRestore, "president", "at", w.in(time.Hour+time.Millisecond))), 3, theThree, 1, 0)
	q := w.ask("agent", w.Command(model.CmdRestore, "president", "at", w.in(time.Hour)))
	w.needs(q, 1, nil, 0, 0)
	w.turn(q, "lead2")
	w.Clock.Advance(time.Hour + time.Second) // the server was down meanwhile
	w.Due()
	if w.State(q.ID) != model.StateRefused || !w.Dark("president") {
		t.Errorf("a one-key undo after the hour is %s", w.State(q.ID))
	}
	late := w.schedule("agent", w.Command(model.CmdRestore, "president", "at", w.in(24*time.Hour)), "lead", "gov", "security")
	w.pass(24 * time.Hour)
	w.light("president", "restored on schedule, by the three")
	if w.State(late.ID) != model.StateExecuted {
		t.Errorf("it is %s", w.State(late.ID))
	}
	w.whole()
}

// TestLaw09ScheduledUndosAreBounded: a second one on the case, scheduled beside the first, does not take effect by one key.
func TestLaw09ScheduledUndosAreBounded(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdLimit, "president"), "lead", "gov", "security")
	w.deactivated()
	var both []model.Request
	for i, s := range w.sanctions("president") {
		cmd := w.Command(model.CmdRestore, "president", "sanction", s.ID.String(), "at", w.in(time.Duration(i+1)*10*time.Minute))
		both = append(both, w.schedule("agent", cmd, "lead2"))
	}
	w.pass(10 * time.Minute)
	w.pass(10 * time.Minute)
	if w.State(both[0].ID) != model.StateExecuted || w.State(both[1].ID) != model.StateRefused {
		t.Errorf("the two are %s and %s", w.State(both[0].ID), w.State(both[1].ID))
	}
	if !w.Dark("president") {
		t.Error("both were undone by one key each")
	}
	w.whole()
}

// TestLaw10ScheduledIsCharged when it takes effect: what comes due together is bounded as if it had been done by hand.
func TestLaw10ScheduledIsCharged(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "agent", 2, 3, 1000, 1000))
	at := w.in(24 * time.Hour)
	var all []model.Request
	for _, handle := range []string{"uncle", "aunt", "cousin", "niece"} {
		all = append(all, w.schedule("agent", w.Command(model.CmdSuspend, handle, "at", at)))
	}
	w.pass(24 * time.Hour)
	done := 0
	for _, q := range all {
		switch got := w.request(q.ID); got.State {
		case model.StateExecuted:
			done++
		case model.StateRefused:
			if f := w.entry(got.Leaf); f.Event != ledger.EventRefused || f.Law != bounded {
				t.Errorf("its entry says %s by %q", f.Event, f.Law)
			}
		default:
			t.Errorf("%s is %s", got.Target.Handle, got.State)
		}
	}
	if done != 2 {
		t.Errorf("%d of four took effect, with a budget of two an hour", done)
	}
	w.whole()
}
