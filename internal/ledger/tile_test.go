package ledger_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"keyturn/internal/ledger"
	"keyturn/internal/model"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func isNotFound(err error) bool {
	var e *model.Error
	return errors.As(err, &e) && e.Kind == model.KindNotFound
}

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]ledger.Tile{
		"tile/0/000":               {Level: 0, N: 0, Width: 256},
		"tile/0/273.p/112":         {Level: 0, N: 273, Width: 112},
		"tile/2/000.p/1":           {Level: 2, N: 0, Width: 1},
		"tile/5/x001/x234/067":     {Level: 5, N: 1234067, Width: 256},
		"tile/63/000":              {Level: 63, N: 0, Width: 256},
		"tile/entries/000.p/255":   {Level: ledger.LevelEntries, N: 0, Width: 255},
		"tile/entries/x001/000":    {Level: ledger.LevelEntries, N: 1000, Width: 256},
		"tile/0/x001/x234/067.p/8": {Level: 0, N: 1234067, Width: 8},
	} {
		got, err := ledger.ParseTilePath(path)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", path, got, err, want)
		}
		if got.Path() != path {
			t.Errorf("%s: written as %s", path, got.Path())
		}
	}
	for _, path := range []string{
		"", "tile", "tile/", "/tile/0/000", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000",
		"tile/-1/000", "tile/+0/000", "tile/data/000", "tile/8/0/000", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/01", "tile/0/000.p/", "tile/0/x000/000", "tile/0/x001", "tile/0/001/000", "tile/0/000/", "tile/x/000",
		"tile/entries", "tile/entries/-01", "tile/0/x009/x223/x372/x036/x854/x775/x808/000", "tile/0/000.p/1/2",
		"tile/0/..", "tile/0/000%2ep/1",
	} {
		if got, err := ledger.ParseTilePath(path); !isNotFound(err) {
			t.Errorf("%q: %+v, %v, want not found", path, got, err)
		}
	}
}

// TestTilesOfATree is the example of https://c2sp.org/tlog-tiles: the tiles of a tree of 70,000 entries.
func TestTilesOfATree(t *testing.T) {
	const size = 70000
	for path, want := range map[string]bool{
		"tile/0/272":           true,
		"tile/0/273.p/112":     true,
		"tile/0/273.p/111":     true, // of when the ledger was smaller
		"tile/0/273.p/113":     false,
		"tile/0/273":           false,
		"tile/0/274.p/1":       false,
		"tile/1/000":           true,
		"tile/1/001.p/17":      true,
		"tile/1/001.p/18":      false,
		"tile/2/000.p/1":       true,
		"tile/2/000.p/2":       false,
		"tile/3/000.p/1":       false,
		"tile/63/000.p/1":      false,
		"tile/entries/273.p/1": true,
		"tile/entries/273":     false,
		"tile/entries/x999/x999/x999/x999/x999/999": false,
	} {
		tile, err := ledger.ParseTilePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := tile.In(size); (err == nil) != want || err != nil && !isNotFound(err) {
			t.Errorf("%s: %v, want that it is there: %t", path, err, want)
		}
	}
	for _, tile := range []ledger.Tile{{Level: -2, Width: 1}, {Width: 0}, {Width: 257}, {N: -1, Width: 1}, {N: 1 << 62, Width: 1}} {
		if err := tile.In(size); !isNotFound(err) {
			t.Errorf("%+v: %v", tile, err)
		}
	}
	if _, err := ledger.HashTile(ledger.Tile{Level: ledger.LevelEntries, Width: 1}, size, hashes(nil)); !isNotFound(err) {
		t.Errorf("an entry tile as a hash tile: %v", err)
	}
}

func TestEntryBundleRefusesALongLeaf(t *testing.T) {
	leaf := make([]byte, ledger.MaxLeaf)
	if b, err := ledger.EntryBundle([][]byte{{1}, leaf}); err != nil || len(b) != 3+2+len(leaf) {
		t.Errorf("the longest leaf: %d bytes, %v", len(b), err)
	}
	if _, err := ledger.EntryBundle([][]byte{append(leaf, 0)}); err == nil {
		t.Error("a leaf whose length does not fit is bundled")
	}
}

// served is what a web server would have under its paths, read as a client reads it.
type served map[string][]byte

