package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/ledger"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// hashes are stored hashes by index, as the store's table has them.
type hashes []tlog.Hash

func (s hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	got := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(s)) {
			return nil, fmt.Errorf("no stored hash %d", x)
		}
		got[i] = s[x]
	}
	return got, nil
}

// book is a ledger in memory.
type book struct {
	hashes  hashes
	records []ledger.Record
	heads   []ledger.Head // after 0, 1, … entries
}

func newBook(t testing.TB, n int) *book {
	t.Helper()
	empty, err := ledger.RootAt(0, hashes(nil))
	if err != nil {
		t.Fatal(err)
	}
	b := &book{heads: []ledger.Head{empty}}
	for i := range int64(n) {
		r := seal(t, darkening(i))
		added, head, err := ledger.Append(i, r.Leaf, b.hashes)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(b.hashes)) != tlog.StoredHashIndex(0, i) {
			t.Fatalf("entry %d does not follow the stored hashes", i)
		}
		b.hashes = append(b.hashes, added...)
		b.records = append(b.records, r)
		b.heads = append(b.heads, head)
	}
	return b
}

func (b *book) head() ledger.Head { return b.heads[len(b.heads)-1] }

func (b *book) all() iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for _, r := range b.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (b *book) differences(t testing.TB) []ledger.Difference {
	t.Helper()
	var found []ledger.Difference
	err := ledger.VerifyTree(b.all(), b.head(), b.hashes, func(d ledger.Difference) { found = append(found, d) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestTreeIsTheLibrarys compares with sumdb/tlog's own way of making stored hashes and roots.
func TestTreeIsTheLibrarys(t *testing.T) {
	b := newBook(t, 300)
	var want hashes
	for i, r := range b.records {
		added, err := tlog.StoredHashes(int64(i), r.Leaf, want)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, added...)
		root, err := tlog.TreeHash(int64(i+1), want)
		if err != nil {
			t.Fatal(err)
		}
		if b.heads[i+1] != (ledger.Head{Size: int64(i + 1), Root: root}) {
			t.Fatalf("head after %d entries is %v, want root %v", i+1, b.heads[i+1], root)
		}
	}
	if !slices.Equal(b.hashes, want) {
		t.Error("the stored hashes differ from the library's")
	}
	if root, err := tlog.TreeHash(0, want); err != nil || b.heads[0].Root != root {
		t.Errorf("the empty ledger's root is %v, want %v, %v", b.heads[0].Root, root, err)
	}
	for size := range b.heads {
		if got, err := ledger.RootAt(int64(size), b.hashes); err != nil || got != b.heads[size] {
			t.Errorf("the head at %d is %v, %v, want %v", size, got, err, b.heads[size])
		}
	}
}

func TestAppendReportsWhatCannotBeRead(t *testing.T) {
	if _, _, err := ledger.Append(4, []byte("{}"), hashes(nil)); err == nil {
		t.Error("appended to a tree without hashes")
	}
	if _, _, err := ledger.Append(-1, []byte("{}"), hashes(nil)); err == nil {
		t.Error("appended before the beginning")
	}
	short := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return nil, nil })
	if _, _, err := ledger.Append(3, []byte("{}"), short); err == nil {
		t.Error("appended on fewer hashes than were asked for")
	}
}

func TestVerifyTreeFindsNothingInASoundLedger(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 255, 256, 257, 600} {
		if found := newBook(t, n).differences(t); found != nil {
			t.Errorf("%d entries: %v", n, found)
		}
	}
}

func TestVerifyTreeNamesWhatDiffers(t *testing.T) {
	const n = 600
	for name, c := range map[string]struct {
		alter func(*book)
		want  []int64 // indexes of the entries that are named
	}{
		"facts":         {func(b *book) { b.records[300].Facts = b.records[301].Facts }, []int64{300}},
		"leaf":          {func(b *book) { b.records[300].Leaf = b.records[301].Leaf }, []int64{300, 300}},
		"whole record":  {func(b *book) { b.records[41] = other(b.records[41]) }, []int64{41}},
		"leaf's hash":   {func(b *book) { b.hashes[tlog.StoredHashIndex(0, 40)][0]++ }, []int64{40}},
		"inner hash":    {func(b *book) { b.hashes[tlog.StoredHashIndex(2, 3)][5]++ }, []int64{15}},
		"missing":       {func(b *book) { b.records = slices.Delete(b.records, 7, 9) }, []int64{7}},
		"last missing":  {func(b *book) { b.records = b.records[:n-1] }, []int64{n - 1}},
		"twice":         {func(b *book) { b.records = slices.Insert(b.records, 10, b.records[9]) }, []int64{9}},
		"one too much":  {func(b *book) { b.records = append(b.records, seal(t, darkening(n))) }, []int64{n}},
		"head's root":   {func(b *book) { b.heads[n].Root[0]++ }, []int64{n}},
		"older head":    {func(b *book) { b.heads = b.heads[:n] }, []int64{n - 1}},
		"swapped":       {func(b *book) { b.records[5], b.records[6] = b.records[6], b.records[5] }, []int64{5, 5}},
		"negative size": {func(b *book) { b.heads[n].Size, b.records = -1, b.records[:1] }, []int64{0, -1}},
	} {
		b := newBook(t, n)
		c.alter(b)
		var got []int64
		for _, d := range b.differences(t) {
			got = append(got, d.Index)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: entries named (-want +got):\n%s", name, diff)
		}
	}
}

