package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// TestCatalogueIsTheGuards asks the guard what each command takes: the command line says the same, of every command that a
// request can be for.
func TestCatalogueIsTheGuards(t *testing.T) {
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	named := func(login string) model.ID { return w.Actor(login).Person }
	post := w.Post("uncle", "a bridge")
	it := regexp.MustCompile(`\(it takes ([a-z_, ]+)\)`)
	takes := func(cmd model.Command, beside ...string) []string {
		cmd.Params = map[string]string{"bogus": "1"}
		for _, name := range beside {
			cmd.Params[name] = "newcomer"
		}
		x, err := w.Guard.Explain(t.Context(), named("admin"), cmd)
		text := ""
		if err != nil {
			text = err.Error()
		} else if x.Refusal != nil {
			text = x.Refusal.Message
		}
		said := it.FindStringSubmatch(text)
		if said == nil {
			t.Fatalf("%s: the guard says %q", cmd.Kind, text)
		}
		return strings.FieldsFunc(strings.TrimPrefix(said[1], "none"), func(r rune) bool { return r == ',' || r == ' ' })
	}
	all := catalogue()
	for _, info := range model.Catalogue() {
		line, ok := all[info.Kind]
		delete(all, info.Kind)
		if info.Target == model.TargetRequest {
			if ok {
				t.Errorf("%s is no request of its own", info.Kind)
			}
			continue
		}
		if !ok || line.does == "" {
			t.Errorf("nothing is said of %s", info.Kind)
		}
		cmd := model.Command{Kind: info.Kind}
		switch info.Target {
		case model.TargetAccount:
			cmd.Account = w.Accounts["uncle"]
		case model.TargetPost:
			cmd.Account, cmd.Post = w.Accounts["uncle"], post
		case model.TargetPerson:
			cmd.Person = named("agent2")
		}
		want := takes(cmd)
		switch info.Kind {
		case model.CmdGrantRole:
			cmd.Person = 0 // somebody new
			want = append(want, takes(cmd, "login", "name", "team", "role")...)
		case model.CmdEnrollCredential:
			want = append(want, takes(cmd, "revoke")...)
		}
		got := slices.Sorted(slices.Values(line.params))
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("%s takes %v, and the command line says %v", info.Kind, want, got)
		}
	}
	for kind := range maps.Keys(all) {
		t.Errorf("%s is no command", kind)
	}
	if help := (orderArgs{}).Help(); !strings.Contains(help, "set_employment") || !strings.Contains(help, "status, kind, ends") {
		t.Error("the help lacks a command or its parameters")
	}
}
