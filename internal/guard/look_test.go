package guard_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// withPrivate gives an account an e-mail address, and posts of every visibility.
func (w *world) withPrivate(handle string) {
	w.t.Helper()
	w.Write(func(tx *store.Tx) error {
		errs := []error{tx.AddCredentials(w.t.Context(), model.Credentials{Account: w.Accounts[handle], Email: handle + "@example.org", PasswordHash: "x"})}
		for _, v := range []model.Visibility{model.Public, model.Unlisted, model.Private, model.Direct, model.Private} {
			_, err := tx.AddPost(w.t.Context(), model.Post{ID: tx.NextID(), Account: w.Accounts[handle], Text: "for " + string(v), Visibility: v,
				CreatedAt: w.Clock.Now()}, nil)
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

// look reads what is private by a request.
func (w *world) look(login string, q model.ID) (guard.Private, error) {
	return w.Guard.Look(w.t.Context(), w.Actor(login), q, store.Range{Limit: 40})
}

func (w *world) looking(login string, q model.ID) func() error {
	return func() error {
		seen, err := w.look(login, q)
		if err != nil && (seen.Email != "" || len(seen.Posts) > 0) {
			w.t.Errorf("with an error came %+v", seen)
		}
		return err
	}
}

// TestLook shows what is private, and that alone, to who asked; each reading is an entry, and nothing private is in it.
func TestLook(t *testing.T) {
	w := newWorld(t)
	w.withPrivate("uncle")
	q := w.Do("agent", w.Command(model.CmdViewPrivate, "uncle")).Request
	for i := range int64(3) {
		size := w.size()
		seen, err := w.look("agent", q.ID)
		if err != nil || seen.Email != "uncle@example.org" || len(seen.Posts) != 3 || seen.Readings != i+1 || seen.Account.Handle != "uncle" {
			t.Errorf("it shows %+v, %v", seen, err)
		}
		for _, p := range seen.Posts {
			if p.Visibility != model.Private && p.Visibility != model.Direct {
				t.Errorf("it shows a %s post", p.Visibility)
			}
		}
		w.recorded(size, "a reading", ledger.EventLooked, "")
		rec, err := w.Store.Record(t.Context(), size)
		if err != nil || seen.Leaf != size {
			t.Fatal(err)
		}
		if f := w.entry(size); f.Actor != w.person("agent") || f.Account != w.Accounts["uncle"] || f.Request != q.ID || f.Kind != model.CmdViewPrivate {
			t.Errorf("its entry says %+v", f)
		}
		if text := string(rec.Facts) + string(rec.Private); strings.Contains(text, "example.org") || strings.Contains(text, "for private") {
			t.Errorf("its entry holds what is private: %s", text)
		}
	}
	if seen, err := w.Guard.Look(t.Context(), w.Actor("agent"), q.ID, store.Range{Limit: 1, Before: 1}); err != nil || len(seen.Posts) != 0 || seen.Email == "" {
		t.Errorf("a later page is %+v, %v", seen, err)
	}
	w.whole()
}

// TestLookTakesItsKeys: those of its row, on the open case of that very account.
func TestLookTakesItsKeys(t *testing.T) {
	w := newWorld(t)
	for handle, need := range map[string]model.Requirement{"astronaut": {Keys: 2}, "newsroom": {Keys: 2, Roles: []model.Role{model.RoleLead}},
		"president": {Keys: 2, Roles: []model.Role{model.RoleLead, model.RoleSecurity}}} {
		w.needs(w.ask("agent", w.Command(model.CmdViewPrivate, handle)), need.Keys, need.Roles, 1, 0)
	}
	q := w.ask("agent", w.Command(model.CmdViewPrivate, "president"))
	w.invalid(model.KindConflict, "", "before its keys", w.looking("agent", q.ID))
	w.turn(q, "lead", "security")
	if _, err := w.look("agent", q.ID); err != nil {
		t.Error(err)
	}
	w.refused("", "a key-holder, who did not ask", w.looking("lead", q.ID))
	w.refused("", "somebody else", w.looking("agent2", q.ID))
	other := w.Command(model.CmdViewPrivate, "uncle")
	other.Case = w.Case("aunt")
	w.invalid(model.KindInvalid, "case", "another account's case", w.submitting("agent", other))
	closed := w.Command(model.CmdViewPrivate, "uncle")
	w.resolve("uncle")
	w.invalid(model.KindConflict, "", "a case that is resolved", w.submitting("agent", closed))
	suspended := w.Do("agent", w.Command(model.CmdSuspend, "aunt")).Request
	w.invalid(model.KindConflict, "", "another kind of request", w.looking("agent", suspended.ID))
	w.invalid(model.KindNotFound, "", "no request", w.looking("agent", 12345))
	w.refused("", "an auditor asks", w.submitting("auditor", w.Command(model.CmdViewPrivate, "niece")))
	w.whole()
}

// TestLookEnds: with its hour, its case, its asker's employment or role, or the account's class.
func TestLookEnds(t *testing.T) {
	for what, tt := range map[string]struct {
		end  func(w *world)
		kind model.ErrorKind
	}{
		"its hour":   {func(w *world) { w.pass(time.Hour) }, model.KindConflict},
		"its case":   {func(w *world) { w.resolve("uncle") }, model.KindConflict},
		"the person": {func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "agent", "status", "ended"), "admin") }, model.KindForbidden},
		"the role": {func(w *world) {
			w.Do("admin", w.on(model.CmdGrantRole, "agent", "role", "agent", "revoke", "true"), "admin")
		}, model.KindForbidden},
		"the class":     {func(w *world) { w.Do("admin", w.Command(model.CmdSetClass, "uncle", "class", "verified"), "admin") }, model.KindForbidden},
		"the last ones": {func(w *world) { w.readings("agent", guard.LookReadings-1) }, model.KindTooMany},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.withPrivate("uncle")
			q := w.Do("agent", w.Command(model.CmdViewPrivate, "uncle")).Request
			if what == "its hour" {
				w.pass(time.Hour - time.Millisecond)
			}
			if _, err := w.look("agent", q.ID); err != nil {
				t.Fatal(err)
			}
			tt.end(w)
			if err := w.looking("agent", q.ID)(); model.KindOf(err) != tt.kind {
				t.Errorf("it is answered with %v", err)
			}
			w.whole()
		})
	}
}

