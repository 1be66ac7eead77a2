package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// PrivTx is a privileged transaction: one entry of the ledger, and the privileged rows that it accounts for. Every
// method that writes such a row records the row as it is afterwards in the entry's facts.
type PrivTx struct {
	*Tx
	Entry ledger.Entry // what the entry will say; the caller fills in all but Index, Time, Version and Rows
	rows  []ledger.Row // the privileged rows written so far, as they are now

	head  ledger.Head // before this entry
	since time.Time   // the latest time of any entry before
	at    time.Time

	doubted bool // the clock was set forward

	sanctioned []model.ID // accounts whose sanctions changed
	classed    []model.ID // accounts whose class changed
	taken      []Takeover
	settled    bool // a setting changed
}

// Leaf is the index of this transaction's entry.
func (p *PrivTx) Leaf() int64 { return p.head.Size }

// Head is the ledger's head before this entry.
func (p *PrivTx) Head() ledger.Head { return p.head }

// Previous is the latest time of any entry before; zero when there is none.
func (p *PrivTx) Previous() time.Time { return p.since }

// Now is the time of this entry, in whole milliseconds.
func (p *PrivTx) Now() time.Time { return p.at }

// DoubtClock says that the clock was set forward: the time of this entry shall not count as the ledger's latest, or the
// clock would look set back once it is right again.
func (p *PrivTx) DoubtClock() { p.doubted = true }

// Rows are the privileged rows that this transaction has written so far.
func (p *PrivTx) Rows() []ledger.Row { return p.rows }

// Announced are the accounts whose change of sanctions this transaction will tell.
func (p *PrivTx) Announced() []model.ID { return p.sanctioned }

// Privileged runs fn in a transaction that appends one entry to the ledger. The rows that fn writes, the entry and
// the feed's row commit together; when Privileged returns nil they survive a crash, and when it returns an error none
// of them is there. Privileged transactions have one order, across all nodes: each takes the row of the ledger's head
// before anything else. What holds of Write's fn holds of this one.
func (s *Store) Privileged(ctx context.Context, fn func(*PrivTx) error) error {
	return s.Write(ctx, func(tx *Tx) error {
		p := &PrivTx{Tx: tx}
		if err := p.takeHead(ctx); err != nil {
			return err
		}
		// Read while the head is held: the order of the entries is the order of their times, unless the clock is set back.
		p.at = s.now().UTC().Truncate(time.Millisecond)
		if err := fn(p); err != nil {
			return err
		}
		return p.seal(ctx)
	})
}

// takeHead makes this the only privileged transaction until it ends, and reads the head. The head is never kept in
// memory: a rollback would leave it wrong.
func (p *PrivTx) takeHead(ctx context.Context) error {
	var size, at int64
	var root []byte
	found, err := p.row(ctx, []any{&size, &root, &at},
		`UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size, root, at`)
	if err != nil {
		return fmt.Errorf("taking the ledger's head: %w", err)
	}
	if !found {
		return fmt.Errorf("the ledger has no head")
	}
	p.head, p.since = headOf(size-1, root), fromMillis(at)
	// The entry's row comes first, empty, for the rows of this transaction to refer to. Were it inserted after them, SQLite
	// would look through every privileged table for rows that wait for it, which takes longer the more there are.
	if _, err := p.exec(ctx, `INSERT INTO leaves (idx, leaf, facts, facts_salt) VALUES ($1, '', '', '')`, p.Leaf()); err != nil {
		return fmt.Errorf("appending to the ledger: %w", err)
	}
	return nil
}

// seal completes the entry: leaf, tree and head. A crash before the commit loses the entry with its effect.
func (p *PrivTx) seal(ctx context.Context) error {
	p.Entry.Facts.Version, p.Entry.Facts.Rows = ledger.Version, p.rows
	p.Entry.Facts.Index, p.Entry.Facts.Time, p.Entry.Facts.Doubted = p.Leaf(), p.at, p.doubted
	rec, err := p.Entry.Seal(rand.Reader)
	if err != nil {
		return fmt.Errorf("sealing the ledger's entry: %w", err)
	}
	if err := p.appendRecord(ctx, rec); err != nil {
		return fmt.Errorf("appending to the ledger: %w", err)
	}
	return p.announce(ctx)
}

func (p *PrivTx) appendRecord(ctx context.Context, rec ledger.Record) error {
	_, err := p.exec(ctx, `UPDATE leaves SET leaf = $2, facts = $3, facts_salt = $4, private = $5, private_salt = $6
		WHERE idx = $1`,
		rec.Index, rec.Leaf, rec.Facts, rec.FactsSalt, rec.Private, rec.PrivateSalt)
	if err != nil {
		return err
	}
	hashes, head, err := ledger.Append(rec.Index, rec.Leaf, p.TreeHashes(ctx))
	if err != nil {
		return err
	}
	first, rows := tlog.StoredHashIndex(0, rec.Index), []any{}
	for i, h := range hashes {
		rows = append(rows, first+int64(i), h[:])
	}
	if _, err := p.exec(ctx, `INSERT INTO tree_hashes (idx, hash)`+valuesList(len(hashes), 2), rows...); err != nil {
		return err
	}
	// The head keeps the latest time that any entry had: an entry that was made while the clock was set back, such as the
	// refusal on that ground, must not make the clock look right again.
	at := millis(p.since)
	if !p.doubted {
		at = max(at, millis(p.at))
	}
	_, err = p.exec(ctx, `UPDATE ledger_head SET root = $1, at = $2 WHERE id = 1`, head.Root[:], at)
	return err
}

// announce notes what to tell. The sanctions are read here, inside the transaction, so that telling them after the commit
// cannot fail.
func (p *PrivTx) announce(ctx context.Context) error {
	for _, account := range p.sanctioned {
		active, err := p.UnliftedSanctions(ctx, account)
		if err != nil {
			return err
		}
		p.emit(Event{Kind: EventSanctions, Account: account, Sanctions: active})
	}
	for _, account := range p.classed {
		p.emit(Event{Kind: EventClass, Account: account})
	}
	for _, t := range p.taken {
		switch t.Kind {
		case model.CmdRenameHandle:
			p.emit(Event{Kind: EventHandle, Account: t.Account})
		case model.CmdSignOut, model.CmdResetCredentials:
			p.emit(Event{Kind: EventSignedOut, Account: t.Account})
		}
	}
	if p.settled {
		settings, err := p.Settings(ctx)
		if err != nil {
			return err
		}
		p.emit(Event{Kind: EventSettings, Settings: settings})
	}
	p.emit(Event{Kind: EventStaff})
	return nil
}
