-- +goose Up

-- A case keeps what its priority is made from, so that nothing has to look through its reports: weights in hundredths of
-- an ordinary report, and class and followers as they were when it was last ranked. Cases that were made before all this
-- have no class here: that is how the next ranking finds them.
ALTER TABLE cases ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN full_weight BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN light_weight BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN legal_weight BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN violation_weight BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN spam_weight BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN followers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_rank ON cases (state, rank, id);
CREATE INDEX cases_account ON cases (account, id);
CREATE INDEX cases_assignee ON cases (assignee, state, id);

-- filed is how often the same member filed it; weight is what it was at first, doubts says why in words.
ALTER TABLE reports ADD COLUMN filed BIGINT NOT NULL DEFAULT 1;
ALTER TABLE reports ADD COLUMN weight BIGINT NOT NULL DEFAULT 100;
ALTER TABLE reports ADD COLUMN doubts TEXT NOT NULL DEFAULT '';
CREATE INDEX reports_reporter ON reports (reporter, id);
CREATE INDEX reports_by ON reports (case_id, reporter);

UPDATE cases SET since = opened_at, rank = -opened_at,
    full_weight = (SELECT COUNT(*) * 100 FROM reports WHERE case_id = cases.id),
    legal_weight = (SELECT COUNT(*) * 100 FROM reports WHERE case_id = cases.id AND category = 'legal'),
    violation_weight = (SELECT COUNT(*) * 100 FROM reports WHERE case_id = cases.id AND category = 'violation'),
    spam_weight = (SELECT COUNT(*) * 100 FROM reports WHERE case_id = cases.id AND category = 'spam');

-- Posts as they were when a report named them, once for each version. There is no reference to posts: evidence outlives
-- them.
CREATE TABLE evidence (
    id         BIGINT PRIMARY KEY,
    case_id    BIGINT  NOT NULL REFERENCES cases (id),
    post       BIGINT  NOT NULL,
    author     BIGINT  NOT NULL,
    text       TEXT    NOT NULL,
    spoiler    TEXT    NOT NULL,
    sensitive  BOOLEAN NOT NULL,
    visibility TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    edited_at  BIGINT  NOT NULL,
    kept_at   BIGINT  NOT NULL,
    named      BIGINT  NOT NULL,
    UNIQUE (case_id, post, edited_at)
);
CREATE INDEX evidence_case ON evidence (case_id, id);

-- What staff wrote and did on a case. Rows are only ever added.
CREATE TABLE case_notes (
    id      BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    kind    TEXT   NOT NULL,
    person  BIGINT NOT NULL,
    other   BIGINT NOT NULL,
    outcome TEXT   NOT NULL,
    text    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX case_notes_case ON case_notes (case_id, id);
