-- +goose Up

-- What members do. Nothing here is privileged: no row says whether an account or post is dark. Text that is compared
-- or ordered is kept folded as bytes (handle_key, name_key, email_key), so that both engines order it alike whatever
-- their collation.
CREATE TABLE accounts (
    id           BIGINT PRIMARY KEY,
    handle       TEXT    NOT NULL,
    handle_key   BYTEA   NOT NULL UNIQUE,
    display_name TEXT    NOT NULL,
    name_key     BYTEA   NOT NULL,
    note         TEXT    NOT NULL,
    locked       BOOLEAN NOT NULL,
    bot          BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    followers    BIGINT  NOT NULL,
    following    BIGINT  NOT NULL,
    posts        BIGINT  NOT NULL,
    last_post_at BIGINT  NOT NULL
);
CREATE INDEX accounts_name ON accounts (name_key, id);

CREATE TABLE account_credentials (
    account       BIGINT PRIMARY KEY REFERENCES accounts (id),
    email         TEXT  NOT NULL,
    email_key     BYTEA NOT NULL UNIQUE,
    password_hash TEXT  NOT NULL
);

-- Posts and boosts. A deleted post stays as evidence; mentions are IDs in decimal, separated by spaces; idem is the
-- hash of the post's Idempotency-Key, or empty.
CREATE TABLE posts (
    id                BIGINT PRIMARY KEY,
    account           BIGINT  NOT NULL REFERENCES accounts (id),
    text              TEXT    NOT NULL,
    spoiler           TEXT    NOT NULL,
    sensitive         BOOLEAN NOT NULL,
    visibility        TEXT    NOT NULL,
    language          TEXT    NOT NULL,
    in_reply_to       BIGINT  NOT NULL,
    in_reply_to_owner BIGINT  NOT NULL,
    reblog_of         BIGINT  NOT NULL,
    mentions          TEXT    NOT NULL,
    created_at        BIGINT  NOT NULL,
    edited_at         BIGINT  NOT NULL,
    deleted_at        BIGINT  NOT NULL,
    replies           BIGINT  NOT NULL,
    reblogs           BIGINT  NOT NULL,
    favourites        BIGINT  NOT NULL,
    app               TEXT    NOT NULL,
    idem              BYTEA   NOT NULL
);
CREATE INDEX posts_account ON posts (account, id) WHERE deleted_at = 0;
CREATE INDEX posts_public ON posts (id) WHERE visibility = 'public' AND reblog_of = 0 AND deleted_at = 0
    AND (in_reply_to = 0 OR in_reply_to_owner = account);
CREATE INDEX posts_replies ON posts (in_reply_to, id) WHERE in_reply_to <> 0 AND deleted_at = 0;
CREATE INDEX posts_boosts ON posts (reblog_of, id) WHERE reblog_of <> 0 AND deleted_at = 0;
CREATE UNIQUE INDEX posts_one_boost ON posts (account, reblog_of) WHERE reblog_of <> 0 AND deleted_at = 0;
CREATE UNIQUE INDEX posts_idem ON posts (account, idem) WHERE length(idem) > 0;

CREATE TABLE follows (
    id         BIGINT PRIMARY KEY,
    follower   BIGINT  NOT NULL REFERENCES accounts (id),
    followee   BIGINT  NOT NULL REFERENCES accounts (id),
    pending    BOOLEAN NOT NULL,
    reblogs    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    UNIQUE (follower, followee)
);
CREATE INDEX follows_follower ON follows (follower, pending, id);
CREATE INDEX follows_followee ON follows (followee, pending, id);

CREATE TABLE blocks (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    target     BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (account, target)
);
CREATE INDEX blocks_account ON blocks (account, id);
CREATE INDEX blocks_target ON blocks (target);

CREATE TABLE mutes (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    target     BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (account, target)
);
CREATE INDEX mutes_account ON mutes (account, id);

CREATE TABLE favourites (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    post       BIGINT NOT NULL REFERENCES posts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (account, post)
);
CREATE INDEX favourites_account ON favourites (account, id);
CREATE INDEX favourites_post ON favourites (post, id);

CREATE TABLE notifications (
    id           BIGINT PRIMARY KEY,
    account      BIGINT NOT NULL REFERENCES accounts (id),
    from_account BIGINT NOT NULL REFERENCES accounts (id),
    kind         TEXT   NOT NULL,
    post         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX notifications_account ON notifications (account, id);

CREATE TABLE notification_marks (
    account   BIGINT PRIMARY KEY REFERENCES accounts (id),
    last_read BIGINT NOT NULL
);

-- One case is open for an account at any time; reports gather on it.
CREATE TABLE cases (
    id          BIGINT PRIMARY KEY,
    account     BIGINT NOT NULL REFERENCES accounts (id),
    state       TEXT   NOT NULL,
    reports     BIGINT NOT NULL,
    assignee    BIGINT NOT NULL,
    opened_at   BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cases_one_open ON cases (account) WHERE state = 'open';
CREATE INDEX cases_state ON cases (state, id);

CREATE TABLE reports (
    id         BIGINT PRIMARY KEY,
    reporter   BIGINT NOT NULL REFERENCES accounts (id),
    target     BIGINT NOT NULL REFERENCES accounts (id),
    posts      TEXT   NOT NULL,
    category   TEXT   NOT NULL,
    comment    TEXT   NOT NULL,
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX reports_case ON reports (case_id, id);

-- OAuth. Secrets, codes and tokens are kept as SHA-256 only.
CREATE TABLE oauth_apps (
    id            BIGINT PRIMARY KEY,
    name          TEXT   NOT NULL,
    website       TEXT   NOT NULL,
    redirect_uris TEXT   NOT NULL,
    scopes        TEXT   NOT NULL,
    client_id     TEXT   NOT NULL UNIQUE,
    secret_hash   BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE oauth_codes (
    hash         BYTEA PRIMARY KEY,
    app          BIGINT NOT NULL REFERENCES oauth_apps (id),
    account      BIGINT NOT NULL REFERENCES accounts (id),
    redirect_uri TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    challenge    TEXT   NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX oauth_codes_expiry ON oauth_codes (expires_at);
CREATE INDEX oauth_codes_account ON oauth_codes (account);

CREATE TABLE oauth_tokens (
    hash       BYTEA PRIMARY KEY,
    id         BIGINT NOT NULL UNIQUE,
    app        BIGINT NOT NULL REFERENCES oauth_apps (id),
    account    BIGINT NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX oauth_tokens_account ON oauth_tokens (account);
