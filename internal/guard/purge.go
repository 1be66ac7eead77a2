package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// PurgeHold is how long an account must have been dark, without a break, before its content can be erased. A demo divides
// it as it does waits.
const PurgeHold = 30 * 24 * time.Hour

const (
	eraseEvery = time.Second      // how often what is to be erased is looked for
	eraseRows  = 200              // erased at a time: other writers wait for that long at most
	eraseTime  = 30 * time.Second // bounds one such step
)

// readPurge reads since when the account is dark.
func (c *court) readPurge(ctx context.Context, d *deed) error {
	d.row = policy.RowPurge
	if err := notPurged(ctx, c.g, c.r, d.cmd.Account); err != nil {
		return err
	}
	// What an appeal brings back must not be gone when it is decided.
	if appeals, _, err := c.r.AppealsMade(ctx, d.cmd.Account, c.now); err != nil {
		return err
	} else if appeals > 0 {
		return model.Errorf(model.KindConflict, "an appeal of the account is open: it has to be decided first")
	}
	all, err := c.r.Sanctions(ctx, d.cmd.Account)
	d.darkSince = darkSince(all, c.now)
	return err
}

// darkSince is since when the account itself is dark without a break, by sanctions that overlap; the zero time when it is
// not dark.
func darkSince(all []model.Sanction, now time.Time) (since time.Time) {
	covers := func(s model.Sanction) bool {
		if since.IsZero() {
			return s.Active(now)
		}
		end := s.End
		if !s.LiftedAt.IsZero() && (end.IsZero() || s.LiftedAt.Before(end)) {
			end = s.LiftedAt
		}
		return s.Start.Before(since) && (end.IsZero() || end.After(since))
	}
	for found := true; found; {
		found = false
		for _, s := range all {
			if s.Post == 0 && s.Kind.Darkens() && covers(s) {
				since, found = s.Start, true
			}
		}
		if since.IsZero() {
			return since
		}
	}
	return since
}

// notPurged is a conflict when an account was purged: nothing brings it back, and nothing more is erased. A purge without
// valid keys is none.
func notPurged(ctx context.Context, g *Guard, r store.Reads, account model.ID) error {
	u, err := r.Purge(ctx, account)
	if model.KindOf(err) == model.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	stands, err := g.purgeStands(ctx, r, u)
	if err == nil && stands {
		err = model.Errorf(model.KindConflict, "the account was purged on %s: its content is erased, and nothing brings it back", u.At.Format(time.DateOnly))
	}
	return err
}

// purgeStands reports whether a purge is what its request made, with keys that stand when they are checked again: nothing
// is erased on the word of a row.
func (g *Guard) purgeStands(ctx context.Context, r store.Reads, u store.Purge) (bool, error) {
	q, err := r.Request(ctx, u.Request)
	if model.KindOf(err) == model.KindNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if q.State != model.StateExecuted || q.Command.Kind != model.CmdPurge || q.Command.Account != u.Account || !q.ClosedAt.Equal(u.At) {
		return false, nil
	}
	return g.keysStand(ctx, r, q, false)
}

// purge has an account's content erased: it stays dark for ever from now on, and the erasing begins. What the ledger keeps
// apart of its e-mail address is erased at once, by this entry.
func purge(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	if err := sanction(ctx, p, q, d); err != nil {
		return err
	}
	entries, err := p.AddressEntries(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := p.ErasePrivate(ctx, store.Erasure{Entry: entry, Request: q.ID, At: p.Now()}); err != nil {
			return err
		}
	}
	return p.PutPurge(ctx, store.Purge{Account: d.cmd.Account, Request: q.ID, Case: d.cmd.Case, At: p.Now()})
}

// Erase erases a part of each account that is being purged, and says when nothing is left of one. more reports whether
// there was something to erase. It may be broken off at any time, and run on any number of nodes.
func (g *Guard) Erase(ctx context.Context) (more bool, err error) {
	if g.broken() != "" {
		return false, nil
	}
	open, err := g.st.OpenPurges(ctx)
	errs := []error{err}
	for _, u := range open {
		some, err := g.eraseSome(ctx, u)
		more = more || some
		errs = append(errs, err)
	}
	return more, errors.Join(errs...)
}

func (g *Guard) eraseSome(ctx context.Context, u store.Purge) (more bool, err error) {
	stands, err := g.purgeStands(ctx, g.st.Reads, u)
	if err != nil || !stands {
		return false, err
	}
	var erased, held int
	err = g.st.Write(ctx, func(tx *store.Tx) (err error) {
		erased, held, err = tx.Erase(ctx, u.Account, eraseRows)
		return err
	})
	if err != nil || erased > 0 || held > 0 {
		return erased > 0, err
	}
	err = g.erased(ctx, u.Account)
	if errors.Is(err, errNotDue) {
		err = nil
	}
	return false, err
}

// erased records that nothing is left of an account.
func (g *Guard) erased(ctx context.Context, account model.ID) error {
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		u, err := p.Purge(ctx, account)
		if err != nil {
			return err
		}
		erased, held, err := p.Erase(ctx, account, 1)
		if err != nil {
			return err
		}
		if !u.DoneAt.IsZero() || erased > 0 || held > 0 {
			return errNotDue
		}
		a, err := p.Account(ctx, account)
		if err != nil {
			return fmt.Errorf("reading what was purged: %w", err)
		}
		u.DoneAt = p.Now()
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdPurge, Class: a.Class, Account: account, Handle: a.Handle,
			Request: u.Request, Case: u.Case, Note: "nothing of the account's content is left"}
		return p.PutPurge(ctx, u)
	})
}

// runErase erases until ctx ends.
func (g *Guard) runErase(ctx context.Context) {
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for more, failing := false, false; ctx.Err() == nil; {
		if !more {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		limited, cancel := context.WithTimeout(ctx, eraseTime)
		var err error
		more, err = g.Erase(limited)
		cancel()
		if err != nil && !failing && ctx.Err() == nil {
			g.log.Error("what was purged cannot be erased yet", "err", err)
		}
		failing = err != nil
		more = more && !failing
	}
}
