package policy

import (
	"testing"

	"pgregory.net/rapid"

	"keyturn/internal/model"
)

// wide mentions everything that Cedar text can look at.
const wide = `
@id("night") forbid (principal, action == Action::"sign", resource in Group::"govern")
  when { context.hour < 6 || context.hour + 9223372036854775790 < 0 } unless { principal in Team::"night" };
@id("contractors") forbid (principal, action, resource == Command::"ban")
  when { principal.employment == Employment::"contractor" && principal.status != Status::"active" };
`

// A sheet, which asks each policy as rarely as it can, answers every question as Decide does, whichever of the values
// that it takes for alike the question has.
func TestSheetAnswersAsDecide(t *testing.T) {
	b, err := withCedar(t, shippedCedar+wide)
	if err != nil {
		t.Fatal(err)
	}
	s := spaceOf(b.rules)
	sheets := make([]*sheet, len(s.acts))
	places := s.sizes()
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(s.acts)-1).Draw(t, "act")
		if sheets[i] == nil {
			sheets[i] = newSheet(b.rules, &s, s.acts[i])
		}
		var p point
		for axis, n := range places {
			p[axis] = rapid.IntRange(0, n-1).Draw(t, "axis")
		}
		q := s.question(s.acts[i], p)
		if len(s.acts[i].alike) > 0 {
			q.Command = rapid.SampledFrom(s.acts[i].alike).Draw(t, "command")
		}
		if q.Class == noClass {
			q.Class = ""
		}
		if q.Subject.Team == "" {
			q.Subject.Team = rapid.SampledFrom([]string{"", "day"}).Draw(t, "team")
		}
		if got, want := sheets[i].allows(p), b.Decide(q).Allowed; got != want {
			t.Fatalf("%+v: the sheet says %v, Decide %v", q, got, want)
		}
	})
}

// Every question that can be asked has its place: what a space leaves out, it has something alike for.
func TestSpaceIsWhole(t *testing.T) {
	s := spaceOf(shipped(t).rules)
	type asked struct {
		verb  Verb
		kind  model.CommandKind
		class model.Class
	}
	places := map[asked]int{}
	for _, a := range s.acts {
		for _, kind := range a.alike {
			places[asked{a.verb, kind, a.class}]++
		}
		if a.verb == VerbSee {
			places[asked{a.verb, "", a.class}]++
		}
	}
	for _, verb := range Verbs() {
		for _, c := range model.Catalogue() {
			for _, class := range append(model.Classes(), "") {
				q, err := (Question{Verb: verb, Command: c.Kind, Class: class, Subject: staff()}).settled()
				if n := places[asked{q.Verb, q.Command, q.Class}]; err == nil && n != 1 {
					t.Errorf("%s %s on %q has %d places", verb, c.Kind, class, n)
				}
			}
		}
	}
	n, most := 0, 1
	for p := range s.points() {
		n++
		_ = s.person(p)
	}
	for _, size := range s.sizes() {
		most *= size
	}
	if n != most || most != 64*4 {
		t.Errorf("%d of %d places are visited", n, most)
	}
}

func BenchmarkDiff(b *testing.B) {
	old := shipped(b)
	for name, text := range map[string]string{
		"shipped": shippedCedar + "\n",
		"wide":    shippedCedar + wide,
	} {
		next, err := withCedar(b, text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				looser(old, next)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	doc := shipped(b).Encode()
	for b.Loop() {
		if _, err := Parse(doc); err != nil {
			b.Fatal(err)
		}
	}
}
