package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Block hides two accounts from each other and ends the follows between them.
func (n *Network) Block(ctx context.Context, actor, target model.ID) error {
	v, _, err := n.actOn(ctx, actor, target)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.AddBlock(ctx, actor, target, v.now) })
}

// Unblock takes a block back.
func (n *Network) Unblock(ctx context.Context, actor, target model.ID) error {
	if _, _, err := n.actOn(ctx, actor, target); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.RemoveBlock(ctx, actor, target) })
}

// Mute hides an account from the actor's timelines and notifications.
func (n *Network) Mute(ctx context.Context, actor, target model.ID) error {
	v, _, err := n.actOn(ctx, actor, target)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.AddMute(ctx, actor, target, v.now) })
}

// Unmute takes a mute back.
func (n *Network) Unmute(ctx context.Context, actor, target model.ID) error {
	if _, _, err := n.actOn(ctx, actor, target); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.RemoveMute(ctx, actor, target) })
}

// Blocks are the accounts that the viewer blocks.
func (v *View) Blocks(ctx context.Context, p Page) (List[Account], error) {
	return v.accountList(ctx, v.n.store.Blocks, v.viewer, p, v.there)
}

// Mutes are the accounts that the viewer mutes.
func (v *View) Mutes(ctx context.Context, p Page) (List[Account], error) {
	return v.accountList(ctx, v.n.store.Mutes, v.viewer, p, v.there)
}

// there reports whether an item of a list of accounts is not dark.
func (v *View) there(l store.Link) bool { return !v.state(l.To).dark() }
