package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/policy"
	"keyturn/internal/web"
)

// requestEntity is a request in the API and on its page.
type requestEntity struct {
	ID        model.ID           `json:"id"`
	Kind      model.CommandKind  `json:"kind"`
	Account   *accountRef        `json:"account,omitempty"`
	Post      model.ID           `json:"post,omitzero"`
	Person    *personRef         `json:"person,omitempty"`
	Params    map[string]string  `json:"params"`            // of a private one, its hash
	Private   map[string]string  `json:"private,omitempty"` // the texts of private parameters
	Rule      string             `json:"rule"`
	Reason    string             `json:"reason"`
	Case      model.ID           `json:"case,omitzero"`
	Requester personRef          `json:"requester"`
	State     model.RequestState `json:"state"`
	Need      need               `json:"need"`
	Missing   approval.Missing   `json:"missing"`
	OwnersKey bool               `json:"owners_key,omitempty"` // the passkey of the account's owner can be one of the missing
	Keys      []keyEntity        `json:"keys"`
	Reach     int64              `json:"reach"`
	Words     string             `json:"words"`
	Policy    string             `json:"policy"`
	Digest    string             `json:"digest"` // hex SHA-256 of the canonical request, as it is signed
	CreatedAt time.Time          `json:"created_at"`
	ExpiresAt time.Time          `json:"expires_at"`
	EffectAt  time.Time          `json:"effect_at,omitzero"`
	ClosedAt  time.Time          `json:"closed_at,omitzero"`
	Outcome   string             `json:"outcome,omitempty"`
	Stopped   *stopped           `json:"stopped,omitempty"` // who vetoed, declined or withdrew it
	Leaf      int64              `json:"leaf"`
	Changes   []policy.Change    `json:"changes,omitempty"` // publish_policy, when it is asked for alone: what it changes
	Unread    string             `json:"unread,omitempty"`  // why that cannot be told
}

// need is whose keys a request takes. The wait is as the policy has it, also where a demo shortens it.
type need struct {
	Keys        int          `json:"keys"`
	Roles       []model.Role `json:"roles"`
	Teams       int          `json:"teams"`
	WaitSeconds int64        `json:"wait_seconds"`
}

func needOf(n model.Requirement) need {
	return need{Keys: n.Keys, Roles: notNil(n.Roles), Teams: n.Teams, WaitSeconds: int64(n.Wait / time.Second)}
}

// notNil has an empty list stand in JSON as [].
func notNil(roles []model.Role) []model.Role {
	if roles == nil {
		return []model.Role{}
	}
	return roles
}

// keyEntity is a key that was turned on a request.
type keyEntity struct {
	Person   personRef `json:"person"`
	Owner    bool      `json:"owner,omitempty"` // the account's owner turned it; the person has no ID then
	SignedAt time.Time `json:"signed_at"`
	Session  bool      `json:"session,omitempty"`   // the sign-in stood for it, no passkey signed
	HeadSize int64     `json:"head_size,omitempty"` // of the ledger's head that it signed
	Counts   bool      `json:"counts"`
	Fills    bool      `json:"fills"` // a place of those that are needed; of an open request
	WhyNot   string    `json:"why_not,omitempty"`
}

func (d *desk) requests(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	all, err := d.listRequests(r.Context(), l)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listRequests(ctx context.Context, l list) ([]requestEntity, error) {
	switch s := model.RequestState(l.state); s {
	case "", model.StatePending, model.StateWaiting, model.StateExecuted, model.StateRefused, model.StateWithdrawn,
		model.StateDeclined, model.StateVetoed, model.StateExpired:
	default:
		return nil, model.Invalid("state", "%q is no state of a request", l.state)
	}
	requests, err := d.Store.Requests(ctx, model.RequestState(l.state), l.before, l.limit)
	if err != nil {
		return nil, err
	}
	return d.requestsOf(ctx, requests)
}

func (d *desk) request(w http.ResponseWriter, r *http.Request, _ caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return d.writeRequest(w, r, id, func(model.RequestState) int { return http.StatusOK })
}

// writeRequest answers with a request as it is in the store now, and with the status that its state has.
func (d *desk) writeRequest(w http.ResponseWriter, r *http.Request, id model.ID, status func(model.RequestState) int) error {
	q, err := d.Store.Request(r.Context(), id)
	if err != nil {
		return err
	}
	e, err := d.oneRequest(r.Context(), q)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, status(q.State), e)
}

// oneRequest is a request with what only its own page and answer tell: what a policy that it would publish changes.
func (d *desk) oneRequest(ctx context.Context, q model.Request) (requestEntity, error) {
	all, err := d.requestsOf(ctx, []model.Request{q})
	if err != nil {
		return requestEntity{}, err
	}
	e := all[0]
	if q.Command.Kind != model.CmdPublishPolicy {
		return e, nil
	}
	e.Changes, err = d.Guard.Changes(ctx, q)
	if told, ok := errors.AsType[*model.Error](err); ok && told.Kind != model.KindUnavailable {
		// An earlier version of this program read it.
		e.Unread, err = told.Error(), nil
	}
	return e, err
}

