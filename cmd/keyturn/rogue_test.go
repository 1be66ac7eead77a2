package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/deskclient"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// protected are the accounts that a rogue is after: a government's, a high-profile and a verified one.
var protected = []string{"president", "newsroom", "astronaut"}

// rogues are the people whose sign-in and keys a rogue may hold: one of each role, and the contractor on the last shift.
var rogues = []string{"lastday", "agent", "lead", "gov", "security", "admin", "auditor"}

// TestRogue has one rogue after another try everything that the HTTP interfaces offer against the protected accounts. All
// others are idle. A witness looks after every step. What a lead tries in full the others try in part, unless the test is
// the long one.
func TestRogue(t *testing.T) {
	for i, login := range rogues {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			r := newRogue(t, login)
			r.share, r.shares = i, testkit.Size(10, 1)
			r.thorough = testkit.Size(login == "lead", true)
			for _, tactic := range []struct {
				name string
				do   func()
			}{
				{"commands", r.commands}, {"routes", r.routes}, {"forgeries", r.forgeries}, {"command line", r.commandLine},
				{"members", r.membersAlone}, {"apps", r.apps},
				{"staff", r.staffChanges}, {"policies", r.policies}, {"freezes", r.freezes}, {"havoc", r.havoc},
			} {
				from, tries := time.Now(), r.tries
				tactic.do()
				r.lookAround("after " + tactic.name)
				t.Logf("%s: %d tries in %v", tactic.name, r.tries-tries, time.Since(from).Round(time.Millisecond))
			}
			r.waits()
		})
	}
}

// rogue holds one person's sign-in and keys, and has as many member accounts as they like.
type rogue struct {
	*network
	t      *testing.T
	login  string
	staff  []*deskclient.Client // one for each login of the person
	member client
	posts  map[string][]string  // of the protected accounts, by handle
	cases  map[string]string    // open cases, by handle
	owners map[string]client    // of the protected accounts, signed in since before
	brief  map[string]time.Time // when an account's last brief lock began
	locked map[string]time.Time // until when it lasts
	public client
	before seen // what a witness saw at first
	latest seen // and last, word for word, by path
	tries  int

	thorough      bool // tries also what does not depend on whose keys the rogue holds
	share, shares int  // of the many variants of a thing, every so manieth from one on
}

// mine reports whether the rogue tries the i-th variant of something.
func (r *rogue) mine(i int) bool { return i%r.shares == r.share%r.shares }

func newRogue(t *testing.T, login string) *rogue {
	t.Helper()
	r := &rogue{network: newNetwork(t, testkit.WorldOptions{Linked: map[string]string{login: "nephew"}}), t: t, login: login, posts: map[string][]string{}, cases: map[string]string{},
		owners: map[string]client{}, brief: map[string]time.Time{}, locked: map[string]time.Time{}, latest: seen{}}
	r.public, r.member = r.stranger(), r.join("innocent")
	for _, handle := range protected {
		r.owners[handle] = r.signIn(handle)
		r.posts[handle] = r.network.posts(r.owners[handle], handle+" says one", handle+" says two", handle+" says three")
		r.cases[handle] = r.Case(handle).String()
	}
	r.cases["uncle"] = r.Case("uncle").String()
	for _, l := range stolen(login) {
		r.staff = append(r.staff, r.network.staff(l))
	}
	r.before = r.look(true)
	return r
}

// What a rogue's own follows, answers and marks change, and the owner's own posts.
var counters = regexp.MustCompile(`"(?:followers|replies|reblogs|favourites)_count":\d+|"last_status_at":"[^"]*"|<dt>Followers</dt><dd>\d+|[↩↻★] \d+`)

// look is what the public sees of the protected accounts, where that has changed since the last look: their posts, which
// show whose they are, or everything.
func (r *rogue) look(all bool) seen {
	now := seen{}
	for _, handle := range protected {
		id := r.id(handle)
		paths := []string{"/api/v1/accounts/" + id + "/statuses"}
		if all {
			paths = append(paths, "/api/v1/accounts/"+id, "/@"+handle, "/api/v1/accounts/lookup?acct="+handle, "/api/v2/search?q="+handle,
				"/api/v1/accounts/"+id+"/following")
			for _, post := range r.posts[handle] {
				paths = append(paths, "/api/v1/statuses/"+post, "/@"+handle+"/"+post)
			}
		}
		for _, path := range paths {
			a := r.public.get(path)
			if word := fmt.Sprint(a.status, a.body); word != r.latest[path] || r.before == nil {
				r.latest[path] = word
				now[path] = essence(a)
			}
		}
	}
	return now
}

// essence is of an answer what no rogue may change.
func essence(a answer) string {
	body := counters.ReplaceAllString(a.body, "")
	body, _, _ = strings.Cut(body, "</main>")
	body, _, _ = strings.Cut(body, "<h2>Answers</h2>") // others may answer
	return fmt.Sprintf("%d %s", a.status, strings.TrimSpace(body))
}

// tried counts a try and has the witness look.
func (r *rogue) tried(what string) {
	r.t.Helper()
	r.tries++
	r.witness(what, r.look(false))
}

