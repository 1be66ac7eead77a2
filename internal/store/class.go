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
	Handle      string // what the account is called, by the ledger; "" when it has no row
	Class       model.Class
	Verified    bool
	LoweredFrom model.Class // "" when it was never lowered
	LoweredAt   time.Time
	Leaf        int64
}

var classTable = table("account_classes", "account", "handle", "class", "verified", "lowered_from", "lowered_at")

// PutClass writes an account's class.
func (p *PrivTx) PutClass(ctx context.Context, c AccountClass) error {
	p.classed = append(p.classed, c.Account)
	return p.put(ctx, classTable, c.Account, c.Handle, string(c.Class), c.Verified, string(c.LoweredFrom), millis(c.LoweredAt))
}

// ClassOf reads an account's class. It does not say whether there is such an account.
func (r Reads) ClassOf(ctx context.Context, account model.ID) (AccountClass, error) {
	c := AccountClass{Account: account, Class: model.ClassStandard}
	var lowered int64
	_, err := r.row(ctx, []any{&c.Handle, &c.Class, &c.Verified, &c.LoweredFrom, &lowered, &c.Leaf},
		`SELECT handle, class, verified, lowered_from, lowered_at, leaf FROM account_classes WHERE account = $1`, account)
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
		err = row.Scan(&c.Account, &c.Handle, &c.Class, &c.Verified, &c.LoweredFrom, &lowered, &c.Leaf)
		c.LoweredAt = fromMillis(lowered)
		return c, err
	}, `SELECT account, handle, class, verified, lowered_from, lowered_at, leaf FROM account_classes
		WHERE class <> $1 ORDER BY account`, string(model.ClassStandard))
}

// Misnamed is an account that is not called what its class's row says.
type Misnamed struct {
	Account model.ID
	Handle  string // by the row
	Called  string // as it is found; "" when there is no such account
}

// Misnamed lists the accounts with an ID above after and up to upTo that are called, or found under, another handle than
// their class's row says.
func (r Reads) Misnamed(ctx context.Context, after, upTo model.ID) (all []Misnamed, err error) {
	rows, err := r.q.query(ctx, `SELECT c.account, c.handle, COALESCE(a.handle, ''), a.handle_key
		FROM account_classes c LEFT JOIN accounts a ON a.id = c.account
		WHERE c.account > $1 AND c.account <= $2 AND c.handle <> '' ORDER BY c.account`, after, upTo)
	if err != nil {
		return nil, fmt.Errorf("reading what accounts are called: %w", told(err))
	}
	defer rows.Close()
	for rows.Next() {
		var m Misnamed
		var key []byte
		if err := rows.Scan(&m.Account, &m.Handle, &m.Called, &key); err != nil {
			return nil, err
		}
		switch {
		case m.Called != m.Handle:
			all = append(all, m)
		case string(key) != string(handleKey(m.Handle)):
			m.Called = string(key)
			all = append(all, m)
		}
	}
	return all, told(rows.Err())
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
