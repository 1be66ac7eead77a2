package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// Policy is a published policy bundle; the one with the newest leaf is in force.
type Policy struct {
	Hash        string
	Document    []byte
	PublishedAt time.Time
	Leaf        int64
}

// Freeze stops darkening, silencing and takeover for a while.
type Freeze struct {
	ID          model.ID
	Scope       FreezeScope
	StartedBy   model.ID // zero: the breaker
	StartedAt   time.Time
	ConfirmedBy model.ID
	EndsAt      time.Time // when it lapses unless it is confirmed; zero once it is
	EndedAt     time.Time
	Leaf        int64
}

// FreezeScope says for which accounts a freeze holds.
type FreezeScope string

// The scopes of a freeze.
const (
	FreezeProtected FreezeScope = "protected"
	FreezeAll       FreezeScope = "all"
)

// Active reports whether the freeze holds at t.
func (f Freeze) Active(t time.Time) bool {
	return f.EndedAt.IsZero() && (f.EndsAt.IsZero() || t.Before(f.EndsAt))
}

// Charge is what one person has answered for of one darkening.
type Charge struct {
	ID      model.ID
	Person  model.ID
	Account model.ID
	Request model.ID
	Kind    model.CommandKind
	Case    model.ID
	Reach   int64
	At      time.Time
	Leaf    int64
}

// Veto is one person's veto of a request.
type Veto struct {
	ID      model.ID
	Request model.ID
	Person  model.ID
	Case    model.ID
	At      time.Time
	Leaf    int64
}

var (
	policyTable  = table("policies", "hash", "document", "published_at")
	freezeTable  = table("freezes", "id", "scope", "started_by", "started_at", "confirmed_by", "ends_at", "ended_at")
	chargeTable  = table("charges", "id", "person", "account", "request", "kind", "case_id", "reach", "at")
	vetoTable    = table("vetoes", "id", "request", "person", "case_id", "at")
	settingTable = table("settings", "name", "value")
)

// PutPolicy publishes a bundle; publishing an earlier one again puts it in force again.
func (p *PrivTx) PutPolicy(ctx context.Context, b Policy) error {
	return p.put(ctx, policyTable, b.Hash, b.Document, millis(b.PublishedAt))
}

// PutFreeze writes a freeze, new, confirmed or ended.
func (p *PrivTx) PutFreeze(ctx context.Context, f Freeze) error {
	return p.put(ctx, freezeTable, f.ID, string(f.Scope), f.StartedBy, millis(f.StartedAt), f.ConfirmedBy,
		millis(f.EndsAt), millis(f.EndedAt))
}

// PutCharge writes a charge.
func (p *PrivTx) PutCharge(ctx context.Context, c Charge) error {
	return p.put(ctx, chargeTable, c.ID, c.Person, c.Account, c.Request, string(c.Kind), c.Case, c.Reach, millis(c.At))
}

// PutVeto writes a veto.
func (p *PrivTx) PutVeto(ctx context.Context, v Veto) error {
	return p.put(ctx, vetoTable, v.ID, v.Request, v.Person, v.Case, millis(v.At))
}

// PutSetting writes a setting, and has it told.
func (p *PrivTx) PutSetting(ctx context.Context, name, value string) error {
	p.settled = true
	return p.put(ctx, settingTable, name, value)
}

func scanPolicy(row scanner) (p Policy, err error) {
	var at int64
	err = row.Scan(&p.Hash, &p.Document, &at, &p.Leaf)
	p.PublishedAt = fromMillis(at)
	return p, err
}

// PolicyInForce is the newest published bundle.
func (r Reads) PolicyInForce(ctx context.Context) (Policy, error) {
	return one(ctx, r.q, scanPolicy, "policy",
		`SELECT hash, document, published_at, leaf FROM policies ORDER BY leaf DESC LIMIT 1`)
}

// Policy reads a published bundle by its hash.
func (r Reads) Policy(ctx context.Context, hash string) (Policy, error) {
	return one(ctx, r.q, scanPolicy, "policy",
		`SELECT hash, document, published_at, leaf FROM policies WHERE hash = $1`, hash)
}

// PolicyHash is the hash of the bundle in force, or "".
func (r Reads) PolicyHash(ctx context.Context) (hash string, err error) {
	_, err = r.row(ctx, []any{&hash}, `SELECT hash FROM policies ORDER BY leaf DESC LIMIT 1`)
	return hash, err
}

