package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// TestTouched: what the guard writes is not noted, what is written past it is, also where the session would have no
// trigger fire, until it is forgotten; what was touched again meanwhile is not forgotten.
func TestTouched(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx := t.Context()
		touched := func(want ...string) (all []store.Touched) {
			t.Helper()
			all, err := e.Store.Touched(ctx, 100)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, row := range all {
				got = append(got, row.Table+" "+row.Key)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return all
		}
		forget := func(rows []store.Touched) {
			t.Helper()
			if err := e.Write(ctx, func(tx *store.Tx) error { return tx.ForgetTouched(ctx, rows) }); err != nil {
				t.Fatal(err)
			}
		}
		for _, verified := range []bool{false, true} {
			e.put(func(ctx context.Context, p *store.PrivTx) error {
				return p.PutClass(ctx, store.AccountClass{Account: 7, Class: model.ClassVerified, Verified: verified})
			})
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutStrike(ctx, store.Strike{ID: 9}), p.PutSetting(ctx, "anything", "1"))
		})
		touched()

		db := rawDB(t, e.config)
		if strings.Contains(e.config.URL, "postgres") {
			db.SetMaxOpenConns(1)
			bare(t, db, `SET session_replication_role = replica`)
		}
		bare(t, db, `UPDATE account_classes SET verified = FALSE`)
		bare(t, db, `UPDATE strikes SET leaf = leaf - 1`)
		noted := touched("account_classes 7", "strikes 9")
		bare(t, db, `UPDATE account_classes SET verified = TRUE`)
		forget(noted)
		forget(touched("account_classes 7"))
		bare(t, db, `UPDATE account_classes SET account = 8`)
		bare(t, db, `INSERT INTO strikes SELECT 10, account, request, case_id, rule, at, retracted_at, leaf - 1 FROM strikes`)
		bare(t, db, `DELETE FROM strikes WHERE id = 9`)
		touched("account_classes 7", "account_classes 8", "strikes 10", "strikes 9")
	})
}

func bare(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
