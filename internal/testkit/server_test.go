package testkit

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestPostgresServerKeepsWhatWasCommitted(t *testing.T) {
	s := NewPostgresServer(t)
	exec := func(text string) error {
		conn, err := pgx.Connect(t.Context(), s.URL())
		if err != nil {
			return err
		}
		defer conn.Close(t.Context())
		_, err = conn.Exec(t.Context(), text)
		return err
	}
	if err := exec("CREATE TABLE kept (id bigint PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	for i, end := range []func(){s.Crash, s.Stop} {
		if err := exec("INSERT INTO kept VALUES (1)"); (err == nil) != (i == 0) {
			t.Errorf("round %d: inserting: %v", i, err)
		}
		end()
		if err := exec("SELECT 1"); err == nil {
			t.Error("a server that was ended answers")
		}
		s.Start()
	}
}
