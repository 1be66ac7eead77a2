package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

const ownCase = "nobody_in_their_own_case"

// mapped makes a map_person so, a moment before which something else is done.
func (w *world) mapped(cmd model.Command, before func(), keys ...string) {
	w.t.Helper()
	q := w.waiting("lead", cmd, keys...)
	w.pass(23*time.Hour + 59*time.Minute)
	before()
	w.pass(time.Minute)
	if state := w.State(q.ID); state != model.StateExecuted {
		w.t.Fatalf("the mapping is %s: %s", state, w.request(q.ID).Outcome)
	}
}

func (w *world) roles(id model.ID) []model.Role {
	w.t.Helper()
	p, err := w.Store.Person(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.RoleSet()
}

// TestLaw04TwoEntriesOfOneHuman merges two people who have both signed, and one of whom has asked: their keys count once,
// the one has no more roles than before, and the other none.
func TestLaw04TwoEntriesOfOneHuman(t *testing.T) {
	w := newWorld(t)
	lead, gov := w.person("lead"), w.person("gov")
	var both, asked, waits model.Request
	w.mapped(w.on(model.CmdMapPerson, "lead", "login", "gov"), func() {
		both = w.ask("agent", w.Command(model.CmdLimit, "president")) // 3, a lead and a government_affairs among them
		w.turn(both, "gov", "lead")
		asked = w.ask("gov", w.Command(model.CmdBan, "uncle"))
		waits = w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "gov", "lead2")
		w.Write(func(tx *store.Tx) error {
			return tx.AddStaffSession(t.Context(), store.StaffSession{Hash: []byte("gov"), Person: gov, ExpiresAt: w.Clock.Now().Add(time.Hour)})
		})
	}, "admin", "security", "admin2")

	if out := w.turn(both, "security"); out.Missing.Keys != 1 || len(out.Missing.Roles) != 1 {
		t.Errorf("with the keys of both entries and of security %+v is missing", out.Missing)
	}
	if state := w.State(asked.ID); state != model.StateWithdrawn {
		t.Errorf("what the merged entry asked for is %s", state)
	}
	w.pass(10 * time.Minute)
	if state := w.State(waits.ID); state != model.StatePending {
		t.Errorf("what waited with the merged entry's key is %s", state)
	}
	if had, has := w.roles(lead), w.roles(gov); len(had) != 1 || had[0] != model.RoleLead || len(has) != 0 {
		t.Errorf("the one has the roles %v, the other %v", had, has)
	}
	if held, err := w.Store.CredentialsOf(t.Context(), gov); err != nil || len(held) != 0 {
		t.Errorf("the merged entry holds %d passkeys (%v)", len(held), err)
	}
	if _, err := w.Store.StaffSession(t.Context(), []byte("gov")); model.KindOf(err) != model.KindNotFound {
		t.Errorf("the merged entry is signed in: %v", err)
	}
	if w.person("gov") != lead {
		t.Error("the login is not the other's")
	}
	w.invalid(model.KindConflict, "", "a further login for an entry that ended", func() error {
		cmd := w.on(model.CmdMapPerson, "gov", "login", "agent2")
		cmd.Person = gov
		_, err := w.Submit("lead2", cmd)
		return err
	})
	w.whole()
}

// TestLaw04WhatOneEntryDid counts for the human: vetoes, and whom they brought in.
func TestLaw04WhatOneEntryDid(t *testing.T) {
	w := newWorld(t)
	w.join("nadir", "lead2", "lead2", "lead2")
	var onCase model.ID
	w.mapped(w.on(model.CmdMapPerson, "lead", "login", "lead2"), func() {
		q := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "gov", "lead")
		onCase = q.Command.Case
		if _, err := w.Guard.Veto(t.Context(), w.Actor("lead2"), q.ID, "no"); err != nil {
			t.Fatal(err)
		}
	}, "admin", "security", "admin2")
	w.sameHuman("lead", "nadir", true)
	cmd := w.Command(model.CmdSuspend, "newsroom")
	if cmd.Case != onCase {
		t.Fatal("the case is another")
	}
	again := w.waiting("agent", cmd, "gov", "lead")
	w.refused("bounded_reach", "a veto by the other entry", func() error {
		_, err := w.Guard.Veto(t.Context(), w.Actor("lead"), again.ID, "no")
		return err
	})
	w.whole()
}

// TestLaw04AMovedLogin goes without its passkeys, and leaves the rest of its person alone.
func TestLaw04AMovedLogin(t *testing.T) {
	w := newWorld(t)
	lead, agent2 := w.person("lead"), w.person("agent2")
	var q model.Request
	w.mapped(w.on(model.CmdMapPerson, "agent2", "login", "lead.oncall"), func() {
		q = w.ask("agent", w.Command(model.CmdLimit, "astronaut"))
		w.turn(q, "lead.oncall")
	}, "admin", "security", "admin2")
	if out := w.turn(q, "agent2"); out.Missing.Keys != 1 {
		t.Errorf("the moved login's key still counts: %s, missing %+v", out.Request.State, out.Missing)
	}
	if len(w.roles(lead)) != 1 || len(w.roles(agent2)) != 1 || w.person("lead.oncall") != agent2 || w.person("lead") != lead {
		t.Errorf("roles %v and %v", w.roles(lead), w.roles(agent2))
	}
	q = w.ask("agent", w.Command(model.CmdLimit, "newsroom"))
	w.turn(q, "lead")
	if _, err := w.Turn("lead.oncall", q.ID); err == nil {
		t.Error("the moved login's passkey signs for somebody else")
	}
	w.whole()
}

