package audit

import (
	"math"
	"strconv"

	"keyturn/internal/store"
)

// rows are those of a table that the ledger has, by key: the sum of each, and the entry that wrote it last. Nearly all
// keys are integers, of which there may be many millions; texts are a few names.
type rows struct {
	ints  *store.ScratchTable
	texts map[string]store.Kept
	n     int64
}

// asInt is a key that is an integer. The least of them is taken for a text, so that there is one before all others.
func asInt(key string) (n int64, ok bool) {
	n, err := strconv.ParseInt(key, 10, 64)
	return n, err == nil && n != math.MinInt64 && strconv.FormatInt(n, 10) == key
}

// get is a row; of a table that is not there, no row is.
func (t *rows) get(key string) (k store.Kept, ok bool, err error) {
	if t == nil {
		return k, false, nil
	}
	if n, is := asInt(key); is {
		return t.ints.Get(n)
	}
	k, ok = t.texts[key]
	return k, ok, nil
}

// set sets a row, or with the zero sum drops it. there says whether it was there before.
func (t *rows) set(key string, k store.Kept, there bool) error {
	gone := k.Sum == sum{}
	switch {
	case there && gone:
		t.n--
	case !there && !gone:
		t.n++
	}
	if n, is := asInt(key); is {
		return t.ints.Put(n, k)
	}
	if gone {
		delete(t.texts, key)
	} else {
		t.texts[key] = k
	}
	return nil
}

// cursor goes through a table's integer keys in their order.
type cursor struct {
	t     *rows
	after int64 // the newest that it has given
	page  []store.KeptRow
	over  bool
}

// cursorPage is how many rows a cursor reads at a time.
const cursorPage = 512

func (t *rows) from(after int64) *cursor { return &cursor{t: t, after: after, over: t == nil} }

// next is the next row if its key is at most to.
func (c *cursor) next(to int64) (row store.KeptRow, ok bool, err error) {
	if len(c.page) == 0 && !c.over {
		if c.page, err = c.t.ints.After(c.after, cursorPage); err != nil {
			return row, false, err
		}
		c.over = len(c.page) < cursorPage
	}
	if len(c.page) == 0 || c.page[0].Key > to {
		return row, false, nil
	}
	row, c.page = c.page[0], c.page[1:]
	c.after = row.Key
	return row, true, nil
}
