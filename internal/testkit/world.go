package testkit

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/policy"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

// DeskURL is the origin for which the staff of a World sign.
const DeskURL = "http://localhost:8081"

// World is a store born as a demo, with its staff and their keys and a handful of accounts, under a clock that the test
// sets. Its waits are whole.
type World struct {
	TB       testing.TB
	Dir      string // of the SQLite database; empty: PostgreSQL
	Store    *store.Store
	Guard    *guard.Guard
	Clock    *Clock
	Desk     string // the desk's origin
	Network  string // the network's origin, for which owners sign
	Rings    map[string]*softkey.Ring
	Sealed   []string            // the secret halves of the recovery keys; it takes three of them
	Accounts map[string]model.ID // president, newsroom, astronaut, uncle and a few more
}

// WorldOptions say what is not as usual in a World.
type WorldOptions struct {
	URL     string            // of a PostgreSQL database; empty: SQLite in a temporary directory
	Dir     string            // of the SQLite database; empty: a temporary one
	Policy  *policy.Bundle    // nil: the shipped one
	Desk    string            // the desk's origin, when a browser has to find it; empty: DeskURL
	Network string            // the network's origin, when a browser has to find it; empty: NetworkURL
	Linked  map[string]string // which handle's account belongs to a member of staff from the start, by login
}

// NewWorld makes a World that ends with the test.
func NewWorld(t testing.TB, o WorldOptions) *World {
	t.Helper()
	if o.Desk == "" {
		o.Desk = DeskURL
	}
	if o.Network == "" {
		o.Network = NetworkURL
	}
	if o.URL == "" && o.Dir == "" {
		o.Dir = t.TempDir()
	}
	w := &World{TB: t, Dir: o.Dir, Desk: o.Desk, Network: o.Network, Clock: NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC))}
	st, err := store.Open(t.Context(), store.Config{Dir: o.Dir, URL: o.URL, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w.Store = st
	w.populate()
	linked := map[string]model.ID{}
	for login, handle := range o.Linked {
		linked[login] = w.Accounts[handle]
	}
	keys, sealed, err := demo.RecoveryKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(sealed)) {
		w.Sealed = append(w.Sealed, sealed[name])
	}
	w.Rings, err = demo.Born(t.Context(), st, demo.Birth{Linked: linked, URL: w.Network, DeskURL: w.Desk, Divisor: 1,
		Now: w.Clock.Now(), Policy: o.Policy, Recovery: &keys, Classes: map[model.ID]model.Class{
			w.Accounts["president"]: model.ClassGovernment, w.Accounts["newsroom"]: model.ClassHighProfile,
			w.Accounts["astronaut"]: model.ClassVerified}})
	if err != nil {
		t.Fatal(err)
	}
	w.Guard = w.OpenGuard()
	return w
}

// OpenGuard opens a further guard over the same store, as a restart or another node does.
func (w *World) OpenGuard() *guard.Guard {
	w.TB.Helper()
	g, err := guard.New(w.TB.Context(), w.Store, w.Clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		w.TB.Fatal(err)
	}
	return g
}

