package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// Purge says that an account's content is to be erased, since when, and whether it is.
type Purge struct {
	Account model.ID
	Request model.ID
	Case    model.ID
	At      time.Time
	DoneAt  time.Time // zero: something is left
	Leaf    int64
}

var purgeTable = table("purges", "account", "request", "case_id", "at", "done_at")

const purgeCols = `account, request, case_id, at, done_at, leaf`

func scanPurge(row scanner) (p Purge, err error) {
	var at, done int64
	err = row.Scan(&p.Account, &p.Request, &p.Case, &at, &done, &p.Leaf)
	p.At, p.DoneAt = fromMillis(at), fromMillis(done)
	return p, err
}

// PutPurge writes a purge, new or done.
func (p *PrivTx) PutPurge(ctx context.Context, u Purge) error {
	return p.put(ctx, purgeTable, u.Account, u.Request, u.Case, millis(u.At), millis(u.DoneAt))
}

// Purge reads the purge of an account.
func (r Reads) Purge(ctx context.Context, account model.ID) (Purge, error) {
	return one(ctx, r.q, scanPurge, "purge", `SELECT `+purgeCols+` FROM purges WHERE account = $1`, account)
}

// OpenPurges are the purges that are not done.
func (r Reads) OpenPurges(ctx context.Context) ([]Purge, error) {
	purges, err := collect(ctx, r.q, scanPurge, `SELECT `+purgeCols+` FROM purges WHERE done_at = 0 ORDER BY account`)
	if err != nil {
		return nil, fmt.Errorf("reading purges: %w", err)
	}
	return purges, nil
}

// Erase erases at most about limit rows of what an account wrote, of what it is to others and of how it signs in; erased
// is how many. Counters of others are corrected in the same transaction, so that it may be broken off and gone on with at
// any time. What stays is the account's row with its handle, and what others wrote. What an open case keeps of the account's
// posts as evidence stays too, until the case is resolved: held is how much that is, once nothing else is left.
func (tx *Tx) Erase(ctx context.Context, account model.ID, limit int) (erased, held int, err error) {
	e := eraser{tx: tx, account: account, room: limit}
	for _, step := range []func(context.Context) error{e.signIns, e.profile, e.follows, e.favourites, e.notifications, e.blocks, e.mutes, e.posts, e.evidence} {
		if err := step(ctx); err != nil {
			return 0, 0, fmt.Errorf("erasing account %d: %w", account, err)
		}
		if e.room <= 0 {
			break
		}
	}
	return limit - e.room, e.held, nil
}

// AddressEntries are the entries of the ledger whose private part has an account's e-mail address: those by which it was
// changed.
func (r Reads) AddressEntries(ctx context.Context, account model.ID) ([]int64, error) {
	return collect(ctx, r.q, func(row scanner) (entry int64, err error) {
		return entry, row.Scan(&entry)
	}, `SELECT idx FROM leaves WHERE private IS NOT NULL AND idx IN (
		SELECT opened FROM requests WHERE account = $1 AND kind = 'change_email' UNION
		SELECT leaf FROM requests WHERE account = $1 AND kind = 'change_email' AND state = 'executed') ORDER BY idx`, account)
}

// eraser erases part of an account.
type eraser struct {
	tx      *Tx
	account model.ID
	room    int // how many rows it may erase yet
	held    int // pieces of evidence that open cases need
}

// delete deletes, or empties, rows that nothing is counted by.
func (e *eraser) delete(ctx context.Context, text string, args ...any) error {
	n, err := e.tx.exec(ctx, text, args...)
	e.room -= int(n)
	return err
}

// signIns erases how the account signs in, and ends what it is signed in with. The epoch comes first: whoever hands
// something out for a sign-in holds it.
func (e *eraser) signIns(ctx context.Context) error {
	n, err := e.tx.exec(ctx, `UPDATE accounts SET epoch = epoch + 1 WHERE id = $1 AND (
		EXISTS (SELECT 1 FROM account_credentials WHERE account = $1) OR EXISTS (SELECT 1 FROM account_sessions WHERE account = $1) OR
		EXISTS (SELECT 1 FROM account_passkeys WHERE account = $1))`, e.account)
	if err != nil {
		return err
	}
	if n > 0 {
		e.tx.emit(Event{Kind: EventSignedOut, Account: e.account})
	}
	for _, table := range []string{"account_credentials", "account_sessions", "account_passkeys", "account_resets", "oauth_codes", "oauth_tokens"} {
		if err := e.delete(ctx, `DELETE FROM `+table+` WHERE account = $1`, e.account); err != nil {
			return err
		}
	}
	return e.delete(ctx, `DELETE FROM challenges WHERE person = $1`, e.account)
}

// profile erases what the account says of itself, and what was said in its appeals; how they were decided is on record.
func (e *eraser) profile(ctx context.Context) error {
	for _, text := range []string{`DELETE FROM notification_marks WHERE account = $1`, `DELETE FROM dismissed_warnings WHERE account = $1`,
		`UPDATE appeals SET text = '' WHERE account = $1 AND text <> ''`} {
		if err := e.delete(ctx, text, e.account); err != nil {
			return err
		}
	}
	n, err := e.tx.exec(ctx, `UPDATE accounts SET display_name = '', name_key = $2, note = '', locked = FALSE, bot = FALSE, last_post_at = 0
		WHERE id = $1 AND (display_name <> '' OR note <> '' OR locked OR bot OR last_post_at <> 0)`, e.account, []byte{})
	if n > 0 {
		e.room -= int(n)
		e.tx.emit(Event{Kind: EventAccount, Account: e.account})
	}
	return err
}

