package guard_test

import (
	"errors"
	"testing"
	"time"

	"keyturn/internal/model"
)

const failClosed = "fail_closed_for_dark"

// inDoubt holds the guard to law 12: harming and governing are refused, again and again, with an entry each; a lead's
// one key restores, and so do the keys that are asked for later.
func (w *world) inDoubt(what string) {
	w.t.Helper()
	for range 2 {
		w.refused(failClosed, what+": darkening", w.submitting("agent", w.Command(model.CmdDeactivate, "president")))
		w.refused(failClosed, what+": darkening a standard account", w.submitting("agent", w.Command(model.CmdSuspend, "aunt")))
		w.refused(failClosed, what+": silencing", w.submitting("lead", w.Command(model.CmdLimit, "astronaut")))
		w.refused(failClosed, what+": the brief lock", w.submitting("lead", w.Command(model.CmdLock, "president")))
		w.refused(failClosed, what+": governing", w.submitting("admin", w.on(model.CmdGrantRole, "agent", "role", "lead")))
		w.refused(failClosed, what+": tightening", w.submitting("admin", w.Command(model.CmdSetClass, "aunt", "class", "verified")))
	}
}

// TestLaw12ClockBack: before the last entry nothing is decided; not even the refusal's own entry makes it right again.
func TestLaw12ClockBack(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	w.turn(pending, "lead")
	right := w.Clock.Now()
	w.Clock.Set(right.Add(-time.Millisecond))
	w.refused(failClosed, "a key, a millisecond back", w.turning("agent", pending))
	w.inDoubt("a millisecond back")
	w.Clock.Set(right.Add(-10 * time.Hour)) // lastday's contract would run on
	w.inDoubt("ten hours back")
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "restored while the clock was wrong")
	w.inDoubt("after a restore while the clock was wrong")
	w.Clock.Set(right)
	w.turn(pending, "agent")
	w.whole()
}

// TestLaw12ClockJump: set forward by more than a minute nothing is decided, until the clock is right again; what was
// recorded meanwhile does not stand in its way.
func TestLaw12ClockJump(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	waiting := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.Guard.StopMonotonic()
	right := w.Clock.Now()
	w.Clock.Set(right.Add(time.Minute))
	w.Do("agent", w.Command(model.CmdSuspend, "cousin")) // a minute is forgiven
	w.Clock.Set(right.Add(time.Minute + time.Millisecond))
	w.inDoubt("a minute and a bit ahead")
	w.Clock.Set(right.Add(time.Hour)) // over the wait of what waits
	w.Due()
	w.light("newsroom", "a wait that the clock jumped over")
	if state := w.State(waiting.ID); state != model.StateRefused {
		t.Errorf("what waited is %s", state)
	}
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "restored while the clock was wrong")
	w.Clock.Set(right.Add(2 * time.Minute)) // over a minute still
	w.inDoubt("not far enough back")
	w.Clock.Set(right.Add(time.Minute))
	w.Do("agent", w.Command(model.CmdSuspend, "niece"))
	w.whole()
}

