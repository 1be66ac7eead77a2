package guard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// takeover is a takeover of each kind, with what it needs to be aimed.
func (w *world) takeover(kind model.CommandKind, handle string) model.Command {
	w.t.Helper()
	for _, c := range w.harms(handle) {
		if c.Kind == kind {
			return c
		}
	}
	w.t.Fatalf("there is no %s", kind)
	return model.Command{}
}

// signedIn gives an account one of everything that it can be signed in with.
func (w *world) signedIn(handle string) {
	w.t.Helper()
	ctx, account := w.t.Context(), w.Accounts[handle]
	w.Write(func(tx *store.Tx) error {
		app := store.App{ID: tx.NextID(), Name: "toot", ClientID: fmt.Sprint(tx.NextID()), SecretHash: []byte{1}}
		name, later := []byte(handle+app.ClientID), w.Clock.Now().Add(time.Hour)
		return errors.Join(tx.AddApp(ctx, app),
			tx.AddToken(ctx, store.Token{Hash: name, ID: tx.NextID(), App: app.ID, Account: account, CreatedAt: w.Clock.Now()}),
			tx.AddCode(ctx, store.Code{Hash: name, App: app.ID, Account: account, ExpiresAt: later}),
			tx.AddAccountSession(ctx, store.AccountSession{Hash: name, ID: tx.NextID(), Account: account, CreatedAt: w.Clock.Now(), UsedAt: w.Clock.Now(), ExpiresAt: later}),
			tx.AddChallenge(ctx, store.Challenge{Hash: name, Purpose: "owner-passkey", Person: account, ExpiresAt: later}))
	})
}

// signIns counts what an account is signed in with.
func (w *world) signIns(handle string) (n int) {
	w.t.Helper()
	sessions, err1 := w.Store.AccountSessions(w.t.Context(), w.Accounts[handle], w.Clock.Now())
	apps, err2 := w.Store.AccessTo(w.t.Context(), w.Accounts[handle], 100)
	if err := errors.Join(err1, err2); err != nil {
		w.t.Fatal(err)
	}
	return len(sessions) + len(apps)
}

// presidentsKeys are those that a takeover of the president takes.
var presidentsKeys = []string{"lead", "gov", "security"}

// TestLaw01TakeoverInPieces has one person after another try to take over the president by every command that could, in
// whatever order: with one key missing nothing is taken, and no piece makes the next one cheaper.
func TestLaw01TakeoverInPieces(t *testing.T) {
	w := newWorld(t)
	owner := w.NewOwner("president")
	w.signedIn("president")
	for _, kind := range []model.CommandKind{model.CmdSignOut, model.CmdResetCredentials, model.CmdChangeEmail, model.CmdRenameHandle} {
		cmd := w.takeover(kind, "president")
		w.refused("leavers_hold_no_keys", string(kind)+" by the contractor", w.submitting("lastday", cmd))
		q := w.ask("agent", cmd)
		w.needs(q, 3, []model.Role{model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs}, 1, 0)
		w.refused("leavers_hold_no_keys", "the contractor's key on "+string(kind), w.turning("lastday", q))
		w.turn(q, "agent", "lead", "gov")
		if _, err := owner.Turn(q.ID); model.KindOf(err) != model.KindNotFound {
			t.Errorf("the owner's key on %s of the president: %v", kind, err)
		}
		if s := w.State(q.ID); s != model.StatePending {
			t.Errorf("%s without security's key is %s", kind, s)
		}
		w.invalid(model.KindConflict, "", "its link", handing(w, "agent", q))
		w.untaken("president", string(kind))
	}
	if n := w.signIns("president"); n != 2 {
		t.Errorf("the president is signed in %d times", n)
	}
	a, err := w.Store.Account(t.Context(), w.Accounts["president"])
	c, err2 := w.Store.Credentials(t.Context(), w.Accounts["president"])
	if err := errors.Join(err, err2); err != nil || a.Handle != "president" || c.Email != "president@example.org" || c.PasswordHash == "" {
		t.Errorf("the president is %+v with %+v: %v", a, c, err)
	}
	w.whole()
}

