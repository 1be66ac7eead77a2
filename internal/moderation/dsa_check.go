package moderation

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
)

// The closed lists of the schema, as far as they need no further field.
var (
	dsaVisibilities = []string{dsaRemoved, dsaDisabled, dsaDemoted, "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
		"DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED", dsaLabelled}
	dsaProvisions = []string{dsaPartial, "DECISION_PROVISION_TOTAL_SUSPENSION", "DECISION_PROVISION_PARTIAL_TERMINATION",
		"DECISION_PROVISION_TOTAL_TERMINATION"}
	dsaContents = []string{"CONTENT_TYPE_APP", "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_PRODUCT",
		"CONTENT_TYPE_SYNTHETIC_MEDIA", dsaText, "CONTENT_TYPE_VIDEO", dsaOther}
	dsaSources   = []string{dsaNotice, "SOURCE_TRUSTED_FLAGGER", dsaReport, dsaOwn}
	dsaAutomated = []string{dsaByPeople, "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_FULLY"}
	dsaPUID      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,500}$`)
)

// Check holds a statement to what the database takes: it would refuse the whole batch otherwise. The error names the
// field.
func (d DSA) Check() error {
	for _, err := range []error{d.checkDecision(), d.checkGround(), d.checkContent(), d.checkDates(),
		among("source_type", dsaSources, d.SourceType), among("automated_detection", []string{dsaNo, "Yes"}, d.AutomatedDetection),
		among("automated_decision", dsaAutomated, d.AutomatedDecision),
		needed("decision_facts", d.DecisionFacts, 5000)} {
		if err != nil {
			return err
		}
	}
	if !dsaPUID.MatchString(d.PUID) {
		return model.Invalid("puid", "must have 1 to 500 letters, digits, dashes or underscores")
	}
	return nil
}

func (d DSA) checkDecision() error {
	if len(d.DecisionVisibility) == 0 && d.DecisionProvision == "" && d.DecisionAccount == "" {
		return model.Invalid("decision_visibility", "is needed where there is no other decision")
	}
	if err := among("decision_visibility", dsaVisibilities, d.DecisionVisibility...); err != nil {
		return err
	}
	if d.DecisionProvision != "" {
		if err := among("decision_provision", dsaProvisions, d.DecisionProvision); err != nil {
			return err
		}
	}
	if d.DecisionAccount != "" {
		return among("decision_account", []string{dsaSuspended, dsaTerminated}, d.DecisionAccount)
	}
	return nil
}

func (d DSA) checkGround() error {
	ground, explanation, prefix := d.IllegalGround, d.IllegalExplanation, "illegal"
	switch d.DecisionGround {
	case dsaIllegal:
		if d.IncompatibleGround != "" || d.IncompatibleExplanation != "" {
			return model.Invalid("incompatible_content_ground", "may not be given with %s", dsaIllegal)
		}
		if err := needed("illegal_content_legal_ground", ground, 500); err != nil {
			return err
		}
	case dsaIncompatible:
		ground, explanation, prefix = d.IncompatibleGround, d.IncompatibleExplanation, "incompatible"
		if d.IllegalGround != "" || d.IllegalExplanation != "" {
			return model.Invalid("illegal_content_legal_ground", "may not be given with %s", dsaIncompatible)
		}
		if err := needed("incompatible_content_ground", ground, 500); err != nil {
			return err
		}
	default:
		return model.Invalid("decision_ground", "%q is not known", d.DecisionGround)
	}
	return needed(prefix+"_content_explanation", explanation, 2000)
}

func (d DSA) checkContent() error {
	if len(d.ContentType) == 0 {
		return model.Invalid("content_type", "is needed")
	}
	if err := among("content_type", dsaContents, d.ContentType...); err != nil {
		return err
	}
	if other := slices.Contains(d.ContentType, dsaOther); other != (d.ContentTypeOther != "") || utf8.RuneCountInString(d.ContentTypeOther) > 500 {
		return model.Invalid("content_type_other", "must have 1 to 500 characters with %s, and not be there without", dsaOther)
	}
	category, known := strings.CutPrefix(d.Category, dsaCategoryPrefix)
	if !known || category != strings.ToUpper(category) || !slices.Contains(model.Categories(), model.Category(strings.ToLower(category))) {
		return model.Invalid("category", "%q is not known", d.Category)
	}
	if len(d.TerritorialScope) == 0 {
		return model.Invalid("territorial_scope", "is needed")
	}
	return among("territorial_scope", dsaScope, d.TerritorialScope...)
}

func (d DSA) checkDates() error {
	applied, err := dateSince("application_date", d.ApplicationDate, "2020-01-01")
	if err != nil {
		return err
	}
	if _, err := dateSince("content_date", d.ContentDate, "2000-01-01"); err != nil {
		return err
	}
	for field, end := range map[string]string{"end_date_visibility_restriction": d.EndVisibility,
		"end_date_service_restriction": d.EndService, "end_date_account_restriction": d.EndAccount} {
		if end == "" {
			continue
		}
		if _, err := dateSince(field, end, applied); err != nil {
			return err
		}
	}
	return nil
}

// dateSince checks a date, which may not be before another; dates of this form are ordered as texts are.
func dateSince(field, date, first string) (string, error) {
	if _, err := time.Parse(time.DateOnly, date); err != nil || date < first {
		return "", model.Invalid(field, "must be a date, %s or later", first)
	}
	return date, nil
}

// among refuses values that are not in a closed list.
func among(field string, known []string, values ...string) error {
	for _, v := range values {
		if !slices.Contains(known, v) {
			return model.Invalid(field, "%q is not known", v)
		}
	}
	return nil
}

// needed refuses a text that is missing, or has more characters than most.
func needed(field, text string, most int) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(text)); n == 0 || n > most {
		return model.Invalid(field, "must have 1 to %d characters", most)
	}
	return nil
}
