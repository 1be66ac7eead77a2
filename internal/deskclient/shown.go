package deskclient

import (
	"strconv"
	"unicode/utf8"

	"keyturn/internal/model"
)

// hidden stands for a character that would have a terminal show other than what is there.
const hidden = "\ufffd"

// shown is the desk's JSON with such characters replaced: members write what they like, and what they write is read here at
// a terminal.
func shown(answer []byte) []byte {
	out := make([]byte, 0, len(answer))
	for i := 0; i < len(answer); {
		r, n := character(answer[i:])
		if model.Hides(r) {
			out = append(out, hidden...)
		} else {
			out = append(out, answer[i:i+n]...)
		}
		i += n
	}
	return out
}

// character reads a character of JSON, or an escape sequence of a string: what it stands for, where that may hide
// something, and its length.
func character(text []byte) (r rune, n int) {
	if text[0] != '\\' {
		if r, n = utf8.DecodeRune(text); r < 0x7f {
			r = ' ' // between strings: within them it would be escaped
		}
		return r, n
	}
	switch {
	case len(text) < 2:
		return ' ', 1
	case text[1] == 'u' && len(text) >= 6:
		code, err := strconv.ParseUint(string(text[2:6]), 16, 16)
		if err != nil {
			return ' ', 2
		}
		return rune(code), 6
	case text[1] == 'b', text[1] == 'f', text[1] == 'r':
		return '\r', 2
	}
	return ' ', 2
}
