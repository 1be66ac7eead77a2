package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// replay rebuilds the privileged tables from the ledger's facts. Of each row it keeps the sum and the entry that wrote
// it last; only requests that can still get keys, credentials, classes and recoveries are kept whole.
type replay struct {
	ctx        context.Context // of the one verification that a replay is for
	st         *store.Store
	origin     string               // as the first entry has it
	last       time.Time            // the latest time of any entry whose clock was not in doubt
	rp         passkey.RelyingParty // for whom keys sign, as the settings so far have it
	sealed     recovery.Keys        // likewise
	divisor    int64                // likewise, of waits
	owners     passkey.RelyingParty // for whom owners' passkeys sign; zero where they cannot
	found      *findings
	report     Report
	tables     map[string]map[string]written // table → key
	whole      map[string]map[string]map[string]string
	signing    sync.WaitGroup
	free       chan struct{} // one place for each signature that is being checked
	signatures int64

	signed map[model.ID]map[model.ID]bool // who has signed, by open request; noPerson is the account's owner
	locks  map[string]briefLocks          // by account
}

// written is a row as the ledger has it.
type written struct {
	sum  sum
	leaf int64 // the entry that wrote it last
}

func newReplay(ctx context.Context, st *store.Store, found *findings, workers int) *replay {
	return &replay{ctx: ctx, st: st, found: found, tables: map[string]map[string]written{},
		whole:  map[string]map[string]map[string]string{"requests": {}, "credentials": {}, "account_classes": {}, "recoveries": {}},
		signed: map[model.ID]map[model.ID]bool{}, locks: map[string]briefLocks{}, free: make(chan struct{}, workers)}
}

func (r *replay) find(entry int64, format string, args ...any) {
	r.found.add(r.found.place(), Finding{Entry: entry, What: fmt.Sprintf(format, args...)})
}

func (r *replay) apply(e entry) {
	index := e.Record.Index
	if e.Sealed != nil {
		r.find(index, "its facts cannot be read: %v", e.Sealed)
		return
	}
	if e.Record.Erased() {
		r.report.Erased++
	}
	if f := e.Entry.Facts; !f.Doubted && f.Time.After(r.last) {
		r.last = f.Time
	}
	if index == 0 {
		r.origin = e.Entry.Facts.Origin
	}
	rows := e.Entry.Facts.Rows
	class := r.classOf(e.Entry.Facts.Account)
	for i, row := range rows {
		r.put(index, row, e.rows[i])
	}
	for _, row := range rows {
		switch {
		case row.Before != nil:
		case row.Table == "request_keys":
			r.signature(index, row)
		case row.Table == "owner_keys":
			r.ownersSignature(index, row)
		case row.Table == "sanctions":
			r.noteLock(row)
		}
	}
	r.entitled(e.Entry.Facts, class)
	r.forget(rows)
}

// put changes one row.
func (r *replay) put(index int64, row ledger.Row, c change) {
	table := r.tables[row.Table]
	if table == nil {
		table = map[string]written{}
		r.tables[row.Table] = table
	}
	if table[row.Key].sum != c.before {
		r.find(index, "it says that %s %s was something else before than the entries before it say", row.Table, row.Key)
	}
	if c.after == (sum{}) {
		delete(table, row.Key)
	} else {
		table[row.Key] = written{c.after, index}
	}
	if whole := r.whole[row.Table]; whole != nil {
		whole[row.Key] = row.Values
	}
	if row.Table == "settings" {
		r.setting(index, row)
	}
}

// setting keeps the settings by which signatures are checked.
func (r *replay) setting(index int64, row ledger.Row) {
	var err error
	switch row.Key {
	case settingURL:
		r.owners, _ = passkey.NewRelyingParty(row.Values["value"], "") // at some addresses there are no passkeys
	case settingDesk:
		if r.rp, err = passkey.NewRelyingParty(row.Values["value"], ""); err != nil {
			r.find(index, "the desk's address is not one: %v", err)
		}
	case "wait_divisor":
		if r.divisor, err = strconv.ParseInt(row.Values["value"], 10, 64); err != nil || r.divisor < 1 || r.divisor > 1 && !ledger.IsDemo(r.origin) {
			r.find(index, "waits are divided by %q", row.Values["value"])
		}
	case "recovery":
		if r.sealed, err = recovery.ParseKeys("recovery", row.Values["value"]); err != nil {
			r.find(index, "the recovery keys are none: %v", err)
		}
	}
}

// sign notes that a person has signed a request.
func (r *replay) sign(request, person model.ID) {
	if r.signed[request] == nil {
		r.signed[request] = map[model.ID]bool{}
	}
	r.signed[request][person] = true
}

// forget drops the requests that get no more keys.
func (r *replay) forget(rows []ledger.Row) {
	for _, row := range rows {
		if row.Table == "requests" && !model.RequestState(row.Values["state"]).Open() {
			delete(r.whole["requests"], row.Key)
			if id, err := model.ParseID("id", row.Key); err == nil {
				delete(r.signed, id)
			}
		}
	}
}

// values are those of a row as the ledger has it now; nil when it has none.
func (r *replay) values(table, key string) (map[string]string, error) {
	if values := r.whole[table][key]; values != nil {
		return values, nil
	}
	w, known := r.tables[table][key]
	if !known {
		return nil, nil
	}
	rec, err := r.st.Record(r.ctx, w.leaf)
	if err != nil {
		return nil, err
	}
	e, err := rec.Open()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.Facts.Rows, func(row ledger.Row) bool { return row.Table == table && row.Key == key })
	if i < 0 {
		return nil, nil
	}
	return e.Facts.Rows[i].Values, nil
}
