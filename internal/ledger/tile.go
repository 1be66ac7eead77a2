package ledger

import (
	"encoding/binary"
	"fmt"
	"strings"

	"keyturn/internal/model"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// TileWidth is how many hashes or entries a full tile has.
	TileWidth = 1 << tileHeight
	// LevelEntries is the Level of a tile that holds leaves rather than hashes.
	LevelEntries = -1

	tileHeight = 8
	maxLevel   = 63
)

// Tile names one tile of https://c2sp.org/tlog-tiles.
type Tile struct {
	Level int   // 0 to 63 from the leaves up, or LevelEntries
	N     int64 // its number within the level, from 0
	Width int   // 1 to TileWidth; less than TileWidth is a partial tile
}

// ParseTilePath reads tile/LEVEL/N[.p/WIDTH] or tile/entries/N[.p/WIDTH], without a leading slash. What is not such a
// path gets model.KindNotFound.
func ParseTilePath(path string) (Tile, error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok || strings.HasPrefix(rest, "data/") {
		return Tile{}, model.NotFound("tile")
	}
	// x/mod writes the height into the path, and says data for entries.
	if n, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + n
	}
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", tileHeight, rest))
	if err != nil || t.L > maxLevel {
		return Tile{}, model.NotFound("tile")
	}
	return Tile{t.L, t.N, t.W}, nil
}

// Path is the tile's path, as ParseTilePath reads it.
func (t Tile) Path() string {
	path := strings.TrimPrefix(t.mod().Path(), fmt.Sprintf("tile/%d/", tileHeight))
	if n, ok := strings.CutPrefix(path, "data/"); ok {
		path = "entries/" + n
	}
	return "tile/" + path
}

// mod is the tile as x/mod has it.
func (t Tile) mod() tlog.Tile { return tlog.Tile{H: tileHeight, L: t.Level, N: t.N, W: t.Width} }

// First is the number of the first entry that an entry tile holds, or of the first hash of its level that a hash tile
// holds. The tile holds Width of them.
func (t Tile) First() int64 { return t.N * TileWidth }

// In says whether the ledger of a size has the tile: model.KindNotFound when it has not. A partial tile stays when the
// ledger has grown past it.
func (t Tile) In(size int64) error {
	count := size >> (tileHeight * max(t.Level, 0)) // hashes of the level that the ledger has
	if t.Level < LevelEntries || t.Width < 1 || t.Width > TileWidth || t.N < 0 ||
		t.N > count/TileWidth || t.First()+int64(t.Width) > count {
		return model.NotFound("tile")
	}
	return nil
}

// HashTile is the content of a hash tile: Width hashes of tlog.HashSize bytes. It is model.KindNotFound when the ledger
// of that size has no such tile.
func HashTile(t Tile, size int64, r tlog.HashReader) ([]byte, error) {
	if t.Level == LevelEntries {
		return nil, model.NotFound("hash tile")
	}
	if err := t.In(size); err != nil {
		return nil, err
	}
	b, err := tlog.ReadTileData(t.mod(), r)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", t.Path(), err)
	}
	return b, nil
}

// EntryBundle is the content of the entry tile that holds the leaves: each led by its length, a big-endian uint16.
func EntryBundle(leaves [][]byte) ([]byte, error) {
	var b []byte
	for _, leaf := range leaves {
		if len(leaf) > MaxLeaf {
			return nil, fmt.Errorf("a leaf has %d bytes, more than %d", len(leaf), MaxLeaf)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(leaf)))
		b = append(b, leaf...)
	}
	return b, nil
}
