package guard_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// with is a command with other parameters.
func with(c model.Command, params ...string) model.Command {
	c.Params = maps.Clone(c.Params)
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	maps.Copy(c.Params, pairs(params))
	return c
}

// without is a command without one of its parameters.
func without(c model.Command, param string) model.Command {
	c = with(c)
	delete(c.Params, param)
	return c
}

// TestBadInput: a message that names the field, no entry of the ledger, no change.
func TestBadInput(t *testing.T) {
	w := linkedWorld(t, map[string]string{"agent": "niece", "agent2": "nephew"})
	president, uncle := w.Command(model.CmdSuspend, "president"), w.Command(model.CmdSuspend, "uncle")
	lock, restore := w.Command(model.CmdLock, "uncle"), w.Command(model.CmdRestore, "uncle")
	class, mark := w.Command(model.CmdSetClass, "astronaut"), w.Command(model.CmdSetVerified, "astronaut")
	grant, employment := w.on(model.CmdGrantRole, "agent"), w.on(model.CmdSetEmployment, "agent")
	enrol, nadir, mapping := w.on(model.CmdEnrollCredential, "agent"), newcomer("nadir"), w.on(model.CmdMapPerson, "agent")
	made, _ := w.enrolment("agent", "admin")
	theirs, _ := w.enrolment("agent2", "admin")
	invited := w.Store.IDs().Next()
	w.Write(func(tx *store.Tx) error {
		return tx.AddEnrolment(t.Context(), store.Enrolment{ID: invited, TokenHash: []byte("t"), Login: "agent", Person: w.person("agent"),
			ExpiresAt: w.Clock.Now().Add(time.Hour)})
	})
	credentials, err := w.Store.CredentialsOf(t.Context(), w.person("agent2"))
	if err != nil {
		t.Fatal(err)
	}
	change := func(c model.Command, f func(*model.Command)) model.Command { f(&c); return c }
	many := map[string]string{}
	for i := range 17 {
		many[fmt.Sprint("p", i)] = ""
	}
	for i, tt := range []struct {
		field string
		cmd   model.Command
	}{
		{"reason", change(uncle, func(c *model.Command) { c.Reason = " \n" })},
		{"reason", change(uncle, func(c *model.Command) { c.Reason = strings.Repeat("x", model.MaxReason+1) })},
		{"reason", change(uncle, func(c *model.Command) { c.Reason = "a\xff" })},
		{"reason", change(uncle, func(c *model.Command) { c.Reason = "a\x00" })},
		{"rule", change(uncle, func(c *model.Command) { c.Rule = strings.Repeat("x", model.MaxRule+1) })},
		{"rule", change(uncle, func(c *model.Command) { c.Rule = "\xc0" })},
		{"params", change(uncle, func(c *model.Command) { c.Params = many })},
		{"params", with(uncle, strings.Repeat("x", 51), "")},
		{"params", with(uncle, "\xff", "")},
		{"params.for", with(uncle, "for", strings.Repeat("x", model.MaxParam+1))},
		{"params.for", with(uncle, "for", "\xff")},
		{"params.for", with(uncle, "for", "soon")},
		{"params.for", with(uncle, "for", "59s")},
		{"params.for", with(uncle, "for", "-1h")},
		{"params.for", with(uncle, "for", "43801h")},
		{"params.for", with(w.Command(model.CmdDeactivate, "uncle"), "for", "1h")},
		{"params.for", with(w.Command(model.CmdBan, "uncle"), "for", "1h")},
		{"params.ground", with(uncle, "ground", "because")},
		{"params.ground", with(lock, "ground", "legal")},
		{"params.keys", with(uncle, "keys", "0")},
		{"account", change(uncle, func(c *model.Command) { c.Account = 0 })},
		{"case", change(uncle, func(c *model.Command) { c.Case = 12345 })},
		{"case", change(uncle, func(c *model.Command) { c.Case = president.Case })},
		{"post", change(uncle, func(c *model.Command) { c.Post = w.Post("uncle", "x") })},
		{"post", w.Command(model.CmdRemovePost, "uncle")},
		{"params.sanction", with(restore, "sanction", "")},
		{"params.sanction", with(restore, "sanction", "-1")},
		{"params.class", class},
		{"params.class", with(class, "class", "royal")},
		{"params.class", with(class, "class", "verified")}, // it is
		{"params.verified", mark},
		{"params.verified", with(mark, "verified", "1")},
		{"params.verified", with(mark, "verified", "true")}, // it is
		{"params.verified", with(w.Command(model.CmdSetVerified, "uncle"), "verified", "false")},
		{"person", model.Command{Kind: model.CmdGrantRole, Reason: "x", Params: pairs([]string{"role", "agent"})}},
		{"person", model.Command{Kind: model.CmdSetEmployment, Reason: "x", Params: pairs([]string{"login", "nadir"})}},
		{"params.role", grant},
		{"params.role", with(grant, "role", "king")},
		{"params.role", with(grant, "role", "agent")}, // held
		{"params.role", with(grant, "role", "lead", "revoke", "true")},
		{"params.revoke", with(grant, "role", "lead", "revoke", "yes")},
		{"params.login", with(grant, "role", "lead", "login", "agent")},
		{"params.team", with(grant, "role", "lead", "team", "elsewhere")},
		{"params.login", with(nadir, "login", "N")},
		{"params.login", with(nadir, "login", "1nadir")},
		{"params.name", without(nadir, "name")},
		{"params.name", with(nadir, "name", strings.Repeat("x", 101))},
		{"params.team", without(nadir, "team")},
		{"params.team", with(nadir, "team", strings.Repeat("x", 51))},
		{"params.kind", without(nadir, "kind")},
		{"params.role", without(nadir, "role")},
		{"params.ends", with(nadir, "ends", "2017-11-01")},
		{"params.ends", with(nadir, "ends", "tomorrow")},
		{"params.revoke", with(nadir, "revoke", "true")},
		{"params", employment},
		{"params", with(employment, "status", "active")}, // it is
		{"params.status", with(employment, "status", "fired")},
		{"params.kind", with(employment, "kind", "intern")},
		{"params.ends", with(employment, "ends", "2017-13-01")},
		{"params.enrolment", enrol},
		{"params.enrolment", with(enrol, "enrolment", "x")},
		{"params.enrolment", with(enrol, "enrolment", theirs.String())},
		{"params.enrolment", with(enrol, "enrolment", invited.String())}, // nobody made a passkey yet
		{"params.enrolment", with(enrol, "enrolment", made.String(), "revoke", "1")},
		{"params.name", with(enrol, "enrolment", made.String(), "name", "mine")},
		{"params.revoke", with(enrol, "revoke", "")},
		{"params.revoke", with(enrol, "revoke", credentials[0].ID.String())},
		{"params", mapping},
		{"params", with(mapping, "login", "lead", "account", "cousin")},
		{"params.name", with(mapping, "login", "lead", "name", "x")},
		{"params.login", with(mapping, "login", "agent")}, // it is
		{"params.login", with(mapping, "login", "nobody")},
		{"params.unmap", with(mapping, "login", "lead", "unmap", "true")},
		{"params.unmap", with(mapping, "account", "cousin", "unmap", "yes")},
		{"params.account", with(mapping, "account", "c@usin")},
		{"params.account", with(mapping, "account", "nobody")},
		{"params.account", with(mapping, "account", "cousin", "unmap", "true")}, // it is nobody's
		{"params.account", with(mapping, "account", "niece")},                   // it is
		{"params.account", with(mapping, "account", "nephew", "unmap", "true")}, // it is another's
		{"params.scope", plain(model.CmdFreeze, "scope", "everything")},
		{"params.scope", plain(model.CmdUnfreeze, "scope", "all")},
		{"policy", plain(model.CmdPublishPolicy)},
		{"policy", plain(model.CmdPublishPolicy, "document", "{")},
		{"params.document", plain(model.CmdPublishPolicy, "document", strings.Repeat("x", 1<<20))},
		{"params.name", plain(model.CmdSetSetting)},
		{"params.name", plain(model.CmdSetSetting, "name", "desk_url", "value", "https://elsewhere.example")},
		{"params.name", plain(model.CmdSetSetting, "name", "url", "value", "https://elsewhere.example")},
		{"params.name", plain(model.CmdSetSetting, "name", "demo", "value", "true")},
		{"params.name", plain(model.CmdSetSetting, "name", "wait_divisor", "value", "600")},
		{"params.name", plain(model.CmdSetSetting, "name", "moon", "value", "1")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "0")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "-5")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "007")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "many")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "10000000001")},
		{"params.value", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "100000")}, // it is
		{"params.to", plain(model.CmdSetSetting, "name", "high_profile_at", "value", "5", "to", "5")},
		{"kind", plain("explode")},
		{"params.appeal", w.Command(model.CmdDecideAppeal, "uncle")},
		{"case", change(w.Command(model.CmdViewPrivate, "uncle"), func(c *model.Command) { c.Case = 0 })},
		{"params.for", w.Command(model.CmdPurge, "uncle", "for", "1h")},
		{"params.at", w.Command(model.CmdPurge, "uncle", "at", "2017-11-03T06:00:00Z")},
		{"params.at", w.Command(model.CmdViewPrivate, "uncle", "at", "2017-11-03T06:00:00Z")},
	} {
		by := "agent"
		if info, _ := model.InfoOf(tt.cmd.Kind); info.Group == model.GroupGovern {
			by = "admin"
		}
		w.invalid(model.KindInvalid, tt.field, fmt.Sprintf("%d: %s %.80v", i, tt.cmd.Kind, tt.cmd.Params), w.submitting(by, tt.cmd))
	}
	w.Clock.Advance(72 * time.Hour)
	w.invalid(model.KindConflict, "", "an invitation that has expired", w.submitting("admin", with(enrol, "enrolment", made.String())))
	w.invalid(model.KindConflict, "", "an account that is another's", w.submitting("admin", with(mapping, "account", "nephew")))
	w.invalid(model.KindConflict, "", "a login that is taken", w.submitting("admin", newcomer("agent")))
}

