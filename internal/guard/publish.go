package guard

import (
	"context"
	"crypto/sha256"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// proposal is a document that was read. A document never changes, so that what it says need be found out once.
type proposal struct {
	sum    [sha256.Size]byte
	bundle *policy.Bundle
}

// comparison is which way the step from one bundle to another goes, by their hashes.
type comparison struct {
	was, next string
	loosens   bool
}

// proposed reads a bundle's document.
func (g *Guard) proposed(document string) (*policy.Bundle, error) {
	sum := sha256.Sum256([]byte(document))
	if p := g.proposal.Load(); p != nil && p.sum == sum {
		return p.bundle, nil
	}
	b, err := policy.Parse([]byte(document))
	if err == nil {
		g.proposal.Store(&proposal{sum, b})
	}
	return b, err
}

// loosens reports whether publishing next over was makes anything easier.
func (g *Guard) loosens(was, next *policy.Bundle) bool {
	if c := g.compared.Load(); c != nil && c.was == was.Hash() && c.next == next.Hash() {
		return c.loosens
	}
	loosens := publishing(was, next).loosens
	g.compared.Store(&comparison{was.Hash(), next.Hash(), loosens})
	return loosens
}

// weighAhead has a policy that is to be published read and compared before the transaction that decides on it: trying all
// combinations can take seconds, in which nobody else's command could be decided. That it fails is for the transaction
// to say.
func (g *Guard) weighAhead(ctx context.Context, cmd model.Command) {
	if cmd.Kind != model.CmdPublishPolicy || len(cmd.Params[paramDocument]) > policy.MaxDocument {
		return
	}
	hash, err := g.st.PolicyHash(ctx)
	if err != nil {
		return
	}
	was, err := g.policyNamed(ctx, g.st.Reads, hash)
	if err != nil {
		return
	}
	if next, err := g.proposed(cmd.Params[paramDocument]); err == nil {
		g.loosens(was, next)
	}
}

// weighRequestAhead is weighAhead for a request that was made.
func (g *Guard) weighRequestAhead(ctx context.Context, id model.ID) {
	if q, err := g.st.Request(ctx, id); err == nil {
		g.weighAhead(ctx, q.Command)
	}
}

// readPolicy tells a bundle that only tightens, which takes one key, from one that makes anything easier. What the one in
// force is not known to say could be easier.
func (c *court) readPolicy(d *deed) error {
	next, err := c.g.proposed(d.cmd.Params[paramDocument])
	if err != nil {
		return err
	}
	if c.hash == next.Hash() {
		return model.Invalid("params.document", "is the policy in force already")
	}
	d.loosens = c.b == nil || c.g.loosens(c.b, next)
	d.row = rowFor(d.loosens)
	return nil
}

func (c *court) publishPolicy(ctx context.Context, p *store.PrivTx, d deed) error {
	b, err := c.g.proposed(d.cmd.Params[paramDocument])
	if err != nil {
		return err
	}
	return p.PutPolicy(ctx, store.Policy{Hash: b.Hash(), Document: b.Encode(), PublishedAt: p.Now()})
}

// publishing is what it is to publish next while in is in force.
func publishing(in, next *policy.Bundle) deed {
	d := deed{cmd: model.Command{Kind: model.CmdPublishPolicy}, loosens: len(policy.Looser(in, next)) > 0}
	d.info, d.row = d.cmd.Info(), rowFor(d.loosens)
	return d
}

// ToPublish is whose keys it takes to publish next while in is in force: the bundle in force judges its successor.
func ToPublish(in, next *policy.Bundle) (model.Requirement, error) {
	return require(publishing(in, next), in)
}
