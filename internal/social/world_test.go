package social_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type ctx = context.Context

// fataler is what a test and a property check have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is a network on an embedded store, under a clock that the test sets.
type world struct {
	fataler
	ctx   context.Context
	store *store.Store
	net   *social.Network
	clock *testkit.Clock
}

func newWorld(t testing.TB) *world {
	t.Helper()
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	s, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{fataler: t, ctx: t.Context(), store: s, clock: clock}
	w.net = w.open(nil)
	return w
}

// open makes a network on the world's store, as a restart does.
func (w *world) open(raise func(context.Context, model.ID) error) *social.Network {
	w.Helper()
	n, err := social.New(w.ctx, social.Config{Store: w.store, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		HighProfileAt: func() int64 { return 3 }, Raise: raise})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// must gives the value of a call that must succeed.
func must[T any](w *world) func(T, error) T {
	return func(v T, err error) T {
		w.Helper()
		w.ok(err)
		return v
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wantKind(err error, want model.ErrorKind) {
	w.Helper()
	if err == nil || model.KindOf(err) != want {
		w.Fatalf("error %v is of kind %q, want %q", err, model.KindOf(err), want)
	}
}

// account makes an account without a password, which would take its time.
func (w *world) account(handle string) model.ID {
	w.Helper()
	id := w.store.IDs().Next()
	w.write(func(tx *store.Tx) error {
		return tx.AddAccount(w.ctx, model.Account{ID: id, Handle: handle, DisplayName: "The " + handle, CreatedAt: w.tick()})
	})
	return id
}

func (w *world) write(fn func(tx *store.Tx) error) {
	w.Helper()
	w.ok(w.store.Write(w.ctx, fn))
}

func (w *world) tick() time.Time { return w.clock.Advance(time.Millisecond) }

func (w *world) view(viewer model.ID) *social.View {
	w.Helper()
	return must[*social.View](w)(w.net.View(w.ctx, viewer))
}

func (w *world) post(by model.ID, p social.NewPost) model.ID {
	w.Helper()
	w.tick()
	return must[model.ID](w)(w.net.Post(w.ctx, by, p))
}

func (w *world) say(by model.ID, format string, args ...any) model.ID {
	w.Helper()
	return w.post(by, social.NewPost{Text: fmt.Sprintf(format, args...)})
}

func (w *world) boost(by, of model.ID) model.ID {
	w.Helper()
	w.tick()
	return must[model.ID](w)(w.net.Boost(w.ctx, by, of))
}

func (w *world) follow(by, target model.ID) {
	w.Helper()
	w.tick()
	w.ok(w.net.Follow(w.ctx, by, target, true))
}

// sanction puts a sanction on an account, or on its post, and returns it.
func (w *world) sanction(kind model.SanctionKind, account, post model.ID, end time.Time) model.Sanction {
	w.Helper()
	s := model.Sanction{ID: w.store.IDs().Next(), Account: account, Post: post, Kind: kind, Start: w.tick(), End: end}
	w.put(s)
	return s
}

// lift ends a sanction.
func (w *world) lift(s model.Sanction) {
	w.Helper()
	s.LiftedAt = w.tick()
	w.put(s)
}

func (w *world) put(s model.Sanction) {
	w.Helper()
	w.ok(w.store.Privileged(w.ctx, func(p *store.PrivTx) error {
		p.Entry.Facts.Event = ledger.EventExecuted
		return p.PutSanction(w.ctx, s)
	}))
}

func ids(posts []social.Post) []model.ID {
	var out []model.ID
	for _, p := range posts {
		out = append(out, p.ID)
	}
	return out
}

func accountIDs(accounts []social.Account) []model.ID {
	var out []model.ID
	for _, a := range accounts {
		out = append(out, a.ID)
	}
	return out
}

// wantField checks what kind an error is of, and which input it names.
func (w *world) wantField(err error, kind model.ErrorKind, field string) {
	w.Helper()
	w.wantKind(err, kind)
	if e, ok := errors.AsType[*model.Error](err); !ok || e.Field != field {
		w.Fatalf("error %q does not name %s", err, field)
	}
}