// TestNotThere: what a command is aimed at does not exist.
func TestNotThere(t *testing.T) {
	w := newWorld(t)
	nobody := w.Command(model.CmdSuspend, "uncle")
	nobody.Account, nobody.Case = 12345, 0
	nothing := w.Command(model.CmdRemovePost, "uncle")
	nothing.Post = 12345
	deleted := w.Command(model.CmdRemovePost, "uncle")
	deleted.Post = w.Post("uncle", "x")
	w.Write(func(tx *store.Tx) error {
		return tx.DeletePost(t.Context(), w.Accounts["uncle"], deleted.Post, w.Clock.Now())
	})
	person := plain(model.CmdSetEmployment, "status", "ended")
	person.Person = 12345
	for what, cmd := range map[string]model.Command{"an account": nobody, "a post": nothing, "a deleted post": deleted, "a person": person,
		"an enrolment": w.on(model.CmdEnrollCredential, "agent", "enrolment", "12345"),
		"a credential": w.on(model.CmdEnrollCredential, "agent", "revoke", "12345")} {
		w.invalid(model.KindNotFound, "", what, w.submitting("admin", cmd))
	}
	for what, do := range map[string]func() error{
		"a key": func() error {
			_, err := w.Guard.Turn(t.Context(), w.Actor("lead"), 12345, w.assertion("lead", w.ask("agent", w.Command(model.CmdBan, "uncle"))))
			return err
		},
		"a challenge": func() error { _, err := w.Guard.Challenge(t.Context(), w.Actor("lead"), 12345); return err },
		"a veto":      func() error { _, err := w.Guard.Veto(t.Context(), w.Actor("lead"), 12345, "no"); return err },
	} {
		if err := do(); model.KindOf(err) != model.KindNotFound {
			t.Errorf("%s on no request: %v", what, err)
		}
	}
	w.invalid(model.KindInvalid, "reason", "a veto for a reason that is no text", func() error {
		_, err := w.Guard.Veto(t.Context(), w.Actor("lead"), 12345, "\xff")
		return err
	})
}

