package store

import (
	"context"

	"keyturn/internal/model"
)

var credentialTable = table("credentials",
	"id", "login", "person", "name", "handle", "public_key", "aaguid", "sponsor", "invited_by", "enrolled_at", "revoked_at")

const credentialCols = `id, login, person, name, handle, public_key, aaguid, sponsor, invited_by, enrolled_at, revoked_at, leaf`

func scanCredential(row scanner) (c model.Credential, err error) {
	var enrolled, revoked int64
	err = row.Scan(&c.ID, &c.Login, &c.Person, &c.Name, &c.Handle, &c.PublicKey, &c.AAGUID, &c.Sponsor,
		&c.InvitedBy, &enrolled, &revoked, &c.Leaf)
	c.EnrolledAt, c.RevokedAt = fromMillis(enrolled), fromMillis(revoked)
	return c, err
}

// PutCredential writes a credential, new or revoked.
func (p *PrivTx) PutCredential(ctx context.Context, c model.Credential) error {
	return p.put(ctx, credentialTable, c.ID, c.Login, c.Person, c.Name, c.Handle, c.PublicKey, c.AAGUID, c.Sponsor,
		c.InvitedBy, millis(c.EnrolledAt), millis(c.RevokedAt))
}

// Credential reads a credential, revoked or not.
func (r Reads) Credential(ctx context.Context, id model.ID) (model.Credential, error) {
	return one(ctx, r.q, scanCredential, "credential", `SELECT `+credentialCols+` FROM credentials WHERE id = $1`, id)
}

// CredentialByHandle finds a credential by its WebAuthn credential ID, revoked or not.
func (r Reads) CredentialByHandle(ctx context.Context, handle []byte) (model.Credential, error) {
	return one(ctx, r.q, scanCredential, "credential",
		`SELECT `+credentialCols+` FROM credentials WHERE handle = $1`, handle)
}

// CredentialsOf are a person's credentials that are not revoked.
func (r Reads) CredentialsOf(ctx context.Context, person model.ID) ([]model.Credential, error) {
	return collect(ctx, r.q, scanCredential,
		`SELECT `+credentialCols+` FROM credentials WHERE person = $1 AND revoked_at = 0 ORDER BY id`, person)
}
