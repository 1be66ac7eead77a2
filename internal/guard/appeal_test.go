package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// appeal has the owner of an account appeal against a sanction or strike.
func (w *world) appeal(handle string, subject model.ID) model.ID {
	w.t.Helper()
	id := w.Store.IDs().Next()
	w.Write(func(tx *store.Tx) error {
		return tx.AddAppeal(w.t.Context(), model.Appeal{ID: id, Account: w.Accounts[handle], Subject: subject, Text: "I did not write that",
			CreatedAt: w.Clock.Now()})
	})
	return id
}

// appealed appeals against the newest sanction on an account.
func (w *world) appealed(handle string) model.ID {
	w.t.Helper()
	all := w.sanctions(handle)
	return w.appeal(handle, all[len(all)-1].ID)
}

// deciding is the command that decides an appeal.
func (w *world) deciding(handle string, appeal model.ID, decision string, more ...string) model.Command {
	w.t.Helper()
	return w.Command(model.CmdDecideAppeal, handle, append([]string{"appeal", appeal.String(), "decision", decision}, more...)...)
}

func (w *world) appealIs(id model.ID, state model.AppealState) {
	w.t.Helper()
	a, err := w.Store.Appeal(w.t.Context(), id)
	if err != nil || a.State() != state {
		w.t.Errorf("the appeal is %s (%v), want %s", a.State(), err, state)
	}
}

// banned bans @uncle by agent, agent2 and lead, so long ago that no one key undoes it, and appeals.
func (w *world) banned() model.ID {
	w.t.Helper()
	w.Do("agent", w.Command(model.CmdBan, "uncle"), "agent2", "lead")
	w.pass(2 * time.Hour)
	return w.appealed("uncle")
}

// TestLaw04AppealOtherEyes: whoever asked for what an appeal is against, or turned a key on it, neither asks for the
// decision, nor signs it, nor stops it.
func TestLaw04AppealOtherEyes(t *testing.T) {
	w := newWorld(t)
	appeal := w.banned()
	for _, decision := range []string{"grant", "reject"} {
		for _, login := range []string{"agent", "agent2", "lead", "lead.oncall"} {
			w.refused(oneHuman, login+" asks to "+decision, w.submitting(login, w.deciding("uncle", appeal, decision)))
		}
	}
	q := w.ask("lead2", w.deciding("uncle", appeal, "grant"))
	for _, login := range []string{"agent", "agent2", "lead", "lead.oncall"} {
		w.refused(oneHuman, "the key of "+login, w.turning(login, q))
	}
	for what, stop := range map[string]func() error{
		"declines": func() error { _, err := w.Guard.Decline(t.Context(), w.Actor("lead"), q.ID, ""); return err },
		"vetoes":   func() error { _, err := w.Guard.Veto(t.Context(), w.Actor("lead"), q.ID, ""); return err },
	} {
		w.refused(oneHuman, "who signed the ban "+what, stop)
	}
	w.turn(q, "lead2", "security")
	w.light("uncle", "two others granted it")
	w.appealIs(appeal, model.AppealGranted)
	w.whole()
}

// TestLaw04AppealNoSponsor: who counts as the same human as somebody who took part does not decide either.
func TestLaw04AppealNoSponsor(t *testing.T) {
	w := newWorld(t)
	w.join("nadir", "lead", "admin2", "admin2") // lead counts as nadir for 30 days
	appeal := w.banned()
	w.refused(oneHuman, "a signer's newcomer asks", w.submitting("nadir", w.deciding("uncle", appeal, "reject")))
	q := w.ask("lead2", w.deciding("uncle", appeal, "grant"))
	w.refused(oneHuman, "the key of a signer's newcomer", w.turning("nadir", q))
	w.Clock.Advance(31 * 24 * time.Hour)
	q = w.ask("lead2", w.deciding("uncle", appeal, "grant"))
	w.turn(q, "lead2", "nadir")
	w.light("uncle", "31 days later nadir is somebody else")
}

// TestLaw04AppealAgainstAStrike: a warning is a decision like any other.
func TestLaw04AppealAgainstAStrike(t *testing.T) {
	w := newWorld(t)
	w.Do("lead", w.Command(model.CmdWarn, "uncle"))
	strike := w.strikes("uncle")[0]
	appeal := w.appeal("uncle", strike.ID)
	w.refused(oneHuman, "who warned asks", w.submitting("lead", w.deciding("uncle", appeal, "grant")))
	w.Do("lead2", w.deciding("uncle", appeal, "grant", "message", "We were wrong."))
	if s := w.strikes("uncle")[0]; s.RetractedAt.IsZero() {
		t.Error("the strike stands")
	}
	w.whole()
}

