package guard_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
)

// erasing is the command that erases the private part of an entry.
func erasing(entry int64) model.Command {
	return plain(model.CmdErasePrivate, "entry", strconv.FormatInt(entry, 10))
}

// TestLaw02Erasure: what takes evidence away takes what everything that loosens takes, under any policy.
func TestLaw02Erasure(t *testing.T) {
	w := newWorld(t)
	warned := w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	q := w.ask("admin", erasing(warned.Leaf))
	w.needs(q, 3, governors, 2, 24*time.Hour)
	w.turn(q, "admin", "security")
	w.pass(25 * time.Hour)
	if rec, err := w.Store.Record(t.Context(), warned.Leaf); err != nil || rec.Erased() {
		t.Fatalf("two keys have erased it (%v)", err)
	}
	w.whole()

	weak := newWorldUnder(t, bundle(t, func(doc object) { weakest(doc); doc.at("rows", "ban", "government")["wait"] = "2h" }))
	warned = weak.Do("agent", weak.Command(model.CmdWarn, "uncle"))
	weak.needs(weak.ask("admin", erasing(warned.Leaf)), 2, nil, 1, 2*time.Hour)
}

// TestErasure erases the reason of a suspension. What is left proves all that it did before, but the reason.
func TestErasure(t *testing.T) {
	w := newWorld(t)
	suspended := w.Do("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "security")
	opened := w.request(suspended.Request.ID).Opened
	before, err := w.Store.Record(t.Context(), opened)
	if err != nil {
		t.Fatal(err)
	}
	out := w.Do("admin", erasing(opened), "admin", "security", "lead")
	rec, err := w.Store.Record(t.Context(), opened)
	if err != nil || !rec.Erased() || string(rec.Leaf) != string(before.Leaf) || string(rec.Facts) != string(before.Facts) {
		t.Fatalf("the entry is %+v, %v", rec, err)
	}
	erasure, err := w.Store.Erasure(t.Context(), opened)
	if err != nil || erasure.Request != out.Request.ID || !erasure.At.Equal(w.Clock.Now()) {
		t.Errorf("the erasure: %+v, %v", erasure, err)
	}
	w.whole()
	report, err := audit.Verify(t.Context(), w.Store, nil)
	if err != nil || report.Erased != 1 {
		t.Errorf("%d entries are erased, %v", report.Erased, err)
	}
	story, err := audit.Who(t.Context(), w.Store, "newsroom", w.Clock.Now())
	if err != nil || len(story.Sanctions) != 1 || !story.Sanctions[0].Erased || len(story.Sanctions[0].Keys) != 2 {
		t.Errorf("who: %+v, %v", story, err)
	}
	w.invalid(model.KindConflict, "", "a second time", w.submitting("admin", erasing(opened)))
	// What was erased meanwhile by another request is a refusal when its own comes due.
	again := w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	first, second := w.waiting("admin", erasing(again.Leaf), "admin", "security", "lead"), w.waiting("lead", erasing(again.Leaf), "admin", "security", "lead")
	w.pass(25 * time.Hour)
	if w.State(first.ID) != model.StateExecuted || w.State(second.ID) != model.StateRefused {
		t.Errorf("erased twice: %s, %s", w.State(first.ID), w.State(second.ID))
	}
	w.whole()
}

// TestLaw05ErasureBadInput: what is no entry, what has nothing to erase, and what somebody has yet to read.
func TestLaw05ErasureBadInput(t *testing.T) {
	w := newWorld(t)
	for what, entry := range map[string]string{"none": "", "a word": "x", "negative": "-1", "beyond": "1000000", "the birth's": "0"} {
		w.invalid(model.KindInvalid, "params.entry", what, w.submitting("admin", plain(model.CmdErasePrivate, "entry", entry)))
	}
	w.invalid(model.KindInvalid, "params.index", "another parameter", w.submitting("admin", plain(model.CmdErasePrivate, "index", "1")))
	open := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.invalid(model.KindConflict, "", "an open request's", w.submitting("admin", erasing(open.Opened)))
	if _, err := w.Guard.Withdraw(t.Context(), w.Actor("agent"), open.ID, "told by mistake"); err != nil {
		t.Fatal(err)
	}
	q := w.ask("admin", erasing(open.Opened))
	if !strings.Contains(q.Target.State, "entry "+strconv.FormatInt(open.Opened, 10)+", suspend requested") {
		t.Errorf("what is signed says %q", q.Target.State)
	}
}

// TestNoiseCanBeErased: an address is somebody's too.
func TestNoiseCanBeErased(t *testing.T) {
	w := newWorld(t)
	if err := w.Guard.Noise(t.Context(), "192.0.2.7", w.Clock.Now(), 3); err != nil {
		t.Fatal(err)
	}
	w.Do("admin", erasing(w.size()-1), "admin", "security", "lead")
	w.whole()
}
