package markup

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keyturn/internal/social"
)

var renderer = Renderer{URL: "https://net.example"}

func TestPost(t *testing.T) {
	mention := func(handle string) string {
		return `<span class="h-card"><a href="https://net.example/@` + handle + `" class="u-url mention">@<span>` + handle + `</span></a></span>`
	}
	link := func(address string) string {
		return `<a href="` + address + `" target="_blank" rel="nofollow noopener noreferrer">` + address + `</a>`
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"blank", " \n\n ", ""},
		{"two links", "http://a.example http://b.example", "<p>" + link("http://a.example") + " " + link("http://b.example") + "</p>"},
		{"a link that is none before one", "http:// https://a:b@c.example http://b.example", "<p>http:// https://a:b@c.example " + link("http://b.example") + "</p>"},
		{"plain", "hello", "<p>hello</p>"},
		{"escapes", `<b onclick="x">&amp;'`, "<p>&lt;b onclick=&#34;x&#34;&gt;&amp;amp;&#39;</p>"},
		{"lines", "one\ntwo\r\nthree", "<p>one<br />two<br />three</p>"},
		{"paragraphs", "one\n\n \n\ntwo", "<p>one</p><p>two</p>"},
		{"mention", "hi @ada!", "<p>hi " + mention("ada") + "!</p>"},
		{"mention in another case", "@ADA", "<p>" + mention("ada") + "</p>"},
		{"mention of nobody", "hi @bob", "<p>hi @bob</p>"},
		{"email address", "me@ada.example", "<p>me@ada.example</p>"},
		{"link", "see https://a.example/x.", "<p>see " + link("https://a.example/x") + ".</p>"},
		{"link with brackets", "(http://a.example/x_(y))", "<p>(" + link("http://a.example/x_(y)") + ")</p>"},
		{"link with a handle", "https://a.example/@ada @ada", "<p>" + link("https://a.example/@ada") + " " + mention("ada") + "</p>"},
		{"link with quotes", `https://a.example/"onclick=x`, "<p>" + link("https://a.example/") + "&#34;onclick=x</p>"},
		{"link with an ampersand", "https://a.example/?a=1&b=2", `<p><a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="nofollow noopener noreferrer">https://a.example/?a=1&amp;b=2</a></p>`},
		{"user name in a link", "https://bank.example@evil.example/", "<p>https://bank.example@evil.example/</p>"},
		{"no host", "https:///x and http://", "<p>https:///x and http://</p>"},
		{"other scheme", "javascript://a.example/%0aalert(1)", "<p>javascript://a.example/%0aalert(1)</p>"},
	}
	for _, tt := range tests {
		if got := renderer.Post(tt.text, []social.Mention{{Account: 1, Handle: "ada"}}); got != tt.want {
			t.Errorf("%s: %q is\n %s, want\n %s", tt.name, tt.text, got, tt.want)
		}
	}
	if got := renderer.Note("@ada here"); got != "<p>@ada here</p>" {
		t.Errorf("a note is %s", got)
	}
}

// FuzzPost looks that a text never becomes more than the few tags that the package makes, and that none of it is lost.
func FuzzPost(f *testing.F) {
	f.Add("hi @ada https://a.example/x?<script>\n\n&amp;\n\"'")
	f.Add("https://a.example/@ada(@ada)[@ada]")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "") // the network takes no other
		markup := renderer.Post(text, []social.Mention{{Account: 1, Handle: "ada"}})
		var shown strings.Builder
		z := html.NewTokenizer(strings.NewReader(markup))
		for {
			switch z.Next() {
			case html.ErrorToken:
				if z.Err() != io.EOF {
					t.Fatalf("%q is not HTML: %v", markup, z.Err())
				}
				if got, want := letters(shown.String()), letters(text); got != want {
					t.Fatalf("%q shows %q of %q", markup, got, want)
				}
				return
			case html.TextToken:
				shown.Write(z.Text())
			case html.CommentToken, html.DoctypeToken:
				t.Fatalf("%q holds %s", markup, z.Raw())
			default:
				checkTag(t, markup, z.Token())
			}
		}
	})
}

func checkTag(t *testing.T, markup string, tag html.Token) {
	allowed := map[string]string{"p": "", "br": "", "span": "class", "a": "href class target rel"}
	attributes, ok := allowed[tag.Data]
	if !ok {
		t.Fatalf("%q holds a <%s>", markup, tag.Data)
	}
	for _, a := range tag.Attr {
		if !strings.Contains(attributes, a.Key) {
			t.Fatalf("%q has a %s on <%s>", markup, a.Key, tag.Data)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "https://") {
			t.Fatalf("%q leads to %s", markup, a.Val)
		}
	}
}

// letters is a text without space and case, and without what the tokenizer reads in its own way.
func letters(s string) string {
	s = html.UnescapeString(s)
	s = strings.NewReplacer("\x00", "", "\uFFFD", "").Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), ""))
}

func BenchmarkPost(b *testing.B) {
	mentioned := []social.Mention{{Account: 1, Handle: "ada"}}
	text := "Good morning @ada, this is what we talked about: https://a.example/path?query=1\n\nSee you <later>."
	b.ReportAllocs()
	for b.Loop() {
		renderer.Post(text, mentioned)
	}
}