func (w *world) strikes(handle string) []store.Strike {
	w.t.Helper()
	all, err := w.Store.Strikes(w.t.Context(), w.Accounts[handle])
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestLaw09GrantTakesBoth: granting an appeal takes the row of decide_appeal and what restoring takes then; rejecting
// one restores nothing and takes the row.
func TestLaw09GrantTakesBoth(t *testing.T) {
	w := newWorld(t)
	w.deactivated()
	appeal := w.appealed("president")
	soon := w.ask("lead2", w.deciding("president", appeal, "grant"))
	w.needs(soon, 3, []model.Role{model.RoleLead, model.RoleGovernmentAffairs}, 1, 0)
	w.pass(time.Hour + time.Millisecond)
	w.refused(signed, "what restoring takes has changed with the hour", w.turning("lead2", soon))
	w.needs(w.ask("lead2", w.deciding("president", appeal, "grant")), 3, theThree, 1, 0)
	w.needs(w.ask("lead2", w.deciding("president", appeal, "reject")), 3, []model.Role{model.RoleLead, model.RoleGovernmentAffairs}, 1, 0)
}

// TestLaw09GrantRestores in the same transaction, also in a freeze, and once.
func TestLaw09GrantRestores(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.pass(2 * time.Hour)
	appeal := w.appealed("newsroom")
	w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
	q, other := w.ask("lead2", w.deciding("newsroom", appeal, "grant")), w.ask("security", w.deciding("newsroom", appeal, "reject"))
	w.needs(q, 2, []model.Role{model.RoleLead}, 2, 0)
	if out := w.turn(q, "lead2", "security"); out.Request.State != model.StateExecuted {
		t.Fatalf("it is %s", out.Request.State)
	}
	w.light("newsroom", "the appeal was granted")
	w.refused("", "the other decision", w.turning("lead2", other))
	w.invalid(model.KindConflict, "", "a second decision", w.submitting("lead2", w.deciding("newsroom", appeal, "reject")))
	w.appealIs(appeal, model.AppealGranted)
	w.whole()
}

// TestLaw09RejectedStands: rejecting changes nothing, and the appeal is spent.
func TestLaw09RejectedStands(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	appeal := w.appealed("uncle")
	w.Do("lead", w.deciding("uncle", appeal, "reject"))
	if !w.Dark("uncle") {
		t.Error("a rejected appeal restored")
	}
	w.appealIs(appeal, model.AppealRejected)
	w.invalid(model.KindConflict, "", "a second decision", w.submitting("lead", w.deciding("uncle", appeal, "grant")))
	w.Do("agent2", w.Command(model.CmdRestore, "uncle")) // restoring is open as ever
	w.appealIs(appeal, model.AppealRejected)
	w.whole()
}

// TestLaw09GrantUsesUpTheUndo: under a policy by which one key decides an appeal, a grant within the hour is the one-key
// undo of the account and case: the loop of darkening and granting ends there.
func TestLaw09GrantUsesUpTheUndo(t *testing.T) {
	w := newWorldUnder(t, bundle(t, weakest))
	darken := func() model.ID {
		w.Do("agent", w.Command(model.CmdDeactivate, "president"), "agent", "agent2")
		return w.appealed("president")
	}
	first := w.ask("lead", w.deciding("president", darken(), "grant"))
	w.needs(first, 1, nil, 1, 0)
	w.turn(first, "lead")
	w.light("president", "the appeal was granted")
	again := darken() // on the same case
	w.needs(w.ask("lead", w.deciding("president", again, "grant")), 2, nil, 1, 0)
	w.needs(w.restoring("lead", "president"), 2, nil, 1, 0)
	w.Do("lead", w.deciding("president", again, "grant"), "lead", "lead2")
	if n, err := w.Store.UndoneOn(t.Context(), w.Accounts["president"], w.Case("president")); err != nil || n != 1 {
		t.Errorf("%d undos on the case (%v), want the one", n, err)
	}
	w.whole()
}

// TestLaw09SettledByARestore: what is restored before anybody has decided leaves nothing to decide.
func TestLaw09SettledByARestore(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	strike := w.strikes("uncle")[0].ID
	suspended, warned := w.appealed("uncle"), w.appeal("uncle", strike)
	w.Do("agent2", w.Command(model.CmdRestore, "uncle"))
	w.appealIs(suspended, model.AppealSettled)
	w.appealIs(warned, model.AppealOpen)
	w.Do("agent2", w.Command(model.CmdRestore, "uncle", "strike", strike.String()))
	w.appealIs(warned, model.AppealSettled)
	for _, appeal := range []model.ID{suspended, warned} {
		w.invalid(model.KindConflict, "", "there is nothing to decide", w.submitting("lead", w.deciding("uncle", appeal, "grant")))
	}
	w.whole()
}

// TestLaw09AppealOfWhatIsOver: a sanction whose time is over can be appealed; granting it lifts it for the record.
func TestLaw09AppealOfWhatIsOver(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle", "for", "1h"))
	appeal := w.appealed("uncle")
	w.pass(2 * time.Hour)
	w.Do("lead", w.deciding("uncle", appeal, "grant"))
	if s := w.sanctions("uncle")[0]; s.LiftedAt.IsZero() {
		t.Error("it is not lifted")
	}
	w.whole()
}

// TestLaw09Retract: a strike is retracted by name, with the keys that the warning took, or by one within the hour.
func TestLaw09Retract(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdWarn, "president"), "lead", "gov")
	w.Do("agent", w.Command(model.CmdWarn, "president"), "lead", "gov")
	both := w.strikes("president")
	w.Do("agent", w.Command(model.CmdRestore, "president", "strike", both[0].ID.String()), "lead2")
	w.pass(2 * time.Hour)
	q := w.ask("agent", w.Command(model.CmdRestore, "president", "strike", both[1].ID.String()))
	w.needs(q, 2, []model.Role{model.RoleLead}, 1, 0)
	w.turn(q, "lead2", "security")
	for _, s := range w.strikes("president") {
		if s.RetractedAt.IsZero() {
			t.Errorf("strike %d stands", s.ID)
		}
	}
	w.whole()
}

