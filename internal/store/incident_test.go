package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestIncidents(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := e.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		add := func(i model.Incident) (added bool) {
			t.Helper()
			write(func(tx *store.Tx) (err error) { added, err = tx.AddIncident(t.Context(), i); return err })
			return added
		}
		first := model.Incident{ID: 1, Rule: model.IncidentTampered, Subject: "a", What: "ein Ärgernis", Entry: -1, OpenedAt: e.clock.Now(),
			Details: model.IncidentDetails{Found: []model.IncidentRow{{Entry: -1, Table: "sanctions", Key: "7", Columns: []string{"kind"}, What: "x"}},
				More: 3, NewestAt: e.clock.Now(), Account: 9, People: []model.ID{4}, UndoUntil: e.clock.Now().Add(time.Hour)}}
		if !add(first) || !add(model.Incident{ID: 2, Rule: model.IncidentDark, Subject: "a", OpenedAt: e.clock.Now()}) {
			t.Fatal("they were not added")
		}
		again := first
		if again.ID = 3; add(again) {
			t.Error("one subject of one rule has two open incidents")
		}
		if got, err := e.Incident(t.Context(), 1); err != nil || cmp.Diff(first, got) != "" {
			t.Errorf("%v, differs by %s", err, cmp.Diff(first, got))
		}
		first.AcknowledgedBy, first.AcknowledgedAt, first.Note = 5, e.tick(), "seen"
		write(func(tx *store.Tx) error { return tx.SetIncident(t.Context(), first) })
		if again.ID = 4; add(again) {
			t.Error("what was acknowledged is not closed")
		}
		first.OverAt, first.ClosedAt = e.tick(), e.tick()
		write(func(tx *store.Tx) error { return tx.SetIncident(t.Context(), first) })
		if got, err := e.Incident(t.Context(), 1); err != nil || cmp.Diff(first, got) != "" || got.State() != model.IncidentClosed {
			t.Errorf("%v, differs by %s", err, cmp.Diff(first, got))
		}
		if again.ID = 5; !add(again) {
			t.Error("what was closed stands in the way of the next")
		}
		for state, want := range map[string][]model.ID{"": {5, 2, 1}, model.IncidentOpen: {5, 2}, model.IncidentAcknowledged: nil, model.IncidentClosed: {1}} {
			if got := ids(t, e.Store.Reads, state, 0, 80); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", state, got, want)
			}
		}
		if got := ids(t, e.Store.Reads, "", 5, 1); !slices.Equal(got, []model.ID{2}) {
			t.Errorf("before 5, one of them: %v", got)
		}
		if open, err := e.OpenIncidents(t.Context(), 1); err != nil || len(open) != 1 || open[0].ID != 5 {
			t.Errorf("the newest open one: %+v, %v", open, err)
		}
		if _, err := e.Incidents(t.Context(), "gone", 0, 1); model.KindOf(err) != model.KindInvalid {
			t.Errorf("a state that there is not: %v", err)
		}
		for subject, want := range map[string]bool{"a": true, "b": false} {
			if had, err := e.HadIncident(t.Context(), model.IncidentTampered, subject); err != nil || had != want {
				t.Errorf("had one on %s: %t, %v", subject, had, err)
			}
		}
		err := e.Write(t.Context(), func(tx *store.Tx) error { return tx.SetIncident(t.Context(), model.Incident{ID: 404}) })
		if model.KindOf(err) != model.KindNotFound {
			t.Errorf("one that is not there was written: %v", err)
		}
	})
}

func ids(t *testing.T, r store.Reads, state string, before model.ID, limit int) (all []model.ID) {
	t.Helper()
	list, err := r.Incidents(t.Context(), state, before, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		all = append(all, i.ID)
	}
	return all
}

func TestErasePrivate(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		if err := e.automatic(func(_ context.Context, p *store.PrivTx) error {
			p.Entry.Private = map[string]string{"reason": "secret"}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		erase := func(entry int64) error {
			return e.automatic(func(ctx context.Context, p *store.PrivTx) error {
				return p.ErasePrivate(ctx, store.Erasure{Entry: entry, Request: 7, At: p.Now()})
			})
		}
		if err := erase(0); err != nil {
			t.Fatal(err)
		}
		rec, err := e.Record(t.Context(), 0)
		if err != nil || !rec.Erased() || rec.Check() != nil {
			t.Errorf("%+v, %v", rec, err)
		}
		for _, entry := range []int64{0, 2, 404} { // erased, the one that is made, none
			if err := erase(entry); model.KindOf(err) != model.KindConflict {
				t.Errorf("entry %d: %v", entry, err)
			}
		}
		e.replay()
	})
}

// TestRowsAfter reads a privileged table in pieces, and tells text from bytes that are spelt alike.
func TestRowsAfter(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		for _, name := range []string{"b", "a", "é", "ab"} {
			if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error { return p.PutSetting(ctx, name, "lead") }); err != nil {
				t.Fatal(err)
			}
		}
		for piece := 1; piece <= 5; piece++ {
			var keys []string
			for after := ""; ; {
				n := 0
				for raw, err := range e.RowsAfter(t.Context(), "settings", after, piece) {
					if err != nil {
						t.Fatal(err)
					}
					row := raw.Row()
					if got, want := string(raw.AppendText(nil)), string(ledger.AppendRow(nil, row.Values)); got != want {
						t.Errorf("the text of %v is %q", row, got)
					}
					after = raw.Key()
					keys = append(keys, after)
					n++
				}
				if n < piece {
					break
				}
			}
			slices.Sort(keys)
			if !slices.Equal(keys, []string{"a", "ab", "b", "é"}) {
				t.Errorf("in pieces of %d: %v", piece, keys)
			}
		}
		if strings.Contains(e.config.URL, "postgres") {
			return
		}
		db := rawDB(t, e.config)
		if _, err := db.ExecContext(t.Context(), `UPDATE settings SET value = x'95e69d' WHERE name = 'a'`); err != nil { // "lead" in base64
			t.Fatal(err)
		}
		if row, err := e.PrivilegedRow(t.Context(), "settings", "b"); err != nil || row.Values["value"] != "lead" {
			t.Errorf("%+v, %v", row, err)
		}
		for row, err := range e.PrivilegedRows(t.Context(), "settings") {
			if err != nil || row.Key == "a" && row.Values["value"] == "lead" {
				t.Errorf("bytes are taken for text: %+v, %v", row, err)
			}
		}
	})
}
