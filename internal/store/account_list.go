package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/model"
)

// AccountFilter says which accounts are wanted, dark or not; what is empty leaves none out.
type AccountFilter struct {
	HandlePrefix string                 // without regard to case
	NamePrefix   string                 // of the display name, without regard to case
	Among        []model.ID             // at most MaxList; nil: all
	Under        [][]model.SanctionKind // under a sanction of one of the kinds of each list, on the account itself
	NotUnder     []model.SanctionKind   // under none of these
	At           time.Time              // when the sanctions are in force
}

// where is the filter as conditions, the first of whose arguments is $1.
func (f AccountFilter) where() (text string, args []any) {
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		text += " AND " + condition
	}
	if f.HandlePrefix != "" {
		from, to := prefixRange(handleKey(f.HandlePrefix))
		add("a.handle_key >= ? AND a.handle_key < ?", from, to)
	}
	if f.NamePrefix != "" {
		from, to := prefixRange(nameKey(f.NamePrefix))
		add("a.name_key >= ? AND a.name_key < ?", from, to)
	}
	if len(f.Among) > 0 {
		in, values := list(f.Among, len(args)+1)
		add("a.id IN (" + in + ")")
		args = append(args, values...)
	}
	under := func(how string, kinds []model.SanctionKind) {
		in, values := list(kinds, len(args)+2)
		add("a.id "+how+" (SELECT account FROM sanctions WHERE lifted_at = 0 AND post = 0 AND (end_at = 0 OR end_at > ?) AND kind IN ("+in+"))", millis(f.At))
		for _, v := range values {
			args = append(args, string(v.(model.SanctionKind)))
		}
	}
	for _, kinds := range f.Under {
		under("IN", kinds)
	}
	if len(f.NotUnder) > 0 {
		under("NOT IN", f.NotUnder)
	}
	return text, args
}

// AccountList lists accounts by ID, whatever is on them.
func (r Reads) AccountList(ctx context.Context, f AccountFilter, g Range) ([]model.Account, error) {
	where, args := f.where()
	accounts, err := collect(ctx, r.q, scanAccount, `SELECT `+accountCols+fromAccounts+`WHERE a.id > 0`+where+g.sql("a.id", len(args)+1),
		append(args, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	return accounts, nil
}

// UnliftedSanctionsOn are the sanctions on up to MaxList accounts and their posts that nobody has lifted, the oldest
// first.
func (r Reads) UnliftedSanctionsOn(ctx context.Context, accounts []model.ID) ([]model.Sanction, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	in, args := list(accounts, 1)
	return r.sanctions(ctx, `WHERE account IN (`+in+`) AND lifted_at = 0 ORDER BY id`, args...)
}
