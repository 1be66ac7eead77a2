package markup

import (
	"html"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// Renderer makes HTML for one network.
type Renderer struct {
	URL string // the network's public address, without a slash at its end
}

// AccountURL is the address of an account's page.
func (r Renderer) AccountURL(handle string) string { return r.URL + "/@" + handle }

// Post is a post's text as HTML, in the shape of Mastodon's Status#content: paragraphs, line breaks, links, and
// mentions of those accounts that the viewer may see.
func (r Renderer) Post(text string, mentioned []social.Mention) string {
	known := make(map[string]string, len(mentioned))
	for _, m := range mentioned {
		known[model.FoldHandle(m.Handle)] = m.Handle
	}
	return r.paragraphs(text, known)
}

// Note is an account's note as HTML. It mentions nobody.
func (r Renderer) Note(text string) string { return r.paragraphs(text, nil) }

func (r Renderer) paragraphs(text string, known map[string]string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/4 + 16)
	text = strings.ReplaceAll(text, "\r\n", "\n")
	open := false // a paragraph
	for line := range strings.SplitSeq(text, "\n") {
		switch blank := strings.TrimSpace(line) == ""; {
		case blank && open:
			b.WriteString("</p>")
			open = false
		case blank:
		case open:
			b.WriteString("<br />")
			r.line(&b, line, known)
		default:
			b.WriteString("<p>")
			r.line(&b, line, known)
			open = true
		}
	}
	if open {
		b.WriteString("</p>")
	}
	return b.String()
}

// line writes one line: addresses first, since an address may hold an @.
func (r Renderer) line(b *strings.Builder, line string, known map[string]string) {
	for {
		start, end := findAddress(line)
		if start == end {
			break
		}
		address := trimAddress(line[start:end])
		if linkable(address) {
			r.words(b, line[:start], known)
			link(b, address)
			line = line[start+len(address):]
		} else {
			r.words(b, line[:end], known)
			line = line[end:]
		}
	}
	r.words(b, line, known)
}

// words writes text without addresses, linking the handles that are known.
func (r Renderer) words(b *strings.Builder, text string, known map[string]string) {
	rest := 0
	if len(known) > 0 {
		for _, span := range social.FindHandles(text) {
			handle, ok := known[model.FoldHandle(span.Handle)]
			if !ok {
				continue
			}
			b.WriteString(html.EscapeString(text[rest:span.Start]))
			r.mention(b, handle)
			rest = span.End
		}
	}
	b.WriteString(html.EscapeString(text[rest:]))
}

func (r Renderer) mention(b *strings.Builder, handle string) {
	b.WriteString(`<span class="h-card"><a href="`)
	b.WriteString(html.EscapeString(r.AccountURL(handle)))
	b.WriteString(`" class="u-url mention">@<span>`)
	b.WriteString(html.EscapeString(handle))
	b.WriteString(`</span></a></span>`)
}

func link(b *strings.Builder, address string) {
	escaped := html.EscapeString(address)
	b.WriteString(`<a href="`)
	b.WriteString(escaped)
	b.WriteString(`" target="_blank" rel="nofollow noopener noreferrer">`)
	b.WriteString(escaped)
	b.WriteString(`</a>`)
}
