package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// TestEvidenceOutlivesThePost: a case keeps what was reported, in each version that was, whatever becomes of the post.
func TestEvidenceOutlivesThePost(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, ben, cat, uncle := e.account("ann"), e.account("ben"), e.account("cat"), e.account("uncle")
		post := e.post(uncle, func(p *model.Post) {
			p.Text, p.Spoiler, p.Sensitive, p.Visibility, p.Language = "as it was", "careful", true, model.Unlisted, "en"
		})
		about := func(r *model.Report) { r.Posts = []model.ID{post} }
		first := e.file(ann, uncle, about)
		p := got[model.Post](e)(e.Post(t.Context(), post))
		want := model.Evidence{Case: first.Case, Post: post, Author: uncle, Text: "as it was", Spoiler: "careful", Sensitive: true,
			Visibility: model.Unlisted, Language: "en", CreatedAt: p.CreatedAt, KeptAt: first.CreatedAt, Named: 2}
		e.file(ben, uncle, about)
		evidence := func() []model.Evidence {
			kept := got[[]model.Evidence](e)(e.Evidence(t.Context(), first.Case, store.Range{Up: true, Limit: 9}))
			for i := range kept {
				kept[i].ID = 0
			}
			return kept
		}
		if diff := cmp.Diff([]model.Evidence{want}, evidence()); diff != "" {
			t.Error(diff)
		}

		edited := e.tick()
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Exec(ctx, `UPDATE posts SET text = 'harmless', spoiler = '', edited_at = $2 WHERE id = $1`, post, edited.UnixMilli())
		})
		again := e.file(cat, uncle, about)
		want.ChangedAt = edited
		other := want
		other.Text, other.Spoiler, other.EditedAt, other.ChangedAt, other.KeptAt, other.Named = "harmless", "", edited, time.Time{}, again.CreatedAt, 1
		if diff := cmp.Diff([]model.Evidence{want, other}, evidence()); diff != "" {
			t.Error(diff)
		}

		deleted := e.tick()
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DeletePost(ctx, uncle, post, deleted) })
		want.DeletedAt, other.DeletedAt = deleted, deleted
		if diff := cmp.Diff([]model.Evidence{want, other}, evidence()); diff != "" {
			t.Error(diff)
		}

		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Exec(ctx, `DELETE FROM posts WHERE id = $1`, post)
		})
		want.DeletedAt, want.ChangedAt, want.Erased = time.Time{}, time.Time{}, true
		other.DeletedAt, other.Erased = time.Time{}, true
		if diff := cmp.Diff([]model.Evidence{want, other}, evidence()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestEvidenceOfABoost is the post that it shows, also when that is deleted.
func TestEvidenceOfABoost(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, uncle, author := e.account("ann"), e.account("uncle"), e.account("author")
		original := e.post(author, func(p *model.Post) { p.Text = "what is shown" })
		boost := e.post(uncle, func(p *model.Post) { p.Text, p.ReblogOf = "", original })
		r := e.file(ann, uncle, func(r *model.Report) { r.Posts = []model.ID{boost} })
		deleted := e.tick()
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DeletePost(ctx, author, original, deleted) })
		kept := got[[]model.Evidence](e)(e.Evidence(t.Context(), r.Case, store.Range{Limit: 9}))
		if len(kept) != 1 || kept[0].Post != boost || kept[0].Author != author || kept[0].Text != "what is shown" || !kept[0].DeletedAt.Equal(deleted) {
			t.Errorf("the evidence is %+v", kept)
		}
	})
}
