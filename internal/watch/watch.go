package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

const (
	// lookEvery is how often the watch looks.
	lookEvery = time.Second
	// lookTime bounds one look: a database that hangs must not end them.
	lookTime = time.Minute
	// maxOpen is how many open incidents the watch keeps in sight.
	maxOpen = 1000
)

// Config is what a watch works with.
type Config struct {
	Store *store.Store
	Guard *guard.Guard
	Now   func() time.Time
	Log   *slog.Logger
	Kept  string // a file, apart from the data, for the newest checkpoint; "": none
}

// Watch looks at a store for as long as it runs. Any number of nodes may each have one.
type Watch struct {
	Config
	book  *audit.Book // nil until the ledger was read
	stamp int64       // of the database's writers, as seen last
	hurry bool        // somebody else has written: the passes under way are to be ended at once
	seen  parts
	asked time.Time           // when it was last asked which rows of the table can be met
	unmet string              // those that could not
	told  map[string]model.ID // in which incident that is not closed what differs stands, by its words
	blind blind

	kept    ledger.Head // whose checkpoint is in the file
	keptErr string      // why it could not be written

	open           atomic.Int64
	unacknowledged atomic.Int64
}

// New makes a watch; Run has it look.
func New(cfg Config) *Watch { return &Watch{Config: cfg, told: map[string]model.ID{}} }

// Open is how many incidents are not closed, and Unacknowledged how many of them nobody has acknowledged.
func (w *Watch) Open() int64           { return w.open.Load() }
func (w *Watch) Unacknowledged() int64 { return w.unacknowledged.Load() }

// Run looks until ctx ends. It reads the whole ledger first, which takes a while when that is long.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	defer w.Close()
	for {
		if err := w.Look(ctx); err == nil && w.hurry {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Close gives back what looking takes; who looks again begins anew.
func (w *Watch) Close() error {
	if w.book == nil {
		return nil
	}
	book := w.book
	w.book = nil
	return book.Close()
}

// Look looks once: at the incidents that are open, at what was appended to the ledger since, at all small tables, and at
// a piece of the rest. That it cannot is told like all else that it notices.
func (w *Watch) Look(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		w.hurry = false
		return err
	}
	err := w.look(ctx)
	if err == nil {
		w.blind = blind{}
	} else if ctx.Err() == nil {
		w.cannotLook(ctx, err)
	}
	return err
}

func (w *Watch) look(ctx context.Context) error {
	if w.book == nil {
		if err := w.begin(ctx); err != nil {
			return err
		}
	}
	limited, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	entries, err := w.compare(limited)
	if err != nil {
		if w.book.Lost() != nil {
			return errors.Join(err, w.Close())
		}
		return err
	}
	if err := w.tampered(limited); err != nil {
		return err
	}
	w.keepHead(limited)
	changed := w.asked.IsZero()
	for _, e := range entries {
		if err := w.happened(limited, e); err != nil {
			return err
		}
		changed = changed || governs(e.Facts)
	}
	if err := w.gaps(limited, changed); err != nil {
		return err
	}
	return w.count(limited)
}

// begin reads the ledger, and what an earlier watch has left open. What went dark within the last hour may not have been
// told, if the server stopped just then.
func (w *Watch) begin(ctx context.Context) error {
	if why := w.Guard.Broken(); why != "" {
		if err := w.history(ctx, why); err != nil {
			return err
		}
	}
	book, err := audit.OpenBook(ctx, w.Store)
	if err != nil {
		return fmt.Errorf("reading the ledger: %w", err)
	}
	w.book = book
	w.seen.standing = words(book.Take())
	if err := w.recent(ctx); err != nil {
		return errors.Join(err, w.Close())
	}
	return nil
}

// recent looks at what the newest entries say, and at the recoveries under way.
func (w *Watch) recent(ctx context.Context) error {
	records, err := w.Store.RecordRange(ctx, max(0, w.book.Size()-recentEntries), w.book.Size())
	if err != nil {
		return err
	}
	for _, rec := range records {
		e, err := rec.Open()
		if err != nil || w.Now().Sub(e.Facts.Time) > guard.UndoWindow {
			continue
		}
		if err := w.wentDark(ctx, e.Facts); err != nil {
			return err
		}
	}
	return w.recovering(ctx)
}

// recentEntries is how many entries are looked at for what may not have been told before a restart.
const recentEntries = 1000

// happened holds a new entry of the ledger against the rules.
func (w *Watch) happened(ctx context.Context, e ledger.Entry) error {
	if err := w.wentDark(ctx, e.Facts); err != nil {
		return err
	}
	if e.Facts.Event == ledger.EventRecovering {
		if err := w.recovering(ctx); err != nil {
			return err
		}
	}
	return w.attempted(ctx, e.Facts)
}

// count counts the open incidents, and marks those as over that are about nothing that is so any more. What stood in an
// incident that is not open any more, since it was closed or its row deleted, would be told again.
func (w *Watch) count(ctx context.Context) error {
	open, err := w.Store.OpenIncidents(ctx, maxOpen)
	if err != nil {
		return err
	}
	var unacknowledged int64
	there := map[model.ID]bool{}
	for _, i := range open {
		there[i.ID] = true
		if i.State() == model.IncidentOpen {
			unacknowledged++
		}
		for _, row := range i.Details.Found {
			w.told[inWords(row)] = i.ID
		}
		if !i.OverAt.IsZero() {
			if err := w.again(ctx, i); err != nil {
				return err
			}
			continue
		}
		over, err := w.over(ctx, i)
		if err == nil && over {
			err = w.end(ctx, i.ID)
		}
		if err != nil {
			return err
		}
	}
	maps.DeleteFunc(w.told, func(_ string, id model.ID) bool { return !there[id] })
	w.open.Store(int64(len(open)))
	w.unacknowledged.Store(unacknowledged)
	return nil
}

// openIncident opens an incident and says so in the log, once.
func (w *Watch) openIncident(ctx context.Context, i model.Incident) (model.ID, error) {
	made, opened, err := w.Guard.OpenIncident(ctx, i)
	if err != nil {
		return 0, fmt.Errorf("opening an incident (%s): %w", i.What, err)
	}
	if opened {
		w.Log.Error("incident", "id", made.ID.String(), "rule", string(made.Rule), "what", made.What, "entry", made.Entry)
	}
	return made.ID, nil
}
