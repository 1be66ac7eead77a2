package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// PersonAccount says that a member account belongs to somebody of the staff, or once did.
type PersonAccount struct {
	ID         model.ID
	Person     model.ID
	Account    model.ID
	MappedAt   time.Time
	UnmappedAt time.Time // zero: it does now
	Leaf       int64
}

// Merge says that the entry of a person was found to be about the same human as another. Into is never merged itself.
type Merge struct {
	Person model.ID // the entry that ended
	Into   model.ID
	At     time.Time
	Leaf   int64
}

var (
	personAccountTable = table("person_accounts", "id", "person", "account", "mapped_at", "unmapped_at")
	mergeTable         = table("person_merges", "person", "into_person", "at")
)

// sameHuman is the condition that a column names the person $1, or an entry that was merged into theirs: what the law
// bounds by person it bounds by human.
func sameHuman(col string) string {
	return `(` + col + ` = $1 OR ` + col + ` IN (SELECT person FROM person_merges WHERE into_person = $1))`
}

// PutPersonAccount writes a link between a person and an account, new or ended.
func (p *PrivTx) PutPersonAccount(ctx context.Context, a PersonAccount) error {
	return p.put(ctx, personAccountTable, a.ID, a.Person, a.Account, millis(a.MappedAt), millis(a.UnmappedAt))
}

// PutMerge writes that two entries are one human.
func (p *PrivTx) PutMerge(ctx context.Context, m Merge) error {
	return p.put(ctx, mergeTable, m.Person, m.Into, millis(m.At))
}

func scanPersonAccount(row scanner) (a PersonAccount, err error) {
	var mapped, unmapped int64
	err = row.Scan(&a.ID, &a.Person, &a.Account, &mapped, &unmapped, &a.Leaf)
	a.MappedAt, a.UnmappedAt = fromMillis(mapped), fromMillis(unmapped)
	return a, err
}

func (r Reads) personAccounts(ctx context.Context, where string, args ...any) ([]PersonAccount, error) {
	list, err := collect(ctx, r.q, scanPersonAccount,
		`SELECT id, person, account, mapped_at, unmapped_at, leaf FROM person_accounts `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of people: %w", err)
	}
	return list, nil
}

// LinkedAccounts are the links that hold now, of everybody, by account.
func (r Reads) LinkedAccounts(ctx context.Context) ([]PersonAccount, error) {
	return r.personAccounts(ctx, `WHERE unmapped_at = 0 ORDER BY account`)
}

// LinksOf are the links of one person that hold now.
func (r Reads) LinksOf(ctx context.Context, person model.ID) ([]PersonAccount, error) {
	return r.personAccounts(ctx, `WHERE person = $1 AND unmapped_at = 0 ORDER BY id`, person)
}

// LinkOf is the link of an account that holds now.
func (r Reads) LinkOf(ctx context.Context, account model.ID) (PersonAccount, error) {
	links, err := r.personAccounts(ctx, `WHERE account = $1 AND unmapped_at = 0`, account)
	if err == nil && len(links) == 0 {
		err = model.NotFound("linked account")
	}
	if err != nil {
		return PersonAccount{}, err
	}
	return links[0], nil
}

// PersonOfAccount is the person to whom an account is linked now.
func (r Reads) PersonOfAccount(ctx context.Context, account model.ID) (model.ID, error) {
	link, err := r.LinkOf(ctx, account)
	return link.Person, err
}

// AccountsOfPerson is every account that was ever linked to a person, or to an entry that was merged into theirs.
func (r Reads) AccountsOfPerson(ctx context.Context, person model.ID) ([]model.ID, error) {
	return collect(ctx, r.q, scanID, `SELECT DISTINCT account FROM person_accounts WHERE `+sameHuman("person")+` ORDER BY account`, person)
}

// EntriesOf are the other entries of the human that a person is: those merged into theirs, and the one that theirs was
// merged into.
func (r Reads) EntriesOf(ctx context.Context, person model.ID) ([]model.ID, error) {
	return collect(ctx, r.q, scanID, `SELECT person FROM person_merges WHERE into_person = $1
		UNION ALL SELECT into_person FROM person_merges WHERE person = $1`, person)
}

// MergesInto are the entries that were merged into a person's.
func (r Reads) MergesInto(ctx context.Context, person model.ID) ([]Merge, error) {
	return collect(ctx, r.q, func(row scanner) (m Merge, err error) {
		var at int64
		err = row.Scan(&m.Person, &m.Into, &at, &m.Leaf)
		m.At = fromMillis(at)
		return m, err
	}, `SELECT person, into_person, at, leaf FROM person_merges WHERE into_person = $1 ORDER BY person`, person)
}

// Reported reports whether an account that was ever a person's has reported on a case (0: none), or on the open case of
// an account.
func (r Reads) Reported(ctx context.Context, person, onCase, account model.ID) (bool, error) {
	var n int64
	_, err := r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM person_accounts WHERE `+sameHuman("person")+` AND (
		EXISTS (SELECT 1 FROM reports WHERE case_id = $2 AND reporter = person_accounts.account)
		OR EXISTS (SELECT 1 FROM reports WHERE case_id = (SELECT id FROM cases WHERE account = $3 AND state = 'open')
			AND reporter = person_accounts.account))`, person, onCase, account)
	if err != nil {
		return false, fmt.Errorf("reading who reported: %w", err)
	}
	return n > 0, nil
}
