package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// How long the passes over what is large may take of each look. On the embedded store another writer is noticed at once,
// and then they are hurried; on a shared one they are all there is.
const (
	sweepTime  = 50 * time.Millisecond
	sharedTime = 250 * time.Millisecond
	hurryTime  = time.Second
)

// smallTable is the most rows that a table may have to be compared as a whole at every look. pieceRows is how many rows
// or entries are compared between two looks at the clock.
const (
	smallTable = 2000
	pieceRows  = 500
)

// maxTouched is how many rows that were written past the guard a look compares one by one; the passes come to the rest.
const maxTouched = 1000

// found is what differs, by its words.
type found map[string]model.IncidentRow

func words(list []audit.Finding) found {
	all := found{}
	for _, f := range list {
		row := model.IncidentRow{Entry: f.Entry, Table: f.Table, Key: f.Key, Columns: f.Columns, What: f.What}
		all[inWords(row)] = row
	}
	return all
}

func inWords(row model.IncidentRow) string {
	return audit.Finding{Entry: row.Entry, Table: row.Table, Key: row.Key, What: row.What}.String()
}

// pass is a pass that goes on over several looks: what it has found so far, and what the one before found.
type pass struct {
	began time.Time
	now   found
	last  found
	ended time.Time // when the newest pass that is over began
}

// add notes what a piece found.
func (p *pass) add(f found, done bool) {
	if p.now == nil {
		p.now = found{}
	}
	maps.Copy(p.now, f)
	if done {
		p.last, p.now, p.ended, p.began = p.now, nil, p.began, time.Time{}
	}
}

// parts are what was found by how it was found.
type parts struct {
	standing found // in what the entries say and in the head: that stays
	small    found // in the small tables and beside the entries, at this look
	touched  found // in rows that were written past the guard, at this look
	rows     pass
	entries  pass
}

func (p *parts) all() found {
	all := found{}
	for _, f := range []found{p.standing, p.small, p.touched, p.rows.last, p.rows.now, p.entries.last, p.entries.now} {
		maps.Copy(all, f)
	}
	return all
}

// compare follows the ledger and holds the database against it, all in one snapshot: what is written meanwhile is not
// there yet, with its entry. It gives the entries that are new.
func (w *Watch) compare(ctx context.Context) (entries []ledger.Entry, err error) {
	stamp, err := w.Store.WriterStamp(ctx)
	if err != nil {
		return nil, err
	}
	if stamp != w.stamp {
		w.stamp, w.hurry = stamp, true
		w.book.Restart()
		w.seen.rows.now, w.seen.entries.now = nil, nil
	}
	var whole []store.Touched
	err = w.Store.Snapshot(ctx, func(now store.Reads) error {
		entries = nil
		if err := w.book.Follow(now, func(e ledger.Entry) { entries = append(entries, e) }); err != nil {
			return err
		}
		maps.Copy(w.seen.standing, words(w.book.Take()))
		small, large := w.book.Tables(smallTable)
		if err := errors.Join(w.book.Beside(now), w.book.Compare(now, small...)); err != nil {
			return err
		}
		w.seen.small = words(w.book.Take())
		touched, err := now.Touched(ctx, maxTouched)
		if err != nil {
			return err
		}
		if whole, err = w.book.Recheck(now, touched); err != nil {
			return err
		}
		w.seen.touched = words(w.book.Take())
		return w.passes(now, large)
	})
	if err == nil && len(whole) > 0 {
		err = w.Store.Write(ctx, func(tx *store.Tx) error { return tx.ForgetTouched(ctx, whole) })
	}
	return entries, err
}

// passes goes on with the passes over the large tables and over the entries, for as long as a look may take.
func (w *Watch) passes(now store.Reads, large []string) error {
	start, limit := w.Now(), sweepTime
	switch {
	case w.hurry:
		limit = hurryTime
	case w.Store.Shared():
		limit = sharedTime
	}
	rows, err := w.goOn(&w.seen.rows, start, limit, func() (bool, error) { return w.book.Sweep(now, pieceRows, large) })
	if err != nil || w.hurry && !rows {
		return err
	}
	entries, err := w.goOn(&w.seen.entries, start, limit, func() (bool, error) { return w.book.Reread(now, pieceRows) })
	if rows && entries {
		w.hurry = false
	}
	return err
}

// goOn takes pieces of a pass until it is over or the time is.
func (w *Watch) goOn(p *pass, start time.Time, limit time.Duration, piece func() (bool, error)) (done bool, err error) {
	if p.began.IsZero() {
		p.began = start
	}
	for !done {
		if done, err = piece(); err != nil {
			return false, err
		}
		p.add(words(w.book.Take()), done)
		if w.Now().Sub(start) >= limit {
			break
		}
	}
	return done, nil
}

// tampered opens an incident for what was found and stands in none, and has the guard doubt what differs.
func (w *Watch) tampered(ctx context.Context) error {
	all := w.seen.all()
	if w.book.Broken() {
		w.Guard.Distrust("the ledger is not any more what it was: see the incidents")
	}
	doubt := ""
	var fresh []string
	for text, row := range all {
		if _, told := w.told[text]; !told {
			fresh = append(fresh, text)
		}
		if row.Entry < 0 {
			doubt = "the database is not what the ledger says: see the incidents"
		}
	}
	w.Guard.Doubt(doubt)
	maps.DeleteFunc(w.told, func(text string, _ model.ID) bool { _, still := all[text]; return !still })
	if len(fresh) == 0 {
		return nil
	}
	slices.Sort(fresh)
	var rows []model.IncidentRow
	for _, text := range fresh {
		rows = append(rows, all[text])
	}
	id, err := w.gather(ctx, rows)
	if err != nil {
		return err
	}
	for _, text := range fresh {
		w.told[text] = id
	}
	return nil
}

