package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"keyturn/internal/model"
)

// with is the bundle with one cell changed, without Parse's laws, so that every change can be tried.
func with(b *Bundle, c cell, need model.Requirement) *Bundle {
	table := map[cell]model.Requirement{}
	for at, r := range b.table {
		table[at] = r
	}
	table[c] = need
	return &Bundle{table: table, budgets: b.budgets, breaker: b.breaker, rules: b.rules}
}

// looser are the words of what makes anything easier.
func looser(old, next *Bundle) (words []string) {
	for _, c := range Diff(old, next) {
		if c.Mark == MarkLooser {
			words = append(words, c.Words)
		}
	}
	return words
}

// One cell changed at random is reported when it changes, and as looser exactly when it asks less of anything.
func TestLooserFindsEachCell(t *testing.T) {
	b := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(cells()).Draw(t, "cell")
		was := b.table[c]
		is := was
		var less bool
		switch rapid.SampledFrom([]string{"keys", "roles", "teams", "wait"}).Draw(t, "field") {
		case "keys":
			is.Keys = rapid.IntRange(0, maxKeys).Draw(t, "keys")
			less = is.Keys < was.Keys
		case "roles":
			is.Roles = anyRequirement(t, "other").Roles
			less = slices.ContainsFunc(was.Roles, func(r model.Role) bool { return !slices.Contains(is.Roles, r) })
		case "teams":
			is.Teams = rapid.IntRange(1, 4).Draw(t, "teams")
			less = is.Teams < was.Teams
		case "wait":
			is.Wait = time.Duration(rapid.IntRange(0, 48).Draw(t, "wait")) * time.Hour
			less = is.Wait < was.Wait
		}
		found := looser(b, with(b, c, is))
		if less != (len(found) == 1) || !less && len(found) > 0 {
			t.Fatalf("%s from %s to %s: reported %q", c, Words(was), Words(is), found)
		}
		if less && !strings.HasPrefix(found[0], c.String()+" takes ") {
			t.Fatalf("%s is called %q", c, found[0])
		}
		same := Covers(is, was) && Covers(was, is)
		changes := Diff(b, with(b, c, is))
		if same != (len(changes) == 0) || !same && (len(changes) != 1 || (changes[0].Mark == MarkLooser) != less) {
			t.Fatalf("%s from %s to %s differs by %v", c, Words(was), Words(is), changes)
		}
	})
}

func TestLooserBudgetsAndBreaker(t *testing.T) {
	old := shipped(t)
	for _, c := range []struct {
		path       string
		more, less any
		report     string
	}{
		{"budgets.agent.accounts_per_hour", 61, 59, "the budget of agent is 61 accounts an hour instead of 60"},
		{"budgets.agent.accounts_per_day", 301, 299, "the budget of agent is 301 accounts a day instead of 300"},
		{"budgets.lead.reach_per_hour", 100_000_001, 5, "the budget of lead is 100000001 followers an hour instead of 100000000"},
		{"budgets.admin.reach_per_day", 1, 0, "the budget of admin is 1 followers a day instead of 0"},
		{"breaker.darkenings", 101, 99, "the breaker lets 101 darkenings through instead of 100"},
		{"breaker.window", "9m", "11m", "the breaker counts over 9m instead of 10m"},
		{"breaker.freeze", "29m", "30m", "the breaker freezes for 29m instead of 30m"},
	} {
		if got := looser(old, changed(t, func(doc tree) { put(t, doc, c.path, c.more) })); !slices.Equal(got, []string{c.report}) {
			t.Errorf("%s: got %q, want %q", c.path, got, c.report)
		}
		if got := looser(old, changed(t, func(doc tree) { put(t, doc, c.path, c.less) })); len(got) > 0 {
			t.Errorf("%s made stricter is reported: %q", c.path, got)
		}
		if got := Diff(old, changed(t, func(doc tree) { put(t, doc, c.path, c.less) })); c.path != "budgets.admin.reach_per_day" && c.less != "30m" && (len(got) != 1 || got[0].Mark != MarkTighter) {
			t.Errorf("%s made stricter differs by %v", c.path, got)
		}
	}
}