// CopyFiles copies the files of an embedded store into a directory, as they are now: what the end of the process at this
// moment would leave.
func (w *World) CopyFiles(dir string) {
	w.TB.Helper()
	for _, name := range []string{"keyturn.db", "keyturn.db-wal"} {
		text, err := os.ReadFile(filepath.Join(w.Dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.TB.Fatal(err)
		}
	}
}

// In is the same world in a directory of copied files, with a clock of its own. It opens a second later: IDs are made of
// the time, and a process that starts anew would make the same again. The caller closes its store.
func (w *World) In(dir string) *World {
	w.TB.Helper()
	in := *w
	in.Dir, in.Clock = dir, NewClock(w.Clock.Now().Add(time.Second))
	var err error
	if in.Store, err = store.Open(w.TB.Context(), store.Config{Dir: dir, Now: in.Clock.Now}); err != nil {
		w.TB.Fatal(err)
	}
	in.Guard = in.OpenGuard()
	return &in
}

// populate makes the accounts; each of the many follows each of the few.
func (w *World) populate() {
	w.TB.Helper()
	w.Accounts = map[string]model.ID{}
	var accounts []model.Account
	for _, handle := range []string{"president", "newsroom", "astronaut", "uncle", "aunt", "cousin", "niece", "nephew"} {
		id := w.Store.IDs().Next()
		w.Accounts[handle] = id
		accounts = append(accounts, model.Account{ID: id, Handle: handle, DisplayName: handle, CreatedAt: w.Clock.Now()})
	}
	var follows []model.Follow
	for _, a := range accounts[3:] {
		for _, b := range accounts[:4] {
			if a.ID != b.ID {
				follows = append(follows, model.Follow{ID: w.Store.IDs().Next(), Follower: a.ID, Followee: b.ID, CreatedAt: w.Clock.Now()})
			}
		}
	}
	w.Write(func(tx *store.Tx) error {
		return errors.Join(tx.SeedAccounts(w.TB.Context(), accounts), tx.SeedFollows(w.TB.Context(), follows))
	})
}

// Write writes as a member's action would.
func (w *World) Write(fn func(*store.Tx) error) {
	w.TB.Helper()
	if err := w.Store.Write(context.WithoutCancel(w.TB.Context()), fn); err != nil {
		w.TB.Fatal(err)
	}
}

// Post makes a post and returns its ID.
func (w *World) Post(handle, text string) model.ID {
	w.TB.Helper()
	id := w.Store.IDs().Next()
	w.Write(func(tx *store.Tx) error {
		_, err := tx.AddPost(w.TB.Context(), model.Post{ID: id, Account: w.Accounts[handle], Text: text,
			Visibility: model.Public, CreatedAt: w.Clock.Now()}, nil)
		return err
	})
	return id
}

// Actor is a member of staff who is signed in with a login.
func (w *World) Actor(login string) guard.Actor {
	w.TB.Helper()
	l, err := w.Store.LoginNamed(w.TB.Context(), login)
	if err != nil {
		w.TB.Fatal(err)
	}
	return guard.Actor{Person: l.Person, Login: l.ID}
}

// Case opens a case on an account by a report, or returns the open one.
func (w *World) Case(handle string) model.ID {
	w.TB.Helper()
	var r model.Report
	w.Write(func(tx *store.Tx) (err error) {
		r, err = moderation.TakeReport(w.TB.Context(), tx, model.Report{ID: tx.NextID(), Reporter: w.Accounts["aunt"],
			Target: w.Accounts[handle], Category: model.ReportViolation, CreatedAt: w.Clock.Now()})
		return err
	})
	return r.Case
}

// Command is a command on an account, with its case and a reason.
func (w *World) Command(kind model.CommandKind, handle string, params ...string) model.Command {
	w.TB.Helper()
	c := model.Command{Kind: kind, Account: w.Accounts[handle], Reason: "because of the test", Rule: "1", Case: w.Case(handle)}
	for i := 0; i+1 < len(params); i += 2 {
		if c.Params == nil {
			c.Params = map[string]string{}
		}
		c.Params[params[i]] = params[i+1]
	}
	return c
}

// Submit puts a command to the guard.
func (w *World) Submit(login string, cmd model.Command) (guard.Outcome, error) {
	return w.Guard.Submit(w.TB.Context(), w.Actor(login), cmd)
}

// Assertion signs a request with a login's software key, as the browser does, without handing it in.
func (w *World) Assertion(login string, request model.ID) ([]byte, error) {
	options, err := w.Guard.Challenge(w.TB.Context(), w.Actor(login), request)
	if err != nil {
		return nil, err
	}
	return w.Rings[login].Assert(w.Desk, options)
}

// Turn turns a login's key on a request.
func (w *World) Turn(login string, request model.ID) (guard.Outcome, error) {
	response, err := w.Assertion(login, request)
	if err != nil {
		return guard.Outcome{}, err
	}
	return w.Guard.Turn(w.TB.Context(), w.Actor(login), request, response)
}

// Do submits a command and turns keys on it; it fails the test unless the request is executed after its wait.
func (w *World) Do(by string, cmd model.Command, keys ...string) guard.Outcome {
	w.TB.Helper()
	out, err := w.Submit(by, cmd)
	if err != nil {
		w.TB.Fatalf("%s by %s: %v", cmd.Kind, by, err)
	}
	for _, login := range keys {
		if out, err = w.Turn(login, out.Request.ID); err != nil {
			w.TB.Fatalf("%s's key on %s: %v", login, cmd.Kind, err)
		}
	}
	if out.Request.State == model.StateWaiting {
		w.Clock.Advance(out.Request.EffectAt.Sub(w.Clock.Now()))
		w.Due()
	}
	if state := w.State(out.Request.ID); state != model.StateExecuted {
		w.TB.Fatalf("%s by %s is %s, missing %+v", cmd.Kind, by, state, out.Missing)
	}
	return out
}

// Due has the guard do what has come due.
func (w *World) Due() {
	w.TB.Helper()
	if err := w.Guard.Due(w.TB.Context()); err != nil {
		w.TB.Fatal(err)
	}
}

// State reads where a request is.
func (w *World) State(request model.ID) model.RequestState {
	w.TB.Helper()
	q, err := w.Store.Request(w.TB.Context(), request)
	if err != nil {
		w.TB.Fatal(err)
	}
	return q.State
}

// Dark reports whether anything darkens, silences or locks an account or any of its posts now.
func (w *World) Dark(handle string) bool {
	w.TB.Helper()
	active, err := w.Store.UnliftedSanctions(w.TB.Context(), w.Accounts[handle])
	if err != nil {
		w.TB.Fatal(err)
	}
	for _, s := range active {
		if s.Active(w.Clock.Now()) {
			return true
		}
	}
	return false
}
