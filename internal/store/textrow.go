package store

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// textRow is a privileged row as the ledger has it, to be scanned like one of the database.
type textRow struct {
	cols   []string
	values map[string]string
}

// Scan fills dest from the columns in their order.
func (t textRow) Scan(dest ...any) error {
	if len(dest) != len(t.cols) {
		return fmt.Errorf("the row has %d columns, not %d", len(t.cols), len(dest))
	}
	for i, c := range t.cols {
		if err := setText(dest[i], t.values[c]); err != nil {
			return fmt.Errorf("column %s: %w", c, err)
		}
	}
	return nil
}

// setText is the inverse of textOf.
func setText(dest any, text string) (err error) {
	if b, ok := dest.(*[]byte); ok {
		*b, err = base64.StdEncoding.DecodeString(text)
		return err
	}
	switch v := reflect.ValueOf(dest).Elem(); v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		v.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return err
		}
		v.SetBool(b)
	default:
		return fmt.Errorf("%T is not a column's type", dest)
	}
	return nil
}

// RequestOf reads a request from its row in the ledger.
func RequestOf(row ledger.Row) (model.Request, error) {
	return scanRequest(textRow{requestTable.cols, row.Values})
}

// KeyOf reads a key from its row in the ledger.
func KeyOf(row ledger.Row) (model.Key, error) { return scanKey(textRow{keyTable.cols, row.Values}) }

// OwnerKeyOf reads what an owner signed from its row in the ledger.
func OwnerKeyOf(row ledger.Row) (model.Key, error) {
	return scanOwnerKey(textRow{ownerKeyTable.cols, row.Values})
}

// CredentialOf reads a credential from its row in the ledger.
func CredentialOf(row ledger.Row) (model.Credential, error) {
	return scanCredential(textRow{credentialTable.cols, row.Values})
}

// RecoveryOf reads a recovery from its row in the ledger.
func RecoveryOf(row ledger.Row) (Recovery, error) {
	return scanRecovery(textRow{recoveryTable.cols, row.Values})
}

// SanctionOf reads a sanction from its row in the ledger.
func SanctionOf(row ledger.Row) (model.Sanction, error) {
	return scanSanction(textRow{sanctionTable.cols, row.Values})
}

// PersonOf reads a person, without roles, from its row in the ledger.
func PersonOf(row ledger.Row) (model.Person, error) {
	return scanPerson(textRow{personTable.cols, row.Values})
}

// PolicyOf reads a published bundle from its row in the ledger.
func PolicyOf(row ledger.Row) (Policy, error) {
	return scanPolicy(textRow{policyTable.cols, row.Values})
}

// GrantOf reads a role grant from its row in the ledger.
func GrantOf(row ledger.Row) (model.RoleGrant, error) {
	return scanGrant(textRow{grantTable.cols, row.Values})
}
