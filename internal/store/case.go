package store

import (
	"context"

	"keyturn/internal/model"
)

// ReopenCase opens a case that was resolved. A case that is open, and one whose account has another open case by now,
// is a conflict.
func (tx *Tx) ReopenCase(ctx context.Context, id model.ID) error {
	n, err := tx.exec(ctx, `UPDATE cases SET state = 'open', resolved_at = 0 WHERE id = $1 AND state = 'resolved'
		AND NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.account = cases.account AND other.state = 'open')`, id)
	if err == nil && n == 0 {
		err = model.Errorf(model.KindConflict, "the case is open already, or its account has another open case")
	}
	return err
}
