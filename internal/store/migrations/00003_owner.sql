-- +goose Up

-- How often the ways into an account changed: what somebody proved before that lets them in no more.
ALTER TABLE accounts ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- Sign-ins on the web pages. Tokens are kept as SHA-256 only; agent is what the browser calls itself.
CREATE TABLE account_sessions (
    hash       BYTEA PRIMARY KEY,
    id         BIGINT NOT NULL UNIQUE,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    agent      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_sessions_account ON account_sessions (account);
CREATE INDEX account_sessions_expiry ON account_sessions (expires_at);

-- The passkeys with which owners sign in, lift a brief lock, and turn the owner's key on a request.
CREATE TABLE account_passkeys (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    name       TEXT   NOT NULL,
    handle     BYTEA  NOT NULL UNIQUE,
    public_key BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX account_passkeys_account ON account_passkeys (account);

-- Links that were handed out and set a new password once; tokens are kept as SHA-256 only.
CREATE TABLE account_resets (
    hash       BYTEA PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_resets_account ON account_resets (account);

-- What an owner signed with a passkey: a key on a request about the account or, where a sanction is named, the lifting
-- of that brief lock. Privileged. The public key is kept since the passkey may be removed.
CREATE TABLE owner_keys (
    id         BIGINT PRIMARY KEY,
    request    BIGINT NOT NULL UNIQUE REFERENCES requests (id),
    account    BIGINT NOT NULL,
    sanction   BIGINT NOT NULL,
    passkey    BIGINT NOT NULL,
    public_key BYTEA  NOT NULL,
    made_at    BIGINT NOT NULL,
    client_data        BYTEA NOT NULL,
    authenticator_data BYTEA NOT NULL,
    signature          BYTEA NOT NULL,
    head_size  BIGINT NOT NULL,
    head_hash  BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    signed_at  BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX owner_keys_head ON owner_keys (head_size);

-- What was taken from owners' hands. Privileged. A handle that an account had before stays its own: held is that handle,
-- folded, or empty.
CREATE TABLE takeovers (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    request    BIGINT NOT NULL UNIQUE,
    old_handle TEXT   NOT NULL,
    new_handle TEXT   NOT NULL,
    held       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    handed_at  BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX takeovers_account ON takeovers (account, id);
CREATE INDEX takeovers_held ON takeovers (held);
