package approval_test

import (
	"bytes"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// TestOwnersChallengesAreApart: the same request, signer, time and head make another challenge for one of the staff, for
// an owner, and for the lifting of a lock.
func TestOwnersChallengesAreApart(t *testing.T) {
	at, head := time.UnixMilli(5000), ledger.Head{Size: 5}
	staff, err1 := approval.Challenge(request(), 11, at, head)
	owner, err2 := approval.OwnerChallenge(request(), 11, at, head)
	lift := approval.LiftChallenge(request(), model.Sanction{ID: 7, Account: 11}, at, head)
	if err1 != nil || err2 != nil || bytes.Equal(staff, owner) || bytes.Equal(owner, lift) || bytes.Equal(staff, lift) {
		t.Errorf("the challenges are %x, %x, %x: %v %v", staff, owner, lift, err1, err2)
	}
}

// TestLiftChallengeBindsEverything changes one thing at a time.
func TestLiftChallengeBindsEverything(t *testing.T) {
	lock := func() model.Sanction {
		return model.Sanction{ID: 7, Account: 11, Kind: model.SanctionLock, Request: 3, Start: time.UnixMilli(1000), End: time.UnixMilli(9000)}
	}
	at, head := time.UnixMilli(5000), ledger.Head{Size: 5}
	base := approval.LiftChallenge(request(), lock(), at, head)
	for name, change := range map[string]func(q *model.Request, s *model.Sanction, at *time.Time, h *ledger.Head){
		"nonce":    func(q *model.Request, _ *model.Sanction, _ *time.Time, _ *ledger.Head) { q.Nonce[31]++ },
		"sanction": func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.ID++ },
		"account":  func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.Account++ },
		"post":     func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.Post++ },
		"kind":     func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.Kind = model.SanctionLimit },
		"request":  func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.Request++ },
		"start":    func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.Start = s.End },
		"end":      func(_ *model.Request, s *model.Sanction, _ *time.Time, _ *ledger.Head) { s.End = time.Time{} },
		"expiry": func(_ *model.Request, _ *model.Sanction, at *time.Time, _ *ledger.Head) {
			*at = at.Add(time.Millisecond)
		},
		"head size": func(_ *model.Request, _ *model.Sanction, _ *time.Time, h *ledger.Head) { h.Size++ },
		"head root": func(_ *model.Request, _ *model.Sanction, _ *time.Time, h *ledger.Head) { h.Root[31]++ },
	} {
		q, s, expires, h := request(), lock(), at, head
		change(&q, &s, &expires, &h)
		if bytes.Equal(approval.LiftChallenge(q, s, expires, h), base) {
			t.Errorf("%s: the challenge stayed the same", name)
		}
	}
}
