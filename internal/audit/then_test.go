package audit_test

import (
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
)

// TestWhoThen asks for moments of an account that was suspended, restored and made less protected.
func TestWhoThen(t *testing.T) {
	b := newBook(t, 0)
	restored := b.Clock.Now()
	b.Clock.Advance(time.Hour)
	b.Do("admin", b.Command(model.CmdSetClass, "president", "class", "high_profile"), "admin2", "security", "lead")
	lowered := b.Clock.Now()
	b.exec(`UPDATE leaves SET private = NULL, private_salt = NULL`)
	for _, test := range []struct {
		at     time.Time
		class  model.Class
		active []bool // of the sanctions that there were
	}{
		{restored.Add(-time.Millisecond), model.ClassGovernment, nil},
		{restored, model.ClassGovernment, []bool{false}}, // at the same moment
		{lowered.Add(-time.Millisecond), model.ClassGovernment, []bool{false}},
		{lowered, model.ClassHighProfile, []bool{false}},
	} {
		story, err := audit.Who(t.Context(), b.Store, "@president", test.at)
		if err != nil {
			t.Fatal(err)
		}
		ok := story.Class == test.class && len(story.Sanctions) == len(test.active)
		for i, active := range test.active {
			ok = ok && story.Sanctions[i].Active == active && story.Sanctions[i].Erased
		}
		if !ok {
			t.Errorf("at %v: %s, %+v; want %s, %v", test.at, story.Class, story.Sanctions, test.class, test.active)
		}
	}
	for at, handle := range map[time.Time]string{restored.Add(-24 * time.Hour): "president", lowered: "nobody"} {
		if _, err := audit.Who(t.Context(), b.Store, handle, at); model.KindOf(err) != model.KindNotFound {
			t.Errorf("@%s at %v: %v", handle, at, err)
		}
	}
}

// TestWhoThenInForce looks back into a suspension that is over.
func TestWhoThenInForce(t *testing.T) {
	b := newBook(t, 0)
	b.Do("agent", b.Command(model.CmdSuspend, "uncle"))
	during := b.Clock.Advance(time.Minute)
	b.Clock.Advance(time.Minute)
	b.Do("agent", b.Command(model.CmdRestore, "uncle"))
	for at, active := range map[time.Time]bool{during: true, b.Clock.Now(): false} {
		story, err := audit.Who(t.Context(), b.Store, "uncle", at)
		if err != nil || len(story.Sanctions) != 1 {
			t.Fatal(story, err)
		}
		if a := story.Sanctions[0]; a.Active != active || a.LiftedAt.IsZero() != active || (a.Lifting == nil) != active {
			t.Errorf("at %v: %+v", at, a)
		}
	}
}

func BenchmarkWhoThen(b *testing.B) {
	book := newBook(b, 20_000)
	for b.Loop() {
		if _, err := audit.Who(b.Context(), book.Store, "@president", book.Clock.Now().Add(-time.Millisecond)); err != nil {
			b.Fatal(err)
		}
	}
}
