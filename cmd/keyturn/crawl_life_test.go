package main

import (
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/testkit"
)

// life is what members do on a network: the same on every network, to the second.
type life struct {
	*network
	members  map[string]client // owners of accounts, and newcomers
	accounts map[string]string // IDs by handle
	posts    map[string]string // IDs of posts and boosts by what the test calls them
	notices  []string          // IDs of notifications
}

// The President's own words, which nobody else uses: where they show, the account shows.
const (
	presidentsName = "Head of State Zebra"
	presidentsNote = "The office of the zebra"
	presidentsWord = "quagga"
)

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{network: newNetwork(t, testkit.WorldOptions{}), members: map[string]client{}, accounts: map[string]string{}, posts: map[string]string{}}
	for _, handle := range []string{"president", "newsroom", "uncle", "aunt", "cousin", "niece", "nephew"} {
		l.step()
		l.members[handle] = l.signIn(handle)
		l.accounts[handle] = l.id(handle)
	}
	l.join("newcomer")
	return l
}

// join brings somebody new in.
func (l *life) join(handle string) {
	l.step()
	l.members[handle] = l.network.join(handle)
	l.accounts[handle] = into[entity](l.TB, l.members[handle].get("/api/v1/accounts/verify_credentials")).ID
}

// does has a member make a call that changes something, with {handle} and {post} in place of IDs.
func (l *life) does(who, call string, pairs ...string) answer {
	l.TB.Helper()
	l.step()
	method, path, _ := strings.Cut(l.named(call), " ")
	for i := range pairs {
		pairs[i] = l.named(pairs[i])
	}
	c := l.members[who]
	return c.good(c.form(method, path, formOf(pairs...)))
}

// named puts IDs in place of their names.
func (l *life) named(text string) string {
	for _, names := range []map[string]string{l.accounts, l.posts} {
		for name, id := range names {
			text = strings.ReplaceAll(text, "{"+name+"}", id)
		}
	}
	return text
}

// post has a member publish a post that the test calls name.
func (l *life) post(who, name, text string, pairs ...string) {
	l.TB.Helper()
	a := l.does(who, "POST /api/v1/statuses", append([]string{"status", text}, pairs...)...)
	l.posts[name] = into[entity](l.TB, a).ID
}

// boost has a member boost a post; the test calls the boost name.
func (l *life) boost(who, name, post string) {
	l.TB.Helper()
	l.posts[name] = into[entity](l.TB, l.does(who, "POST /api/v1/statuses/"+post+"/reblog")).ID
}

// begin is all that happens before anything goes dark: the President is in the midst of it.
func (l *life) begin() {
	l.does("president", "PATCH /api/v1/accounts/update_credentials", "display_name", presidentsName, "note", presidentsNote)
	l.does("uncle", "PATCH /api/v1/accounts/update_credentials", "display_name", "Uncle", "note", "I answer @president a lot.")
	l.does("niece", "PATCH /api/v1/accounts/update_credentials", "locked", "true")
	l.follows()
	l.talk()
	for _, who := range []string{"uncle", "newcomer"} {
		l.does(who, "POST /api/v1/reports", "account_id", "{president}", "category", "spam", "comment", "again", "status_ids[]", "{p1}")
	}
	for _, who := range []string{"uncle", "aunt", "niece"} {
		for _, n := range into[[]entity](l.TB, l.members[who].get("/api/v1/notifications")) {
			l.notices = append(l.notices, n.ID)
		}
	}
	l.does("aunt", "POST /api/v1/markers", "notifications[last_read_id]", l.notices[len(l.notices)/2])
}

