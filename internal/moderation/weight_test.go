package moderation_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

const day = 24 * time.Hour

func TestWeights(t *testing.T) {
	old := 400 * day
	for name, test := range map[string]struct {
		standing moderation.Standing
		weight   int64
		doubts   string
	}{
		"a member":                 {moderation.Standing{Age: old}, 100, ""},
		"who was right":            {moderation.Standing{Age: old, Held: 9}, 100, ""},
		"who was wrong once":       {moderation.Standing{Age: old, NotHeld: 1}, 66, "1 of 1 earlier report came to nothing"},
		"who was mostly right":     {moderation.Standing{Age: old, Held: 8, NotHeld: 2}, 83, "2 of 10 earlier reports came to nothing"},
		"whose reports never held": {moderation.Standing{Age: old, NotHeld: 18}, 10, "18 of 18 earlier reports came to nothing"},
		"who never stops":          {moderation.Standing{Age: old, NotHeld: 400}, 1, "400 of 400 earlier reports came to nothing"},
		"made just now":            {moderation.Standing{}, 10, "the account is less than an hour old"},
		"made today":               {moderation.Standing{Age: 3 * time.Hour}, 10, "the account is 3 hours old"},
		"made this week":           {moderation.Standing{Age: 2 * day}, 25, "the account is 2 days old"},
		"made this month":          {moderation.Standing{Age: 20 * day}, 50, "the account is 20 days old"},
		"a busy day":               {moderation.Standing{Age: old, Recent: 9}, 100, ""},
		"a campaign":               {moderation.Standing{Age: old, Recent: 99}, 10, "99 other reports within a day"},
		"all of it":                {moderation.Standing{Age: time.Hour, NotHeld: 2, Recent: 19}, 2, "the account is 1 hour old; 2 of 2 earlier reports came to nothing; 19 other reports within a day"},
		"from the future":          {moderation.Standing{Age: -time.Hour}, 10, "the account is less than an hour old"},
	} {
		weight, doubts := moderation.Weigh(test.standing)
		if weight != test.weight || doubts != test.doubts {
			t.Errorf("%s weighs %d (%s), want %d (%s)", name, weight, doubts, test.weight, test.doubts)
		}
	}
}

func standings() *rapid.Generator[moderation.Standing] {
	return rapid.Custom(func(t *rapid.T) moderation.Standing {
		return moderation.Standing{Age: time.Duration(rapid.Int64Range(0, int64(60*day)).Draw(t, "age")),
			Held: rapid.Int64Range(0, 400).Draw(t, "held"), NotHeld: rapid.Int64Range(0, 400).Draw(t, "not held"),
			Recent: rapid.Int64Range(0, 400).Draw(t, "recent")}
	})
}

// TestWeightIsBoundedAndMonotone: whoever is better known, was right more often or wrong less often, or filed less,
// weighs no less; and what weighs less than all says why.
func TestWeightIsBoundedAndMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := standings().Draw(t, "standing")
		weight, doubts := moderation.Weigh(s)
		if weight < 1 || weight > model.FullWeight {
			t.Fatalf("%+v weighs %d", s, weight)
		}
		if (weight < model.FullWeight) != (doubts != "") {
			t.Fatalf("%+v weighs %d, because: %q", s, weight, doubts)
		}
		more := rapid.Int64Range(0, 50).Draw(t, "more")
		better := []moderation.Standing{s, s, s, s}
		better[0].Age += time.Duration(more) * time.Hour
		better[1].Held += more
		better[2].NotHeld = max(0, s.NotHeld-more)
		better[3].Recent = max(0, s.Recent-more)
		for _, b := range better {
			if w, _ := moderation.Weigh(b); w < weight {
				t.Fatalf("%+v weighs %d, and %+v only %d", s, weight, b, w)
			}
		}
	})
}

