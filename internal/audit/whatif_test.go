package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/testkit"
)

type object = map[string]any

// changed is the shipped policy with its document changed.
func changed(t *testing.T, change func(rows, doc object)) *policy.Bundle {
	t.Helper()
	shipped, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var doc object
	if err := json.Unmarshal(shipped.Encode(), &doc); err != nil {
		t.Fatal(err)
	}
	change(doc["rows"].(object), doc)
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	b, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func need(keys int, roles ...string) object {
	if roles == nil {
		roles = []string{}
	}
	return object{"keys": keys, "roles": roles, "teams": 1, "wait": "0s"}
}

// on is a command about the person of a login.
func on(w *testkit.World, kind model.CommandKind, login string, params map[string]string) model.Command {
	return model.Command{Kind: kind, Person: w.Actor(login).Person, Params: params, Reason: "because of the test"}
}

// eventful is a world in which everything that can be requested was, with what then changed about its people.
func eventful(t *testing.T) *testkit.World {
	t.Helper()
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Clock.Advance(time.Minute)
	w.Do("agent2", w.Command(model.CmdSuspend, "aunt"))
	w.Do("agent2", w.Command(model.CmdRestore, "aunt"))
	w.Do("agent", w.Command(model.CmdBan, "cousin"), "agent", "lead")
	w.Do("agent", w.Command(model.CmdLock, "niece"))
	w.Do("agent", w.Command(model.CmdLock, "niece", "for", "72h"))
	w.Do("lead", w.Command(model.CmdLock, "president"), "lead")
	w.Do("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	w.Do("admin", w.Command(model.CmdSetVerified, "nephew", "verified", "true"), "lead")
	w.Do("admin", w.Command(model.CmdSetClass, "nephew", "class", "verified"), "admin")
	w.Do("admin", on(w, model.CmdGrantRole, "agent2", map[string]string{"role": "lead"}), "admin", "security", "lead")
	w.Do("admin", on(w, model.CmdGrantRole, "agent2", map[string]string{"role": "agent", "revoke": "true"}), "admin")
	w.Do("admin", on(w, model.CmdSetEmployment, "agent", map[string]string{"status": "notice"}), "admin")
	w.Do("lead2", model.Command{Kind: model.CmdFreeze, Reason: "because of the test"}, "lead2")
	w.Do("lead", model.Command{Kind: model.CmdUnfreeze, Reason: "because of the test"}, "lead", "security")
	if _, err := w.Submit("auditor", w.Command(model.CmdWarn, "uncle")); err == nil {
		t.Fatal("an auditor warns")
	}
	if _, err := w.Submit("lastday", w.Command(model.CmdWarn, "president")); err == nil {
		t.Fatal("a leaver warns the president")
	}
	strict := changed(t, func(rows, _ object) { rows["limit"].(object)["standard"] = need(2) })
	w.Do("admin", model.Command{Kind: model.CmdPublishPolicy, Reason: "because of the test", Params: map[string]string{"document": string(strict.Encode())}}, "admin")
	w.Do("agent2", w.Command(model.CmdLimit, "nephew"), "agent2", "lead")
	return w
}

func try(t *testing.T, w *testkit.World, by *policy.Bundle, from time.Time) audit.WhatIf {
	t.Helper()
	head, _, err := w.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x, err := audit.Try(t.Context(), w.Store, by, from, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if after, _, err := w.Store.LedgerHead(t.Context()); err != nil || after != head {
		t.Errorf("it left an entry, %v", err)
	}
	return x
}

// TestTryWhatIsInForce: by the policy under which a request was made nothing differs, whatever has become of its people.
func TestTryWhatIsInForce(t *testing.T) {
	w := eventful(t)
	start := w.Clock.Now().Add(-30 * 24 * time.Hour)
	shipped := changed(t, func(object, object) {})
	x := try(t, w, shipped, start)
	if x.Requests != 17 || x.Same != 17 || x.Unknown != 0 || x.Cut || x.Today {
		t.Errorf("by the shipped policy: %+v", x)
	}
	// The limit on @nephew was made under another policy; @nephew was verified by then, whose row is the same.
	if len(x.Differ) > 0 || len(x.Notable) > 0 {
		t.Errorf("it differs: %v %+v", x.Differ, x.Notable)
	}
	if none := try(t, w, shipped, w.Clock.Now().Add(time.Second)); none.Requests != 0 || len(none.Rows) > 0 {
		t.Errorf("of an empty window: %+v", none)
	}
}

// TestTryAnother policy than the one that was in force.
func TestTryAnother(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(rows, doc object)
		want   map[audit.Difference]int
		first  audit.Notable
	}{
		"more keys": {func(rows, _ object) { rows["suspend"].(object)["standard"] = need(2) },
			map[audit.Difference]int{audit.MoreKeys: 2}, audit.Notable{Kind: model.CmdSuspend, Handle: "aunt", Was: "1", Would: "2"}},
		"fewer keys": {func(rows, _ object) {
			rows["suspend"].(object)["government"] = need(2, "lead")
			rows["ban"].(object)["standard"] = need(1, "lead")
		}, map[audit.Difference]int{audit.FewerKeys: 2},
			audit.Notable{Kind: model.CmdSuspend, Handle: "president", Was: "3 · lead, security, government_affairs · 15 min", Would: "2 · lead"}},
		"other keys": {func(rows, _ object) { rows["ban"].(object)["standard"] = need(2, "security") },
			map[audit.Difference]int{audit.OtherKeys: 1}, audit.Notable{Kind: model.CmdBan, Handle: "cousin", Was: "2 · lead", Would: "2 · security"}},
		"the row of governing": {func(rows, _ object) { rows["loosen"] = need(4, "admin", "security") },
			map[audit.Difference]int{audit.MoreKeys: 1}, audit.Notable{Kind: model.CmdGrantRole, Was: "3 · security, admin, two teams · 24 h", Would: "4 · security, admin · 24 h"}},
		"nobody below lead": {func(_, doc object) {
			doc["cedar"] = doc["cedar"].(string) + `@id("x") @why("Not agents.") forbid (principal in Role::"agent", action == Action::"request", resource == Command::"suspend");`
		}, map[audit.Difference]int{audit.NowRefused: 3}, audit.Notable{Kind: model.CmdSuspend, Handle: "president", Why: "Not agents.",
			Was: "3 · lead, security, government_affairs · 15 min"}},
		"a budget of one": {func(_, doc object) {
			doc["budgets"].(object)["agent"] = object{"accounts_per_hour": 1, "accounts_per_day": 1, "reach_per_hour": 1000, "reach_per_day": 1000}
		}, map[audit.Difference]int{audit.NowRefused: 2}, audit.Notable{Kind: model.CmdSuspend, Handle: "president", Was: "3 · lead, security, government_affairs · 15 min"}},
		"an auditor may ask": {func(_, doc object) {
			doc["cedar"] = doc["cedar"].(string) + `@id("x") permit (principal in Role::"auditor", action == Action::"request", resource == Command::"warn") unless { principal.leaver };`
		}, map[audit.Difference]int{audit.NowAllowed: 1}, audit.Notable{Kind: model.CmdWarn, Handle: "uncle"}},
		"whose keys would not count": {func(_, doc object) {
			doc["cedar"] = doc["cedar"].(string) + `@id("x") forbid (principal in Role::"lead", action == Action::"sign", resource == Command::"lock");`
		}, map[audit.Difference]int{audit.NotEnough: 1}, audit.Notable{Kind: model.CmdLock, Handle: "president", Was: "1 · lead", Would: "1 · lead"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := eventful(t)
			x := try(t, w, changed(t, tt.change), w.Clock.Now().Add(-30*24*time.Hour))
			if diff := cmp.Diff(tt.want, x.Differ); diff != "" {
				t.Errorf("it differs (-want +got):\n%s%+v", diff, x.Notable)
			}
			byRow := map[audit.Difference]int{}
			requests := 0
			for _, row := range x.Rows {
				requests += row.Requests
				for d, n := range row.Differ {
					byRow[d] += n
				}
			}
			byRow[audit.NowAllowed] = x.Differ[audit.NowAllowed]
			if diff := cmp.Diff(x.Differ, byRow, cmpopts.IgnoreMapEntries(func(_ audit.Difference, n int) bool { return n == 0 })); diff != "" || requests != x.Requests {
				t.Errorf("by row (-all +rows):\n%s", diff)
			}
			if len(x.Notable) == 0 {
				t.Fatal("nothing is notable")
			}
			got := x.Notable[0]
			if tt.first.Why == "" {
				got.Why = ""
			}
			got = audit.Notable{Kind: got.Kind, Handle: got.Handle, Was: got.Was, Would: got.Would, Why: got.Why}
			if got.Kind == model.CmdGrantRole {
				got.Handle = ""
			}
			if got != tt.first {
				t.Errorf("the newest is %+v, want %+v", got, tt.first)
			}
		})
	}
}

// TestPublications: when each policy came into force, by whose keys, and which way it went; also the same one again.
func TestPublications(t *testing.T) {
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	publish := func(b *policy.Bundle, keys ...string) {
		t.Helper()
		w.Do("admin", model.Command{Kind: model.CmdPublishPolicy, Reason: "because of the test", Params: map[string]string{"document": string(b.Encode())}}, keys...)
	}
	shipped := changed(t, func(object, object) {})
	strict := changed(t, func(rows, _ object) { rows["suspend"].(object)["standard"] = need(2) })
	publish(strict, "admin")
	publish(shipped, "admin", "security", "lead")
	publish(strict, "lead")
	all, err := audit.Publications(t.Context(), w.Store.Reads, 0, 10)
	if err != nil || len(all) != 4 {
		t.Fatalf("%+v, %v", all, err)
	}
	change := "suspend on a standard account takes 2 instead of 1"
	for i, want := range []struct {
		hash    string
		mark    policy.Mark
		keys    int
		changes []policy.Change
	}{
		{strict.Hash(), policy.MarkTighter, 1, []policy.Change{{Words: change, Mark: policy.MarkTighter}}},
		{shipped.Hash(), policy.MarkLooser, 3, []policy.Change{{Words: "suspend on a standard account takes 1 instead of 2", Mark: policy.MarkLooser}}},
		{strict.Hash(), policy.MarkTighter, 1, []policy.Change{{Words: change, Mark: policy.MarkTighter}}},
		{shipped.Hash(), "", 0, nil},
	} {
		p := all[i]
		if p.Hash != want.hash || p.Mark != want.mark || len(p.Keys) != want.keys || p.InForce != (i == 0) || (p.Request == 0) != (i == 3) {
			t.Errorf("%d: %+v", i, p)
		}
		if diff := cmp.Diff(want.changes, p.Changes); diff != "" {
			t.Errorf("%d changes (-want +got):\n%s", i, diff)
		}
		if i < 3 && (p.Requester == nil || p.Requester.ID != w.Actor("admin").Person) {
			t.Errorf("%d was requested by %+v", i, p.Requester)
		}
	}
	some, err := audit.Publications(t.Context(), w.Store.Reads, all[1].Leaf, 1)
	if diff := cmp.Diff(all[2:3], some); err != nil || diff != "" {
		t.Errorf("the page after the second: %v\n%s", err, diff)
	}
	for name, want := range map[string]string{"": strict.Hash(), "in-force": strict.Hash(), shipped.Hash(): shipped.Hash(),
		shipped.Hash()[:20]: shipped.Hash(), shipped.Hash()[7:13]: shipped.Hash(), shipped.Hash()[7:12]: "", "sha256:": "", "abcdef": ""} {
		if got, err := audit.PolicyNamed(t.Context(), w.Store.Reads, name); got.Hash != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", name, got.Hash, err)
		}
	}
}
