package guard

import (
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// Past is a request that was made, with who asked for it and who signed it, as they were then.
type Past struct {
	Request   model.Request
	At        time.Time // when it is decided: then
	Requester PastPerson
	Signers   []PastPerson
}

// PastPerson is somebody as they were, with what they had darkened in the hour and the day before.
type PastPerson struct {
	model.Person
	Hour, Day Use
}

// Use is how much somebody has darkened: how many accounts and posts, and how many followers they took away.
type Use struct{ Count, Reach int64 }

// Recollection is what would become of a past request.
type Recollection struct {
	Row     policy.Row
	Need    model.Requirement
	Refusal *model.Error     // why it could not be done at all; nil when it could
	Missing approval.Missing // beside the keys of its signers, as far as they count
}

// Recall decides on a past request by another bundle than by that under which it was made: laws, table, Cedar and
// budgets, of nothing but what it is given. known is false when it cannot be told which row of the table it was about, in
// then. That people count as one for having sponsored each other is left out, as is what restoring takes: that follows
// from the darkening.
func Recall(p Past, then, by *policy.Bundle) (r Recollection, known bool) {
	d, known := recalled(p.Request, then)
	if !known {
		return r, false
	}
	c := &court{b: by, now: p.At}
	r.Row = d.row
	if r.Refusal = leaversHoldNoKeys(d, p.Requester.Person, p.At); r.Refusal == nil {
		r.Refusal = c.ask(policy.VerbRequest, d, p.Requester.Person)
	}
	if r.Need = p.Request.Need; d.cmd.Kind != model.CmdRestore {
		var err error
		if r.Need, err = require(d, by); err != nil {
			return r, false
		}
	}
	var holders []approval.Holder
	payers := []PastPerson{p.Requester}
	for _, s := range p.Signers {
		if c.staffMaySign(d, s.Person) != nil {
			continue
		}
		holders = append(holders, approval.Holder{Person: s.ID, Roles: s.RoleSet(), Team: s.Team})
		payers = append(payers, s)
	}
	r.Missing = approval.Tally(r.Need, holders)
	for _, payer := range payers {
		if r.Refusal == nil {
			r.Refusal = boundedReach(d, by, payer.Person, budgetUse{hour: use{payer.Hour.Count, payer.Hour.Reach}, day: use{payer.Day.Count, payer.Day.Reach}})
		}
	}
	return r, true
}

// recalled finds what the laws knew of a request when it was made: the row of the table that gives what it was asked to
// have, by the bundle of then.
func recalled(q model.Request, then *policy.Bundle) (deed, bool) {
	cmd := q.Command
	for _, row := range slices.Concat(policy.ClassRows(), policy.SingleRows()) {
		if !slices.Contains(row.Commands(), cmd.Kind) {
			continue
		}
		d := deed{cmd: cmd, info: cmd.Info(), target: q.Target, class: q.Target.Class, strictest: q.Target.Strictest, row: row,
			brief: row == policy.RowLockBrief, loosens: row == policy.RowLoosen || row == policy.RowGrantAgent,
			cheap: row == policy.RowGrantAgent}
		if row == policy.RowRestore {
			return d, true
		}
		for _, d.several = range []bool{false, true} {
			if need, err := require(d, then); err == nil && sameNeed(q.Need, need) {
				return d, true
			}
		}
		if row == policy.RowDecideAppeal { // one that granted takes what restoring does, beside its row
			d.lifts = []sanctionMade{{need: q.Need}}
			if need, err := require(d, then); err == nil && sameNeed(q.Need, need) {
				return d, true
			}
		}
	}
	return deed{}, false
}

// MayAsk asks a bundle whether somebody may request a command on an account of a class, with a case or without, at a time.
func MayAsk(by *policy.Bundle, p model.Person, kind model.CommandKind, class model.Class, onCase bool, at time.Time) *model.Error {
	d := deed{cmd: model.Command{Kind: kind}, strictest: class}
	if onCase {
		d.cmd.Case = 1
	}
	d.info = d.cmd.Info()
	if e := leaversHoldNoKeys(d, p, at); e != nil {
		return e
	}
	return (&court{b: by, now: at}).ask(policy.VerbRequest, d, p)
}
