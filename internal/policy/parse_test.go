package policy

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
)

// gone stands for a member that is taken out.
var gone = struct{}{}

// put sets or takes out the member at a path.
func put(t testing.TB, doc tree, path string, value any) {
	t.Helper()
	object, name := doc, path
	if i := strings.LastIndex(path, "."); i >= 0 {
		object, name = at(t, doc, path[:i]), path[i+1:]
	}
	if value == gone {
		delete(object, name)
		return
	}
	object[name] = value
}

// Each single slip in a document is refused by the path it is at (field, where it is not the path that was changed).
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		path         string
		value        any
		field, piece string
	}{
		{"version", 2, "", "from 1 to 1"},
		{"notes", "x", "", "not known"},
		{"rows", []any{}, "", "object"},
		{"rows", nil, "", "object"},
		{"rows.purge", gone, "", "missing"},
		{"rows.behead", tree{}, "", "not known"},
		{"rows.suspend.government", gone, "", "missing"},
		{"rows.suspend.royal", tree{}, "", "not known"},
		{"rows.unfreeze.standard", tree{}, "", "not known"},
		{"rows.suspend.government", 3, "", "object"},
		{"rows.suspend.government.keys", gone, "", "missing"},
		{"rows.suspend.government.roles", gone, "", "missing"},
		{"rows.suspend.government.teams", gone, "", "missing"},
		{"rows.suspend.government.wait", gone, "", "missing"},
		{"rows.suspend.government.hours", 1, "", "not known"},
		{"rows.warn.standard.keys", 0, "", "from 1"},
		{"rows.warn.standard.keys", -1, "", "from 1"},
		{"rows.warn.standard.keys", 10, "", "to 9"},
		{"rows.warn.standard.keys", 1.5, "", "whole number"},
		{"rows.warn.standard.keys", "1", "", "whole number"},
		{"rows.ban.government.keys", 2, "", "at least 3"},
		{"rows.warn.standard.roles", "lead", "", "list"},
		{"rows.warn.standard.roles", []any{"king"}, "", "king"},
		{"rows.warn.standard.roles", []any{1}, "", "text"},
		{"rows.warn.standard.roles", []any{"auditor"}, "", "no key"},
		{"rows.ban.standard.roles", []any{"lead", "lead"}, "", "twice"},
		{"rows.warn.standard.teams", 0, "", "from 1 to 1"},
		{"rows.warn.standard.teams", 2, "", "from 1 to 1"},
		{"rows.warn.standard.wait", "-1s", "", "from 0s"},
		{"rows.warn.standard.wait", "169h", "", "to 168h"},
		{"rows.warn.standard.wait", "1.5s", "", "whole seconds"},
		{"rows.warn.standard.wait", 60, "", "text such as"},
		{"rows.limit.verified.keys", 1, "", "law 1"},
		{"rows.lock.verified.keys", 1, "", "law 1"},
		{"rows.remove_post.verified.keys", 1, "", "law 1"},
		{"rows.suspend.verified.keys", 1, "", "law 1"},
		{"rows.takeover.verified.keys", 1, "", "law 1"},
		{"rows.restore.keys", 2, "rows.restore", "one key"},
		{"rows.restore.wait", "1m", "rows.restore", "no wait"},
		{"rows.tighten.roles", []any{"admin"}, "rows.tighten", "no role"},
		{"rows.freeze.wait", "1s", "rows.freeze", "no wait"},
		{"budgets.agent", gone, "", "missing"},
		{"budgets.king", tree{}, "", "not known"},
		{"budgets.agent.reach_per_day", -1, "", "whole number"},
		{"budgets.agent.accounts_per_hour", 2_000_000, "", "to 1000000"},
		{"budgets.agent.reach_per_hour", 1e11, "", "whole number"},
		{"budgets.agent.accounts_per_day", 59, "", "from 60"},
		{"budgets.lead.reach_per_day", 5, "", "from 100000000"},
		{"budgets.agent.per_week", 1, "", "not known"},
		{"breaker.freeze", gone, "", "missing"},
		{"breaker.darkenings", 0, "", "from 1"},
		{"breaker.window", "1s", "", "from 1m"},
		{"breaker.freeze", "31m", "", "to 30m"},
		{"cedar", 1, "", "text"},
	} {
		t.Run(fmt.Sprintf("%s %v", c.path, c.value), func(t *testing.T) {
			doc := documentOf(t, shipped(t))
			put(t, doc, c.path, c.value)
			_, err := parseTree(t, doc)
			wantInvalid(t, err, cmp.Or(c.field, c.path), c.piece)
		})
	}
}