// handing is what is tried, for refused and invalid.
func handing(w *world, login string, q model.Request) func() error {
	return func() error {
		_, err := w.Guard.HandOut(w.t.Context(), w.Actor(login), q.ID)
		return err
	}
}

// TestLaw01TakeoverTakesItsKeys: with the keys that the table asks for each takeover is done, whole, with its entry.
func TestLaw01TakeoverTakesItsKeys(t *testing.T) {
	w := newWorld(t)
	id := w.Accounts["president"]
	post := w.Post("president", "covfefe")
	w.NewOwner("president")

	w.signedIn("president")
	w.Do("agent", w.takeover(model.CmdSignOut, "president"), presidentsKeys...)
	if n := w.signIns("president"); n != 0 {
		t.Errorf("after the sign-out the president is signed in %d times", n)
	}
	keys, err := w.Store.AccountPasskeys(t.Context(), id)
	if err != nil || len(keys) == 0 {
		t.Errorf("a sign-out took the passkeys: %v", err)
	}

	w.signedIn("president")
	w.Do("agent", w.takeover(model.CmdResetCredentials, "president"), presidentsKeys...)
	c, err := w.Store.Credentials(t.Context(), id)
	keys, err2 := w.Store.AccountPasskeys(t.Context(), id)
	if err := errors.Join(err, err2); err != nil || c.PasswordHash != "" || len(keys) != 0 || w.signIns("president") != 0 {
		t.Errorf("after the reset there are %+v, %d passkeys, %d sign-ins: %v", c, len(keys), w.signIns("president"), err)
	}

	size := w.size()
	change := w.Do("agent", w.takeover(model.CmdChangeEmail, "president"), presidentsKeys...)
	if c, err = w.Store.Credentials(t.Context(), id); err != nil || c.Email != "rogue@president.example" {
		t.Errorf("the address is %+v: %v", c, err)
	}
	for i := size; i < w.size(); i++ {
		rec, err := w.Store.Record(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"rogue@president.example", "president@example.org"} {
			if bytes.Contains(rec.Facts, []byte(address)) || bytes.Contains(rec.Leaf, []byte(address)) {
				t.Errorf("entry %d has %s for ever: %s", i, address, rec.Facts)
			}
		}
	}
	if private, err := w.Store.PrivateOf(t.Context(), change.Leaf); err != nil || private["email_before"] != "president@example.org" {
		t.Errorf("what it was before is recorded as %v: %v", private, err)
	}

	done := w.Do("agent", w.takeover(model.CmdRenameHandle, "president"), presidentsKeys...)
	a, err := w.Store.Account(t.Context(), id)
	p, err2 := w.Store.Post(t.Context(), post)
	if err := errors.Join(err, err2); err != nil || a.Handle != "president_2" || a.Class != model.ClassGovernment || p.Text != "covfefe" || p.Account != id {
		t.Errorf("after the renaming the account is %+v, its post %+v: %v", a, p, err)
	}
	f := w.entry(done.Leaf)
	if f.Event != ledger.EventExecuted || f.Kind != model.CmdRenameHandle || f.Handle != "president" || f.Keyholders() != 3 {
		t.Errorf("the entry says %+v", f)
	}
	all, err := w.Store.Takeovers(t.Context(), id)
	if err != nil || len(all) != 4 || all[3].OldHandle != "president" || all[3].NewHandle != "president_2" || all[3].Leaf != done.Leaf {
		t.Errorf("the takeovers are %+v: %v", all, err)
	}
	w.whole()
}

