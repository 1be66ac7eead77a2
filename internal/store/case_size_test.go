package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// crowdReports has n accounts, the first of them with the given ID, report an account, all with the same post.
func (e *engine) crowdReports(r model.Report, first, n int64) {
	e.Helper()
	bytes := "BLOB"
	if e.Shared() {
		bytes = "BYTEA"
	}
	run := func(text string, args ...any) {
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.Exec(ctx, fmt.Sprintf(text, args...)) })
	}
	const chunk = 10_000
	for from := first; from < first+n; from += chunk {
		numbers := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)`, from, min(from+chunk, first+n))
		run(`INSERT INTO accounts (id, handle, handle_key, display_name, name_key, note, locked, bot, created_at, followers, following,
				posts, last_post_at) %s SELECT i, 'crowd' || i, CAST('crowd' || i AS %s), '', CAST('' AS %[2]s), '', FALSE, FALSE,
				0, 0, 0, 0, 0 FROM n`, numbers, bytes)
		if from == first {
			run(`ANALYZE`) // or PostgreSQL goes on looking for each account in all of them
		}
		run(`INSERT INTO reports (id, reporter, target, posts, category, comment, case_id, created_at) %s
				SELECT i, i, %d, '%d', 'spam', 'all of us say so', %d, 0 FROM n`, numbers, r.Target, r.Posts[0], r.Case)
	}
	run(`UPDATE cases SET reports = reports + %d WHERE id = %d`, n, r.Case)
	run(`ANALYZE`)
}

// TestManyReportsCostNothing: what is done with a case takes as long with 100,000 reports on it as with 100.
func TestManyReportsCostNothing(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		took := func(reports int64, handle string, first int64) map[string]time.Duration {
			target := e.account(handle)
			post := e.post(target, nil)
			r := e.file(ann, target, func(r *model.Report) { r.Posts = []model.ID{post} })
			e.crowdReports(r, first, reports)
			least := map[string]time.Duration{}
			for i := range 7 {
				next := e.account(fmt.Sprintf("late%d_%d", reports, i))
				for what, fn := range caseWork(t.Context(), e, r, next) {
					start := time.Now()
					if err := fn(); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					if d := time.Since(start); least[what] == 0 || d < least[what] {
						least[what] = d
					}
				}
			}
			if c := got[model.Case](e)(e.Case(t.Context(), r.Case)); c.Reports != reports+8 {
				t.Errorf("the case has %d reports", c.Reports)
			}
			return least
		}
		many := testkit.Size[int64](100_000, 1_000_000)
		if e.Shared() {
			many /= 5 // PostgreSQL checks each of the rows' references by a query
		}
		few := took(100, "few", 1_000)
		for what, d := range took(many, "many", 1_000_000) {
			t.Logf("%-20s %10s with many reports, %10s with few", what, d, few[what])
			if d > 8*few[what]+5*time.Millisecond { // to read as many rows takes longer by far
				t.Errorf("%s takes %s with many reports, %s with few", what, d, few[what])
			}
		}
	})
}

// caseWork is what members and staff do with a case.
func caseWork(ctx context.Context, e *engine, r model.Report, late model.ID) map[string]func() error {
	return map[string]func() error{
		"list by priority": func() error {
			_, err := e.Cases(ctx, store.CaseFilter{State: model.CaseOpen, ByRank: true, Limit: 40})
			return err
		},
		"read the case": func() error {
			_, err := e.Case(ctx, r.Case)
			return err
		},
		"read 100 reports": func() error {
			list, err := e.ReportsOn(ctx, r.Case, store.Range{Limit: 100})
			if len(list) != 100 && err == nil {
				err = fmt.Errorf("there are %d", len(list))
			}
			return err
		},
		"read the evidence": func() error {
			_, err := e.Evidence(ctx, r.Case, store.Range{Limit: 100})
			return err
		},
		"look for a conflict": func() error {
			_, err := e.Reported(ctx, 1, r.Case, r.Target)
			return err
		},
		"file one more": func() error {
			_, err := e.tryFile(late, r.Target, func(n *model.Report) { n.Posts = r.Posts })
			return err
		},
		"look at a record": func() error {
			_, err := e.ReporterRecord(ctx, r.Reporter, time.Time{}, 400)
			return err
		},
	}
}
