package guard_test

import (
	"log/slog"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// unborn is an empty store.
func unborn(t *testing.T) (*store.Store, *testkit.Clock) {
	t.Helper()
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC))
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st, clock
}

// birth is that of a real store.
func birth(t *testing.T) guard.Birth {
	t.Helper()
	b, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return guard.Birth{Policy: b, Settings: guard.Settings{URL: "https://example.org", DeskURL: "https://desk.example.org",
		WaitDivisor: 1, HighProfileAt: guard.HighProfileAt}}
}

// TestBirthRefuses what no later setting could put right.
func TestBirthRefuses(t *testing.T) {
	for field, changes := range map[string][]func(*guard.Settings){
		"url": {
			func(s *guard.Settings) { s.URL = "" }, func(s *guard.Settings) { s.URL = "example.org" },
			func(s *guard.Settings) { s.URL = "ftp://example.org" }, func(s *guard.Settings) { s.URL = "https://example.org/" },
			func(s *guard.Settings) { s.URL = "https://example.org/path" }, func(s *guard.Settings) { s.URL = "https://me@example.org" },
			func(s *guard.Settings) { s.URL = "https://example.org?x" }, func(s *guard.Settings) { s.URL = "https://:x" },
			func(s *guard.Settings) { s.Demo, s.DeskURL = true, "http://localhost:1" }, // the URL is not loopback
		},
		"desk-url": {
			func(s *guard.Settings) { s.DeskURL = "https://desk.example.org/desk" },
			func(s *guard.Settings) { s.Demo, s.URL = true, "http://127.0.0.1:1" },
		},
		"wait_divisor": {
			func(s *guard.Settings) { s.WaitDivisor = 0 }, func(s *guard.Settings) { s.WaitDivisor = -1 },
			func(s *guard.Settings) { s.WaitDivisor = 600 }, // for a demo only
		},
		"high_profile_at": {func(s *guard.Settings) { s.HighProfileAt = 0 }},
	} {
		for i, change := range changes {
			st, _ := unborn(t)
			b := birth(t)
			change(&b.Settings)
			err := guard.Born(t.Context(), st, b)
			if e, ok := err.(*model.Error); !ok || e.Kind != model.KindInvalid || e.Field != field {
				t.Errorf("%s, %d: %v", field, i, err)
			}
			if head, _, err := st.LedgerHead(t.Context()); err != nil || head.Size != 0 {
				t.Errorf("%s, %d: it left %d entries, %v", field, i, head.Size, err)
			}
		}
	}
}

// TestBirthOnce: a store is born once, over nothing, and says in its first entry and its ledger's name what it is.
func TestBirthOnce(t *testing.T) {
	st, clock := unborn(t)
	if _, err := guard.New(t.Context(), st, clock.Now, slog.New(slog.DiscardHandler)); model.KindOf(err) != model.KindConflict {
		t.Errorf("a guard of an empty store: %v", err)
	}
	if err := guard.Unborn(t.Context(), st.Reads); err != nil {
		t.Errorf("an empty store is not: %v", err)
	}
	if err := guard.Born(t.Context(), st, birth(t)); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"again": guard.Born(t.Context(), st, birth(t)), "empty": guard.Unborn(t.Context(), st.Reads)} {
		if model.KindOf(err) != model.KindConflict {
			t.Errorf("%s: %v", what, err)
		}
	}
	origin, err := st.Origin(t.Context())
	if err != nil || ledger.IsDemo(origin) {
		t.Errorf("its ledger is called %s, %v", origin, err)
	}
	g, err := guard.New(t.Context(), st, clock.Now, slog.New(slog.DiscardHandler))
	if err != nil || g.Settings() != birth(t).Settings || g.RelyingParty().Origin != "https://desk.example.org" {
		t.Errorf("the guard has %+v, %v", g.Settings(), err)
	}
}

// TestBirthOverAccounts: members who were there before the ledger would stand in no entry of it.
func TestBirthOverAccounts(t *testing.T) {
	st, clock := unborn(t)
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: "early", CreatedAt: clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := guard.Born(t.Context(), st, birth(t)); model.KindOf(err) != model.KindConflict {
		t.Errorf("born over accounts: %v", err)
	}
	if err := guard.Unborn(t.Context(), st.Reads); model.KindOf(err) != model.KindConflict {
		t.Errorf("a store with accounts is empty: %v", err)
	}
}

// TestNothingMakesADemo: a store's settings cannot be changed into a demo's, nor into nonsense.
func TestNothingMakesADemo(t *testing.T) {
	for name, value := range map[string]string{"demo": "true", "wait_divisor": "600", "high_profile_at": "many"} {
		st, clock := unborn(t)
		if err := guard.Born(t.Context(), st, birth(t)); err != nil {
			t.Fatal(err)
		}
		err := st.Privileged(t.Context(), func(p *store.PrivTx) error {
			p.Entry.Facts.Event, p.Entry.Facts.Kind = ledger.EventAutomatic, model.CmdSetSetting
			return p.PutSetting(t.Context(), name, value)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guard.New(t.Context(), st, clock.Now, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("with %s = %s the store opens", name, value)
		}
	}
}

// TestADemosWaits are shorter by the factor of its birth.
func TestADemosWaits(t *testing.T) {
	w := newWorld(t)
	err := w.Store.Privileged(t.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event, p.Entry.Facts.Kind = ledger.EventAutomatic, model.CmdSetSetting
		return p.PutSetting(t.Context(), "wait_divisor", "600")
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Guard = w.OpenGuard()
	q := w.waiting("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	if wait := q.EffectAt.Sub(w.Clock.Now()); wait != 1500*time.Millisecond || q.Need.Wait != 15*time.Minute {
		t.Errorf("it waits %s of %s", wait, q.Need.Wait)
	}
}
