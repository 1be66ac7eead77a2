package guard_test

import (
	"encoding/json"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

var (
	governors = []model.Role{model.RoleSecurity, model.RoleAdmin}
	granters  = []model.Role{model.RoleLead, model.RoleAdmin}
)

// enrolment makes a passkey by an invitation, as the enrolment page does; it has no power yet.
func (w *world) enrolment(login, invitedBy string) (model.ID, *softkey.Ring) {
	w.t.Helper()
	ring, registered, err := demo.MakeRing(w.Guard.RelyingParty(), login)
	if err != nil {
		w.t.Fatal(err)
	}
	id := w.Store.IDs().Next()
	w.Write(func(tx *store.Tx) error {
		return tx.AddEnrolment(w.t.Context(), store.Enrolment{ID: id, TokenHash: []byte(id.String()), Login: login,
			Person: w.person(login), InvitedBy: w.person(invitedBy), Name: "key", Handle: registered.Handle,
			PublicKey: registered.PublicKey, AAGUID: registered.AAGUID, CreatedAt: w.Clock.Now(),
			ExpiresAt: w.Clock.Now().Add(72 * time.Hour)})
	})
	return id, ring
}

// enrol is the command that gives a login a passkey.
func (w *world) enrol(login string) model.Command {
	w.t.Helper()
	id, _ := w.enrolment(login, "admin")
	return w.on(model.CmdEnrollCredential, login, "enrolment", id.String())
}

// publish is the command that publishes the shipped policy, changed.
func (w *world) publish(change func(doc object)) model.Command {
	w.t.Helper()
	return plain(model.CmdPublishPolicy, "document", string(document(w.t, change)))
}

// employed sets somebody's employment without more ado, as what was so before the test.
func (w *world) employed(login string, e model.Employment) {
	w.t.Helper()
	err := w.Store.Privileged(w.t.Context(), func(p *store.PrivTx) error {
		m, err := p.Person(w.t.Context(), w.person(login))
		if err != nil {
			return err
		}
		m.Employment = e
		p.Entry.Facts.Event, p.Entry.Facts.Kind = "automatic", model.CmdSetEmployment
		return p.PutPerson(w.t.Context(), m)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestLaw02LooseningTakesTheStrictestRow asks for everything that makes anything easier: each takes three people, a
// security and an admin among them, of two teams, and a day.
func TestLaw02LooseningTakesTheStrictestRow(t *testing.T) {
	w := linkedWorld(t, map[string]string{"agent2": "niece"})
	now := w.Clock.Now()
	w.employed("agent", model.Employment{Kind: model.Employee, Status: model.EmploymentNotice})
	w.employed("lead2", model.Employment{Kind: model.Employee, Status: model.EmploymentEnded})
	w.employed("gov", model.Employment{Kind: model.Contractor, Status: model.EmploymentActive, EndsAt: now.AddDate(1, 0, 0)})
	w.employed("admin2", model.Employment{Kind: model.Contractor, Status: model.EmploymentActive})
	cells := func(row, class string, change func(cell object)) func(doc object) {
		return func(doc object) { change(doc.at("rows", row, class)) }
	}
	for what, cmd := range map[string]model.Command{
		"a class lowered by one":       w.Command(model.CmdSetClass, "president", "class", "high_profile"),
		"a class lowered to nothing":   w.Command(model.CmdSetClass, "astronaut", "class", "standard"),
		"the mark taken":               w.Command(model.CmdSetVerified, "president", "verified", "false"),
		"a lead made of an agent":      w.on(model.CmdGrantRole, "agent2", "role", "lead"),
		"an admin made of a lead":      w.on(model.CmdGrantRole, "lead", "role", "admin"),
		"an agent's place for a lead":  w.on(model.CmdGrantRole, "lead", "role", "agent"),
		"a lead brought in":            newcomer("nadir", "role", "lead"),
		"an auditor brought in":        newcomer("nadir", "role", "auditor"),
		"a passkey for a lead":         w.enrol("lead"),
		"a contract prolonged":         w.on(model.CmdSetEmployment, "lastday", "ends", "2018-11-02"),
		"a contract without end":       w.on(model.CmdSetEmployment, "lastday", "ends", "never"),
		"a contractor employed":        w.on(model.CmdSetEmployment, "gov", "kind", "employee"),
		"notice taken back":            w.on(model.CmdSetEmployment, "agent", "status", "active"),
		"somebody called back":         w.on(model.CmdSetEmployment, "lead2", "status", "notice"),
		"an end for a leaver for good": w.on(model.CmdSetEmployment, "admin2", "ends", "2019-01-01"),
		"fewer keys": w.publish(cells("ban", "government", func(c object) {
			c["keys"], c["roles"] = 2, []string{}
		})),
		"another role":      w.publish(cells("limit", "high_profile", func(c object) { c["roles"] = []string{"security"} })),
		"a shorter wait":    w.publish(cells("suspend", "government", func(c object) { c["wait"] = "14m" })),
		"one team":          w.publish(cells("suspend", "high_profile", func(c object) { c["teams"] = 1 })),
		"a larger budget":   w.publish(func(doc object) { doc.at("budgets", "agent")["accounts_per_hour"] = 61 }),
		"a wider reach":     w.publish(func(doc object) { doc.at("budgets", "lead")["reach_per_day"] = 200_000_001 }),
		"a slacker breaker": w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 101 }),
		"more allowed":      w.publish(func(doc object) { doc["cedar"] = `@id("all") permit (principal, action, resource);` }),
		"fewer to veto": w.publish(func(doc object) {
			doc["cedar"] = doc["cedar"].(string) + `@id("no") forbid (principal in Role::"admin", action == Action::"veto", resource);`
		}),
		"one thing tightened and another loosened": w.publish(func(doc object) {
			doc.at("rows", "ban", "government")["keys"] = 9
			doc.at("rows", "deactivate", "government")["wait"] = "1m"
		}),
		"a login moved":                      w.on(model.CmdMapPerson, "lead", "login", "agent2"),
		"an account that is somebody's":      w.on(model.CmdMapPerson, "lead", "account", "@cousin"),
		"an account that is no more":         w.on(model.CmdMapPerson, "agent2", "account", "@niece", "unmap", "true"),
		"other recovery keys":                plain(model.CmdSetSetting, "name", "recovery", "value", otherKeys(t)),
		"more followers to become protected": plain(model.CmdSetSetting, "name", "high_profile_at", "value", "100001"),
		"the row of governing itself":        w.publish(func(doc object) { doc.at("rows", "loosen")["keys"] = 2 }),
	} {
		t.Run(what, func(t *testing.T) {
			w.t, w.TB = t, t
			q := w.ask("security", cmd)
			w.needs(q, 3, governors, 2, 24*time.Hour)
		})
	}
}

// TestLaw02TooFewGovern turns every set of keys that is not enough on one of them.
func TestLaw02TooFewGovern(t *testing.T) {
	w := newWorld(t)
	for _, keys := range [][]string{{"admin"}, {"security"}, {"admin", "security"}, {"admin", "admin2", "lead"},
		{"security", "lead", "lead2"}, {"admin", "lead", "lead2", "admin2"}} {
		q := w.ask("admin", w.on(model.CmdGrantRole, "agent", "role", "lead"))
		out := w.turn(q, keys...)
		if out.Request.State != model.StatePending || out.Missing.None() {
			t.Errorf("with the keys of %v it is %s, missing %+v", keys, out.Request.State, out.Missing)
		}
	}
	q := w.waiting("admin", w.on(model.CmdGrantRole, "agent", "role", "lead"), "admin", "security", "lead")
	w.pass(24*time.Hour - time.Millisecond)
	if w.holds("agent", model.RoleLead) {
		t.Error("the role is held before its day has passed")
	}
	w.pass(time.Millisecond)
	if w.State(q.ID) != model.StateExecuted || !w.holds("agent", model.RoleLead) {
		t.Errorf("after its day the grant is %s", w.State(q.ID))
	}
	for _, login := range []string{"agent2", "gov", "auditor"} {
		w.refused("", login+" governs", w.submitting(login, w.on(model.CmdGrantRole, "agent2", "role", "lead")))
	}
	w.whole()
}

func (w *world) holds(login string, role model.Role) bool {
	w.t.Helper()
	p, err := w.Store.Person(w.t.Context(), w.person(login))
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Has(role)
}

// TestLaw02NobodySignsForThemselves has people turn keys on what gives them more.
func TestLaw02NobodySignsForThemselves(t *testing.T) {
	w := newWorld(t)
	w.employed("lead2", model.Employment{Kind: model.Contractor, Status: model.EmploymentActive, EndsAt: w.Clock.Now().AddDate(1, 0, 0)})
	for what, cmd := range map[string]model.Command{
		"one's own role":       w.on(model.CmdGrantRole, "lead2", "role", "security"),
		"one's own employment": w.on(model.CmdSetEmployment, "lead2", "ends", "never"),
		"one's own passkey":    w.enrol("lead2"),
	} {
		q := w.ask("lead2", cmd) // to ask for it is no key
		w.refused("no_lone_governor", what, w.turning("lead2", q))
		w.turn(q, "admin")
	}
	for what, cmd := range map[string]model.Command{
		"a login for oneself":   w.on(model.CmdMapPerson, "lead2", "login", "agent2"),
		"one's login elsewhere": w.on(model.CmdMapPerson, "agent2", "login", "lead2"),
		"an account of one's":   w.on(model.CmdMapPerson, "lead2", "account", "cousin"),
	} {
		w.refused("no_lone_governor", what, w.turning("lead2", w.ask("lead2", cmd)))
	}
	// What takes something from oneself takes one's own key.
	w.Do("lead2", w.on(model.CmdSetEmployment, "lead2", "status", "notice"), "lead2")
}

// TestLaw02TighteningTakesOneKey asks for everything that makes nothing easier.
func TestLaw02TighteningTakesOneKey(t *testing.T) {
	w := newWorld(t)
	held, err := w.Store.CredentialsOf(t.Context(), w.person("agent"))
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []model.Command{
		w.Command(model.CmdSetClass, "uncle", "class", "government"),
		w.Command(model.CmdSetClass, "astronaut", "class", "high_profile"),
		w.Command(model.CmdSetVerified, "aunt", "verified", "true"),
		w.on(model.CmdGrantRole, "lead2", "role", "lead", "revoke", "true"),
		w.on(model.CmdEnrollCredential, "agent", "revoke", held[0].ID.String()),
		w.on(model.CmdSetEmployment, "agent2", "status", "notice"),
		w.on(model.CmdSetEmployment, "agent2", "status", "ended"),
		w.on(model.CmdSetEmployment, "lead2", "kind", "contractor", "ends", "2018-01-01"),
		w.on(model.CmdSetEmployment, "lead2", "ends", "2017-12-31"),
		w.publish(func(doc object) { doc.at("rows", "warn", "standard")["keys"] = 2 }),
		plain(model.CmdSetSetting, "name", "high_profile_at", "value", "99999"),
		plain(model.CmdFreeze),
	} {
		q := w.ask("admin", cmd)
		w.needs(q, 1, nil, 1, 0)
		if out := w.turn(q, "admin"); out.Request.State != model.StateExecuted {
			t.Errorf("%s %v is %s after one key", cmd.Kind, cmd.Params, out.Request.State)
		}
	}
	for _, handle := range []string{"uncle", "aunt", "astronaut"} {
		c, err := w.Store.ClassOf(t.Context(), w.Accounts[handle])
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]model.Class{"uncle": "government", "aunt": "standard", "astronaut": "high_profile"}[handle]; c.Class != want {
			t.Errorf("@%s is %s, not %s", handle, c.Class, want)
		}
		if c.Verified != (handle != "uncle") {
			t.Errorf("the mark of @%s is %t", handle, c.Verified)
		}
	}
	w.whole()
}

// TestLaw02PolicyAfterPolicy: what was found out about one document is not said of another, nor of a step from another
// policy.
func TestLaw02PolicyAfterPolicy(t *testing.T) {
	w := newWorld(t)
	strict := func(doc object) { doc.at("rows", "warn", "standard")["keys"] = 3 }
	two := func(doc object) { doc.at("rows", "warn", "standard")["keys"] = 2 }
	loose := func(doc object) { doc.at("breaker")["darkenings"] = 101 }
	w.needs(w.ask("admin", w.publish(two)), 1, nil, 1, 0)
	w.needs(w.ask("admin", w.publish(loose)), 3, governors, 2, 24*time.Hour)
	w.needs(w.ask("admin", w.publish(two)), 1, nil, 1, 0)
	w.Do("admin", w.publish(strict), "admin")
	w.needs(w.ask("admin", w.publish(two)), 3, governors, 2, 24*time.Hour)
	w.Do("admin", w.publish(two), "admin", "security", "lead")
	b, err := w.Store.PolicyInForce(t.Context())
	if want := bundle(t, two).Hash(); err != nil || b.Hash != want {
		t.Errorf("in force is %s, %v, not %s", b.Hash, err, want)
	}
	w.whole()
}

// TestLaw02TheBundleInForceJudgesItsSuccessor writes a policy under which two people govern at once. Even once it is in
// force, governing takes what the strictest row takes.
func TestLaw02TheBundleInForceJudgesItsSuccessor(t *testing.T) {
	cheap := func(doc object) { weaken(doc.at("rows", "loosen"), 2) }
	w := newWorld(t)
	q := w.ask("admin", w.publish(cheap))
	w.needs(q, 3, governors, 2, 24*time.Hour)
	w.Do("admin", w.publish(cheap), "admin", "security", "lead")
	q = w.ask("admin", w.on(model.CmdGrantRole, "agent", "role", "lead"))
	w.needs(q, 3, nil, 1, 24*time.Hour)
	// And on again: a policy that asks for five keys anywhere has governing take five.
	five := newWorldUnder(t, bundle(t, func(doc object) {
		cheap(doc)
		doc.at("rows", "purge", "verified")["keys"], doc.at("rows", "takeover", "verified")["wait"] = 5, "48h"
	}))
	q = five.ask("admin", five.on(model.CmdGrantRole, "agent", "role", "lead"))
	five.needs(q, 5, nil, 1, 48*time.Hour)
}

// TestLaw02AnAgentsPlace: the role of agent, and an agent's passkey, only fill a place in the count. Two people grant
// them, but never so few that with the place they are fewer than a row asks for.
func TestLaw02AnAgentsPlace(t *testing.T) {
	leads3 := func(doc object) { // met by a lead, the admin and the newcomer of the two
		c := doc.at("rows", "limit", "verified")
		c["keys"], c["roles"] = 3, []string{"lead"}
	}
	govern3 := func(doc object) { doc.at("rows", "loosen")["roles"] = []string{"lead", "admin"} }
	for _, tt := range []struct {
		what   string
		change func(doc object)
		keys   int
	}{
		{"the shipped table", func(object) {}, 2},
		{"a row of three that lead and admin could fill", leads3, 3},
		{"governing by three that lead and admin could fill", govern3, 3},
		{"a row of three on standard accounts", func(doc object) { doc.at("rows", "ban", "standard")["keys"] = 3 }, 3},
		{"a row of four with a role of another", func(doc object) {
			c := doc.at("rows", "ban", "government")
			c["keys"], c["roles"] = 4, []string{"lead", "security"}
		}, 4},
		{"a grant that names nobody", func(doc object) { doc.at("rows", "grant_agent")["roles"] = []string{} }, 3},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorldUnder(t, bundle(t, tt.change))
			roles := granters
			if tt.what == "a grant that names nobody" {
				roles = []model.Role{}
			}
			for _, cmd := range []model.Command{newcomer("nadir"), w.enrol("agent")} {
				w.needs(w.ask("lead", cmd), tt.keys, roles, 1, 0)
			}
		})
	}
}

