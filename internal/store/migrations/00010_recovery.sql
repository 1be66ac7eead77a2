-- +goose Up

-- A passkey that is to be enrolled by the recovery keys, after its public wait. The statement is as it was signed: it names
-- a login, a passkey and keys, and no member.
CREATE TABLE recoveries (
    id         BIGINT PRIMARY KEY,
    person     BIGINT NOT NULL REFERENCES persons (id),
    login      BIGINT NOT NULL REFERENCES logins (id),
    enrolment  BIGINT NOT NULL,
    public_key BYTEA  NOT NULL,
    statement  TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    effect_at  BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL,
    stopped_by BIGINT NOT NULL,
    leaf       BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX recoveries_state ON recoveries (state, id);
CREATE INDEX recoveries_person ON recoveries (person, id);
