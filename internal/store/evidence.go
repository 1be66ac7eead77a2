package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keyturn/internal/model"
)

// keepEvidence keeps posts as they are now with a case, each version of a post once. A boost is kept with what it shows,
// the post that it boosts. Those that are in before were named by the same report already and are not counted again.
func (tx *Tx) keepEvidence(ctx context.Context, onCase model.ID, posts, before []model.ID, now time.Time) error {
	for i, post := range posts {
		named := 1
		if slices.Contains(before, post) || slices.Contains(posts[:i], post) {
			named = 0
		}
		_, err := tx.exec(ctx, `INSERT INTO evidence (id, case_id, post, author, text, spoiler, sensitive, visibility, language,
				created_at, edited_at, kept_at, named)
			SELECT $1, $2, p.id, COALESCE(o.account, p.account), COALESCE(o.text, p.text), COALESCE(o.spoiler, p.spoiler),
				COALESCE(o.sensitive, p.sensitive), p.visibility, COALESCE(o.language, p.language),
				COALESCE(o.created_at, p.created_at), COALESCE(o.edited_at, p.edited_at), $3, 1
			FROM posts AS p LEFT JOIN posts AS o ON o.id = p.reblog_of WHERE p.id = $4
			ON CONFLICT (case_id, post, edited_at) DO UPDATE SET named = evidence.named + $5`,
			tx.NextID(), onCase, millis(now), post, named)
		if err != nil {
			return fmt.Errorf("keeping evidence: %w", err)
		}
	}
	return nil
}

func scanEvidence(row scanner) (e model.Evidence, err error) {
	var created, edited, kept, deleted, changed int64
	err = row.Scan(&e.ID, &e.Case, &e.Post, &e.Author, &e.Text, &e.Spoiler, &e.Sensitive, &e.Visibility, &e.Language,
		&created, &edited, &kept, &e.Named, &e.Erased, &deleted, &changed)
	e.CreatedAt, e.EditedAt, e.KeptAt = fromMillis(created), fromMillis(edited), fromMillis(kept)
	e.DeletedAt = fromMillis(deleted)
	if changed > edited {
		e.ChangedAt = fromMillis(changed)
	}
	return e, err
}

// Evidence are the posts that were kept with a case, each with what became of it since.
func (r Reads) Evidence(ctx context.Context, onCase model.ID, g Range) ([]model.Evidence, error) {
	kept, err := collect(ctx, r.q, scanEvidence, `SELECT e.id, e.case_id, e.post, e.author, e.text, e.spoiler, e.sensitive,
			e.visibility, e.language, e.created_at, e.edited_at, e.kept_at, e.named, p.id IS NULL,
			CASE WHEN p.deleted_at > 0 THEN p.deleted_at ELSE COALESCE(o.deleted_at, 0) END,
			COALESCE(o.edited_at, p.edited_at, 0)
		FROM evidence AS e LEFT JOIN posts AS p ON p.id = e.post LEFT JOIN posts AS o ON o.id = p.reblog_of
		WHERE e.case_id = $1`+g.sql("e.id", 2), append([]any{onCase}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading evidence: %w", err)
	}
	return kept, nil
}
