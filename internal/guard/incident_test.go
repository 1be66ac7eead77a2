package guard_test

import (
	"testing"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// TestLaw12DoubtfulRows: while the rows are not what the ledger says nothing is harmed or governed by them; what stops
// and undoes goes on.
func TestLaw12DoubtfulRows(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	open := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.Guard.Doubt("the database is not what the ledger says")
	for _, cmd := range []model.Command{w.Command(model.CmdDeactivate, "aunt"), w.Command(model.CmdLock, "aunt"),
		w.Command(model.CmdSetClass, "aunt", "class", "verified"), w.on(model.CmdGrantRole, "agent", "role", "lead")} {
		w.refused("fail_closed_for_dark", "doubt: "+string(cmd.Kind), w.submitting("lead", cmd))
	}
	w.refused("fail_closed_for_dark", "a key on what was asked before", w.turning("lead", open))
	w.Do("agent", w.Command(model.CmdRestore, "uncle"))
	w.Do("security", plain(model.CmdFreeze), "security")
	if _, err := w.Guard.Withdraw(t.Context(), w.Actor("agent"), open.ID, "later"); err != nil {
		t.Error(err)
	}
	w.Guard.Doubt("")
	w.Do("lead", w.Command(model.CmdSetClass, "aunt", "class", "verified"), "lead")
	w.whole()
}

// TestLaw12Distrust: once the history is broken the ledger takes nothing but a restore, until the process starts anew.
func TestLaw12Distrust(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.Guard.Distrust("")
	if why := w.Guard.Broken(); why != "" {
		t.Fatalf("nothing is wrong: %s", why)
	}
	w.Guard.Distrust("the ledger is shorter than it was")
	w.Guard.Distrust("something else")
	if why := w.Guard.Broken(); why != "the ledger is shorter than it was" {
		t.Errorf("it says %q", why)
	}
	w.invalid(model.KindUnavailable, "", "a warning", w.submitting("agent", w.Command(model.CmdWarn, "aunt")))
	w.invalid(model.KindUnavailable, "", "noise", func() error { return w.Guard.Noise(t.Context(), "192.0.2.7", w.Clock.Now(), 1) })
	w.Do("agent", w.Command(model.CmdRestore, "uncle"))
	size := w.size()
	i, opened, err := w.Guard.OpenIncident(t.Context(), model.Incident{Rule: model.IncidentHistory, Subject: "it"})
	if err != nil || !opened || i.Entry != -1 || w.size() != size {
		t.Errorf("the incident: %+v, %t, %v", i, opened, err)
	}
}

// TestIncidentIsOneEntry: opened once, written down once.
func TestIncidentIsOneEntry(t *testing.T) {
	w := newWorld(t)
	size, before := w.size(), w.state()
	incident := model.Incident{Rule: model.IncidentDark, Subject: "entry 7", What: "@president is dark",
		Details: model.IncidentDetails{Account: w.Accounts["president"], Handle: "president", Class: model.ClassGovernment}}
	for try := range 2 {
		i, opened, err := w.Guard.OpenIncident(t.Context(), incident)
		if err != nil || opened != (try == 0) || opened && i.Entry != size {
			t.Errorf("try %d: %+v, %t, %v", try, i, opened, err)
		}
	}
	w.recorded(size, "an incident", ledger.EventIncident, "")
	w.unchanged(before, "an incident")
	if f := w.entry(size); f.Handle != "president" || f.Class != model.ClassGovernment {
		t.Errorf("the entry: %+v", f)
	}
	w.whole()
}
