package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

func TestCedarTextIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, piece string }{
		"no syntax":               {`permit (principal, action`, "parser error"},
		"no id":                   {`permit (principal, action, resource);`, "needs an @id"},
		"empty id":                {`@id("") permit (principal, action, resource);`, "needs an @id"},
		"id with a space":         {`@id("a b") permit (principal, action, resource);`, "needs an @id"},
		"long id":                 {`@id("` + strings.Repeat("a", 65) + `") permit (principal, action, resource);`, "at most 64"},
		"two ids":                 {`@id("a") @id("b") permit (principal, action, resource);`, "duplicate annotation"},
		"the same id":             {`@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);`, "a second policy"},
		"unknown annotation":      {`@id("a") @note("x") permit (principal, action, resource);`, "@note"},
		"long why":                {`@id("a") @why("` + strings.Repeat("a", 301) + `") forbid (principal, action, resource);`, "at most 300"},
		"why on a permit":         {`@id("a") @why("x") permit (principal, action, resource);`, "never be told"},
		"unknown action":          {`@id("a") permit (principal, action == Action::"delete", resource);`, `Action::"delete"`},
		"unknown action in when":  {`@id("a") permit (principal, action, resource) when { action == Action::"delete" };`, `Action::"delete"`},
		"unknown attribute":       {`@id("a") permit (principal, action, resource) when { principal.age > 3 };`, "age"},
		"unknown context":         {`@id("a") permit (principal, action, resource) when { context.moon == 1 };`, "moon"},
		"unknown type":            {`@id("a") permit (principal in Guild::"x", action, resource);`, "Guild"},
		"wrong type":              {`@id("a") permit (principal, action, resource) when { context.hour == "noon" };`, "not compatible"},
		"no truth":                {`@id("a") permit (principal, action, resource) when { context.hour };`, "Bool"},
		"misspelt role":           {`@id("a") permit (principal in Role::"laed", action, resource);`, `Role::"laed"`},
		"misspelt class":          {`@id("a") permit (principal, action, resource) when { context.class == Class::"goverment" };`, "goverment"},
		"misspelt command":        {`@id("a") permit (principal, action == Action::"sign", resource == Command::"suspnd");`, "suspnd"},
		"misspelt group in a set": {`@id("a") permit (principal, action == Action::"sign", resource) when { resource in [Group::"darkn"] };`, "darkn"},
		"misspelt status":         {`@id("a") permit (principal, action, resource) unless { principal.status == Status::"left" };`, "left"},
		"a person by name":        {`@id("a") permit (principal == Person::"17", action, resource);`, `Person::"17"`},
		"a person by its own":     {`@id("a") permit (principal == Person::"asker", action, resource);`, `Person::"asker"`},
		"a team without a name":   {`@id("a") permit (principal in Team::"", action, resource);`, `Team::""`},
		"command in see":          {`@id("a") permit (principal, action == Action::"see", resource == Command::"ban");`, "applicable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseRules(c.text)
			wantInvalid(t, err, "cedar", c.piece)
		})
	}
}

// Nobody may publish, with the one key of a tightening, a text that takes the desk from everyone.
func TestUngovernableIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, piece string }{
		"nothing":         {"", "nobody is allowed this: requesting"},
		"all forbidden":   {shippedCedar + `@id("x") forbid (principal, action, resource);`, "nobody"},
		"no restore":      {shippedCedar + `@id("x") forbid (principal, action, resource == Command::"restore");`, "restore"},
		"no freeze":       {shippedCedar + `@id("x") forbid (principal, action, resource == Command::"freeze");`, "freeze"},
		"no veto":         {shippedCedar + `@id("x") forbid (principal, action == Action::"veto", resource);`, "vetoing"},
		"no publishing":   {shippedCedar + `@id("x") forbid (principal, action, resource == Command::"publish_policy");`, "publish_policy"},
		"no key of admin": {shippedCedar + `@id("x") forbid (principal in Role::"admin", action == Action::"sign", resource);`, "the key of admin"},
		"too much": {shippedCedar + `@id("x") forbid (principal, action, resource) when { context.hour == 25 &&
			principal.employment == Employment::"contractor" && principal in [` + teams(30) + `] };`, "too many combinations"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := withCedar(t, c.text)
			wantInvalid(t, err, "cedar", c.piece)
		})
	}
}