// done is the status of a call that may have done what was asked for: 201 when it did, 202 when it waits for keys or for
// its time.
func done(s model.RequestState) int {
	if s.Open() {
		return http.StatusAccepted
	}
	return http.StatusCreated
}

func (d *desk) requestsOf(ctx context.Context, requests []model.Request) ([]requestEntity, error) {
	all := []requestEntity{}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	for _, q := range requests {
		e, err := d.requestOf(ctx, q, people)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func (d *desk) requestOf(ctx context.Context, q model.Request, people roster) (requestEntity, error) {
	q, err := d.Guard.Opened(ctx, q)
	if err != nil {
		return requestEntity{}, err
	}
	c := q.Command
	e := requestEntity{ID: q.ID, Kind: c.Kind, Post: c.Post, Params: c.Params, Rule: c.Rule, Reason: c.Reason, Private: c.Private, Case: c.Case,
		Requester: people.ref(q.Requester), State: q.State, Need: needOf(q.Need), Keys: []keyEntity{}, Reach: q.Target.Reach,
		Words: moderation.Words(q, d.settings.WaitDivisor), Policy: q.Policy, CreatedAt: q.CreatedAt, ExpiresAt: q.ExpiresAt,
		EffectAt: q.EffectAt, ClosedAt: q.ClosedAt, Outcome: q.Outcome, Leaf: q.Leaf}
	if e.Params == nil {
		e.Params = map[string]string{}
	}
	switch c.Info().Target {
	case model.TargetAccount, model.TargetPost:
		e.Account = &accountRef{ID: c.Account, Handle: q.Target.Handle, Class: q.Target.Class}
	case model.TargetPerson:
		e.Person = &personRef{ID: c.Person, Name: q.Target.Handle}
	}
	canonical, err := approval.Canonical(q)
	if err != nil {
		return e, err
	}
	sum := sha256.Sum256(canonical)
	e.Digest = hex.EncodeToString(sum[:])
	if q.Login != 0 { // an app asks with no login, by a member account
		login, err := d.Store.Login(ctx, q.Login)
		if err != nil {
			return e, err
		}
		e.Requester.Login = login.Name
	}
	if err := d.keysOf(ctx, q, &e, people); err != nil {
		return e, err
	}
	e.Stopped, err = d.stoppedBy(ctx, q, people)
	return e, err
}

// stopped is who stopped a request before it took effect, and why.
type stopped struct {
	By     personRef `json:"by"`
	Reason string    `json:"reason,omitempty"`
}

// stoppedBy reads from the ledger who stopped a request. One that was withdrawn since its requester is leaving was
// stopped by nobody: its outcome says so.
func (d *desk) stoppedBy(ctx context.Context, q model.Request, people roster) (*stopped, error) {
	switch q.State {
	case model.StateVetoed, model.StateDeclined, model.StateWithdrawn:
	default:
		return nil, nil
	}
	record, err := d.Store.Record(ctx, q.Leaf)
	if err != nil {
		return nil, err
	}
	entry, err := record.Open()
	if err != nil {
		return nil, fmt.Errorf("opening ledger entry %d: %w", q.Leaf, err)
	}
	if entry.Facts.Request != q.ID || entry.Facts.Actor == 0 {
		return nil, nil
	}
	return &stopped{By: people.ref(entry.Facts.Actor), Reason: entry.Private["reason"]}, nil
}

// keysOf fills in whose keys were turned and whose are missing. Keys on a request that is closed are told as they were:
// what became of it is decided.
func (d *desk) keysOf(ctx context.Context, q model.Request, e *requestEntity, people roster) error {
	keys, err := d.Store.KeysOn(ctx, q.ID)
	if err != nil {
		return err
	}
	void := map[model.ID]*model.Error{}
	if q.State.Open() {
		e.Missing, void, err = d.Guard.Missing(ctx, q)
		if told, ok := errors.AsType[*model.Error](err); ok && told.Kind != model.KindUnavailable {
			// What it is aimed at is gone or has changed: the request is there still, to be seen and withdrawn.
			e.Outcome, err = told.Error(), nil
		}
		if err != nil {
			return err
		}
	}
	if q.State == model.StatePending && e.Missing.None() {
		// It cannot go on now, whoever signs, and the guard has weighed no key.
		_, e.Missing = places(q.Need, keys, void, people)
	}
	e.Missing.Roles = notNil(e.Missing.Roles)
	fills, _ := places(q.Need, keys, void, people)
	e.OwnersKey = e.Missing.Keys > 0 && guard.TakesOwnersKey(q)
	for i, k := range keys {
		by := people.ref(k.Person)
		if k.Owner != nil {
			by = personRef{Name: "the account's owner"}
		}
		key := keyEntity{Person: by, Owner: k.Owner != nil, SignedAt: k.SignedAt, Session: k.Credential == 0, HeadSize: k.HeadSize,
			Counts: true, Fills: fills[i]}
		if why := void[k.Person]; why != nil {
			key.Counts, key.WhyNot = false, why.Message
		}
		e.Keys = append(e.Keys, key)
	}
	return nil
}
