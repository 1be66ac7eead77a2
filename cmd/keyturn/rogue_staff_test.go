package main

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// staffChanges tries to become more, to bring helpers in, and to be no leaver any more.
func (r *rogue) staffChanges() {
	for _, role := range append(model.Roles(), "founder") {
		for _, person := range []string{r.login, other(r.login, "agent", "agent2"), "helper." + string(role)} {
			params := map[string]string{"role": string(role)}
			if person == "helper."+string(role) {
				params["name"], params["team"], params["kind"] = "Helper", "helpers", "employee"
			}
			r.asks(deskclient.Order{Kind: model.CmdGrantRole, Person: person, Params: params})
		}
	}
	for _, params := range []map[string]string{{"status": "active"}, {"ends": "never"}, {"ends": "2030-01-01"}, {"kind": "employee"},
		{"kind": "employee", "ends": "never", "status": "active"}, {"status": "notice"}} {
		for _, person := range []string{r.login, "lastday"} {
			if params["status"] == "notice" && person == r.login {
				continue // a leaver can do less
			}
			r.asks(deskclient.Order{Kind: model.CmdSetEmployment, Person: person, Params: params})
		}
	}
	for _, params := range []map[string]string{{"person": "lead"}, {"into": r.login}, nil} {
		r.asks(deskclient.Order{Kind: model.CmdMapPerson, Person: r.login, Params: params})
	}
	r.asks(deskclient.Order{Kind: model.CmdEnrollCredential, Person: r.login, Params: map[string]string{"enrolment": "1"}})
	r.thenAgain()
}

// thenAgain tries again what must not work before or after anything.
func (r *rogue) thenAgain() {
	for _, kind := range []model.CommandKind{model.CmdDeactivate, model.CmdBan, model.CmdLimit, model.CmdLock, model.CmdRemovePost} {
		o := deskclient.Order{Kind: kind, Account: "@president"}
		if kind == model.CmdRemovePost {
			o.Post = r.posts["president"][0]
		}
		r.asks(o)
	}
	r.asks(deskclient.Order{Kind: model.CmdSuspend, Account: "@newsroom"})
	r.asks(deskclient.Order{Kind: model.CmdLimit, Account: "@astronaut"})
}

// policies tries to publish the policy in force made looser: in each cell, in each budget, in the breaker, in each rule.
func (r *rogue) policies() {
	doc, n := r.policy(), 0
	loosen := func(where string, part any, change map[string]any) {
		if n++; r.mine(n) {
			r.publishes(where, doc, part.(map[string]any), change)
		}
	}
	for row, cells := range ordered(doc["rows"]) {
		if _, single := cells["keys"]; single {
			loosen(row, cells, map[string]any{"keys": 1, "roles": []string{}, "teams": 1, "wait": "0s"})
			continue
		}
		for class, cell := range ordered(cells) {
			keys, _ := cell["keys"].(json.Number).Int64()
			loosen(row+" "+class, cell, map[string]any{"keys": keys - 1})
			loosen(row+" "+class, cell, map[string]any{"keys": 1, "roles": []string{}, "teams": 1, "wait": "0s"})
		}
	}
	for role, budget := range ordered(doc["budgets"]) {
		loosen("more for "+role, budget, map[string]any{"accounts_per_hour": 1000, "accounts_per_day": 1000, "reach_per_hour": 1 << 40, "reach_per_day": 1 << 40})
	}
	loosen("a lazy breaker", doc["breaker"], map[string]any{"darkenings": 10000, "window": "1m", "freeze": "1m"})
	r.thenAgain()
}

// ordered goes through the objects in an object by name.
func ordered(object any) iter.Seq2[string, map[string]any] {
	all := object.(map[string]any)
	return func(yield func(string, map[string]any) bool) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !yield(name, all[name].(map[string]any)) {
				return
			}
		}
	}
}

// policy is the document in force, as the desk shows it.
func (r *rogue) policy() map[string]any {
	r.t.Helper()
	in := into[struct{ Document json.RawMessage }](r.t, r.asStaff().get("/api/v1/policy"))
	var doc map[string]any
	d := json.NewDecoder(bytes.NewReader(in.Document))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		r.t.Fatal(err)
	}
	return doc
}

// publishes tries to publish the document with a part of it changed, and puts the part back. What makes anything easier
// must not be published by the rogue alone.
func (r *rogue) publishes(what string, doc, part, change map[string]any) {
	r.t.Helper()
	if q, err := r.publish(doc, part, change); err == nil && q.State != model.StatePending {
		r.t.Errorf("%s alone published a policy with %s: %v is %s", r.login, what, change, q.State)
	}
}

func (r *rogue) publish(doc, part, change map[string]any) (deskclient.Request, error) {
	r.t.Helper()
	was := maps.Clone(part)
	maps.Copy(part, change)
	text, err := json.Marshal(doc)
	if err != nil {
		r.t.Fatal(err)
	}
	clear(part)
	maps.Copy(part, was)
	return r.asks(deskclient.Order{Kind: model.CmdPublishPolicy, Params: map[string]string{"document": string(text)}})
}

// freezes freezes and thaws: neither hides anything.
func (r *rogue) freezes() {
	for _, scope := range []string{"", "protected", "all", "none"} {
		r.asks(deskclient.Order{Kind: model.CmdFreeze, Params: map[string]string{"scope": scope}})
		r.thenAgain()
		r.asks(deskclient.Order{Kind: model.CmdUnfreeze})
		r.pass(31 * time.Minute)
	}
}

// havoc does what one key can do against colleagues and rules: it takes roles, ends employments, revokes passkeys and
// makes the policy stricter. That is no way to the accounts either.
func (r *rogue) havoc() {
	doc := r.policy()
	rows := doc["rows"].(map[string]any)
	for _, row := range []string{"restore", "unfreeze", "freeze"} {
		_, _ = r.publish(doc, rows[row].(map[string]any), map[string]any{"keys": 5})
	}
	r.publishes("one rule for all", doc, doc, map[string]any{"cedar": `@id("all") permit (principal, action, resource);`})
	r.publishes("no rule at all", doc, doc, map[string]any{"cedar": `@id("none") forbid (principal, action, resource);`})
	for _, login := range []string{"agent2", "lead2", "admin2", "gov", "security", "lead", "admin", "agent"} {
		if login == r.login {
			continue
		}
		for _, role := range model.Roles() {
			if r.thorough || strings.HasPrefix(string(role), strings.TrimRight(login, "2")) {
				r.asks(deskclient.Order{Kind: model.CmdGrantRole, Person: login, Params: map[string]string{"role": string(role), "revoke": "true"}})
			}
		}
		r.asks(deskclient.Order{Kind: model.CmdSetEmployment, Person: login, Params: map[string]string{"status": "ended"}})
	}
	r.thenAgain()
}