func teams(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf(`Team::"t%d"`, i))
	}
	return strings.Join(names, ", ")
}

// Cedar skips a policy that it cannot evaluate, be it the forbid that would have stopped everything. Here that refuses.
func TestErrorInAPolicyRefuses(t *testing.T) {
	broken := shippedCedar + `@id("overflows") forbid (principal, action, resource == Command::"warn")
		when { context.hour + 9223372036854775807 < 0 };`
	b, err := withCedar(t, broken)
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Verb: VerbSign, Subject: staff(model.RoleLead), Command: model.CmdWarn, Class: model.ClassStandard}
	if d := b.Decide(q); !d.Allowed {
		t.Fatalf("at hour 0 nothing overflows: %+v", d)
	}
	q.Hour = 1
	d := b.Decide(q)
	if d.Allowed || !d.Doubt || !slices.Equal(d.Policies, []string{"overflows"}) || !strings.Contains(d.Why, "overflow") {
		t.Errorf("got %+v", d)
	}
	settled, _ := q.settled()
	if answer, diag := b.rules.ask(settled); answer != cedar.Allow || len(diag.Errors) == 0 {
		t.Errorf("Cedar itself says %v %v: this test tries nothing", answer, diag)
	}
	if len(looser(b, shipped(t))) == 0 {
		t.Error("a refusal by error counts as none when bundles are compared")
	}
}

// The schema's lists of values are those of package model.
func TestSchemaIsTheModel(t *testing.T) {
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	groups := map[model.Group]bool{}
	for _, c := range model.Catalogue() {
		groups[c.Group] = true
	}
	for kind, want := range map[cedar.EntityType][]string{
		typeRole:       texts(model.Roles()),
		typeClass:      append([]string{string(noClass)}, texts(model.Classes())...),
		typeStatus:     texts(statuses()),
		typeEmployment: texts([]model.EmploymentKind{model.Employee, model.Contractor}),
		typeDesk:       {"desk"},
	} {
		var got []string
		for _, uid := range v.schema.Enums[kind].Values {
			got = append(got, string(uid.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %v in the schema, %v in the model", kind, got, want)
		}
	}
	for _, uid := range v.schema.Enums[typeGroup].Values {
		if !groups[model.Group(uid.ID)] {
			t.Errorf("no command is of the schema's group %s", uid.ID)
		}
		delete(groups, model.Group(uid.ID))
	}
	if len(groups) > 0 {
		t.Errorf("the schema lacks the groups %v", groups)
	}
}

func texts[S ~string](values []S) (out []string) {
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// Whatever is put to Cedar holds against the schema: all kinds of people, all commands, all questions.
func TestQuestionsHoldAgainstTheSchema(t *testing.T) {
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.validator.Entities(commandEntities()); err != nil {
		t.Error(err)
	}
	everything, err := parseRules(shippedCedar + `@id("x") forbid (principal in Team::"a", action, resource)
		when { context.hour == 3 && principal.employment == Employment::"contractor" };`)
	if err != nil {
		t.Fatal(err)
	}
	s := spaceOf(everything)
	for _, p := range s.people {
		if err := v.validator.Entity(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range s.acts {
		for _, kind := range append(a.alike, "") {
			if (kind == "") != (a.verb == VerbSee) {
				continue
			}
			q := s.question(a, point{})
			q.Command = kind
			if err := v.validator.Request(q.request()); err != nil {
				t.Errorf("%+v: %v", q, err)
			}
		}
	}
}
