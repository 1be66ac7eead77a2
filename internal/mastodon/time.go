package mastodon

import (
	"time"

	"keyturn/internal/model"
)

// moment is a time as the API writes it: UTC, to the millisecond; the zero one is null.
type moment time.Time

// MarshalJSON writes "2017-11-02T18:48:00.000Z".
func (m moment) MarshalJSON() ([]byte, error) {
	t := time.Time(m)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.UTC().AppendFormat(make([]byte, 0, 32), `"2006-01-02T15:04:05.000Z"`), nil
}

// date is a day as the API writes it; the zero one is null.
type date time.Time

// MarshalJSON writes "2017-11-02".
func (d date) MarshalJSON() ([]byte, error) {
	t := time.Time(d)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.UTC().AppendFormat(make([]byte, 0, 16), `"2006-01-02"`), nil
}

// midnight is the start of a time's day: how Mastodon rounds the age of accounts.
func midnight(t time.Time) moment { return moment(t.UTC().Truncate(24 * time.Hour)) }

// idOrNull is an ID, or nil for none.
func idOrNull(id model.ID) *model.ID {
	if id == 0 {
		return nil
	}
	return &id
}

// textOrNull is a text, or nil for an empty one.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