// other is a record that is sound in itself, in the place of r.
func other(r ledger.Record) ledger.Record {
	e, err := r.Open()
	if err != nil {
		panic(err)
	}
	e.Facts.Actor++
	forged, err := e.Seal(strings.NewReader(strings.Repeat("f", 2*ledger.SaltSize)))
	if err != nil {
		panic(err)
	}
	return forged
}

// TestVerifyTreeNoticesAnyAlteredHash flips one bit of any stored hash, or of the head.
func TestVerifyTreeNoticesAnyAlteredHash(t *testing.T) {
	b := newBook(t, 37)
	rapid.Check(t, func(rt *rapid.T) {
		altered := &book{slices.Clone(b.hashes), b.records, slices.Clone(b.heads)}
		at := rapid.IntRange(0, len(altered.hashes)).Draw(rt, "hash")
		h := &altered.heads[37].Root
		if at < len(altered.hashes) {
			h = &altered.hashes[at]
		}
		h[rapid.IntRange(0, 31).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if altered.differences(t) == nil {
			rt.Fatalf("nothing found when hash %d is altered", at)
		}
	})
}

func TestVerifyTreeSaysWhatItCouldNotRead(t *testing.T) {
	b := newBook(t, 3)
	ignore := func(ledger.Difference) {}
	if err := ledger.VerifyTree(b.all(), b.head(), hashes(nil), ignore); err == nil {
		t.Error("verified without stored hashes")
	}
	broken := func(yield func(ledger.Record, error) bool) { yield(ledger.Record{}, errors.New("disk gone")) }
	if err := ledger.VerifyTree(broken, b.head(), b.hashes, ignore); err == nil || !strings.Contains(err.Error(), "disk gone") {
		t.Errorf("verifying a broken store: %v", err)
	}
}

func TestProofs(t *testing.T) {
	const n = 21
	b := newBook(t, n)
	for size := int64(1); size <= n; size++ {
		for i := range size {
			p, err := ledger.ProveInclusion(size, i, b.hashes)
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckInclusion(p, b.heads[size], i, b.records[i].Leaf); err != nil {
				t.Errorf("entry %d of %d: %v", i, size, err)
			}
			if ledger.CheckInclusion(p, b.heads[size], i, bytes.ToUpper(b.records[i].Leaf)) == nil {
				t.Errorf("entry %d of %d: another leaf is included", i, size)
			}
		}
		for older := range size + 1 {
			p, err := ledger.ProveConsistency(older, size, b.hashes)
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckConsistency(p, b.heads[older], b.heads[size]); err != nil {
				t.Errorf("from %d to %d: %v", older, size, err)
			}
			forked := b.heads[older]
			forked.Root[3] ^= 1
			if ledger.CheckConsistency(p, forked, b.heads[size]) == nil {
				t.Errorf("from %d to %d: a fork is consistent", older, size)
			}
		}
	}
}

func TestProofsOfWhatIsNotThere(t *testing.T) {
	b := newBook(t, 3)
	for _, c := range [][2]int64{{3, 3}, {3, -1}, {0, 0}} {
		if _, err := ledger.ProveInclusion(c[0], c[1], b.hashes); !isNotFound(err) {
			t.Errorf("entry %d of %d: %v", c[1], c[0], err)
		}
		if ledger.CheckInclusion(nil, ledger.Head{Size: c[0]}, c[1], nil) == nil {
			t.Errorf("entry %d of %d is included", c[1], c[0])
		}
	}
	for _, c := range [][2]int64{{2, 1}, {-1, 1}} {
		if _, err := ledger.ProveConsistency(c[0], c[1], b.hashes); !isNotFound(err) {
			t.Errorf("from %d to %d: %v", c[0], c[1], err)
		}
		if ledger.CheckConsistency(nil, ledger.Head{Size: c[0]}, ledger.Head{Size: c[1]}) == nil {
			t.Errorf("from %d to %d is consistent", c[0], c[1])
		}
	}
	forged := ledger.Head{Root: tlog.Hash{1}}
	if ledger.CheckConsistency(nil, b.heads[0], forged) == nil {
		t.Error("two empty ledgers with different roots are consistent")
	}
}

func BenchmarkAppend(b *testing.B) {
	book := newBook(b, 1023) // the next completes ten subtrees
	leaf := book.records[0].Leaf
	for b.Loop() {
		if _, _, err := ledger.Append(1023, leaf, book.hashes); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyTree(b *testing.B) {
	book := newBook(b, 1000)
	for b.Loop() {
		if found := book.differences(b); found != nil {
			b.Fatal(found)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/entry")
}