func (l *life) follows() {
	for _, f := range [][2]string{{"president", "uncle"}, {"president", "aunt"}, {"president", "niece"}, {"newcomer", "uncle"},
		{"uncle", "aunt"}, {"aunt", "uncle"}, {"cousin", "uncle"}, {"newsroom", "uncle"}, {"uncle", "niece"}, {"aunt", "niece"}} {
		l.does(f[0], "POST /api/v1/accounts/{"+f[1]+"}/follow")
	}
	l.does("niece", "POST /api/v1/follow_requests/{uncle}/authorize")
	l.does("cousin", "POST /api/v1/accounts/{president}/mute")
	l.does("nephew", "POST /api/v1/accounts/{president}/block")
	l.does("president", "POST /api/v1/accounts/{cousin}/block")
}

func (l *life) talk() {
	for _, name := range []string{"p1", "p2", "p3", "p4"} {
		l.post("president", name, presidentsWord+" number "+name)
		l.post("newsroom", "news "+name, "News about "+name)
	}
	l.post("president", "unlisted", presidentsWord+" aside", "visibility", "unlisted")
	l.post("president", "private", presidentsWord+" among us", "visibility", "private")
	l.post("president", "direct", "@aunt "+presidentsWord, "visibility", "direct")
	l.post("president", "thread", presidentsWord+" goes on", "in_reply_to_id", "{p1}")
	l.post("uncle", "u1", "Hello @president and @aunt, how do you do?")
	l.post("uncle", "u2", "I do not agree.", "in_reply_to_id", "{p1}")
	l.post("aunt", "a1", "Me neither, @uncle and @president.", "in_reply_to_id", "{u2}")
	l.post("president", "answer", presidentsWord+" to @aunt and @uncle", "in_reply_to_id", "{a1}")
	l.post("niece", "n1", "What is he saying?", "in_reply_to_id", "{answer}")
	l.post("uncle", "u3", "Nobody knows.", "in_reply_to_id", "{n1}")
	l.post("newcomer", "c1", "Hello, see http://localhost:8080/@uncle", "spoiler_text", "about @president")
	l.boost("president", "pb1", "{u2}")
	l.boost("president", "pb2", "{news p1}")
	l.boost("uncle", "b1", "{p2}")
	l.boost("newsroom", "b2", "{p2}")
	l.boost("aunt", "b3", "{u2}")
	for _, f := range [][2]string{{"president", "{u1}"}, {"president", "{a1}"}, {"uncle", "{p3}"}, {"uncle", "{u1}"},
		{"uncle", "{news p1}"}, {"aunt", "{p3}"}, {"aunt", "{u2}"}} {
		l.does(f[0], "POST /api/v1/statuses/"+f[1]+"/favourite")
	}
}

// goOn is what others do meanwhile, whether anything is dark or not.
func (l *life) goOn() {
	l.post("uncle", "u4", "Where is @president? And @newcomer?")
	l.post("newsroom", "news last", "Strange silence, @president.")
	l.post("niece", "n2", "It is quiet.", "in_reply_to_id", "{u3}")
	l.post("uncle", "u5", "I said it first.", "in_reply_to_id", "{u2}")
	l.boost("cousin", "b4", "{u2}")
	l.does("cousin", "POST /api/v1/statuses/{u3}/favourite")
	l.does("aunt", "POST /api/v1/statuses/{u2}/unfavourite")
	l.does("aunt", "POST /api/v1/accounts/{cousin}/follow")
	l.does("uncle", "POST /api/v1/accounts/{newsroom}/follow")
	l.does("newcomer", "POST /api/v1/accounts/{uncle}/unfollow")
	l.does("niece", "POST /api/v1/follow_requests/{aunt}/reject")
	l.does("newsroom", "POST /api/v1/notifications/clear")
	l.does("aunt", "PATCH /api/v1/accounts/update_credentials", "note", "Ask @uncle or @president.")
	l.does("uncle", http.MethodDelete+" /api/v1/statuses/{u3}")
	l.does("aunt", http.MethodDelete+" /api/v1/statuses/{b3}")
	l.join("latecomer")
	l.does("latecomer", "POST /api/v1/accounts/{uncle}/follow")
	l.post("latecomer", "l1", "Hello @uncle, I heard of @president.")
}
