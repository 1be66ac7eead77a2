package guard_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

const day = 24 * time.Hour

func (w *world) recovering(signed string) func() error {
	return func() error {
		_, err := w.Guard.Recover(w.t.Context(), signed)
		return err
	}
}

// begun has a recovery under way.
func (w *world) begun(s recovery.Statement) store.Recovery {
	w.t.Helper()
	r, err := w.Guard.Recover(w.t.Context(), w.SignSealed(s, 0, 2, 4))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) recovery(id model.ID) store.Recovery {
	w.t.Helper()
	r, err := w.Store.Recovery(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestLaw02Recovery: three of the recovery keys bring a person back who has lost their passkeys, after a week in public, and
// what was lost is good for nothing then.
func TestLaw02Recovery(t *testing.T) {
	w := newWorld(t)
	s, ring := w.Lost("security")
	old := w.Rings["security"]
	size := w.size()
	r := w.begun(s)
	w.recorded(size, "a recovery that begins", ledger.EventRecovering, "")
	if f := w.entry(size); f.Need.Keys != 3 || f.Need.Wait != guard.RecoveryWait || !strings.Contains(f.Note, "envelope-1, envelope-3, envelope-5") {
		t.Errorf("its entry says %+v", f)
	}
	w.pass(7*day - time.Second)
	if got := w.recovery(r.ID); got.State != store.RecoveryWaiting {
		t.Fatalf("a second before its time it is %s", got.State)
	}
	q := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.Rings["security"] = ring
	if _, err := w.Turn("security", q.ID); err == nil {
		t.Error("the passkey turned a key before its time")
	}
	w.pass(time.Second)
	if got := w.recovery(r.ID); got.State != store.RecoveryDone {
		t.Fatalf("at its time it is %s", got.State)
	}
	w.turn(w.ask("agent", w.Command(model.CmdSuspend, "president")), "security")
	w.Rings["security"] = old
	if _, err := w.Turn("security", w.ask("agent", w.Command(model.CmdSuspend, "president")).ID); err == nil {
		t.Error("a passkey that was lost turned a key")
	}
	w.pass(time.Hour)
	w.invalid(model.KindConflict, "", "the same statement again", w.recovering(w.SignSealed(s, 0, 1, 2)))
	w.whole()
}

// TestLaw02RecoveryTakesItsKeys: fewer, doubled or strange keys, and statements about something else, begin nothing.
func TestLaw02RecoveryTakesItsKeys(t *testing.T) {
	w := newWorld(t)
	s, _ := w.Lost("security")
	other, _ := w.Lost("lead")
	strange, _, err := recovery.NewKey("envelope-1", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := recovery.Sign(strange, w.SignSealed(s, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	for what, signed := range map[string]string{
		"two keys": w.SignSealed(s, 0, 1), "one key three times": w.SignSealed(s, 0) + w.SignSealed(s, 0) + w.SignSealed(s, 0), "a strange key of a known name": forged,
	} {
		w.refusedUnread("no_lone_governor", what, w.recovering(signed))
	}
	for what, change := range map[string]func(*recovery.Statement){
		"another ledger":                 func(s *recovery.Statement) { s.Origin += "0" },
		"another desk":                   func(s *recovery.Statement) { s.Desk = "https://desk.example" },
		"another login":                  func(s *recovery.Statement) { s.Login = "lead" },
		"nobody's login":                 func(s *recovery.Statement) { s.Login = "nobody" },
		"another passkey":                func(s *recovery.Statement) { s.Passkey = other.Passkey },
		"a passkey that was not made":    func(s *recovery.Statement) { s.Enrolment = 1 },
		"the passkey of somebody's else": func(s *recovery.Statement) { s.Enrolment, s.Passkey = other.Enrolment, other.Passkey },
	} {
		changed := s
		change(&changed)
		w.invalid(model.KindInvalid, "statement", what, w.recovering(w.SignSealed(changed, 0, 1, 2)))
	}
	invited, _ := w.enrolment("security", "admin")
	e, err := w.Store.Enrolment(t.Context(), invited)
	if err != nil {
		t.Fatal(err)
	}
	made := s
	made.Enrolment, made.Passkey = invited, passkey.Fingerprint(e.PublicKey)
	w.invalid(model.KindInvalid, "statement", "a passkey that was made for an invitation", w.recovering(w.SignSealed(made, 0, 1, 2)))
	w.begun(s)
	again, _ := w.Lost("security")
	w.invalid(model.KindConflict, "", "a second one for the same person", w.recovering(w.SignSealed(again, 0, 1, 2)))
	w.pass(15 * day)
	w.invalid(model.KindConflict, "", "a statement that is too old", w.recovering(w.SignSealed(other, 0, 1, 2)))
}

// TestLaw02RecoveryAsMuchAsTheTable: no row of the table takes more keys or a longer wait than a recovery.
func TestLaw02RecoveryAsMuchAsTheTable(t *testing.T) {
	w := newWorldUnder(t, bundle(t, func(doc object) {
		cell := doc.at("rows", "ban", "government")
		cell["keys"], cell["wait"] = 4, "168h"
	}))
	s, _ := w.Lost("security")
	w.refusedUnread("no_lone_governor", "three keys where a row takes four", w.recovering(w.SignSealed(s, 0, 1, 2)))
	if _, err := w.Guard.Recover(t.Context(), w.SignSealed(s, 0, 1, 2, 3)); err != nil {
		t.Error(err)
	}
}

// TestLaw02RecoveryDecidedAgain: a recovery is decided again when its wait is over.
func TestLaw02RecoveryDecidedAgain(t *testing.T) {
	for what, change := range map[string]func(w *world){
		"the person leaves": func(w *world) { w.Do("admin", w.on(model.CmdSetEmployment, "security", "status", "notice"), "admin") },
		"the clock is set back": func(w *world) {
			w.Clock.Advance(20 * day)
			w.Do("agent", w.Command(model.CmdWarn, "uncle"))
			w.Clock.Advance(-13*day + time.Minute)
		},
	} {
		w := newWorld(t)
		s, _ := w.Lost("security")
		r := w.begun(s)
		change(w)
		w.pass(7 * day)
		if got := w.recovery(r.ID); got.State != store.RecoveryRefused {
			t.Errorf("%s: it is %s", what, got.State)
		}
		w.whole()
	}
	w := newWorld(t)
	leaver, _ := w.Lost("lastday")
	w.refusedUnread("leavers_hold_no_keys", "a passkey for somebody who is leaving", w.recovering(w.SignSealed(leaver, 0, 1, 2)))
}

// TestLaw10RecoveryStopped: anyone who holds a key stops a recovery, once: nobody keeps somebody out for ever.
func TestLaw10RecoveryStopped(t *testing.T) {
	w := newWorld(t)
	stopping := func(login string, r store.Recovery) func() error {
		return func() error {
			_, err := w.Guard.StopRecovery(t.Context(), w.Actor(login), r.ID, "that is not her")
			return err
		}
	}
	s, _ := w.Lost("security")
	r := w.begun(s)
	w.refused("leavers_hold_no_keys", "a leaver stops it", stopping("lastday", r))
	size := w.size()
	if err := stopping("agent", r)(); err != nil {
		t.Fatal(err)
	}
	w.recorded(size, "somebody stops it", ledger.EventRecoveryStopped, "")
	if got := w.recovery(r.ID); got.State != store.RecoveryStopped || got.StoppedBy != w.person("agent") {
		t.Errorf("it is %+v", got)
	}
	w.invalid(model.KindConflict, "", "stopping it again", stopping("lead", r))
	w.pass(8 * day)
	if held, err := w.Store.CredentialsOf(t.Context(), w.person("security")); err != nil || len(held) != 1 {
		t.Errorf("what was stopped left %d passkeys, %v", len(held), err)
	}
	again, _ := w.Lost("security")
	second := w.begun(again)
	w.refused("bounded_reach", "the same person stops the next", stopping("agent", second))
	w.pass(7 * day)
	if got := w.recovery(second.ID); got.State != store.RecoveryDone {
		t.Errorf("the next is %s", got.State)
	}
	w.whole()
}

// TestRecoveryWithoutKeys: a network that has none recovers nobody.
func TestRecoveryWithoutKeys(t *testing.T) {
	w, db := newWorldWithSQL(t)
	s, _ := w.Lost("security")
	w.exec(db, `DELETE FROM settings WHERE name = 'recovery'`)
	w.invalid(model.KindForbidden, "", "no recovery keys", w.recovering(w.SignSealed(s, 0, 1, 2)))
}

// otherKeys are recovery keys of somebody else.
func otherKeys(t *testing.T) string {
	t.Helper()
	keys, _, err := demo.RecoveryKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys.Encode()
}

// TestLaw02RecoveryKeysChange: other keys bring people back once they are the network's, and the old ones no more.
func TestLaw02RecoveryKeysChange(t *testing.T) {
	w := newWorld(t)
	s, _ := w.Lost("lead")
	old := w.SignSealed(s, 0, 1, 2)
	keys, secret, err := demo.RecoveryKeys()
	if err != nil {
		t.Fatal(err)
	}
	cmd := plain(model.CmdSetSetting, "name", "recovery", "value", keys.Encode())
	w.Do("security", cmd, "admin", "security", "lead2")
	w.refusedUnread("no_lone_governor", "keys that are the network's no more", w.recovering(old))
	signed := s.Text()
	for _, skey := range secret {
		if signed, err = recovery.Sign(skey, signed); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.recovering(signed)(); err != nil {
		t.Error(err)
	}
	w.invalid(model.KindInvalid, "params.value", "the keys that there are", w.submitting("security", cmd))
	w.invalid(model.KindInvalid, "params.value", "fewer keys than three",
		w.submitting("security", plain(model.CmdSetSetting, "name", "recovery", "value", `{"threshold":2,"keys":[]}`)))
	w.invalid(model.KindInvalid, "params.value", "another spelling",
		w.submitting("security", plain(model.CmdSetSetting, "name", "recovery", "value", " "+otherKeys(t))))
	w.whole()
}
