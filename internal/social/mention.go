package social

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"keyturn/internal/model"
)

// HandleSpan is where a text names an account: text[Start:End] is "@handle".
type HandleSpan struct {
	Start, End int
	Handle     string
}

// FindHandles finds the handles that a text names, in order: an @ that does not continue a word, an address or a path,
// then a handle that does not run on into a word, another host or a longer name. It is what decides whom a post
// mentions, and what may be linked when it is shown.
func FindHandles(text string) []HandleSpan {
	var spans []HandleSpan
	for i := 0; i < len(text); {
		at := strings.IndexByte(text[i:], '@')
		if at < 0 {
			break
		}
		start := i + at
		end := start + 1
		for end < len(text) && isHandleByte(text[end]) {
			end++
		}
		if handle := text[start+1 : end]; handle != "" && len(handle) <= model.MaxHandle &&
			beginsName(text[:start]) && endsName(text[end:]) {
			spans = append(spans, HandleSpan{start, end, handle})
		}
		i = end
	}
	return spans
}

func isHandleByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// beginsName reports whether a name can begin after a text.
func beginsName(before string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	return size == 0 || !isWord(r) && !strings.ContainsRune("@/=", r)
}

// endsName reports whether a name can end before a text: a dot or hyphen ends it unless a word goes on behind.
func endsName(after string) bool {
	r, size := utf8.DecodeRuneInString(after)
	if size == 0 {
		return true
	}
	if r == '.' || r == '-' {
		next, size := utf8.DecodeRuneInString(after[size:])
		return size == 0 || !isWord(next)
	}
	return !isWord(r) && r != '@'
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
