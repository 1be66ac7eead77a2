package guard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// MaxBulk is how many accounts one bulk command may name.
const MaxBulk = 100

// bulkable reports whether a command may be given on many accounts at once: what one key may do on a standard account,
// and undo. A ban takes two people's keys over each request, and a purge is for ever: they are given one by one.
func bulkable(kind model.CommandKind) bool {
	return slices.Contains([]model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdDeactivate,
		model.CmdSuspend, model.CmdRestore}, kind)
}

// BulkResult is what became of a bulk command on one account.
type BulkResult struct {
	Command model.Command
	Outcome Outcome
	Err     *model.Error // why it was not done; nil when it was, or waits
}

// Bulk gives one command on many accounts: cmds differ in account and case only. Where any of the accounts is protected,
// lowered within 7 days or about to rise included, all is refused before anything is done, recorded, and the error names
// them. Otherwise each is a command of its own, with its own entry, decided again in its own transaction under the mark of
// a bulk command, which is part of what is recorded and signed. Bad input is an invalid error, and changes nothing.
func (g *Guard) Bulk(ctx context.Context, a Actor, cmds []model.Command) ([]BulkResult, error) {
	if err := checkBulk(cmds); err != nil {
		return nil, err
	}
	mark := g.st.IDs().Next().String()
	cmds = slices.Clone(cmds)
	for i, cmd := range cmds {
		cmds[i].Params = maps.Clone(cmd.Params)
		if cmds[i].Params == nil {
			cmds[i].Params = map[string]string{}
		}
		cmds[i].Params[paramBulk] = mark
	}
	protected, err := g.survey(ctx, cmds)
	if err != nil {
		return nil, err
	}
	if len(protected) > 0 {
		return nil, g.refuseBulk(ctx, a, len(cmds), protected)
	}
	results := make([]BulkResult, len(cmds))
	for i, cmd := range cmds {
		out, err := g.give(ctx, a, cmd)
		results[i] = BulkResult{Command: cmd, Outcome: out}
		if e, ok := errors.AsType[*model.Error](err); ok {
			results[i].Err = e
		} else if err != nil {
			results[i].Err = model.Unavailable(err, "this could not be done")
		}
	}
	return results, nil
}

func checkBulk(cmds []model.Command) error {
	if len(cmds) == 0 || len(cmds) > MaxBulk {
		return model.Invalid("accounts", "must be 1 to %d", MaxBulk)
	}
	seen := map[model.ID]bool{}
	for _, cmd := range cmds {
		switch {
		case !bulkable(cmd.Kind) || cmd.Kind != cmds[0].Kind:
			return model.Invalid("kind", "%s is not given in bulk", cmd.Kind)
		case cmd.Params[paramBulk] != "":
			return setByServer()
		case cmd.Post != 0 || cmd.Params[paramSanction] != "":
			return model.Invalid("params", "a bulk command is about whole accounts")
		case seen[cmd.Account]:
			return model.Invalid("accounts", "names an account twice")
		}
		seen[cmd.Account] = true
	}
	return nil
}

func setByServer() error { return model.Invalid("params.bulk", "is set by the server") }

// survey looks at every account before anything is done, and finds those that are protected.
func (g *Guard) survey(ctx context.Context, cmds []model.Command) (protected []deed, err error) {
	now := g.now().UTC()
	c, err := g.sit(ctx, g.st.Reads, now, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, cmd := range cmds {
		d, err := c.look(ctx, cmd, now)
		// A conflict is about one account, such as that there is nothing on it to restore: it is told with what became of it.
		if err != nil && model.KindOf(err) != model.KindConflict {
			return nil, err
		}
		if neverInBulk(d) != nil {
			protected = append(protected, d)
		}
	}
	return protected, nil
}

// refuseBulk records that a bulk command was refused, on the first of the protected accounts that it named.
func (g *Guard) refuseBulk(ctx context.Context, a Actor, all int, protected []deed) error {
	var handles []string
	for _, d := range protected {
		handles = append(handles, "@"+d.target.Handle)
	}
	first, refusal := protected[0], model.Refused(LawTwoKeys, "protected accounts are never in a bulk command, and among these %d are %s. Nothing was done",
		all, strings.Join(handles, ", "))
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		hash, err := p.PolicyHash(ctx)
		if err != nil {
			return fmt.Errorf("reading the policy in force: %w", err)
		}
		refuseEntry(p, model.Request{Command: first.cmd, Target: first.target, Policy: hash}, a, refusal)
		p.Entry.Facts.Note = fmt.Sprintf("a bulk command on %d accounts, %d of them protected", all, len(protected))
		p.Entry.Private = map[string]string{privateReason: first.cmd.Reason}
		return nil
	})
	if err != nil {
		return err
	}
	return refusal
}
