package audit

import (
	"context"
	"fmt"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// GrewFrom says why the ledger is not one that only added to a checkpoint that was kept; "" when it is. An older copy of a store
// agrees with itself: only what was kept elsewhere tells that it is older.
func GrewFrom(ctx context.Context, r store.Reads, checkpoint []byte) (why string, err error) {
	_, vkey, err := r.LogKey(ctx)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return "", err
	}
	_, kept, err := ledger.OpenCheckpoint(vkey, checkpoint)
	if err != nil {
		return fmt.Sprintf("the checkpoint that was kept is not by this ledger's key: %v", err), nil
	}
	now, _, err := r.LedgerHead(ctx)
	if err != nil {
		return "", err
	}
	if now.Size < kept.Size {
		return fmt.Sprintf("the ledger has %d entries, and had %d when its checkpoint was kept: an older copy was put in its place, or entries were taken away",
			now.Size, kept.Size), nil
	}
	if had, err := ledger.RootAt(kept.Size, r.TreeHashes(ctx)); err != nil || had != kept {
		return fmt.Sprintf("the first %d entries of the ledger are not those of the checkpoint that was kept: it was rewritten", kept.Size), nil
	}
	return "", nil
}
