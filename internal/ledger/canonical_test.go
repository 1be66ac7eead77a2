package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"keyturn/internal/model"
)

// TestCanonicalIsRFC8785 holds what is written without parsing it again to what a library makes of it.
func TestCanonicalIsRFC8785(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune{0, 7, 8, '\n', '\f', 31, '"', '\\', '/', '<', 'u',
		'2', '0', '8', '&', 0x7f, 0x80, 0xe9, 0x2028, 0x2029, 0xfb33, 0x1f5dd})))
	maps := rapid.MapOfN(texts, texts, 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		f := jsonOf(Facts{Version: Version, Index: rapid.Int64Min(0).Draw(t, "index"), Handle: texts.Draw(t, "handle"),
			Rule: texts.Draw(t, "rule"), Note: texts.Draw(t, "note"), Account: model.ID(rapid.Int64Min(0).Draw(t, "account")),
			Keys: []KeyFact{{Person: 3, Session: rapid.Bool().Draw(t, "session")}},
			Need: model.Requirement{Keys: rapid.IntRange(0, maxInteger).Draw(t, "keys"), Wait: maxWait},
			Rows: []Row{{Table: texts.Draw(t, "table"), Values: maps.Draw(t, "values"), Before: maps.Draw(t, "before")}}})
		for _, v := range []any{f, maps.Draw(t, "private"), leafJSON{Wait: 9, Facts: "ab", KeysAsked: 2}} {
			got, err := canonical(v)
			if err != nil {
				t.Fatal(err)
			}
			want, err := jcs.Transform(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Fatalf("(-RFC 8785 +ours):\n%s", diff)
			}
		}
	})
}