// serve lays out all tiles that a log of the book's size must serve.
func (b *book) serve(t testing.TB) served {
	t.Helper()
	files := served{}
	size := int64(len(b.records))
	for _, m := range tlog.NewTiles(8, 0, size) {
		tile := ledger.Tile{Level: m.L, N: m.N, Width: m.W}
		data, err := ledger.HashTile(tile, size, b.hashes)
		if err != nil {
			t.Fatal(err)
		}
		files[tile.Path()] = data
		if tile.Level > 0 {
			continue
		}
		tile.Level = ledger.LevelEntries
		var leaves [][]byte
		for _, r := range b.records[tile.First() : tile.First()+int64(tile.Width)] {
			leaves = append(leaves, r.Leaf)
		}
		if files[tile.Path()], err = ledger.EntryBundle(leaves); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func (served) Height() int                     { return 8 }
func (served) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles makes the paths as the specification says, without this package's help.
func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, t := range tiles {
		path := fmt.Sprintf("tile/%d/%03d", t.L, t.N)
		if t.W < 256 {
			path += fmt.Sprintf(".p/%d", t.W)
		}
		b, ok := s[path]
		if !ok {
			return nil, errors.New(path + " is not served")
		}
		data = append(data, b)
	}
	return data, nil
}

// leaves reads an entry bundle.
func leaves(t testing.TB, b []byte) [][]byte {
	t.Helper()
	var all [][]byte
	for len(b) > 0 {
		n := binary.BigEndian.Uint16(b)
		all = append(all, b[2:2+n])
		b = b[2+n:]
	}
	return all
}

// TestServedTilesProveEveryEntry reads the ledger back from nothing but its tiles and its head, with x/mod's client.
func TestServedTilesProveEveryEntry(t *testing.T) {
	for _, n := range []int{1, 255, 256, 257, 600} {
		b := newBook(t, n)
		files := b.serve(t)
		head := b.head()
		r := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, files)
		read := int64(0)
		for i := int64(0); i < head.Size; i += 256 {
			path := fmt.Sprintf("tile/entries/%03d", i/256)
			if w := head.Size - i; w < 256 {
				path += fmt.Sprintf(".p/%d", w)
			}
			for _, leaf := range leaves(t, files[path]) {
				p, err := ledger.ProveInclusion(head.Size, read, r)
				if err != nil {
					t.Fatal(err)
				}
				if err := ledger.CheckInclusion(p, head, read, leaf); err != nil {
					t.Fatal(err)
				}
				read++
			}
		}
		if read != head.Size {
			t.Errorf("%d of %d entries are served", read, head.Size)
		}
	}
}

func TestAlteredTileIsNoticed(t *testing.T) {
	b := newBook(t, 300)
	files := b.serve(t)
	files["tile/0/000"][77] ^= 1
	r := tlog.TileHashReader(tlog.Tree{N: 300, Hash: b.head().Root}, files)
	if _, err := ledger.ProveInclusion(300, 2, r); err == nil {
		t.Error("an altered tile proves an entry")
	}
}

// TestTileIsThereWhileItsHashesAre compares In with what can be read.
func TestTileIsThereWhileItsHashesAre(t *testing.T) {
	b := newBook(t, 700)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, 700).Draw(t, "size")
		tile := ledger.Tile{Level: rapid.IntRange(0, 3).Draw(t, "level"), N: rapid.Int64Range(0, 4).Draw(t, "n"),
			Width: rapid.IntRange(1, 256).Draw(t, "width")}
		data, err := ledger.HashTile(tile, size, b.hashes[:tlog.StoredHashCount(size)])
		fits := (tile.First()+int64(tile.Width))<<(8*tile.Level) <= size
		if fits != (err == nil) || fits && len(data) != tile.Width*tlog.HashSize || !fits && !isNotFound(err) {
			t.Fatalf("%s of %d: %d bytes, %v", tile.Path(), size, len(data), err)
		}
	})
}

func FuzzParseTilePath(f *testing.F) {
	for _, path := range []string{"tile/0/x001/x234/067.p/8", "tile/entries/000", "tile/data/000", "tile/63/999.p/255"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := ledger.ParseTilePath(path)
		if err != nil {
			if !isNotFound(err) {
				t.Fatal(err)
			}
			return
		}
		if tile.Path() != path || strings.Contains(path, "data") {
			t.Fatalf("%q was read as %+v, whose path is %q", path, tile, tile.Path())
		}
		if tile.N < 0 || tile.Width < 1 || tile.Width > 256 || tile.Level < -1 || tile.Level > 63 {
			t.Fatalf("%q was read as %+v", path, tile)
		}
		if err := tile.In(1 << 40); err != nil && !isNotFound(err) {
			t.Fatal(err)
		}
	})
}
