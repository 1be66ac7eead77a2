package guard_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// TestLaw11ThePostsOfAnAccount take what the account takes, however old they are.
func TestLaw11ThePostsOfAnAccount(t *testing.T) {
	for class, need := range map[model.Class]model.Requirement{
		model.ClassVerified:    {Keys: 2},
		model.ClassHighProfile: {Keys: 2, Roles: []model.Role{model.RoleLead}},
		model.ClassGovernment:  {Keys: 3, Roles: []model.Role{model.RoleLead, model.RoleGovernmentAffairs}},
	} {
		w := newWorld(t)
		post := w.Command(model.CmdRemovePost, "uncle")
		post.Post = w.Post("uncle", "from before the account was anybody's")
		w.Do("admin", w.Command(model.CmdSetClass, "uncle", "class", string(class)), "admin")
		w.needs(w.ask("agent", post), need.Keys, need.Roles, 1, 0)
	}
}

// TestLaw11AHandleStaysTaken while its account's row exists, dark or not.
func TestLaw11AHandleStaysTaken(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	for _, handle := range []string{"president", "PRESIDENT"} {
		err := w.Store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: handle, CreatedAt: w.Clock.Now()})
		})
		if model.KindOf(err) != model.KindInvalid && model.KindOf(err) != model.KindConflict {
			t.Errorf("somebody else becomes @%s: %v", handle, err)
		}
	}
}

// followed gives an account a number of followers.
func (w *world) followed(db *sql.DB, handle string, n int64) {
	w.t.Helper()
	w.exec(db, fmt.Sprintf(`UPDATE accounts SET followers = %d WHERE id = %d`, n, w.Accounts[handle]))
}

// class reads an account's class.
func (w *world) class(handle string) store.AccountClass {
	w.t.Helper()
	c, err := w.Store.ClassOf(w.t.Context(), w.Accounts[handle])
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// TestLaw11Rise: at 100,000 followers an account is high_profile, recorded, and before anybody has recorded it.
func TestLaw11Rise(t *testing.T) {
	for _, handle := range []string{"uncle", "astronaut"} {
		w, db := newWorldWithSQL(t)
		raise := func() {
			t.Helper()
			if err := w.Guard.RaiseClass(t.Context(), w.Accounts[handle]); err != nil {
				t.Fatal(err)
			}
		}
		size, was := w.size(), w.class(handle)
		w.followed(db, handle, 99_999)
		raise()
		if w.size() != size || w.class(handle) != was {
			t.Errorf("one follower short, @%s is %s", handle, w.class(handle).Class)
		}
		w.followed(db, handle, 100_000)
		w.needs(w.ask("agent", w.Command(model.CmdSuspend, handle)), 2, []model.Role{model.RoleLead}, 2, 10*time.Minute)
		size = w.size()
		raise()
		w.recorded(size, "the rise", ledger.EventAutomatic, "")
		if c := w.class(handle); c.Class != model.ClassHighProfile || c.Verified != was.Verified {
			t.Errorf("@%s is %+v", handle, c)
		}
		raise()
		if w.size() != size+1 {
			t.Error("it rose twice")
		}
		w.followed(db, handle, 10)
		raise()
		if w.class(handle).Class != model.ClassHighProfile {
			t.Error("it fell by itself")
		}
		w.whole()
	}
}

// TestLaw11TheNumber of followers can be changed: at once for what is decided, whoever decides it, and then for each account
// that has as many. Nothing falls when it is raised.
func TestLaw11TheNumber(t *testing.T) {
	w, db := newWorldWithSQL(t)
	other := w.OpenGuard() // as on another node
	for handle, n := range map[string]int64{"uncle": 70_000, "astronaut": 50_000, "newsroom": 60_000, "aunt": 49_999} {
		w.followed(db, handle, n)
	}
	w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "standard"), "admin", "security", "lead")
	set := func(n string) model.Command {
		return plain(model.CmdSetSetting, "name", "high_profile_at", "value", n)
	}
	before := w.ask("agent", w.Command(model.CmdBan, "uncle"))
	w.Do("lead", set("50000"), "lead")
	for _, g := range []*guard.Guard{w.Guard, other} {
		if g.HighProfileAt() != 50_000 || g.Settings().HighProfileAt != 50_000 {
			t.Errorf("a guard goes by %d followers", g.HighProfileAt())
		}
	}
	w.needs(w.ask("agent", w.Command(model.CmdSuspend, "astronaut")), 2, []model.Role{model.RoleLead}, 2, 10*time.Minute)
	w.refused(signed, "what was signed for a standard account", w.turning("lead", before))
	size := w.size()
	if err := other.Rise(t.Context()); err != nil {
		t.Fatal(err)
	}
	for handle, want := range map[string]model.Class{"uncle": "high_profile", "astronaut": "high_profile", "newsroom": "standard", "aunt": "standard"} {
		if c := w.class(handle); c.Class != want {
			t.Errorf("@%s is %s, not %s", handle, c.Class, want)
		}
	}
	if w.size() != size+2 {
		t.Errorf("it took %d entries to raise two", w.size()-size)
	}
	raising := w.waiting("lead", set("200000"), "admin", "security", "lead")
	w.pass(24*time.Hour - time.Millisecond)
	if w.Guard.HighProfileAt() != 50_000 {
		t.Error("it was raised before its day has passed")
	}
	w.pass(time.Millisecond)
	if w.State(raising.ID) != model.StateExecuted || other.HighProfileAt() != 200_000 || w.class("uncle").Class != model.ClassHighProfile {
		t.Errorf("raising it is %s, the number %d, @uncle %s", w.State(raising.ID), other.HighProfileAt(), w.class("uncle").Class)
	}
	w.followed(db, "aunt", 150_000)
	w.Do("agent", w.Command(model.CmdSuspend, "aunt"))
	w.whole()
}