// TestLaw04AccountsGoAlong: the accounts of a merged entry are the other's, those that it once had too.
func TestLaw04AccountsGoAlong(t *testing.T) {
	w := linkedWorld(t, map[string]string{"gov": "cousin"})
	lead := w.person("lead")
	w.Do("lead2", w.on(model.CmdMapPerson, "gov", "account", "niece"), "admin", "security", "admin2")
	w.Do("lead2", w.on(model.CmdMapPerson, "gov", "account", "@Niece", "unmap", "true"), "admin", "security", "admin2")
	w.mapped(w.on(model.CmdMapPerson, "lead", "login", "gov"), func() {}, "admin", "security", "admin2")
	w.mapped(w.on(model.CmdMapPerson, "lead2", "login", "lead"), func() {}, "admin", "security", "admin2")
	if ever, err := w.Store.AccountsOfPerson(t.Context(), lead); err != nil || len(ever) != 2 {
		t.Errorf("the accounts that were ever theirs: %v (%v)", ever, err)
	}
	if p, err := w.Store.PersonOfAccount(t.Context(), w.Accounts["cousin"]); err != nil || p != lead {
		t.Errorf("@cousin is %d's (%v)", p, err)
	}
	for _, login := range []string{"lead.oncall", "gov"} {
		w.Do("lead2", w.on(model.CmdMapPerson, "lead2", "login", login), "admin", "security", "admin2")
	}
	if ever, err := w.Store.AccountsOfPerson(t.Context(), w.person("lead2")); err != nil || len(ever) != 2 {
		t.Errorf("after a second merge: %v (%v)", ever, err)
	}
	w.whole()
}

// TestLaw04NobodyInTheirOwnCase has people decide about their own accounts, and on what they have reported.
func TestLaw04NobodyInTheirOwnCase(t *testing.T) {
	w := linkedWorld(t, map[string]string{"lead": "uncle", "lead2": "aunt"}) // @aunt reports whatever has a case
	target, reporter := "lead", "lead2"
	for _, kind := range []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdLimit, model.CmdDeactivate, model.CmdBan, model.CmdSetClass} {
		cmd := w.Command(kind, "uncle")
		if kind == model.CmdSetClass {
			cmd = with(cmd, "class", "verified")
		}
		w.refused(ownCase, string(kind)+" of one's own account", w.submitting(target, cmd))
		w.refused(ownCase, string(kind)+" on a case in which one has reported", w.submitting(reporter, cmd))
		cmd.Case = 0
		w.refused(ownCase, string(kind)+" without naming the case", w.submitting(reporter, cmd))
	}
	q := w.ask("agent", w.Command(model.CmdBan, "uncle"))
	for _, login := range []string{target, "lead.oncall", reporter} {
		w.refused(ownCase, "the key of "+login, w.turning(login, q))
	}
	for what, stop := range map[string]func() error{
		"a decline": func() error { _, err := w.Guard.Decline(t.Context(), w.Actor(target), q.ID, "no"); return err },
		"a veto":    func() error { _, err := w.Guard.Veto(t.Context(), w.Actor(target), q.ID, "no"); return err },
	} {
		w.refused(ownCase, what+" by the account's owner", stop)
	}
	if _, err := w.Guard.Decline(t.Context(), w.Actor(reporter), q.ID, "it was not so bad"); err != nil {
		t.Errorf("a reporter cannot stop what the report led to: %v", err)
	}

	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.refused(ownCase, "restoring one's own account", w.submitting(target, w.Command(model.CmdRestore, "uncle")))
	w.Do(reporter, w.Command(model.CmdRestore, "uncle"))
	w.light("uncle", "restored by who reported it")
	w.whole()
}

// TestLaw04OnceTheirOwn: an account that was somebody's stays their own case, and what was asked before it was known is
// stopped by it.
func TestLaw04OnceTheirOwn(t *testing.T) {
	w := linkedWorld(t, map[string]string{"lead": "cousin"})
	w.Do("lead2", w.on(model.CmdMapPerson, "lead", "account", "cousin", "unmap", "true"), "admin", "security", "admin2")
	if _, err := w.Store.PersonOfAccount(t.Context(), w.Accounts["cousin"]); model.KindOf(err) != model.KindNotFound {
		t.Errorf("@cousin is still linked: %v", err)
	}
	w.refused(ownCase, "an account that was one's own", w.submitting("lead", w.Command(model.CmdWarn, "cousin")))
	if _, err := w.Submit("lead", w.Command(model.CmdWarn, "niece")); err != nil {
		t.Errorf("another's account: %v", err)
	}
	var asked, signed model.Request
	w.mapped(w.on(model.CmdMapPerson, "lead2", "account", "newsroom"), func() {
		asked = w.waiting("lead2", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
		signed = w.waiting("agent", w.Command(model.CmdDeactivate, "newsroom"), "lead2", "gov")
	}, "admin", "security", "admin2")
	w.pass(10 * time.Minute)
	if state := w.State(asked.ID); state != model.StateRefused {
		t.Errorf("what the account's owner asked for is %s", state)
	}
	if state := w.State(signed.ID); state != model.StatePending {
		t.Errorf("what the account's owner signed is %s", state)
	}
	w.light("newsroom", "after its owner's keys")
	w.whole()
}
