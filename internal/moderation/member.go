package moderation

import (
	"context"
	"maps"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Member is an account as the desk sees it, dark or not. What the public sees comes from social.View alone.
type Member struct {
	model.Account
	Sanctions []model.Sanction // in force on the account itself
	Staff     *model.Person    // whose account it is now, when it is one of the staff's
}

// Under reports whether a sanction of one of the kinds is in force on the account.
func (m Member) Under(kinds ...model.SanctionKind) bool {
	return slices.ContainsFunc(m.Sanctions, func(s model.Sanction) bool { return slices.Contains(kinds, s.Kind) })
}

// Page is a piece of a list that is ordered by ID.
type Page = store.Range

// MemberFilter says which accounts are wanted; what is zero leaves none out.
type MemberFilter struct {
	Handle   string // how it begins, as the display name
	Name     string
	Under    [][]model.SanctionKind // under a sanction of one of the kinds of each list
	NotUnder []model.SanctionKind
	Staff    bool         // only those that are somebody's of the staff now
	Roles    []model.Role // and only of people with one of these roles
}

// Member reads an account.
func (m *Moderation) Member(ctx context.Context, id model.ID) (Member, error) {
	a, err := m.st.Account(ctx, id)
	if err != nil {
		return Member{}, err
	}
	all, err := m.members(ctx, []model.Account{a})
	if err != nil {
		return Member{}, err
	}
	return all[0], nil
}

// Members lists accounts.
func (m *Moderation) Members(ctx context.Context, f MemberFilter, p Page) ([]Member, error) {
	wanted := store.AccountFilter{HandlePrefix: f.Handle, NamePrefix: f.Name, Under: f.Under, NotUnder: f.NotUnder, At: m.now()}
	if f.Staff || len(f.Roles) > 0 {
		staff, err := m.staff(ctx)
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(staff, func(_ model.ID, who model.Person) bool {
			return len(f.Roles) > 0 && !slices.ContainsFunc(f.Roles, who.Has)
		})
		if len(staff) == 0 {
			return nil, nil
		}
		if len(staff) > store.MaxList {
			return nil, model.Errorf(model.KindUnavailable, "there are more accounts of the staff than can be listed")
		}
		wanted.Among = slices.Sorted(maps.Keys(staff))
	}
	accounts, err := m.st.AccountList(ctx, wanted, p)
	if err != nil {
		return nil, err
	}
	return m.members(ctx, accounts)
}

// staff is whose accounts are the staff's now, by account. Whoever does not work here any more is not among them.
func (m *Moderation) staff(ctx context.Context) (map[model.ID]model.Person, error) {
	links, err := m.st.LinkedAccounts(ctx)
	if err != nil || len(links) == 0 {
		return nil, err
	}
	people, err := m.st.People(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[model.ID]model.Person{}
	for _, p := range people {
		byID[p.ID] = p
	}
	all := map[model.ID]model.Person{}
	for _, l := range links {
		if p := byID[l.Person]; !p.Employment.Ended(m.now()) {
			all[l.Account] = p
		}
	}
	return all, nil
}

// members reads what is on accounts, and whose they are.
func (m *Moderation) members(ctx context.Context, accounts []model.Account) ([]Member, error) {
	staff, err := m.staff(ctx)
	if err != nil {
		return nil, err
	}
	on := map[model.ID][]model.Sanction{}
	for chunk := range slices.Chunk(accounts, store.MaxList) {
		var ids []model.ID
		for _, a := range chunk {
			ids = append(ids, a.ID)
		}
		sanctions, err := m.st.UnliftedSanctionsOn(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, s := range sanctions {
			if s.Active(m.now()) && s.Post == 0 {
				on[s.Account] = append(on[s.Account], s)
			}
		}
	}
	all := []Member{}
	for _, a := range accounts {
		member := Member{Account: a, Sanctions: on[a.ID]}
		if p, ok := staff[a.ID]; ok {
			member.Staff = &p
		}
		all = append(all, member)
	}
	return all, nil
}
