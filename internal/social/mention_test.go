package social_test

import (
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestFindHandles(t *testing.T) {
	for text, want := range map[string][]string{
		"@ann":                        {"ann"},
		"hi @ann, and @Bob_2.":        {"ann", "Bob_2"},
		".@president (@newsroom)":     {"president", "newsroom"},
		"@ann: @ann's":                {"ann", "ann"},
		"@ann-":                       {"ann"},
		"„@ann“ 🙂@bob":                {"ann", "bob"},
		"mail ann@example.org":        nil,
		"@ann@example.org":            nil,
		"https://example.org/@ann":    nil,
		"@ann.example @ann-b":         nil,
		"@annä":                       nil,
		"ä@ann":                       nil,
		"@@ann":                       nil,
		"@ @":                         nil,
		"@" + strings.Repeat("a", 31): nil,
		"@" + strings.Repeat("a", 30): {strings.Repeat("a", 30)},
		"@_":                          {"_"},
	} {
		var got []string
		for _, s := range social.FindHandles(text) {
			got = append(got, s.Handle)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in %q are %q, want %q", text, got, want)
		}
	}
}

func FuzzFindHandles(f *testing.F) {
	f.Add("hi @ann, @bob@example.org .@c 🙂@d é@e")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, s := range social.FindHandles(text) {
			if s.Start < end || text[s.Start:s.End] != "@"+s.Handle {
				t.Fatalf("%+v is not in its place in %q", s, text)
			}
			if _, err := model.ParseHandle("handle", s.Handle); err != nil {
				t.Fatalf("%q in %q is no handle: %v", s.Handle, text, err)
			}
			end = s.End
		}
	})
}
