package guard_test

import (
	"strings"
	"testing"

	"keyturn/internal/guard"
	"keyturn/internal/model"
)

// TestPreview tells how many lose sight of an account, and how that compares with what one may darken: also when that is
// why it is refused. What darkens nothing has none.
func TestPreview(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "agent", 2, 3, 6, 8))
	w.Do("agent", w.Command(model.CmdSuspend, "uncle")) // 4 followers
	explain := func(login string, cmd model.Command) guard.Explanation {
		t.Helper()
		x, err := w.Guard.Explain(t.Context(), w.person(login), cmd)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := explain("agent", w.Command(model.CmdSuspend, "aunt"))
	hour, day := guard.Allowance{Accounts: 2, AccountsLeft: 1, Reach: 6, ReachLeft: 2}, guard.Allowance{Accounts: 3, AccountsLeft: 2, Reach: 8, ReachLeft: 4}
	if x.Reach != 0 || x.Hour != hour || x.Day != day || !strings.HasPrefix(x.Preview, "Nobody follows") {
		t.Errorf("it is %+v", x)
	}
	x = explain("agent", w.Command(model.CmdDeactivate, "president"))
	if want := "5 followers lose sight of this account; 62 % of your daily budget"; x.Preview != want || x.Reach != 5 || lawOf(x.Refusal) != bounded {
		t.Errorf("it is %q, refused by %q", x.Preview, lawOf(x.Refusal))
	}
	want := "5 followers would lose sight of this account, 62 % of the daily budget of Agnes, which is 8 (6 an hour): of that 4 are used (4 this hour)"
	if name := w.name("agent"); x.Refusal.Message != strings.Replace(want, "Agnes", name, 1) {
		t.Errorf("it is refused with: %s", x.Refusal.Message)
	}
	post := w.Command(model.CmdRemovePost, "president")
	post.Post = w.Post("president", "something")
	if x = explain("lead", post); x.Reach != 5 || x.Preview == "" {
		t.Errorf("one post is told as %+v", x)
	}
	if x = explain("lead", w.Command(model.CmdLimit, "president")); x.Preview != "" || x.Reach != 0 {
		t.Errorf("silencing is told as a darkening: %+v", x)
	}
	// Whoever signs reads the same of the requester, and signs it.
	q := w.ask("lead", w.Command(model.CmdSuspend, "president"))
	if q.Target.Budget != 200_000_000 || q.Target.Reach != 5 {
		t.Errorf("the request is signed for %+v", q.Target)
	}
	if q = w.ask("lead", w.Command(model.CmdLimit, "president")); q.Target.Budget != 0 {
		t.Errorf("the request is signed for %+v", q.Target)
	}
}

// name is what the person who has a login is called.
func (w *world) name(login string) string {
	w.t.Helper()
	p, err := w.Store.Person(w.t.Context(), w.person(login))
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Name
}
