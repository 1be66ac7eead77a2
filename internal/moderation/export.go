package moderation

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Export says which statements of reasons to write for the EU's DSA Transparency Database, and how.
type Export struct {
	From, To time.Time // of the sanctions that began at From or later and before To
	CSV      bool      // as CSV with a line of names; else as JSON lines
	Private  bool      // with what staff wrote to owners
}

// sanctionsAtATime is how many sanctions are read at once.
const sanctionsAtATime = 200

// Write writes the statements, in the order in which the sanctions began and in bounded memory, and returns how many. One
// that the database would refuse ends it: the error names the statement and the field. progress is told how many of how
// many were written.
func (x Export) Write(ctx context.Context, st *store.Store, w io.Writer, progress func(done, of int64)) (n int64, err error) {
	m := &Moderation{st: st}
	of, err := st.CountSanctions(ctx, x.From, x.To)
	if err != nil {
		return 0, err
	}
	line := jsonLines(w)
	if x.CSV {
		if line, err = csvLines(w); err != nil {
			return 0, err
		}
	}
	for last := (model.Sanction{}); ; {
		page, err := st.SanctionsBetween(ctx, x.From, x.To, last, sanctionsAtATime)
		if err != nil {
			return n, err
		}
		for _, last = range page {
			s, err := m.statement(ctx, ofSanction(last))
			if err != nil {
				return n, err
			}
			d := s.DSA(x.Private)
			if err := d.Check(); err != nil {
				return n, fmt.Errorf("the statement %s: %w", d.PUID, err)
			}
			if err := line(d); err != nil {
				return n, fmt.Errorf("writing the statement %s: %w", d.PUID, err)
			}
			n++
		}
		if progress != nil {
			progress(n, max(n, of))
		}
		if len(page) < sanctionsAtATime {
			return n, nil
		}
	}
}

func jsonLines(w io.Writer) func(DSA) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return func(d DSA) error { return out.Encode(d) }
}

// csvLines writes each statement as a line, lists as JSON arrays, as the database's own downloads have them.
func csvLines(w io.Writer) (func(DSA) error, error) {
	out := csv.NewWriter(w)
	write := func(record []string) error {
		_ = out.Write(record) // what it cannot write, Error tells
		out.Flush()
		return out.Error()
	}
	if err := write(dsaColumns); err != nil {
		return nil, fmt.Errorf("writing the columns: %w", err)
	}
	return func(d DSA) error {
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		fields := map[string]any{}
		if err := json.Unmarshal(text, &fields); err != nil {
			return err
		}
		record := make([]string, len(dsaColumns))
		for i, name := range dsaColumns {
			if record[i], err = csvField(fields[name]); err != nil {
				return err
			}
		}
		return write(record)
	}, nil
}

func csvField(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return unformula(v), nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// unformula keeps a spreadsheet from taking a text for a formula.
func unformula(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r") {
		return "'" + text
	}
	return text
}

// dsaColumns are the columns of the CSV, by the schema's names.
var dsaColumns = []string{"puid", "decision_visibility", "end_date_visibility_restriction", "decision_provision", "end_date_service_restriction",
	"decision_account", "end_date_account_restriction", "decision_ground", "illegal_content_legal_ground", "illegal_content_explanation",
	"incompatible_content_ground", "incompatible_content_explanation", "content_type", "content_type_other", "category", "territorial_scope",
	"content_date", "application_date", "decision_facts", "source_type", "automated_detection", "automated_decision"}
