package moderation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// bench is a world with its moderation. (A desk is a package.)
type bench struct {
	*testkit.World
	t *testing.T
	m *moderation.Moderation
}

func newBench(t *testing.T) *bench { return newBenchOf(t, nil) }

// newBenchOf is a bench in whose world member accounts are the staff's, by login.
func newBenchOf(t *testing.T, linked map[string]string) *bench {
	w := testkit.NewWorld(t, testkit.WorldOptions{Linked: linked})
	return &bench{w, t, moderation.New(w.Store, w.Clock.Now)}
}

func (b *bench) person(login string) model.ID { return b.Actor(login).Person }

func (b *bench) file(id model.ID) moderation.File {
	b.t.Helper()
	f, err := b.m.Case(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// refuses checks that something is refused and changed nothing of a case.
func (b *bench) refuses(id model.ID, kind model.ErrorKind, part string, do func() error) {
	b.t.Helper()
	before := fmt.Sprintf("%+v", b.file(id))
	err := do()
	if model.KindOf(err) != kind || !strings.Contains(err.Error(), part) {
		b.t.Errorf("error %v, want %s: %s", err, kind, part)
	}
	if after := fmt.Sprintf("%+v", b.file(id)); before != after {
		b.t.Errorf("the case was\n%s\nand is\n%s", before, after)
	}
}

// has checks who works on a case, and its newest line.
func (b *bench) has(id model.ID, login string, kind model.NoteKind) {
	b.t.Helper()
	f, want := b.file(id), model.ID(0)
	if login != "" {
		want = b.person(login)
	}
	if f.Case.Assignee != want || len(f.Notes) == 0 || f.Notes[0].Kind != kind {
		b.t.Errorf("the case is %+v with %+v, want it to be %q's, last %s", f.Case, f.Notes, login, kind)
	}
}

func TestClaimAssignRelease(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id := b.Case("uncle")
	agent, agent2, lead := b.person("agent"), b.person("agent2"), b.person("lead")
	b.refuses(id, model.KindConflict, "nobody works", func() error { return b.m.Release(ctx, agent, id) })
	b.ok(b.m.Claim(ctx, agent, id))
	b.has(id, "agent", model.NoteClaimed)
	b.ok(b.m.Claim(ctx, agent, id)) // it is hers already
	if notes := b.file(id).Notes; len(notes) != 1 {
		t.Errorf("claimed twice: %+v", notes)
	}
	b.refuses(id, model.KindConflict, "Ada works on this case", func() error { return b.m.Claim(ctx, agent2, id) })
	b.refuses(id, model.KindForbidden, "Ada works on this case", func() error { return b.m.Assign(ctx, agent2, id, agent2) })
	b.refuses(id, model.KindForbidden, "Ada works on this case", func() error { return b.m.Release(ctx, agent2, id) })
	b.ok(b.m.Assign(ctx, lead, id, agent2)) // a lead takes it from her
	b.has(id, "agent2", model.NoteAssigned)
	b.ok(b.m.Assign(ctx, agent2, id, b.person("gov")))
	b.has(id, "gov", model.NoteAssigned)
	b.ok(b.m.Release(ctx, lead, id))
	b.has(id, "", model.NoteReleased)
	b.ok(b.m.Assign(ctx, agent, id, agent2))
	b.has(id, "agent2", model.NoteAssigned)
	if n := b.file(id).Notes[0]; n.Person != agent || n.To != agent2 || !n.At.Equal(b.Clock.Now()) {
		t.Errorf("the last line is %+v", n)
	}
	b.ok(b.m.Release(ctx, agent2, id))

	for _, login := range []string{"admin", "auditor", "lastday"} {
		b.refuses(id, model.KindInvalid, "does not work on cases", func() error { return b.m.Assign(ctx, lead, id, b.person(login)) })
		b.refuses(id, model.KindForbidden, "", func() error { return b.m.Claim(ctx, b.person(login), id) })
		b.refuses(id, model.KindForbidden, "", func() error { return b.m.Assign(ctx, b.person(login), id, agent) })
		b.refuses(id, model.KindForbidden, "", func() error { return b.m.Note(ctx, b.person(login), id, "hm") })
		b.refuses(id, model.KindForbidden, "", func() error { return b.m.Resolve(ctx, b.person(login), id, model.OutcomeActed, "") })
	}
	b.ok(b.m.Claim(ctx, agent, id))
	b.refuses(id, model.KindForbidden, "", func() error { return b.m.Release(ctx, b.person("lastday"), id) })
	b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeNoAction, ""))
	b.refuses(id, model.KindForbidden, "", func() error { return b.m.Reopen(ctx, b.person("lastday"), id, "") })
	for _, do := range []func() error{
		func() error { return b.m.Claim(ctx, agent2, id) },
		func() error { return b.m.Assign(ctx, agent, id, agent2) },
		func() error { return b.m.Release(ctx, agent, id) },
		func() error { return b.m.Resolve(ctx, agent, id, model.OutcomeActed, "") },
	} {
		b.refuses(id, model.KindConflict, "resolved", do)
	}
	if err := b.m.Claim(ctx, agent, 12345); model.KindOf(err) != model.KindNotFound {
		t.Errorf("no such case: %v", err)
	}
}

