package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

func TestNoiseIsOneEntry(t *testing.T) {
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	before, _, err := w.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Guard.Noise(t.Context(), "192.0.2.7", w.Clock.Now(), 0); model.KindOf(err) != model.KindInvalid {
		t.Errorf("no noise was recorded: %v", err)
	}
	if err := w.Guard.Noise(t.Context(), "192.0.2.7", time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC), 312); err != nil {
		t.Fatal(err)
	}
	rec, err := w.Store.Record(t.Context(), before.Size)
	if err != nil {
		t.Fatal(err)
	}
	e, err := rec.Open()
	if err != nil {
		t.Fatal(err)
	}
	if e.Facts.Event != ledger.EventNoise || e.Facts.Note != "312 sign-ins failed at the desk in the minute of 2017-11-02T18:48Z" ||
		e.Private["source"] != "192.0.2.7" {
		t.Errorf("recorded %+v, private %v", e.Facts, e.Private)
	}
}
