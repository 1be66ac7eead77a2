package guard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
)

const told = "Your post of Tuesday broke rule 4."

// opened is a request with its texts, as people see it.
func (w *world) opened(q model.Request) model.Request {
	w.t.Helper()
	q, err := w.Guard.Opened(w.t.Context(), w.request(q.ID))
	if err != nil {
		w.t.Fatal(err)
	}
	return q
}

// TestLaw05ErasedReason: the reason can be erased on its own; the keys on the request stand, since they are over its hash.
func TestLaw05ErasedReason(t *testing.T) {
	w, db := newWorldWithSQL(t)
	q := w.ask("agent", w.Command(model.CmdLimit, "newsroom"))
	w.turn(q, "lead")
	w.exec(db, fmt.Sprintf(`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = %d`, q.Opened))
	if reason := w.opened(q).Command.Reason; reason != "(erased)" {
		t.Errorf("the reason is %q", reason)
	}
	if out := w.turn(q, "agent"); out.Request.State != model.StateExecuted {
		t.Errorf("it is %s, missing %+v", out.Request.State, out.Missing)
	}
}

// TestLaw05PrivateParameter: what may be erased one day stands in no row and in no facts, but whoever signs sees it, and
// signs its hash. Once it is erased or changed nobody can sign what they have not read.
func TestLaw05PrivateParameter(t *testing.T) {
	w, db := newWorldWithSQL(t)
	cmd := w.Command(model.CmdLimit, "newsroom", "message", told)
	asked, changed, erased := w.ask("agent", cmd), w.ask("agent", cmd), w.ask("agent", cmd)
	w.Do("agent", w.Command(model.CmdWarn, "uncle", "message", told))
	if hash := w.request(asked.ID).Command.Params["message"]; !strings.HasPrefix(hash, "sha256:") {
		t.Errorf("the row has %q", hash)
	}
	if a, b := asked.Command.Params["message"], changed.Command.Params["message"]; a == b {
		t.Errorf("two requests refer to one text alike, so that it could be guessed at: %s", a)
	}
	if text := w.opened(asked).Command.Private["message"]; text != told {
		t.Errorf("whoever signs sees %q", text)
	}
	for key, row := range w.state() {
		for column, text := range row {
			if strings.Contains(text, told) {
				t.Errorf("%s has the text in its %s", key, column)
			}
		}
	}
	for rec, err := range w.Store.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc([][]byte{rec.Leaf, rec.Facts}, func(b []byte) bool { return strings.Contains(string(b), told) }) {
			t.Errorf("entry %d has the text where it is never erased", rec.Index)
		}
	}

	w.exec(db, fmt.Sprintf(`UPDATE leaves SET private = replace(private, 'Tuesday', 'Monday') WHERE idx = %d`, changed.Opened))
	w.refusedUnread("fail_closed_for_dark", "a text that was changed", w.turning("lead", changed))
	if reason := w.opened(changed).Command.Reason; !strings.Contains(reason, "changed in the database") {
		t.Errorf("it is shown with the reason %q", reason)
	}
	w.exec(db, fmt.Sprintf(`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = %d`, erased.Opened))
	w.refused("", "a text that was erased", w.turning("lead", erased))
	if text := w.opened(erased).Command.Private["message"]; text != "(erased)" {
		t.Errorf("it is shown as %q", text)
	}

	if out := w.turn(asked, "lead", "agent"); out.Request.State != model.StateExecuted {
		t.Errorf("it is %s, missing %+v", out.Request.State, out.Missing)
	}
}

// refusedUnread holds what was tried to a refusal before anything was decided: there is no entry.
func (w *world) refusedUnread(law, what string, try func() error) {
	w.t.Helper()
	w.invalid(model.KindForbidden, "", what, func() error {
		err := try()
		if e, ok := err.(*model.Error); !ok || e.Law != law {
			w.t.Errorf("%s: got %v, want a refusal by %q", what, describe(err), law)
		}
		return err
	})
}

// TestPrivateParameters are held to what texts are held to.
func TestPrivateParameters(t *testing.T) {
	w := newWorld(t)
	for what, text := range map[string]string{"too long": strings.Repeat("x", model.MaxReason+1), "no text": "\xff", "a NUL": "\x00"} {
		w.invalid(model.KindInvalid, "params.message", what, w.submitting("agent", w.Command(model.CmdWarn, "uncle", "message", text)))
	}
	w.invalid(model.KindInvalid, "params.message", "a command that tells nobody anything",
		w.submitting("admin", plain(model.CmdFreeze, "message", told)))
	x, err := w.Guard.Explain(t.Context(), w.person("agent"), w.Command(model.CmdWarn, "uncle", "message", told))
	if err != nil || !x.Allowed {
		t.Errorf("asked what it takes: %+v, %v", x, err)
	}
}
