package deskclient

import (
	"encoding/json"
	"testing"
)

// TestShown: what would have a terminal show something else is replaced, and everything else is what it was.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                          "plain",
		"two\nlines\t\"quoted\" \\u001b": "two\nlines\t\"quoted\" \\u001b",
		"ü 👩\u200d🚒 علي":                 "ü 👩\u200d🚒 علي",
		"\x1b[2Jgone":                    "\ufffd[2Jgone",
		"Ada\rLeila":                     "Ada\ufffdLeila",
		"\b\f\a\x7f\u0085":               "\ufffd\ufffd\ufffd\ufffd\ufffd",
		"\u202eevil":                     "\ufffdevil",
	} {
		answer, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]string
		if err := json.Unmarshal(shown(answer), &out); err != nil || out["text"] != want {
			t.Errorf("%q is shown as %q (%v)", text, out["text"], err)
		}
	}
}

func FuzzShown(f *testing.F) {
	f.Add([]byte(`{"a":"\u001b\\","b":[1,null]}`))
	f.Add([]byte(`\`))
	f.Add([]byte(`\u00`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if got := shown(answer); json.Valid(answer) && !json.Valid(got) {
			t.Errorf("%q became %q", answer, got)
		}
	})
}