// TestLaw02SeveralRolesAreOnePerson: where somebody holds two roles, two people could fill three named places, so that
// the grant takes a third.
func TestLaw02SeveralRolesAreOnePerson(t *testing.T) {
	w := newWorld(t)
	w.Do("admin", w.on(model.CmdGrantRole, "admin2", "role", "government_affairs"), "admin", "security", "lead")
	w.needs(w.ask("lead", newcomer("nadir")), 3, granters, 1, 0)
	w.Do("admin", w.on(model.CmdGrantRole, "admin2", "role", "admin", "revoke", "true"), "admin")
	w.needs(w.ask("lead", newcomer("nadir")), 2, granters, 1, 0)
}

// TestLaw02Races has two requests get in each other's way: what was signed must be what is there.
func TestLaw02Races(t *testing.T) {
	t.Run("two grants of one login", func(t *testing.T) {
		w := newWorld(t)
		first, second := w.ask("lead", newcomer("nadir")), w.ask("lead", newcomer("nadir"))
		w.turn(first, "lead", "admin")
		w.refused("", "the login is taken", w.turning("lead", second))
	})
	t.Run("two enrolments of one passkey", func(t *testing.T) {
		w := newWorld(t)
		id, _ := w.enrolment("lead", "admin")
		e, err := w.Store.Enrolment(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		twin := e
		twin.ID, twin.TokenHash = w.Store.IDs().Next(), []byte("twin")
		w.Write(func(tx *store.Tx) error { return tx.AddEnrolment(t.Context(), twin) })
		first := w.waiting("admin", w.on(model.CmdEnrollCredential, "lead", "enrolment", e.ID.String()), "admin", "security", "lead2")
		second := w.waiting("admin", w.on(model.CmdEnrollCredential, "lead", "enrolment", twin.ID.String()), "admin", "security", "lead2")
		w.pass(24 * time.Hour)
		if w.State(first.ID) != model.StateExecuted || w.State(second.ID) != model.StateRefused {
			t.Errorf("the two are %s and %s", w.State(first.ID), w.State(second.ID))
		}
		w.invalid(model.KindConflict, "", "an enrolment once more", w.submitting("admin", w.on(model.CmdEnrollCredential, "lead", "enrolment", e.ID.String())))
		w.whole()
	})
	t.Run("notice during the wait for a role", func(t *testing.T) {
		w := newWorld(t)
		q := w.waiting("admin", w.on(model.CmdGrantRole, "agent", "role", "lead"), "admin", "security", "lead")
		w.Do("admin2", w.on(model.CmdSetEmployment, "agent", "status", "notice"), "admin2")
		w.pass(24 * time.Hour)
		if w.State(q.ID) != model.StateRefused || w.holds("agent", model.RoleLead) {
			t.Errorf("the grant is %s", w.State(q.ID))
		}
	})
	t.Run("a contract cut during the wait to prolong it", func(t *testing.T) {
		w := newWorld(t)
		q := w.waiting("admin", w.on(model.CmdSetEmployment, "lastday", "ends", "2019-01-01"), "admin", "security", "lead")
		w.Do("admin2", w.on(model.CmdSetEmployment, "lastday", "status", "ended"), "admin2")
		w.pass(24 * time.Hour)
		if w.State(q.ID) != model.StateRefused {
			t.Errorf("the prolongation is %s", w.State(q.ID))
		}
	})
	t.Run("another policy during the wait", func(t *testing.T) {
		w := newWorld(t)
		q := w.waiting("admin", w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 200 }), "admin", "security", "lead")
		w.Do("admin", w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 50 }), "admin")
		w.pass(24 * time.Hour)
		if state := w.request(q.ID); state.State != model.StateRefused {
			t.Errorf("a policy that the one in force did not judge is %s", state.State)
		}
	})
}

