package audit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Difference is how a request would have fared otherwise.
type Difference string

// The differences, the gravest first: of several the first is told.
const (
	NowRefused Difference = "refused"    // it was asked for, and could not be
	NowAllowed Difference = "allowed"    // the policy of then refused it, and it could be asked for
	MoreKeys   Difference = "more_keys"  // it would need more
	FewerKeys  Difference = "fewer_keys" // it would need fewer
	OtherKeys  Difference = "other_keys" // as many, but of other roles or teams, or with another wait
	NotEnough  Difference = "not_enough" // it needs what it needed, but keys with which it took effect would not count
)

// Differences lists the differences.
func Differences() []Difference {
	return []Difference{NowRefused, NowAllowed, MoreKeys, FewerKeys, OtherKeys, NotEnough}
}

// Bounds of a WhatIf.
const (
	maxRequests = 10_000
	maxScanned  = 50_000 // of the ledger that are looked through for what was refused
	maxNotable  = 100
	whatIfPage  = 500
)

// WhatIf is what would have become of the requests of a window under another policy.
type WhatIf struct {
	Policy   string             `json:"policy"` // the hash of the one that is tried
	From     time.Time          `json:"from"`
	To       time.Time          `json:"to"`
	Requests int                `json:"requests"` // that were made, and judged again
	Same     int                `json:"same"`
	Differ   map[Difference]int `json:"differ"`
	Unknown  int                `json:"unknown"` // the policy of then, or the row of its table, cannot be told
	Cut      bool               `json:"cut"`     // there were more: only the newest were judged
	Today    bool               `json:"today"`   // of somebody the ledger does not tell what they were: they are taken as they are today
	Rows     []RowDifference    `json:"rows"`
	Notable  []Notable          `json:"notable"` // the newest that would have fared otherwise
}

// RowDifference counts the requests of one row and class.
type RowDifference struct {
	Row      policy.Row         `json:"row"`
	Class    model.Class        `json:"class,omitempty"`
	Requests int                `json:"requests"`
	Differ   map[Difference]int `json:"differ"`
}

// Notable is one request that would have fared otherwise.
type Notable struct {
	Request    model.ID           `json:"request"` // one that was refused when it was asked for is in the ledger only
	Leaf       int64              `json:"leaf"`
	At         time.Time          `json:"at"`
	Kind       model.CommandKind  `json:"kind"`
	Handle     string             `json:"handle,omitempty"`
	Class      model.Class        `json:"class,omitempty"`
	State      model.RequestState `json:"state,omitempty"`
	Difference Difference         `json:"difference"`
	Was        string             `json:"was,omitempty"`   // whose keys it needed: "2 · lead"
	Would      string             `json:"would,omitempty"` // and whose it would
	Why        string             `json:"why,omitempty"`   // of what is refused
}

// Try judges the requests of a window, its ends included, again, by another policy: laws, table, Cedar and budgets, of people as they were
// then. It writes nothing, and reads the newest 10,000 requests of the window at most. What was refused is tried again where
// the policy of then refused it.
func Try(ctx context.Context, st *store.Store, by *policy.Bundle, from, to time.Time) (WhatIf, error) {
	t := &trial{by: by, r: st.Reads, bundles: map[string]*policy.Bundle{by.Hash(): by}, rows: map[rowKey]*RowDifference{},
		people: past{r: st.Reads, known: map[model.ID]*pastPerson{}},
		found:  WhatIf{Policy: by.Hash(), From: from, To: to, Differ: map[Difference]int{}, Rows: []RowDifference{}, Notable: []Notable{}}}
	var err error
	if t.charges, err = chargesOf(ctx, st.Reads, from, to.Add(time.Millisecond)); err != nil {
		return t.found, err
	}
	if err := t.requests(ctx); err != nil {
		return t.found, err
	}
	if err := t.refusals(ctx); err != nil {
		return t.found, err
	}
	t.found.Today = t.people.today
	for _, row := range t.rows {
		t.found.Rows = append(t.found.Rows, *row)
	}
	slices.SortFunc(t.found.Rows, func(a, b RowDifference) int { return cmp.Compare(t.order(a), t.order(b)) })
	slices.SortFunc(t.found.Notable, func(a, b Notable) int { return cmp.Compare(b.Leaf, a.Leaf) })
	t.found.Notable = t.found.Notable[:min(len(t.found.Notable), maxNotable)]
	return t.found, nil
}

type rowKey struct {
	row   policy.Row
	class model.Class
}

// trial is a WhatIf in the making.
type trial struct {
	by      *policy.Bundle
	r       store.Reads
	bundles map[string]*policy.Bundle // by hash; nil for one that cannot be read
	people  past
	charges charges
	rows    map[rowKey]*RowDifference
	found   WhatIf
}

// order is the place of a row in the policy's table.
func (t *trial) order(r RowDifference) int {
	return 10*slices.Index(slices.Concat(policy.ClassRows(), policy.SingleRows()), r.Row) + r.Class.Rank()
}

func (t *trial) requests(ctx context.Context) error {
	oldest, before := model.IDAt(t.found.From), model.IDAt(t.found.To.Add(time.Millisecond))
	for {
		page, err := t.r.Requests(ctx, "", before, whatIfPage)
		if err != nil {
			return err
		}
		for _, q := range page {
			if before = q.ID; before < oldest {
				return nil
			}
			if t.found.Requests+t.found.Unknown == maxRequests {
				t.found.Cut = true
				return nil
			}
			if err := t.request(ctx, q); err != nil {
				return err
			}
		}
		if len(page) < whatIfPage {
			return nil
		}
	}
}

