package store

import (
	"strconv"
	"strings"

	"keyturn/internal/model"
)

// A Range is a piece of a list that is ordered by ID: the IDs below Before and above After (0: no bound), at most
// Limit of them, from the newest down or, when Up is set, from the oldest up.
type Range struct {
	Before model.ID
	After  model.ID
	Up     bool
	Limit  int
}

// sql is the range's condition on the column col, its order and its limit; its arguments are args, the first of them
// being $n.
func (r Range) sql(col string, n int) string {
	order := " DESC"
	if r.Up {
		order = " ASC"
	}
	return " AND " + col + " < $" + strconv.Itoa(n) + " AND " + col + " > $" + strconv.Itoa(n+1) +
		" ORDER BY " + col + order + " LIMIT $" + strconv.Itoa(n+2)
}

func (r Range) args() []any {
	before := r.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	return []any{before, r.After, r.Limit}
}

// MaxList is the most values that one statement lists.
const MaxList = 512

// list is a list of placeholders, the first of them being $n, for values: at least one, at most MaxList. It is filled
// up to a power of two with the last value, so that there are few different texts to prepare.
func list[T any](values []T, n int) (text string, args []any) {
	size := 1
	for size < len(values) {
		size *= 2
	}
	var b strings.Builder
	for i := range size {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n + i))
		args = append(args, values[min(i, len(values)-1)])
	}
	return b.String(), args
}

// joinIDs writes IDs in the form in which a column holds several; splitIDs reads it.
func joinIDs(ids []model.ID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(id.String())
	}
	return b.String()
}

func splitIDs(s string) ([]model.ID, error) {
	if s == "" {
		return nil, nil
	}
	var ids []model.ID
	for f := range strings.SplitSeq(s, " ") {
		id, err := model.ParseID("ids", f)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
