package guard_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is a testkit.World with words for what laws are about.
type world struct {
	*testkit.World
	t testing.TB
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{testkit.NewWorld(t, testkit.WorldOptions{}), t}
}

// newWorldUnder is a world under another policy than the shipped one.
func newWorldUnder(t testing.TB, b *policy.Bundle) *world {
	t.Helper()
	return &world{testkit.NewWorld(t, testkit.WorldOptions{Policy: b}), t}
}

// linkedWorld is a world in which accounts belong to members of staff, by login.
func linkedWorld(t testing.TB, linked map[string]string) *world {
	t.Helper()
	return &world{testkit.NewWorld(t, testkit.WorldOptions{Linked: linked}), t}
}

// bundle is the shipped policy with its document changed.
func bundle(t testing.TB, change func(doc object)) *policy.Bundle {
	t.Helper()
	b, err := policy.Parse(document(t, change))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// object is a JSON object.
type object map[string]any

func (o object) at(path ...string) object {
	for _, name := range path {
		o = o[name].(map[string]any)
	}
	return o
}

func document(t testing.TB, change func(doc object)) []byte {
	t.Helper()
	shipped, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var doc object
	if err := json.Unmarshal(shipped.Encode(), &doc); err != nil {
		t.Fatal(err)
	}
	change(doc)
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// weakest asks as little as a policy can: every row the fewest keys, of whomever, at once; nobody is kept from anything.
func weakest(doc object) {
	rows := doc.at("rows")
	for name := range rows {
		row := rows.at(name)
		if !policy.Row(name).ByClass() {
			weaken(row, map[bool]int{true: 1, false: 2}[slices.Contains([]string{"tighten", "freeze", "restore"}, name)])
			continue
		}
		for class := range row {
			two := class != "standard" && !slices.Contains([]string{"warn", "lock_brief", "view_private", "decide_appeal"}, name)
			weaken(row.at(class), map[bool]int{true: 2, false: 1}[two])
		}
	}
	for role := range doc.at("budgets") {
		doc.at("budgets")[role] = object{"accounts_per_hour": 1000, "accounts_per_day": 1000, "reach_per_hour": 1_000_000, "reach_per_day": 1_000_000}
	}
	doc["cedar"] = `@id("all") permit (principal, action, resource);`
}

func weaken(cell object, keys int) {
	cell["keys"], cell["roles"], cell["teams"], cell["wait"] = keys, []string{}, 1, "0s"
}

// person is the ID of the person who has a login.
func (w *world) person(login string) model.ID {
	w.t.Helper()
	return w.Actor(login).Person
}

// on is a command about the person who has a login.
func (w *world) on(kind model.CommandKind, login string, params ...string) model.Command {
	w.t.Helper()
	return model.Command{Kind: kind, Person: w.person(login), Reason: "because of the test", Params: pairs(params)}
}

// plain is a command about nothing in particular.
func plain(kind model.CommandKind, params ...string) model.Command {
	return model.Command{Kind: kind, Reason: "because of the test", Params: pairs(params)}
}

func pairs(list []string) map[string]string {
	all := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		all[list[i]] = list[i+1]
	}
	return all
}

// newcomer brings in an agent.
func newcomer(login string, more ...string) model.Command {
	c := plain(model.CmdGrantRole, "login", login, "name", "Nadir", "team", "support-north", "kind", "employee", "role", "agent")
	maps.Copy(c.Params, pairs(more))
	return c
}

// ask submits a command that has to wait for keys.
func (w *world) ask(login string, cmd model.Command) model.Request {
	w.t.Helper()
	out, err := w.Submit(login, cmd)
	if err != nil {
		w.t.Fatalf("%s by %s: %v", cmd.Kind, login, err)
	}
	if out.Request.State != model.StatePending {
		w.t.Fatalf("%s by %s is %s", cmd.Kind, login, out.Request.State)
	}
	return out.Request
}

// turn turns keys that all count, and gives the outcome of the last one.
func (w *world) turn(q model.Request, logins ...string) guard.Outcome {
	w.t.Helper()
	var out guard.Outcome
	for _, login := range logins {
		var err error
		if out, err = w.Turn(login, q.ID); err != nil {
			w.t.Fatalf("%s's key on %s: %v", login, q.Command.Kind, err)
		}
	}
	return out
}

// waiting submits a command and turns its keys; it is to wait for its time then.
func (w *world) waiting(login string, cmd model.Command, keys ...string) model.Request {
	w.t.Helper()
	q := w.ask(login, cmd)
	if out := w.turn(q, keys...); out.Request.State != model.StateWaiting {
		w.t.Fatalf("%s with the keys of %v is %s, missing %+v", cmd.Kind, keys, out.Request.State, out.Missing)
	}
	return w.request(q.ID)
}

// request reads a request.
func (w *world) request(id model.ID) model.Request {
	w.t.Helper()
	q, err := w.Store.Request(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return q
}

// pass lets time go by, and has done what comes due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.Clock.Advance(d)
	w.Due()
}

// state is all privileged rows, by table and key.
func (w *world) state() map[string]map[string]string {
	w.t.Helper()
	rows := map[string]map[string]string{}
	for _, table := range store.PrivilegedTables() {
		for row, err := range w.Store.PrivilegedRows(w.t.Context(), table) {
			if err != nil {
				w.t.Fatal(err)
			}
			rows[table+" "+row.Key] = row.Values
		}
	}
	return rows
}

// size is how many entries the ledger has.
func (w *world) size() int64 {
	w.t.Helper()
	head, _, err := w.Store.LedgerHead(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return head.Size
}

// entry reads an entry of the ledger.
func (w *world) entry(index int64) ledger.Facts {
	w.t.Helper()
	rec, err := w.Store.Record(w.t.Context(), index)
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := rec.Open()
	if err != nil {
		w.t.Fatal(err)
	}
	return e.Facts
}

// refused holds what was tried to a refusal by a law ("" for one by the policy): an error that names it, one entry of
// the ledger that does, and nothing else.
func (w *world) refused(law, what string, try func() error) {
	w.t.Helper()
	size, before := w.size(), w.state()
	err := try()
	e, ok := errors.AsType[*model.Error](err)
	if !ok || e.Law != law {
		w.t.Errorf("%s: got %v, want a refusal by %q", what, describe(err), law)
		return
	}
	w.recorded(size, what, ledger.EventRefused, law)
	w.unchanged(before, what)
}

func describe(err error) string {
	if e, ok := errors.AsType[*model.Error](err); ok {
		return fmt.Sprintf("%s, law %q: %v", e.Kind, e.Law, e)
	}
	return fmt.Sprint(err)
}

// recorded holds the ledger to one more entry than size, of the event and law.
func (w *world) recorded(size int64, what string, event ledger.Event, law string) {
	w.t.Helper()
	if now := w.size(); now != size+1 {
		w.t.Errorf("%s: the ledger grew by %d entries, not by one", what, now-size)
		return
	}
	if f := w.entry(size); f.Event != event || f.Law != law {
		w.t.Errorf("%s: the entry says %s by %q, want %s by %q", what, f.Event, f.Law, event, law)
	}
}

// invalid holds what was tried to an answer that is no decision: an error of a kind about a field, no entry, no change.
func (w *world) invalid(kind model.ErrorKind, field, what string, try func() error) {
	w.t.Helper()
	size, before := w.size(), w.state()
	err := try()
	if e, ok := errors.AsType[*model.Error](err); !ok || e.Kind != kind || e.Field != field {
		w.t.Errorf("%s: got %v, want %s about %q", what, describe(err), kind, field)
	}
	if now := w.size(); now != size {
		w.t.Errorf("%s: it left %d entries", what, now-size)
	}
	w.unchanged(before, what)
}

// unchanged holds the privileged rows to what they were.
func (w *world) unchanged(before map[string]map[string]string, what string) {
	w.t.Helper()
	after := w.state()
	for key, row := range before {
		if !maps.Equal(row, after[key]) {
			w.t.Errorf("%s: it changed %s", what, key)
		}
		delete(after, key)
	}
	for key := range after {
		w.t.Errorf("%s: it made %s", what, key)
	}
}

// submitting and turning are what is tried, for refused and invalid.
func (w *world) submitting(login string, cmd model.Command) func() error {
	return func() error {
		_, err := w.Submit(login, cmd)
		return err
	}
}

func (w *world) turning(login string, q model.Request) func() error {
	return func() error {
		_, err := w.Turn(login, q.ID)
		return err
	}
}

// whole holds the database against the ledger at the end of a test.
func (w *world) whole() {
	w.t.Helper()
	report, err := audit.Verify(w.t.Context(), w.Store, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range report.Findings {
		w.t.Errorf("the audit found: %+v", f)
	}
}

// light fails unless nothing is on an account.
func (w *world) light(handle, what string) {
	w.t.Helper()
	if w.Dark(handle) {
		w.t.Fatalf("%s: @%s has a sanction on it", what, handle)
	}
}

// needs holds a request to a requirement.
func (w *world) needs(q model.Request, keys int, roles []model.Role, teams int, wait time.Duration) {
	w.t.Helper()
	want := model.Requirement{Keys: keys, Roles: roles, Teams: teams, Wait: wait}
	if diff := cmp.Diff(want, q.Need, cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("what %s needs (-want +got):\n%s", q.Command.Kind, diff)
	}
}