func TestBadAppeals(t *testing.T) {
	w := newWorld(t)
	appeal := w.banned()
	good := w.deciding("uncle", appeal, "grant")
	for field, cmd := range map[string]model.Command{
		"params.appeal":   with(good, "appeal", "x"),
		"params.decision": with(good, "decision", "maybe"),
		"params.for":      with(good, "for", "1h"),
		"params.strike":   with(w.Command(model.CmdRestore, "uncle"), "strike", "x"),
		"params.category": with(w.Command(model.CmdWarn, "uncle"), "category", "STATEMENT_CATEGORY_VIOLENCE"),
	} {
		w.invalid(model.KindInvalid, field, field, w.submitting("lead2", cmd))
	}
	w.invalid(model.KindInvalid, "params.appeal", "no appeal", w.submitting("lead2", without(good, "appeal")))
	w.invalid(model.KindInvalid, "params.decision", "no decision", w.submitting("lead2", without(good, "decision")))
	w.invalid(model.KindInvalid, "params.appeal", "another's", w.submitting("lead2", w.deciding("aunt", appeal, "grant")))
	w.invalid(model.KindNotFound, "", "no such appeal", w.submitting("lead2", with(good, "appeal", "9")))
	w.invalid(model.KindInvalid, "params.strike", "two at once",
		w.submitting("lead2", w.Command(model.CmdRestore, "uncle", "strike", "9", "sanction", "9")))
	w.invalid(model.KindConflict, "", "no such strike", w.submitting("lead2", w.Command(model.CmdRestore, "uncle", "strike", "9")))
	w.Do("agent", w.Command(model.CmdWarn, "aunt", "category", "violence"))
	theirs := w.strikes("aunt")[0].ID.String()
	w.invalid(model.KindConflict, "", "another's strike", w.submitting("lead2", w.Command(model.CmdRestore, "uncle", "strike", theirs)))
}

// TestAppealIsOnItsCase: a decision is on the case of what the appeal is against, whatever is open on the account.
func TestAppealIsOnItsCase(t *testing.T) {
	w := newWorld(t)
	appeal := w.banned()
	first := w.Case("uncle")
	w.resolve("uncle")
	cmd := w.deciding("uncle", appeal, "reject") // on the case that was opened next
	w.invalid(model.KindInvalid, "case", "another case", w.submitting("lead2", cmd))
	cmd.Case = 0
	if out := w.Do("lead2", cmd); w.request(out.Request.ID).Command.Case != first {
		t.Errorf("it is on case %d, not %d", out.Request.Command.Case, first)
	}
}
