package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Named is a person with the name that people know them by.
type Named struct {
	ID   model.ID `json:"id"`
	Name string   `json:"name"`
}

// Act is one sanction with who put it there and who lifted it.
type Act struct {
	Kind      model.SanctionKind `json:"kind"`
	Sanction  model.ID           `json:"sanction"`
	Post      model.ID           `json:"post,omitempty"`
	Active    bool               `json:"active"`
	Since     time.Time          `json:"since"`
	End       time.Time          `json:"end,omitzero"`
	LiftedAt  time.Time          `json:"lifted_at,omitzero"`
	Request   model.ID           `json:"request"`
	Requester Named              `json:"requester"`
	Keys      []Named            `json:"keys"`
	Case      model.ID           `json:"case,omitempty"`
	Rule      string             `json:"rule,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	Erased    bool               `json:"erased,omitempty"` // the reason was
	Policy    string             `json:"policy"`
	Leaf      int64              `json:"leaf"` // the entry that put it there
	Proof     Proof              `json:"proof"`
	Lifting   *Lifting           `json:"lifting,omitempty"` // nil: not lifted
}

// Lifting is who lifted a sanction: somebody of the staff or, of a brief lock, the account's owner.
type Lifting struct {
	Owner     bool     `json:"owner,omitempty"`
	Request   model.ID `json:"request,omitzero"`
	Requester Named    `json:"requester,omitzero"`
	Keys      []Named  `json:"keys"`
	Case      model.ID `json:"case,omitempty"`
	Leaf      int64    `json:"leaf"`
}

// Proof is the inclusion proof of an entry in the ledger's head.
type Proof struct {
	Size   int64    `json:"size"`
	Root   string   `json:"root"`
	Index  int64    `json:"index"`
	Hashes []string `json:"hashes"`
}

// Story is what is on an account, and was: the newest first.
type Story struct {
	Account   model.ID    `json:"account"`
	Handle    string      `json:"handle"`
	Class     model.Class `json:"class"`
	Sanctions []Act       `json:"sanctions"`
}

// Who says what is on an account at a moment, which may be past, since when, by whom, with whose keys, on which case and
// under which policy, with the proof that the ledger says so. All of it is of one state of the store. It reads what is
// about the account only, however long the ledger is.
//
// Of a past moment it tells what was true then: what came later is not there, what was lifted later is in force, and the
// class is the one of then. An account that did not exist then is model.KindNotFound.
func Who(ctx context.Context, st *store.Store, handle string, at time.Time) (story Story, err error) {
	name, err := model.ParseHandle("handle", handle)
	if err != nil {
		return Story{}, err
	}
	err = st.Snapshot(ctx, func(r store.Reads) error {
		story, err = tell(ctx, r, name, at)
		return err
	})
	return story, err
}

func tell(ctx context.Context, r store.Reads, handle string, at time.Time) (Story, error) {
	account, err := r.AccountCalled(ctx, handle)
	if err != nil {
		return Story{}, err
	}
	if at.Before(account.CreatedAt) {
		return Story{}, model.NotFound("account at that time")
	}
	class, err := classThen(ctx, r, account.ID, at)
	if err != nil {
		return Story{}, err
	}
	story := Story{Account: account.ID, Handle: account.Handle, Class: class, Sanctions: []Act{}}
	sanctions, err := r.Sanctions(ctx, account.ID)
	if err != nil {
		return Story{}, err
	}
	t := newTeller(r)
	if t.head, _, err = r.LedgerHead(ctx); err != nil {
		return Story{}, err
	}
	for _, s := range slices.Backward(sanctions) {
		if s.Start.After(at) {
			continue
		}
		if s.LiftedAt.After(at) {
			s.LiftedAt = time.Time{}
		}
		act, err := t.act(ctx, s, at)
		if err != nil {
			return Story{}, fmt.Errorf("telling of sanction %d: %w", s.ID, err)
		}
		story.Sanctions = append(story.Sanctions, act)
	}
	return story, nil
}

// classThen is the class that the ledger's facts give an account at a moment.
func classThen(ctx context.Context, r store.Reads, account model.ID, at time.Time) (model.Class, error) {
	row, _, err := rowThen(ctx, r, "account_classes", account.String(), func(f ledger.Facts) bool { return !f.Time.After(at) })
	switch {
	case model.KindOf(err) == model.KindNotFound:
		return model.ClassStandard, nil // nobody had given it one
	case err != nil:
		return "", err
	}
	return model.Class(row.Values["class"]), nil
}

// teller tells who did what, and reads everybody's name once.
type teller struct {
	store.Reads
	head  ledger.Head
	names map[model.ID]Named
}

func newTeller(r store.Reads) *teller { return &teller{Reads: r, names: map[model.ID]Named{}} }

// act tells of one sanction. Who did it is read from the ledger's entry, not from the rows: the entry is what is
// proved. Where the rows lead to no such entry it stays untold; Verify names them.
func (t *teller) act(ctx context.Context, s model.Sanction, now time.Time) (Act, error) {
	a := Act{Kind: s.Kind, Sanction: s.ID, Post: s.Post, Active: s.Active(now), Since: s.Start, End: s.End, LiftedAt: s.LiftedAt,
		Request: s.Request, Case: s.Case, Rule: s.Rule, Keys: []Named{}, Leaf: s.Leaf}
	q, err := t.Request(ctx, s.Request)
	if model.KindOf(err) == model.KindNotFound {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	made, err := t.doneBy(ctx, q.Leaf)
	if model.KindOf(err) == model.KindNotFound {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	if made.Request == q.ID {
		a.Requester, a.Keys = made.Requester, made.Keys
	}
	a.Policy, a.Leaf = q.Policy, q.Leaf
	private, err := t.PrivateOf(ctx, q.Opened)
	if err != nil {
		return a, err
	}
	a.Reason, a.Erased = private["reason"], private == nil
	if !s.LiftedAt.IsZero() {
		lifting, err := t.doneBy(ctx, s.Leaf)
		if err != nil {
			return a, err
		}
		a.Lifting = &lifting
	}
	a.Proof, err = proofOf(ctx, t.Reads, a.Leaf, t.head)
	return a, err
}

// doneBy is who did what an entry of the ledger says.
func (t *teller) doneBy(ctx context.Context, leaf int64) (l Lifting, err error) {
	rec, err := t.Record(ctx, leaf)
	if err != nil {
		return l, err
	}
	e, err := rec.Open()
	if err != nil {
		return l, err
	}
	if e.Facts.Event == ledger.EventOwner {
		return Lifting{Owner: true, Keys: []Named{}, Case: e.Facts.Case, Leaf: leaf}, nil
	}
	q, err := t.Request(ctx, e.Facts.Request)
	if err != nil {
		return l, err
	}
	l = Lifting{Request: q.ID, Keys: []Named{}, Case: e.Facts.Case, Leaf: leaf}
	if l.Requester, err = t.named(ctx, q.Requester); err != nil {
		return l, err
	}
	for _, k := range e.Facts.Keys {
		n, err := t.named(ctx, k.Person)
		if err != nil {
			return l, err
		}
		l.Keys = append(l.Keys, n)
	}
	return l, nil
}

func (t *teller) named(ctx context.Context, person model.ID) (Named, error) {
	if n, known := t.names[person]; known {
		return n, nil
	}
	p, err := t.Person(ctx, person)
	if err != nil {
		return Named{}, fmt.Errorf("reading person %d: %w", person, err)
	}
	t.names[person] = Named{ID: p.ID, Name: p.Name}
	return t.names[person], nil
}

func proofOf(ctx context.Context, r store.Reads, index int64, head ledger.Head) (Proof, error) {
	p, err := ledger.ProveInclusion(head.Size, index, r.TreeHashes(ctx))
	if err != nil {
		return Proof{}, fmt.Errorf("proving entry %d: %w", index, err)
	}
	out := Proof{Size: head.Size, Root: fmt.Sprintf("%x", head.Root[:]), Index: index}
	for _, h := range p {
		out.Hashes = append(out.Hashes, fmt.Sprintf("%x", h[:]))
	}
	return out, nil
}
