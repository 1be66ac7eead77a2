package logserver_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/logserver"
	"keyturn/internal/testkit"
)

// checker reads a whole log over HTTP as somebody would who has only the specifications, https://c2sp.org/tlog-tiles and
// https://c2sp.org/tlog-checkpoint, and golang.org/x/mod: nothing of this program.
type checker struct {
	base   string // where the log is served, with a slash at the end
	size   int64
	root   tlog.Hash
	leaves []tlog.Hash
}

// check fetches and checks everything that the log serves.
func check(base, vkey string) (*checker, error) {
	c := &checker{base: base}
	if err := c.checkpoint(vkey); err != nil {
		return c, fmt.Errorf("the checkpoint: %w", err)
	}
	if err := c.entries(); err != nil {
		return c, fmt.Errorf("the entries: %w", err)
	}
	if err := c.tiles(); err != nil {
		return c, fmt.Errorf("the tiles: %w", err)
	}
	if got := treeHash(c.leaves); got != c.root {
		return c, errors.New("the root is not that of the entries")
	}
	return c, c.authenticated()
}

func (c *checker) get(path string) ([]byte, error) {
	res, err := http.Get(c.base + path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, res.Status)
	}
	return b.Bytes(), nil
}

// checkpoint is a signed note of three lines: origin, size, root.
func (c *checker) checkpoint(vkey string) error {
	text, err := c.get("checkpoint")
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return fmt.Errorf("%q is not by %s", signed.Text, verifier.Name())
	}
	if c.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || strconv.FormatInt(c.size, 10) != lines[1] {
		return fmt.Errorf("the size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || copy(c.root[:], root) != len(root) || len(root) != tlog.HashSize {
		return fmt.Errorf("the root %q", lines[2])
	}
	return nil
}

// tilePath is a tile's path: its number in groups of three digits, all but the last led by x, and a partial one's width.
func tilePath(level string, n int64, width int64) string {
	number := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	path := "tile/" + level + "/" + number
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

// each calls fn for each tile of a level that has so many items.
func each(count int64, fn func(n, width int64) error) error {
	for n := int64(0); n*256 < count; n++ {
		if err := fn(n, min(256, count-n*256)); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) entries() error {
	return each(c.size, func(n, width int64) error {
		bundle, err := c.get(tilePath("entries", n, width))
		if err != nil {
			return err
		}
		for range width {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle %d is cut short", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			c.leaves = append(c.leaves, sha256.Sum256(append([]byte{0}, bundle[2:end]...)))
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return fmt.Errorf("bundle %d has %d bytes too many", n, len(bundle))
		}
		return nil
	})
}

// tiles compares each tile of each level with what the entries give.
func (c *checker) tiles() error {
	hashes := c.leaves
	for level := 0; len(hashes) > 0; level++ {
		err := each(int64(len(hashes)), func(n, width int64) error {
			tile, err := c.get(tilePath(strconv.Itoa(level), n, width))
			if err != nil {
				return err
			}
			var want []byte
			for _, h := range hashes[n*256 : n*256+width] {
				want = append(want, h[:]...)
			}
			if !bytes.Equal(tile, want) {
				return fmt.Errorf("tile %d of level %d is not that of the entries", n, level)
			}
			return nil
		})
		if err != nil {
			return err
		}
		var above []tlog.Hash
		for ; len(hashes) >= 256; hashes = hashes[256:] {
			above = append(above, treeHash(hashes[:256]))
		}
		hashes = above
	}
	return nil
}

// treeHash is MTH of RFC 6962 section 2.1, over the hashes of leaves.
func treeHash(hashes []tlog.Hash) tlog.Hash {
	switch len(hashes) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return hashes[0]
	}
	k := 1
	for k*2 < len(hashes) {
		k *= 2
	}
	left, right := treeHash(hashes[:k]), treeHash(hashes[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// authenticated has x/mod read hashes through the served tiles, each of which it authenticates against the root, and
// proves some entries.
func (c *checker) authenticated() error {
	r := tlog.TileHashReader(tlog.Tree{N: c.size, Hash: c.root}, c)
	for _, index := range []int64{0, c.size / 2, c.size - 1} {
		proof, err := tlog.ProveRecord(c.size, index, r)
		if err != nil {
			return fmt.Errorf("proving entry %d: %w", index, err)
		}
		if err := tlog.CheckRecord(proof, c.size, c.root, index, c.leaves[index]); err != nil {
			return fmt.Errorf("checking the proof of entry %d: %w", index, err)
		}
	}
	return nil
}

// Height, ReadTiles and SaveTiles are what tlog.TileHashReader asks for.
func (c *checker) Height() int                     { return 8 }
func (c *checker) SaveTiles([]tlog.Tile, [][]byte) {}
func (c *checker) ReadTiles(t []tlog.Tile) (out [][]byte, err error) {
	for _, tile := range t {
		b, err := c.get(tilePath(strconv.Itoa(tile.L), tile.N, int64(tile.W)))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// longLog serves a log of some full tiles over HTTP.
func longLog(t *testing.T) (base, vkey string, db *sql.DB) {
	t.Helper()
	dir := t.TempDir()
	w := testkit.NewWorld(t, testkit.WorldOptions{Dir: dir})
	w.Chronicle(dir, testkit.Size[int64](2*256+77, 256*256+300))
	l, err := logserver.New(t.Context(), w.Store)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	l.Mount(mux, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	db, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "keyturn.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return server.URL + l.Prefix(), l.VerifierKey(), db
}

// TestAnIndependentCheckerIsContent checks the served log by the specifications alone, and has the checker notice what
// was altered in the database.
func TestAnIndependentCheckerIsContent(t *testing.T) {
	base, vkey, _ := longLog(t)
	c, err := check(base, vkey)
	if err != nil || c.size != testkit.Size[int64](2*256+77, 256*256+300) {
		t.Fatalf("%d entries: %v", c.size, err)
	}
	for text, says := range map[string]string{
		`UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE idx = 301) WHERE idx = 300`:                                          "the tiles: tile 1 of level 0",
		`UPDATE tree_hashes SET hash = zeroblob(32) WHERE idx = 600`:                                                                  "the tiles: tile 1 of level 0",
		`UPDATE ledger_head SET root = zeroblob(32)`:                                                                                  "the root is not that of the entries",
		`UPDATE ledger_head SET size = size - 1`:                                                                                      "the root is not that of the entries",
		`UPDATE leaves SET idx = CASE idx WHEN 5 THEN -6 ELSE -5 END WHERE idx IN (5, 6); UPDATE leaves SET idx = -idx WHERE idx < 0`: "the tiles: tile 0 of level 0",
	} {
		base, vkey, db := longLog(t)
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		if _, err := check(base, vkey); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	if _, err := check(base, "keyturn+00000000+AAAA"); err == nil {
		t.Error("the checkpoint is by any key")
	}
}
