package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// AddBlock has an account block another and ends the follows between them.
func (tx *Tx) AddBlock(ctx context.Context, account, target model.ID, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO blocks (id, account, target, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, target) DO NOTHING`, tx.NextID(), account, target, millis(now))
	if err != nil {
		return fmt.Errorf("blocking: %w", err)
	}
	for _, pair := range [][2]model.ID{{account, target}, {target, account}} {
		if _, err := tx.RemoveFollow(ctx, pair[0], pair[1]); err != nil {
			return err
		}
	}
	tx.emit(Event{Kind: EventBlock, Account: account, Subject: target})
	return nil
}

// RemoveBlock takes a block back.
func (tx *Tx) RemoveBlock(ctx context.Context, account, target model.ID) error {
	if _, err := tx.exec(ctx, `DELETE FROM blocks WHERE account = $1 AND target = $2`, account, target); err != nil {
		return fmt.Errorf("unblocking: %w", err)
	}
	tx.emit(Event{Kind: EventBlock, Account: account, Subject: target})
	return nil
}

// AddMute has an account mute another.
func (tx *Tx) AddMute(ctx context.Context, account, target model.ID, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO mutes (id, account, target, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, target) DO NOTHING`, tx.NextID(), account, target, millis(now))
	if err != nil {
		return fmt.Errorf("muting: %w", err)
	}
	tx.emit(Event{Kind: EventRelation, Account: account, Subject: target})
	return nil
}

// RemoveMute takes a mute back.
func (tx *Tx) RemoveMute(ctx context.Context, account, target model.ID) error {
	if _, err := tx.exec(ctx, `DELETE FROM mutes WHERE account = $1 AND target = $2`, account, target); err != nil {
		return fmt.Errorf("unmuting: %w", err)
	}
	tx.emit(Event{Kind: EventRelation, Account: account, Subject: target})
	return nil
}

// Blocks are the accounts that an account blocks.
func (r Reads) Blocks(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, target FROM blocks WHERE account = $1`, g, account)
}

// Mutes are the accounts that an account mutes.
func (r Reads) Mutes(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, target FROM mutes WHERE account = $1`, g, account)
}

// AllBlocks are all accounts that an account blocks and all that block it, in no order.
func (r Reads) AllBlocks(ctx context.Context, account model.ID) (blocking, blockedBy []model.ID, err error) {
	blocking, err = collect(ctx, r.q, scanID, `SELECT target FROM blocks WHERE account = $1`, account)
	if err == nil {
		blockedBy, err = collect(ctx, r.q, scanID, `SELECT account FROM blocks WHERE target = $1`, account)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading blocks: %w", err)
	}
	return blocking, blockedBy, nil
}

// AllMutes are all accounts that an account mutes, in no order.
func (r Reads) AllMutes(ctx context.Context, account model.ID) ([]model.ID, error) {
	muting, err := collect(ctx, r.q, scanID, `SELECT target FROM mutes WHERE account = $1`, account)
	if err != nil {
		return nil, fmt.Errorf("reading mutes: %w", err)
	}
	return muting, nil
}
