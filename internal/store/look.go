package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// Look is one person's part in looking at what is private of an account: the requester's is what is read with, a
// key-holder's is there to be counted.
type Look struct {
	ID       model.ID
	Request  model.ID
	Person   model.ID
	Account  model.ID
	Case     model.ID
	At       time.Time
	EndsAt   time.Time // from then on nothing is read with it
	Readings int64     // how often something was
	Leaf     int64
}

var lookTable = table("looks", "id", "request", "person", "account", "case_id", "at", "ends_at", "readings")

// PutLook writes a look, new or read with.
func (p *PrivTx) PutLook(ctx context.Context, l Look) error {
	return p.put(ctx, lookTable, l.ID, l.Request, l.Person, l.Account, l.Case, millis(l.At), millis(l.EndsAt), l.Readings)
}

// Look reads a person's part in a request to look.
func (r Reads) Look(ctx context.Context, request, person model.ID) (Look, error) {
	return one(ctx, r.q, func(row scanner) (l Look, err error) {
		var at, ends int64
		err = row.Scan(&l.ID, &l.Request, &l.Person, &l.Account, &l.Case, &at, &ends, &l.Readings, &l.Leaf)
		l.At, l.EndsAt = fromMillis(at), fromMillis(ends)
		return l, err
	}, "look", `SELECT id, request, person, account, case_id, at, ends_at, readings, leaf FROM looks
		WHERE request = $1 AND person = $2`, request, person)
}

// LooksBy counts the looks that a person had a part in since a time.
func (r Reads) LooksBy(ctx context.Context, person model.ID, since time.Time) (n int64, err error) {
	if _, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM looks WHERE `+sameHuman("person")+` AND at > $2`, person, millis(since)); err != nil {
		err = fmt.Errorf("counting looks: %w", err)
	}
	return n, err
}

// PrivatePostsOf are the posts of an account that not everybody may see, without those that it deleted.
func (r Reads) PrivatePostsOf(ctx context.Context, account model.ID, g Range) ([]model.Post, error) {
	return r.posts(ctx, `account = $1 AND deleted_at = 0 AND visibility IN ('private', 'direct') AND reblog_of = 0`+g.sql("id", 2),
		append([]any{account}, g.args()...)...)
}
