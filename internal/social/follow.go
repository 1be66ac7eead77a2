package social

import (
	"context"

	"keyturn/internal/model"
)

// Followers are the accounts that follow an account.
func (v *View) Followers(ctx context.Context, account model.ID, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// Following are the accounts that an account follows.
func (v *View) Following(ctx context.Context, account model.ID, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// FollowRequests are the accounts that wait for the viewer's consent to follow.
func (v *View) FollowRequests(ctx context.Context, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// Blocks are the accounts that the viewer blocks.
func (v *View) Blocks(ctx context.Context, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// Mutes are the accounts that the viewer mutes.
func (v *View) Mutes(ctx context.Context, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// Relation is what the viewer and an account are to each other.
func (v *View) Relation(ctx context.Context, account model.ID) (model.Relation, error) {
	return model.Relation{}, errSkeleton
}

// Relations are the relations to several accounts, in the order asked; dark ones are left out.
func (v *View) Relations(ctx context.Context, accounts []model.ID) ([]model.Relation, error) {
	return nil, errSkeleton
}

// Follow follows an account, or asks to when its owner wants to be asked. Following again changes whether boosts are
// shown.
func (n *Network) Follow(ctx context.Context, actor, target model.ID, reblogs bool) error {
	return errSkeleton
}

// Unfollow ends a follow or takes back the request for one.
func (n *Network) Unfollow(ctx context.Context, actor, target model.ID) error { return errSkeleton }

// Authorize consents to a follow request; Reject refuses it. Without a request both are not found.
func (n *Network) Authorize(ctx context.Context, actor, follower model.ID) error { return errSkeleton }

// Reject refuses a follow request.
func (n *Network) Reject(ctx context.Context, actor, follower model.ID) error { return errSkeleton }

// Block hides two accounts from each other and ends the follows between them.
func (n *Network) Block(ctx context.Context, actor, target model.ID) error { return errSkeleton }

// Unblock takes a block back.
func (n *Network) Unblock(ctx context.Context, actor, target model.ID) error { return errSkeleton }

// Mute hides an account from the actor's timelines and notifications.
func (n *Network) Mute(ctx context.Context, actor, target model.ID) error { return errSkeleton }

// Unmute takes a mute back.
func (n *Network) Unmute(ctx context.Context, actor, target model.ID) error { return errSkeleton }
