package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// LedgerHead is the ledger's newest head, and the latest time of any entry.
func (r Reads) LedgerHead(ctx context.Context) (ledger.Head, time.Time, error) {
	var size, at int64
	var root []byte
	found, err := r.row(ctx, []any{&size, &root, &at}, `SELECT size, root, at FROM ledger_head WHERE id = 1`)
	if err == nil && !found {
		err = fmt.Errorf("the ledger has no head")
	}
	if err != nil {
		return ledger.Head{}, time.Time{}, fmt.Errorf("reading the ledger's head: %w", err)
	}
	return headOf(size, root), fromMillis(at), nil
}

// headOf is a head from its columns. The root of no entries is the hash of nothing (RFC 6962 section 2.1); the row is
// born without it.
func headOf(size int64, root []byte) ledger.Head {
	h := ledger.Head{Size: size}
	if size == 0 {
		h.Root = sha256.Sum256(nil)
	} else {
		copy(h.Root[:], root)
	}
	return h
}

const recordCols = `idx, leaf, facts, facts_salt, private, private_salt`

func scanRecord(row scanner) (rec ledger.Record, err error) {
	err = row.Scan(&rec.Index, &rec.Leaf, &rec.Facts, &rec.FactsSalt, &rec.Private, &rec.PrivateSalt)
	return rec, err
}

// Record reads one entry of the ledger as it is stored.
func (r Reads) Record(ctx context.Context, index int64) (ledger.Record, error) {
	return one(ctx, r.q, scanRecord, "ledger entry",
		`SELECT `+recordCols+` FROM leaves WHERE idx = $1`, index)
}

// recordChunk is how many entries Records reads at a time.
const recordChunk = 1000

// Records reads the entries from first on, in order, in bounded memory.
func (r Reads) Records(ctx context.Context, first int64) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for {
			chunk, err := collect(ctx, r.q, scanRecord,
				`SELECT `+recordCols+` FROM leaves WHERE idx >= $1 ORDER BY idx LIMIT $2`, first, recordChunk)
			if err != nil {
				yield(ledger.Record{}, fmt.Errorf("reading the ledger: %w", err))
				return
			}
			for _, rec := range chunk {
				if !yield(rec, nil) {
					return
				}
				first = rec.Index + 1
			}
			if len(chunk) < recordChunk {
				return
			}
		}
	}
}

// Leaves reads the public leaves of n entries from first on.
func (r Reads) Leaves(ctx context.Context, first, n int64) ([][]byte, error) {
	leaves, err := collect(ctx, r.q, func(row scanner) (leaf []byte, err error) {
		err = row.Scan(&leaf)
		return leaf, err
	}, `SELECT leaf FROM leaves WHERE idx >= $1 AND idx < $2 ORDER BY idx`, first, first+n)
	if err != nil {
		return nil, fmt.Errorf("reading leaves: %w", err)
	}
	if int64(len(leaves)) != n {
		return nil, fmt.Errorf("the ledger lacks entries between %d and %d", first, first+n)
	}
	return leaves, nil
}

// TreeHashes reads the tree's stored hashes. One that is missing, or that is no hash, is an error.
func (r Reads) TreeHashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return r.treeHashes(ctx, indexes, func(index int64, stored []byte) error {
			if len(stored) != tlog.HashSize {
				return fmt.Errorf("the tree lacks the hash %d", index)
			}
			return nil
		})
	})
}

// StoredHashes is TreeHashes for whoever looks for what is wrong: a hash that is missing is zero, one that is cut short
// ends in zeros.
func (r Reads) StoredHashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return r.treeHashes(ctx, indexes, func(int64, []byte) error { return nil })
	})
}

func (r Reads) treeHashes(ctx context.Context, indexes []int64, check func(index int64, stored []byte) error) ([]tlog.Hash, error) {
	found := make(map[int64][]byte, len(indexes))
	for chunk := range slices.Chunk(indexes, MaxList) {
		in, args := list(chunk, 1)
		_, err := collect(ctx, r.q, func(row scanner) (struct{}, error) {
			var index int64
			var hash []byte
			err := row.Scan(&index, &hash)
			found[index] = hash
			return struct{}{}, err
		}, `SELECT idx, hash FROM tree_hashes WHERE idx IN (`+in+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("reading the tree: %w", err)
		}
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if err := check(index, found[index]); err != nil {
			return nil, err
		}
		copy(hashes[i][:], found[index])
	}
	return hashes, nil
}

// OutsideLedger counts the entries with an index that none has, and the stored hashes that no entry before size has
// completed. Entries at and after size are for whoever reads them.
func (r Reads) OutsideLedger(ctx context.Context, size int64) (entries, hashes int64, err error) {
	_, err = r.row(ctx, []any{&entries, &hashes}, `SELECT (SELECT COUNT(*) FROM leaves WHERE idx < 0) + (SELECT COUNT(*) FROM leaves WHERE idx IS NULL),
		(SELECT COUNT(*) FROM tree_hashes WHERE idx >= $1) + (SELECT COUNT(*) FROM tree_hashes WHERE idx < 0) +
		(SELECT COUNT(*) FROM tree_hashes WHERE idx IS NULL)`, tlog.StoredHashCount(size))
	if err != nil {
		err = fmt.Errorf("reading the tree: %w", err)
	}
	return entries, hashes, err
}

// LogKey is the key pair that signs the ledger's checkpoints.
func (r Reads) LogKey(ctx context.Context) (skey, vkey string, err error) {
	found, err := r.row(ctx, []any{&skey, &vkey}, `SELECT skey, vkey FROM log_key WHERE id = 1`)
	if err == nil && !found {
		err = model.NotFound("log key")
	}
	return skey, vkey, err
}

// SetLogKey keeps the key pair that signs checkpoints; there is one for the life of a store.
func (p *PrivTx) SetLogKey(ctx context.Context, skey, vkey string) error {
	_, err := p.exec(ctx, `INSERT INTO log_key (id, skey, vkey) VALUES (1, $1, $2)`, skey, vkey)
	return err
}

// SetOrigin names the ledger; the first entry carries the same name.
func (p *PrivTx) SetOrigin(ctx context.Context, origin string) error {
	p.Entry.Facts.Origin = origin
	_, err := p.exec(ctx, `UPDATE ledger_head SET origin = $1 WHERE id = 1`, origin)
	return err
}

// Origin is the ledger's name, or "" when the store was not born yet.
func (r Reads) Origin(ctx context.Context) (string, error) {
	var origin string
	_, err := r.row(ctx, []any{&origin}, `SELECT origin FROM ledger_head WHERE id = 1`)
	return origin, err
}

// PrivateOf is the private part of an entry: free text and e-mail addresses. It is empty when it was erased.
func (r Reads) PrivateOf(ctx context.Context, index int64) (map[string]string, error) {
	rec, err := r.Record(ctx, index)
	if err != nil {
		return nil, err
	}
	e, err := rec.Open()
	if err != nil {
		return nil, fmt.Errorf("opening ledger entry %d: %w", index, err)
	}
	return e.Private, nil
}
