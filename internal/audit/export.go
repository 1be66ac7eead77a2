package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Export says what to write, and how.
type Export struct {
	From, To int64  // entries: from From on, to before To; To 0 is the ledger's end
	OCSF     bool   // as events of the Open Cybersecurity Schema Framework; else as the ledger has them
	Private  bool   // also the private part: free text, e-mail
	Version  string // of this program, for OCSF
}

// exportedEntry is an entry as a line of the export.
type exportedEntry struct {
	Index   int64             `json:"index,string"`
	Leaf    json.RawMessage   `json:"leaf"`
	Facts   json.RawMessage   `json:"facts"`
	Private map[string]string `json:"private,omitempty"`
	Erased  bool              `json:"erased,omitempty"` // the private part was
}

// Erased stands where a private text was erased.
const Erased = "(erased)"

// Write writes entries as JSON lines (one object a line), in the ledger's order and bounded memory, and returns how many. An
// entry that cannot be read ends it.
func (x Export) Write(ctx context.Context, st *store.Store, w io.Writer) (n int64, err error) {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return 0, err
	}
	if x.To == 0 || x.To > head.Size {
		x.To = head.Size
	}
	if x.From < 0 || x.From > x.To {
		return 0, model.Invalid("from", "must be 0 to %d", x.To)
	}
	origin, err := st.Origin(ctx)
	if err != nil {
		return 0, err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	people := names{}
	for first := x.From; first < x.To; first += chunkSize {
		records, err := st.RecordRange(ctx, first, min(first+chunkSize, x.To))
		if err != nil {
			return n, err
		}
		for _, rec := range records {
			line, err := x.line(ctx, st, origin, people, rec)
			if err != nil {
				return n, err
			}
			if err := out.Encode(line); err != nil {
				return n, fmt.Errorf("writing entry %d: %w", rec.Index, err)
			}
			n++
		}
	}
	return n, nil
}

func (x Export) line(ctx context.Context, st *store.Store, origin string, people names, rec ledger.Record) (any, error) {
	e, err := rec.Open()
	if err != nil {
		return nil, err
	}
	if !x.Private {
		e.Private = nil
	}
	if !x.OCSF {
		return exportedEntry{Index: rec.Index, Leaf: rec.Leaf, Facts: rec.Facts, Private: e.Private, Erased: rec.Erased()}, nil
	}
	actor, err := people.of(ctx, st, e.Facts.Actor)
	if err != nil {
		return nil, err
	}
	event := ocsfOf(origin, x.Version, actor, rec, e)
	if x.Private && rec.Erased() {
		event.Comment = Erased
	}
	return event, nil
}

// names remembers what people are called; a staff is small.
type names map[model.ID]string

func (n names) of(ctx context.Context, st *store.Store, person model.ID) (string, error) {
	if person == 0 {
		return "", nil
	}
	if name, ok := n[person]; ok {
		return name, nil
	}
	p, err := st.Person(ctx, person)
	if err != nil && model.KindOf(err) != model.KindNotFound { // verify names who is missing
		return "", err
	}
	n[person] = p.Name
	return p.Name, nil
}
