package moderation_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

func TestReasonsAreReadable(t *testing.T) {
	c := model.Case{State: model.CaseOpen, Since: begin, DueAt: begin.Add(day), Stakes: model.Stakes{Full: 520, Light: 31, Legal: 10,
		Violation: 300, Class: model.ClassHighProfile, Followers: 41_700_000}}
	points, reasons := moderation.Priority(c, begin.Add(25*time.Hour+time.Minute))
	want := []moderation.Reason{
		{"the reports weigh as much as 5.5 ordinary reports", 26},
		{"reported as illegal", 40},
		{"a high profile account", 6},
		{"41,700,000 followers", 10},
		{"waits for 25 hours, past its due time", 25},
	}
	if diff := gocmp.Diff(want, reasons); diff != "" || points != 107 {
		t.Errorf("%d points %s", points, diff)
	}
	c.State, c.ResolvedAt = model.CaseResolved, begin.Add(time.Hour)
	if points, _ := moderation.Priority(c, begin.Add(1000*time.Hour)); points != 83 {
		t.Errorf("a resolved case goes on to wait: %d points", points)
	}
}

// TestLegalFirst: as long as two cases wait alike, the one that somebody who can be believed reported as illegal comes
// before whatever nobody did.
func TestLegalFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		legal := pile([]filed{{rapid.Int64Range(25, 100).Draw(t, "weight"), model.ReportLegal}})
		other := filings().Draw(t, "reports")
		for i := range other {
			if other[i].category == model.ReportLegal {
				other[i].category = model.ReportViolation
			}
		}
		s := pile(other)
		s.Class, s.Followers = model.ClassGovernment, 1e9
		if priority(legal) <= priority(s) {
			t.Fatalf("illegal %d, other %d", priority(legal), priority(s))
		}
	})
}

// TestRankIsTheOrderOfPriorities at any moment, so that the store can keep it.
func TestRankIsTheOrderOfPriorities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cases []model.Case
		for range rapid.IntRange(2, 6).Draw(t, "cases") {
			since := begin.Add(-time.Duration(rapid.IntRange(0, 300*60).Draw(t, "minutes")) * time.Minute)
			a := model.Account{Class: rapid.SampledFrom(model.Classes()).Draw(t, "class"), Followers: rapid.Int64Range(0, 1e8).Draw(t, "followers")}
			c := model.Case{State: model.CaseOpen, Since: since, Stakes: pile(filings().Draw(t, "reports"))}
			cases = append(cases, moderation.Ranked(c, a, since))
		}
		slices.SortFunc(cases, func(a, b model.Case) int { return cmp.Compare(b.Rank, a.Rank) })
		at := begin.Add(time.Duration(rapid.IntRange(0, 1000*60).Draw(t, "later")) * time.Minute)
		last := int64(1 << 60)
		for _, c := range cases {
			p, _ := moderation.Priority(c, at)
			if p > last {
				t.Fatalf("the order has %d before %d", last, p)
			}
			last = p
		}
	})
}

func TestDueTimes(t *testing.T) {
	standard, president := model.Account{Class: model.ClassStandard}, model.Account{Class: model.ClassGovernment, Followers: 1e8}
	for name, test := range map[string]struct {
		account model.Account
		stakes  model.Stakes
		want    time.Duration
	}{
		"nothing in particular": {standard, model.Stakes{Full: 100}, 7 * day},
		"spam":                  {standard, model.Stakes{Full: 100, Spam: 100}, 3 * day},
		"a violation":           {standard, model.Stakes{Full: 100, Violation: 100}, 3 * day},
		"illegal":               {standard, model.Stakes{Light: 1, Legal: 1}, day},
		"many":                  {standard, model.Stakes{Full: 10_000}, day},
		"a large account":       {president, model.Stakes{Full: 300, Violation: 300}, day},
		"a large one, one says": {president, model.Stakes{Full: 100, Violation: 100}, 3 * day},
	} {
		c := moderation.Ranked(model.Case{Stakes: test.stakes, Since: begin}, test.account, begin)
		if got := c.DueAt.Sub(begin); got != test.want {
			t.Errorf("%s is due after %s, want %s", name, got, test.want)
		}
	}
}

// TestDueTimeOnlyComesNearer: what is added later gives a case no more time, and what is urgent has its time from then.
func TestDueTimeOnlyComesNearer(t *testing.T) {
	c := moderation.Ranked(model.Case{Stakes: model.Stakes{Full: 100, Spam: 100}, Since: begin}, model.Account{}, begin)
	c.Stakes.Full += 100
	if c = moderation.Ranked(c, model.Account{}, begin.Add(day)); !c.DueAt.Equal(begin.Add(3 * day)) {
		t.Errorf("a second report moved the due time to %s", c.DueAt)
	}
	c.Stakes.Legal = 100
	if c = moderation.Ranked(c, model.Account{}, begin.Add(day+time.Hour)); !c.DueAt.Equal(begin.Add(2*day + time.Hour)) {
		t.Errorf("what is illegal is due at %s", c.DueAt)
	}
	if c.Overdue(c.DueAt) || !c.Overdue(c.DueAt.Add(1)) {
		t.Error("a case is overdue at the wrong moment")
	}
}
