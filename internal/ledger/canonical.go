package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// maxInteger bounds the integers that have one spelling in canonical JSON: its numbers are doubles (RFC 8785 section
// 3.2.2.3).
const maxInteger = 1 << 53

// canonical is the one JSON text that stands for v: RFC 8785. The members of v's structs must be in the order of their
// names, and its numbers integers of at most maxInteger. What encoding/json then writes is canonical already, unless it
// holds characters beyond ASCII: those can order names differently (by UTF-16), and U+2028 and U+2029 are escaped.
// Only for these is the text parsed and written again.
func canonical(v any) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if isASCII(b) && !bytes.Contains(b, []byte(`\u202`)) {
		return b, nil
	}
	return jcs.Transform(b)
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// parseCanonical reads b into the value that into points to, and refuses b unless it is exactly what canonical makes
// of that value: no other spelling, order, unknown or repeated member gets through.
func parseCanonical(b []byte, into any) error {
	if err := json.Unmarshal(b, into); err != nil {
		return err
	}
	again, err := canonical(into)
	if err != nil {
		return fmt.Errorf("writing it again: %w", err)
	}
	if !bytes.Equal(again, b) {
		return errors.New("it is not in the one form that this ledger writes")
	}
	return nil
}
