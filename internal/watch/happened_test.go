package watch_test

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
	"keyturn/internal/watch"
)

// another is a further watch over the same store, as a restart or another node has it.
func (p *post) another() *post {
	next := *p
	next.Guard = p.OpenGuard()
	next.log = &strings.Builder{}
	next.watch = watch.New(watch.Config{Store: p.Store, Guard: next.Guard, Now: p.Clock.Now, Log: slog.New(slog.NewTextHandler(next.log, nil))})
	p.t.Cleanup(func() { next.watch.Close() })
	return &next
}

// TestAProtectedAccountGoesDark: who, on what case, by whose keys, and how it is undone. A standard account is nobody's
// incident.
func TestAProtectedAccountGoesDark(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		p.Do("agent", p.Command(model.CmdDeactivate, "uncle"))
		p.look()
		p.none()
		cmd := p.Command(model.CmdDeactivate, "president")
		out := p.Do("agent", cmd, "lead", "gov", "security")
		p.look()
		until := p.Clock.Now().Add(guard.UndoWindow - time.Second)
		i := p.one(model.IncidentDark, "@president (government) went dark: deactivate, asked for by ", "on case "+cmd.Case.String(),
			"Until "+until.Format("15:04:05 UTC")+" one key undoes it.")
		d := i.Details
		if d.Request != out.Request.ID || d.Handle != "president" || len(d.Keys) != 3 || !strings.Contains(i.What, strings.Join(d.Keys, ", ")) ||
			len(d.Entries) != 1 || !strings.Contains(d.Undo, "restore @president") {
			t.Errorf("details: %+v", d)
		}
		if e := p.entry(); e.Facts.Event != ledger.EventIncident || e.Facts.Account != cmd.Account || e.Facts.Class != model.ClassGovernment {
			t.Errorf("the ledger's entry: %+v", e.Facts)
		}
		// Neither a restart nor another node tells it again.
		next := p.another()
		next.look()
		p.look()
		p.one(model.IncidentDark)

		for _, login := range []string{"lead", "agent", "lastday"} {
			if _, err := p.watch.Acknowledge(t.Context(), p.person(login), i.ID, ""); model.KindOf(err) != model.KindForbidden {
				t.Errorf("%s acknowledged it: %v", login, err)
			}
		}
		if got, err := p.watch.Acknowledge(t.Context(), p.person("lead2"), i.ID, ""); err != nil || got.State() != model.IncidentAcknowledged {
			t.Errorf("acknowledged, and still dark: %s, %v", got.State(), err)
		}
		p.another().look()
		p.none()
		p.Do("lead2", p.Command(model.CmdRestore, "president"), "lead2")
		p.look()
		if got, err := p.Store.Incident(t.Context(), i.ID); err != nil || got.State() != model.IncidentClosed {
			t.Errorf("visible again: %s, %v", got.State(), err)
		}
		p.another().look()
		p.none()
	})
}

// TestWhatWentDarkBeforeARestartIsTold: the server stopped between the effect and the look.
func TestWhatWentDarkBeforeARestartIsTold(t *testing.T) {
	p := newPost(t)
	id := p.Post("president", "hello")
	cmd := p.Command(model.CmdRemovePost, "president", "ground", "legal")
	cmd.Post = id
	p.Do("agent", cmd, "lead", "gov", "security")
	p.another().look()
	if d := p.one(model.IncidentDark, "Post "+id.String()+" by @president", "Restoring takes the keys that it took.").Details; !strings.Contains(d.Undo, "post="+id.String()) {
		t.Errorf("undo: %s", d.Undo)
	}
	p.Clock.Advance(2 * guard.UndoWindow)
	p.sql(`DELETE FROM incidents`)
	p.another().look()
	p.none()
}

