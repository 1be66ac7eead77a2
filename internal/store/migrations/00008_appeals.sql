-- +goose Up

-- What a member says against a sanction or strike (subject): once for each, by a unique index. closed_at is when the
-- desk was done with it, kept to find what is open; how it was decided stands in appeal_decisions.
CREATE TABLE appeals (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id),
    subject    BIGINT NOT NULL UNIQUE,
    text       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL
);
CREATE INDEX appeals_account ON appeals (account, id);
CREATE INDEX appeals_open ON appeals (id) WHERE closed_at = 0;
CREATE INDEX appeals_created ON appeals (created_at);

-- Privileged: how appeals were decided, by which request.
CREATE TABLE appeal_decisions (
    id       BIGINT PRIMARY KEY,
    account  BIGINT NOT NULL,
    subject  BIGINT NOT NULL,
    request  BIGINT NOT NULL,
    decision TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    leaf     BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX appeal_decisions_at ON appeal_decisions (at);

-- An account is told of its sanctions and strikes from their own rows; these it has put away.
CREATE TABLE dismissed_warnings (
    id      BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES accounts (id)
);

-- For reports over a time.
CREATE INDEX sanctions_start ON sanctions (start_at, id);
CREATE INDEX reports_created ON reports (created_at);
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX cases_resolved ON cases (resolved_at);
