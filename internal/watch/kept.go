package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
)

// Recall holds the ledger against the checkpoint that was kept apart from the data: one that is behind it, or another one,
// takes no privileged writes. It is for the start of a server, before it serves.
func (w *Watch) Recall(ctx context.Context) error {
	if w.Kept == "" {
		return nil
	}
	text, err := os.ReadFile(w.Kept)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the checkpoint that was kept: %w", err)
	}
	why, err := audit.GrewFrom(ctx, w.Store.Reads, text)
	if why != "" {
		w.Guard.Distrust(why + " (" + w.Kept + ")")
	}
	return err
}

// keepHead keeps a checkpoint of what was looked at, once there is more of it. A crash before the renaming leaves the
// older one, which is as true.
func (w *Watch) keepHead(ctx context.Context) {
	head := w.book.Head()
	if w.Kept == "" || w.Guard.Broken() != "" || head.Size <= w.kept.Size {
		return
	}
	err := w.writeHead(ctx, head)
	if err == nil {
		w.kept, w.keptErr = head, ""
	} else if err.Error() != w.keptErr {
		w.keptErr = err.Error()
		w.Log.Error("the newest checkpoint cannot be kept: an older backup would not be noticed", "err", err)
	}
}

func (w *Watch) writeHead(ctx context.Context, head ledger.Head) error {
	skey, _, err := w.Store.LogKey(ctx)
	if err != nil {
		return err
	}
	text, err := ledger.SignCheckpoint(skey, head)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(w.Kept+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(w.Kept+".new", w.Kept)
}
