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
	undoDay    = 24 * time.Hour
)

// sanctionMade is a sanction with how it came to be, or a strike, of which sanction then has what the two share.
type sanctionMade struct {
	sanction  model.Sanction
	strike    store.Strike
	need      model.Requirement // what its request took
	validKeys bool              // its request's keys stand when they are checked again
	brief     bool
	legal     bool
	undo      bool // one key lifts it by law 9, which counts
}

// undoHistory is what law 9 bounds the one-key undo by.
type undoHistory struct {
	onCase   int64 // one-key undos of this account on the sanction's case
	byPerson int64 // one-key undos by the requester in the last day
}

// readRestore finds what a restore would lift: the sanction or strike that it names, or all sanctions that are active
// on the account itself (a restore with a post: on that post).
func (c *court) readRestore(ctx context.Context, d *deed) error {
	d.row = policy.RowRestore
	if err := notPurged(ctx, c.g, c.r, d.cmd.Account); err != nil {
		return err
	}
	if text, ok := d.cmd.Params[paramStrike]; ok {
		return c.readRetract(ctx, d, text)
	}
	var only model.ID
	if s, ok := d.cmd.Params[paramSanction]; ok {
		id, err := model.ParseID("params.sanction", s)
		if err != nil {
			return err
		}
		only = id
	}
	active, err := c.r.UnliftedSanctions(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	for _, s := range active {
		if !s.Active(c.now) || only != 0 && s.ID != only || only == 0 && s.Post != d.cmd.Post {
			continue
		}
		made, err := c.g.howMade(ctx, c.r, s)
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

// howMade reads the request that a sanction was made by, and checks its keys again: a sanction that is not what its
// request made, or whose keys do not stand, took effect without valid keys.
func (g *Guard) howMade(ctx context.Context, r store.Reads, s model.Sanction) (sanctionMade, error) {
	made := sanctionMade{sanction: s, brief: isBrief(s)}
	return made, g.heldTo(ctx, r, &made, func(q model.Request) bool { return madeBy(s, q) })
}

// heldTo reads the request that something was made by. It has valid keys when its request made it and they stand.
func (g *Guard) heldTo(ctx context.Context, r store.Reads, made *sanctionMade, madeBy func(model.Request) bool) error {
	q, err := r.Request(ctx, made.sanction.Request)
	if model.KindOf(err) == model.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	made.need = q.Need
	made.legal = q.Command.Params[paramGround] == "legal"
	if madeBy(q) {
		made.validKeys, err = g.keysStand(ctx, r, q, made.brief)
	}
	return err
}

// madeBy reports whether a sanction is what the execution of a request put there.
func madeBy(s model.Sanction, q model.Request) bool {
	post := model.ID(0)
	if q.Command.Kind == model.CmdRemovePost {
		post = q.Command.Post
	}
	return q.State == model.StateExecuted && s.Account == q.Command.Account && s.Post == post &&
		string(s.Kind) == string(q.Command.Kind) && s.Start.Equal(q.ClosedAt)
}

// keysStand checks the signatures on an executed request again, by as many people as it took and law 1 asks for.
// Credentials that were revoked since stood when the request took effect.
func (g *Guard) keysStand(ctx context.Context, r store.Reads, q model.Request, brief bool) (bool, error) {
	keys, err := r.KeysOn(ctx, q.ID)
	if err != nil {
		return false, err
	}
	d := deed{cmd: q.Command, info: q.Command.Info(), strictest: q.Target.Strictest, brief: brief}
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
	return len(people) >= max(twoKeys(d, q.Need).Keys, len(q.Need.Roles), q.Need.Teams, 1), nil
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
// undo, of which there is one per account and case: where something else on the account takes more keys anyway, none is
// used up, which judge sees to.
func (c *court) weighRestore(ctx context.Context, d *deed, requester model.ID) (undo bool, err error) {
	byPerson, err := c.r.UndoneBy(ctx, requester, c.now.Add(-undoDay))
	if err != nil {
		return false, err
	}
	for i := range d.lifts {
		m := &d.lifts[i]
		onCase, err := c.r.UndoneOn(ctx, d.cmd.Account, m.sanction.Case)
		if err != nil {
			return false, err
		}
		m.need, m.undo = lightIsEasier(*m, undoHistory{onCase: onCase, byPerson: byPerson}, c.effective(*d))
		undo = undo || m.undo
	}
	return undo, nil
}

// liftAll lifts what a restore or a granted appeal is about, and books a one-key undo on whoever asked for it and
// whoever turned the key.
func liftAll(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	var cases []model.ID
	for _, m := range v.deed.lifts {
		if err := lift(ctx, p, m); err != nil {
			return err
		}
		if v.undo && m.undo && !slices.Contains(cases, m.sanction.Case) {
			cases = append(cases, m.sanction.Case)
		}
	}
	for _, onCase := range cases {
		for _, person := range v.payers(q.Requester) {
			err := p.PutCharge(ctx, store.Charge{ID: p.NextID(), Person: person, Account: q.Command.Account, Request: q.ID,
				Kind: model.CmdRestore, Case: onCase, At: p.Now()})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// lift lifts one sanction, or retracts one strike.
func lift(ctx context.Context, p *store.PrivTx, m sanctionMade) error {
	if m.strike.ID != 0 {
		m.strike.RetractedAt = p.Now()
		return p.PutStrike(ctx, m.strike)
	}
	m.sanction.LiftedAt = p.Now()
	return p.PutSanction(ctx, m.sanction)
}

// fewUndos is the bound of law 9 for whoever turns the key of a one-key undo, beside whoever asks for it.
func fewUndos(p model.Person, undone int64) *model.Error {
	if undone < UndoPerDay {
		return nil
	}
	return model.Refused(LawLight, "%s has undone %d darkenings by one key within a day: somebody else has to", p.Name, undone)
}
