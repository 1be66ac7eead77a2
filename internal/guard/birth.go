package guard

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// Founder is a member of staff who is there from the first entry on.
type Founder struct {
	Name       string
	Team       string
	Employment model.Employment
	Roles      []model.Role
	Logins     []FounderLogin
	Accounts   []model.ID // a demo's: member accounts that are linked to the founder
}

// FounderLogin is a login of a founder with its passkeys.
type FounderLogin struct {
	Name        string
	Credentials []FounderCredential
}

// FounderCredential is a passkey that a founder made.
type FounderCredential struct {
	Name string
	passkey.Registered
}

// Birth is what a store is born with.
type Birth struct {
	Settings Settings
	Policy   *policy.Bundle
	Founders []Founder
	Classes  []store.AccountClass // a demo's accounts
	Recovery *recovery.Keys       // nil: the network has no recovery keys yet
	Since    time.Time            // when roles and credentials count as given; zero: now
}

// Unborn refuses a store that has anything in it, an entry of the ledger or an account: model.KindConflict.
func Unborn(ctx context.Context, r store.Reads) error {
	head, _, err := r.LedgerHead(ctx)
	if err != nil {
		return err
	}
	if head.Size != 0 {
		return notEmpty("a ledger of %d entries", head.Size)
	}
	return noAccounts(ctx, r)
}

func noAccounts(ctx context.Context, r store.Reads) error {
	some, err := r.AccountsByHandle(ctx, "", "", 1)
	if err == nil && len(some) > 0 {
		return notEmpty("accounts, such as @%s", some[0].Handle)
	}
	return err
}

func notEmpty(format string, args ...any) error {
	return model.Errorf(model.KindConflict, "the store is not empty: it has "+format, args...)
}

// Born makes an empty store a Keyturn store: settings, policy and founders in the ledger's first entry. A store that
// was born already is refused, and so is the birth of anything but a demo over accounts that are there before it, and a
// demo's birth with anything but loopback addresses.
func Born(ctx context.Context, st *store.Store, b Birth) error {
	if err := b.check(); err != nil {
		return err
	}
	return st.Privileged(ctx, func(p *store.PrivTx) error {
		if p.Leaf() != 0 {
			return notEmpty("a ledger of %d entries", p.Leaf())
		}
		if !b.Settings.Demo {
			if err := noAccounts(ctx, p.Reads); err != nil {
				return err
			}
		}
		p.Entry.Facts = ledger.Facts{Event: ledger.EventBorn, Kind: model.CmdSetSetting, Policy: b.Policy.Hash()}
		if b.Settings.Demo {
			p.Entry.Facts.Event = ledger.EventBornDemo
		}
		if err := b.ledger(ctx, p); err != nil {
			return err
		}
		if err := b.settings(ctx, p); err != nil {
			return err
		}
		err := p.PutPolicy(ctx, store.Policy{Hash: b.Policy.Hash(), Document: b.Policy.Encode(), PublishedAt: p.Now()})
		if err != nil {
			return err
		}
		for _, f := range b.Founders {
			if err := b.founder(ctx, p, f); err != nil {
				return err
			}
		}
		for _, c := range b.Classes {
			a, err := p.Account(ctx, c.Account)
			if err != nil {
				return err
			}
			c.Handle = a.Handle
			if err := p.PutClass(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// check holds a birth to what no later setting can change.
func (b Birth) check() error {
	s := b.Settings
	if err := checkURL("url", s.URL, s.Demo); err != nil {
		return err
	}
	if err := checkURL("desk-url", s.DeskURL, s.Demo); err != nil {
		return err
	}
	if s.WaitDivisor < 1 || s.WaitDivisor > 1 && !s.Demo {
		return model.Invalid("wait_divisor", "only a demo's waits can be shortened")
	}
	if s.HighProfileAt < 1 {
		return model.Invalid("high_profile_at", "must be at least 1")
	}
	if b.Recovery != nil {
		_, err := recovery.ParseKeys("recovery", b.Recovery.Encode())
		return err
	}
	return nil
}

func checkURL(field, text string, demo bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != text {
		return model.Invalid(field, "must be an address like https://example.org, without a path")
	}
	if host := u.Hostname(); demo && host != "localhost" && host != "127.0.0.1" && host != "::1" {
		return model.Invalid(field, "a demo serves loopback only")
	}
	return nil
}

// ledger names the log and makes the key that signs its heads.
func (b Birth) ledger(ctx context.Context, p *store.PrivTx) error {
	u, err := url.Parse(b.Settings.URL)
	if err != nil {
		return err
	}
	origin, err := ledger.NewOrigin(u.Host, b.Settings.Demo, rand.Reader)
	if err != nil {
		return fmt.Errorf("naming the ledger: %w", err)
	}
	skey, vkey, err := ledger.NewLogKey(origin, rand.Reader)
	if err != nil {
		return fmt.Errorf("making the ledger's key: %w", err)
	}
	if err := p.SetOrigin(ctx, origin); err != nil {
		return err
	}
	return p.SetLogKey(ctx, skey, vkey)
}

func (b Birth) settings(ctx context.Context, p *store.PrivTx) error {
	s := b.Settings
	sets := [][2]string{
		{setURL, s.URL}, {setDeskURL, s.DeskURL}, {setWaitDivisor, strconv.FormatInt(s.WaitDivisor, 10)},
		{setHighProfileAt, strconv.FormatInt(s.HighProfileAt, 10)}, {setDemo, strconv.FormatBool(s.Demo)},
	}
	if b.Recovery != nil {
		sets = append(sets, [2]string{setRecovery, b.Recovery.Encode()})
	}
	for _, set := range sets {
		if err := p.PutSetting(ctx, set[0], set[1]); err != nil {
			return err
		}
	}
	return nil
}

func (b Birth) founder(ctx context.Context, p *store.PrivTx, f Founder) error {
	since := b.Since
	if since.IsZero() {
		since = p.Now()
	}
	m := model.Person{ID: p.NextID(), Name: f.Name, Team: f.Team, Employment: f.Employment}
	if err := p.PutPerson(ctx, m); err != nil {
		return err
	}
	for _, role := range f.Roles {
		if err := p.PutGrant(ctx, model.RoleGrant{ID: p.NextID(), Person: m.ID, Role: role, GrantedAt: since}); err != nil {
			return err
		}
	}
	for _, account := range f.Accounts {
		err := p.PutPersonAccount(ctx, store.PersonAccount{ID: p.NextID(), Person: m.ID, Account: account, MappedAt: since})
		if err != nil {
			return err
		}
	}
	for _, l := range f.Logins {
		login := model.Login{ID: p.NextID(), Person: m.ID, Name: l.Name}
		if err := p.PutLogin(ctx, login); err != nil {
			return err
		}
		for _, c := range l.Credentials {
			err := p.PutCredential(ctx, model.Credential{ID: p.NextID(), Login: login.ID, Person: m.ID, Name: c.Name,
				Handle: c.Handle, PublicKey: c.PublicKey, AAGUID: c.AAGUID, EnrolledAt: since})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
