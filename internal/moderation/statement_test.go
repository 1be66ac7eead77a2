package moderation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// statement is that of a measure by a command with parameters.
func statement(kind model.CommandKind, rule string, c moderation.Circumstances, params ...string) moderation.Statement {
	m := moderation.Measure{ID: 42, Kind: kind, Account: 7, Rule: rule, Start: began, End: began.Add(48 * time.Hour)}
	if kind == model.CmdRemovePost {
		m.Post = 9
	}
	q := model.Request{Requester: 1, Login: 2, Command: model.Command{Kind: kind, Rule: rule, Reason: "Ada saw it", Params: map[string]string{},
		Private: map[string]string{"message": "Please read rule 3."}}}
	for i := 0; i+1 < len(params); i += 2 {
		q.Command.Params[params[i]] = params[i+1]
	}
	if c.About.IsZero() {
		c.About = began.Add(-72 * time.Hour)
	}
	return moderation.StatementOf(m, q, c)
}

func TestStatement(t *testing.T) {
	three := map[model.ReportCategory]int64{model.ReportSpam: 2, model.ReportOther: 1}
	for _, test := range []struct {
		s        moderation.Statement
		ground   string
		category model.Category
		source   moderation.Source
		facts    string
	}{
		{statement(model.CmdSuspend, "3", moderation.Circumstances{Reports: three}, "category", "scams_and_fraud"),
			"Rule 3 of the network", "scams_and_fraud", moderation.SourceReport, "after 3 reports by members (other, spam)"},
		{statement(model.CmdSuspend, "", moderation.Circumstances{}), "The rules of the network", "other_violation_tc",
			moderation.SourceOwn, "An account was looked at on the network's own initiative."},
		{statement(model.CmdRemovePost, "StGB § 130", moderation.Circumstances{Reports: map[model.ReportCategory]int64{model.ReportLegal: 1}}, "ground", "legal"),
			"StGB § 130", "not_specified_notice", moderation.SourceNotice, "A post was looked at after a report by a member (legal)."},
		{statement(model.CmdBan, " ", moderation.Circumstances{}, "ground", "legal"), "The law, or an order of a court or an authority",
			"not_specified_notice", moderation.SourceOwn, "own initiative"},
	} {
		if test.s.Ground != test.ground || test.s.Category != test.category || test.s.Source != test.source {
			t.Errorf("got %q, %q, %q; want %q, %q, %q", test.s.Ground, test.s.Category, test.s.Source, test.ground, test.category, test.source)
		}
		if !strings.Contains(test.s.Facts, test.facts) || !strings.Contains(test.s.Facts, "decided by people") {
			t.Errorf("the facts are %q, want %q in them", test.s.Facts, test.facts)
		}
		if test.s.Message != "Please read rule 3." || strings.Contains(test.s.Facts, "Ada") {
			t.Errorf("the owner is told %q and %q", test.s.Message, test.s.Facts)
		}
	}
}

