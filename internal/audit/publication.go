package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Publication is one time that a policy came into force.
type Publication struct {
	Leaf      int64           `json:"leaf"`
	At        time.Time       `json:"published_at"`
	Hash      string          `json:"hash"`
	InForce   bool            `json:"in_force,omitempty"` // now
	Request   model.ID        `json:"request,omitzero"`   // none: the store was born with it
	Requester *Named          `json:"requester,omitempty"`
	Keys      []Named         `json:"keys"`
	Mark      policy.Mark     `json:"mark,omitempty"`    // against the one before; "": the first, or one of them cannot be read
	Changes   []policy.Change `json:"changes,omitempty"` // against the one before
}

// Publications tells when which policy came into force, with whose keys, and what it changed: the newest first, at most
// limit, of those before an entry (0 for no bound). It reads the ledger's entries of publications only.
func Publications(ctx context.Context, r store.Reads, before int64, limit int) ([]Publication, error) {
	rows, err := r.Policies(ctx)
	if err != nil {
		return nil, err
	}
	documents := map[string][]byte{}
	all := []Publication{}
	for i, row := range rows {
		documents[row.Hash] = row.Document
		_, _, err := rowThen(ctx, r, "policies", row.Hash, func(f ledger.Facts) bool {
			all = append(all, Publication{Leaf: f.Index, At: f.Time, Hash: row.Hash, InForce: i == 0 && f.Index == row.Leaf, Keys: []Named{}})
			return false // and further back, to the first time
		})
		if err != nil && model.KindOf(err) != model.KindNotFound {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Publication) int { return cmp.Compare(b.Leaf, a.Leaf) })
	first := slices.IndexFunc(all, func(p Publication) bool { return before == 0 || p.Leaf < before })
	if first < 0 {
		return all[:0], nil
	}
	told := all[first:min(first+limit, len(all))]
	t := newTeller(r)
	for i := range told {
		if err := told[i].by(ctx, t); err != nil {
			return nil, fmt.Errorf("telling of the publication in entry %d: %w", told[i].Leaf, err)
		}
		if at := first + i + 1; at < len(all) {
			told[i].compare(documents[all[at].Hash], documents[told[i].Hash])
		}
	}
	return told, nil
}

// by tells whose request and keys a publication was.
func (p *Publication) by(ctx context.Context, t *teller) error {
	done, err := t.doneBy(ctx, p.Leaf)
	if model.KindOf(err) == model.KindNotFound {
		return nil // the store was born with it
	}
	p.Request, p.Keys = done.Request, done.Keys
	p.Requester = &done.Requester
	return err
}

// compare tells what a publication changed. What this version of the program cannot read stays untold.
func (p *Publication) compare(before, document []byte) {
	was, err1 := policy.Parse(before)
	is, err2 := policy.Parse(document)
	if err1 != nil || err2 != nil {
		return
	}
	p.Changes = policy.Diff(was, is)
	p.Mark = policy.MarkOf(p.Changes)
}

// minPrefix is how much of a hash must be given, in hexadecimal digits.
const minPrefix = 6

// PolicyNamed finds a policy that was published by its hash, by how that begins, or by "in-force".
func PolicyNamed(ctx context.Context, r store.Reads, name string) (store.Policy, error) {
	if name == "" || name == "in-force" {
		return r.PolicyInForce(ctx)
	}
	prefix := "sha256:" + strings.TrimPrefix(name, "sha256:")
	rows, err := r.Policies(ctx)
	if err != nil {
		return store.Policy{}, err
	}
	rows = slices.DeleteFunc(rows, func(p store.Policy) bool { return !strings.HasPrefix(p.Hash, prefix) })
	switch {
	case len(prefix) < len("sha256:")+minPrefix:
		return store.Policy{}, model.Invalid("hash", "must be at least the first %d digits of a policy's hash", minPrefix)
	case len(rows) == 0:
		return store.Policy{}, model.NotFound("policy " + name)
	case len(rows) > 1:
		return store.Policy{}, model.Invalid("hash", "%d policies begin so: give more of it", len(rows))
	}
	return rows[0], nil
}
