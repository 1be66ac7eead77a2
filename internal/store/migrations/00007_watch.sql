-- +goose Up

-- What the watch has opened because it must not pass unseen. No privileged rows: they are written while the ledger takes
-- none. entry is the ledger's that says that it was opened, or -1.
CREATE TABLE incidents (
    id              BIGINT PRIMARY KEY,
    rule            TEXT   NOT NULL,
    subject         TEXT   NOT NULL,
    what            TEXT   NOT NULL,
    details         TEXT   NOT NULL,
    opened_at       BIGINT NOT NULL,
    entry           BIGINT NOT NULL,
    acknowledged_by BIGINT NOT NULL,
    acknowledged_at BIGINT NOT NULL,
    note            TEXT   NOT NULL,
    over_at         BIGINT NOT NULL,
    closed_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX incidents_one_open ON incidents (rule, subject) WHERE closed_at = 0;
CREATE INDEX incidents_subject ON incidents (rule, subject);

-- Whose private part was erased, of the ledger's entries.
CREATE TABLE erasures (
    entry   BIGINT PRIMARY KEY,
    request BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    leaf    BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
