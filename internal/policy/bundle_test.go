package policy

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
)

func TestEncodeRoundTrip(t *testing.T) {
	b := shipped(t)
	again, err := Parse(b.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Encode(), b.Encode()) || again.Hash() != b.Hash() {
		t.Error("reading the document back gives another bundle")
	}
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(b.Hash()) {
		t.Errorf("the hash is %s", b.Hash())
	}
}

// The hash is over what a policy says, not over how it is written.
func TestHashIsOfTheMeaning(t *testing.T) {
	b := shipped(t)
	var indented bytes.Buffer
	if err := json.Indent(&indented, b.Encode(), "", "\t"); err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(indented.String(), `"24h"`, `"1440m0s"`, 1)
	same, err := Parse([]byte(other))
	if err != nil {
		t.Fatal(err)
	}
	reordered := changed(t, func(doc tree) {
		slices.Reverse(at(t, doc, "rows.ban.government")["roles"].([]any))
	})
	if same.Hash() != b.Hash() || reordered.Hash() != b.Hash() {
		t.Error("the same policy in another spelling has another hash")
	}
	for name, change := range map[string]func(tree){
		"a key":      func(doc tree) { at(t, doc, "rows.warn.standard")["keys"] = 2 },
		"a wait":     func(doc tree) { at(t, doc, "rows.warn.standard")["wait"] = "1s" },
		"a budget":   func(doc tree) { at(t, doc, "budgets.agent")["reach_per_hour"] = 1 },
		"breaker":    func(doc tree) { at(t, doc, "breaker")["darkenings"] = 1 },
		"cedar text": func(doc tree) { doc["cedar"] = doc["cedar"].(string) + " " },
	} {
		if changed(t, change).Hash() == b.Hash() {
			t.Errorf("the hash does not cover %s", name)
		}
	}
}

func TestBudgetIsTheLargestOfTheRoles(t *testing.T) {
	b := changed(t, func(doc tree) {
		maps.Copy(at(t, doc, "budgets.agent"), tree{"accounts_per_hour": 9, "accounts_per_day": 9, "reach_per_hour": 1, "reach_per_day": 1})
		maps.Copy(at(t, doc, "budgets.lead"), tree{"accounts_per_hour": 2, "accounts_per_day": 20, "reach_per_hour": 3, "reach_per_day": 4})
	})
	want := Budget{AccountsPerHour: 9, AccountsPerDay: 20, ReachPerHour: 3, ReachPerDay: 4}
	if got := b.Budget(model.RoleAgent, model.RoleLead); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := b.Budget(); got != (Budget{}) {
		t.Errorf("without a role: %+v", got)
	}
	if got := b.Budget("king"); got != (Budget{}) {
		t.Errorf("with an unknown role: %+v", got)
	}
}

// Nobody's budget lets one person alone trip the breaker, and so stop everyone's work.
func TestShippedBreaker(t *testing.T) {
	b := shipped(t)
	for _, role := range model.Roles() {
		if n := b.Budget(role).AccountsPerHour; n >= int64(b.Breaker().Darkenings) {
			t.Errorf("%s may darken %d accounts an hour, and the breaker trips past %d", role, n, b.Breaker().Darkenings)
		}
	}
	if b.Breaker().Freeze > maxFreeze || b.Breaker().Freeze == 0 || b.Breaker().Window == 0 {
		t.Errorf("the breaker is %+v", b.Breaker())
	}
}

// The two parts that people write are read back as the same bundle, as strictly as one document.
func TestParts(t *testing.T) {
	b := shipped(t)
	rest, cedar := b.Parts()
	if !bytes.Equal(rest, shippedTable) {
		t.Errorf("the table is laid out otherwise than it is shipped:\n%s", rest)
	}
	again, err := ParseParts(rest, cedar)
	if err != nil || again.Hash() != b.Hash() {
		t.Errorf("it is read back as %v, %v", again, err)
	}
	_, err = ParseParts(b.Encode(), cedar)
	wantInvalid(t, err, "cedar", "twice")
	_, err = ParseParts([]byte(strings.Replace(string(rest), `"keys": 1`, `"keys": 1, "keys": 1`, 1)), cedar)
	wantInvalid(t, err, "rows.warn.standard.keys", "twice")
	_, err = ParseParts([]byte("[]"), cedar)
	wantInvalid(t, err, "policy", "object")
	_, err = ParseParts(rest, cedar+strings.Repeat("// a remark\n", MaxDocument/12))
	wantInvalid(t, err, "policy", "at most")
}
