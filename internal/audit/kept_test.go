package audit_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
)

// TestALedgerGrewFromWhatWasKept, or was put back, rewritten, or is another one.
func TestALedgerGrewFromWhatWasKept(t *testing.T) {
	b := newBook(t, 40)
	skey, _, err := b.Store.LogKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := b.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.warn(5)
	other, _, err := ledger.NewLogKey("elsewhere.example/log", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	another := head
	another.Root[0]++
	for name, test := range map[string]struct {
		key  string
		head ledger.Head
		why  string
	}{
		"grown":     {skey, head, ""},
		"rewritten": {skey, another, "it was rewritten"},
		"put back":  {skey, ledger.Head{Size: 46, Root: head.Root}, "the ledger has 45 entries, and had 46"},
		"another":   {other, head, "not by this ledger's key"},
	} {
		text, err := ledger.SignCheckpoint(test.key, test.head)
		if err != nil {
			t.Fatal(err)
		}
		why, err := audit.GrewFrom(t.Context(), b.Store.Reads, text)
		if err != nil || (why == "") != (test.why == "") || !strings.Contains(why, test.why) {
			t.Errorf("%s: %q, %v", name, why, err)
		}
	}
	if why, err := audit.GrewFrom(t.Context(), b.Store.Reads, nil); err != nil || why == "" {
		t.Errorf("an empty file: %q, %v", why, err)
	}
}
