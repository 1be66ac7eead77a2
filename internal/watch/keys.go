package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// gapsEvery is how often it is asked whether the live key-holders can meet every row of the table, beside when the ledger
// says that something about people or the policy has changed: people become leavers by the date alone.
const gapsEvery = time.Minute

// namedGaps is how many rows an incident names.
const namedGaps = 5

// governs reports whether an entry changes what people can sign for.
func governs(f ledger.Facts) bool {
	return slices.ContainsFunc(f.Rows, func(row ledger.Row) bool {
		switch row.Table {
		case "persons", "role_grants", "logins", "credentials", "person_merges", "policies":
			return true
		}
		return false
	})
}

// gaps opens an incident when the live key-holders can no longer meet some row of the table; it is over when they can, or
// when it is about other rows.
func (w *Watch) gaps(ctx context.Context, changed bool) error {
	if now := w.Now(); !changed && now.Sub(w.asked) < gapsEvery && !now.Before(w.asked) {
		return nil
	}
	all, err := w.Guard.Gaps(ctx)
	if model.KindOf(err) == model.KindUnavailable {
		return nil // nothing can be decided at all, which is another incident's
	}
	if err != nil {
		return fmt.Errorf("asking which rows of the table can be met: %w", err)
	}
	w.asked = w.Now()
	var rows []string
	for _, g := range all {
		if g.Without == 0 {
			rows = append(rows, strings.TrimSpace(strings.ReplaceAll(string(g.Row), "_", " ")+" "+class(g.Class)))
		}
	}
	if w.unmet = strings.Join(rows, ", "); w.unmet == "" {
		return nil
	}
	what := strings.Join(rows[:min(namedGaps, len(rows))], ", ")
	if more := len(rows) - namedGaps; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	_, err = w.openIncident(ctx, model.Incident{Rule: model.IncidentGap, Subject: w.unmet,
		What: "Those who hold keys now cannot meet " + what + ", however many of them sign"})
	return err
}

// recovering opens an incident for each recovery that waits: recovery keys are about to give somebody a new passkey, and
// whoever holds a key can stop it. It is over when the recovery is.
func (w *Watch) recovering(ctx context.Context) error {
	waiting, err := w.Store.WaitingRecoveries(ctx)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		name, err := w.name(ctx, r.Person)
		if err != nil {
			return err
		}
		_, err = w.openIncident(ctx, model.Incident{Rule: model.IncidentRecovery, Subject: r.ID.String(),
			What: fmt.Sprintf("Recovery keys are about to give %s a new passkey in place of all that they had, on %s, unless somebody who holds a key stops it",
				name, r.EffectAt.UTC().Format("2 Jan 2006 15:04:05 UTC")),
			Details: model.IncidentDetails{People: []model.ID{r.Person}, Recovery: r.ID, Undo: "keyturn desk stop-recovery " + r.ID.String()}})
		if err != nil {
			return err
		}
	}
	return nil
}

// recovered reports whether the recovery that an incident is about has taken effect or was stopped.
func (w *Watch) recovered(ctx context.Context, d model.IncidentDetails) (bool, error) {
	r, err := w.Store.Recovery(ctx, d.Recovery)
	return err == nil && r.State != store.RecoveryWaiting, err
}
