// Package logserver serves the public log to anyone who wants to check it, by the C2SP paths. What it serves names nobody.
//
// It must never serve facts or private parts, and never anything that is not committed.
package logserver

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// tileAge is how long a full tile may be kept: it never changes.
const tileAge = "public, max-age=31536000, immutable"

// Server serves the public log by the C2SP paths (https://c2sp.org/tlog-tiles): PREFIX/checkpoint, PREFIX/tile/L/N and
// PREFIX/tile/entries/N, where PREFIX is the path of the log's origin. Leaves name nobody.
type Server struct {
	st     *store.Store
	origin string
	skey   string
	vkey   string
}

// New makes the handler of a store's ledger.
func New(ctx context.Context, st *store.Store) (*Server, error) {
	origin, err := st.Origin(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger's origin: %w", err)
	}
	skey, vkey, err := st.LogKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger's key: %w", err)
	}
	return &Server{st: st, origin: origin, skey: skey, vkey: vkey}, nil
}

// Prefix is the path under which the log is served: the part of its origin after the host.
func (l *Server) Prefix() string {
	_, path, _ := strings.Cut(l.origin, "/")
	return "/" + path + "/"
}

// VerifierKey is the key that checkpoints are verified with, in the form of https://c2sp.org/signed-note.
func (l *Server) VerifierKey() string { return l.vkey }

// Paths are the prefixes under which the log is served: that of its origin, and two that need not be known.
func (l *Server) Paths() []string { return []string{l.Prefix(), "/ledger/", "/"} }

// Mount serves the log on mux under every one of Paths.
func (l *Server) Mount(mux *http.ServeMux, log *slog.Logger) {
	for _, prefix := range l.Paths() {
		for path, h := range map[string]web.HandlerFunc{"checkpoint": l.checkpoint, "tile/": l.tile, "vkey": l.verifierKey} {
			mux.Handle("GET "+prefix+path, http.StripPrefix(prefix, web.Handler(log, web.MastodonStyle, h)))
		}
	}
}

func (l *Server) checkpoint(w http.ResponseWriter, r *http.Request) error {
	head, _, err := l.st.LedgerHead(r.Context())
	if err != nil {
		return model.Unavailable(err, "the ledger cannot be read now")
	}
	note, err := ledger.SignCheckpoint(l.skey, head)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	return writeBody(w, "text/plain; charset=utf-8", note)
}

func (l *Server) verifierKey(w http.ResponseWriter, _ *http.Request) error {
	return writeBody(w, "text/plain; charset=utf-8", []byte(l.vkey+"\n"))
}

// tile serves a tile of hashes or of entries. A tile that the log does not have yet is not found.
func (l *Server) tile(w http.ResponseWriter, r *http.Request) error {
	t, err := ledger.ParseTilePath(r.URL.Path)
	if err != nil {
		return model.NotFound("tile")
	}
	ctx := r.Context()
	head, _, err := l.st.LedgerHead(ctx)
	if err != nil {
		return model.Unavailable(err, "the ledger cannot be read now")
	}
	if err := t.In(head.Size); err != nil {
		return model.NotFound("tile")
	}
	body, err := l.body(ctx, t, head.Size)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", tileAge)
	return writeBody(w, "application/octet-stream", body)
}

func (l *Server) body(ctx context.Context, t ledger.Tile, size int64) ([]byte, error) {
	if t.Level != ledger.LevelEntries {
		return ledger.HashTile(t, size, l.st.TreeHashes(ctx))
	}
	leaves, err := l.st.Leaves(ctx, t.First(), int64(t.Width))
	if err != nil {
		return nil, err
	}
	return ledger.EntryBundle(leaves)
}

func writeBody(w http.ResponseWriter, contentType string, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	_, err := w.Write(body)
	return err
}