// OpenFreezes are the freezes that nobody has ended; some may have lapsed: ask Freeze.Active.
func (r Reads) OpenFreezes(ctx context.Context) ([]Freeze, error) {
	return collect(ctx, r.q, func(row scanner) (f Freeze, err error) {
		var started, ends, ended int64
		err = row.Scan(&f.ID, &f.Scope, &f.StartedBy, &started, &f.ConfirmedBy, &ends, &ended, &f.Leaf)
		f.StartedAt, f.EndsAt, f.EndedAt = fromMillis(started), fromMillis(ends), fromMillis(ended)
		return f, err
	}, `SELECT id, scope, started_by, started_at, confirmed_by, ends_at, ended_at, leaf FROM freezes
		WHERE ended_at = 0 ORDER BY id`)
}

// Charged sums what a person answers for since a time: how many darkenings, and how many followers they took away.
func (r Reads) Charged(ctx context.Context, person model.ID, since time.Time) (count, reach int64, err error) {
	_, err = r.row(ctx, []any{&count, &reach}, `SELECT COUNT(*), COALESCE(SUM(reach), 0) FROM charges
		WHERE `+sameHuman("person")+` AND at > $2 AND kind <> 'restore'`, person, millis(since))
	return count, reach, err
}

// Darkenings counts the darkenings of everyone since a time.
func (r Reads) Darkenings(ctx context.Context, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(DISTINCT request) FROM charges
		WHERE at > $1 AND kind <> 'restore'`, millis(since))
	return n, err
}

// UndoneBy counts the one-key restores of a person since a time (law 9).
func (r Reads) UndoneBy(ctx context.Context, person model.ID, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM charges
		WHERE `+sameHuman("person")+` AND at > $2 AND kind = 'restore'`, person, millis(since))
	return n, err
}

// UndoneOn counts the one-key restores of an account on a case (law 9).
func (r Reads) UndoneOn(ctx context.Context, account, onCase model.ID) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM charges
		WHERE account = $1 AND case_id = $2 AND kind = 'restore'`, account, onCase)
	return n, err
}

// UndoneBefore counts those that were recorded before an entry of the ledger.
func (r Reads) UndoneBefore(ctx context.Context, account, onCase model.ID, entry int64) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM charges
		WHERE account = $1 AND case_id = $2 AND kind = 'restore' AND leaf < $3`, account, onCase, entry)
	return n, err
}

// Vetoes counts the requests on a case that a person brought to a state, vetoed or declined, since a time.
func (r Reads) Vetoes(ctx context.Context, person, onCase model.ID, state model.RequestState, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM vetoes JOIN requests ON requests.id = vetoes.request
		WHERE `+sameHuman("vetoes.person")+` AND vetoes.case_id = $2 AND requests.state = $3 AND vetoes.at >= $4`,
		person, onCase, string(state), millis(since))
	return n, err
}

// FreezesBegun counts the freezes that a person began since a time and that nobody confirmed, ended or not.
func (r Reads) FreezesBegun(ctx context.Context, person model.ID, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM freezes
		WHERE `+sameHuman("started_by")+` AND started_at > $2 AND confirmed_by = 0`, person, millis(since))
	return n, err
}

// Setting reads a setting; found is false when it was never set.
func (r Reads) Setting(ctx context.Context, name string) (value string, found bool, err error) {
	found, err = r.row(ctx, []any{&value}, `SELECT value FROM settings WHERE name = $1`, name)
	if err != nil {
		err = fmt.Errorf("reading the setting %s: %w", name, err)
	}
	return value, found, err
}

// Settings are all settings by their names.
func (r Reads) Settings(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	_, err := collect(ctx, r.q, func(row scanner) (none struct{}, err error) {
		var name, value string
		err = row.Scan(&name, &value)
		all[name] = value
		return none, err
	}, `SELECT name, value FROM settings`)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	return all, nil
}

// Policies are the bundles that were ever published, each once, the one in force first.
func (r Reads) Policies(ctx context.Context) ([]Policy, error) {
	list, err := collect(ctx, r.q, scanPolicy, `SELECT hash, document, published_at, leaf FROM policies ORDER BY leaf DESC`)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	return list, nil
}

// ChargesBetween are the charges for darkenings from a time on and before another, the oldest first.
func (r Reads) ChargesBetween(ctx context.Context, from, before time.Time) ([]Charge, error) {
	list, err := collect(ctx, r.q, func(row scanner) (c Charge, err error) {
		var at int64
		err = row.Scan(&c.ID, &c.Person, &c.Account, &c.Request, &c.Kind, &c.Case, &c.Reach, &at, &c.Leaf)
		c.At = fromMillis(at)
		return c, err
	}, `SELECT id, person, account, request, kind, case_id, reach, at, leaf FROM charges
		WHERE at >= $1 AND at < $2 AND kind <> 'restore' ORDER BY at, id`, millis(from), millis(before))
	if err != nil {
		return nil, fmt.Errorf("reading charges: %w", err)
	}
	return list, nil
}
