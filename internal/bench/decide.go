package bench

import (
	"context"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// decide has the guard decide, without signatures and without writing: on what has been read, beside the policy's own part
// of that, and with everything that it reads, beside the reading of one row.
func (s Subject) decide(ctx context.Context, n int) ([]Line, error) {
	bundle, err := policy.Shipped()
	if err != nil {
		return nil, err
	}
	past, err := s.past(ctx, bundle)
	if err != nil {
		return nil, err
	}
	question := policy.Question{Verb: policy.VerbRequest, Command: model.CmdDeactivate, Class: model.ClassStandard,
		Subject: policy.Subject{Roles: past.Requester.RoleSet(), Team: past.Requester.Team, Kind: past.Requester.Employment.Kind,
			Status: past.Requester.Employment.Status}}
	decided := Line{What: "decision on what was read: laws, table, text; no signature", Bare: "one answer of the policy's text"}
	if decided.Time, decided.Per, err = measure(1, n, func(int, int) error { guard.Recall(past, bundle, bundle); return nil }); err != nil {
		return nil, err
	}
	if decided.Limit, decided.BarePer, err = measure(1, n, func(int, int) error { bundle.Decide(question); return nil }); err != nil {
		return nil, err
	}
	whole := Line{What: "decision with all that it reads", Bare: "one row read by its key"}
	cmd := model.Command{Kind: model.CmdDeactivate, Account: s.Small}
	whole.Time, whole.Per, err = measure(1, n, func(int, int) error { _, err := s.Guard.Explain(ctx, s.Agent.Person, cmd); return err })
	if err != nil {
		return nil, err
	}
	whole.Limit, whole.BarePer, err = measure(1, n, func(int, int) error { _, err := s.Store.ClassOf(ctx, s.Small); return err })
	return []Line{decided, whole}, err
}

// past is a request of the agent's, with the agent's key.
func (s Subject) past(ctx context.Context, by *policy.Bundle) (p guard.Past, err error) {
	agent, err := s.Store.Person(ctx, s.Agent.Person)
	if err != nil {
		return p, err
	}
	need, err := by.Requirement(policy.RowDeactivate, model.ClassStandard)
	if err != nil {
		return p, err
	}
	p.Request = model.Request{Command: model.Command{Kind: model.CmdDeactivate, Account: s.Small}, Requester: agent.ID, Need: need,
		Target: model.Target{Class: model.ClassStandard, Strictest: model.ClassStandard, Reach: 100}}
	p.At = time.Now().UTC()
	p.Requester.Person = agent
	p.Signers = []guard.PastPerson{{Person: agent}}
	return p, nil
}
