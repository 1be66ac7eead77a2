-- +goose Up

-- The ledger. ledger_head has one row; every privileged transaction updates it first, which gives them one order.
CREATE TABLE ledger_head (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    size        BIGINT NOT NULL,
    root        BYTEA  NOT NULL,
    at          BIGINT NOT NULL,
    origin      TEXT   NOT NULL
);
INSERT INTO ledger_head (id, size, root, at, origin) VALUES (1, 0, '', 0, '');

-- leaf, facts and their salts are never changed; private is set to NULL when it is erased.
CREATE TABLE leaves (
    idx          BIGINT PRIMARY KEY,
    leaf         BYTEA NOT NULL,
    facts        BYTEA NOT NULL,
    facts_salt   BYTEA NOT NULL,
    private      BYTEA,
    private_salt BYTEA
);

CREATE TABLE tree_hashes (
    idx  BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL
);

-- The key that signs checkpoints. It proves which log a head is of, not that nobody with this database forged it.
CREATE TABLE log_key (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    skey TEXT NOT NULL,
    vkey TEXT NOT NULL
);

-- What changed, for the memory of other nodes: privileged rows by leaf, members' rows by ID (leaf -1).
CREATE TABLE feed (
    id      BIGINT PRIMARY KEY,
    leaf    BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    account BIGINT NOT NULL,
    subject BIGINT NOT NULL
);
CREATE INDEX feed_leaf ON feed (leaf) WHERE leaf >= 0;

-- One row a write on a shared database: how a write whose commit was not answered is recognised.
CREATE TABLE write_keys (
    key TEXT PRIMARY KEY,
    at  BIGINT NOT NULL
);
CREATE INDEX write_keys_at ON write_keys (at);