// pile is what reports of these weights and categories come to, in this order.
func pile(reports []filed) (s model.Stakes) {
	for _, r := range reports {
		if r.weight < model.LightWeight {
			s.Light += r.weight
		} else {
			s.Full += r.weight
		}
		switch r.category {
		case model.ReportLegal:
			s.Legal += r.weight
		case model.ReportViolation:
			s.Violation += r.weight
		case model.ReportSpam:
			s.Spam += r.weight
		}
	}
	return s
}

type filed struct {
	weight   int64
	category model.ReportCategory
}

func filings() *rapid.Generator[[]filed] {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) filed {
		return filed{rapid.Int64Range(1, model.FullWeight).Draw(t, "weight"), rapid.SampledFrom(model.ReportCategories()).Draw(t, "category")}
	}))
}

func priority(s model.Stakes) int64 {
	points, _ := moderation.Priority(model.Case{State: model.CaseOpen, Stakes: s, Since: begin}, begin)
	return points
}

var begin = time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)

// TestPriorityIsBoundedAndMonotone: one report more never makes a case less urgent, nor does a heavier one; without
// waiting there is a most; the order of the reports does not matter; and the reasons sum up to it.
func TestPriorityIsBoundedAndMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := filings().Draw(t, "reports")
		s := pile(reports)
		s.Class = rapid.SampledFrom(model.Classes()).Draw(t, "class")
		s.Followers = rapid.Int64Range(0, 1e9).Draw(t, "followers")
		points, reasons := moderation.Priority(model.Case{State: model.CaseOpen, Stakes: s, Since: begin}, begin)
		if points < 0 || points > 180 {
			t.Fatalf("%+v has %d points", s, points)
		}
		var sum int64
		for _, r := range reasons {
			if r.Points <= 0 || r.What == "" {
				t.Fatalf("a reason is %+v", r)
			}
			sum += r.Points
		}
		if sum != points {
			t.Fatalf("the reasons come to %d, not to %d: %+v", sum, points, reasons)
		}
		one := rapid.SampledFrom(append(reports, filed{1, model.ReportOther})).Draw(t, "one more")
		more := pile(append(reports, one))
		more.Class, more.Followers = s.Class, s.Followers
		if p := priority(more); p < points {
			t.Fatalf("with %+v more it is %d, without %d", one, p, points)
		}
		if len(reports) == 0 {
			return
		}
		heavier := append([]filed(nil), reports...)
		i := rapid.IntRange(0, len(reports)-1).Draw(t, "which")
		heavier[i].weight = rapid.Int64Range(heavier[i].weight, model.FullWeight).Draw(t, "heavier")
		h := pile(heavier)
		h.Class, h.Followers = s.Class, s.Followers
		if p := priority(h); p < points {
			t.Fatalf("with report %d heavier it is %d, before %d", i, p, points)
		}
		if pile(rapid.Permutation(reports).Draw(t, "another order")) != pile(reports) {
			t.Fatal("the order of the reports matters")
		}
	})
}

// TestBrigade: a thousand accounts that were made today are no more than three members, and never reach what many
// members do.
func TestBrigade(t *testing.T) {
	reports := func(n int, weight int64) model.Stakes {
		var all []filed
		for range n {
			all = append(all, filed{weight, model.ReportOther})
		}
		return pile(all)
	}
	fresh, _ := moderation.Weigh(moderation.Standing{Age: time.Hour})
	brigade, three, many := priority(reports(1000, fresh)), priority(reports(3, 100)), priority(reports(8, 100))
	if brigade != three || brigade >= many {
		t.Errorf("a brigade has %d points, three members %d, eight %d", brigade, three, many)
	}
	_, reasons := moderation.Priority(model.Case{Stakes: reports(1000, fresh), Since: begin}, begin)
	if len(reasons) != 1 || !strings.Contains(reasons[0].What, "new and doubtful accounts count for 3 ordinary reports at most") {
		t.Errorf("the reasons are %+v", reasons)
	}
}
