package audit

import (
	"context"
	"fmt"
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

// Act is one sanction with who put it there, and who lifted it.
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
	Policy    string             `json:"policy"`
	Leaf      int64              `json:"leaf"` // the entry that put it there
	Proof     Proof              `json:"proof"`
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

// Who says what is on an account, since when, by whom, with whose keys, on which case and under which policy, with the
// proof that the ledger says so.
func Who(ctx context.Context, st *store.Store, handle string, now time.Time) (Story, error) {
	name, err := model.ParseHandle("handle", handle)
	if err != nil {
		return Story{}, err
	}
	account, err := st.AccountByHandle(ctx, name)
	if err != nil {
		return Story{}, err
	}
	class, err := st.ClassOf(ctx, account.ID)
	if err != nil {
		return Story{}, err
	}
	story := Story{Account: account.ID, Handle: account.Handle, Class: class.Class, Sanctions: []Act{}}
	sanctions, err := st.Sanctions(ctx, account.ID)
	if err != nil {
		return Story{}, err
	}
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return Story{}, err
	}
	for i := len(sanctions) - 1; i >= 0; i-- {
		act, err := actOf(ctx, st, sanctions[i], head, now)
		if err != nil {
			return Story{}, err
		}
		story.Sanctions = append(story.Sanctions, act)
	}
	return story, nil
}

func actOf(ctx context.Context, st *store.Store, s model.Sanction, head ledger.Head, now time.Time) (Act, error) {
	a := Act{Kind: s.Kind, Sanction: s.ID, Post: s.Post, Active: s.Active(now), Since: s.Start, End: s.End, LiftedAt: s.LiftedAt,
		Request: s.Request, Case: s.Case, Rule: s.Rule}
	q, err := st.Request(ctx, s.Request)
	if model.KindOf(err) == model.KindNotFound {
		return a, nil // a row that nobody asked for; verify names it
	}
	if err != nil {
		return a, err
	}
	a.Policy, a.Leaf = q.Policy, q.Leaf
	if a.Requester, err = named(ctx, st, q.Requester); err != nil {
		return a, err
	}
	private, err := st.PrivateOf(ctx, q.Opened)
	if err != nil {
		return a, err
	}
	a.Reason = private["reason"]
	keys, err := st.KeysOn(ctx, q.ID)
	if err != nil {
		return a, err
	}
	for _, k := range keys {
		n, err := named(ctx, st, k.Person)
		if err != nil {
			return a, err
		}
		a.Keys = append(a.Keys, n)
	}
	a.Proof, err = proofOf(ctx, st, q.Leaf, head)
	return a, err
}

func named(ctx context.Context, st *store.Store, person model.ID) (Named, error) {
	p, err := st.Person(ctx, person)
	if err != nil {
		return Named{}, fmt.Errorf("reading person %d: %w", person, err)
	}
	return Named{ID: p.ID, Name: p.Name}, nil
}

func proofOf(ctx context.Context, st *store.Store, index int64, head ledger.Head) (Proof, error) {
	p, err := ledger.ProveInclusion(head.Size, index, st.TreeHashes(ctx))
	if err != nil {
		return Proof{}, fmt.Errorf("proving entry %d: %w", index, err)
	}
	out := Proof{Size: head.Size, Root: fmt.Sprintf("%x", head.Root[:]), Index: index}
	for _, h := range p {
		out.Hashes = append(out.Hashes, fmt.Sprintf("%x", h[:]))
	}
	return out, nil
}
