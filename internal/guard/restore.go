package guard

import (
	"context"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// UndoWindow is how long after a darkening one key undoes it; UndoPerDay how often one person may do so (law 9).
const (
	UndoWindow = time.Hour
	UndoPerDay = 20
)

// sanctionMade is a sanction with how it came to be.
type sanctionMade struct {
	sanction  model.Sanction
	need      model.Requirement // what its request took
	validKeys bool              // its request's keys stand when they are checked again
	brief     bool
	legal     bool
}

// undoHistory is what law 9 bounds the one-key undo by.
type undoHistory struct {
	onCase   int64 // one-key undos of this account on the sanction's case
	byPerson int64 // one-key undos by the requester in the last day
}

// readRestore finds what a restore would lift: the sanction that it names, or all that are active on the account
// itself (a restore with a post: on that post).
func (g *Guard) readRestore(ctx context.Context, r store.Reads, d *deed, now time.Time) error {
	d.row = policy.RowRestore
	var only model.ID
	if s, ok := d.cmd.Params[paramSanction]; ok {
		id, err := model.ParseID("params.sanction", s)
		if err != nil {
			return err
		}
		only = id
	}
	active, err := r.UnliftedSanctions(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	for _, s := range active {
		if !s.Active(now) || only != 0 && s.ID != only || only == 0 && s.Post != d.cmd.Post {
			continue
		}
		made, err := g.howMade(ctx, r, s)
		if err != nil {
			return err
		}
		d.lifts = append(d.lifts, made)
	}
	if len(d.lifts) == 0 {
		return model.Errorf(model.KindConflict, "there is nothing to restore: no such sanction is active")
	}
	return nil
}

// howMade reads the request that a sanction was made by, and checks its keys again: a sanction without a request, or
// whose keys do not stand, took effect without valid keys.
func (g *Guard) howMade(ctx context.Context, r store.Reads, s model.Sanction) (sanctionMade, error) {
	made := sanctionMade{sanction: s, brief: isBrief(s)}
	q, err := r.Request(ctx, s.Request)
	if model.KindOf(err) == model.KindNotFound {
		return made, nil
	}
	if err != nil {
		return made, err
	}
	made.need = q.Need
	made.legal = q.Command.Params[paramGround] == "legal"
	if q.State != model.StateExecuted || q.Command.Account != s.Account {
		return made, nil
	}
	made.validKeys, err = g.keysStand(ctx, r, q)
	return made, err
}

// keysStand checks the signatures on an executed request again, by as many people as it took. Credentials that were
// revoked since stood when the request took effect.
func (g *Guard) keysStand(ctx context.Context, r store.Reads, q model.Request) (bool, error) {
	keys, err := r.KeysOn(ctx, q.ID)
	if err != nil {
		return false, err
	}
	d := deed{cmd: q.Command, info: q.Command.Info(), strictest: q.Target.Strictest}
	people := map[model.ID]bool{}
	for _, k := range keys {
		var held []model.Credential
		if k.Credential != 0 {
			c, err := r.Credential(ctx, k.Credential)
			if err != nil && model.KindOf(err) != model.KindNotFound {
				return false, err
			}
			held = append(held, c)
		}
		if g.signedForThis(d, q, q.Need, k, held) == nil {
			people[k.Person] = true
		}
	}
	return len(people) >= q.Need.Keys, nil
}

// requireRestore is the strictest of what lifting each sanction takes.
func requireRestore(d deed) model.Requirement {
	need := model.Requirement{Keys: 1}
	for _, m := range d.lifts {
		need = policy.Join(need, m.need)
	}
	return need
}

// weighRestore replaces what each sanction took by what lifting it takes now (law 9). undo says that this is a one-key
// undo, of which there is one per account and case.
func (d *deed) weighRestore(ctx context.Context, r store.Reads, requester model.ID, now time.Time) (undo bool, err error) {
	byPerson, err := r.UndoneBy(ctx, requester, now.Add(-24*time.Hour))
	if err != nil {
		return false, err
	}
	for i, m := range d.lifts {
		onCase, err := r.UndoneOn(ctx, d.cmd.Account, m.sanction.Case)
		if err != nil {
			return false, err
		}
		need, undoes := lightIsEasier(m, undoHistory{onCase: onCase, byPerson: byPerson}, now)
		d.lifts[i].need = need
		undo = undo || undoes
	}
	return undo, nil
}

// liftAll lifts what a restore is about, and books a one-key undo.
func (g *Guard) liftAll(ctx context.Context, p *store.PrivTx, d deed, q model.Request, undo bool) error {
	var cases []model.ID
	for _, m := range d.lifts {
		s := m.sanction
		s.LiftedAt = p.Now()
		if err := p.PutSanction(ctx, s); err != nil {
			return err
		}
		if undo && !slices.Contains(cases, s.Case) {
			cases = append(cases, s.Case)
		}
	}
	for _, c := range cases {
		err := p.PutCharge(ctx, store.Charge{ID: p.NextID(), Person: q.Requester, Account: d.cmd.Account, Request: q.ID,
			Kind: model.CmdRestore, Case: c, At: p.Now()})
		if err != nil {
			return err
		}
	}
	return nil
}
