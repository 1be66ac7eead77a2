package store_test

import (
	"maps"
	"testing"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// FuzzRowOfTheLedger reads rows that somebody has tampered with: whatever a column says, it is read or refused.
func FuzzRowOfTheLedger(f *testing.F) {
	for column, text := range map[string]string{"id": "-9223372036854775808", "params": `{"a":"b"}`, "need": `{"keys":1e400}`,
		"target": `{"sanctions":["1",null]}`, "nonce": "AAA=", "created_at": "9223372036854775807", "signature": "not base64", "kind": ""} {
		f.Add(column, text)
	}
	// Every column of the rows that are read, as a row has it that says nothing.
	whole := map[string]string{"params": "{}", "target": "{}", "need": "{}"}
	for _, c := range []string{"id", "account", "post", "person", "case_id", "requester", "login", "created_at", "expires_at", "effect_at",
		"closed_at", "opened", "leaf", "request", "credential", "head_size", "signed_at", "sponsor", "invited_by", "enrolled_at", "revoked_at",
		"start_at", "end_at", "lifted_at"} {
		whole[c] = "0"
	}
	f.Fuzz(func(t *testing.T, column, text string) {
		for name, read := range map[string]func(ledger.Row) error{
			"request":    func(r ledger.Row) error { _, err := store.RequestOf(r); return err },
			"key":        func(r ledger.Row) error { _, err := store.KeyOf(r); return err },
			"credential": func(r ledger.Row) error { _, err := store.CredentialOf(r); return err },
			"sanction":   func(r ledger.Row) error { _, err := store.SanctionOf(r); return err },
		} {
			if err := read(ledger.Row{Values: whole}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			changed := maps.Clone(whole)
			changed[column] = text
			if err := read(ledger.Row{Values: changed}); err != nil && err.Error() == "" {
				t.Errorf("%s: refused without a reason", name)
			}
		}
	})
}
