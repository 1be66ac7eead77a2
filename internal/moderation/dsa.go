package moderation

import (
	"strings"
	"time"

	"keyturn/internal/model"
)

// DSA is a statement of reasons as the EU's DSA Transparency Database takes it: the schema of July 2025, by
// https://transparency.dsa.ec.europa.eu/page/api-documentation. What does not apply is left out.
type DSA struct {
	DecisionVisibility      []string `json:"decision_visibility,omitempty"`
	DecisionProvision       string   `json:"decision_provision,omitempty"`
	DecisionAccount         string   `json:"decision_account,omitempty"`
	DecisionGround          string   `json:"decision_ground"`
	IllegalGround           string   `json:"illegal_content_legal_ground,omitempty"`
	IllegalExplanation      string   `json:"illegal_content_explanation,omitempty"`
	IncompatibleGround      string   `json:"incompatible_content_ground,omitempty"`
	IncompatibleExplanation string   `json:"incompatible_content_explanation,omitempty"`
	ContentType             []string `json:"content_type"`
	ContentTypeOther        string   `json:"content_type_other,omitempty"`
	Category                string   `json:"category"`
	TerritorialScope        []string `json:"territorial_scope"`
	ContentDate             string   `json:"content_date"`
	ApplicationDate         string   `json:"application_date"`
	EndVisibility           string   `json:"end_date_visibility_restriction,omitempty"`
	EndService              string   `json:"end_date_service_restriction,omitempty"`
	EndAccount              string   `json:"end_date_account_restriction,omitempty"`
	DecisionFacts           string   `json:"decision_facts"`
	SourceType              string   `json:"source_type"`
	AutomatedDetection      string   `json:"automated_detection"`
	AutomatedDecision       string   `json:"automated_decision"`
	PUID                    string   `json:"puid"`
}

// The values of the schema's closed lists that are used here.
const (
	dsaRemoved        = "DECISION_VISIBILITY_CONTENT_REMOVED"
	dsaLabelled       = "DECISION_VISIBILITY_CONTENT_LABELLED"
	dsaDemoted        = "DECISION_VISIBILITY_CONTENT_DEMOTED"
	dsaDisabled       = "DECISION_VISIBILITY_CONTENT_DISABLED"
	dsaPartial        = "DECISION_PROVISION_PARTIAL_SUSPENSION"
	dsaSuspended      = "DECISION_ACCOUNT_SUSPENDED"
	dsaTerminated     = "DECISION_ACCOUNT_TERMINATED"
	dsaIllegal        = "DECISION_GROUND_ILLEGAL_CONTENT"
	dsaIncompatible   = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
	dsaText           = "CONTENT_TYPE_TEXT"
	dsaOther          = "CONTENT_TYPE_OTHER"
	dsaNotice         = "SOURCE_ARTICLE_16"
	dsaReport         = "SOURCE_TYPE_OTHER_NOTIFICATION"
	dsaOwn            = "SOURCE_VOLUNTARY"
	dsaNo             = "No"
	dsaByPeople       = "AUTOMATED_DECISION_NOT_AUTOMATED"
	dsaCategoryPrefix = "STATEMENT_CATEGORY_"
)

// dsaScope is where a decision holds: the network is one everywhere, and the schema has the countries of the EEA.
var dsaScope = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
	"LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}

// Restricts reports whether a measure is a restriction in the schema's sense. A warning is none: it has a statement of
// reasons here, and no place there.
func (m Measure) Restricts() bool { return m.Kind != model.CmdWarn }

// DSA is the statement in the schema's words. private adds what staff wrote to the owner, which may say who somebody is:
// the database wants no personal data.
func (s Statement) DSA(private bool) DSA {
	d := DSA{ContentType: []string{dsaOther}, ContentTypeOther: "An account with what it has posted",
		Category: dsaCategoryPrefix + strings.ToUpper(string(s.Category)), TerritorialScope: dsaScope, ContentDate: dsaDate(s.About),
		ApplicationDate: dsaDate(s.Start), DecisionFacts: s.Facts, AutomatedDetection: dsaNo, AutomatedDecision: dsaByPeople,
		PUID:       string(s.Kind) + "-" + s.ID.String(),
		SourceType: map[Source]string{SourceNotice: dsaNotice, SourceReport: dsaReport, SourceOwn: dsaOwn}[s.Source]}
	if private && s.Message != "" {
		d.DecisionFacts += " " + s.Message
	}
	explanation := "It was found to be this, on that ground: " + CategoryWords(s.Category) + "."
	if s.Legal {
		d.DecisionGround, d.IllegalGround, d.IllegalExplanation = dsaIllegal, s.Ground, explanation
	} else {
		d.DecisionGround, d.IncompatibleGround, d.IncompatibleExplanation = dsaIncompatible, s.Ground, explanation
	}
	s.decision(&d)
	return d
}

// decision says what was decided, until when.
func (s Statement) decision(d *DSA) {
	end := ""
	if !s.End.IsZero() {
		end = dsaDate(s.End)
	}
	switch s.Kind {
	case model.CmdLock:
		d.DecisionProvision, d.EndService = dsaPartial, end
	case model.CmdSensitive:
		d.DecisionVisibility, d.EndVisibility, d.ContentTypeOther = []string{dsaLabelled}, end, "The media of an account"
	case model.CmdLimit:
		d.DecisionVisibility, d.EndVisibility = []string{dsaDemoted}, end
	case model.CmdRemovePost:
		d.DecisionVisibility, d.EndVisibility = []string{dsaDisabled}, end
		d.ContentType, d.ContentTypeOther = []string{dsaText}, ""
	case model.CmdDeactivate, model.CmdSuspend:
		d.DecisionAccount, d.EndAccount = dsaSuspended, end
	case model.CmdBan:
		d.DecisionAccount, d.EndAccount = dsaTerminated, end
	case model.CmdPurge:
		d.DecisionAccount, d.DecisionVisibility = dsaTerminated, []string{dsaRemoved}
	}
}

func dsaDate(t time.Time) string { return t.UTC().Format(time.DateOnly) }