// TestLeaverLosesCases: from the moment of the notice the case is nobody's, and soon it says so in its history.
func TestLeaverLosesCases(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id, other := b.Case("uncle"), b.Case("niece")
	agent, agent2 := b.person("agent"), b.person("agent2")
	b.ok(b.m.Claim(ctx, agent, id))
	b.ok(b.m.Claim(ctx, agent, other))
	b.ok(b.m.Tend(ctx))
	b.has(id, "agent", model.NoteClaimed)
	b.Do("lead", model.Command{Kind: model.CmdSetEmployment, Person: agent, Reason: "she gave notice", Params: map[string]string{"status": "notice"}}, "lead")
	if f := b.file(id); f.Case.Assignee != 0 {
		t.Errorf("somebody on notice works on %+v", f.Case)
	}
	list := func(q moderation.Query) (ids []model.ID) {
		q.State, q.Limit = model.CaseOpen, 9
		files, err := b.m.Cases(ctx, q)
		b.ok(err)
		for _, f := range files {
			ids = append(ids, f.Case.ID)
		}
		return ids
	}
	if ids := list(moderation.Query{Unassigned: true}); !slices.Equal(ids, []model.ID{other, id}) {
		t.Errorf("nobody's cases are %v", ids)
	}
	if ids := list(moderation.Query{Assignee: agent}); ids != nil {
		t.Errorf("hers are %v", ids)
	}
	b.ok(b.m.Claim(ctx, agent2, id)) // before anything was tidied up
	b.has(id, "agent2", model.NoteClaimed)
	b.ok(b.m.Tend(ctx))
	b.ok(b.m.Tend(ctx))
	b.has(id, "agent2", model.NoteClaimed)
	b.has(other, "", model.NoteReleased)
	if notes := b.file(other).Notes; len(notes) != 2 || notes[0].Person != 0 || notes[0].To != agent {
		t.Errorf("the history is %+v", notes)
	}
	b.refuses(id, model.KindForbidden, "leaving", func() error { return b.m.Note(ctx, agent, id, "bye") })
}

// TestEndDateReleases: a person whose contract comes to its last weeks has no cases from then on.
func TestEndDateReleases(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id := b.Case("uncle")
	b.ok(b.m.Claim(ctx, b.person("agent"), id))
	ends := b.Clock.Now().Add(20 * day).Format(time.DateOnly)
	b.Do("lead", model.Command{Kind: model.CmdSetEmployment, Person: b.person("agent"), Reason: "her last day", Params: map[string]string{"ends": ends}}, "lead")
	b.has(id, "agent", model.NoteClaimed)
	b.Clock.Advance(7 * day)
	b.ok(b.m.Tend(ctx))
	b.has(id, "", model.NoteReleased)
}

