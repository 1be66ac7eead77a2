package model

import (
	"strings"
	"unicode/utf8"
)

// CheckText refuses a text of more than most characters, and what no database or screen can take; field names the input
// in the error.
func CheckText(field, text string, most int) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Invalid(field, "must be text in UTF-8, without NUL")
	}
	if utf8.RuneCountInString(text) > most {
		return Invalid(field, "must have at most %d characters", most)
	}
	return nil
}
