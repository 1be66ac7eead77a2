package model_test

import (
	"testing"

	"keyturn/internal/model"
)

// TestShown: what a terminal or a browser shows as something else than it is, is refused where people decide by it.
func TestShown(t *testing.T) {
	for text, want := range map[string]struct{ shown, name bool }{
		"Leila":                        {true, true},
		"Zoë O’Neil-Šimić 李 \u200fعلي": {true, true},
		"👩\u200d🚒":                     {true, true},
		"two\nlines\tand a tab":        {true, false},
		" Leila":                       {true, false},
		"Lei\u200bla":                  {true, false},
		"":                             {true, true}, // that it is needed says somebody else
		"harmless\x1b[2J":              {false, false},
		"Ada\x1b[2K\rLeila":            {false, false},
		"a\u0085b":                     {false, false},
		"\u202eadA":                    {false, false},
		"\u2066a\u2069":                {false, false},
		"bell\a":                       {false, false},
		"one\r\ntwo":                   {true, false},
		"one\rtwo":                     {false, false},
	} {
		if err := model.CheckShown("reason", text); (err == nil) != want.shown {
			t.Errorf("%q: %v", text, err)
		}
		err := model.CheckName("params.name", text)
		if (err == nil) != want.name || err != nil && model.KindOf(err) != model.KindInvalid {
			t.Errorf("the name %q: %v", text, err)
		}
		if err := model.CheckProse("note", text, 1); (err == nil) != (text == "") {
			t.Errorf("at most one of %q: %v", text, err)
		}
	}
}