// TestNobodyDecidesTheirOwnCase: neither the target nor a reporter, by whatever is a decision.
func TestNobodyDecidesTheirOwnCase(t *testing.T) {
	for name, account := range map[string]string{"target": "uncle", "reporter": "aunt"} {
		b, ctx := newBenchOf(t, map[string]string{"agent": account, "agent2": "cousin"}), t.Context()
		id := b.Case("uncle") // aunt reports
		agent, agent2, lead := b.person("agent"), b.person("agent2"), b.person("lead")
		for _, do := range []func() error{
			func() error { return b.m.Claim(ctx, agent, id) },
			func() error { return b.m.Assign(ctx, agent, id, agent2) },
			func() error { return b.m.Resolve(ctx, agent, id, model.OutcomeNoAction, "") },
		} {
			b.refuses(id, model.KindForbidden, "others decide it", do)
		}
		b.refuses(id, model.KindInvalid, "has a part in this case", func() error { return b.m.Assign(ctx, lead, id, agent) })
		b.ok(b.m.Resolve(ctx, agent2, id, model.OutcomeNoAction, name))
		b.refuses(id, model.KindForbidden, "others decide it", func() error { return b.m.Reopen(ctx, agent, id, "") })
		b.ok(b.m.Reopen(ctx, agent2, id, ""))
	}
}

func TestNotes(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id, agent := b.Case("uncle"), b.person("agent")
	for text, part := range map[string]string{" \n": "is needed", strings.Repeat("ü", model.MaxNoteText+1): "at most", "\xff": "UTF-8"} {
		b.refuses(id, model.KindInvalid, part, func() error { return b.m.Note(ctx, agent, id, text) })
		if part != "is needed" {
			b.refuses(id, model.KindInvalid, part, func() error { return b.m.Resolve(ctx, agent, id, model.OutcomeActed, text) })
			b.refuses(id, model.KindInvalid, part, func() error { return b.m.Reopen(ctx, agent, id, text) })
		}
	}
	long := strings.Repeat("ü", model.MaxNoteText)
	b.ok(b.m.Note(ctx, agent, id, long))
	if n := b.file(id).Notes[0]; n.Text != long || n.Person != agent || n.Kind != model.NoteText || !n.At.Equal(b.Clock.Now()) {
		t.Errorf("the note is %+v", n)
	}
	b.Write(func(tx *store.Tx) error {
		for range model.MaxCaseNotes - 1 {
			if err := tx.AddNote(ctx, model.CaseNote{ID: tx.NextID(), Case: id, Kind: model.NoteText}); err != nil {
				return err
			}
		}
		return nil
	})
	b.refuses(id, model.KindConflict, "takes no more", func() error { return b.m.Note(ctx, agent, id, "one more") })
	b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeActed, "a case that is full can be resolved"))
}

// TestResolvedWithoutActionDidNotHold: the next report of the same member weighs less, until the case is opened again.
func TestResolvedWithoutActionDidNotHold(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	b.Clock.Advance(60 * day)
	weight := func(handle string) int64 {
		id := b.Case(handle)
		return b.file(id).Reports[0].Report.Weight
	}
	if w := weight("uncle"); w != model.FullWeight {
		t.Errorf("the first report weighs %d", w)
	}
	id, agent := b.Case("uncle"), b.person("agent")
	b.Clock.Advance(time.Hour)
	b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeNoAction, "a joke"))
	f := b.file(id)
	if f.Case.Outcome != model.OutcomeNoAction || !f.Case.ResolvedAt.Equal(b.Clock.Now()) || f.Notes[0].Text != "a joke" || f.Notes[0].Outcome != model.OutcomeNoAction {
		t.Errorf("the resolved case is %+v", f)
	}
	if w := weight("niece"); w != 66 {
		t.Errorf("after one that did not hold it weighs %d", w)
	}
	b.ok(b.m.Reopen(ctx, agent, id, "it was none"))
	if w := weight("nephew"); w != model.FullWeight {
		t.Errorf("when it is open again the next one weighs %d", w)
	}
	b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeActed, ""))
	if w := weight("cousin"); w != model.FullWeight {
		t.Errorf("after one that held it weighs %d", w)
	}
}

