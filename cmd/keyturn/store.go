package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"keyturn/internal/store"
)

// storeFlags say which store a command looks at.
type storeFlags struct {
	Data     string `help:"Data directory of the embedded database." type:"path" placeholder:"DIR"`
	Database string `help:"PostgreSQL database instead of the embedded one." placeholder:"URL" env:"KEYTURN_DATABASE"`
}

// read opens the store for looking only: a running server is not disturbed.
func (f storeFlags) read(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, store.Config{Dir: f.Data, URL: f.Database, ReadOnly: true, Now: time.Now})
}

// printJSON prints v for programs.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
