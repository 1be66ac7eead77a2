package logserver_test

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/ledger"
	"keyturn/internal/logserver"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// serve serves the ledger of a world with a few entries.
func serve(t *testing.T) (*logserver.Server, *testkit.World, http.Handler) {
	t.Helper()
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	for range 5 {
		w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	}
	l, err := logserver.New(t.Context(), w.Store)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	l.Mount(mux, slog.New(slog.DiscardHandler))
	return l, w, mux
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec
}

func TestCheckpointIsOfTheHead(t *testing.T) {
	l, w, h := serve(t)
	head, _, err := w.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range l.Paths() {
		vkey := strings.TrimSpace(get(h, prefix+"vkey").Body.String())
		origin, got, err := ledger.OpenCheckpoint(vkey, get(h, prefix+"checkpoint").Body.Bytes())
		if err != nil || got != head || "/"+strings.SplitN(origin, "/", 2)[1]+"/" != l.Prefix() {
			t.Errorf("%scheckpoint: %v of %s, %v; want %v", prefix, got, origin, err, head)
		}
	}
}

func TestEntriesAreTheLeaves(t *testing.T) {
	l, w, h := serve(t)
	leaves, err := w.Store.Leaves(t.Context(), 0, 6)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, leaf := range leaves {
		want.Write(binary.BigEndian.AppendUint16(nil, uint16(len(leaf))))
		want.Write(leaf)
	}
	for _, prefix := range l.Paths() {
		if got := get(h, prefix+"tile/entries/000.p/6"); got.Code != http.StatusOK || !bytes.Equal(got.Body.Bytes(), want.Bytes()) {
			t.Errorf("%stile/entries/000.p/6: %d, %d bytes, want %d", prefix, got.Code, got.Body.Len(), want.Len())
		}
	}
	if strings.Contains(want.String(), "uncle") || strings.Contains(want.String(), w.Accounts["uncle"].String()) {
		t.Error("a public leaf names somebody")
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	l, _, h := serve(t)
	for _, path := range []string{"tile/0/000", "tile/0/000.p/7", "tile/0/001.p/1", "tile/9/000.p/1", "tile/entries/000", "tile/x",
		"tile/0/8/000.p/6", "tile/", "tile/entries/000.p/0", "facts", "checkpoint/x"} {
		if got := get(h, l.Prefix()+path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d %q", path, got.Code, got.Body)
		}
	}
	if got := get(h, "/tile/0/000.p/6"); got.Code != http.StatusOK || got.Body.Len() != 6*32 || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("a tile of hashes: %d, %d bytes", got.Code, got.Body.Len())
	}
}