// readings reads by the last request of a person so often.
func (w *world) readings(login string, n int) {
	w.t.Helper()
	all, err := w.Store.Requests(w.t.Context(), model.StateExecuted, 0, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	for range n {
		if _, err := w.look(login, all[0].ID); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestLaw10LooksAreBounded: so many a day for who asks and for who signs, whatever the account.
func TestLaw10LooksAreBounded(t *testing.T) {
	w := newWorld(t)
	for range guard.LooksPerDay - 1 {
		w.Do("agent", w.Command(model.CmdViewPrivate, "uncle"))
	}
	w.pass(time.Hour)
	w.Do("agent2", w.Command(model.CmdViewPrivate, "astronaut"), "agent2", "agent")
	w.refused(bounded, "one more", w.submitting("agent", w.Command(model.CmdViewPrivate, "aunt")))
	q := w.ask("lead", w.Command(model.CmdViewPrivate, "astronaut"))
	w.refused(bounded, "a key on one more", w.turning("agent", q))
	w.turn(q, "agent2", "lead")
	w.pass(23*time.Hour - time.Millisecond)
	w.refused(bounded, "a moment before a day has passed", w.submitting("agent", w.Command(model.CmdViewPrivate, "aunt")))
	w.pass(time.Millisecond)
	w.Do("agent", w.Command(model.CmdViewPrivate, "aunt"))
	w.whole()
}

// TestLaw06NoLookWithoutItsEntry: where the ledger cannot be written nothing is shown.
func TestLaw06NoLookWithoutItsEntry(t *testing.T) {
	w, db := newWorldWithSQL(t)
	w.withPrivate("uncle")
	q := w.Do("agent", w.Command(model.CmdViewPrivate, "uncle")).Request
	w.exec(db, `CREATE TRIGGER full BEFORE UPDATE OF facts ON leaves BEGIN SELECT RAISE(ABORT, 'no room for it'); END`)
	seen, err := w.look("agent", q.ID)
	if err == nil || seen.Email != "" || len(seen.Posts) > 0 {
		t.Errorf("without an entry it shows %+v, %v", seen, err)
	}
	w.exec(db, `DROP TRIGGER full`)
	if _, err := w.look("agent", q.ID); err != nil {
		t.Error(err)
	}
	w.whole()
}

// TestLaw12LookInDoubt: while the clock is in doubt nobody looks.
func TestLaw12LookInDoubt(t *testing.T) {
	w := newWorld(t)
	q := w.Do("agent", w.Command(model.CmdViewPrivate, "uncle")).Request
	w.Clock.Advance(-time.Minute)
	w.refused("fail_closed_for_dark", "a request when the clock is behind", w.submitting("agent", w.Command(model.CmdViewPrivate, "aunt")))
	w.refused("fail_closed_for_dark", "a reading when the clock is behind", w.looking("agent", q.ID))
}