// TestLaw12Policy: a policy that is missing, broken or another than was published decides nothing. Those restore who do
// so by their office.
func TestLaw12Policy(t *testing.T) {
	for what, tamper := range map[string]string{
		"missing":   `DELETE FROM policies`,
		"no policy": `UPDATE policies SET document = 'nonsense'`,
		"another":   `UPDATE policies SET document = CAST(replace(CAST(document AS TEXT), '"agent":{"accounts_per_day":300', '"agent":{"accounts_per_day":301') AS BLOB)`,
	} {
		t.Run(what, func(t *testing.T) {
			w, db := newWorldWithSQL(t)
			w.deactivated()
			w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
			pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
			w.turn(pending, "lead")
			waiting := w.waiting("agent", w.Command(model.CmdDeactivate, "newsroom"), "lead", "agent")
			w.exec(db, tamper)
			w.Guard = w.OpenGuard()
			w.inDoubt(what)
			w.refused(failClosed, "a key", w.turning("agent", pending))
			w.refused(failClosed, "a warning", w.submitting("lead", w.Command(model.CmdWarn, "uncle")))
			w.refused(failClosed, "a veto", w.no(veto, "lead", pending))
			w.refused(failClosed, "an agent restores", w.submitting("agent", w.Command(model.CmdRestore, "uncle")))
			w.pass(15 * time.Minute)
			if state := w.State(waiting.ID); state != model.StateRefused {
				t.Errorf("what waited is %s", state)
			}
			w.light("newsroom", "no policy")
			w.Do("gov", w.Command(model.CmdRestore, "president"), "security")
			w.Do("lead", w.Command(model.CmdRestore, "uncle"))
			w.light("president", "restored without a policy")
			if _, err := w.Guard.Withdraw(t.Context(), w.Actor("agent"), pending.ID, ""); err != nil {
				t.Errorf("withdrawing takes no policy: %v", err)
			}
			x, err := w.Guard.Explain(t.Context(), w.person("lead"), w.Command(model.CmdSuspend, "aunt"))
			if err != nil || x.Refusal == nil || x.Refusal.Law != failClosed {
				t.Errorf("the explanation is %+v, %v", x.Refusal, err)
			}
			for login, sees := range map[string]bool{"lead": true, "security": true, "gov": true, "agent": false, "auditor": false, "admin": false} {
				p, err := w.Store.Person(t.Context(), w.Actor(login).Person)
				if err := errors.Join(err, w.Guard.See(t.Context(), p)); (err == nil) != sees {
					t.Errorf("%s sees what there is to restore: %v", login, err)
				}
			}
			if err := w.Guard.See(t.Context(), model.Person{}); err == nil {
				t.Error("without a policy anybody sees the desk")
			}
		})
	}
}

// TestLaw12CedarError: a policy that cannot be evaluated refuses, though another permits.
func TestLaw12CedarError(t *testing.T) {
	w := newWorldUnder(t, bundle(t, func(doc object) {
		doc["cedar"] = doc["cedar"].(string) + `
			@id("overflow") permit (principal, action in [Action::"request", Action::"sign"], resource)
			when { context.hour * 9223372036854775807 >= 0 };`
	}))
	w.Clock.Set(w.Clock.Now().Add(7 * time.Hour)) // one o'clock: nothing overflows
	w.deactivated()
	w.pass(2 * time.Hour)
	w.inDoubt("an overflow")
	q := w.restoring("lead", "president")
	w.turn(q, "lead", "gov", "security")
	w.light("president", "restored in spite of it")
	w.whole()
}

// TestLaw12UnknownClass: whatever is not plainly a class protects.
func TestLaw12UnknownClass(t *testing.T) {
	w, db := newWorldWithSQL(t)
	w.deactivated()
	w.exec(db, `UPDATE account_classes SET class = 'royal'`)
	w.refused(failClosed, "darkening", w.submitting("agent", w.Command(model.CmdDeactivate, "astronaut")))
	w.refused(failClosed, "the brief lock", w.submitting("lead", w.Command(model.CmdLock, "astronaut")))
	w.refused(failClosed, "lowering", w.submitting("admin", w.Command(model.CmdSetClass, "astronaut", "class", "standard")))
	w.refused(failClosed, "a warning", w.submitting("lead", w.Command(model.CmdWarn, "astronaut")))
	w.refused(leavers, "a leaver", w.submitting("lastday", w.Command(model.CmdWarn, "astronaut")))
	if err := w.Guard.RaiseClass(t.Context(), w.Accounts["astronaut"]); err != nil || w.class("astronaut").Class != "royal" {
		t.Errorf("the class became %s by itself, %v", w.class("astronaut").Class, err)
	}
	w.Do("lead", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "restored all the same")
}

