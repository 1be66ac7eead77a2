package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

const leavers = "leavers_hold_no_keys"

// TestLaw03WhoIsLeaving has people in every state of employment ask for, sign and veto what leavers may not.
func TestLaw03WhoIsLeaving(t *testing.T) {
	start := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	fortnight := start.Add(14 * 24 * time.Hour)
	for _, tt := range []struct {
		what    string
		is      model.Employment
		leaving bool
	}{
		{"employed", model.Employment{Kind: "employee", Status: "active"}, false},
		{"employed, ends a moment after 14 days", model.Employment{Kind: "employee", Status: "active", EndsAt: fortnight.Add(time.Minute)}, false},
		{"a contractor for longer", model.Employment{Kind: "contractor", Status: "active", EndsAt: fortnight.Add(time.Minute)}, false},
		{"on notice", model.Employment{Kind: "employee", Status: "notice"}, true},
		{"on notice with an end far away", model.Employment{Kind: "employee", Status: "notice", EndsAt: fortnight.AddDate(1, 0, 0)}, true},
		{"employed, ends in 14 days", model.Employment{Kind: "employee", Status: "active", EndsAt: fortnight}, true},
		{"a contractor of 14 days", model.Employment{Kind: "contractor", Status: "active", EndsAt: fortnight}, true},
		{"a contractor without end", model.Employment{Kind: "contractor", Status: "active"}, true},
		{"of no known kind", model.Employment{Kind: "intern", Status: "active"}, true},
		{"ended", model.Employment{Kind: "employee", Status: "ended"}, true},
		{"at the end by the clock", model.Employment{Kind: "employee", Status: "active", EndsAt: start}, true},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
			open := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
			w.employed("lead", tt.is)
			if !tt.leaving {
				w.turn(open, "lead")
				return
			}
			for what, cmd := range map[string]model.Command{
				"protected":             w.Command(model.CmdSuspend, "astronaut"),
				"the exception":         w.Command(model.CmdLock, "president"),
				"a warning":             w.Command(model.CmdWarn, "astronaut"),
				"governs":               w.on(model.CmdGrantRole, "agent", "role", "lead"),
				"tightens":              w.Command(model.CmdSetClass, "aunt", "class", "verified"),
				"freezes":               plain(model.CmdFreeze),
				"restores, unprotected": w.Command(model.CmdRestore, "uncle"),
			} {
				w.refused(leavers, "a leaver asks: "+what, w.submitting("lead", cmd))
			}
			w.refused(leavers, "a leaver signs", w.turning("lead", open))
			w.refused(leavers, "a leaver vetoes", func() error {
				_, err := w.Guard.Veto(t.Context(), w.Actor("lead"), open.ID, "no")
				return err
			})
			w.refused(leavers, "a leaver declines", func() error {
				_, err := w.Guard.Decline(t.Context(), w.Actor("lead"), open.ID, "no")
				return err
			})
			w.light("newsroom", tt.what)
		})
	}
}

// TestLaw03StandardIsLeftToLeavers: what is not protected a leaver still does, until the end.
func TestLaw03StandardIsLeftToLeavers(t *testing.T) {
	w := newWorld(t)
	w.Do("lastday", w.Command(model.CmdSuspend, "aunt"))
	w.pass(8 * time.Hour) // the shift is over
	w.refused(leavers, "after the end", w.submitting("lastday", w.Command(model.CmdSuspend, "cousin")))
	w.refused(leavers, "after the end, on the president", w.submitting("lastday", w.Command(model.CmdDeactivate, "president")))
}

