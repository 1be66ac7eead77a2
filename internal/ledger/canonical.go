package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"
)

// canonical is the one JSON text that stands for v: RFC 8785.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
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