func TestLooserCedar(t *testing.T) {
	old := shipped(t)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"the same": {old.Cedar(), nil},
		"the same in other words": {replaced(t, `[Class::"standard", Class::"verified"].contains(context.class)`,
			`context.class == Class::"verified" || context.class == Class::"standard"`), nil},
		"a new forbid": {old.Cedar() + `@id("x") forbid (principal, action == Action::"request", resource == Command::"purge");`, nil},
		"another role": {replaced(t, `principal in Role::"agent",`, `principal in Role::"auditor",`), []string{
			"whoever is agent may no longer sign restore on standard and verified accounts",
			"whoever is auditor may now sign restore on standard and verified accounts"}},
		"another class": {replaced(t, `[Class::"standard", Class::"verified"]`, `[Class::"standard", Class::"verified", Class::"government"]`),
			[]string{"whoever is agent may now sign restore on a government account"}},
		"a hole for an hour": {old.Cedar() + `@id("x") permit (principal in Role::"admin", action == Action::"sign", resource == Command::"ban")
			when { context.class == Class::"standard" && context.hour == 3 };`,
			[]string{"whoever is admin, also when leaving, may now sign ban on a standard account, at 3 h UTC"}},
		"a hole for a team": {old.Cedar() + `@id("x") permit (principal in Team::"night", action == Action::"see", resource)
			when { context.class == Class::"verified" };`,
			[]string{"somebody without a role, of team night, also when leaving, may now see the desk on a verified account"}},
		"a hole for contractors": {old.Cedar() + `@id("x") permit (principal, action == Action::"request", resource == Command::"unfreeze")
			when { principal.employment == Employment::"contractor" };`,
			[]string{"somebody without a role, a contractor, may now request unfreeze"}},
		"a hole for leavers": {replaced(t, `unless { resource == Command::"withdraw" }`,
			`unless { resource == Command::"withdraw" || (resource == Command::"unfreeze" && action == Action::"sign") }`),
			[]string{"whoever is lead, security or admin, leaving or on notice, may now sign unfreeze"}},
		"fewer who see": {replaced(t, ",\n      Role::\"auditor\"", ""), []string{
			"whoever is auditor may no longer see the desk"}},
		"fewer who freeze": {old.Cedar() + `@id("x") forbid (principal in Role::"admin", action == Action::"sign", resource == Command::"freeze");`,
			[]string{"whoever is admin may no longer sign freeze"}},
		"some hours, some teams": {old.Cedar() + `@id("x") permit (principal, action == Action::"request", resource == Command::"ban")
			when { context.has_case && (context.hour == 23 || context.hour < 2) && principal.employment == Employment::"employee" && principal in Role::"admin" }
			unless { principal in Team::"night" || principal.leaver };`,
			[]string{"whoever is admin, of no team called night, an employee, may now request ban on any account, with a case, at 0–1, 23 h UTC"}},
		"two roles together": {old.Cedar() + `@id("x") permit (principal, action == Action::"request", resource == Command::"freeze")
			when { principal in Role::"agent" && principal in Role::"auditor" } unless { principal.leaver };`,
			[]string{"whoever is agent and auditor may now request freeze"}},
		"who leaves": {old.Cedar() + `@id("x") permit (principal in Role::"auditor", action == Action::"request", resource == Command::"freeze")
			when { principal.status == Status::"notice" };
			@id("y") forbid (principal, action == Action::"see", resource) when { principal.status == Status::"notice" };`,
			[]string{"whoever has a role, on notice, may no longer see the desk"}},
		"fewer who veto": {old.Cedar() + `@id("x") forbid (principal in Role::"admin", action == Action::"veto", resource == Command::"ban")
			when { context.class == Class::"government" };`,
			[]string{"whoever is admin may no longer veto ban on a government account"}},
	} {
		next, err := withCedar(t, c.text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := looser(old, next)
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A bundle compared with itself loosens nothing; what is lost in one direction is won in the other.
func TestLooserIsOneWay(t *testing.T) {
	strict, err := withCedar(t, shippedCedar+`@id("x") forbid (principal in Role::"agent", action == Action::"sign", resource == Command::"ban");`)
	if err != nil {
		t.Fatal(err)
	}
	if got := looser(shipped(t), strict); len(got) > 0 {
		t.Errorf("a forbid counts as loosening: %q", got)
	}
	if got := looser(strict, shipped(t)); len(got) == 0 {
		t.Error("taking a forbid away counts as tightening")
	}
}

// Only bundles of one hash have no differences.
func TestDiffOfWords(t *testing.T) {
	old := shipped(t)
	if got := Diff(old, shipped(t)); len(got) > 0 {
		t.Errorf("it differs from itself by %v", got)
	}
	next, err := withCedar(t, shippedCedar+"// a remark\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := Diff(old, next); len(got) != 1 || got[0].Mark != MarkNeither {
		t.Errorf("a remark differs by %v", got)
	}
	next, err = withCedar(t, shippedCedar+`@id("x") forbid (principal in Role::"agent", action == Action::"sign", resource in Group::"darken");`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{{"whoever is agent may no longer sign remove_post, deactivate, suspend, ban and purge on any account", MarkTighter}}
	if diff := cmp.Diff(want, Diff(old, next)); diff != "" {
		t.Errorf("a forbid (-want +got):\n%s", diff)
	}
}
