package store

import (
	"context"

	"keyturn/internal/model"
)

var ownerKeyTable = table("owner_keys", "id", "request", "account", "sanction", "passkey", "public_key", "made_at", "client_data",
	"authenticator_data", "signature", "head_size", "head_hash", "expires_at", "signed_at")

const ownerKeyCols = `id, request, account, sanction, passkey, public_key, made_at, client_data, authenticator_data, signature,
	head_size, head_hash, expires_at, signed_at, leaf`

func scanOwnerKey(row scanner) (k model.Key, err error) {
	var made, expires, signed int64
	o := &model.OwnersKey{}
	err = row.Scan(&k.ID, &k.Request, &o.Account, &o.Sanction, &k.Credential, &o.PublicKey, &made, &k.Assertion.ClientData,
		&k.Assertion.AuthenticatorData, &k.Assertion.Signature, &k.HeadSize, &k.HeadHash, &expires, &signed, &k.Leaf)
	o.MadeAt, k.ExpiresAt, k.SignedAt, k.Owner = fromMillis(made), fromMillis(expires), fromMillis(signed), o
	return k, err
}

// putOwnerKey writes what an owner signed.
func (p *PrivTx) putOwnerKey(ctx context.Context, k model.Key) error {
	a, o := k.Assertion, k.Owner
	return p.put(ctx, ownerKeyTable, k.ID, k.Request, o.Account, o.Sanction, k.Credential, o.PublicKey, millis(o.MadeAt),
		a.ClientData, a.AuthenticatorData, a.Signature, k.HeadSize, k.HeadHash, millis(k.ExpiresAt), millis(k.SignedAt))
}

// ownerKeyOn is the owner's key on a request, if it was turned.
func (r Reads) ownerKeyOn(ctx context.Context, request model.ID) ([]model.Key, error) {
	return collect(ctx, r.q, scanOwnerKey,
		`SELECT `+ownerKeyCols+` FROM owner_keys WHERE request = $1 AND sanction = 0`, request)
}