// TestLaw02LoweredClass keeps its old requirements for 7 days.
func TestLaw02LoweredClass(t *testing.T) {
	w := newWorld(t)
	w.Do("admin", w.Command(model.CmdSetClass, "president", "class", "standard"), "admin", "security", "lead")
	suspend := func() model.Request { w.t.Helper(); return w.ask("lead", w.Command(model.CmdSuspend, "president")) }
	strict := []model.Role{model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs}
	w.needs(suspend(), 3, strict, 1, 15*time.Minute)
	w.pass(6 * 24 * time.Hour)
	// Raised by one key to something in between, the old one holds on.
	w.Do("admin", w.Command(model.CmdSetClass, "president", "class", "verified"), "admin")
	w.needs(suspend(), 3, strict, 1, 15*time.Minute)
	w.pass(24*time.Hour - time.Millisecond)
	last := suspend()
	w.needs(last, 3, strict, 1, 15*time.Minute)
	w.turn(last, "lead")
	w.pass(time.Millisecond)
	w.refused("signed_for_this", "a key on what was asked for under the old class", w.turning("gov", last))
	w.needs(suspend(), 2, []model.Role{model.RoleLead}, 1, 0)
	// Lowered once more within the days, the days begin anew, with the strictest of what it was.
	w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "verified"), "admin", "security", "lead")
	w.pass(5 * 24 * time.Hour)
	w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "standard"), "admin", "security", "lead") // a day more
	w.pass(6 * 24 * time.Hour)
	q := w.ask("lead", w.Command(model.CmdSuspend, "newsroom"))
	w.needs(q, 2, []model.Role{model.RoleLead}, 2, 10*time.Minute)
	// Raised again to what it was, and lowered: nothing is forgotten.
	w.Do("admin", w.Command(model.CmdSetClass, "newsroom", "class", "high_profile"), "admin")
	q = w.ask("lead", w.Command(model.CmdSuspend, "newsroom"))
	w.needs(q, 2, []model.Role{model.RoleLead}, 2, 10*time.Minute)
	w.whole()
}

