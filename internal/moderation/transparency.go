package moderation

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Transparency are the counts over a time: of what members said, what was done, what was undone, and whose word it took.
type Transparency struct {
	From     time.Time                      `json:"from"`
	To       time.Time                      `json:"to"` // not within
	Reports  map[model.ReportCategory]int64 `json:"reports"`
	Cases    CaseCounts                     `json:"cases"`
	Actions  []ActionCount                  `json:"actions"`
	Restored int64                          `json:"restored"` // sanctions lifted and strikes retracted, by restores and granted appeals
	Appeals  AppealCounts                   `json:"appeals"`
	Refused  []RefusalCount                 `json:"refused"`
	Keys     KeyCounts                      `json:"keys"`
}

// CaseCounts are of cases; times are in seconds.
type CaseCounts struct {
	Opened   int64 `json:"opened"`
	Resolved int64 `json:"resolved"`
	Median   int64 `json:"median_seconds"` // from opening to resolving, of those that were resolved
}

// AppealCounts are of appeals; times are in seconds.
type AppealCounts struct {
	Received int64 `json:"received"`
	Granted  int64 `json:"granted"`
	Rejected int64 `json:"rejected"`
	Settled  int64 `json:"settled"`        // what they were against was restored first
	Median   int64 `json:"median_seconds"` // from making to closing, of those that were closed
}

// ActionCount is how often a command took effect on accounts of a class, on a ground.
type ActionCount struct {
	Kind   model.CommandKind `json:"kind"`
	Class  model.Class       `json:"class,omitempty"` // empty for what is not about an account
	Ground string            `json:"ground,omitempty"`
	Count  int64             `json:"count"`
}

// RefusalCount is how often something was refused: by a law, or by the policy, which has no law's name.
type RefusalCount struct {
	Law   string `json:"law"`
	Count int64  `json:"count"`
}

// KeyCounts are of the keys on what took effect.
type KeyCounts struct {
	Asked  int64 `json:"asked"`
	Turned int64 `json:"turned"` // of different people, each
}

// ByPolicy stands for a refusal by no law.
const ByPolicy = "policy"

// Transparency counts what happened at from or later and before to. What staff did is read from the ledger, entry by
// entry; progress is told how many of how many entries were read.
func (m *Moderation) Transparency(ctx context.Context, from, to time.Time, progress func(done, of int64)) (Transparency, error) {
	t := Transparency{From: from, To: to}
	var err error
	var took time.Duration
	if t.Reports, err = m.st.ReportsBetween(ctx, from, to); err != nil {
		return t, err
	}
	if t.Cases.Opened, t.Cases.Resolved, took, err = m.st.CasesBetween(ctx, from, to); err != nil {
		return t, err
	}
	t.Cases.Median = int64(took / time.Second)
	var closed map[model.AppealState]int64
	if t.Appeals.Received, closed, took, err = m.st.AppealsBetween(ctx, from, to); err != nil {
		return t, err
	}
	t.Appeals.Median = int64(took / time.Second)
	t.Appeals.Granted, t.Appeals.Rejected, t.Appeals.Settled = closed[model.AppealGranted], closed[model.AppealRejected], closed[model.AppealSettled]
	c := counter{from: from, to: to, actions: map[ActionCount]int64{}, refused: map[string]int64{}}
	if err := c.read(ctx, m.st, progress); err != nil {
		return t, err
	}
	t.Restored, t.Keys = c.restored, c.keys
	t.Actions, t.Refused = c.list()
	return t, nil
}

// counter counts entries of the ledger.
type counter struct {
	from, to time.Time
	actions  map[ActionCount]int64
	refused  map[string]int64
	restored int64
	keys     KeyCounts
}

// entriesAtATime is how many entries are read at once; slack is by how much the times of entries may be out of order, as
// when the clock was set back.
const (
	entriesAtATime = 512
	slack          = time.Hour
)

// read counts the entries of the time. The ledger is in the order of time but for the slack, so that where to begin is
// found by halving.
func (c *counter) read(ctx context.Context, st *store.Store, progress func(done, of int64)) error {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return err
	}
	first, err := firstSince(ctx, st, head.Size, c.from.Add(-slack))
	if err != nil {
		return err
	}
	end, err := firstSince(ctx, st, head.Size, c.to.Add(slack))
	if err != nil {
		return err
	}
	for at := first; at < end; at += entriesAtATime {
		records, err := st.RecordRange(ctx, at, min(at+entriesAtATime, end))
		if err != nil {
			return err
		}
		for _, rec := range records {
			e, err := rec.Open()
			if err != nil {
				return err
			}
			if !e.Facts.Time.Before(c.from) && e.Facts.Time.Before(c.to) {
				c.count(e.Facts)
			}
		}
		if progress != nil {
			progress(min(at+entriesAtATime, end)-first, end-first)
		}
	}
	return nil
}

// firstSince is the index of the first entry made at t or later.
func firstSince(ctx context.Context, st *store.Store, size int64, t time.Time) (int64, error) {
	var failed error
	at := sort.Search(int(size), func(i int) bool {
		leaves, err := st.Leaves(ctx, int64(i), 1)
		if err != nil {
			failed = err
			return true
		}
		leaf, err := ledger.ParseLeaf(leaves[0])
		if err != nil {
			failed = err
			return true
		}
		return !leaf.Time.Before(t.Truncate(time.Minute))
	})
	return int64(at), failed
}

// count counts one entry.
func (c *counter) count(f ledger.Facts) {
	if f.Event == ledger.EventRefused {
		law := f.Law
		if law == "" {
			law = ByPolicy
		}
		c.refused[law]++
	}
	if f.Event != ledger.EventExecuted {
		return
	}
	c.actions[ActionCount{Kind: f.Kind, Class: f.Class, Ground: groundOf(f)}]++
	c.keys.Asked += int64(f.Need.Keys)
	c.keys.Turned += int64(f.Keyholders())
	for _, row := range f.Rows {
		lifted := row.Table == "sanctions" && row.Before["lifted_at"] == "0" && row.Values["lifted_at"] != "0"
		retracted := row.Table == "strikes" && row.Before["retracted_at"] == "0" && row.Values["retracted_at"] != "0"
		if lifted || retracted {
			c.restored++
		}
	}
}

// groundOf is on which ground something was done, where it has one: the entry has the request that it executed.
func groundOf(f ledger.Facts) string {
	switch (model.Command{Kind: f.Kind}).Info().Group {
	case model.GroupNotice, model.GroupSilence, model.GroupDarken:
	default:
		return ""
	}
	i := slices.IndexFunc(f.Rows, func(r ledger.Row) bool { return r.Table == "requests" })
	if i < 0 {
		return ""
	}
	if q, err := store.RequestOf(f.Rows[i]); err == nil && q.Command.Params[paramGround] == "legal" {
		return "legal"
	}
	return "rule"
}

// list gives the counts in an order that does not change.
func (c *counter) list() ([]ActionCount, []RefusalCount) {
	actions, refused := []ActionCount{}, []RefusalCount{}
	for a, n := range c.actions {
		a.Count = n
		actions = append(actions, a)
	}
	slices.SortFunc(actions, func(a, b ActionCount) int {
		return strings.Compare(string(a.Kind)+" "+string(a.Class)+" "+a.Ground, string(b.Kind)+" "+string(b.Class)+" "+b.Ground)
	})
	for law, n := range c.refused {
		refused = append(refused, RefusalCount{law, n})
	}
	slices.SortFunc(refused, func(a, b RefusalCount) int { return strings.Compare(a.Law, b.Law) })
	return actions, refused
}
