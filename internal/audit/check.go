package audit

import (
	"errors"
	"fmt"
	"slices"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// The settings that say where keys are turned, by the staff and by owners: passkeys sign for those addresses.
const (
	settingDesk = "desk_url"
	settingURL  = "url"
)

// CheckBundle checks a bundle with nothing else, and says what it proves. vkey is the ledger's key, if it is known
// from elsewhere; older is a checkpoint that was kept from before, or nil. An error says what does not hold: then
// nothing is proved.
func CheckBundle(text []byte, vkey string, older []byte) (Claim, error) {
	b, err := ParseBundle(text)
	if err != nil {
		return Claim{}, err
	}
	if vkey != "" && vkey != b.VKey {
		return Claim{}, fmt.Errorf("the proof is by another ledger's key: %s", b.VKey)
	}
	c := checker{bundle: b, claim: Claim{Trusted: vkey != "", VKey: b.VKey}}
	for i := range b.Entries {
		if err := c.entry(i); err != nil {
			return Claim{}, err
		}
	}
	if err := c.heads(older); err != nil {
		return Claim{}, err
	}
	if err := c.effect(); err != nil {
		return Claim{}, err
	}
	c.claim.say()
	return c.claim, nil
}

// checker gathers what the entries of a bundle show.
type checker struct {
	bundle  Bundle
	claim   Claim
	head    ledger.Head
	indexes []int64
	rows    []shownRow
}

// shownRow is a row that an entry of the bundle wrote.
type shownRow struct {
	entry int64
	ledger.Row
}

// entry checks one entry: that it is in the ledger, in the same checkpoint as all others, and that its facts are its own.
func (c *checker) entry(i int) error {
	p := c.bundle.Entries[i]
	index, origin, head, err := ledger.OpenProof(c.bundle.VKey, []byte(p.Proof), []byte(p.Leaf))
	if err != nil {
		return err
	}
	if i == 0 {
		c.head, c.claim.Origin, c.claim.Index, c.claim.Size = head, origin, index, head.Size
		c.claim.Root = fmt.Sprintf("%x", head.Root[:])
	}
	if head != c.head || slices.Contains(c.indexes, index) {
		return fmt.Errorf("entry %d is there twice, or in another checkpoint than entry %d", index, c.claim.Index)
	}
	c.indexes = append(c.indexes, index)
	leaf, err := ledger.ParseLeaf([]byte(p.Leaf))
	if err != nil {
		return err
	}
	if i == 0 {
		c.claim.Leaf = leaf
	}
	if p.Facts == "" {
		if p.FactsSalt != nil || p.Private != "" || p.PrivateSalt != nil {
			return fmt.Errorf("entry %d has salts without facts", index)
		}
		return nil
	}
	checked := p.record(index).Checked()
	if checked.Wrong != nil {
		return checked.Wrong
	}
	switch {
	case i == 0:
		c.claim.Facts, c.claim.Private = &checked.Entry.Facts, checked.Entry.Private
	case c.claim.Facts == nil:
		return errors.New("the proof shows facts, but not those of what it proves")
	}
	if reason := checked.Entry.Private["reason"]; reason != "" && checked.Entry.Facts.Request == c.claim.Facts.Request {
		c.claim.Reason = reason
	}
	for _, row := range checked.Entry.Facts.Rows {
		c.rows = append(c.rows, shownRow{index, row})
	}
	return nil
}

// heads checks that the ledger only adds to each of the earlier heads, and that the one which was kept is among them.
func (c *checker) heads(kept []byte) error {
	var want ledger.Head
	if kept != nil {
		var err error
		if _, want, err = ledger.OpenCheckpoint(c.bundle.VKey, kept); err != nil {
			return fmt.Errorf("the checkpoint that was kept: %w", err)
		}
	}
	found := want == c.head
	for _, g := range c.bundle.Heads {
		older, err := g.head()
		if err != nil {
			return err
		}
		if err := ledger.CheckGrown(g.Hashes, older, c.head); err != nil {
			return err
		}
		found = found || older == want
	}
	if kept == nil {
		return nil
	}
	if !found {
		return fmt.Errorf("the proof does not show that this ledger grew from the %d entries of the checkpoint that was kept: it takes --since %d", want.Size, want.Size)
	}
	c.claim.Since = want.Size
	return nil
}

func (g Grown) head() (ledger.Head, error) {
	h := ledger.Head{Size: g.Size}
	if copy(h.Root[:], g.Root) != len(h.Root) || len(g.Root) != len(h.Root) || g.Size < 0 {
		return h, errors.New("a head of the proof has no root")
	}
	return h, nil
}

// effect checks the keys, when the proof is of something that took effect by keys and shows its facts.
func (c *checker) effect() error {
	f := c.claim.Facts
	if f == nil || f.Event != ledger.EventExecuted {
		return nil
	}
	row, _, ok := c.row("requests", f.Request.String(), f.Index)
	q, err := store.RequestOf(row)
	if !ok || err != nil || q.Command.Kind != f.Kind || q.Command.Account != f.Account || q.Policy != f.Policy ||
		q.Need.Keys != f.Need.Keys || q.State != model.StateExecuted {
		return errors.New("what took effect is not what the request asks for")
	}
	people := map[model.ID]bool{}
	for _, k := range f.Keys {
		people[k.Person] = true
		if k.Session {
			c.claim.Sessions++
			continue
		}
		read := c.key
		if k.Owner {
			read = c.ownersKey
		}
		s, err := read(q, k)
		if err != nil {
			return fmt.Errorf("the key of person %s: %w", k.Person, err)
		}
		c.claim.Signatures = append(c.claim.Signatures, s)
	}
	if len(people) < q.Need.Keys || q.Need.Keys < 1 {
		return fmt.Errorf("it took effect with %d of %d keys", len(people), q.Need.Keys)
	}
	return nil
}

// key checks that a key is a signature over exactly this request, by a passkey that was that person's, at the desk, and
// over a head that this ledger had.
func (c *checker) key(q model.Request, fact ledger.KeyFact) (Signature, error) {
	var k model.Key
	var at int64
	for _, r := range c.rows {
		got, err := store.KeyOf(r.Row)
		if r.Table == "request_keys" && err == nil && got.Request == q.ID && got.Person == fact.Person && got.Credential == fact.Credential {
			k, at = got, r.entry
		}
	}
	credential, _, ok1 := c.row("credentials", k.Credential.String(), at)
	desk, _, ok2 := c.row("settings", settingDesk, at)
	if k.ID == 0 || !ok1 || !ok2 {
		return Signature{}, errors.New("the proof does not show the signature, its passkey and the desk's address")
	}
	cr, err := store.CredentialOf(credential)
	if err != nil {
		return Signature{}, err
	}
	if cr.Person != fact.Person || !cr.RevokedAt.IsZero() && !k.SignedAt.Before(cr.RevokedAt) {
		return Signature{}, errors.New("the passkey was not theirs, or was revoked")
	}
	rp, err := passkey.NewRelyingParty(desk.Values["value"], "")
	if err != nil {
		return Signature{}, err
	}
	if err := verifyKey(rp, q, cr, k); err != nil {
		return Signature{}, err
	}
	if !c.had(headOf(k)) || k.HeadSize > at {
		return Signature{}, fmt.Errorf("it signed a head of %d entries that this ledger is not shown to have had", k.HeadSize)
	}
	return Signature{Person: k.Person, At: k.SignedAt, Entry: at}, nil
}

// had says whether a head is among those that were checked.
func (c *checker) had(h ledger.Head) bool {
	return slices.ContainsFunc(c.bundle.Heads, func(g Grown) bool {
		got, err := g.head()
		return err == nil && got == h
	})
}

// row is a row as the newest shown entry up to an index wrote it.
func (c *checker) row(table, key string, upTo int64) (row ledger.Row, entry int64, ok bool) {
	for _, r := range c.rows {
		if r.Table == table && r.Key == key && r.entry <= upTo && (!ok || r.entry > entry) {
			row, entry, ok = r.Row, r.entry, true
		}
	}
	return row, entry, ok
}
