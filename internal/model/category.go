package model

import "slices"

// Category is what was wrong, in the words of the EU's DSA Transparency Database (schema of July 2025), without their
// prefix and in lower case: https://transparency.dsa.ec.europa.eu/page/api-documentation.
type Category string

// The categories that stand in for a command that names none.
const (
	CategoryOther   Category = "other_violation_tc"   // where a rule of the network is the ground
	CategoryUnnamed Category = "not_specified_notice" // where the law is
)

// Categories lists the categories.
func Categories() []Category {
	return []Category{"animal_welfare", "consumer_information", "cyber_violence", "cyber_violence_against_women",
		"data_protection_and_privacy_violations", "illegal_or_harmful_speech", "intellectual_property_infringements",
		"negative_effects_on_civic_discourse_or_elections", CategoryUnnamed, CategoryOther, "protection_of_minors",
		"risk_for_public_security", "scams_and_fraud", "self_harm", "unsafe_and_prohibited_products", "violence"}
}

// ParseCategory checks a category; field names the input in the error.
func ParseCategory(field, s string) (Category, error) {
	if c := Category(s); slices.Contains(Categories(), c) {
		return c, nil
	}
	return "", Invalid(field, "must be one of %s", Names(Categories()))
}
