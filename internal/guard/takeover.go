package guard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// ResetLife is how long after its keys a reset link can be fetched, and how long it works once it was.
const ResetLife = 24 * time.Hour

// privateEmail is where the entry of a change of the e-mail address has the one that the account had.
const privateEmail = "email_before"

// readTakeover checks what a takeover is given.
func (d *deed) readTakeover(ctx context.Context, r store.Reads) error {
	d.row = policy.RowTakeover
	switch d.cmd.Kind {
	case model.CmdRenameHandle:
		return d.readHandle(ctx, r)
	case model.CmdChangeEmail:
		return d.readEmail(ctx, r)
	case model.CmdResetCredentials:
		_, err := r.Credentials(ctx, d.cmd.Account)
		if model.KindOf(err) == model.KindNotFound {
			return model.Invalid("account", "has no e-mail address: give it one by change_email first")
		}
		return err
	}
	return nil
}

// readHandle checks the handle that an account shall get: one that nobody has, and that nobody had but the account
// itself (law 11).
func (d *deed) readHandle(ctx context.Context, r store.Reads) error {
	handle, err := model.ParseHandle("params."+paramHandle, d.cmd.Params[paramHandle])
	switch {
	case err != nil:
		return err
	case handle != d.cmd.Params[paramHandle]:
		return model.Invalid("params."+paramHandle, "must be the bare handle, such as %s", handle)
	case handle == d.target.Handle:
		return model.Invalid("params."+paramHandle, "is the account's handle already")
	case model.Reserved(handle):
		return model.Invalid("params."+paramHandle, "is reserved")
	}
	holder, err := r.HolderOf(ctx, handle)
	if err != nil {
		return err
	}
	if holder == 0 {
		has, err := r.AccountByHandle(ctx, handle)
		if err != nil && model.KindOf(err) != model.KindNotFound {
			return err
		}
		holder = has.ID
	}
	if holder != 0 && holder != d.cmd.Account {
		return model.Invalid("params."+paramHandle, "is another account's, or was")
	}
	return nil
}

// readEmail checks the address that an account shall get. It is private: the request refers to it by a hash.
func (d *deed) readEmail(ctx context.Context, r store.Reads) error {
	text := d.cmd.Private[paramEmail]
	email, err := model.ParseEmail("params."+paramEmail, text)
	switch {
	case err != nil:
		return err
	case email != text:
		return model.Invalid("params."+paramEmail, "must be the bare address")
	}
	has, err := r.CredentialsByEmail(ctx, email)
	switch {
	case model.KindOf(err) == model.KindNotFound:
		return nil
	case err != nil:
		return err
	case has.Account != d.cmd.Account:
		return model.Invalid("params."+paramEmail, "is another account's")
	case has.Email == email:
		return model.Invalid("params."+paramEmail, "is the account's address already")
	}
	return nil
}

// takeOver does what a takeover asks for, to the member's rows and in the same transaction as its entry. What it was
// before is recorded: the handle beside the takeover, the e-mail address in the entry's private part.
func takeOver(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	t := store.Takeover{ID: p.NextID(), Account: d.cmd.Account, Kind: d.cmd.Kind, Request: q.ID, At: p.Now()}
	switch d.cmd.Kind {
	case model.CmdSignOut:
		if err := p.EndSignIns(ctx, t.Account); err != nil {
			return err
		}
	case model.CmdResetCredentials:
		if err := resetCredentials(ctx, p, t.Account); err != nil {
			return err
		}
	case model.CmdChangeEmail:
		before, err := p.SetEmail(ctx, t.Account, d.cmd.Private[paramEmail])
		if err != nil {
			return err
		}
		if p.Entry.Private == nil {
			p.Entry.Private = map[string]string{}
		}
		p.Entry.Private[privateEmail] = before
	case model.CmdRenameHandle:
		t.OldHandle, t.NewHandle = d.target.Handle, d.cmd.Params[paramHandle]
		if err := rename(ctx, p, t.Account, t.NewHandle); err != nil {
			return err
		}
	}
	return p.PutTakeover(ctx, t)
}

// rename gives an account another handle, and its class with it.
func rename(ctx context.Context, p *store.PrivTx, account model.ID, handle string) error {
	if err := p.Rename(ctx, account, handle); err != nil {
		return err
	}
	c, err := p.ClassOf(ctx, account)
	if err != nil || c.Handle == "" {
		return err
	}
	c.Handle = handle
	return p.PutClass(ctx, c)
}

// resetCredentials leaves no way into an account but the link that is handed out after it.
func resetCredentials(ctx context.Context, p *store.PrivTx, account model.ID) error {
	if err := p.SetPassword(ctx, account, ""); err != nil {
		return err
	}
	if err := p.RemoveAccountPasskeys(ctx, account); err != nil {
		return err
	}
	return p.EndSignIns(ctx, account)
}

