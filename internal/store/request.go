package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"keyturn/internal/model"
)

var (
	requestTable = table("requests", "id", "kind", "account", "post", "person", "params", "rule", "case_id",
		"requester", "login", "target", "need", "policy", "nonce", "reason_hash", "state", "created_at", "expires_at", "effect_at",
		"closed_at", "outcome", "opened")
	keyTable = table("request_keys", "id", "request", "person", "login", "credential", "client_data",
		"authenticator_data", "signature", "head_size", "head_hash", "expires_at", "signed_at")
)

const (
	requestCols = `id, kind, account, post, person, params, rule, case_id, requester, login, target, need, policy,
		nonce, reason_hash, state, created_at, expires_at, effect_at, closed_at, outcome, opened, leaf`
	keyCols = `id, request, person, login, credential, client_data, authenticator_data, signature, head_size,
		head_hash, expires_at, signed_at, leaf`
)

func scanRequest(row scanner) (q model.Request, err error) {
	var params, target, need string
	var created, expires, effect, closed int64
	c := &q.Command
	err = row.Scan(&q.ID, &c.Kind, &c.Account, &c.Post, &c.Person, &params, &c.Rule, &c.Case, &q.Requester, &q.Login,
		&target, &need, &q.Policy, &q.Nonce, &q.Reason, &q.State, &created, &expires, &effect, &closed, &q.Outcome, &q.Opened, &q.Leaf)
	if err != nil {
		return q, err
	}
	q.CreatedAt, q.ExpiresAt = fromMillis(created), fromMillis(expires)
	q.EffectAt, q.ClosedAt = fromMillis(effect), fromMillis(closed)
	err1, err2 := json.Unmarshal([]byte(params), &c.Params), json.Unmarshal([]byte(target), &q.Target)
	if err := errors.Join(err1, err2, json.Unmarshal([]byte(need), &q.Need)); err != nil {
		return q, fmt.Errorf("request %d: %w", q.ID, err)
	}
	return q, nil
}

func scanKey(row scanner) (k model.Key, err error) {
	var expires, signed int64
	err = row.Scan(&k.ID, &k.Request, &k.Person, &k.Login, &k.Credential, &k.Assertion.ClientData,
		&k.Assertion.AuthenticatorData, &k.Assertion.Signature, &k.HeadSize, &k.HeadHash, &expires, &signed, &k.Leaf)
	k.ExpiresAt, k.SignedAt = fromMillis(expires), fromMillis(signed)
	return k, err
}

// PutRequest writes a request, new or in a new state. Its reason is not in the row: it stands in the private part of
// the entry that opened it.
func (p *PrivTx) PutRequest(ctx context.Context, q model.Request) error {
	var texts [3]string
	for i, v := range []any{q.Command.Params, q.Target, q.Need} {
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("writing request %d: %w", q.ID, err)
		}
		texts[i] = string(b)
	}
	c := q.Command
	return p.put(ctx, requestTable, q.ID, string(c.Kind), c.Account, c.Post, c.Person, texts[0], c.Rule, c.Case,
		q.Requester, q.Login, texts[1], texts[2], q.Policy, q.Nonce, q.Reason, string(q.State), millis(q.CreatedAt),
		millis(q.ExpiresAt), millis(q.EffectAt), millis(q.ClosedAt), q.Outcome, q.Opened)
}

// PutKey writes a key that was turned, or what an owner signed.
func (p *PrivTx) PutKey(ctx context.Context, k model.Key) error {
	if k.Owner != nil {
		return p.putOwnerKey(ctx, k)
	}
	a := k.Assertion
	return p.put(ctx, keyTable, k.ID, k.Request, k.Person, k.Login, k.Credential, a.ClientData, a.AuthenticatorData,
		a.Signature, k.HeadSize, k.HeadHash, millis(k.ExpiresAt), millis(k.SignedAt))
}

// Request reads a request; its reason is in PrivateOf(q.Opened).
func (r Reads) Request(ctx context.Context, id model.ID) (model.Request, error) {
	return one(ctx, r.q, scanRequest, "request", `SELECT `+requestCols+` FROM requests WHERE id = $1`, id)
}

// Requests lists requests in a state ("" for any) with an ID below before (0 for no bound), the newest first.
func (r Reads) Requests(ctx context.Context, state model.RequestState, before model.ID, limit int) ([]model.Request, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return r.requests(ctx, `WHERE ($1 = '' OR state = $1) AND id < $2 ORDER BY id DESC LIMIT $3`,
		string(state), before, limit)
}

