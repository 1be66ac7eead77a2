package demo_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
)

var night = time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC)

func TestSameSeedSameWorld(t *testing.T) {
	a, err1 := demo.Make(400, 1, night)
	b, err2 := demo.Make(400, 1, night)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("two worlds of one seed differ (%v, %v)", err1, err2)
	}
	if c, _ := demo.Make(400, 2, night); reflect.DeepEqual(a, c) {
		t.Error("two worlds of different seeds are the same")
	}
}

func TestWorldIsAsPromised(t *testing.T) {
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: func() time.Time { return night }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	w, err := demo.Make(1500, 1, night)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	p, err := st.AccountByHandle(t.Context(), "president")
	if err != nil || p.Followers != 1500 || p.Posts != 300 {
		t.Errorf("@president has %d followers and %d posts (%v), want 1500 and 300", p.Followers, p.Posts, err)
	}
	linked := w.Linked()
	for _, m := range demo.Staff(night) {
		a, err := st.AccountByHandle(t.Context(), m.Handle)
		if _, err2 := st.Credentials(t.Context(), a.ID); err != nil || err2 != nil || linked[m.Logins[0]] != a.ID {
			t.Errorf("%s has no account @%s to sign in to (%v, %v)", m.Name, m.Handle, err, err2)
		}
		filed, err := st.ReportList(t.Context(), store.ReportFilter{Reporter: a.ID}, store.Range{Limit: 1})
		if err != nil || len(filed) > 0 {
			t.Errorf("%s has reported, and can decide less (%v)", m.Name, err)
		}
	}
	for _, handle := range []string{"newsroom", "astronaut", "uncle"} {
		if a, err := st.AccountByHandle(t.Context(), handle); err != nil || a.Posts == 0 {
			t.Errorf("@%s has no posts (%v)", handle, err)
		}
	}
	c, err := st.OpenCase(t.Context(), p.ID)
	if err != nil || c.Reports < 30 {
		t.Errorf("@president's case has %d reports (%v)", c.Reports, err)
	}
	m := moderation.New(st, func() time.Time { return night })
	cases, err := m.Cases(t.Context(), moderation.Query{State: model.CaseOpen, ByPriority: true, Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, f := range cases {
		order = append(order, f.Account.Handle)
	}
	if want := []string{"newsroom", "president", "uncle", "astronaut", "niece"}; !reflect.DeepEqual(order, want) {
		t.Errorf("the cases are on %v, want %v", order, want)
	}
	first, err := m.Case(t.Context(), cases[0].Case.ID)
	if err != nil || !slices.ContainsFunc(first.Evidence, func(e moderation.Exhibit) bool { return !e.DeletedAt.IsZero() }) {
		t.Errorf("nothing that was reported of @newsroom is deleted: %+v (%v)", first.Evidence, err)
	}
	if s := cases[4].Case.Stakes; s.Light < 300 || s.Full != 0 {
		t.Errorf("the reports of @niece weigh %+v", s)
	}
}

func TestFollowersAreBounded(t *testing.T) {
	for _, n := range []int{-1, 0, 9, demo.MaxFollowers + 1} {
		if _, err := demo.Make(n, 1, night); model.KindOf(err) != model.KindInvalid {
			t.Errorf("%d followers: %v", n, err)
		}
	}
}

// TestBornDemoOnLoopbackOnly: no flag and no address makes a demo that others could reach.
func TestBornDemoOnLoopbackOnly(t *testing.T) {
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: func() time.Time { return night }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	_, err = demo.Born(t.Context(), st, demo.Birth{URL: "https://example.org", DeskURL: "http://localhost:1", Divisor: 1, Now: night})
	if model.KindOf(err) != model.KindInvalid {
		t.Errorf("a demo was born at example.org: %v", err)
	}
	if head, _, _ := st.LedgerHead(t.Context()); head.Size != 0 {
		t.Error("it left an entry in the ledger")
	}
}

func BenchmarkSeed10000(b *testing.B) {
	for b.Loop() {
		st, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: func() time.Time { return night }})
		if err != nil {
			b.Fatal(err)
		}
		w, err := demo.Make(10_000, 1, night)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(b.Context(), st); err != nil {
			b.Fatal(err)
		}
		st.Close()
	}
}
