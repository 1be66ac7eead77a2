package model

import (
	"strings"
	"unicode"
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

// CheckShown refuses a text that shows other than it is, where somebody decides by what they read, maybe at a terminal:
// controls but for line ends and tabs, and what turns the direction of the letters after it (UAX #9, 2.1 to 2.4).
func CheckShown(field, text string) error {
	if strings.ContainsFunc(strings.ReplaceAll(text, "\r\n", "\n"), Hides) {
		return Invalid(field, "must not contain control characters, nor what turns the direction of writing")
	}
	return nil
}

// CheckProse is CheckText and CheckShown.
func CheckProse(field, text string, most int) error {
	if err := CheckText(field, text, most); err != nil {
		return err
	}
	return CheckShown(field, text)
}

// Names lists words as an error names them.
func Names[S ~string](words []S) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}

// Hides reports whether a character has a text show other than it is.
func Hides(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// CheckName refuses a name that is not one line of what can be seen, without space around it.
func CheckName(field, text string) error {
	invisible := func(r rune) bool { return unicode.IsControl(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' }
	if strings.ContainsFunc(text, invisible) || strings.TrimSpace(text) != text {
		return Invalid(field, "must be one line of letters that can be seen, without space around it")
	}
	return CheckShown(field, text)
}
