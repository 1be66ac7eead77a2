package guard_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

const signed = "signed_for_this"

// handing hands in an assertion that was made before.
func (w *world) handing(login string, q model.Request, response []byte) func() error {
	return func() error {
		_, err := w.Guard.Turn(w.t.Context(), w.Actor(login), q.ID, response)
		return err
	}
}

// assertion signs a request, without handing it in.
func (w *world) assertion(login string, q model.Request) []byte {
	w.t.Helper()
	response, err := w.Assertion(login, q.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return response
}

// TestLaw05Forged changes one thing about a key, and signs the change with the right passkey.
func TestLaw05Forged(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	for what, f := range map[string]testkit.Forgery{
		"the signature":     {Signature: func(s []byte) { s[len(s)-1] ^= 1 }},
		"user verification": {Authenticator: func(data []byte) { data[32] &^= testkit.UserVerified }},
		"the relying party": {Authenticator: func(data []byte) { data[0] ^= 1 }},
		"another port":      {Client: func(said map[string]any) { said["origin"] = "http://localhost:8082" }},
		"another scheme":    {Client: func(said map[string]any) { said["origin"] = "https://localhost:8081" }},
		"a host below":      {Client: func(said map[string]any) { said["origin"] = "http://evil.localhost:8081" }},
		"a registration":    {Client: func(said map[string]any) { said["type"] = "webauthn.create" }},
		"a challenge that nobody handed out": {Client: func(said map[string]any) {
			said["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		}},
	} {
		forged := w.Forge("lead", w.assertion("lead", q), f)
		w.refused(signed, what, w.handing("lead", q, forged))
		if what != "a challenge that nobody handed out" {
			w.refused(signed, what+", once more", w.handing("lead", q, forged)) // its challenge is used up
		}
	}
	w.refused(signed, "somebody else's passkey", w.handing("lead", q, w.Forge("gov", w.assertion("lead", q), testkit.Forgery{})))
	_, unknown := w.enrolment("lead", "lead") // made, but not enrolled
	w.refused(signed, "a passkey that has no power yet", func() error {
		options, err := w.Guard.Challenge(t.Context(), w.Actor("lead"), q.ID)
		if err != nil {
			return err
		}
		var open object
		if err := json.Unmarshal(options, &open); err != nil {
			return err
		}
		delete(open, "allowCredentials")
		options, _ = json.Marshal(open)
		response, err := unknown.Assert(w.Desk, options)
		if err != nil {
			return err
		}
		return w.handing("lead", q, response)()
	})
	w.invalid(model.KindInvalid, "assertion", "no assertion", w.handing("lead", q, []byte("{}")))
	w.turn(q, "lead") // and the forger's hand is good
}

// TestLaw05MovedElsewhere hands in good keys where they were not made for.
func TestLaw05MovedElsewhere(t *testing.T) {
	w := newWorld(t)
	one := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	other := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.refused(signed, "another request's", w.handing("lead", other, w.assertion("lead", one)))
	w.refused(signed, "another person's", w.handing("gov", one, w.assertion("lead", one)))
	once := w.assertion("lead", one)
	w.refused(signed, "for another request first", w.handing("lead", other, once))
	w.refused(signed, "and then, used up, for its own", w.handing("lead", one, once))

	late := w.assertion("lead", one)
	w.Clock.Advance(guard.ChallengeLife + time.Millisecond)
	w.refused(signed, "too late", w.handing("lead", one, late))
	inTime := w.assertion("lead", one)
	w.Clock.Advance(guard.ChallengeLife)
	if err := w.handing("lead", one, inTime)(); err != nil {
		t.Errorf("at the last moment: %v", err)
	}
	w.whole()
}

// TestLaw05SignInIsNoKey has a passkey answer a challenge that was made for a sign-in.
func TestLaw05SignInIsNoKey(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	for _, purpose := range []string{"sign-in", "enrol", ""} {
		a := w.Actor("lead")
		challenge := slices.Concat([]byte("a challenge of another purpose "), []byte(purpose))
		w.Write(func(tx *store.Tx) error {
			return tx.AddChallenge(t.Context(), store.Challenge{Hash: challenge, Purpose: purpose, Person: a.Person, Login: a.Login,
				Subject: q.ID, ExpiresAt: w.Clock.Now().Add(time.Minute)})
		})
		options, err := w.Guard.RelyingParty().RequestOptions(challenge, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := w.Rings["lead"].Assert(w.Desk, options)
		if err != nil {
			t.Fatal(err)
		}
		w.refused(signed, "the answer to a challenge for "+purpose, w.handing("lead", q, response))
	}
}

// TestLaw05OneByte changes one part of a request in the database after two of three keys were turned on it: they are void,
// and the third cannot have it executed.
func TestLaw05OneByte(t *testing.T) {
	for what, change := range map[string]func(w *world, q *model.Request){
		"the account":   func(w *world, q *model.Request) { q.Command.Account = w.Accounts["uncle"] },
		"the kind":      func(_ *world, q *model.Request) { q.Command.Kind = model.CmdBan },
		"a parameter":   func(_ *world, q *model.Request) { q.Command.Params = map[string]string{"for": "73h"} },
		"the rule":      func(_ *world, q *model.Request) { q.Command.Rule = "2" },
		"the case":      func(_ *world, q *model.Request) { q.Command.Case = 0 },
		"the reason":    func(_ *world, q *model.Request) { q.Reason[0] ^= 1 },
		"the handle":    func(_ *world, q *model.Request) { q.Target.Handle = "presiden" },
		"the class":     func(_ *world, q *model.Request) { q.Target.Class = model.ClassVerified },
		"the reach":     func(_ *world, q *model.Request) { q.Target.Reach++ },
		"the keys":      func(_ *world, q *model.Request) { q.Need.Keys = 1 },
		"the wait":      func(_ *world, q *model.Request) { q.Need.Wait = 0 },
		"the requester": func(w *world, q *model.Request) { q.Requester = w.person("gov") },
		"the nonce":     func(_ *world, q *model.Request) { q.Nonce[0] ^= 1 },
		"the expiry":    func(_ *world, q *model.Request) { q.ExpiresAt = q.ExpiresAt.Add(time.Hour) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			cmd := w.Command(model.CmdSuspend, "newsroom", "for", "72h")
			q := w.ask("agent", cmd)
			w.turn(q, "lead")
			changed := w.request(q.ID)
			change(w, &changed)
			w.rewrite(changed)
			if out, err := w.Turn("agent", q.ID); err == nil && out.Missing.Keys != 1 {
				t.Errorf("with one key more it is %s, missing %+v", out.Request.State, out.Missing)
			}
			w.pass(time.Hour)
			w.light("newsroom", "a changed request")
			w.light("uncle", "a changed request")
		})
	}
}

// rewrite has a request be another in the database, as somebody with write access could.
func (w *world) rewrite(q model.Request) {
	w.t.Helper()
	err := w.Store.Privileged(w.t.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event = "automatic"
		return p.PutRequest(w.t.Context(), q)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestLaw05RewrittenWhileWaiting changes a request that has its keys: at its time it is decided again.
func TestLaw05RewrittenWhileWaiting(t *testing.T) {
	w := newWorld(t)
	q := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom", "for", "72h"), "lead", "agent")
	q.Command.Params = map[string]string{"for": "unlimited"}
	w.rewrite(q)
	w.pass(10 * time.Minute)
	w.light("newsroom", "a request that was changed while it waited")
}

// TestLaw05RevokedPasskey: a key counts while its passkey is held.
func TestLaw05RevokedPasskey(t *testing.T) {
	w := newWorld(t)
	pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	w.turn(pending, "lead")
	waiting := w.waiting("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	before := w.assertion("lead", w.ask("agent", w.Command(model.CmdLimit, "newsroom")))
	held, err := w.Store.CredentialsOf(t.Context(), w.person("lead"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range held {
		w.Do("admin", w.on(model.CmdEnrollCredential, "lead", "revoke", c.ID.String()), "admin")
	}
	if out := w.turn(pending, "agent"); out.Missing.Keys != 1 {
		t.Errorf("with the key of a revoked passkey it is %s, missing %+v", out.Request.State, out.Missing)
	}
	limit := w.ask("agent", w.Command(model.CmdLimit, "newsroom"))
	w.refused(signed, "a challenge from before, answered by the revoked passkey", w.handing("lead", limit, before))
	w.pass(15 * time.Minute)
	if w.State(waiting.ID) != model.StatePending {
		t.Errorf("a waiting request with the key of a revoked passkey is %s", w.State(waiting.ID))
	}
	w.light("president", "the key of a revoked passkey")
	if _, err := w.Assertion("lead", limit.ID); model.KindOf(err) != model.KindForbidden {
		t.Errorf("who has no passkey is handed a challenge: %v", err)
	}
}

// TestLaw05Session: signed in is no key, but on a standard account where one key is asked for.
func TestLaw05Session(t *testing.T) {
	w := newWorld(t)
	out := w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	if f := w.entry(out.Leaf); len(f.Keys) != 1 || !f.Keys[0].Session || f.Keys[0].Person != w.person("agent") {
		t.Errorf("the entry names the keys %+v", f.Keys)
	}
	for what, q := range map[string]model.Request{
		"one key on a verified account": w.ask("agent", w.Command(model.CmdWarn, "astronaut")),
		"the brief lock":                w.ask("lead", w.Command(model.CmdLock, "president")),
		"two keys on a standard one":    w.ask("lead", w.Command(model.CmdBan, "uncle")),
		"governing, by one key":         w.ask("admin", w.Command(model.CmdSetClass, "aunt", "class", "verified")),
		"a freeze":                      w.ask("lead", plain(model.CmdFreeze)),
	} {
		if keys, err := w.Store.KeysOn(t.Context(), q.ID); err != nil || len(keys) != 0 {
			t.Errorf("%s: a session left %d keys, %v", what, len(keys), err)
		}
	}
	w.light("president", "a session")
	w.whole()
}

// TestLaw05SomethingElseNow: what the keys were turned on must be what is there when the last is turned, and when the
// wait is over.
func TestLaw05SomethingElseNow(t *testing.T) {
	for what, change := range map[string]func(w *world){
		"the policy": func(w *world) {
			w.Do("admin", w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 99 }), "admin")
		},
		"the class": func(w *world) {
			w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "government"), "admin")
		},
		"the sanctions":               func(w *world) { w.Do("agent", w.Command(model.CmdLimit, "newsroom"), "lead2", "agent") },
		"the sanctions, by one's end": func(w *world) { w.pass(2 * time.Minute) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			if what == "the sanctions, by one's end" {
				w.Do("agent", w.Command(model.CmdLimit, "newsroom", "for", "1m"), "lead2", "agent")
			}
			pending := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
			w.turn(pending, "lead")
			waiting := w.waiting("agent", w.Command(model.CmdDeactivate, "newsroom"), "lead", "agent")
			change(w)
			w.refused(signed, "the last key", w.turning("agent", pending))
			w.pass(10 * time.Minute)
			if q := w.request(waiting.ID); q.State != model.StateRefused || q.Outcome == "" {
				t.Errorf("what waited is %s: %q", q.State, q.Outcome)
			}
			if s := w.sanctions("newsroom"); slices.ContainsFunc(s, func(s model.Sanction) bool { return s.Kind.Darkens() }) {
				t.Errorf("newsroom has %+v", s)
			}
			w.whole()
		})
	}
}

// TestLaw05AKeyWitnessesTheHead: each key names the head that the ledger had when it was signed.
func TestLaw05AKeyWitnessesTheHead(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "newsroom"))
	head, _, err := w.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.turn(q, "lead")
	keys, err := w.Store.KeysOn(t.Context(), q.ID)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	if k := keys[0]; k.HeadSize != head.Size || string(k.HeadHash) != string(head.Root[:]) {
		t.Errorf("the key names the head of %d entries, not of %d", k.HeadSize, head.Size)
	}
	keys[0].HeadHash[0] ^= 1 // another history under the same signature
	err = w.Store.Privileged(t.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event = "automatic"
		return p.PutKey(t.Context(), keys[0])
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := w.turn(q, "agent"); out.Missing.Keys != 1 {
		t.Errorf("a key that names another head stands: missing %+v", out.Missing)
	}
}

// TestLaw05Expired: a request takes keys for 24 hours, whether or not anybody has looked at the clock.
func TestLaw05Expired(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdLimit, "newsroom"))
	w.turn(q, "agent")
	w.Clock.Advance(24*time.Hour - time.Millisecond)
	last := w.assertion("lead", q)
	w.Clock.Advance(time.Millisecond)
	w.invalid(model.KindConflict, "", "a key after 24 hours", w.handing("lead", q, last))
	w.invalid(model.KindConflict, "", "a challenge after 24 hours", func() error {
		_, err := w.Guard.Challenge(t.Context(), w.Actor("gov"), q.ID)
		return err
	})
	w.Due()
	if w.State(q.ID) != model.StateExpired {
		t.Errorf("it is %s", w.State(q.ID))
	}
	for _, do := range []func(guard.Actor) (guard.Outcome, error){
		func(a guard.Actor) (guard.Outcome, error) { return w.Guard.Withdraw(t.Context(), a, q.ID, "") },
		func(a guard.Actor) (guard.Outcome, error) { return w.Guard.Veto(t.Context(), a, q.ID, "") },
	} {
		w.invalid(model.KindConflict, "", "a request that is over", func() error { _, err := do(w.Actor("agent")); return err })
	}
}