// TestLaw11AHandleStaysItsAccounts: what an account was called nobody else can be called, by registering or by renaming,
// but the account itself.
func TestLaw11AHandleStaysItsAccounts(t *testing.T) {
	w := newWorld(t)
	rename := func(handle, to string) model.Command {
		c := w.Command(model.CmdRenameHandle, handle)
		c.Params = map[string]string{"handle": to}
		return c
	}
	w.Do("agent", rename("president", "POTUS"), presidentsKeys...)
	for _, handle := range []string{"president", "President", "potus"} {
		err := w.Store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: handle, CreatedAt: w.Clock.Now()})
		})
		if model.KindOf(err) != model.KindConflict {
			t.Errorf("somebody registered as %s: %v", handle, err)
		}
		w.invalid(model.KindInvalid, "params.handle", "taking "+handle, w.submitting("agent", rename("uncle", handle)))
	}
	for _, bad := range []string{"", "@potus2", "two words", strings.Repeat("p", 31), "admin", "uncle"} {
		w.invalid(model.KindInvalid, "params.handle", "renaming to "+bad, w.submitting("agent", rename("uncle", bad)))
	}
	one, two := w.ask("agent", rename("uncle", "nuncle")), w.ask("agent", rename("aunt", "nuncle"))
	w.turn(two, "agent")
	w.turn(one, "agent", "lead")
	w.refused("", "the second account of one handle", w.turning("lead", two))
	w.Do("agent", rename("president", "president"), presidentsKeys...)
	if _, err := w.Store.AccountByHandle(t.Context(), "potus"); model.KindOf(err) != model.KindNotFound {
		t.Errorf("the handle from between leads somewhere: %v", err)
	}
	if a, err := w.Store.AccountCalled(t.Context(), "potus"); err != nil || a.ID != w.Accounts["president"] {
		t.Errorf("the desk does not find who was potus: %+v %v", a, err)
	}
	w.whole()
}