-- Privileged tables. Each row names the entry of the ledger that last changed it; the reference is checked at commit,
-- since an entry is completed last.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT   NOT NULL,
    leaf  BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE persons (
    id                BIGINT PRIMARY KEY,
    name              TEXT   NOT NULL,
    team              TEXT   NOT NULL,
    employment_kind   TEXT   NOT NULL,
    employment_status TEXT   NOT NULL,
    ends_at           BIGINT NOT NULL,
    leaf              BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE role_grants (
    id         BIGINT PRIMARY KEY,
    person     BIGINT NOT NULL REFERENCES persons (id),
    role       TEXT   NOT NULL,
    sponsor    BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX role_grants_person ON role_grants (person);

CREATE TABLE logins (
    id     BIGINT PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES persons (id),
    name   TEXT   NOT NULL UNIQUE,
    leaf   BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX logins_person ON logins (person);

CREATE TABLE credentials (
    id          BIGINT PRIMARY KEY,
    login       BIGINT NOT NULL REFERENCES logins (id),
    person      BIGINT NOT NULL REFERENCES persons (id),
    name        TEXT   NOT NULL,
    handle      BYTEA  NOT NULL UNIQUE,
    public_key  BYTEA  NOT NULL,
    aaguid      BYTEA  NOT NULL,
    sponsor     BIGINT NOT NULL,
    invited_by  BIGINT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at  BIGINT NOT NULL,
    leaf        BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX credentials_person ON credentials (person);

CREATE TABLE account_classes (
    account      BIGINT PRIMARY KEY,
    class        TEXT    NOT NULL,
    verified     BOOLEAN NOT NULL,
    lowered_from TEXT    NOT NULL,
    lowered_at   BIGINT  NOT NULL,
    leaf         BIGINT  NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE requests (
    id         BIGINT PRIMARY KEY,
    kind       TEXT   NOT NULL,
    account    BIGINT NOT NULL,
    post       BIGINT NOT NULL,
    person     BIGINT NOT NULL,
    params     TEXT   NOT NULL,
    rule       TEXT   NOT NULL,
    case_id    BIGINT NOT NULL,
    requester  BIGINT NOT NULL,
    login      BIGINT NOT NULL,
    target     TEXT   NOT NULL,
    need       TEXT   NOT NULL,
    policy     TEXT   NOT NULL,
    nonce      BYTEA  NOT NULL,
    reason_hash BYTEA NOT NULL,
    state      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    effect_at  BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL,
    outcome    TEXT   NOT NULL,
    opened     BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX requests_state ON requests (state, id);
CREATE INDEX requests_account ON requests (account, id);
CREATE INDEX requests_requester ON requests (requester, id);

CREATE TABLE request_keys (
    id         BIGINT PRIMARY KEY,
    request    BIGINT NOT NULL REFERENCES requests (id),
    person     BIGINT NOT NULL,
    login      BIGINT NOT NULL,
    credential BIGINT NOT NULL,
    client_data        BYTEA NOT NULL,
    authenticator_data BYTEA NOT NULL,
    signature          BYTEA NOT NULL,
    head_size  BIGINT NOT NULL,
    head_hash  BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    signed_at  BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (request, person)
);
CREATE INDEX request_keys_person ON request_keys (person);
CREATE INDEX request_keys_head ON request_keys (head_size);

CREATE TABLE sanctions (
    id        BIGINT PRIMARY KEY,
    account   BIGINT NOT NULL,
    post      BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    request   BIGINT NOT NULL,
    case_id   BIGINT NOT NULL,
    rule      TEXT   NOT NULL,
    start_at  BIGINT NOT NULL,
    end_at    BIGINT NOT NULL,
    lifted_at BIGINT NOT NULL,
    leaf      BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX sanctions_account ON sanctions (account, id);
CREATE INDEX sanctions_active ON sanctions (account) WHERE lifted_at = 0;

-- What a person has darkened, charged to the requester and to every key-holder (law 10).
CREATE TABLE charges (
    id      BIGINT PRIMARY KEY,
    person  BIGINT NOT NULL,
    account BIGINT NOT NULL,
    request BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    case_id BIGINT NOT NULL,
    reach   BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    leaf    BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX charges_person ON charges (person, at);
CREATE INDEX charges_at ON charges (at);

CREATE TABLE vetoes (
    id      BIGINT PRIMARY KEY,
    request BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    leaf    BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX vetoes_person ON vetoes (person);

CREATE TABLE policies (
    hash         TEXT PRIMARY KEY,
    document     BYTEA  NOT NULL,
    published_at BIGINT NOT NULL,
    leaf         BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE freezes (
    id           BIGINT PRIMARY KEY,
    scope        TEXT   NOT NULL,
    started_by   BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    confirmed_by BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    leaf         BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE strikes (
    id           BIGINT PRIMARY KEY,
    account      BIGINT NOT NULL,
    request      BIGINT NOT NULL,
    case_id      BIGINT NOT NULL,
    rule         TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    retracted_at BIGINT NOT NULL,
    leaf         BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX strikes_account ON strikes (account, id);

-- The desk's own plain tables.
CREATE TABLE staff_sessions (
    hash       BYTEA PRIMARY KEY,
    person     BIGINT NOT NULL,
    login      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_sessions_person ON staff_sessions (person);

-- A WebAuthn challenge that was handed out; taking it deletes it, so that it is used once.
CREATE TABLE challenges (
    hash       BYTEA PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    person     BIGINT NOT NULL,
    login      BIGINT NOT NULL,
    subject    BIGINT NOT NULL,
    head_size  BIGINT NOT NULL,
    head_hash  BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_expiry ON challenges (expires_at);

-- A passkey that somebody made but that has no power before an enroll_credential command takes effect.
CREATE TABLE enrolments (
    id         BIGINT PRIMARY KEY,
    token_hash BYTEA  NOT NULL UNIQUE,
    login      TEXT   NOT NULL,
    person     BIGINT NOT NULL,
    invited_by BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    handle     BYTEA  NOT NULL,
    public_key BYTEA  NOT NULL,
    aaguid     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
