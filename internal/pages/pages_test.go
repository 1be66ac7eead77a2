package pages

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/owner"
	"keyturn/internal/social"
	"keyturn/internal/testkit"
	"keyturn/internal/web"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const publicURL = "https://network.example"

// server is the pages over a real network.
type server struct {
	*testkit.World
	net     *social.Network
	handler http.Handler
}

func newServer(t testing.TB) *server {
	t.Helper()
	return newServerAt(t, publicURL)
}

// newServerAt is a server whose pages say that they are at an address; on this machine it is the world's own, for which
// passkeys sign.
func newServerAt(t testing.TB, address string) *server {
	t.Helper()
	o := testkit.WorldOptions{}
	if strings.HasPrefix(address, "http://localhost") {
		o.Network = address
	}
	s := &server{World: testkit.NewWorld(t, o)}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if s.net, err = social.New(t.Context(), social.Config{Store: s.Store, Now: s.Clock.Now, Log: log}); err != nil {
		t.Fatal(err)
	}
	site, err := New(s.net, Config{URL: address, Title: "Network", Description: "All of <us>", Now: s.Clock.Now, Log: log,
		SignIns:    web.NewLimiter(web.Rate{Burst: 5, Every: time.Hour}, s.Clock.Now),
		Moderation: moderation.New(s.Store, s.Clock.Now),
		Owner:      owner.New(owner.Config{Store: s.Store, Guard: s.Guard, Network: s.net, Now: s.Clock.Now})})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = web.Common{Log: log, Now: s.Clock.Now}.Wrap(site)
	return s
}

func (s *server) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// page is a page that was shown, parsed.
type page struct {
	t    testing.TB
	root *html.Node
	raw  string
}

// page gets a page and fails the test unless it has a status.
func (s *server) page(path string, status int) page {
	s.TB.Helper()
	w := s.get(path)
	if w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("Cache-Control") != "no-store" {
		s.TB.Fatalf("%s is %d, want %d: %v %s", path, w.Code, status, w.Header(), w.Body)
	}
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		s.TB.Fatal(err)
	}
	return page{s.TB, root, w.Body.String()}
}

// all finds elements by a selector: a name, a .class, both, or an [attribute=value], and several to descend.
func (p page) all(selector string) []*html.Node {
	found := []*html.Node{p.root}
	for part := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, n := range found {
			for d := range n.Descendants() {
				if matches(d, part) && !slices.Contains(next, d) {
					next = append(next, d)
				}
			}
		}
		found = next
	}
	return found
}

