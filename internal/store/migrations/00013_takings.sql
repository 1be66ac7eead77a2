-- +goose Up

-- From whom one person has taken something lately.
CREATE INDEX requests_about_people ON requests (requester, closed_at) WHERE person <> 0;
