package moderation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// office is a World whose moderation is its own: what is asked of it is asked of the one or the other.
type office struct {
	*testkit.World
	*moderation.Moderation
	t *testing.T
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	return &office{w, moderation.New(w.Store, w.Clock.Now), t}
}

// measures are what was put on an account.
func (o *office) measures(handle string) []moderation.Told {
	o.t.Helper()
	all, err := o.Measures(o.t.Context(), o.Accounts[handle], 0, 100)
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

func (o *office) appeal(handle string, subject model.ID, text string) error {
	_, err := o.Appeal(o.t.Context(), o.Accounts[handle], subject, text)
	return err
}

func (o *office) wantKind(what string, err error, kind model.ErrorKind) {
	o.t.Helper()
	if model.KindOf(err) != kind {
		o.t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

// TestMeasures: the owner sees everything that was ever put on the account, why, and what staff wrote; and not who.
func TestMeasures(t *testing.T) {
	o := newOffice(t)
	post := o.Post("uncle", "buy this")
	o.Do("agent", o.Command(model.CmdWarn, "uncle", "category", "scams_and_fraud", "message", "Please stop."))
	o.Clock.Advance(time.Minute)
	remove := o.Command(model.CmdRemovePost, "uncle", "message", "This post is spam.", "ground", "legal")
	remove.Post = post
	o.Do("agent", remove)
	all := o.measures("uncle")
	if len(all) != 2 {
		t.Fatalf("%d measures", len(all))
	}
	removed, warned := all[0], all[1]
	if removed.Kind != model.CmdRemovePost || removed.Post != post || !removed.Legal || removed.Message != "This post is spam." ||
		removed.Source != moderation.SourceReport || !removed.Active(o.Clock.Now()) || removed.Appeal != nil {
		t.Errorf("the removed post is %+v", removed)
	}
	if warned.Kind != model.CmdWarn || warned.Category != "scams_and_fraud" || warned.Message != "Please stop." || warned.Ground != "Rule 1 of the network" {
		t.Errorf("the warning is %+v", warned)
	}
	for _, name := range []string{"Ada", "agent", "because of the test", "support"} {
		if text := fmt.Sprintf("%+v", all); strings.Contains(text, name) {
			t.Errorf("the owner is told of %q", name)
		}
	}
	if page, err := o.Measures(t.Context(), o.Accounts["uncle"], removed.ID, 1); err != nil || len(page) != 1 || page[0].ID != warned.ID {
		t.Errorf("the next page is %+v, %v", page, err)
	}
	_, err := o.Measure(t.Context(), o.Accounts["aunt"], warned.ID)
	o.wantKind("somebody else's", err, model.KindNotFound)
	if one, err := o.Measure(t.Context(), o.Accounts["uncle"], warned.ID); err != nil || one.ID != warned.ID {
		t.Errorf("one measure is %+v, %v", one, err)
	}
}

// TestAppeal follows an appeal from the owner, whose account is dark, to the answer.
func TestAppeal(t *testing.T) {
	o := newOffice(t)
	o.Do("agent", o.Command(model.CmdSuspend, "uncle"))
	suspended := o.measures("uncle")[0]
	if !suspended.Appealable(o.Clock.Now()) {
		t.Error("it cannot be appealed")
	}
	for what, text := range map[string]string{"nothing": " \r\n ", "too much": strings.Repeat("ä", model.MaxAppeal+1), "no text": "\xff", "a NUL": "a\x00b"} {
		o.wantKind(what, o.appeal("uncle", suspended.ID, text), model.KindInvalid)
	}
	o.wantKind("somebody else's", o.appeal("aunt", suspended.ID, "let him go"), model.KindNotFound)
	o.wantKind("nothing at all", o.appeal("uncle", 404, "let me go"), model.KindNotFound)
	if err := o.appeal("uncle", suspended.ID, strings.Repeat("ä", model.MaxAppeal-1)+"\r\n"); err != nil {
		t.Fatal(err)
	}
	o.wantKind("a second time", o.appeal("uncle", suspended.ID, "please"), model.KindConflict)
	open, err := o.Appeals(t.Context(), model.AppealOpen, 0, 0, 9)
	if err != nil || len(open) != 1 || open[0].Owner.Handle != "uncle" || open[0].Kind != model.CmdSuspend {
		t.Fatalf("open appeals are %+v, %v", open, err)
	}
	if due := open[0].Due.Sub(o.Clock.Now()); due != model.AppealLife || open[0].Overdue(o.Clock.Now()) || !open[0].Overdue(o.Clock.Now().Add(due+1)) {
		t.Errorf("it is due in %s", due)
	}
	id := open[0].Told.Appeal.ID
	if one, err := o.OneAppeal(t.Context(), id); err != nil || len(one.Reports) == 0 || one.Reports[0].Reporter.Handle != "aunt" {
		t.Errorf("the appeal with its evidence is %+v, %v", one, err)
	}
	o.Do("lead", o.Command(model.CmdDecideAppeal, "uncle", "appeal", id.String(), "decision", "reject", "message", "It stands."))
	if told := o.measures("uncle")[0]; told.Answer != "It stands." || told.Appeal.State() != model.AppealRejected || told.Appealable(o.Clock.Now()) {
		t.Errorf("the owner is told %+v, %+v", told, told.Appeal)
	}
	for state, n := range map[model.AppealState]int{model.AppealOpen: 0, model.AppealRejected: 1, model.AppealGranted: 0, model.AppealSettled: 0} {
		if list, err := o.Appeals(t.Context(), state, 0, 0, 9); err != nil || len(list) != n {
			t.Errorf("%d appeals are %s (%v), want %d", len(list), state, err, n)
		}
	}
	_, err = o.Appeals(t.Context(), "lost", 0, 0, 9)
	o.wantKind("a state that is none", err, model.KindInvalid)
	_, err = o.OneAppeal(t.Context(), 404)
	o.wantKind("an appeal that is none", err, model.KindNotFound)
}

// TestAppealInTime: an appeal can be made for six months, and while there is something to appeal against.
func TestAppealInTime(t *testing.T) {
	o := newOffice(t)
	o.Do("agent", o.Command(model.CmdLimit, "uncle"))
	o.Do("agent", o.Command(model.CmdSuspend, "uncle"))
	suspended, limited := o.measures("uncle")[0], o.measures("uncle")[1]
	o.Do("agent", o.Command(model.CmdRestore, "uncle", "sanction", suspended.ID.String()))
	o.wantKind("what was restored", o.appeal("uncle", suspended.ID, "please"), model.KindConflict)
	o.Clock.Set(limited.Start.AddDate(0, 6, 0))
	o.wantKind("too late", o.appeal("uncle", limited.ID, "please"), model.KindConflict)
	o.Clock.Set(limited.Start.AddDate(0, 6, 0).Add(-time.Millisecond))
	if err := o.appeal("uncle", limited.ID, "please"); err != nil {
		t.Error(err)
	}
}

// TestAppealsAreBounded: an account has only so many appeals open, and makes only so many a day.
func TestAppealsAreBounded(t *testing.T) {
	o := newOffice(t)
	for range 22 {
		o.Do("agent", o.Command(model.CmdWarn, "uncle"))
	}
	strikes, err := o.Store.Strikes(t.Context(), o.Accounts["uncle"])
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	file := func(n int) {
		t.Helper()
		for range n {
			if err := o.appeal("uncle", strikes[made].ID, "please"); err != nil {
				t.Fatalf("appeal %d: %v", made+1, err)
			}
			made++
		}
		o.wantKind("one more", o.appeal("uncle", strikes[made].ID, "please"), model.KindTooMany)
	}
	file(10)
	o.Clock.Advance(24*time.Hour + time.Millisecond)
	file(10)
	o.Clock.Advance(24*time.Hour + time.Millisecond)
	file(0) // twenty are open
	o.Do("lead", o.Command(model.CmdRestore, "uncle", "strike", strikes[0].ID.String()))
	file(1)
}

// TestAppealsByAge lists what is open from the oldest up, page by page.
func TestAppealsByAge(t *testing.T) {
	o := newOffice(t)
	var ids []model.ID
	for range 3 {
		o.Do("agent", o.Command(model.CmdWarn, "uncle"))
		strikes, err := o.Store.Strikes(t.Context(), o.Accounts["uncle"])
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.Appeal(t.Context(), o.Accounts["uncle"], strikes[len(strikes)-1].ID, "please")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	for i, want := range ids {
		after := model.ID(0)
		if i > 0 {
			after = ids[i-1]
		}
		if page, err := o.Appeals(t.Context(), model.AppealOpen, 0, after, 1); err != nil || len(page) != 1 || page[0].Told.Appeal.ID != want {
			t.Errorf("page %d is %+v, %v", i+1, page, err)
		}
	}
}

// TestAMeasureWithoutARequest is told as far as it can be: verify names what was forged.
func TestAMeasureWithoutARequest(t *testing.T) {
	o := newOffice(t)
	err := o.Store.Privileged(t.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event = "automatic"
		return p.PutSanction(t.Context(), model.Sanction{ID: p.NextID(), Account: o.Accounts["uncle"], Kind: model.SanctionBan, Start: p.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := o.measures("uncle"); len(all) != 1 || all[0].Ground != "The rules of the network" || all[0].Message != "" {
		t.Errorf("it is told as %+v", all)
	}
}
