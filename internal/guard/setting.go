package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// maxHighProfileAt bounds the number of followers at which an account becomes high_profile: more than there are people.
const maxHighProfileAt = 10_000_000_000

// readSetting reads a change of one of the settings. All but two are what a store was born with: passkeys sign for the desk's
// address, members' apps and the ledger know the network's, and only a demo has shortened waits.
func (d *deed) readSetting(ctx context.Context, r store.Reads) error {
	switch name := d.cmd.Params[paramName]; name {
	case setHighProfileAt:
		return d.readHighProfileAt(ctx, r)
	case setRecovery:
		return d.readRecovery(ctx, r)
	case "":
		return model.Invalid("params.name", "is needed: the setting, which is %s or %s", setHighProfileAt, setRecovery)
	case setURL, setDeskURL, setWaitDivisor, setDemo:
		return model.Invalid("params.name", "%s is what the store was born with, and never changes", name)
	default:
		return model.Invalid("params.name", "%q is no setting; %s and %s can be changed", name, setHighProfileAt, setRecovery)
	}
}

func (d *deed) readHighProfileAt(ctx context.Context, r store.Reads) error {
	text := d.cmd.Params[paramValue]
	to, err := strconv.ParseInt(text, 10, 64)
	if err != nil || to < 1 || to > maxHighProfileAt || strconv.FormatInt(to, 10) != text {
		return model.Invalid("params.value", "must be a number of followers, 1 to %d", maxHighProfileAt)
	}
	now, err := highProfileAt(ctx, r)
	if err != nil {
		return err
	}
	if to == now {
		return model.Invalid("params.value", "is %d already", now)
	}
	d.loosens = to > now // fewer accounts become protected by themselves
	d.row = rowFor(d.loosens)
	d.target = model.Target{Handle: setHighProfileAt, State: strconv.FormatInt(now, 10)}
	return nil
}

// readRecovery reads other recovery keys. Whatever they were, others than those who hold them now could give passkeys, or
// nobody could any more: that takes what loosening takes.
func (d *deed) readRecovery(ctx context.Context, r store.Reads) error {
	to, err := recovery.ParseKeys("params.value", d.cmd.Params[paramValue])
	if err != nil {
		return err
	}
	if d.cmd.Params[paramValue] != to.Encode() {
		return model.Invalid("params.value", "must be written as keyturn recovery keygen prints it")
	}
	now, _, err := r.Setting(ctx, setRecovery)
	if err != nil {
		return err
	}
	if now == to.Encode() {
		return model.Invalid("params.value", "are the recovery keys already")
	}
	d.loosens, d.row = true, policy.RowLoosen
	d.target = model.Target{Handle: setRecovery, State: now}
	return nil
}

// highProfileAt is the number of followers at which an account becomes high_profile, as this transaction sees it.
func highProfileAt(ctx context.Context, r store.Reads) (int64, error) {
	text, found, err := r.Setting(ctx, setHighProfileAt)
	if err != nil {
		return 0, err
	}
	return parseHighProfileAt(text, found)
}

func parseHighProfileAt(text string, found bool) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if !found || err != nil || n < 1 {
		return 0, fmt.Errorf("the setting %s makes no sense: %q", setHighProfileAt, text)
	}
	return n, nil
}

// HighProfileAt is the number of followers at which an account becomes high_profile by itself, as this node last heard.
func (g *Guard) HighProfileAt() int64 { return g.highAt.Load() }

// learn keeps what this node has in memory of the settings in step with the store, and has accounts that have got enough
// followers by a change looked for.
func (g *Guard) learn(e store.Event) {
	if e.Kind != store.EventSettings {
		return
	}
	if n, err := parseHighProfileAt(e.Settings[setHighProfileAt], true); err == nil {
		g.highAt.Store(n)
	}
	select {
	case g.rises <- struct{}{}:
	default: // it will be looked for anyway
	}
}

// How many accounts are raised before it is looked whether to stop, and how long it takes until it is tried again when it failed.
const (
	riseBatch = 100
	riseAgain = time.Minute
)

// raiseAll raises the accounts that have enough followers already whenever their number was lowered, until ctx ends. Each is
// decided on as high_profile from the moment of the change; their class follows.
func (g *Guard) raiseAll(ctx context.Context) {
	for {
		again := make(<-chan time.Time)
		if err := g.Rise(ctx); err != nil && ctx.Err() == nil {
			g.log.Error("accounts with many followers cannot be raised yet", "err", err)
			again = time.After(riseAgain)
		}
		select {
		case <-ctx.Done():
			return
		case <-g.rises:
		case <-again:
		}
	}
}

// Rise makes every account high_profile that has the number of followers for it and is not yet. It looks through all
// accounts, so that it is for when the number has changed; afterwards each follow sees to it.
func (g *Guard) Rise(ctx context.Context) error {
	for after := model.ID(0); ctx.Err() == nil; {
		at, err := highProfileAt(ctx, g.st.Reads)
		if err != nil {
			return err
		}
		some, err := g.st.AccountsToRaise(ctx, at, after, riseBatch)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, account := range some {
			if err := g.RaiseClass(ctx, account); err != nil {
				return err
			}
			after = account
		}
	}
	return ctx.Err()
}

// RaiseClass makes an account high_profile that has reached the number of followers for it. It only ever raises.
func (g *Guard) RaiseClass(ctx context.Context, account model.ID) error {
	if g.broken() != "" {
		return nil
	}
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		a, err := p.Account(ctx, account)
		if err != nil {
			return err
		}
		c, err := p.ClassOf(ctx, account)
		if err != nil {
			return err
		}
		at, err := highProfileAt(ctx, p.Reads)
		if err != nil {
			return err
		}
		if !reachesHighProfile(c, a.Followers, at) {
			return errNotDue
		}
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdSetClass, Class: c.Class, Account: account,
			Handle: a.Handle, Note: "reached the number of followers at which an account is high_profile"}
		c.Class, c.Handle = model.ClassHighProfile, cmp.Or(c.Handle, a.Handle)
		return p.PutClass(ctx, c)
	})
	if errors.Is(err, errNotDue) {
		return nil
	}
	return err
}