// TestHowLong reads "for" as it is meant.
func TestHowLong(t *testing.T) {
	for _, tt := range []struct {
		kind model.CommandKind
		text string
		want time.Duration // 0: without end
	}{
		{model.CmdLock, "", 15 * time.Minute}, {model.CmdLock, "unlimited", 0}, {model.CmdLock, "1m", time.Minute},
		{model.CmdSuspend, "", 0}, {model.CmdSuspend, "unlimited", 0}, {model.CmdSuspend, "72h", 72 * time.Hour},
		{model.CmdSuspend, "43800h", 43800 * time.Hour}, {model.CmdLimit, "90m", 90 * time.Minute}, {model.CmdSensitive, "", 0},
	} {
		w := newWorld(t)
		cmd := w.Command(tt.kind, "uncle")
		if tt.text != "" {
			cmd = with(cmd, "for", tt.text)
		}
		w.Do("agent", cmd)
		s := w.sanctions("uncle")[0]
		if tt.want == 0 != s.End.IsZero() || tt.want != 0 && s.End.Sub(s.Start) != tt.want {
			t.Errorf("%s for %q is from %s to %s", tt.kind, tt.text, s.Start, s.End)
		}
		if tt.want != 0 {
			w.pass(tt.want)
			w.light("uncle", "it has come to its end")
		}
	}
}