func matches(n *html.Node, part string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	part, condition, _ := strings.Cut(strings.TrimSuffix(part, "]"), "[")
	name, class, _ := strings.Cut(part, ".")
	key, value, _ := strings.Cut(condition, "=")
	return (name == "" || n.Data == name) && (class == "" || slices.Contains(strings.Fields(attr(n, "class")), class)) &&
		(key == "" || attr(n, key) == value)
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// texts are the texts of the elements that a selector finds.
func (p page) texts(selector string) []string {
	var texts []string
	for _, n := range p.all(selector) {
		var b strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
		texts = append(texts, strings.Join(strings.Fields(b.String()), " "))
	}
	return texts
}

// want fails the test unless a selector finds elements with these texts.
func (p page) want(selector string, texts ...string) {
	p.t.Helper()
	if diff := cmp.Diff(texts, p.texts(selector)); diff != "" {
		p.t.Errorf("%s differs (-want +got):\n%s", selector, diff)
	}
}

// wantAttr fails the test unless a selector finds one element with such an attribute.
func (p page) wantAttr(selector, key, value string) {
	p.t.Helper()
	all := p.all(selector)
	if len(all) != 1 || attr(all[0], key) != value {
		p.t.Errorf("%s[%s] is %d elements, the first %q, want %q", selector, key, len(all), attr(append(all, &html.Node{})[0], key), value)
	}
}

func (s *server) post(t *testing.T, by string, p social.NewPost) model.ID {
	t.Helper()
	id, err := s.net.Post(t.Context(), s.Accounts[by], p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestHome(t *testing.T) {
	s := newServer(t)
	s.page("/", http.StatusOK).want(".empty", "Nothing has been posted yet.")
	for i := range 25 {
		s.post(t, "uncle", social.NewPost{Text: fmt.Sprintf("number %d", i)})
	}
	s.post(t, "aunt", social.NewPost{Text: "only for <friends>", Visibility: model.Private})
	first := s.page("/", http.StatusOK)
	first.want("title", "Network")
	first.want(".intro p code", "network.example")
	first.wantAttr("meta[property=og:url]", "content", publicURL+"/")
	contents := first.texts("article .content")
	if len(contents) != 20 || contents[0] != "number 24" || len(first.all("nav a[rel=first]")) != 0 {
		t.Errorf("the first page shows %v", contents)
	}
	second := s.page(attr(first.all("nav a[rel=next]")[0], "href"), http.StatusOK)
	second.want("article .content", "number 4", "number 3", "number 2", "number 1", "number 0")
	second.wantAttr("nav a[rel=first]", "href", "/")
	if len(second.all("nav a[rel=next]")) != 0 {
		t.Error("the last page leads on")
	}
}

func TestProfile(t *testing.T) {
	s := newServer(t)
	name, note := "Uncle <Joe>", "fishing & more\n\nhttps://fish.example"
	if err := s.net.UpdateProfile(t.Context(), s.Accounts["uncle"], social.Profile{DisplayName: &name, Note: &note}); err != nil {
		t.Fatal(err)
	}
	id := s.post(t, "uncle", social.NewPost{Text: "hi @aunt", Language: "de"})
	theirs := s.post(t, "aunt", social.NewPost{Text: "from aunt"})
	if _, err := s.net.Boost(t.Context(), s.Accounts["uncle"], theirs); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/@uncle", "/@UNCLE"} {
		p := s.page(path, http.StatusOK)
		p.want("title", "Uncle <Joe> (@uncle) · Network")
		p.want(".profile h1", "Uncle <Joe>")
		p.want(".profile .note p", "fishing & more", "https://fish.example")
		p.want(".profile dd", "2", "3", "4", "2 November 2017")
		p.want("article .content", "from aunt", "hi @aunt")
		p.want("article .aside", "↻ Uncle <Joe> boosted")
		p.wantAttr("article .content[lang=de]", "lang", "de")
		p.wantAttr("article a.mention", "href", publicURL+"/@aunt")
		p.wantAttr("link[rel=canonical]", "href", publicURL+"/@uncle")
		p.wantAttr("meta[property=og:type]", "content", "profile")
		p.wantAttr("meta[property=og:description]", "content", "fishing & more https://fish.example")
		if links := p.all("article a.when"); attr(links[1], "href") != "/@uncle/"+id.String() {
			t.Errorf("the post is at %q", attr(links[1], "href"))
		}
	}
	s.page("/@astronaut", http.StatusOK).want(".empty", "No public posts.")
}

func TestPost(t *testing.T) {
	s := newServer(t)
	root := s.post(t, "uncle", social.NewPost{Text: "first"})
	middle := s.post(t, "aunt", social.NewPost{Text: "second <b>", Spoiler: "a secret", InReplyTo: root})
	s.post(t, "uncle", social.NewPost{Text: "third", InReplyTo: middle})
	p := s.page("/@aunt/"+middle.String(), http.StatusOK)
	p.want("article .content", "first", "second <b>", "third")
	p.want("article.focus summary", "a secret")
	p.want("article .aside")
	s.page("/@aunt", http.StatusOK).want("article .aside", "↲ in a conversation")
	p.want("article.focus .content", "second <b>")
	p.wantAttr("meta[property=og:description]", "content", "a secret")
	p.wantAttr("meta[property=og:url]", "content", publicURL+"/@aunt/"+middle.String())
	boost, err := s.net.Boost(t.Context(), s.Accounts["niece"], middle)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.get("/@niece/" + boost.String()); w.Code != http.StatusFound || w.Header().Get("Location") != "/@aunt/"+middle.String() {
		t.Errorf("a boost is %d to %s", w.Code, w.Header().Get("Location"))
	}
	for _, path := range []string{"/@uncle/" + middle.String(), "/aunt/" + middle.String(), "/@nobody/" + middle.String(), "/@aunt/1", "/@aunt/x"} {
		s.page(path, http.StatusNotFound)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := newServer(t)
	for _, path := range []string{"/@nobody", "/nobody", "/@", "/robots.txt", "/a/b/c", "/@a%00b", "/@<script>"} {
		p := s.page(path, http.StatusNotFound)
		p.want("main h1", "That page doesn’t exist")
		p.wantAttr("meta[name=robots]", "content", "noindex")
	}
	for _, path := range []string{"/?max_id=x", "/@uncle?max_id=-1"} {
		s.page(path, http.StatusBadRequest).want("main p", "max_id is not an ID", "To the start")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a post to / is %d", w.Code)
	}
}

func TestStatic(t *testing.T) {
	s := newServer(t)
	w := s.get("/static/keyturn.css")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || w.Header().Get("ETag") == "" {
		t.Errorf("the style sheet is %d %v", w.Code, w.Header())
	}
	r := httptest.NewRequest(http.MethodGet, "/static/keyturn.css", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if s.handler.ServeHTTP(again, r); again.Code != http.StatusNotModified {
		t.Errorf("asked again it is %d", again.Code)
	}
	if w := s.get("/static/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("a file that is not there is %d", w.Code)
	}
}
