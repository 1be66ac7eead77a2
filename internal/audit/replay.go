package audit

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
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
	sums       *summer
	scratch    *store.Scratch
	tables     map[string]*rows
	next       int64          // the first entry that was not replayed
	erased     map[int64]bool // entries whose private part was not there when they were read last
	limit      int            // how many rows of a table a pass names
	whole      map[string]map[string]map[string]string
	signing    sync.WaitGroup
	free       chan struct{} // one place for each signature that is being checked
	signatures int64

	people  people
	inForce string         // the hash of the policy in force
	policy  *policy.Bundle // that policy; nil when it cannot be read
	unread  error          // why

	signed map[model.ID]map[model.ID]bool // who has signed, by open request; noPerson is the account's owner
	newest map[model.ID]time.Time         // when the newest of them did
	locks  map[string]briefLocks          // by account
}

func newReplay(ctx context.Context, st *store.Store, scratch *store.Scratch, workers int) *replay {
	return &replay{ctx: ctx, st: st, scratch: scratch, found: &findings{}, sums: newSummer(), tables: map[string]*rows{}, erased: map[int64]bool{}, limit: math.MaxInt,
		whole:  map[string]map[string]map[string]string{"requests": {}, "credentials": {}, "account_classes": {}, "recoveries": {}},
		people: people{}, signed: map[model.ID]map[model.ID]bool{}, newest: map[model.ID]time.Time{}, locks: map[string]briefLocks{}, free: make(chan struct{}, workers)}
}

func (r *replay) find(entry int64, format string, args ...any) {
	r.found.add(r.found.place(), Finding{Entry: entry, What: fmt.Sprintf(format, args...)})
}

// apply replays an entry, unless that was done before: whoever could not read on begins again before it.
func (r *replay) apply(e entry) error {
	index := e.Record.Index
	if index < r.next {
		return nil
	}
	r.next = index + 1
	if e.Sealed != nil {
		r.find(index, "its facts cannot be read: %v", e.Sealed)
		return nil
	}
	if e.Record.Erased() {
		r.erased[index] = true
	}
	if f := e.Entry.Facts; !f.Doubted && f.Time.After(r.last) {
		r.last = f.Time
	}
	if index == 0 {
		r.origin = e.Entry.Facts.Origin
	}
	written := e.Entry.Facts.Rows
	class := r.classOf(e.Entry.Facts.Account)
	if e.Entry.Facts.Event == ledger.EventExecuted {
		r.quorum(e.Entry.Facts)
	}
	for i, row := range written {
		if err := r.put(index, row, e.rows[i]); err != nil {
			return err
		}
	}
	for _, row := range written {
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
	r.forget(written)
	return nil
}

// put changes one row.
func (r *replay) put(index int64, row ledger.Row, c change) error {
	table, err := r.table(row.Table)
	if err != nil {
		return err
	}
	was, there, err := table.get(row.Key)
	if err != nil {
		return err
	}
	if was.Sum != c.before && !(there && r.same(row.Table, row.Key, row.Before)) {
		r.find(index, "it says that %s %s was something else before than the entries before it say", row.Table, row.Key)
	}
	if row.Values != nil && row.Values["leaf"] != strconv.FormatInt(index, 10) {
		r.find(index, "it has %s %s name another entry as the one that wrote it", row.Table, row.Key)
	}
	if err := table.set(row.Key, store.Kept{Sum: c.after, Entry: index}, there); err != nil {
		return err
	}
	if whole := r.whole[row.Table]; whole != nil {
		whole[row.Key] = row.Values
	}
	switch row.Table {
	case "settings":
		r.setting(index, row)
	case "policies":
		r.publish(row)
	default:
		r.people.put(row)
	}
	return nil
}

// table is a table as it was replayed so far.
func (r *replay) table(name string) (*rows, error) {
	if t := r.tables[name]; t != nil {
		return t, nil
	}
	ints, err := r.scratch.Table()
	if err != nil {
		return nil, err
	}
	r.tables[name] = &rows{ints: ints, texts: map[string]store.Kept{}}
	return r.tables[name], nil
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

// same reports whether values that have another sum than the ledger's are the same nevertheless: they have columns that
// the ledger does not know, since a later version brought them.
func (r *replay) same(table, key string, values map[string]string) bool {
	want, err := r.values(table, key)
	return err == nil && want != nil && values != nil && len(differing(want, values)) == 0
}

// sign notes that a person has signed a request.
func (r *replay) sign(request, person model.ID, at time.Time) {
	if at.After(r.newest[request]) {
		r.newest[request] = at
	}
	if r.signed[request] == nil {
		r.signed[request] = map[model.ID]bool{}
	}
	r.signed[request][person] = true
}

// forget drops the requests that get no more keys.
func (r *replay) forget(written []ledger.Row) {
	for _, row := range written {
		if row.Table == "requests" && !model.RequestState(row.Values["state"]).Open() {
			delete(r.whole["requests"], row.Key)
			if id, err := model.ParseID("id", row.Key); err == nil {
				delete(r.signed, id)
				delete(r.newest, id)
			}
		}
	}
}

// values are those of a row as the ledger has it now; nil when it has none.
func (r *replay) values(table, key string) (map[string]string, error) {
	if values := r.whole[table][key]; values != nil {
		return values, nil
	}
	w, there, err := r.tables[table].get(key)
	if err != nil || !there {
		return nil, err
	}
	facts, err := r.factsOf(w.Entry)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(facts.Rows, func(row ledger.Row) bool { return row.Table == table && row.Key == key })
	if i < 0 {
		return nil, fmt.Errorf("entry %d did not write it", w.Entry)
	}
	return facts.Rows[i].Values, nil
}

// factsOf reads the facts of an entry that was replayed before.
func (r *replay) factsOf(index int64) (ledger.Facts, error) {
	rec, err := r.st.Record(r.ctx, index)
	if err != nil {
		return ledger.Facts{}, err
	}
	e, err := rec.Open()
	return e.Facts, err
}

// erasures holds the entries whose private part is not there against the entries that say that they were erased.
func (r *replay) erasures() error {
	for _, index := range slices.Sorted(maps.Keys(r.erased)) {
		if !r.erased[index] {
			continue
		}
		r.report.Erased++
		said, err := r.saysErased(index)
		if err != nil {
			return err
		}
		if !said {
			r.find(index, "its private part was erased, and no entry says so")
		}
	}
	for all := r.tables["erasures"].from(math.MinInt64); ; {
		row, ok, err := all.next(math.MaxInt64)
		if err != nil || !ok {
			return err
		}
		if !r.erased[row.Key] {
			r.find(row.Key, "its private part was erased, and is there again")
		}
	}
}

func (r *replay) saysErased(index int64) (bool, error) {
	_, said, err := r.tables["erasures"].get(strconv.FormatInt(index, 10))
	return said, err
}
