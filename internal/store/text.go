package store

import (
	"encoding/base64"
	"fmt"
	"strconv"

	"keyturn/internal/model"
)

// textOf is a column's value as the ledger's facts have it: integers in decimal, bytes in base64 (RFC 4648 section 4),
// booleans as 1 and 0, since SQLite gives them back as integers.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case model.ID:
		return v.String()
	case bool:
		if v {
			return "1"
		}
		return "0"
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	default:
		return fmt.Sprint(v) // the model's string types
	}
}

// notNil keeps an absent value apart from NULL: a key by session has empty bytes.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