// TestLaw03KeysStopCounting has somebody who has signed leave, before the last key and during the wait.
func TestLaw03KeysStopCounting(t *testing.T) {
	w := newWorld(t)
	before := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	w.turn(before, "lead")
	during := w.waiting("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	w.Do("admin", w.on(model.CmdSetEmployment, "lead", "status", "notice"), "admin")
	out := w.turn(before, "agent2")
	if out.Request.State != model.StatePending || out.Missing.Keys != 1 || len(out.Missing.Roles) != 1 {
		t.Errorf("with a leaver's key it is %s, missing %+v", out.Request.State, out.Missing)
	}
	if out = w.turn(before, "lead2"); out.Request.State != model.StateWaiting {
		t.Errorf("with another lead's key it is %s, missing %+v", out.Request.State, out.Missing)
	}
	size := w.size()
	w.pass(15 * time.Minute) // the other of the two is executed then
	w.light("president", "a leaver's key ran through the wait")
	if w.State(during.ID) != model.StatePending {
		t.Fatalf("the request whose key stopped counting is %s", w.State(during.ID))
	}
	if f := w.entry(size); f.Event != ledger.EventLapsed && w.entry(size+1).Event != ledger.EventLapsed {
		t.Errorf("the ledger does not say that it lapsed: %s", f.Event)
	}
	if out = w.turn(during, "lead2"); out.Request.State != model.StateWaiting {
		t.Errorf("with another lead's key it is %s, missing %+v", out.Request.State, out.Missing)
	}
	w.light("president", "the wait begins anew")
	w.pass(15 * time.Minute)
	if !w.Dark("president") {
		t.Error("the request with the keys of people who stay was not executed")
	}
	w.whole()
}

// TestLaw03LapsedTooLate: a request of a day's wait whose keys stopped counting has no time left for others.
func TestLaw03LapsedTooLate(t *testing.T) {
	w := newWorld(t)
	q := w.waiting("agent", w.Command(model.CmdBan, "president"), "lead", "gov", "security")
	w.Do("admin", w.on(model.CmdSetEmployment, "gov", "status", "notice"), "admin")
	w.pass(24 * time.Hour)
	if w.State(q.ID) != model.StateExpired {
		t.Errorf("it is %s", w.State(q.ID))
	}
	w.light("president", "a leaver's key ran through the wait")
}

// TestLaw03EndByTheClock has the wait run over the end of a key-holder's contract.
func TestLaw03EndByTheClock(t *testing.T) {
	w := newWorld(t)
	w.employed("security", model.Employment{Kind: "contractor", Status: "active", EndsAt: w.Clock.Now().Add(14*24*time.Hour + time.Hour)})
	q := w.waiting("agent", w.Command(model.CmdBan, "president"), "lead", "gov", "security")
	w.pass(24 * time.Hour)
	if w.State(q.ID).Open() || w.State(q.ID) == model.StateExecuted {
		t.Errorf("it is %s", w.State(q.ID))
	}
	w.light("president", "the key of a person whose last 14 days have begun")
}

// TestLaw03OwnRequestsAreWithdrawn: by notice, by an end, by the last 14 days beginning, by the end coming.
func TestLaw03OwnRequestsAreWithdrawn(t *testing.T) {
	for _, tt := range []struct {
		what  string
		leave func(w *world)
	}{
		{"notice", func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "lead", "status", "notice"), "admin") }},
		{"end", func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "lead", "status", "ended"), "admin") }},
		{"a contract without end", func(w *world) {
			w.Do("admin", w.on(model.CmdSetEmployment, "lead", "kind", "contractor"), "admin")
		}},
		{"an end date", func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "lead", "ends", "2017-11-10"), "admin") }},
		{"the last 14 days", func(w *world) { w.pass(10 * time.Minute) }},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			if tt.what != "a contract without end" {
				soon := w.Clock.Now().Add(14*24*time.Hour + 10*time.Minute).Format(time.RFC3339)
				w.Do("admin", w.on(model.CmdSetEmployment, "lead", "kind", "contractor", "ends", soon), "admin")
			}
			pending := w.ask("lead", w.Command(model.CmdSuspend, "astronaut"))
			waiting := w.waiting("lead", w.Command(model.CmdSuspend, "president"), "lead2", "gov", "security")
			standard := w.ask("lead", w.Command(model.CmdBan, "uncle"))
			others := w.ask("lead2", w.Command(model.CmdSuspend, "astronaut"))
			tt.leave(w)
			for _, q := range []model.Request{pending, waiting, standard} {
				if got := w.request(q.ID); got.State != model.StateWithdrawn || got.Leaf != w.size()-1 {
					t.Errorf("%s on %s is %s since entry %d of %d", q.Command.Kind, q.Target.Handle, got.State, got.Leaf, w.size())
				}
			}
			if w.State(others.ID) != model.StatePending {
				t.Errorf("somebody else's request is %s", w.State(others.ID))
			}
			w.pass(time.Hour)
			w.light("president", "the leaver's request was scheduled")
			if tt.what == "the last 14 days" {
				// What a leaver may still ask for is not withdrawn by time: it was asked for as a leaver.
				q := w.ask("lead", w.Command(model.CmdBan, "uncle"))
				w.pass(time.Hour)
				if w.State(q.ID) != model.StatePending {
					t.Errorf("a leaver's own request on a standard account is %s", w.State(q.ID))
				}
			}
			w.whole()
		})
	}
}

// TestLaw03TheEndTakesEverything: sessions, passkeys and challenges are gone with the entry that ends the employment.
func TestLaw03TheEndTakesEverything(t *testing.T) {
	for what, end := range map[string]func(w *world){
		"by order": func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "lastday", "status", "ended"), "admin") },
		"by a date that is past": func(w *world) { // 2 November is over at its end; one day earlier is past
			w.Do("admin", w.on(model.CmdSetEmployment, "lastday", "ends", "2017-11-01"), "admin")
		},
		"by the clock": func(w *world) { w.pass(8 * time.Hour) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor("lastday")
			w.Write(func(tx *store.Tx) error {
				return tx.AddStaffSession(t.Context(), store.StaffSession{Hash: []byte("s"), Person: a.Person, Login: a.Login,
					CreatedAt: w.Clock.Now(), ExpiresAt: w.Clock.Now().Add(12 * time.Hour)})
			})
			q := w.ask("agent", w.Command(model.CmdBan, "uncle"))
			late, err := w.Assertion("lastday", q.ID)
			if err != nil {
				t.Fatal(err)
			}
			end(w)
			m, err := w.Store.Person(t.Context(), a.Person)
			if err != nil || m.Employment.Status != model.EmploymentEnded {
				t.Fatalf("the employment is %+v, %v", m.Employment, err)
			}
			if _, err := w.Store.StaffSession(t.Context(), []byte("s")); model.KindOf(err) != model.KindNotFound {
				t.Errorf("the session is there still: %v", err)
			}
			if held, err := w.Store.CredentialsOf(t.Context(), a.Person); err != nil || len(held) != 0 {
				t.Errorf("%d passkeys are held still, %v", len(held), err)
			}
			rows := map[string]bool{}
			for _, r := range w.entry(m.Leaf).Rows {
				rows[r.Table] = true
			}
			if !rows["persons"] || !rows["credentials"] {
				t.Errorf("the entry that ends the employment accounts for %v", rows)
			}
			w.refused("signed_for_this", "a signature from before", func() error {
				_, err := w.Guard.Turn(t.Context(), a, q.ID, late)
				return err
			})
			w.Due() // once is enough
			if again, _ := w.Store.Person(t.Context(), a.Person); again.Leaf != m.Leaf {
				t.Error("it was ended twice")
			}
			w.whole()
		})
	}
}