// TestEmploymentDates reads "ends" as people write it.
func TestEmploymentDates(t *testing.T) {
	w := newWorld(t)
	for text, want := range map[string]time.Time{
		"2019-03-31":                time.Date(2019, 4, 1, 0, 0, 0, 0, time.UTC), // the end of that day
		"2019-03-31T12:00:00+02:00": time.Date(2019, 3, 31, 10, 0, 0, 0, time.UTC),
		"never":                     {},
		"":                          {},
	} {
		login := fmt.Sprintf("n%d", len(text))
		w.Do("lead", with(newcomer(login), "ends", text), "lead", "admin")
		p, err := w.Store.Person(t.Context(), w.person(login))
		if err != nil || !p.Employment.EndsAt.Equal(want) || p.Team != "support-north" || !p.Has(model.RoleAgent) {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
	}
}

// TestWarn leaves a strike, and hides nothing.
func TestWarn(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	if s, err := w.Store.Strikes(t.Context(), w.Accounts["uncle"]); err != nil || len(s) != 1 || s[0].Rule != "1" {
		t.Errorf("strikes %+v, %v", s, err)
	}
	w.light("uncle", "a warning")
}

// TestWithdraw is for who asked alone.
func TestWithdraw(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdBan, "uncle"))
	withdraw := func(w *world, a guard.Actor, id model.ID) (guard.Outcome, error) {
		return w.Guard.Withdraw(t.Context(), a, id, "a mistake")
	}
	w.refused("", "somebody else withdraws", w.no(withdraw, "lead", q))
	if err := w.no(withdraw, "agent", q)(); err != nil || w.State(q.ID) != model.StateWithdrawn {
		t.Errorf("withdrawn, it is %s, %v", w.State(q.ID), err)
	}
	if reason := w.opened(q).Command.Reason; reason != "because of the test" {
		t.Errorf("its reason was %q", reason)
	}
}
