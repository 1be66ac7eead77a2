package ledger

import (
	"errors"

	"golang.org/x/mod/sumdb/tlog"
)

// TileWidth is how many hashes or entries a full tile has.
const TileWidth = 256

// LevelEntries is the Level of a tile that holds leaves rather than hashes.
const LevelEntries = -1

// Tile names one tile of https://c2sp.org/tlog-tiles.
type Tile struct {
	Level int   // 0 to 5 from the leaves up, or LevelEntries
	N     int64 // its number within the level
	Width int   // 1 to TileWidth
}

// ParseTilePath reads tile/LEVEL/N[.p/WIDTH] or tile/entries/N[.p/WIDTH], without a leading slash.
func ParseTilePath(path string) (Tile, error) { return Tile{}, errors.New("not yet") }

// Path is the tile's path, as ParseTilePath reads it.
func (t Tile) Path() string { return "" }

// First is the number of the first entry (for an entry tile) or hash of its level that the tile holds.
func (t Tile) First() int64 { return t.N * TileWidth }

// In says whether the ledger of a size has the tile: model.KindNotFound when it has not.
func (t Tile) In(size int64) error { return errors.New("not yet") }

// HashTile is the content of a hash tile of the ledger of a size; model.KindNotFound when the ledger has no such tile.
func HashTile(t Tile, size int64, r tlog.HashReader) ([]byte, error) {
	return nil, errors.New("not yet")
}

// EntryBundle is the content of the entry tile that holds the leaves.
func EntryBundle(leaves [][]byte) ([]byte, error) { return nil, errors.New("not yet") }