// TestOutcomeByWhatWasDone: who names no outcome gets that which the case's sanctions and strikes say.
func TestOutcomeByWhatWasDone(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	agent := b.person("agent")
	b.Do("agent", b.Command(model.CmdWarn, "uncle"))
	for handle, want := range map[string]model.CaseOutcome{"uncle": model.OutcomeActed, "niece": model.OutcomeNoAction} {
		id := b.Case(handle)
		b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeNone, ""))
		if c := b.file(id).Case; c.Outcome != want {
			t.Errorf("the case on %s is resolved as %s", handle, c.Outcome)
		}
	}
}

// TestReopenedCaseWaitsAnew: its time to be resolved in begins again, and so does its wait.
func TestReopenedCaseWaitsAnew(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id, agent := b.Case("uncle"), b.person("agent")
	b.Clock.Advance(10 * day)
	if f := b.file(id); !f.Overdue || f.Priority < 240 {
		t.Errorf("after ten days the case is %+v", f)
	}
	b.ok(b.m.Resolve(ctx, agent, id, model.OutcomeNoAction, ""))
	b.Clock.Advance(10 * day)
	if f := b.file(id); !f.Overdue {
		t.Error("a case that was resolved late was not")
	}
	b.ok(b.m.Reopen(ctx, agent, id, ""))
	f := b.file(id)
	if f.Overdue || f.Priority > 30 || !f.Case.DueAt.Equal(b.Clock.Now().Add(3*day)) {
		t.Errorf("the reopened case is %+v", f)
	}
	b.has(id, "", model.NoteReopened)
}

// TestClassRanksAnew: a case whose account rose is found by Tend.
func TestClassRanksAnew(t *testing.T) {
	b, ctx := newBench(t), t.Context()
	id := b.Case("uncle")
	before := b.file(id)
	b.Do("admin", model.Command{Kind: model.CmdSetClass, Account: b.Accounts["uncle"], Reason: "elected", Params: map[string]string{"class": "government"}}, "admin")
	b.ok(b.m.Tend(ctx))
	after := b.file(id)
	if after.Priority != before.Priority+10 || after.Case.Rank <= before.Case.Rank || after.Case.Stakes.Class != model.ClassGovernment {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestDailyReportsAreBounded: somebody who reports without end is told to wait, and can go on the next day.
func TestDailyReportsAreBounded(t *testing.T) {
	b := newBench(t)
	var accounts []model.Account
	for i := range 401 {
		accounts = append(accounts, model.Account{ID: b.Store.IDs().Next(), Handle: fmt.Sprintf("target%d", i)})
	}
	b.Write(func(tx *store.Tx) error { return tx.SeedAccounts(t.Context(), accounts) })
	report := func(a model.Account) error {
		return b.Store.Write(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
			_, err := moderation.TakeReport(t.Context(), tx, model.Report{ID: tx.NextID(), Reporter: b.Accounts["aunt"], Target: a.ID,
				Category: model.ReportSpam, CreatedAt: b.Clock.Now()})
			return err
		})
	}
	for _, a := range accounts[:400] {
		b.ok(report(a))
	}
	if err := report(accounts[400]); model.KindOf(err) != model.KindTooMany {
		t.Errorf("the 401st report: %v", err)
	}
	b.Clock.Advance(day + time.Second)
	b.ok(report(accounts[400]))
}
