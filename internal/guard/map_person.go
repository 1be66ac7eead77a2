package guard

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// mapping is what a map_person says of a person: either that a login is theirs, or that an account is, or is no more.
type mapping struct {
	login   model.Login  // that moves to the person
	from    model.Person // whose it is now
	last    bool         // it is the last of theirs: both entries are one human from then on
	account model.ID     // that is linked to the person
	ends    store.PersonAccount
}

// readMapping reads what a map_person is about. All of it could help to meet any row of the table (law 2), whichever way
// it looks: who is one human, and who is in their own case.
func (d *deed) readMapping(ctx context.Context, r store.Reads, now time.Time) error {
	login, account := d.cmd.Params[paramLogin], d.cmd.Params[paramAccount]
	if (login == "") == (account == "") {
		return model.Invalid("params", "must have either login or account")
	}
	unmap := false
	switch text := d.cmd.Params[paramUnmap]; {
	case text != "" && login != "":
		return model.Invalid("params.unmap", "is for an account: a login is moved by moving it to another person")
	case text != "" && text != "true" && text != "false":
		return model.Invalid("params.unmap", "must be true or false")
	default:
		unmap = text == "true"
	}
	p, err := r.Person(ctx, d.cmd.Person)
	if err != nil {
		return err
	}
	if p.Employment.Ended(now) && !unmap {
		return model.Errorf(model.KindConflict, "the employment of %s has ended", p.Name)
	}
	if login != "" {
		err = d.readMove(ctx, r, login)
	} else {
		err = d.readLink(ctx, r, account, unmap)
	}
	if err != nil {
		return err
	}
	return d.gives(ctx, r, false)
}

// readMove finds whose the login is. What is signed names that person too, in their state.
func (d *deed) readMove(ctx context.Context, r store.Reads, name string) (err error) {
	m := &d.mapping
	if m.login, err = r.LoginNamed(ctx, name); model.KindOf(err) == model.KindNotFound {
		return model.Invalid("params.login", "there is no login %s", name)
	} else if err != nil {
		return err
	}
	if m.login.Person == d.cmd.Person {
		return model.Invalid("params.login", "is this person's already")
	}
	if m.from, err = r.Person(ctx, m.login.Person); err != nil {
		return err
	}
	all, err := r.LoginsOf(ctx, m.from.ID)
	m.last = len(all) == 1
	which := "one login"
	if m.last {
		which = "only login"
	}
	d.target.State += fmt.Sprintf(", %s of %s: %s", which, strconv.Quote(m.from.Name), stateOf(m.from))
	return err
}

// readLink finds the account, and the link that would begin or end. What is signed is the account itself: a handle can
// come to name another.
func (d *deed) readLink(ctx context.Context, r store.Reads, handle string, unmap bool) error {
	handle, err := model.ParseHandle("params.account", handle)
	if err != nil {
		return err
	}
	account, err := r.AccountByHandle(ctx, handle)
	if model.KindOf(err) == model.KindNotFound {
		return model.Invalid("params.account", "there is no account @%s", handle)
	}
	if err != nil {
		return err
	}
	link, err := r.LinkOf(ctx, account.ID)
	linked := err == nil
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return err
	}
	switch theirs := linked && link.Person == d.cmd.Person; {
	case unmap && !theirs:
		return model.Invalid("params.account", "is not linked to this person")
	case !unmap && theirs:
		return model.Invalid("params.account", "is linked to this person already")
	case !unmap && linked:
		return model.Errorf(model.KindConflict, "@%s is linked to somebody else: that has to end first", account.Handle)
	case unmap:
		d.mapping.ends = link
	default:
		d.mapping.account = account.ID
	}
	d.target.State += ", account " + account.ID.String()
	return nil
}

// mapPerson makes a mapping so.
func mapPerson(ctx context.Context, p *store.PrivTx, d deed) error {
	switch m := d.mapping; {
	case m.login.ID != 0:
		return moveLogin(ctx, p, m, d.cmd.Person)
	case m.ends.ID != 0:
		m.ends.UnmappedAt = p.Now()
		return p.PutPersonAccount(ctx, m.ends)
	default:
		return link(ctx, p, d.cmd.Person, m.account)
	}
}

func link(ctx context.Context, p *store.PrivTx, person, account model.ID) error {
	return p.PutPersonAccount(ctx, store.PersonAccount{ID: p.NextID(), Person: person, Account: account, MappedAt: p.Now()})
}

// moveLogin gives a login to another person. Nothing else goes with it, so that nobody gets more power by it: its
// passkeys are revoked, and with them the keys that they turned on what has not taken effect. Who can be the one person
// has passkeys there, or is enrolled anew.
func moveLogin(ctx context.Context, p *store.PrivTx, m mapping, to model.ID) error {
	held, err := p.CredentialsOf(ctx, m.from.ID)
	if err != nil {
		return err
	}
	for _, c := range held {
		if c.Login != m.login.ID {
			continue
		}
		c.RevokedAt = p.Now()
		if err := p.PutCredential(ctx, c); err != nil {
			return err
		}
	}
	m.login.Person = to
	if err := p.PutLogin(ctx, m.login); err != nil {
		return err
	}
	if err := p.EndStaffSessionsOf(ctx, m.from.ID); err != nil || !m.last {
		return err
	}
	return merge(ctx, p, m.from, to)
}

// merge ends the entry of somebody who is the same human as another: it holds no role, no login and no key any more, and
// what it did counts as the other's.
func merge(ctx context.Context, p *store.PrivTx, from model.Person, to model.ID) error {
	for _, g := range from.Grants {
		g.RevokedAt = p.Now()
		if err := p.PutGrant(ctx, g); err != nil {
			return err
		}
	}
	from.Employment.Status = model.EmploymentEnded
	if err := p.PutPerson(ctx, from); err != nil {
		return err
	}
	if err := afterEmployment(ctx, p, from, "its requester is the same human as somebody else here"); err != nil {
		return err
	}
	links, err := p.LinksOf(ctx, from.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		l.UnmappedAt = p.Now()
		if err := p.PutPersonAccount(ctx, l); err != nil {
			return err
		}
		if err := link(ctx, p, to, l.Account); err != nil {
			return err
		}
	}
	before, err := p.MergesInto(ctx, from.ID)
	if err != nil {
		return err
	}
	for _, m := range append(before, store.Merge{Person: from.ID, At: p.Now()}) {
		m.Into = to
		if err := p.PutMerge(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
