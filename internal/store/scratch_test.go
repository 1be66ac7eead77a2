package store_test

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func openScratch(t testing.TB) *store.Scratch {
	t.Helper()
	s, err := store.OpenScratch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func kept(n uint64) (k store.Kept) {
	binary.BigEndian.PutUint64(k.Sum[:], n)
	k.Entry = int64(n)
	return k
}

// TestScratch holds two tables against maps: rows that are new, changed, dropped and asked for, and lists of them.
func TestScratch(t *testing.T) {
	s, r := openScratch(t), rand.New(rand.NewPCG(1, 2))
	keys := []int64{math.MinInt64 + 1, -1, 0, 1, math.MaxInt64}
	for range 20_000 {
		keys = append(keys, r.Int64N(1<<40))
	}
	for name := range 2 {
		table, err := s.Table()
		if err != nil {
			t.Fatal(err)
		}
		want := map[int64]store.Kept{}
		for i := range uint64(60_000) {
			key := keys[r.IntN(len(keys))]
			k, ok, err := table.Get(key)
			if has, there := want[key]; err != nil || ok != there || k != has {
				t.Fatalf("table %d has %v, %v, %v under %d, not %v", name, k, ok, err, key, has)
			}
			if k = kept(i + 1); r.IntN(5) == 0 {
				k = store.Kept{}
			}
			if err := table.Put(key, k); err != nil {
				t.Fatal(err)
			}
			if want[key] = k; k == (store.Kept{}) {
				delete(want, key)
			}
		}
		var got []store.KeptRow
		for after := int64(math.MinInt64); ; after = got[len(got)-1].Key {
			page, err := table.After(after, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, page...); len(page) < 1000 {
				break
			}
		}
		sorted := func(a, b store.KeptRow) int { return cmp.Compare(a.Key, b.Key) }
		var all []store.KeptRow
		for key, k := range maps.All(want) {
			all = append(all, store.KeptRow{Key: key, Kept: k})
		}
		slices.SortFunc(all, sorted)
		if diff := gocmp.Diff(all, got); diff != "" {
			t.Errorf("table %d: %s", name, diff)
		}
	}
}

// TestScratchGoesToTheDisk: what is more than its memory is in a file without a name, and does not stay.
func TestScratchGoesToTheDisk(t *testing.T) {
	unnamed := func() (n int) {
		links, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links {
			if to, err := os.Readlink("/proc/self/fd/" + l.Name()); err == nil && strings.HasSuffix(to, " (deleted)") {
				n++
			}
		}
		return n
	}
	before, s := unnamed(), openScratch(t)
	table, err := s.Table()
	if err != nil {
		t.Fatal(err)
	}
	rows := testkit.Size[int64](1_000_000, 10_000_000)
	for key := range rows {
		if err := table.Put(key, kept(uint64(key)+1)); err != nil {
			t.Fatal(err)
		}
	}
	if during := unnamed(); during <= before {
		t.Errorf("%d rows are in no file", rows)
	}
	if k, ok, err := table.Get(7); k != kept(8) || !ok || err != nil {
		t.Errorf("%v, %v, %v", k, ok, err)
	}
	if err := s.Close(); err != nil || unnamed() != before {
		t.Errorf("the file stays: %v", err)
	}
}

// TestScratchThatFails says so from then on: it may have lost anything.
func TestScratchThatFails(t *testing.T) {
	s := openScratch(t)
	table, err := s.Table()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Full(); err != nil {
		t.Fatal(err)
	}
	for key := range int64(100_000) {
		if err = table.Put(key, kept(1)); err != nil {
			break
		}
	}
	if model.KindOf(err) != model.KindUnavailable || s.Lost() == nil {
		t.Errorf("a full disk: %v", err)
	}
	if _, err := table.After(0, 1); err == nil {
		t.Error("it lists rows")
	}
	if _, _, err := table.Get(-1); err == nil {
		t.Error("it knows that a row is not there")
	}
	if _, err := s.Table(); err == nil {
		t.Error("it makes another table")
	}
}