// TestLaw01OwnersKeyIsOneOfTwo: on a standard account an agent and the owner's passkey do what two of the staff do; the
// owner alone does nothing, and their key is in the ledger.
func TestLaw01OwnersKeyIsOneOfTwo(t *testing.T) {
	for _, order := range []string{"owner first", "owner last"} {
		w := newWorld(t)
		owner, other := w.NewOwner("uncle"), w.NewOwner("aunt")
		w.pass(time.Minute)
		w.signedIn("uncle")
		q := w.ask("agent", w.takeover(model.CmdSignOut, "uncle"))
		open, err := w.Guard.OwnersRequests(t.Context(), owner.Account)
		if err != nil || len(open) != 1 || open[0].ID != q.ID {
			t.Fatalf("the owner is asked %+v: %v", open, err)
		}
		if _, err := other.Turn(q.ID); model.KindOf(err) != model.KindNotFound {
			t.Errorf("somebody else's passkey: %v", err)
		}
		turn := func() guard.Outcome {
			t.Helper()
			out, err := owner.Turn(q.ID)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		var out guard.Outcome
		if order == "owner first" {
			if out = turn(); out.Request.State != model.StatePending || out.Missing.Keys != 1 {
				t.Errorf("the owner alone: %s, missing %+v", out.Request.State, out.Missing)
			}
			w.invalid(model.KindConflict, "", "the owner's second key", func() error { _, err := owner.Turn(q.ID); return err })
			out = w.turn(q, "agent")
		} else {
			w.turn(q, "agent")
			out = turn()
		}
		if out.Request.State != model.StateExecuted || w.signIns("uncle") != 0 {
			t.Errorf("%s: it is %s, and uncle is signed in %d times", order, out.Request.State, w.signIns("uncle"))
		}
		f := w.entry(out.Leaf)
		if f.Keyholders() != 2 || !(f.Keys[0].Owner || f.Keys[1].Owner) {
			t.Errorf("%s: the entry has the keys %+v", order, f.Keys)
		}
		w.whole()
	}
}

// TestLaw01OwnersKeyDoesNotCount tries it where it must not: on what is no takeover, on an account that is protected
// meanwhile, and alone where the table asks for one key.
func TestLaw01OwnersKeyDoesNotCount(t *testing.T) {
	w := newWorld(t)
	owner := w.NewOwner("uncle")
	w.pass(time.Minute)
	ban := w.ask("agent", w.Command(model.CmdBan, "uncle"))
	w.invalid(model.KindNotFound, "", "the owner's key on a ban", func() error { _, err := owner.Turn(ban.ID); return err })
	q := w.ask("agent", w.takeover(model.CmdSignOut, "uncle"))
	late := w.NewOwner("uncle")
	w.refused("signed_for_this", "a passkey from after the request", func() error { _, err := late.Turn(q.ID); return err })
	options, err := w.Guard.OwnersChallenge(t.Context(), owner.Account, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	response := owner.Sign(options)
	w.Do("admin", w.Command(model.CmdSetClass, "uncle", "class", "verified"), "admin")
	w.refused("signed_for_this", "an account that is protected meanwhile", func() error {
		_, err := w.Guard.TurnAsOwner(t.Context(), owner.Account, q.ID, response)
		return err
	})
	w.whole()

	weak := newWorldUnder(t, bundle(t, func(doc object) {
		weakest(doc)
		doc["cedar"] = doc["cedar"].(string) + `
@id("agents-sign-nothing") forbid (principal, action == Action::"sign", resource) when { principal in Role::"agent" };`
	}))
	owner = weak.NewOwner("uncle")
	weak.pass(time.Minute)
	q = weak.ask("agent", weak.takeover(model.CmdSignOut, "uncle"))
	weak.needs(q, 1, nil, 1, 0)
	out, err := owner.Turn(q.ID)
	if err != nil || out.Request.State != model.StatePending || out.Missing.Keys != 1 {
		t.Errorf("the owner alone, of one key: %s, missing %+v: %v", out.Request.State, out.Missing, err)
	}
	if out := weak.turn(q, "lead"); out.Request.State != model.StateExecuted {
		t.Errorf("with one of the staff it is %s", out.Request.State)
	}
	weak.whole()
}

// TestLaw04TheirOwnAccount: one of the staff whose account it is decides nothing about it as such, and as its owner is the
// human that they are: with whom they have just brought in they do not make two.
func TestLaw04TheirOwnAccount(t *testing.T) {
	w := &world{testkit.NewWorld(t, testkit.WorldOptions{Linked: map[string]string{"lead": "uncle"}}), t}
	w.join("nadir", "lead", "admin2", "admin2")
	owner := w.NewOwner("uncle")
	w.pass(time.Minute)
	signOut := w.takeover(model.CmdSignOut, "uncle")
	w.refused("nobody_in_their_own_case", "by the owner themself", w.submitting("lead", signOut))
	q := w.ask("nadir", signOut)
	w.turn(q, "nadir")
	out, err := owner.Turn(q.ID)
	if err != nil || out.Request.State != model.StatePending || out.Missing.Keys != 1 {
		t.Errorf("the owner and whom they brought in: %s, missing %+v: %v", out.Request.State, out.Missing, err)
	}
	if out := w.turn(q, "agent2"); out.Request.State != model.StateExecuted {
		t.Errorf("with a second person it is %s, missing %+v", out.Request.State, out.Missing)
	}
	w.whole()
}

// TestLaw05OwnersKeyIsRemoved: a key of the owner's stops counting with its passkey.
func TestLaw05OwnersKeyIsRemoved(t *testing.T) {
	w := newWorld(t)
	owner := w.NewOwner("uncle")
	w.pass(time.Minute)
	q := w.ask("agent", w.takeover(model.CmdSignOut, "uncle"))
	if _, err := owner.Turn(q.ID); err != nil {
		t.Fatal(err)
	}
	w.Write(func(tx *store.Tx) error { return tx.RemoveAccountPasskey(t.Context(), owner.Account, owner.Passkey) })
	if out := w.turn(q, "agent"); out.Request.State != model.StatePending || out.Missing.Keys != 1 {
		t.Errorf("with a passkey that is gone it is %s, missing %+v", out.Request.State, out.Missing)
	}
	_, void, err := w.Guard.Missing(t.Context(), q)
	if err != nil || void[0] == nil {
		t.Errorf("nobody is told that the owner's key does not count: %v %v", void, err)
	}
	w.turn(q, "agent2")
	w.whole()
}

// TestLaw05OwnersSignatureIsForThisRequest moves an owner's signature to another request and to the staff's door.
func TestLaw05OwnersSignatureIsForThisRequest(t *testing.T) {
	w := newWorld(t)
	owner := w.NewOwner("uncle")
	w.pass(time.Minute)
	q, other := w.ask("agent", w.takeover(model.CmdSignOut, "uncle")), w.ask("agent", w.takeover(model.CmdRenameHandle, "uncle"))
	options, err := w.Guard.OwnersChallenge(t.Context(), owner.Account, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	response := owner.Sign(options)
	turn := func(q model.Request) func() error {
		return func() error { _, err := w.Guard.TurnAsOwner(t.Context(), owner.Account, q.ID, response); return err }
	}
	w.invalid(model.KindForbidden, "", "on another request", turn(other))
	w.refused("signed_for_this", "with another's signature in it", func() error {
		options, err := w.Guard.OwnersChallenge(t.Context(), owner.Account, other.ID)
		if err != nil {
			return err
		}
		_, err = w.Guard.TurnAsOwner(t.Context(), owner.Account, other.ID, resigned(t, owner.Sign(options), response))
		return err
	})
	w.refused("signed_for_this", "as one of the staff's", func() error {
		_, err := w.Guard.Turn(t.Context(), w.Actor("agent"), q.ID, response)
		return err
	})
	w.invalid(model.KindForbidden, "", "its challenge is used up", turn(q))
	lifting := w.locked("uncle", "agent")
	w.invalid(model.KindForbidden, "", "as the lifting of a lock", func() error {
		return w.Guard.Lift(t.Context(), owner.Account, lifting.ID, response)
	})
	w.whole()
}

// resigned is an answer of a passkey with the signature of another.
func resigned(t *testing.T, answer, other []byte) []byte {
	t.Helper()
	var a, b map[string]any
	if err := errors.Join(json.Unmarshal(answer, &a), json.Unmarshal(other, &b)); err != nil {
		t.Fatal(err)
	}
	a["response"].(map[string]any)["signature"] = b["response"].(map[string]any)["signature"]
	forged, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return forged
}

// reset is an executed reset of the credentials of an account.
func (w *world) reset(by, handle string, keys ...string) model.Request {
	w.t.Helper()
	return w.Do(by, w.takeover(model.CmdResetCredentials, handle), keys...).Request
}

// TestLaw06ResetLink is handed once, to whoever requested it, and that is recorded; after another reset it is void.
func TestLaw06ResetLink(t *testing.T) {
	w := newWorld(t)
	q := w.reset("agent", "president", presidentsKeys...)
	for _, login := range []string{"lead", "gov", "security", "admin"} {
		w.invalid(model.KindForbidden, "", login+" fetching it", handing(w, login, q))
	}
	size := w.size()
	link, err := w.Guard.HandOut(t.Context(), w.Actor("agent"), q.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.recorded(size, "handing out", ledger.EventHanded, "")
	f := w.entry(size)
	if f.Actor != w.person("agent") || f.Request != q.ID || f.Account != w.Accounts["president"] || f.Kind != model.CmdResetCredentials {
		t.Errorf("the entry says %+v", f)
	}
	if text := fmt.Sprintf("%+v", f); strings.Contains(text, link.Token) {
		t.Errorf("the ledger has the link: %s", text)
	}
	r, err := w.Store.Reset(t.Context(), guard.ResetHash(link.Token))
	if err != nil || r.Account != w.Accounts["president"] || !r.ExpiresAt.Equal(link.ExpiresAt) || link.ExpiresAt.Sub(w.Clock.Now()) != 24*time.Hour {
		t.Errorf("the link is %+v: %v", r, err)
	}
	w.invalid(model.KindConflict, "", "fetching it twice", handing(w, "agent", q))
	again := w.reset("agent", "president", presidentsKeys...)
	if _, err := w.Store.Reset(t.Context(), guard.ResetHash(link.Token)); model.KindOf(err) != model.KindNotFound {
		t.Errorf("a link from before a reset still works: %v", err)
	}
	w.Do("agent", w.takeover(model.CmdSignOut, "president"), presidentsKeys...)
	w.invalid(model.KindConflict, "", "fetching it after a sign-out", handing(w, "agent", again))
	late := w.reset("agent", "president", presidentsKeys...)
	w.pass(24 * time.Hour)
	w.invalid(model.KindConflict, "", "fetching it after a day", handing(w, "agent", late))
	w.whole()
}

// TestLaw03WhoIsLeavingGetsNoLink to a protected account, whatever keys it had.
func TestLaw03WhoIsLeavingGetsNoLink(t *testing.T) {
	w := newWorld(t)
	q := w.reset("agent", "president", presidentsKeys...)
	w.Do("admin", w.on(model.CmdSetEmployment, "agent", "status", "notice"), "admin")
	w.refused("leavers_hold_no_keys", "a person on notice", handing(w, "agent", q))
	w.whole()
}

// TestLaw10NoLinkInAFreeze is handed out, and none that was handed out works, until it ends.
func TestLaw10NoLinkInAFreeze(t *testing.T) {
	w := newWorld(t)
	president, uncle := w.reset("agent", "president", presidentsKeys...), w.reset("agent", "uncle", "agent", "agent2")
	w.Do("security", plain(model.CmdFreeze), "security")
	w.refused("bounded_reach", "a freeze", handing(w, "agent", president))
	if e := w.Guard.MayReset(t.Context(), w.Accounts["president"]); model.KindOf(e) != model.KindFrozen {
		t.Errorf("a link works in a freeze: %v", e)
	}
	if e := w.Guard.MayReset(t.Context(), w.Accounts["uncle"]); e != nil {
		t.Errorf("a freeze of protected accounts stops uncle's link: %v", e)
	}
	if err := handing(w, "agent", uncle)(); err != nil {
		t.Error(err)
	}
	w.pass(31 * time.Minute)
	if e := w.Guard.MayReset(t.Context(), w.Accounts["president"]); e != nil {
		t.Errorf("after the freeze: %v", e)
	}
	if err := handing(w, "agent", president)(); err != nil {
		t.Error(err)
	}
	w.whole()
}

// TestLaw08TakeoverIsTold: memory hears of another handle and of an end of all sign-ins before the call returns.
func TestLaw08TakeoverIsTold(t *testing.T) {
	w := newWorld(t)
	told := map[store.EventKind]int{}
	w.Store.Subscribe(func(e store.Event) {
		if e.Account == w.Accounts["uncle"] {
			told[e.Kind]++
		}
	})
	w.Do("agent", w.takeover(model.CmdRenameHandle, "uncle"), "agent", "agent2")
	w.Do("agent", w.takeover(model.CmdSignOut, "uncle"), "agent", "agent2")
	q := w.reset("agent", "uncle", "agent", "agent2")
	if told[store.EventHandle] != 1 || told[store.EventSignedOut] != 2 {
		t.Errorf("told: %v", told)
	}
	if err := handing(w, "agent", q)(); err != nil || told[store.EventSignedOut] != 2 {
		t.Errorf("a link is told as an end of sign-ins: %v %v", told, err)
	}
}

// TestTakeoverInput is bad input to a takeover: clear, about its field, and nothing changes.
func TestTakeoverInput(t *testing.T) {
	w := newWorld(t)
	w.NewOwner("aunt")
	for _, bad := range []string{"", "nobody", "a@b@c", " x@example.org", "AUNT@example.org", strings.Repeat("x", 250) + "@example.org"} {
		cmd := w.Command(model.CmdChangeEmail, "uncle", "email", bad)
		w.invalid(model.KindInvalid, "params.email", "the address "+bad, w.submitting("agent", cmd))
	}
	w.invalid(model.KindInvalid, "params.email", "no address", w.submitting("agent", w.Command(model.CmdChangeEmail, "uncle")))
	w.invalid(model.KindInvalid, "params.email", "the address that it has", w.submitting("agent", w.Command(model.CmdChangeEmail, "aunt", "email", "aunt@example.org")))
	w.invalid(model.KindInvalid, "account", "a reset of what has no address", w.submitting("agent", w.Command(model.CmdResetCredentials, "uncle")))
	w.invalid(model.KindInvalid, "params.handle", "another's parameter", w.submitting("agent", w.Command(model.CmdSignOut, "uncle", "handle", "x")))
	w.Do("agent", w.Command(model.CmdChangeEmail, "uncle", "email", "uncle@example.org"), "agent", "agent2")
	c, err := w.Store.Credentials(t.Context(), w.Accounts["uncle"])
	if err != nil || c.Email != "uncle@example.org" {
		t.Errorf("an account without an address got %+v: %v", c, err)
	}
	w.whole()
}
