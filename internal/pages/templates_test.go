package pages

import (
	"bytes"
	"testing"
	"time"
)

// TestEveryTemplateWithEverything executes each page with each part of it there, so that a name that a template has and
// the page has not fails here.
func TestEveryTemplateWithEverything(t *testing.T) {
	f := frame{Site: "Network", Title: "Title", Description: "words", URL: publicURL + "/x", Kind: "article", Image: publicURL + "/i.png"}
	by := person{Handle: "ada", Name: "Ada", Initial: "A", Colour: 3, Verified: true, Bot: true, URL: "/@ada"}
	post := card{URL: "/@ada/1", By: by, BoostedBy: &by, Answers: true, Spoiler: "careful", Content: "<p>hi</p>",
		Language: "en", Time: stamp(time.Unix(0, 0)), Replies: 1, Boosts: 2, Favourites: 3, Focus: true}
	plain := post
	plain.Spoiler, plain.BoostedBy = "", nil
	turn := turns{Newest: "/", Older: "/?max_id=1"}
	own := settingsFrame{frame: f, Path: "/settings", Handle: "ada", Done: "Done."}
	everyStrike := strike{ID: 1, Title: "Locked", Means: "words", Active: true, Since: post.Time, Until: post.Time, Over: post.Time, Legal: true,
		Ground: "1", Category: "words", Facts: "words", Message: "words", Quote: "post", Appeals: post.Time, Appealable: true,
		Appeal: &strikeAppeal{"no", post.Time, "words", "open", "words"}}
	pages := map[string]any{
		"sign_in.html": signInPage{frame: f, Next: "/settings", Name: "ada", Problem: "words"},
		"settings.html": settingsPage{settingsFrame: own, Email: "ada@example.org", Protected: true, Class: "government",
			On: []standing{{Title: "Locked", Means: "words", Quote: "post", Rule: "1", Since: post.Time, Until: stamp(time.Unix(1, 0)), Liftable: 1},
				{Liftable: 2, ByPasskey: true}, {}}, Asked: []asked{{1, "words", post.Time}}},
		"reset.html": resetPage{f, "ada", "words"},
		"security.html": securityPage{settingsFrame: own, Problem: "words",
			Passkeys: []passkeyRow{{1, "phone", post.Time}},
			Sessions: []sessionRow{{ID: 1, Agent: "Firefox", Since: post.Time, Used: post.Time, Present: true}, {}},
			Apps:     []appRow{{ID: 1, Name: "toot", Website: "https://toot.example", First: post.Time, Last: post.Time}, {}}},
		"strikes.html": strikesPage{settingsFrame: own, Strikes: []strike{everyStrike, {}}, Older: 1},
		"strike.html":  strikePage{settingsFrame: own, strike: everyStrike, Longest: 9, Said: "no", Problem: "words"},
		"export.html":  exportPage{own, 1, 2},
		"home.html":    homePage{frame: f, Host: "network.example", Posts: []card{post, plain}, turns: turn},
		"profile.html": profilePage{frame: f, By: by, Note: "<p>note</p>", Joined: post.Time, Posts: 1, Following: 2, Followers: 3,
			Cards: []card{post, plain}, turns: turn},
		"post.html":      postPage{frame: f, By: by, Ancestors: []card{plain}, Post: post, Descendants: []card{plain}},
		"suspended.html": suspendedPage{f, "ada"},
		"problem.html":   problemPage{f, "words"},
	}
	for name, data := range pages {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, name, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Contains(b.Bytes(), []byte("</html>")) {
			t.Errorf("%s does not end: %s", name, b.String())
		}
	}
	parts := map[string]bool{"head": true, "foot": true, "avatar": true, "name": true, "card": true, "turns": true, "frame.html": true,
		"owner": true, "owner.html": true}
	for _, tmpl := range templates.Templates() {
		if _, tried := pages[tmpl.Name()]; !tried && !parts[tmpl.Name()] {
			t.Errorf("template %s is tried nowhere", tmpl.Name())
		}
	}
}

func TestSummary(t *testing.T) {
	long := ""
	for range 100 {
		long += "é  e\n"
	}
	if got := summary(long); len([]rune(got)) != 200 {
		t.Errorf("a summary has %d letters", len([]rune(got)))
	}
	if got := summary(" a\n b "); got != "a b" {
		t.Errorf("a summary is %q", got)
	}
}
