-- Which member accounts belong to which member of staff, and which entries of people were found to be one human. Times
-- are Unix milliseconds, 0 for none.

-- +goose Up
CREATE TABLE person_accounts (
    id          BIGINT PRIMARY KEY,
    person      BIGINT NOT NULL REFERENCES persons (id),
    account     BIGINT NOT NULL,
    mapped_at   BIGINT NOT NULL,
    unmapped_at BIGINT NOT NULL,
    leaf        BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX person_accounts_person ON person_accounts (person);
CREATE UNIQUE INDEX person_accounts_now ON person_accounts (account) WHERE unmapped_at = 0;

CREATE TABLE person_merges (
    person      BIGINT PRIMARY KEY REFERENCES persons (id),
    into_person BIGINT NOT NULL REFERENCES persons (id),
    at          BIGINT NOT NULL,
    leaf        BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX person_merges_into ON person_merges (into_person);

CREATE INDEX reports_target ON reports (target, id);
