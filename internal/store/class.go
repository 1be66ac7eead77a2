package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// AccountClass is the privileged row of an account. An account without one is standard and not verified; the row of a
// lowered account keeps what it was lowered from.
type AccountClass struct {
	Account     model.ID
	Class       model.Class
	Verified    bool
	LoweredFrom model.Class // "" when it was never lowered
	LoweredAt   time.Time
	Leaf        int64
}

var classTable = table("account_classes", "account", "class", "verified", "lowered_from", "lowered_at")

// PutClass writes an account's class.
func (p *PrivTx) PutClass(ctx context.Context, c AccountClass) error {
	p.classed = append(p.classed, c.Account)
	return p.put(ctx, classTable, c.Account, string(c.Class), c.Verified, string(c.LoweredFrom), millis(c.LoweredAt))
}

// ClassOf reads an account's class. It does not say whether there is such an account.
func (r Reads) ClassOf(ctx context.Context, account model.ID) (AccountClass, error) {
	c := AccountClass{Account: account, Class: model.ClassStandard}
	var lowered int64
	_, err := r.row(ctx, []any{&c.Class, &c.Verified, &c.LoweredFrom, &lowered, &c.Leaf},
		`SELECT class, verified, lowered_from, lowered_at, leaf FROM account_classes WHERE account = $1`, account)
	if err != nil {
		return AccountClass{}, fmt.Errorf("reading the class of account %d: %w", account, err)
	}
	c.LoweredAt = fromMillis(lowered)
	return c, nil
}

// ProtectedAccounts are the accounts whose class is not standard.
func (r Reads) ProtectedAccounts(ctx context.Context) ([]AccountClass, error) {
	return collect(ctx, r.q, func(row scanner) (c AccountClass, err error) {
		var lowered int64
		err = row.Scan(&c.Account, &c.Class, &c.Verified, &c.LoweredFrom, &lowered, &c.Leaf)
		c.LoweredAt = fromMillis(lowered)
		return c, err
	}, `SELECT account, class, verified, lowered_from, lowered_at, leaf FROM account_classes
		WHERE class <> $1 ORDER BY account`, string(model.ClassStandard))
}

// AccountsToRaise lists accounts with an ID above after that have at least so many followers, and are below high_profile
// without ever having been lowered from there: the first limit of them by ID. It looks through all accounts above after.
func (r Reads) AccountsToRaise(ctx context.Context, followers int64, after model.ID, limit int) ([]model.ID, error) {
	list, err := collect(ctx, r.q, func(row scanner) (id model.ID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT accounts.id FROM accounts LEFT JOIN account_classes ON account_classes.account = accounts.id
		WHERE accounts.followers >= $1 AND accounts.id > $2 AND (account_classes.account IS NULL
			OR account_classes.class IN ($3, $4) AND account_classes.lowered_from IN ('', $3, $4))
		ORDER BY accounts.id LIMIT $5`, followers, after, string(model.ClassStandard), string(model.ClassVerified), limit)
	if err != nil {
		return nil, fmt.Errorf("reading accounts with many followers: %w", err)
	}
	return list, nil
}
