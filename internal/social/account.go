package social

import (
	"context"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Account is an account as a viewer sees it.
type Account struct {
	model.Account
	Suspended bool // an emptied shell: only ID, Handle and CreatedAt are set, and the class is standard
	Limited   bool // out of public timelines and search for those who do not follow it
}

// Self is the viewer's own account; the public has none (unauthenticated).
func (v *View) Self(ctx context.Context) (Account, error) {
	if v.viewer == 0 {
		return Account{}, model.Errorf(model.KindUnauthenticated, "This needs a sign-in")
	}
	return v.Account(ctx, v.viewer)
}

// Account is the account with an ID: not found when it is deactivated, a shell when it is suspended.
func (v *View) Account(ctx context.Context, id model.ID) (Account, error) {
	rows, err := v.n.accountRows(ctx, []model.ID{id})
	if err != nil {
		return Account{}, err
	}
	a, ok := rows[id]
	if !ok || v.state(id).deactivated {
		return Account{}, model.NotFound("account")
	}
	return v.account(a), nil
}

// AccountByHandle is the account with a handle, with or without a leading @, without regard to case.
func (v *View) AccountByHandle(ctx context.Context, handle string) (Account, error) {
	h, err := model.ParseHandle("handle", handle)
	if err != nil {
		return Account{}, model.NotFound("account")
	}
	a, err := v.n.store.AccountByHandle(ctx, h)
	if err != nil {
		return Account{}, err
	}
	if v.state(a.ID).deactivated {
		return Account{}, model.NotFound("account")
	}
	return v.account(a), nil
}

// Accounts are those of the accounts that the viewer can see, in the order asked; suspended ones are left out.
func (v *View) Accounts(ctx context.Context, ids []model.ID) ([]Account, error) {
	var seen []model.ID
	for _, id := range ids {
		if !v.state(id).dark() {
			seen = append(seen, id)
		}
	}
	return v.accountsOf(ctx, seen)
}

// MaxSearchOffset is how far into the results of a search one can page.
const MaxSearchOffset = 400

// SearchAccounts finds accounts whose handle or, after those, whose display name begins with text. limit 0 is
// DefaultAccounts; offset is at most MaxSearchOffset.
func (v *View) SearchAccounts(ctx context.Context, text string, limit, offset int) ([]Account, error) {
	if offset < 0 || offset > MaxSearchOffset {
		return nil, model.Invalid("offset", "must be 0 to %d", MaxSearchOffset)
	}
	text = strings.TrimPrefix(strings.TrimSpace(text), "@")
	if text == "" {
		return nil, nil
	}
	if err := model.CheckText("q", text, maxSearch); err != nil {
		return nil, err
	}
	limit = Page{Limit: limit}.limit(DefaultAccounts, MaxAccounts)
	s := search{v: v, want: offset + limit, found: make(map[model.ID]bool)}
	err := s.scan(func(after model.Account) ([]model.Account, error) {
		return v.n.store.AccountsByHandle(ctx, text, after.Handle, searchChunk)
	})
	if err == nil {
		err = s.scan(func(after model.Account) ([]model.Account, error) {
			return v.n.store.AccountsByName(ctx, text, after, searchChunk)
		})
	}
	return s.hits[min(offset, len(s.hits)):], err
}

const (
	maxSearch   = 100 // characters of a search
	searchChunk = 80  // accounts read at a time
)

// search gathers what a search finds of what the viewer may come upon.
type search struct {
	v     *View
	want  int
	hits  []Account
	found map[model.ID]bool
}

func (s *search) scan(read func(after model.Account) ([]model.Account, error)) error {
	for after := (model.Account{}); len(s.hits) < s.want; {
		chunk, err := read(after)
		if err != nil || len(chunk) == 0 {
			return err
		}
		after = chunk[len(chunk)-1]
		for _, a := range chunk {
			if len(s.hits) < s.want && !s.found[a.ID] && s.finds(a.ID) {
				s.found[a.ID] = true
				s.hits = append(s.hits, s.v.account(a))
			}
		}
	}
	return nil
}

// finds reports whether the viewer may come upon an account. Whom they block they may: apps search for whom to unblock.
func (s *search) finds(account model.ID) bool {
	return !s.v.state(account).dark() && !s.v.blocks.blockedBy.has(account) && !s.v.limited(account)
}

// Profile is a change of a profile; what is nil stays as it is.
type Profile struct {
	DisplayName *string
	Note        *string
	Locked      *bool
	Bot         *bool
}

// UpdateProfile changes the actor's own profile.
func (n *Network) UpdateProfile(ctx context.Context, actor model.ID, p Profile) error {
	if _, err := n.act(ctx, actor); err != nil {
		return err
	}
	if p.DisplayName != nil {
		if err := model.CheckText("display_name", *p.DisplayName, model.MaxDisplayName); err != nil {
			return err
		}
	}
	if p.Note != nil {
		if err := model.CheckText("note", *p.Note, model.MaxNote); err != nil {
			return err
		}
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, actor)
		if err != nil {
			return err
		}
		set(&a.DisplayName, p.DisplayName)
		set(&a.Note, p.Note)
		set(&a.Locked, p.Locked)
		set(&a.Bot, p.Bot)
		return tx.SetProfile(ctx, a)
	})
}

func set[T any](dest *T, change *T) {
	if change != nil {
		*dest = *change
	}
}
