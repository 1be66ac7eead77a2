package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// TestDarkness crawls every public route of two networks on which the same happens, but that on one of them the
// President goes dark for a while in one way after another: what is dark leaves no trace, and once it is light again
// every response is what it would have been (laws 7 and 8).
func TestDarkness(t *testing.T) {
	usual, night := newLife(t), newLife(t)
	usual.begin()
	night.begin()
	before := night.crawl()

	sanction(night, model.CmdDeactivate)
	refusesInTheDark(t, night)
	usual.Clock.Set(night.Clock.Now())
	usual.goOn()
	night.goOn()
	during := night.crawl()
	leavesNoTrace(t, "deactivate", before, during, append(night.presidents(), "/@president", presidentsName, presidentsNote,
		night.id("president"), `"president"`)...)
	if counted := "niece /api/v1/notifications/unread_count"; during[counted] == before[counted] {
		t.Errorf("a notification of what is dark is counted: %s", during[counted])
	}
	light(night, model.CmdDeactivate)
	after := night.crawl()
	compare(t, "after it was dark", usual.crawl(), after)
	t.Logf("%d responses", len(after))

	after = within(after, func(at string) bool { return strings.HasPrefix(at, "stranger ") || strings.HasPrefix(at, "aunt ") })
	for _, kind := range []model.CommandKind{model.CmdSuspend, model.CmdBan, model.CmdRemovePost, model.CmdLimit} {
		texts, where := night.hides(kind)
		sanction(night, kind)
		leavesNoTrace(t, string(kind), within(after, where), within(night.crawl("stranger", "aunt"), where), texts...)
		light(night, kind)
		compare(t, "after "+string(kind), after, night.crawl("stranger", "aunt"))
	}
}

// presidents are the posts of the President and what boosts them, and the words of them.
func (l *life) presidents() []string {
	texts := []string{presidentsWord}
	for _, name := range []string{"p1", "p2", "p3", "p4", "unlisted", "private", "direct", "thread", "answer", "pb1", "pb2", "b1", "b2"} {
		texts = append(texts, l.posts[name])
	}
	return texts
}

// hides are the texts that a sanction hides, and where.
func (l *life) hides(kind model.CommandKind) (texts []string, where func(at string) bool) {
	switch kind {
	case model.CmdRemovePost:
		return []string{l.posts["p2"], l.posts["b1"], l.posts["b2"], "number p2"}, func(string) bool { return true }
	case model.CmdLimit: // for those who do not follow, where one comes upon accounts
		return []string{presidentsName, presidentsWord}, func(at string) bool {
			who, path, _ := strings.Cut(at, " ")
			return who == "stranger" && (strings.HasPrefix(path, "/api/v1/timelines/public") || path == "/" ||
				strings.HasPrefix(path, "/?") || strings.Contains(path, "search"))
		}
	}
	// What is suspended leaves a shell at its own address.
	return append(l.presidents(), presidentsName, presidentsNote, "/@president", l.id("president")), func(at string) bool {
		own := []string{"/api/v1/accounts/" + l.id("president"), "/api/v1/accounts/lookup?acct=president", "/api/v1/accounts/lookup?acct=@PRESIDENT", "/@president"}
		return !slices.ContainsFunc(own, func(path string) bool {
			return strings.HasSuffix(strings.Split(at, "?max_id")[0], path) || strings.Contains(at, " "+path+"@")
		})
	}
}

func within(all seen, where func(string) bool) seen {
	some := seen{}
	for at, body := range all {
		if where(at) {
			some[at] = body
		}
	}
	return some
}

// sanction has the right three people put a sanction on the President, or on his second post.
func sanction(l *life, kind model.CommandKind) {
	l.TB.Helper()
	l.step()
	l.settled(l.about(kind, kind), "lead", "gov", "security")
	l.step()
}

// light has them lift it.
func light(l *life, was model.CommandKind) {
	l.TB.Helper()
	l.settled(l.about(model.CmdRestore, was), "lead", "gov", "security")
	l.step()
}

// about is an order on what a sanction is about.
func (l *life) about(kind, sanction model.CommandKind) deskclient.Order {
	o := deskclient.Order{Kind: kind, Account: "@president", Reason: "the test says so"}
	if sanction == model.CmdRemovePost {
		o.Post = l.posts["p2"]
	}
	return o
}

// leavesNoTrace fails the test where any of the texts shows to anybody but the owner. Before, each of them must have
// shown somewhere, or the test would look for nothing.
func leavesNoTrace(t *testing.T, what string, before, during seen, texts ...string) {
	t.Helper()
	owners := func(at string) bool { return !strings.HasPrefix(at, "president ") }
	for _, text := range texts {
		if len(within(before, owners).traces(text)) == 0 {
			t.Errorf("%s: %q showed nowhere before", what, text)
		}
	}
	for i, at := range within(during, owners).traces(texts...) {
		if i < 5 {
			t.Errorf("%s: a trace at %s: %.2000s", what, at, during[at])
		}
	}
}

// compare fails the test where two crawls differ. What tells of an app's own name for itself is made by chance.
func compare(t *testing.T, what string, want, got seen) {
	t.Helper()
	paths := slices.DeleteFunc(want.differ(got), func(at string) bool { return strings.HasSuffix(at, "/api/v1/apps/verify_credentials") })
	for i, at := range paths {
		if i < 5 {
			t.Errorf("%s: %s differs:\n%.2000s\nwant\n%.2000s", what, at, got[at], want[at])
		}
	}
	if len(paths) > 0 {
		t.Errorf("%s: %d of %d responses differ", what, len(paths), len(want))
	}
}

// refusesInTheDark has others try to do something with what is dark: it is not there, and no answer names it.
func refusesInTheDark(t *testing.T, l *life) {
	t.Helper()
	for _, try := range []struct{ who, call, field, value string }{
		{"uncle", "POST /api/v1/statuses", "in_reply_to_id", "{p1}"},
		{"uncle", "POST /api/v1/reports", "account_id", "{president}"},
		{"uncle", "POST /api/v1/statuses/{p1}/favourite", "", ""},
		{"uncle", "POST /api/v1/statuses/{p3}/unfavourite", "", ""},
		{"uncle", "POST /api/v1/statuses/{p1}/reblog", "", ""},
		{"uncle", "POST /api/v1/statuses/{b1}/unreblog", "", ""},
		{"uncle", "DELETE /api/v1/statuses/{b1}", "", ""},
		{"uncle", "POST /api/v1/accounts/{president}/unfollow", "", ""},
		{"newcomer", "POST /api/v1/accounts/{president}/follow", "", ""},
		{"newcomer", "POST /api/v1/accounts/{president}/block", "", ""},
		{"nephew", "POST /api/v1/accounts/{president}/unblock", "", ""},
		{"cousin", "POST /api/v1/accounts/{president}/unmute", "", ""},
		{"niece", "POST /api/v1/follow_requests/{president}/authorize", "", ""},
		{"niece", "POST /api/v1/follow_requests/{president}/reject", "", ""},
	} {
		method, path, _ := strings.Cut(l.named(try.call), " ")
		form := formOf("status", "an answer", "category", "spam", try.field, l.named(try.value))
		a := l.members[try.who].form(method, path, form)
		if a.status < 400 || a.status >= 500 {
			t.Errorf("%s in the dark: %s", try.who, a)
		}
		if (seen{"": fmt.Sprint(a.header) + a.body}).traces(append(l.presidents(), l.id("president"), presidentsName)...) != nil {
			t.Errorf("%s in the dark, with a trace: %s", try.who, a)
		}
	}
}
