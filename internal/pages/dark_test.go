package pages

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// TestDarkPages reads the pages before, during and after a darkening through the guard.
func TestDarkPages(t *testing.T) {
	for kind, status := range map[model.CommandKind]int{model.CmdDeactivate: http.StatusNotFound, model.CmdSuspend: http.StatusForbidden} {
		s := newServer(t)
		root := s.post(t, "aunt", social.NewPost{Text: "first"})
		dark := s.post(t, "uncle", social.NewPost{Text: "second", InReplyTo: root})
		last := s.post(t, "aunt", social.NewPost{Text: "third for @uncle", InReplyTo: dark})
		if _, err := s.net.Boost(t.Context(), s.Accounts["aunt"], dark); err != nil {
			t.Fatal(err)
		}
		paths := []string{"/", "/@aunt", "/@aunt/" + root.String(), "/@aunt/" + last.String(), "/@uncle", "/@uncle/" + dark.String()}
		crawl := func() map[string]string {
			seen := map[string]string{}
			for _, path := range paths {
				w := s.get(path)
				seen[path] = http.StatusText(w.Code) + w.Body.String()
			}
			return seen
		}
		before := crawl()
		s.Do("agent", s.Command(kind, "uncle"))
		for path, body := range crawl() {
			if path != "/@uncle" && (strings.Contains(body, "/@uncle") || strings.Contains(body, "second")) {
				t.Errorf("%s: %s shows it: %s", kind, path, body)
			}
		}
		p := s.page("/@uncle", status)
		if kind == model.CmdSuspend {
			p.want(".notice h1", "Account suspended")
			p.want(".notice strong", "@uncle")
		}
		s.page("/@uncle/"+dark.String(), http.StatusNotFound)
		s.Do("agent2", s.Command(model.CmdRestore, "uncle"))
		if diff := cmp.Diff(before, crawl()); diff != "" {
			t.Errorf("%s: after the restore it differs:\n%s", kind, diff)
		}
	}
}
