package store_test

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// The environment that makes this program write to a store until it dies, and says how it is to die.
const (
	childDir  = "KEYTURN_STORE_TEST_DIR"
	childMode = "KEYTURN_STORE_TEST_MODE"

	killedByParent     = "killed by its parent"
	killedBeforeCommit = "killed before a commit"
	killedAfterCommit  = "killed after a commit, before anyone was told"
	diskGivesOut       = "its files may not grow any more"
	erases             = "erases the account purged" // until it is killed
)

// child writes members' rows and privileged ones from several goroutines. Before each write it says "try", after each
// that was acknowledged "kept", and the kind and name of what it wrote.
func child(dir, mode string) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir, Now: time.Now})
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	if mode == erases {
		n := 0
		if err := erase(ctx, s, 1, func(int) { n++; say("kept", "erased", fmt.Sprint(n)) }); err != nil {
			say("failed", mode, err.Error())
		}
		select {}
	}
	die := func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	var written sync.WaitGroup
	var gate sync.RWMutex // held for reading from "try" to what became of it: no write is under way when the end is armed
	for kind, k := range bothKinds {
		for range 2 {
			written.Go(func() {
				write := func() bool {
					gate.RLock()
					defer gate.RUnlock()
					name := fmt.Sprintf("%c%d", kind[0], s.IDs().Next())
					say("try", kind, name)
					err := k.write(ctx, s, name)
					switch {
					case err == nil:
						say("kept", kind, name)
					case model.KindOf(err) == model.KindUnavailable:
						say("refused", kind, name)
						return false
					default:
						say("failed", kind, err.Error())
					}
					return true
				}
				for write() {
				}
			})
		}
	}
	switch mode {
	case killedBeforeCommit:
		time.Sleep(200 * time.Millisecond)
		gate.Lock()
		err = s.OnCommit(func() bool { die(); select {} })
		gate.Unlock()
	case killedAfterCommit:
		time.Sleep(200 * time.Millisecond)
		s.Subscribe(func(store.Event) { die(); select {} })
	case diskGivesOut:
		time.Sleep(200 * time.Millisecond)
		signal.Ignore(syscall.SIGXFSZ)
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20})
	}
	if err != nil {
		say("failed", mode, err.Error())
	}
	written.Wait() // only when the disk gives out
	if _, _, err := s.LedgerHead(ctx); err != nil {
		say("failed", "reading", err.Error())
	}
	say("full", "disk", "now")
	select {}
}

var saying sync.Mutex

func say(words ...string) {
	saying.Lock()
	defer saying.Unlock()
	fmt.Println(strings.Join(words, " "))
}

// runChild has a child write to a directory and die. It returns what the child said of each write, by kind and name.
func runChild(t *testing.T, dir, mode string, life time.Duration) map[[2]string]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childMode+"="+mode)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[[2]string]string{}
	kill := func() { cmd.Process.Kill() }
	tooLate := time.AfterFunc(time.Minute, kill)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		kind, name, _ := strings.Cut(rest, " ")
		said[[2]string{kind, name}] = word
		switch {
		case word == "failed":
			t.Errorf("%s: %s", mode, lines.Text())
		case word == "full":
			kill()
		case word == "kept" && (mode == killedByParent || mode == erases) && life >= 0:
			time.AfterFunc(life, kill) // counted from its first write on, not from its start
			life = -1
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%s: the child ended by itself: %v", mode, err)
	}
	if !tooLate.Stop() {
		t.Errorf("%s: the child lived on", mode)
	}
	return said
}

// TestKillLosesNothingAcknowledged kills a process that writes, over and over, in one directory. What it had
// acknowledged is there, what it had not is there whole or not at all, and what it had refused is not there.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	c := store.Config{Dir: t.TempDir(), Now: time.Now}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := testkit.Rand(seed)
	all := map[[2]string]string{}
	modes := []string{killedBeforeCommit, killedAfterCommit}
	for range testkit.Size(3, 100) {
		modes = append(modes, killedByParent)
	}
	for _, mode := range append(modes, diskGivesOut) {
		said := runChild(t, c.Dir, mode, time.Duration(random.IntN(300))*time.Millisecond)
		maps.Copy(all, said)
		look := c
		look.ReadOnly = true
		e := reopened(t, look) // reads what a killed process left before a writer has put it in order
		checkKept(e, mode, all)
		switch tookEffect := countThere(e, said, "try"); {
		case mode == killedBeforeCommit && tookEffect > 0:
			t.Errorf("%d writes are there that were never committed", tookEffect)
		case mode == killedAfterCommit && tookEffect == 0:
			t.Error("no write is there that was committed")
		}
	}
	checkKept(reopened(t, c), "at the end", all)
}

func checkKept(e *engine, mode string, all map[[2]string]string) {
	e.Helper()
	kept := 0
	for _, word := range all {
		if word == "kept" {
			kept++
		}
	}
	if there := countThere(e, all, "kept"); there != kept || kept == 0 {
		e.Errorf("%s: %d of %d acknowledged writes are there", mode, there, kept)
	}
	if there := countThere(e, all, "refused"); there != 0 {
		e.Errorf("%s: %d writes are there that were refused", mode, there)
	}
}

// countThere counts what is there of the writes of which the child said a word last.
func countThere(e *engine, said map[[2]string]string, word string) (n int) {
	e.Helper()
	for what, last := range said {
		if last != word {
			continue
		}
		there, err := bothKinds[what[0]].there(e.Context(), e.Store, what[1])
		if err != nil {
			e.Fatal(err)
		}
		if there {
			n++
		}
	}
	return n
}
