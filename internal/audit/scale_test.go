package audit_test

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// chronicle makes a long ledger, on which @president was suspended by three keys and restored first.
func chronicle(tb testing.TB, size int64) (w *testkit.World, dir string) {
	tb.Helper()
	dir = tb.TempDir()
	w = testkit.NewWorld(tb, testkit.WorldOptions{Dir: dir})
	w.Do("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	start := time.Now()
	w.Chronicle(dir, size)
	if info, err := os.Stat(filepath.Join(dir, "keyturn.db")); err == nil {
		tb.Logf("%d entries made in %v: %d MB", size, time.Since(start).Round(time.Millisecond), info.Size()>>20)
	}
	return w, dir
}

// resident is how much memory the process has, in bytes.
func resident(t *testing.T) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// peak samples how much memory the process has until stop is called, which gives the most above where it began.
func peak(t *testing.T) (stop func() int64) {
	debug.FreeOSMemory()
	before, most := resident(t), int64(0)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				most = max(most, resident(t))
			}
		}
	}()
	return func() int64 {
		close(quit)
		<-done
		return max(most, resident(t)) - before
	}
}

// longSize is how long a long ledger is: KEYTURN_TEST_ENTRIES, or what the tests have time for.
func longSize(tb testing.TB) int64 {
	text := os.Getenv("KEYTURN_TEST_ENTRIES")
	if text == "" {
		return testkit.Size[int64](4_000, 1_000_000)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		tb.Fatal("KEYTURN_TEST_ENTRIES:", err)
	}
	return n
}

// memory is what verifying a ledger may take, and what following one may beside 16 bytes for each entry.
const memory = 512 << 20

// TestLongLedger verifies, follows and asks a long ledger: in memory that does not grow with it, and at once.
func TestLongLedger(t *testing.T) {
	size := longSize(t)
	w, _ := chronicle(t, size)
	t.Run("verify", func(t *testing.T) { verifyLong(t, w, size) })
	t.Run("follow", func(t *testing.T) { followLong(t, w, size) })
	t.Run("who", func(t *testing.T) { whoLong(t, w) })
}

func verifyLong(t *testing.T, w *testkit.World, size int64) {
	stop, start := peak(t), time.Now()
	report, err := audit.Verify(t.Context(), w.Store, nil)
	took, most := time.Since(start), stop()
	if err != nil || !report.OK() || report.Size != size || report.Signatures != 4 {
		t.Fatalf("%v, of %d entries with %d signatures: %v", err, report.Size, report.Signatures, report.Findings)
	}
	t.Logf("verified %d entries and %d rows in %v: %v an entry; %d MB", size, report.Rows, took.Round(time.Millisecond), took/time.Duration(size), most>>20)
	if most > memory {
		t.Errorf("verifying took %d bytes of memory, more than %d", most, memory)
	}
}

func followLong(t *testing.T, w *testkit.World, size int64) {
	stop, start := peak(t), time.Now()
	book, err := audit.OpenBook(t.Context(), w.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	t.Logf("opened the book in %v", time.Since(start).Round(time.Millisecond))
	pass := func(what string, piece func(now store.Reads) (bool, error)) {
		start := time.Now()
		err := w.Store.Snapshot(t.Context(), func(now store.Reads) (err error) {
			for done := false; !done && err == nil; {
				done, err = piece(now)
			}
			return err
		})
		if found := book.Take(); err != nil || len(found) > 0 {
			t.Errorf("%s: %v, %v", what, found, err)
		}
		t.Logf("a pass over all %s: %v", what, time.Since(start).Round(time.Millisecond))
	}
	pass("rows", func(now store.Reads) (bool, error) { return book.Sweep(now, 500, store.PrivilegedTables()) })
	pass("entries", func(now store.Reads) (bool, error) { return book.Reread(now, 500) })
	most := stop()
	t.Logf("the book takes %d MB", most>>20)
	if limit := memory + 40*size; most > limit {
		t.Errorf("the book takes %d bytes of memory, more than %d", most, limit)
	}
}

func whoLong(t *testing.T, w *testkit.World) {
	for _, handle := range []string{"president", "member7"} {
		var times []time.Duration
		for range 51 {
			start := time.Now()
			story, err := audit.Who(t.Context(), w.Store, handle, w.Clock.Now())
			if err != nil || len(story.Sanctions) == 0 {
				t.Fatal(story, err)
			}
			times = append(times, time.Since(start))
		}
		slices.Sort(times)
		t.Logf("who @%s: %v at the median", handle, times[len(times)/2].Round(10*time.Microsecond))
		if limit := testkit.Size(100*time.Millisecond, 10*time.Millisecond); times[len(times)/2] > limit {
			t.Errorf("who @%s takes %v, more than %v", handle, times[len(times)/2], limit)
		}
	}
}

// BenchmarkLongLedger asks and verifies a long ledger, beside the reading of one row by its key: what SQLite takes at the
// least for any question.
func BenchmarkLongLedger(b *testing.B) {
	size := longSize(b)
	w, _ := chronicle(b, size)
	b.Run("bare row", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := w.Store.Setting(b.Context(), "url"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("who", func(b *testing.B) {
		for b.Loop() {
			if _, err := audit.Who(b.Context(), w.Store, "president", w.Clock.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare record", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.Store.RecordRange(b.Context(), 1000, 2000); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/entry")
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if report, err := audit.Verify(b.Context(), w.Store, nil); err != nil || !report.OK() {
				b.Fatal(report.Findings, err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(size), "µs/entry")
	})
}
