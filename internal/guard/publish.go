package guard

import (
	"context"
	"crypto/sha256"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// step is from one policy to another, by their hashes.
type step struct{ was, next string }

// proposed reads a bundle's document.
func (g *Guard) proposed(document string) (*policy.Bundle, error) {
	return g.proposals.of(sha256.Sum256([]byte(document)), func() (*policy.Bundle, error) { return policy.Parse([]byte(document)) })
}

// changes lists what next has otherwise than was.
func (g *Guard) changes(was, next *policy.Bundle) []policy.Change {
	changes, _ := g.steps.of(step{was.Hash(), next.Hash()}, func() ([]policy.Change, error) { return policy.Diff(was, next), nil })
	return changes
}

// Changes lists what a request to publish a policy would change: against the one under which it was requested, which it
// is void without.
func (g *Guard) Changes(ctx context.Context, q model.Request) ([]policy.Change, error) {
	next, err := g.proposed(q.Command.Params[paramDocument])
	if err != nil {
		return nil, err
	}
	if b := g.bundle.Load(); b != nil && b.Hash() == q.Policy {
		return g.changes(b, next), nil
	}
	row, err := g.st.Policy(ctx, q.Policy)
	if err != nil {
		return nil, err
	}
	was, err := policy.Parse(row.Document)
	if err != nil {
		return nil, err
	}
	return g.changes(was, next), nil
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
		g.changes(was, next)
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
	d.loosens = c.b == nil || publishing(c.g.changes(c.b, next)).loosens
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

// publishing is what it is to publish a policy that changes so much.
func publishing(changes []policy.Change) deed {
	d := deed{cmd: model.Command{Kind: model.CmdPublishPolicy}, loosens: policy.MarkOf(changes) == policy.MarkLooser}
	d.info, d.row = d.cmd.Info(), rowFor(d.loosens)
	return d
}

// ToPublish is whose keys it takes to publish what changes so much of the policy in force, which judges its successor.
func ToPublish(in *policy.Bundle, changes []policy.Change) (model.Requirement, error) {
	return require(publishing(changes), in)
}
