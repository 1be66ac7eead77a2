package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// put runs an entry that must succeed.
func (e *engine) put(fn func(ctx context.Context, p *store.PrivTx) error) {
	e.Helper()
	if err := e.automatic(fn); err != nil {
		e.Fatal(err)
	}
}

func requestIDs(list []model.Request) (ids []model.ID) {
	for _, q := range list {
		ids = append(ids, q.ID)
	}
	return ids
}

func TestRequestsAreListed(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		states := []model.RequestState{model.StatePending, model.StateWaiting, model.StateExecuted}
		now := e.clock.Now()
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for i := range 9 { // of two people, on two accounts, due a minute after one another
				q := model.Request{ID: model.ID(1 + i), State: states[i%3], Requester: model.ID(100 + i%2),
					Command:   model.Command{Kind: model.CmdWarn, Account: model.ID(200 + i/5)},
					ExpiresAt: now.Add(time.Duration(i) * time.Minute), EffectAt: now.Add(time.Duration(i) * time.Minute)}
				if err := p.PutRequest(ctx, q); err != nil {
					return err
				}
			}
			return nil
		})
		list := got[[]model.Request](e)
		ctx := t.Context()
		for _, page := range []struct {
			state  model.RequestState
			before model.ID
			limit  int
			want   []model.ID
		}{
			{"", 0, 4, []model.ID{9, 8, 7, 6}},
			{"", 6, 4, []model.ID{5, 4, 3, 2}},
			{"", 2, 4, []model.ID{1}},
			{"", 1, 4, nil},
			{model.StateExecuted, 0, 2, []model.ID{9, 6}},
			{model.StateExecuted, 6, 2, []model.ID{3}},
			{model.StateVetoed, 0, 9, nil},
		} {
			e.wantIDs(requestIDs(list(e.Requests(ctx, page.state, page.before, page.limit))), page.want...)
		}
		e.wantIDs(requestIDs(list(e.OpenRequests(ctx))), 1, 2, 4, 5, 7, 8)
		e.wantIDs(requestIDs(list(e.OpenRequestsBy(ctx, 101))), 2, 4, 8)
		e.wantIDs(requestIDs(list(e.RequestsOn(ctx, 200, 3))), 5, 4, 3)
		e.wantIDs(requestIDs(list(e.DueRequests(ctx, now.Add(4*time.Minute), 9))), 1, 2, 4, 5)
		e.wantIDs(requestIDs(list(e.DueRequests(ctx, now.Add(4*time.Minute-time.Millisecond), 9))), 1, 2, 4)
		e.wantIDs(requestIDs(list(e.DueRequests(ctx, now.Add(time.Hour), 2))), 1, 2)
		_, err := e.Request(ctx, 10)
		e.wantKind(err, model.KindNotFound)
	})
}

func TestNewestSignedHeadIsTheLargest(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		if size, hash, err := e.NewestSignedHead(t.Context()); size != 0 || hash != nil || err != nil {
			t.Errorf("before any key: %d %x %v", size, hash, err)
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error { return p.PutRequest(ctx, model.Request{ID: 1}) })
		for i, size := range []int64{3, 11, 7} {
			k := model.Key{ID: model.ID(20 - i), Request: 1, Person: model.ID(i), HeadSize: size, HeadHash: fmt.Append(nil, size)}
			e.put(func(ctx context.Context, p *store.PrivTx) error { return p.PutKey(ctx, k) })
		}
		if size, hash, err := e.NewestSignedHead(t.Context()); size != 11 || string(hash) != "11" || err != nil {
			t.Errorf("%d %q %v", size, hash, err)
		}
		keys := got[[]model.Key](e)(e.KeysOn(t.Context(), 1))
		if len(keys) != 3 || keys[0].ID != 18 || keys[2].ID != 20 {
			t.Errorf("keys are not the oldest first: %+v", keys)
		}
	})
}

func TestPersonTurnsOneKeyOnARequest(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		key := func(id model.ID) error {
			return e.automatic(func(ctx context.Context, p *store.PrivTx) error {
				if err := p.PutRequest(ctx, model.Request{ID: 1}); err != nil {
					return err
				}
				return p.PutKey(ctx, model.Key{ID: id, Request: 1, Person: 7})
			})
		}
		if err := key(20); err != nil {
			t.Fatal(err)
		}
		if err := key(21); !e.IsConflict(err) {
			t.Errorf("a second key: %v", err)
		}
		e.replay()
	})
}

func TestRequestIsReadFromTheLedger(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		q := model.Request{ID: 1, Command: model.Command{Kind: model.CmdLock, Params: map[string]string{"for": "15m"}}, Nonce: []byte{1}}
		k := model.Key{ID: 2, Request: 1, Assertion: model.Assertion{Signature: []byte{2}}, SignedAt: e.clock.Now()}
		s := model.Sanction{ID: 3, Account: 4, Kind: model.SanctionLock, Start: e.clock.Now()}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for _, err := range []error{p.PutRequest(ctx, q), p.PutKey(ctx, k), p.PutSanction(ctx, s)} {
				if err != nil {
					return err
				}
			}
			q1, err1 := store.RequestOf(p.Rows()[0])
			k1, err2 := store.KeyOf(p.Rows()[1])
			s1, err3 := store.SanctionOf(p.Rows()[2])
			if err1 != nil || err2 != nil || err3 != nil {
				t.Errorf("%v, %v, %v", err1, err2, err3)
			}
			if diff := cmp.Diff([]any{q, k, s}, []any{q1, k1, s1}, sameRows); diff != "" {
				t.Error(diff)
			}
			if _, err := store.CredentialOf(p.Rows()[0]); err == nil {
				t.Error("a request was read as a credential")
			}
			return nil
		})
	})
}
