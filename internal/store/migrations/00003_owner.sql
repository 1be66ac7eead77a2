-- +goose Up

-- How often everything that an account was signed in with was ended: what is handed out for an earlier sign-in is void.
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