// TestLaw02PolicySurvivesItsPublication reads back what was published.
func TestLaw02PolicySurvivesItsPublication(t *testing.T) {
	w := newWorld(t)
	cmd := w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 50 })
	w.Do("admin", cmd, "admin")
	now, err := w.Store.PolicyInForce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := policy.Parse([]byte(cmd.Params["document"]))
	if err != nil {
		t.Fatal(err)
	}
	if now.Hash != b.Hash() || !json.Valid(now.Document) {
		t.Errorf("the policy in force is %s, not the published %s", now.Hash, b.Hash())
	}
	w.invalid(model.KindInvalid, "params.document", "the policy in force once more", w.submitting("admin", cmd))
	if got := w.request(w.ask("agent", w.Command(model.CmdBan, "uncle")).ID).Policy; got != b.Hash() {
		t.Errorf("the next request is under %s", got)
	}
}

// TestLaw02NobodyEmptiesTheDeskAlone: one person takes something from a few others a day, whatever it is; then it takes
// two, until the day is over. Whom it was taken from already, something more may be taken from.
func TestLaw02NobodyEmptiesTheDeskAlone(t *testing.T) {
	w := newWorld(t)
	end := func(login string) model.Command { return w.on(model.CmdSetEmployment, login, "status", "ended") }
	fourth := w.ask("lead", end("admin2"))
	w.Do("lead", end("agent"), "lead")
	w.Do("lead", w.on(model.CmdGrantRole, "security", "role", "security", "revoke", "true"), "lead")
	w.pass(13 * time.Hour)
	w.Do("lead", w.on(model.CmdSetEmployment, "gov", "status", "notice"), "lead")
	w.needs(w.ask("lead", end("gov")), 1, nil, 1, 0)
	w.refused(guard.LawSigned, "what was asked for when it took one key", w.turning("lead", fourth))
	held, err := w.Store.CredentialsOf(t.Context(), w.Actor("lead2").Person)
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []model.Command{end("admin2"), w.on(model.CmdGrantRole, "lead2", "role", "lead", "revoke", "true"),
		w.on(model.CmdEnrollCredential, "lead2", "revoke", held[0].ID.String())} {
		w.needs(w.ask("lead", cmd), 2, nil, 1, 0)
	}
	w.needs(w.ask("admin", end("admin2")), 1, nil, 1, 0) // somebody else's first
	w.Do("lead", end("admin2"), "lead", "admin")
	w.pass(12 * time.Hour)
	w.needs(w.ask("lead", end("lead2")), 1, nil, 1, 0)
	w.whole()
}
