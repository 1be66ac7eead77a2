package social

import (
	"context"
	"fmt"
	"sync"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// visibility is the table of everything that is under sanctions, in memory. It is loaded once and then changed by the
// store's events, each before the write that it tells of returns. Readers take no lock.
type visibility struct {
	accounts sync.Map // model.ID → *sanctioned, never changed once it is there

	mu   sync.Mutex // held while an entry is replaced
	base int64      // an entry of the ledger that the loaded table was not older than
}

// sanctioned is what is on one account and its posts, as of an entry of the ledger.
type sanctioned struct {
	leaf      int64
	sanctions []model.Sanction
}

// load reads what is in force. Subscribe first: events that come meanwhile wait.
func (t *visibility) load(ctx context.Context, s *store.Store) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	head, _, err := s.LedgerHead(ctx)
	if err != nil {
		return fmt.Errorf("loading sanctions: %w", err)
	}
	all, err := s.AllUnliftedSanctions(ctx)
	if err != nil {
		return fmt.Errorf("loading sanctions: %w", err)
	}
	t.base = head.Size - 1
	by := make(map[model.ID]*sanctioned)
	for _, one := range all {
		if by[one.Account] == nil {
			by[one.Account] = &sanctioned{leaf: t.base}
		}
		e := by[one.Account]
		e.leaf = max(e.leaf, one.Leaf)
		e.sanctions = append(e.sanctions, one)
	}
	for account, e := range by {
		t.accounts.Store(account, e)
	}
	return nil
}

// apply takes in the sanctions of an account as of an entry of the ledger. Events come from several goroutines and
// from the feed, in no sure order: one that is older than what is known says nothing new.
func (t *visibility) apply(e store.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.accounts.Load(e.Account); e.Leaf <= t.base || ok && known.(*sanctioned).leaf > e.Leaf {
		return
	}
	t.accounts.Store(e.Account, &sanctioned{leaf: e.Leaf, sanctions: e.Sanctions})
}

// state is what holds for an account or post at a moment.
type state struct {
	deactivated bool // as if it did not exist
	suspended   bool // dark with a notice
	limited     bool
	sensitive   bool
	locked      bool
	removed     bool // the post, not the account
}

func (s state) dark() bool { return s.deactivated || s.suspended }

// at is what holds for an account and, when post is not 0, for one of its posts. A sanction holds from when it is
// known, whatever a clock that is behind says of its start.
func (t *visibility) at(now time.Time, account, post model.ID) (s state) {
	known, ok := t.accounts.Load(account)
	if !ok {
		return s
	}
	for _, one := range known.(*sanctioned).sanctions {
		if !one.LiftedAt.IsZero() || !one.End.IsZero() && !now.Before(one.End) || one.Post != 0 && one.Post != post {
			continue
		}
		switch one.Kind {
		case model.SanctionDeactivate, model.SanctionPurge:
			s.deactivated = true
		case model.SanctionSuspend, model.SanctionBan:
			s.suspended = true
		case model.SanctionRemovePost:
			s.removed = true
		case model.SanctionLimit:
			s.limited = true
		case model.SanctionSensitive:
			s.sensitive = true
		case model.SanctionLock:
			s.locked = true
		default:
			s.deactivated = true // a kind from a newer version: hide rather than show
		}
	}
	return s
}
