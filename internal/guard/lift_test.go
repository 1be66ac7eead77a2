package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// lifting is what is tried, for refused and invalid.
func lifting(o *testkit.Owner, s model.Sanction) func() error {
	return func() error { return o.Lift(s.ID) }
}

// locked has somebody lock an account, and returns the lock.
func (w *world) locked(handle, by string, params ...string) model.Sanction {
	w.t.Helper()
	out, err := w.Submit(by, w.Command(model.CmdLock, handle, params...))
	if err != nil {
		w.t.Fatal(err)
	}
	if out.Request.State == model.StatePending { // a session suffices on a standard account
		w.turn(out.Request, by)
	}
	all := w.sanctions(handle)
	return all[len(all)-1]
}

// TestLaw01OwnerLiftsTheBriefLock: whatever the account's class, its owner's passkey lifts the one lock that anyone may
// set, also in a freeze, and what was signed can be checked again by anyone.
func TestLaw01OwnerLiftsTheBriefLock(t *testing.T) {
	for class, handle := range protectedHandles() {
		w := newWorld(t)
		owner := w.NewOwner(handle)
		w.pass(time.Minute)
		s := w.locked(handle, "lead")
		w.Do("security", plain(model.CmdFreeze, "scope", "all"), "security")
		size := w.size()
		if err := owner.Lift(s.ID); err != nil {
			t.Fatalf("%s: %v", class, err)
		}
		w.light(handle, "the owner lifted the lock")
		w.recorded(size, "lifting", ledger.EventOwner, "")
		f := w.entry(size)
		if f.Kind != model.CmdRestore || f.Account != w.Accounts[handle] || f.Handle != handle || f.Actor != 0 || len(f.Rows) != 2 || f.Keyholders() != 1 || !f.Keys[0].Owner {
			t.Errorf("the entry says %+v", f)
		}
		w.invalid(model.KindConflict, "", "lifting it again", lifting(owner, s))
		w.pass(31 * time.Minute)
		w.noSecondBriefLock(handle, "after its owner lifted the first")
		w.whole()
	}
}

// TestLaw01OwnerLiftsNothingElse tries every other restriction, somebody else's lock, and passkeys that do not count.
func TestLaw01OwnerLiftsNothingElse(t *testing.T) {
	w := newWorld(t)
	uncle, aunt := w.NewOwner("uncle"), w.NewOwner("aunt")
	w.pass(time.Minute)
	long := w.locked("uncle", "agent", "for", "16m")
	w.invalid(model.KindForbidden, "", "a longer lock", lifting(uncle, long))
	for _, kind := range []model.CommandKind{model.CmdSensitive, model.CmdLimit, model.CmdDeactivate, model.CmdSuspend} {
		w.Do("agent2", w.Command(kind, "uncle"))
		all := w.sanctions("uncle")
		w.invalid(model.KindForbidden, "", string(kind), func() error {
			_, err := w.Guard.LiftChallenge(t.Context(), uncle.Account, all[len(all)-1].ID)
			return err
		})
	}
	brief := w.locked("uncle", "agent")
	w.invalid(model.KindNotFound, "", "somebody else's lock", lifting(aunt, brief))
	late := w.NewOwner("uncle") // whoever holds the password now, it was made after the lock
	w.refused("two_keys", "by a passkey from after the lock", lifting(late, brief))
	second := w.locked("uncle", "agent", "for", "5m")
	w.invalid(model.KindForbidden, "", "a second lock within a day", lifting(uncle, second))
	if err := uncle.Lift(brief.ID); err != nil {
		t.Error(err)
	}
	w.pass(24 * time.Hour)
	over := w.locked("uncle", "agent")
	w.pass(15 * time.Minute)
	w.invalid(model.KindConflict, "", "a lock that is over", lifting(uncle, over))
	w.whole()
}

// TestLaw01OwnersSignatureIsForThisLock moves a signature to where it was not given, and uses one twice.
func TestLaw01OwnersSignatureIsForThisLock(t *testing.T) {
	w := newWorld(t)
	uncle, aunt := w.NewOwner("uncle"), w.NewOwner("aunt")
	w.pass(time.Minute)
	first := w.locked("uncle", "agent")
	theirs := w.locked("aunt", "agent")
	options := func(o *testkit.Owner, s model.Sanction) []byte {
		t.Helper()
		got, err := w.Guard.LiftChallenge(t.Context(), o.Account, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	mine := uncle.Sign(options(uncle, first))
	lift := func(o *testkit.Owner, s model.Sanction, response []byte) func() error {
		return func() error { return w.Guard.Lift(t.Context(), o.Account, s.ID, response) }
	}
	w.invalid(model.KindForbidden, "", "on another's lock", lift(aunt, theirs, mine))
	w.invalid(model.KindNotFound, "", "on another's account", lift(aunt, first, mine))
	w.invalid(model.KindInvalid, "assertion", "no signature", lift(uncle, first, []byte("{}")))
	w.pass(6 * time.Minute)
	w.refused("signed_for_this", "too late", lift(uncle, first, mine))
	again := uncle.Sign(options(uncle, first))
	if err := lift(uncle, first, again)(); err != nil {
		t.Fatal(err)
	}
	w.pass(24 * time.Hour)
	next := w.locked("uncle", "agent")
	w.invalid(model.KindForbidden, "", "used again", lift(uncle, next, again))
	w.whole()
}