// TestLaw12StoreTrouble: what cannot be read refuses what depends on it, and leaves nothing; a restore does not depend
// on it.
func TestLaw12StoreTrouble(t *testing.T) {
	for _, table := range []string{"freezes", "charges"} {
		t.Run(table, func(t *testing.T) {
			w, db := newWorldWithSQL(t)
			w.deactivated()
			pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
			w.turn(pending, "lead")
			waiting := w.waiting("agent", w.Command(model.CmdDeactivate, "newsroom"), "lead", "agent")
			last, suspend := w.assertion("agent", pending), w.Command(model.CmdSuspend, "aunt")
			w.exec(db, `ALTER TABLE `+table+` RENAME TO elsewhere`)
			size := w.size()
			for what, try := range map[string]func() error{"a request": w.submitting("agent", suspend),
				"a key": w.handing("agent", pending, last), "what is due": func() error {
					w.Clock.Advance(15 * time.Minute)
					return w.Guard.Due(t.Context())
				}} {
				if err := try(); err == nil {
					t.Errorf("%s was decided without %s", what, table)
				}
			}
			if w.size() != size || w.State(pending.ID) != model.StatePending || w.State(waiting.ID) != model.StateWaiting {
				t.Errorf("there are %d entries more; what was pending is %s, what waited %s", w.size()-size, w.State(pending.ID), w.State(waiting.ID))
			}
			w.light("newsroom", "trouble")
			if table == "freezes" {
				w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
			}
			w.exec(db, `ALTER TABLE elsewhere RENAME TO `+table)
			w.whole()
		})
	}
}

// TestLaw12RolledBack: a store whose ledger is not the one that keys signed takes no privileged write, not even the
// entry of a refusal, but for restoring.
func TestLaw12RolledBack(t *testing.T) {
	for what, tamper := range map[string]string{
		"rolled back": `UPDATE request_keys SET head_size = head_size + 1000`,
		"rewritten":   `UPDATE request_keys SET head_hash = zeroblob(32)`,
	} {
		t.Run(what, func(t *testing.T) {
			w, db := newWorldWithSQL(t)
			w.deactivated()
			pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
			last := w.assertion("lead", pending)
			w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
			w.followed(db, "uncle", 1_000_000)
			w.exec(db, tamper)
			w.Guard = w.OpenGuard()
			freeze, stop := plain(model.CmdFreeze), w.no(veto, "lead", pending)
			for what, try := range map[string]func() error{
				"darkening": w.submitting("agent", w.Command(model.CmdSuspend, "aunt")), "governing": w.submitting("admin", w.on(model.CmdSetEmployment, "agent", "status", "notice")),
				"a warning": w.submitting("agent", w.Command(model.CmdWarn, "aunt")), "a freeze": w.submitting("lead", freeze),
				"a leaver": w.submitting("lastday", w.Command(model.CmdSuspend, "president")),
				"a key":    w.handing("lead", pending, last), "a veto": stop,
			} {
				w.invalid(model.KindUnavailable, "", what, try)
			}
			size := w.size()
			w.pass(24 * time.Hour)
			if err := w.Guard.RaiseClass(t.Context(), w.Accounts["uncle"]); err != nil || w.size() != size {
				t.Errorf("by time and by itself %d entries came, %v", w.size()-size, err)
			}
			w.light("newsroom", what)
			// Its keys name a head that never was: it took effect without valid keys.
			w.Do("lead", w.Command(model.CmdRestore, "president"), "gov")
			w.light("president", "restored all the same")
		})
	}
}

// TestLaw12AnswersNothingUnknown: what is in no catalogue is not done.
func TestLaw12AnswersNothingUnknown(t *testing.T) {
	w := newWorld(t)
	for _, info := range model.Catalogue() {
		if info.Target == model.TargetRequest {
			w.invalid(model.KindInvalid, "kind", string(info.Kind), w.submitting("lead", w.Command(info.Kind, "president")))
		}
	}
	for _, kind := range []model.CommandKind{"", "explode", "Deactivate", "deactivate "} {
		w.invalid(model.KindInvalid, "kind", string(kind), w.submitting("lead", w.Command(kind, "president")))
	}
}
