package desk

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

// view is what every page's template gets.
type view struct {
	Title  string
	Path   string // which entry of the menu is lit
	Person string // who is signed in; empty for nobody
	Demo   bool
	Unseen int64          // incidents that nobody has acknowledged
	Frozen []freezeEntity // the freezes that are on
	Data   any
}

// parsePages reads each page's template together with the layout.
func parsePages() (map[string]*template.Template, error) {
	funcs := template.FuncMap{"when": when, "stamp": stamp, "words": inWords, "comma": humanize.Comma, "short": short, "count": model.Counted, "param": paramWords, "trimDot": func(s string) string { return strings.TrimSuffix(s, ".") },
		"pair": func(form string, f orderField) map[string]any { return map[string]any{"Form": form, "Field": f} }}
	layout, err := template.New("layout.html").Funcs(funcs).ParseFS(templateFiles, "templates/layout.html", "templates/ask.html")
	if err != nil {
		return nil, fmt.Errorf("reading the desk's pages: %w", err)
	}
	names, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("reading the desk's pages: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, f := range names {
		if f.Name() == "layout.html" || f.Name() == "ask.html" {
			continue
		}
		t, err := layout.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, path.Join("templates", f.Name()))
		}
		if err != nil {
			return nil, fmt.Errorf("reading the desk's pages: %w", err)
		}
		pages[strings.TrimSuffix(f.Name(), ".html")] = t
	}
	return pages, nil
}

// when is a time as people read it; there is none in the zero one.
func when(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 Jan 2006, 15:04:05 UTC")
}

// paramWords is the value of a command's parameter as people read it.
func paramWords(name, value string) string {
	switch name {
	case "for":
		if d, err := time.ParseDuration(value); err == nil {
			return model.Lasting(d)
		}
	case "at", "until":
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return when(at)
		}
	}
	return value
}

// stamp is a time as programs read it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// inWords is a name of the API in words.
func inWords(v any) string { return strings.ReplaceAll(fmt.Sprint(v), "_", " ") }

// short is the beginning of a hash.
func short(hash string) string {
	hash = strings.TrimPrefix(hash, "sha256:")
	return hash[:min(16, len(hash))]
}

// page is for pages that only staff see: whoever is not signed in is sent to sign in, and comes back.
func (d *desk) page(h memberFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := d.staff(h)(w, r)
		if model.KindOf(err) == model.KindUnauthenticated {
			http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
			return nil
		}
		return err
	}
}

// show renders a page. It is rendered whole before anything is sent, so that an error is an error page.
func (d *desk) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) error {
	if v.Demo = d.settings.Demo; v.Person != "" {
		v.Unseen = d.Watch.Unacknowledged()
		var err error
		if v.Frozen, err = d.activeFreezes(r.Context()); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := d.pages[name].Execute(&b, v); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a browser that hung up is nobody's error
	return nil
}

// pageStyle tells an error as a page, in words.
func (d *desk) pageStyle(w http.ResponseWriter, r *http.Request, p web.Problem) {
	err := d.show(w, r, p.Status, "error", view{Title: http.StatusText(p.Status), Data: p})
	if err != nil {
		d.Log.Error("an error page cannot be shown", "err", err)
		http.Error(w, p.Message, p.Status)
	}
}

func (d *desk) noSuchPage(http.ResponseWriter, *http.Request) error { return model.NotFound("page") }

// signInPage is where staff sign in. next is a path of the desk's, never another site's.
func (d *desk) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		next = "/requests"
	}
	return d.show(w, r, http.StatusOK, "sign_in", view{Title: "Sign in", Data: next})
}

// enrolPage is where somebody who was invited makes a passkey.
func (d *desk) enrolPage(w http.ResponseWriter, r *http.Request) error {
	if err := d.strangers.Take(d.Sources.Of(r)); err != nil {
		return err
	}
	e, err := d.Staff.Invited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "enrol", view{Title: "Make your passkey", Data: map[string]any{
		"Login": e.Login, "Token": r.PathValue("token"), "ExpiresAt": e.ExpiresAt}})
}

// older is the bound of the next page of a list, or zero on the last one.
func older[T any](shown []T, l list, id func(T) model.ID) model.ID {
	if len(shown) < l.limit {
		return 0
	}
	return id(shown[len(shown)-1])
}
