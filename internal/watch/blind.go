package watch

import (
	"context"
	"time"

	"keyturn/internal/model"
)

// blindAfter is how long the watch may not be able to look before somebody is told: what it is for is to be noticed within
// seconds.
const blindAfter = 5 * time.Second

// blind is what is known of a watch that cannot look.
type blind struct {
	since time.Time // zero: it can
	told  bool
}

// cannotLook is told why the watch could not look. What it cannot see may have been changed: the guard doubts the database
// until it can look again, and an incident says so, as soon as one can be written.
func (w *Watch) cannotLook(ctx context.Context, why error) {
	now := w.Now()
	if w.blind.since.IsZero() {
		w.blind.since = now
		w.Log.Error("the watch cannot look", "err", why)
	}
	if w.blind.told || now.Sub(w.blind.since) < blindAfter {
		return
	}
	w.Guard.Doubt("the watch cannot look at the database: see the server's log")
	_, err := w.openIncident(ctx, model.Incident{Rule: model.IncidentBlind, OverAt: now,
		What: "The watch could not look at the database for " + blindAfter.String() + " or longer, from " + w.blind.since.UTC().Format(time.RFC3339) + " on: " + why.Error()})
	w.blind.told = err == nil
}