// TestTheOneKeyUndoIsOfferedOnce for an account and case, as law 9 has it.
func TestTheOneKeyUndoIsOfferedOnce(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		suspend := func() { p.Do("agent", p.Command(model.CmdSuspend, "newsroom"), "lead", "security") }
		suspend()
		p.Do("lead2", p.Command(model.CmdRestore, "newsroom"), "lead2") // before it was looked at: it could be undone all the same
		p.look()
		first := p.one(model.IncidentDark, "one key undoes it")
		if _, err := p.watch.Acknowledge(t.Context(), p.person("gov"), first.ID, ""); err != nil {
			t.Fatal(err)
		}
		suspend()
		p.look()
		if again := p.one(model.IncidentDark, "Restoring takes the keys that it took."); !again.Details.UndoUntil.IsZero() {
			t.Errorf("%+v", again.Details)
		}
	})
}

// TestWhatIsRefusedToAnybodyIsNobodysAttempt: a key in a freeze, and one on what another policy has made void.
func TestWhatIsRefusedToAnybodyIsNobodysAttempt(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		out, err := p.Submit("agent", p.Command(model.CmdSuspend, "president"))
		if err != nil {
			t.Fatal(err)
		}
		p.Do("security", model.Command{Kind: model.CmdFreeze, Reason: "because of the test"}, "security")
		if _, err := p.Turn("lead", out.Request.ID); model.KindOf(err) != model.KindFrozen {
			t.Errorf("in a freeze: %v", err)
		}
		p.look()
		p.none()
		p.Clock.Advance(time.Hour)
		if _, err := p.Submit("lastday", p.Command(model.CmdSuspend, "president")); err == nil {
			t.Error("a leaver asks")
		}
		p.look()
		p.one(model.IncidentAttempted, "refused once")
	})
}

// TestAttemptsAreCounted: somebody on the last day tries it in pieces.
func TestAttemptsAreCounted(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		id := p.Post("president", "hello")
		pieces := []model.Command{p.Command(model.CmdDeactivate, "president"), p.Command(model.CmdRemovePost, "president"), p.Command(model.CmdLimit, "president")}
		pieces[1].Post = id
		refused := func(cmd model.Command) {
			if _, err := p.Submit("lastday", cmd); model.KindOf(err) != model.KindForbidden {
				t.Fatalf("%s: %v", cmd.Kind, err)
			}
			p.look()
		}
		refused(pieces[0])
		p.one(model.IncidentAttempted, "tried to harm @president (government) and was refused once, last deactivate by the law leavers hold no keys")
		refused(pieces[1])
		refused(pieces[2])
		next := p.another() // which has seen the entries only as what was there
		next.look()
		i := p.one(model.IncidentAttempted, "was refused 3 times, last limit")
		if i.Details.Attempts != 3 || len(i.Details.Entries) != 3 || !slices.Contains(i.Details.People, p.Actor("lastday").Person) {
			t.Errorf("details: %+v", i.Details)
		}
		// What no law refused, and what was tried on an account that is not protected, is nobody's incident.
		if _, err := p.Submit("lastday", p.Command(model.CmdSetClass, "uncle", "class", "verified")); err == nil {
			t.Error("a leaver governs")
		}
		p.look()
		if _, err := p.watch.Acknowledge(t.Context(), p.person("lead"), i.ID, "gone at six"); err != nil {
			t.Fatal(err)
		}
		p.look()
		p.none()
		refused(pieces[0])
		p.one(model.IncidentAttempted, "refused once")
	})
}