// ResetLink is a link with which an owner sets a new password, once. Token is told once; the store keeps its hash.
type ResetLink struct {
	Token     string
	ExpiresAt time.Time
}

// HandOut gives the reset link of an executed reset_credentials to whoever requested it, once and within ResetLife, since
// this program sends no mail: it is for them to pass on. That it was handed out, and to whom, is recorded. Until then
// nobody gets into the account. Somebody who is leaving gets no link to a protected account, and in a freeze nobody does.
func (g *Guard) HandOut(ctx context.Context, a Actor, request model.ID) (ResetLink, error) {
	if err := historyStands(g.broken(), model.CmdResetCredentials); err != nil {
		return ResetLink{}, err
	}
	var link ResetLink
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		link, refusal = ResetLink{}, nil
		q, err := p.Request(ctx, request)
		if err != nil {
			return err
		}
		t, err := handedOnce(ctx, p, q, a)
		if err != nil {
			return err
		}
		if refusal, err = g.mayHandOut(ctx, p, q, a); err != nil {
			return err
		}
		if refusal != nil {
			refuseEntry(p, q, a, refusal)
			return nil
		}
		link = ResetLink{Token: rand.Text() + rand.Text(), ExpiresAt: p.Now().Add(ResetLife)}
		p.Entry.Facts = facts(ledger.EventHanded, q, a)
		t.HandedAt = p.Now()
		if err := p.PutTakeover(ctx, t); err != nil {
			return err
		}
		return p.AddReset(ctx, store.Reset{Hash: ResetHash(link.Token), Account: t.Account, ExpiresAt: link.ExpiresAt})
	})
	if err == nil && refusal != nil {
		refusal.Request, err = request, refusal
	}
	return link, err
}

// ResetHash is the form in which a reset link's token is kept. It is random and long: no salt is needed.
func ResetHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// handedOnce is the takeover whose link is asked for, if it is there to be handed out.
func handedOnce(ctx context.Context, p *store.PrivTx, q model.Request, a Actor) (store.Takeover, error) {
	if q.Command.Kind != model.CmdResetCredentials || q.State != model.StateExecuted {
		return store.Takeover{}, model.Errorf(model.KindConflict, "the request has no link: only a reset_credentials that took effect has one")
	}
	if q.Requester != a.Person {
		return store.Takeover{}, model.Errorf(model.KindForbidden, "only who made the request gets its link")
	}
	t, err := p.TakeoverBy(ctx, q.ID)
	if err != nil {
		return t, err
	}
	all, err := p.Takeovers(ctx, t.Account)
	if err != nil {
		return t, err
	}
	for _, later := range all {
		if later.ID > t.ID && (later.Kind == model.CmdResetCredentials || later.Kind == model.CmdSignOut) {
			return t, model.Errorf(model.KindConflict, "the link is void: the account's sign-ins were ended again since")
		}
	}
	switch {
	case !t.HandedAt.IsZero():
		return t, model.Errorf(model.KindConflict, "the link was handed out already, at %s", t.HandedAt.Format(time.RFC3339))
	case p.Now().Sub(t.At) >= ResetLife:
		return t, model.Errorf(model.KindConflict, "the link was not fetched within %d hours: request a reset again", int(ResetLife.Hours()))
	}
	return t, nil
}

// mayHandOut asks the laws again: what the keys allowed is in the hands of one person now.
func (g *Guard) mayHandOut(ctx context.Context, p *store.PrivTx, q model.Request, a Actor) (*model.Error, error) {
	c, err := g.convene(ctx, p)
	if err != nil {
		return nil, err
	}
	d := deed{cmd: q.Command, info: q.Command.Info()}
	if err := c.lookAtAccount(ctx, &d); err != nil {
		return nil, err
	}
	m, err := p.Person(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	return c.mayHappen(ctx, d, m)
}

// MayReset asks whether a reset link works now: in a freeze that covers the account none does, and where it is not known
// whether one is on neither.
func (g *Guard) MayReset(ctx context.Context, account model.ID) error {
	_, last, err := g.st.LedgerHead(ctx)
	if err != nil {
		return err
	}
	c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), last)
	if err != nil {
		return err
	}
	cmd := model.Command{Kind: model.CmdResetCredentials, Account: account}
	d := deed{cmd: cmd, info: cmd.Info()}
	if err := c.lookAtAccount(ctx, &d); err != nil {
		return err
	}
	freezes, err := c.r.OpenFreezes(ctx)
	if err != nil {
		return err
	}
	for _, e := range []*model.Error{failClosed(d, c.now, c.doubt), frozen(d, freezes, c.now)} {
		if e != nil {
			return e
		}
	}
	return nil
}
