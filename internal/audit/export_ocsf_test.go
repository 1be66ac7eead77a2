package audit_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/audit"
	"keyturn/internal/model"
)

var update = flag.Bool("update", false, "write what is exported to the golden file")

// variable are the parts of an export that differ from run to run.
var variable = regexp.MustCompile(`[0-9]{16,}|[0-9a-f]{64}|[0-9a-f]{32}`)

func (b *book) export(x audit.Export) string {
	b.t.Helper()
	var out bytes.Buffer
	n, err := x.Write(b.t.Context(), b.Store, &out)
	if err != nil {
		b.t.Fatal(err)
	}
	if lines := strings.Count(out.String(), "\n"); int64(lines) != n {
		b.t.Errorf("%d lines of %d entries", lines, n)
	}
	return out.String()
}

func TestExportOCSF(t *testing.T) {
	b := newBook(t, 0)
	if _, err := b.Submit("lastday", b.Command(model.CmdSuspend, "president")); err == nil {
		t.Fatal("lastday was not refused")
	}
	b.Do("agent", b.Command(model.CmdSuspend, "uncle"))
	b.exec(`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = 1`)
	got := variable.ReplaceAllString(b.export(audit.Export{OCSF: true, Private: true, Version: "v0"}), "N")
	const golden = "testdata/export.ocsf.jsonl"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOCSFRequired holds each event to what the schema requires of one (OCSF 1.3.0, base_event and entity_management).
func TestOCSFRequired(t *testing.T) {
	b := newBook(t, 40)
	for line := range strings.Lines(b.export(audit.Export{OCSF: true})) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "entity"} {
			if e[name] == nil {
				t.Errorf("no %s in %s", name, line)
			}
		}
		if e["type_uid"] != e["class_uid"].(float64)*100+e["activity_id"].(float64) {
			t.Errorf("type_uid does not fit: %s", line)
		}
		if strings.Contains(line, "because of the test") {
			t.Errorf("the reason is exported unasked: %s", line)
		}
	}
}

func TestExportRange(t *testing.T) {
	b := newBook(t, 1100)
	for _, test := range []struct{ from, to, want int64 }{{0, 0, 1100}, {0, 1, 1}, {1099, 0, 1}, {500, 1050, 550}, {7, 7, 0}, {1000, 9000, 100}} {
		lines := b.export(audit.Export{From: test.from, To: test.to})
		if n := int64(strings.Count(lines, "\n")); n != test.want {
			t.Errorf("from %d to %d: %d entries, want %d", test.from, test.to, n, test.want)
		}
	}
	b.exec(`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = 9`)
	line := b.export(audit.Export{From: 9, To: 10, Private: true})
	if !strings.HasPrefix(line, `{"index":"9","leaf":{"class":`) || !strings.HasSuffix(line, `"erased":true}`+"\n") {
		t.Errorf("an erased entry is exported as %s", line)
	}
	if _, err := (audit.Export{From: 1101}).Write(t.Context(), b.Store, &bytes.Buffer{}); model.KindOf(err) != model.KindInvalid {
		t.Errorf("past the end: %v", err)
	}
}