func (r *rogue) witness(what string, now seen) {
	r.t.Helper()
	for _, path := range r.notices(now) {
		r.t.Fatalf("%s, %s: %s changed:\n%s", r.login, what, path, cmp.Diff(r.before[path], now[path]))
	}
}

// notices are the paths at which the witness sees something else than at first.
func (r *rogue) notices(now seen) (paths []string) {
	for path := range now {
		if now[path] != r.before[path] {
			paths = append(paths, path)
		}
	}
	return paths
}

// TestWitnessNotices has the right people do together what no rogue may do alone: the witness must see each.
func TestWitnessNotices(t *testing.T) {
	r := newRogue(t, "agent")
	for _, kind := range []model.CommandKind{model.CmdLimit, model.CmdSensitive, model.CmdRemovePost, model.CmdDeactivate, model.CmdSuspend, model.CmdBan} {
		o := deskclient.Order{Kind: kind, Account: "@newsroom", Reason: "as it should be done", Case: r.cases["newsroom"]}
		if kind == model.CmdRemovePost {
			o.Post = r.posts["newsroom"][0]
		}
		done := r.settled(o, "lead", "security", "gov")
		if paths := r.notices(r.look(true)); len(paths) == 0 {
			t.Errorf("%s of %s went unseen", kind, o.Account)
		}
		r.settled(deskclient.Order{Kind: model.CmdRestore, Account: "@newsroom", Post: done.Post, Reason: "enough", Case: r.cases["newsroom"]}, "lead", "security", "gov")
		r.pass(25 * time.Hour) // nobody's budget is used up
		r.witness("after "+string(kind)+" was taken back", r.look(true))
	}
}

// lookAround has the witness look at everything, and the owners post.
func (r *rogue) lookAround(what string) {
	r.t.Helper()
	r.witness(what, r.look(true))
	for _, handle := range protected {
		r.step()
		if a := r.owners[handle].get("/api/v1/accounts/verify_credentials"); a.status != 200 {
			r.t.Fatalf("%s, %s: @%s was signed out: %s", r.login, what, handle, a)
		}
		owner := r.owners[handle]
		a := owner.post("/api/v1/statuses", "status", "I am still here")
		if a.status == 403 && r.Clock.Now().Before(r.locked[handle]) {
			continue
		}
		post := into[entity](r.t, a).ID
		owner.good(owner.do("DELETE", "/api/v1/statuses/"+post, "", ""))
	}
	r.witness(what+", after the owners posted", r.look(true))
}

// asks has the rogue ask for something and turn every key that they have on it.
func (r *rogue) asks(o deskclient.Order) (deskclient.Request, error) {
	r.t.Helper()
	r.step()
	ctx := r.t.Context()
	if o.Reason == "" {
		o.Reason = "because I can"
	}
	q, err := r.staff[0].Request(ctx, o)
	for _, s := range r.staff {
		if err == nil && q.State == model.StatePending {
			if turned, no := s.Turn(ctx, q.ID.String()); no == nil {
				q = turned
			}
		}
	}
	if err != nil {
		if no, refused := deskclient.Refused(err); !refused || no.Status >= 500 && no.Status != 503 {
			r.t.Errorf("%s, %+v: %v", r.login, o, err)
		}
	}
	r.judge(q)
	r.tried(fmt.Sprintf("%s of %s %s %s %v on case %q", o.Kind, o.Account, o.Post, o.Person, slices.Sorted(maps.Keys(o.Params)), o.Case))
	return q, err
}

// judge holds what took effect by the rogue's word alone to what one person may do to a protected account: one brief
// lock in 24 hours.
func (r *rogue) judge(q deskclient.Request) {
	r.t.Helper()
	info, _ := model.InfoOf(q.Kind)
	if q.Kind == model.CmdRestore && q.State == model.StateExecuted && q.Account != nil {
		delete(r.locked, q.Account.Handle)
	}
	harms := slices.Contains([]model.Group{model.GroupSilence, model.GroupDarken, model.GroupTakeover}, info.Group)
	if !harms || q.Account == nil || !slices.Contains(protected, q.Account.Handle) || q.State != model.StateExecuted && q.State != model.StateWaiting {
		return
	}
	handle, now := q.Account.Handle, r.Clock.Now()
	last, had := r.brief[handle]
	if q.Kind != model.CmdLock || q.Need.Keys != 1 || had && now.Sub(last) < guard.BriefLockEvery {
		r.t.Fatalf("%s alone: %s of @%s %v is %s", r.login, q.Kind, handle, q.Params, q.State)
	}
	r.brief[handle], r.locked[handle] = now, now.Add(guard.BriefLock)
}

// waits lets the time pass in which what was asked for could still happen: through every wait, past the end of every
// request.
func (r *rogue) waits() {
	r.t.Helper()
	for _, d := range []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour, 25 * time.Hour} {
		r.pass(d)
		r.lookAround("after " + d.String())
	}
	for _, handle := range protected {
		r.signIn(handle) // with the same password as ever
	}
}