// OpenRequests are the requests that can still take effect, the oldest first.
func (r Reads) OpenRequests(ctx context.Context) ([]model.Request, error) {
	return r.requests(ctx, `WHERE state IN ('pending', 'waiting') ORDER BY id`)
}

// OpenRequestsBy are the requests of a person that can still take effect.
func (r Reads) OpenRequestsBy(ctx context.Context, person model.ID) ([]model.Request, error) {
	return r.requests(ctx, `WHERE state IN ('pending', 'waiting') AND requester = $1 ORDER BY id`, person)
}

// DueRequests are the pending requests that have expired and the waiting ones whose time has come, at most limit.
func (r Reads) DueRequests(ctx context.Context, now time.Time, limit int) ([]model.Request, error) {
	return r.requests(ctx, `WHERE state = 'pending' AND expires_at <= $1 OR state = 'waiting' AND effect_at <= $1
		ORDER BY id LIMIT $2`, millis(now), limit)
}

// VoidRequests are the open requests that were made under another policy than the one in force, the first limit of them.
func (r Reads) VoidRequests(ctx context.Context, limit int) ([]model.Request, error) {
	return r.requests(ctx, `WHERE state IN ('pending', 'waiting')
		AND policy <> (SELECT hash FROM policies ORDER BY leaf DESC LIMIT 1) ORDER BY id LIMIT $1`, limit)
}

// TakenFrom counts the people, but for one, about whom something took effect since a time that a person asked for and that
// took no more than one key: that takes something from them, since whatever gives takes more.
func (r Reads) TakenFrom(ctx context.Context, requester, but model.ID, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(DISTINCT person) FROM requests WHERE requester = $1 AND closed_at > $2 AND person <> 0
		AND person <> $3 AND state = 'executed' AND need LIKE '{"keys":1,%'`, requester, millis(since), but)
	if err != nil {
		err = fmt.Errorf("counting from whom person %d has taken something: %w", requester, err)
	}
	return n, err
}

// RequestsOn are the requests on an account, the newest first, at most limit.
func (r Reads) RequestsOn(ctx context.Context, account model.ID, limit int) ([]model.Request, error) {
	return r.requests(ctx, `WHERE account = $1 ORDER BY id DESC LIMIT $2`, account, limit)
}

func (r Reads) requests(ctx context.Context, where string, args ...any) ([]model.Request, error) {
	list, err := collect(ctx, r.q, scanRequest, `SELECT `+requestCols+` FROM requests `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	return list, nil
}

// KeysOn are the keys that were turned on a request: the staff's, the oldest first, and then the owner's.
func (r Reads) KeysOn(ctx context.Context, request model.ID) ([]model.Key, error) {
	list, err := collect(ctx, r.q, scanKey, `SELECT `+keyCols+` FROM request_keys WHERE request = $1 ORDER BY id`, request)
	if err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	owner, err := r.ownerKeyOn(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("reading the owner's key: %w", err)
	}
	return append(list, owner...), nil
}

// OpenTakeovers are the requests for a takeover of an account that wait for keys, the oldest first.
func (r Reads) OpenTakeovers(ctx context.Context, account model.ID) ([]model.Request, error) {
	return r.requests(ctx, `WHERE account = $1 AND state = 'pending'
		AND kind IN ('sign_out', 'reset_credentials', 'change_email', 'rename_handle') ORDER BY id`, account)
}

// NewestSignedHead is the largest head of the ledger that any key signed, an owner's too: a store whose own head is behind it, or
// differs from it, was rolled back.
func (r Reads) NewestSignedHead(ctx context.Context) (size int64, hash []byte, err error) {
	_, err = r.row(ctx, []any{&size, &hash},
		`SELECT head_size, head_hash FROM request_keys ORDER BY head_size DESC LIMIT 1`)
	if err != nil {
		return 0, nil, err
	}
	var owners int64
	var ownersHash []byte
	_, err = r.row(ctx, []any{&owners, &ownersHash},
		`SELECT head_size, head_hash FROM owner_keys ORDER BY head_size DESC LIMIT 1`)
	if owners > size {
		size, hash = owners, ownersHash
	}
	return size, hash, err
}