// TestDSADecisions holds every kind of measure to what the database takes, and to what it is there.
func TestDSADecisions(t *testing.T) {
	end := "2026-03-03"
	for kind, want := range map[model.CommandKind]moderation.DSA{
		model.CmdLock:       {DecisionProvision: "DECISION_PROVISION_PARTIAL_SUSPENSION", EndService: end},
		model.CmdSensitive:  {DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_LABELLED"}, EndVisibility: end},
		model.CmdLimit:      {DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_DEMOTED"}, EndVisibility: end},
		model.CmdRemovePost: {DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_DISABLED"}, EndVisibility: end},
		model.CmdDeactivate: {DecisionAccount: "DECISION_ACCOUNT_SUSPENDED", EndAccount: end},
		model.CmdSuspend:    {DecisionAccount: "DECISION_ACCOUNT_SUSPENDED", EndAccount: end},
		model.CmdBan:        {DecisionAccount: "DECISION_ACCOUNT_TERMINATED", EndAccount: end},
		model.CmdPurge:      {DecisionAccount: "DECISION_ACCOUNT_TERMINATED", DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}},
	} {
		for _, ground := range []string{"rule", "legal"} {
			s := statement(kind, "3", moderation.Circumstances{}, "ground", ground)
			if !s.Restricts() {
				t.Errorf("%s is no restriction", kind)
			}
			d := s.DSA(false)
			if err := d.Check(); err != nil {
				t.Errorf("%s on the ground of %s: %v", kind, ground, err)
			}
			got := moderation.DSA{DecisionVisibility: d.DecisionVisibility, DecisionProvision: d.DecisionProvision, DecisionAccount: d.DecisionAccount,
				EndVisibility: d.EndVisibility, EndService: d.EndService, EndAccount: d.EndAccount}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
			if d.PUID != string(kind)+"-42" || d.ApplicationDate != "2026-03-01" || d.ContentDate != "2026-02-26" || d.AutomatedDetection != "No" ||
				d.AutomatedDecision != "AUTOMATED_DECISION_NOT_AUTOMATED" || d.SourceType != "SOURCE_VOLUNTARY" || len(d.TerritorialScope) != 30 {
				t.Errorf("%s is told as %+v", kind, d)
			}
		}
	}
	if statement(model.CmdWarn, "3", moderation.Circumstances{}).Restricts() {
		t.Error("a warning is a restriction")
	}
	if err := statement(model.CmdWarn, "3", moderation.Circumstances{}).DSA(false).Check(); err == nil {
		t.Error("the database would take a warning, which decides nothing that it knows")
	}
}

func TestDSAPrivateTexts(t *testing.T) {
	s := statement(model.CmdSuspend, "3", moderation.Circumstances{})
	if d := s.DSA(false); strings.Contains(d.DecisionFacts+d.IncompatibleExplanation, "Please") {
		t.Errorf("without being asked for, private text is told: %+v", d)
	}
	if d := s.DSA(true); !strings.HasSuffix(d.DecisionFacts, "Please read rule 3.") || d.Check() != nil {
		t.Errorf("with private texts the facts are %q, %v", d.DecisionFacts, d.Check())
	}
	for _, c := range model.Categories() {
		s := statement(model.CmdSuspend, "3", moderation.Circumstances{}, "category", string(c))
		if err := s.DSA(false).Check(); err != nil {
			t.Errorf("%s: %v", c, err)
		}
		if words := moderation.CategoryWords(c); words == "" || strings.Contains(words, "_") || words[:1] != strings.ToUpper(words[:1]) {
			t.Errorf("%s is told as %q", c, words)
		}
	}
}

// TestDSARefuses changes each field of a good statement into one that the database would refuse.
func TestDSARefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ä", n) }
	for _, test := range []struct {
		field string
		spoil func(*moderation.DSA)
	}{
		{"decision_visibility", func(d *moderation.DSA) { d.DecisionAccount = "" }},
		{"decision_visibility", func(d *moderation.DSA) { d.DecisionVisibility = []string{"HIDDEN"} }},
		{"decision_provision", func(d *moderation.DSA) { d.DecisionProvision = "SOME" }},
		{"decision_account", func(d *moderation.DSA) { d.DecisionAccount = "DECISION_ACCOUNT_GONE" }},
		{"decision_ground", func(d *moderation.DSA) { d.DecisionGround = "BECAUSE" }},
		{"incompatible_content_ground", func(d *moderation.DSA) { d.IncompatibleGround = " " }},
		{"incompatible_content_ground", func(d *moderation.DSA) { d.IncompatibleGround = long(501) }},
		{"incompatible_content_explanation", func(d *moderation.DSA) { d.IncompatibleExplanation = long(2001) }},
		{"illegal_content_legal_ground", func(d *moderation.DSA) { d.IllegalGround = "§ 1" }},
		{"illegal_content_legal_ground", func(d *moderation.DSA) {
			d.DecisionGround, d.IncompatibleGround, d.IncompatibleExplanation = "DECISION_GROUND_ILLEGAL_CONTENT", "", ""
		}},
		{"illegal_content_explanation", func(d *moderation.DSA) {
			d.DecisionGround, d.IncompatibleGround, d.IncompatibleExplanation, d.IllegalGround = "DECISION_GROUND_ILLEGAL_CONTENT", "", "", "§ 1"
		}},
		{"incompatible_content_ground", func(d *moderation.DSA) { d.DecisionGround, d.IllegalGround = "DECISION_GROUND_ILLEGAL_CONTENT", "§ 1" }},
		{"content_type", func(d *moderation.DSA) { d.ContentType = nil }},
		{"content_type", func(d *moderation.DSA) { d.ContentType = []string{"CONTENT_TYPE_POEM"} }},
		{"content_type_other", func(d *moderation.DSA) { d.ContentTypeOther = "" }},
		{"content_type_other", func(d *moderation.DSA) { d.ContentTypeOther = long(501) }},
		{"content_type_other", func(d *moderation.DSA) { d.ContentType = []string{"CONTENT_TYPE_TEXT"} }},
		{"category", func(d *moderation.DSA) { d.Category = "STATEMENT_CATEGORY_PIRACY" }},
		{"category", func(d *moderation.DSA) { d.Category = "violence" }},
		{"category", func(d *moderation.DSA) { d.Category = "STATEMENT_CATEGORY_violence" }},
		{"territorial_scope", func(d *moderation.DSA) { d.TerritorialScope = nil }},
		{"territorial_scope", func(d *moderation.DSA) { d.TerritorialScope = []string{"DE", "XX"} }},
		{"application_date", func(d *moderation.DSA) { d.ApplicationDate = "2019-12-31" }},
		{"application_date", func(d *moderation.DSA) { d.ApplicationDate = "2026-3-1" }},
		{"content_date", func(d *moderation.DSA) { d.ContentDate = "1999-12-31" }},
		{"end_date_account_restriction", func(d *moderation.DSA) { d.EndAccount = "2026-02-28" }},
		{"decision_facts", func(d *moderation.DSA) { d.DecisionFacts = "" }},
		{"decision_facts", func(d *moderation.DSA) { d.DecisionFacts = long(5001) }},
		{"source_type", func(d *moderation.DSA) { d.SourceType = "SOURCE_RUMOUR" }},
		{"automated_detection", func(d *moderation.DSA) { d.AutomatedDetection = "no" }},
		{"automated_decision", func(d *moderation.DSA) { d.AutomatedDecision = "No" }},
		{"puid", func(d *moderation.DSA) { d.PUID = "a b" }},
		{"puid", func(d *moderation.DSA) { d.PUID = strings.Repeat("x", 501) }},
	} {
		d := statement(model.CmdSuspend, "3", moderation.Circumstances{}).DSA(false)
		test.spoil(&d)
		if e, ok := d.Check().(*model.Error); !ok || e.Field != test.field {
			t.Errorf("%s: got %v", test.field, d.Check())
		}
	}
}