// gatherFor is how long an incident that nobody has acknowledged takes in what else is found.
const gatherFor = 10 * time.Minute

// gather puts rows into the open incident that has room for them, or opens one.
func (w *Watch) gather(ctx context.Context, rows []model.IncidentRow) (model.ID, error) {
	now := w.Now()
	open, err := w.Store.OpenIncidents(ctx, maxOpen)
	if err != nil {
		return 0, err
	}
	for _, i := range slices.Backward(open) {
		if i.Rule != model.IncidentTampered || now.Sub(i.OpenedAt) > gatherFor || len(i.Details.Found)+len(rows) > model.MaxIncidentRows {
			continue
		}
		took, err := w.add(ctx, i.ID, rows)
		if err != nil || took {
			return i.ID, err
		}
	}
	i := model.Incident{Rule: model.IncidentTampered, Subject: fingerprint(rows)}
	i.Details.Found = rows[:min(len(rows), model.MaxIncidentRows)]
	i.Details.More, i.Details.NewestAt = int64(len(rows)-len(i.Details.Found)), now
	i.What = sentence(i.Details)
	return w.openIncident(ctx, i)
}

// add adds rows to an incident that nobody has acknowledged or ended meanwhile.
func (w *Watch) add(ctx context.Context, id model.ID, rows []model.IncidentRow) (took bool, err error) {
	err = w.Store.Write(ctx, func(tx *store.Tx) error {
		took = false
		i, err := tx.Incident(ctx, id)
		if err != nil || i.State() != model.IncidentOpen || !i.OverAt.IsZero() {
			return err
		}
		took = true
		i.Details.Found, i.Details.NewestAt = append(i.Details.Found, rows...), w.Now()
		i.What = sentence(i.Details)
		return tx.SetIncident(ctx, i)
	})
	if took && err == nil {
		w.Log.Error("incident grows", "id", id.String(), "rule", string(model.IncidentTampered), "what", inWords(rows[0]), "rows", len(rows))
	}
	return took, err
}

func sentence(d model.IncidentDetails) string {
	text := "The database is not what the ledger says: " + inWords(d.Found[0])
	if more := int64(len(d.Found)-1) + d.More; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// fingerprint names a set of rows.
func fingerprint(rows []model.IncidentRow) string {
	h := sha256.New()
	for _, row := range rows {
		fmt.Fprintln(h, inWords(row))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// over reports whether what an incident is about is so no more.
func (w *Watch) over(ctx context.Context, i model.Incident) (bool, error) {
	switch i.Rule {
	case model.IncidentHistory:
		return w.Guard.Broken() == "", nil
	case model.IncidentGap:
		return w.unmet != i.Subject && w.asked.After(i.OpenedAt), nil // another node may have asked later than this one
	case model.IncidentDark:
		return w.light(ctx, i.Details)
	case model.IncidentRecovery:
		return w.recovered(ctx, i.Details)
	case model.IncidentTampered:
		return w.mended(i.Details), nil
	}
	return false, nil // what only happened is over when it is opened
}

// mended reports whether whole passes over everything that began after rows were found to differ have not found them.
func (w *Watch) mended(d model.IncidentDetails) bool {
	since := d.NewestAt
	if !w.seen.rows.ended.After(since) || !w.seen.entries.ended.After(since) {
		return false
	}
	all := w.seen.all()
	if d.More > 0 && len(all) > 0 {
		return false
	}
	return !slices.ContainsFunc(d.Found, func(row model.IncidentRow) bool {
		_, still := all[inWords(row)]
		return still
	})
}

// again has an incident that was over go on when what it names is so once more: somebody may have changed a row back only
// to change it again, or the incident's own row.
func (w *Watch) again(ctx context.Context, i model.Incident) error {
	all := w.seen.all()
	n := slices.IndexFunc(i.Details.Found, func(row model.IncidentRow) bool { _, differs := all[inWords(row)]; return differs })
	if i.Rule != model.IncidentTampered || n < 0 {
		return nil
	}
	w.Log.Error("incident goes on", "id", i.ID.String(), "rule", string(i.Rule), "what", inWords(i.Details.Found[n]))
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Incident(ctx, i.ID)
		if err != nil || now.State() == model.IncidentClosed {
			return err
		}
		now.OverAt, now.Details.NewestAt = time.Time{}, w.Now()
		return tx.SetIncident(ctx, now)
	})
}

// end marks an incident as over, which closes it if somebody has acknowledged it.
func (w *Watch) end(ctx context.Context, id model.ID) error {
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		i.OverAt = w.Now()
		if i.AcknowledgedBy != 0 {
			i.ClosedAt = i.OverAt
		}
		return tx.SetIncident(ctx, i)
	})
}

// history opens the incident of a store whose ledger was rolled back or rewritten while the server was down.
func (w *Watch) history(ctx context.Context, why string) error {
	i := model.Incident{Rule: model.IncidentHistory, What: "Privileged writes are stopped: " + why,
		Details: model.IncidentDetails{Found: []model.IncidentRow{{Entry: 0, What: why}}}}
	i.Subject = fingerprint(i.Details.Found)
	i.Details.Found = nil
	_, err := w.openIncident(ctx, i)
	return err
}
