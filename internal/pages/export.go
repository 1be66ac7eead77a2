package pages

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// exportPage offers an owner what is theirs.
type exportPage struct {
	settingsFrame
	Posts     int64
	Following int64
}

func (s *site) export(r *http.Request, me social.Session) (shown, error) {
	f, err := s.settingsFrame(r, me, "Take your data along", settingsPath+"/export")
	if err != nil {
		return shown{}, err
	}
	v, err := s.net.OwnView(r.Context(), me.Account)
	if err != nil {
		return shown{}, err
	}
	self, err := v.Self(r.Context())
	return shown{template: "export.html", data: exportPage{f, self.Posts, self.Following}}, err
}

// archive is the head of an owner's archive; its lists follow.
type archive struct {
	Network    string    `json:"network"`
	ExportedAt time.Time `json:"exported_at"`
	Profile    struct {
		ID          model.ID  `json:"id"`
		Handle      string    `json:"handle"`
		Email       string    `json:"email"`
		DisplayName string    `json:"display_name"`
		Note        string    `json:"note"`
		Locked      bool      `json:"locked"`
		Bot         bool      `json:"bot"`
		CreatedAt   time.Time `json:"created_at"`
		Followers   int64     `json:"followers_count"`
	} `json:"profile"`
}

// archivedPost is a post, or a boost, as an owner takes it along.
type archivedPost struct {
	ID         model.ID         `json:"id"`
	URL        string           `json:"url"`
	CreatedAt  time.Time        `json:"created_at"`
	Visibility model.Visibility `json:"visibility"`
	Text       string           `json:"text"`
	Spoiler    string           `json:"spoiler_text,omitempty"`
	Sensitive  bool             `json:"sensitive,omitempty"`
	Language   string           `json:"language,omitempty"`
	InReplyTo  model.ID         `json:"in_reply_to_id,omitzero"`
	Mentions   []string         `json:"mentions,omitempty"` // addresses
	Boosts     string           `json:"boosts,omitempty"`   // the address of what it boosts
	Replies    int64            `json:"replies_count"`
	Reblogs    int64            `json:"boosts_count"`
	Favourites int64            `json:"favourites_count"`
}

// exportArchive writes the archive, page by page of each list, so that its size is bounded by nothing. An answer that
// breaks off is cut, not ended: half an archive must not look like a whole one.
func (s *site) exportArchive(w http.ResponseWriter, r *http.Request, me social.Session) error {
	ctx := r.Context()
	v, err := s.net.OwnView(ctx, me.Account)
	if err != nil {
		return err
	}
	self, err := v.Self(ctx)
	if err != nil {
		return err
	}
	head := archive{Network: s.cfg.URL, ExportedAt: s.cfg.Now().UTC()}
	p := &head.Profile
	p.ID, p.Handle, p.DisplayName, p.Note = self.ID, self.Handle, self.DisplayName, self.Note
	p.Locked, p.Bot, p.CreatedAt, p.Followers = self.Locked, self.Bot, self.CreatedAt, self.Followers
	if p.Email, err = s.net.Email(ctx, me.Account); err != nil && model.KindOf(err) != model.KindNotFound {
		return err
	}
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	attach(w, "application/json", "archive.json")
	out := bufio.NewWriter(w)
	_, _ = out.Write(text[:len(text)-1]) // errors of out come back from Flush
	accounts := func(read func(context.Context, social.Page) (social.List[social.Account], error)) func(social.Page) (social.List[string], error) {
		return func(p social.Page) (social.List[string], error) {
			l, err := read(ctx, p)
			return mapList(l, s.address), err
		}
	}
	following := func(ctx context.Context, p social.Page) (social.List[social.Account], error) {
		return v.Following(ctx, me.Account, p)
	}
	posts := func(p social.Page) (social.List[archivedPost], error) {
		l, err := v.PostsOf(ctx, me.Account, social.PostFilter{}, p)
		return mapList(l, s.archived), err
	}
	writeList(out, "following", social.MaxAccounts, accounts(following))
	writeList(out, "blocked", social.MaxAccounts, accounts(v.Blocks))
	writeList(out, "muted", social.MaxAccounts, accounts(v.Mutes))
	writeList(out, "posts", social.MaxPosts, posts)
	_, _ = out.WriteString("}\n")
	return out.Flush()
}

// writeList writes one member of the archive: a whole list, which is read page by page. What cannot be read cuts the
// answer.
func writeList[T any](out *bufio.Writer, name string, size int, read func(social.Page) (social.List[T], error)) {
	_, _ = out.WriteString(`,"` + name + `":[`)
	first := true
	eachPage(size, read, func(item T) {
		text, err := json.Marshal(item)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if !first {
			_ = out.WriteByte(',')
		}
		first = false
		_, _ = out.Write(text)
	})
	_ = out.WriteByte(']')
}

// eachPage reads a list to its end. An answer under way that cannot be completed is cut.
func eachPage[T any](size int, read func(social.Page) (social.List[T], error), do func(T)) {
	for p := (social.Page{Limit: size}); ; {
		l, err := read(p)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		for _, item := range l.Items {
			do(item)
		}
		if !l.More {
			return
		}
		p.MaxID = l.Last
	}
}

func mapList[T, U any](l social.List[T], fn func(T) U) social.List[U] {
	m := social.List[U]{First: l.First, Last: l.Last, More: l.More}
	for _, item := range l.Items {
		m.Items = append(m.Items, fn(item))
	}
	return m
}

// address is an account's address as other servers write it.
func (s *site) address(a social.Account) string { return a.Handle + "@" + s.host }

func (s *site) archived(p social.Post) archivedPost {
	a := archivedPost{ID: p.ID, URL: s.cfg.URL + "/@" + p.Author.Handle + "/" + p.ID.String(), CreatedAt: p.CreatedAt,
		Visibility: p.Visibility, Text: p.Text, Spoiler: p.Spoiler, Sensitive: p.Sensitive, Language: p.Language,
		InReplyTo: p.InReplyTo, Replies: p.Replies, Reblogs: p.Reblogs, Favourites: p.Favourites}
	for _, m := range p.Mentioned {
		a.Mentions = append(a.Mentions, m.Handle+"@"+s.host)
	}
	if p.Boosted != nil {
		a.Boosts = s.cfg.URL + "/@" + p.Boosted.Author.Handle + "/" + p.Boosted.ID.String()
	}
	return a
}

// exportFollows writes whom the owner follows in the form that Mastodon and its like import.
func (s *site) exportFollows(w http.ResponseWriter, r *http.Request, me social.Session) error {
	ctx := r.Context()
	v, err := s.net.OwnView(ctx, me.Account)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", "following_accounts.csv")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"Account address", "Show boosts", "Notify on new posts", "Languages"}) // errors come back from Flush
	eachPage(social.MaxAccounts, func(p social.Page) (social.List[[]string], error) {
		l, err := v.Following(ctx, me.Account, p)
		return mapList(l, func(a social.Account) []string {
			return []string{s.address(a), strconv.FormatBool(v.ShowsBoosts(a.ID)), "false", ""}
		}), err
	}, func(row []string) { _ = out.Write(row) })
	out.Flush()
	return nil // a browser that hung up is nobody's error
}

// attach has the browser save what follows.
func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// hostOf is what follows the second @ of an address.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return ""
}
