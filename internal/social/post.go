package social

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Post is a post as a viewer sees it. What is dark is gone from it: a dark parent from InReplyTo and InReplyToOwner,
// dark accounts from Mentioned. Sensitive is also true where a sanction says so.
type Post struct {
	model.Post
	Author     Account
	Boosted    *Post     // the post that this boosts; nil when this is a post of its own
	Mentioned  []Mention // instead of model.Post's Mentions, which is empty
	Favourited bool      // by the viewer; of a boost: what it boosts
	Reblogged  bool      // by the viewer
}

// Mention is an account that a post's text names: @Handle in the text may be linked when it is in the list.
type Mention struct {
	Account model.ID
	Handle  string
}

// Post is one post or boost.
func (v *View) Post(ctx context.Context, id model.ID) (Post, error) {
	p, err := v.row(ctx, id)
	if err != nil {
		return Post{}, err
	}
	shown, err := v.show(ctx, []model.Post{p})
	if err != nil {
		return Post{}, err
	}
	return shown[0], nil
}

// row is the row of a post or boost that the viewer can see.
func (v *View) row(ctx context.Context, id model.ID) (model.Post, error) {
	rows, err := v.n.postRows(ctx, []model.ID{id})
	if err != nil {
		return model.Post{}, err
	}
	p, ok := rows[id]
	if !ok {
		return model.Post{}, model.NotFound("post")
	}
	seen, err := v.seen(ctx, []model.Post{p}, func(model.Post, *model.Post) bool { return true })
	if err == nil && len(seen) == 0 {
		err = model.NotFound("post")
	}
	return p, err
}

// original is the row of a post that the viewer can see; a boost stands for what it boosts.
func (v *View) original(ctx context.Context, id model.ID) (model.Post, error) {
	p, err := v.row(ctx, id)
	if err == nil && p.ReblogOf != 0 {
		return v.row(ctx, p.ReblogOf)
	}
	return p, err
}

// NewPost is what a member posts.
type NewPost struct {
	Text       string
	Spoiler    string
	Sensitive  bool
	Visibility model.Visibility // "" is public
	Language   string           // BCP 47, or empty
	InReplyTo  model.ID
	App        string // the name of the app
	Key        string // the Idempotency-Key: a second post of the account with the same key is the first
}

// MaxIdempotencyKey is how long an Idempotency-Key may be, in bytes.
const MaxIdempotencyKey = 256

// maxLanguage is the longest language tag (RFC 5646 section 4.4.1 recommends room for 35).
const maxLanguage = 35

func (p *NewPost) check() error {
	if p.Visibility == "" {
		p.Visibility = model.Public
	}
	if _, err := model.ParseVisibility("visibility", string(p.Visibility)); err != nil {
		return err
	}
	if err := model.CheckText("spoiler", p.Spoiler, model.MaxPost); err != nil {
		return err
	}
	if err := model.CheckText("text", p.Text, model.MaxPost-utf8.RuneCountInString(p.Spoiler)); err != nil {
		return err
	}
	if strings.TrimSpace(p.Text) == "" {
		return model.Invalid("text", "can't be blank")
	}
	foreign := func(r rune) bool { return r != '-' && (r == '_' || r > 'z' || !isHandleByte(byte(r))) }
	if len(p.Language) > maxLanguage || strings.ContainsFunc(p.Language, foreign) {
		return model.Invalid("language", "is not a language tag")
	}
	if len(p.Key) > MaxIdempotencyKey {
		return model.Invalid("idempotency_key", "must have at most %d bytes", MaxIdempotencyKey)
	}
	return nil
}

// Post publishes a post and gives its ID. It is durable when Post returns. Accounts that the text names are mentioned
// also when they are dark: nobody sees so before they are there again.
func (n *Network) Post(ctx context.Context, actor model.ID, p NewPost) (model.ID, error) {
	v, err := n.act(ctx, actor)
	if err != nil {
		return 0, err
	}
	if err := p.check(); err != nil {
		return 0, err
	}
	row := model.Post{ID: n.store.IDs().Next(), Account: actor, Text: p.Text, Spoiler: p.Spoiler,
		Sensitive: p.Sensitive || p.Spoiler != "", Visibility: p.Visibility, Language: p.Language, CreatedAt: v.now,
		App: p.App}
	if p.InReplyTo != 0 {
		to, err := v.original(ctx, p.InReplyTo)
		if err != nil {
			return 0, err
		}
		row.InReplyTo, row.InReplyToOwner = to.ID, to.Account
	}
	if row.Mentions, err = n.mentioned(ctx, p.Text, actor); err != nil {
		return 0, err
	}
	var idem []byte
	if p.Key != "" {
		sum := sha256.Sum256([]byte(p.Key))
		idem = sum[:]
	}
	var id model.ID
	err = n.store.Write(ctx, func(tx *store.Tx) error {
		if id, err = tx.AddPost(ctx, row, idem); err != nil || id != row.ID {
			return err
		}
		for _, to := range row.Mentions {
			if err := n.notify(ctx, tx, to, actor, model.NotifyMention, id); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// mentioned are the accounts that a text names, but its author, in the order in which it does.
func (n *Network) mentioned(ctx context.Context, text string, author model.ID) ([]model.ID, error) {
	var handles []string
	for _, s := range FindHandles(text) {
		if h := model.FoldHandle(s.Handle); !slices.Contains(handles, h) {
			handles = append(handles, h)
		}
	}
	accounts, err := n.store.AccountsNamed(ctx, handles)
	if err != nil {
		return nil, err
	}
	var ids []model.ID
	for _, h := range handles {
		for _, a := range accounts {
			if model.FoldHandle(a.Handle) == h && a.ID != author {
				ids = append(ids, a.ID)
			}
		}
	}
	return ids, nil
}

// Delete deletes the actor's own post or boost; nobody sees it from then on.
func (n *Network) Delete(ctx context.Context, actor, post model.ID) error {
	v, err := n.act(ctx, actor)
	if err != nil {
		return err
	}
	p, err := v.row(ctx, post)
	if err != nil {
		return err
	}
	if p.Account != actor {
		return model.NotFound("post")
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.DeletePost(ctx, actor, post, v.now) })
}