// TestABrokenHistoryAtTheStart: the ledger takes no entry, the incident is there.
func TestABrokenHistoryAtTheStart(t *testing.T) {
	p := newPost(t)
	p.Do("agent", p.Command(model.CmdSuspend, "newsroom"), "lead", "security")
	p.look()
	if _, err := p.watch.Acknowledge(t.Context(), p.person("lead2"), p.one(model.IncidentDark).ID, ""); err != nil {
		t.Fatal(err)
	}
	p.sql(`UPDATE request_keys SET head_size = head_size + 1000 WHERE head_size > 0`)
	next := p.another()
	next.look()
	var rules []model.IncidentRule
	for _, i := range p.incidents(model.IncidentOpen) {
		rules = append(rules, i.Rule)
		if i.Entry >= 0 {
			t.Errorf("%s has the entry %d", i.Rule, i.Entry)
		}
	}
	slices.Sort(rules)
	if !slices.Equal(slices.Compact(rules), []model.IncidentRule{model.IncidentHistory, model.IncidentTampered}) {
		t.Errorf("incidents by %v", rules)
	}
	// Once it is as it was, it is over.
	p.sql(`UPDATE request_keys SET head_size = head_size - 1000 WHERE head_size > 0`)
	again := p.another()
	again.look()
	again.look()
	for _, i := range p.incidents(model.IncidentOpen) {
		if i.OverAt.IsZero() {
			t.Errorf("%s is not over: %s", i.Rule, i.What)
		}
	}
}

// TestHonestWritesAreNoIncident looks as fast as it can while several write.
func TestHonestWritesAreNoIncident(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for _, handle := range []string{"uncle", "aunt", "cousin"} {
			warn, lock := p.Command(model.CmdWarn, handle), p.Command(model.CmdLock, handle, "for", "10m")
			actor := p.Actor("agent")
			writers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					for _, cmd := range []model.Command{warn, lock} {
						if _, err := p.Guard.Submit(t.Context(), actor, cmd); err != nil {
							t.Errorf("%s: %v", cmd.Kind, err)
							return
						}
					}
				}
			})
		}
		for range testkit.Size(60, 2000) {
			p.look()
		}
		close(stop)
		writers.Wait()
		p.none()
	})
}

// TestTwoNodesOpenOneIncident has two watches look at once.
func TestTwoNodesOpenOneIncident(t *testing.T) {
	p := newPostOn(t, testkit.Postgres(t))
	st, err := store.Open(t.Context(), store.Config{URL: p.url, Node: 1, Now: p.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	g, err := guard.New(t.Context(), st, p.Clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	other := watch.New(watch.Config{Store: st, Guard: g, Now: p.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { other.Close() })
	if err := other.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.sql(`UPDATE persons SET team = team || 'x' WHERE name = 'Ada'`)
	for range 3 {
		p.Clock.Advance(time.Second)
		var both sync.WaitGroup
		for _, w := range []*watch.Watch{p.watch, other} {
			both.Go(func() {
				if err := w.Look(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	p.one(model.IncidentTampered, "in team")
	if other.Open() != 1 {
		t.Errorf("the other node counts %d", other.Open())
	}
	p.sql(`UPDATE persons SET team = replace(team, 'x', '') WHERE name = 'Ada'`)
	for range 3 {
		p.look()
	}
	if i := p.one(model.IncidentTampered); i.OverAt.IsZero() {
		t.Error("it is not over")
	}
}

// TestYesterdaysBackupRestored puts every table of a running server back to what a backup has: the rows and the ledger
// agree, and only who followed the ledger knows that it was longer.
func TestYesterdaysBackupRestored(t *testing.T) {
	p := newPost(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	p.sql(`VACUUM INTO '` + backup + `'`)
	p.Do("agent", p.Command(model.CmdDeactivate, "uncle"))
	p.look()
	p.none()
	p.db.SetMaxOpenConns(1)
	p.sql(`ATTACH '` + backup + `' AS backup`)
	for _, table := range append(store.PrivilegedTables(), "ledger_head", "leaves", "tree_hashes", "feed", "incidents") {
		p.sql(`DELETE FROM main.` + table)
		p.sql(`INSERT INTO main.` + table + ` SELECT * FROM backup.` + table)
	}
	p.look()
	p.one(model.IncidentTampered, "the head went back from")
	if p.Guard.Broken() == "" {
		t.Error("the guard goes on")
	}
	if _, err := p.Submit("agent", p.Command(model.CmdWarn, "aunt")); model.KindOf(err) != model.KindUnavailable {
		t.Errorf("a warning then: %v", err)
	}
}