// request judges one request again.
func (t *trial) request(ctx context.Context, q model.Request) error {
	then, err := t.bundle(ctx, q.Policy)
	if err != nil {
		return err
	}
	past, err := t.past(ctx, q)
	if err != nil {
		return err
	}
	if then == nil {
		t.found.Unknown++
		return nil
	}
	r, known := guard.Recall(past, then, t.by)
	if !known {
		t.found.Unknown++
		return nil
	}
	t.found.Requests++
	d := differenceOf(q, r)
	t.count(r.Row, q.Target.Strictest, d)
	if d == "" {
		t.found.Same++
		return nil
	}
	n := Notable{Request: q.ID, Leaf: q.Opened, At: q.CreatedAt, Kind: q.Command.Kind, Handle: q.Target.Handle, Class: q.Target.Strictest,
		State: q.State, Difference: d, Was: policy.Words(q.Need), Would: policy.Words(r.Need)}
	if d == NowRefused {
		n.Would, n.Why = "", r.Refusal.Message
	}
	t.found.Notable = append(t.found.Notable, n)
	return nil
}

func differenceOf(q model.Request, r guard.Recollection) Difference {
	same := policy.Covers(q.Need, r.Need) && policy.Covers(r.Need, q.Need)
	switch {
	case r.Refusal != nil:
		return NowRefused
	case r.Need.Keys > q.Need.Keys:
		return MoreKeys
	case r.Need.Keys < q.Need.Keys:
		return FewerKeys
	case !same:
		return OtherKeys
	case q.State == model.StateExecuted && !r.Missing.None():
		return NotEnough
	}
	return ""
}

func (t *trial) count(row policy.Row, class model.Class, d Difference) {
	if !row.ByClass() {
		class = ""
	}
	at := rowKey{row, class}
	if t.rows[at] == nil {
		t.rows[at] = &RowDifference{Row: row, Class: class, Differ: map[Difference]int{}}
	}
	t.rows[at].Requests++
	if d != "" {
		t.rows[at].Differ[d]++
		t.found.Differ[d]++
	}
}

// bundle reads the bundle of a hash; nil when there is none that can be read.
func (t *trial) bundle(ctx context.Context, hash string) (*policy.Bundle, error) {
	if b, ok := t.bundles[hash]; ok {
		return b, nil
	}
	row, err := t.r.Policy(ctx, hash)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return nil, err
	}
	b, err := policy.Parse(row.Document)
	if err != nil {
		b = nil
	}
	t.bundles[hash] = b
	return b, nil
}

// past is a request with its people as they were when it was made or, when it took effect, then.
func (t *trial) past(ctx context.Context, q model.Request) (p guard.Past, err error) {
	p = guard.Past{Request: q, At: q.CreatedAt}
	executed := q.State == model.StateExecuted
	if executed {
		p.At = q.ClosedAt
	}
	if p.Requester, err = t.person(ctx, q, q.Requester, p.At); err != nil {
		return p, err
	}
	keys, err := t.r.KeysOn(ctx, q.ID)
	if err != nil {
		return p, err
	}
	for _, k := range keys {
		s, err := t.person(ctx, q, k.Person, p.At)
		if err != nil {
			return p, err
		}
		p.Signers = append(p.Signers, s)
	}
	return p, nil
}

func (t *trial) person(ctx context.Context, q model.Request, id model.ID, at time.Time) (p guard.PastPerson, err error) {
	if p.Person, err = t.people.person(ctx, id, at); err != nil {
		return p, err
	}
	if q.State == model.StateExecuted {
		p.Hour, p.Day = t.charges.before(q.ID, id, at, time.Hour), t.charges.before(q.ID, id, at, 24*time.Hour)
	}
	return p, nil
}

// refusals tries again what the policy of then refused when it was asked for: that made no request, only an entry.
func (t *trial) refusals(ctx context.Context) error {
	head, _, err := t.r.LedgerHead(ctx)
	if err != nil {
		return err
	}
	for end := head.Size; end > 0; end -= whatIfPage {
		if head.Size-end >= maxScanned {
			t.found.Cut = true
			return nil
		}
		records, err := t.r.RecordRange(ctx, max(0, end-whatIfPage), end)
		if err != nil {
			return err
		}
		for i, rec := range slices.Backward(records) {
			entry, err := rec.Open()
			if err != nil {
				continue // for Verify to name
			}
			if err := t.refusal(ctx, entry.Facts); err != nil {
				return err
			}
			if i == 0 && entry.Facts.Time.Before(t.found.From) {
				return nil
			}
		}
	}
	return nil
}

func (t *trial) refusal(ctx context.Context, f ledger.Facts) error {
	if f.Event != ledger.EventRefused || f.Law != "" || f.Actor == 0 || f.Time.Before(t.found.From) || f.Time.After(t.found.To) {
		return nil
	}
	if _, err := t.r.Request(ctx, f.Request); model.KindOf(err) != model.KindNotFound {
		return err // a key, a veto or a decline was refused
	}
	p, err := t.people.person(ctx, f.Actor, f.Time)
	if err != nil {
		return err
	}
	if guard.MayAsk(t.by, p, f.Kind, f.Class, f.Case != 0, f.Time) != nil {
		return nil
	}
	t.found.Differ[NowAllowed]++
	t.found.Notable = append(t.found.Notable, Notable{Request: f.Request, Leaf: f.Index, At: f.Time, Kind: f.Kind, Handle: f.Handle,
		Class: f.Class, Difference: NowAllowed, Why: f.Note})
	return nil
}
