package audit

import (
	"context"
	"fmt"
	"slices"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Show says what of an entry a bundle shows.
type Show struct {
	Public  bool  // the leaf only, which names nobody
	Private bool  // also the private part: free text, e-mail
	Since   int64 // also that the ledger only added to the head of that size; 0 for none
}

// IndexOf is the entry in which a request came to where it is now.
func IndexOf(ctx context.Context, st *store.Store, request model.ID) (int64, error) {
	q, err := st.Request(ctx, request)
	return q.Leaf, err
}

// IndexOn is the entry that put the newest sanction on an account.
func IndexOn(ctx context.Context, st *store.Store, handle string) (int64, error) {
	name, err := model.ParseHandle("handle", handle)
	if err != nil {
		return 0, err
	}
	account, err := st.AccountCalled(ctx, name)
	if err != nil {
		return 0, err
	}
	list, err := st.Sanctions(ctx, account.ID)
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, model.NotFound("sanction on @" + account.Handle)
	}
	return IndexOf(ctx, st, list[len(list)-1].Request)
}

// Prove makes the bundle for an entry: with its facts, unless it shall show the leaf only, and, when it executed a
// request, the entries that opened the request, turned its keys, enrolled their credentials and named the desk.
func Prove(ctx context.Context, st *store.Store, index int64, show Show) (Bundle, error) {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return Bundle{}, err
	}
	if index < 0 || index >= head.Size || show.Since < 0 || show.Since > head.Size {
		return Bundle{}, model.NotFound("ledger entry")
	}
	skey, vkey, err := st.LogKey(ctx)
	if err != nil {
		return Bundle{}, err
	}
	checkpoint, err := ledger.SignCheckpoint(skey, head)
	if err != nil {
		return Bundle{}, err
	}
	p := prover{ctx: ctx, st: st, head: head, checkpoint: checkpoint, show: show,
		bundle: Bundle{Format: BundleFormat, VKey: vkey, Heads: []Grown{}}, shown: map[int64]bool{}}
	f, err := p.entry(index)
	if err == nil && !show.Public && f.Event == ledger.EventExecuted && f.Request != 0 {
		err = p.request(f)
	}
	if err == nil && show.Since > 0 {
		err = p.grown(show.Since)
	}
	return p.bundle, err
}

// prover puts a bundle together.
type prover struct {
	ctx        context.Context
	st         *store.Store
	head       ledger.Head
	checkpoint []byte
	show       Show
	bundle     Bundle
	shown      map[int64]bool // entries
}

// entry adds an entry, once, and returns its facts.
func (p *prover) entry(index int64) (ledger.Facts, error) {
	rec, err := p.st.Record(p.ctx, index)
	if err != nil {
		return ledger.Facts{}, err
	}
	e, err := rec.Open()
	if err != nil || p.shown[index] {
		return e.Facts, err
	}
	p.shown[index] = true
	proof, err := ledger.ProveInclusion(p.head.Size, index, p.st.TreeHashes(p.ctx))
	if err != nil {
		return e.Facts, err
	}
	shown := Proven{Proof: string(ledger.EncodeProof(index, proof, p.checkpoint)), Leaf: string(rec.Leaf)}
	if !p.show.Public {
		shown.Facts, shown.FactsSalt = string(rec.Facts), rec.FactsSalt
	}
	if p.show.Private && !p.show.Public {
		shown.Private, shown.PrivateSalt = string(rec.Private), rec.PrivateSalt
	}
	p.bundle.Entries = append(p.bundle.Entries, shown)
	return e.Facts, nil
}

// request adds what shows that the request of f had its keys.
func (p *prover) request(f ledger.Facts) error {
	q, err := p.st.Request(p.ctx, f.Request)
	if err != nil {
		return err
	}
	if _, err := p.entry(q.Opened); err != nil {
		return err
	}
	keys, err := p.st.KeysOn(p.ctx, q.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		counted := slices.ContainsFunc(f.Keys, func(have ledger.KeyFact) bool {
			return have.Person == k.Person && have.Credential == k.Credential && have.Owner == (k.Owner != nil)
		})
		if !counted || k.Credential == 0 {
			continue
		}
		if err := p.key(k); err != nil {
			return fmt.Errorf("showing key %d: %w", k.ID, err)
		}
	}
	return nil
}

// key adds the entries of one key, of its credential as it was then and of the desk's address, and the head that it signed.
func (p *prover) key(k model.Key) error {
	then := func(f ledger.Facts) bool { return f.Index <= k.Leaf }
	if k.Owner != nil {
		_, named, err := rowThen(p.ctx, p.st.Reads, "settings", settingURL, then)
		if err != nil {
			return err
		}
		return p.signed(k, named)
	}
	_, enrolled, err := rowThen(p.ctx, p.st.Reads, "credentials", k.Credential.String(), then)
	if err != nil {
		return err
	}
	_, named, err := rowThen(p.ctx, p.st.Reads, "settings", settingDesk, then)
	if err != nil {
		return err
	}
	return p.signed(k, enrolled, named)
}

// signed adds the entry of a key, those that it stands on, and the head that it signed.
func (p *prover) signed(k model.Key, on ...int64) error {
	for _, index := range append([]int64{k.Leaf}, on...) {
		if _, err := p.entry(index); err != nil {
			return err
		}
	}
	return p.grown(k.HeadSize)
}

// grown adds an earlier head, once.
func (p *prover) grown(size int64) error {
	if slices.ContainsFunc(p.bundle.Heads, func(g Grown) bool { return g.Size == size }) {
		return nil
	}
	hashes := p.st.TreeHashes(p.ctx)
	older, err := ledger.RootAt(size, hashes)
	if err != nil {
		return err
	}
	proof, err := ledger.ProveConsistency(size, p.head.Size, hashes)
	if err != nil {
		return err
	}
	p.bundle.Heads = append(p.bundle.Heads, Grown{size, older.Root[:], ledger.EncodeHashes(proof)})
	return nil
}