// pairs reads up to as many pairs as there is room for, of an account or post.
func (e *eraser) pairs(ctx context.Context, text string, of model.ID) ([][2]model.ID, error) {
	return collect(ctx, e.tx.q, func(row scanner) (p [2]model.ID, err error) {
		err = row.Scan(&p[0], &p[1])
		return p, err
	}, text+` LIMIT $2`, of, max(e.room, 0))
}

// each undoes what ties the account to others, by what undoes one tie: both ways round.
func (e *eraser) each(ctx context.Context, table, from, to string, undo func(ctx context.Context, a, b model.ID) error) error {
	for _, column := range []string{from, to} {
		pairs, err := e.pairs(ctx, `SELECT `+from+`, `+to+` FROM `+table+` WHERE `+column+` = $1`, e.account)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := undo(ctx, p[0], p[1]); err != nil {
				return err
			}
			e.room--
		}
	}
	return nil
}

func (e *eraser) follows(ctx context.Context) error {
	return e.each(ctx, "follows", "follower", "followee", func(ctx context.Context, a, b model.ID) error {
		_, err := e.tx.RemoveFollow(ctx, a, b)
		return err
	})
}

func (e *eraser) blocks(ctx context.Context) error {
	return e.each(ctx, "blocks", "account", "target", e.tx.RemoveBlock)
}

func (e *eraser) mutes(ctx context.Context) error {
	return e.each(ctx, "mutes", "account", "target", e.tx.RemoveMute)
}

func (e *eraser) favourites(ctx context.Context) error {
	return e.unfavourite(ctx, "account", e.account)
}

// unfavourite takes back favourites of an account or of a post.
func (e *eraser) unfavourite(ctx context.Context, column string, of model.ID) error {
	pairs, err := e.pairs(ctx, `SELECT account, post FROM favourites WHERE `+column+` = $1`, of)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := e.tx.RemoveFavourite(ctx, p[0], p[1]); err != nil {
			return err
		}
		e.room--
	}
	return nil
}

func (e *eraser) notifications(ctx context.Context) error {
	for _, column := range []string{"account", "from_account"} {
		err := e.delete(ctx, `DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE `+column+` = $1 LIMIT $2)`,
			e.account, max(e.room, 0))
		if err != nil {
			return err
		}
	}
	return nil
}

// posts erases the account's posts and boosts, those that it had deleted too.
func (e *eraser) posts(ctx context.Context) error {
	for _, deleted := range []string{"= 0", "<> 0"} {
		page, err := collect(ctx, e.tx.q, scanID, `SELECT id FROM posts WHERE account = $1 AND deleted_at `+deleted+` ORDER BY id LIMIT $2`,
			e.account, max(e.room, 0))
		if err != nil {
			return err
		}
		for _, id := range page {
			if err := e.post(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// evidence erases what cases kept of the account's posts, but for those that are open.
func (e *eraser) evidence(ctx context.Context) error {
	err := e.delete(ctx, `DELETE FROM evidence WHERE id IN (SELECT evidence.id FROM evidence JOIN cases ON cases.id = evidence.case_id
		WHERE author = $1 AND state <> 'open' LIMIT $2)`, e.account, max(e.room, 0))
	if err != nil {
		return err
	}
	_, err = e.tx.row(ctx, []any{&e.held}, `SELECT COUNT(*) FROM evidence WHERE author = $1`, e.account)
	return err
}

// post erases one post with the boosts and favourites of others, while there is room; then the post itself. Answers to
// it are others' own posts, and stay.
func (e *eraser) post(ctx context.Context, id model.ID) error {
	boosts, err := collect(ctx, e.tx.q, scanID, `SELECT id FROM posts WHERE reblog_of = $1 AND reblog_of <> 0 AND deleted_at = 0 LIMIT $2`,
		id, max(e.room, 0))
	if err != nil {
		return err
	}
	for _, boost := range boosts {
		if err := e.post(ctx, boost); err != nil {
			return err
		}
	}
	if err := e.unfavourite(ctx, "post", id); err != nil || e.room <= 0 {
		return err
	}
	return e.remove(ctx, id)
}

// remove removes the row of a post or boost that nobody's favourite refers to, and uncounts it unless its author had
// deleted it: then it was.
func (e *eraser) remove(ctx context.Context, id model.ID) error {
	gone, err := collect(ctx, e.tx.q, scanPost, `DELETE FROM posts WHERE id = $1 RETURNING `+postCols, id)
	if err != nil {
		return err
	}
	for _, p := range gone {
		e.room--
		if p.DeletedAt.IsZero() {
			if err := e.tx.posted(ctx, p.Account, -1, time.Time{}); err != nil {
				return err
			}
			if err := e.tx.countPost(ctx, p, -1); err != nil {
				return err
			}
		}
		e.tx.emit(Event{Kind: EventUnposted, Account: p.Account, Subject: p.ID})
	}
	return nil
}
