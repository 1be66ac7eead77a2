-- +goose Up

-- Privileged: accounts whose content is to be erased, and when nothing of it was left.
CREATE TABLE purges (
    account BIGINT PRIMARY KEY,
    request BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    leaf    BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX purges_open ON purges (account) WHERE done_at = 0;

-- Privileged: who may look at what is private of an account, until when, and how often that was done.
CREATE TABLE looks (
    id       BIGINT PRIMARY KEY,
    request  BIGINT NOT NULL,
    person   BIGINT NOT NULL,
    account  BIGINT NOT NULL,
    case_id  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    ends_at  BIGINT NOT NULL,
    readings BIGINT NOT NULL,
    leaf     BIGINT NOT NULL REFERENCES leaves (idx) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX looks_person ON looks (person, at);
CREATE INDEX looks_request ON looks (request, person);

-- What a purge looks for.
CREATE INDEX posts_deleted ON posts (account, id) WHERE deleted_at <> 0;
CREATE INDEX notifications_from ON notifications (from_account);
CREATE INDEX evidence_author ON evidence (author, id);
CREATE INDEX mutes_target ON mutes (target);
