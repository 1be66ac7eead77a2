package social

import (
	"context"
	"slices"

	"keyturn/internal/model"
)

// Thread is what a post answers, from the first on, and what answers it, each answer below what it is to.
type Thread struct {
	Ancestors   []Post
	Descendants []Post
}

// How much of a conversation is shown at most.
const (
	maxAncestors   = 100
	maxDescendants = 400
)

// Thread is the conversation around a post. Where something in it is not to be seen it breaks off: what answers a dark
// post answers nothing.
func (v *View) Thread(ctx context.Context, id model.ID) (Thread, error) {
	p, err := v.original(ctx, id)
	if err != nil {
		return Thread{}, err
	}
	up, err := v.ancestors(ctx, p)
	if err != nil {
		return Thread{}, err
	}
	down, err := v.descendants(ctx, p.ID)
	if err != nil {
		return Thread{}, err
	}
	shown, err := v.show(ctx, append(up, down...))
	if err != nil {
		return Thread{}, err
	}
	return Thread{Ancestors: shown[:len(up)], Descendants: shown[len(up):]}, nil
}

func (v *View) ancestors(ctx context.Context, p model.Post) ([]model.Post, error) {
	var up []model.Post
	for p.InReplyTo != 0 && len(up) < maxAncestors {
		rows, err := v.n.postRows(ctx, []model.ID{p.InReplyTo})
		if err != nil {
			return nil, err
		}
		parent, ok := rows[p.InReplyTo]
		if !ok || !v.sees(parent) {
			break
		}
		up = append(up, parent)
		p = parent
	}
	slices.Reverse(up)
	return up, nil
}

// descendants reads the answers level by level and puts each below what it answers.
func (v *View) descendants(ctx context.Context, root model.ID) ([]model.Post, error) {
	below := make(map[model.ID][]model.Post)
	level := []model.ID{root}
	for n := 0; len(level) > 0 && n < maxDescendants; {
		replies, err := v.n.store.RepliesTo(ctx, level, maxDescendants-n)
		if err != nil {
			return nil, err
		}
		level = nil
		for _, r := range replies {
			n++
			if v.sees(r) {
				below[r.InReplyTo] = append(below[r.InReplyTo], r)
				level = append(level, r.ID)
			}
		}
	}
	var down []model.Post
	stack := slices.Clone(below[root])
	slices.Reverse(stack)
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		down = append(down, p)
		for _, r := range slices.Backward(below[p.ID]) {
			stack = append(stack, r)
		}
	}
	return down, nil
}