// What a law fixes, no policy can say otherwise.
func TestParseHoldsTheLaws(t *testing.T) {
	one := tree{"keys": 1, "roles": []any{}, "teams": 1, "wait": "0s"}
	for _, row := range append(ClassRows(), SingleRows()...) {
		for _, class := range []string{"standard", "verified", "high_profile", "government"} {
			path := "rows." + string(row) + "." + class
			if !row.ByClass() {
				path = "rows." + string(row)
			}
			doc := documentOf(t, shipped(t))
			put(t, doc, path, one)
			_, err := parseTree(t, doc)
			var law string
			switch row {
			case RowLock, RowSensitive, RowLimit, RowRemovePost, RowDeactivate, RowSuspend, RowBan, RowPurge, RowTakeover:
				if class != "standard" {
					law = "(law 1)"
				}
			case RowGrantAgent, RowLoosen:
				law = "(law 2)"
			case RowUnfreeze:
				law = "(law 10)"
			}
			if law == "" && err != nil {
				t.Errorf("%s with one key is refused: %v", path, err)
			}
			if law != "" {
				wantInvalid(t, err, path+".keys", law)
			}
		}
	}
}

func TestParseRefusesOtherDocuments(t *testing.T) {
	good := string(shipped(t).Encode())
	again := func(piece, by string) string {
		if !strings.Contains(good, piece) {
			t.Fatalf("%q is not in the document", piece)
		}
		return strings.Replace(good, piece, by, 1)
	}
	for name, c := range map[string]struct{ doc, field, piece string }{
		"empty":           {"", "policy", "not JSON"},
		"null":            {"null", "policy", "object"},
		"a list":          {"[]", "policy", "object"},
		"cut short":       {good[:len(good)-1], "policy", "not JSON"},
		"more after it":   {good + "{}", "policy", "not JSON"},
		"not UTF-8":       {again("permit", "perm\xffit"), "policy", "UTF-8"},
		"too long":        {good + strings.Repeat(" ", MaxDocument), "policy", "at most"},
		"deep":            {strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "policy", "not JSON"},
		"a field twice":   {again(`"version":1`, `"version":1,"version":1`), "version", "twice"},
		"a key twice":     {again(`"keys":1`, `"keys":9,"keys":1`), "rows.deactivate.standard.keys", "twice"},
		"an escaped twin": {again(`"version":1`, `"version":1,"ver\u0073ion":1`), "version", "twice"},
		"a float":         {again(`"version":1`, `"version":1.0`), "version", "whole number"},
		"an exponent":     {again(`"version":1`, `"version":1e0`), "version", "whole number"},
		"a huge number":   {again(`"keys":1`, `"keys":18446744073709551617`), "rows.deactivate.standard.keys", "whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.doc))
			wantInvalid(t, err, c.field, c.piece)
		})
	}
}

// Whatever Parse lets through, it writes and reads back as the same.
func FuzzParse(f *testing.F) {
	good := string(shipped(f).Encode())
	f.Add(good)
	f.Add(strings.Replace(good, `"keys":1`, `"keys":1,"keys":2`, 1))
	f.Add(`{"version":1,"rows":{},"budgets":{},"breaker":{},"cedar":"permit(principal,action,resource);"}`)
	f.Add(`[{"a":[1,{"b":null}]}]`)
	f.Fuzz(func(t *testing.T, doc string) {
		b, err := Parse([]byte(doc))
		if err != nil {
			return
		}
		again, err := Parse(b.Encode())
		if err != nil || again.Hash() != b.Hash() {
			t.Errorf("the document of what was read: %v", err)
		}
	})
}

// Cedar text alone, so that the fuzzer need not find its way through the JSON: it never panics, and a text that is let
// through can be asked anything.
func FuzzCedar(f *testing.F) {
	f.Add(shippedCedar)
	f.Add(`@id("a") permit (principal in Team::"x", action, resource) when { context.hour < 9 };`)
	f.Add(`@id("a") @why("b") forbid (principal, action == Action::"see", resource) unless { context has class };`)
	f.Fuzz(func(t *testing.T, text string) {
		rs, err := parseRules(text)
		if err != nil {
			return
		}
		s := spaceOf(rs)
		for _, a := range s.acts[:min(3, len(s.acts))] {
			newSheet(rs, &s, a).someone("")
		}
	})
}