// TestLaw11TheNumberThatWasSigned: a change of the number stands for the one that it was asked for over, and no other.
func TestLaw11TheNumberThatWasSigned(t *testing.T) {
	w := newWorld(t)
	set := func(n string) model.Command {
		return plain(model.CmdSetSetting, "name", "high_profile_at", "value", n)
	}
	q := w.ask("admin", set("150000"))
	w.Do("lead", set("90000"), "lead")
	w.refused(signed, "a key on the change of what has changed", w.turning("admin", q))
	w.whole()
}

// TestLaw11OnlyStaffLower: what staff lowered does not rise by itself again, and what is higher never falls.
func TestLaw11OnlyStaffLower(t *testing.T) {
	w, db := newWorldWithSQL(t)
	for _, handle := range []string{"newsroom", "president"} {
		w.followed(db, handle, 200_000)
	}
	if err := w.Guard.RaiseClass(t.Context(), w.Accounts["president"]); err != nil || w.class("president").Class != model.ClassGovernment {
		t.Errorf("the president is %s, %v", w.class("president").Class, err)
	}
	w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "verified"), "admin", "security", "lead")
	if err := w.Guard.RaiseClass(t.Context(), w.Accounts["newsroom"]); err != nil || w.class("newsroom").Class != model.ClassVerified {
		t.Errorf("newsroom is %s, %v", w.class("newsroom").Class, err)
	}
	w.pass(7 * 24 * time.Hour)
	w.followed(db, "newsroom", 5)
	q := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	w.needs(q, 2, []model.Role{model.RoleLead}, 1, 0)
	w.whole()
}

// TestLaw11TheMark is part of a protected account.
func TestLaw11TheMark(t *testing.T) {
	w := newWorld(t)
	for _, handle := range protectedHandles() {
		w.needs(w.ask("admin", w.Command(model.CmdSetVerified, handle, "verified", "false")), 3, governors, 2, 24*time.Hour)
	}
	w.Do("admin", w.Command(model.CmdSetVerified, "astronaut", "verified", "false"), "admin", "security", "lead")
	if c := w.class("astronaut"); c.Verified || c.Class != model.ClassVerified {
		t.Errorf("@astronaut is %+v", c)
	}
}
