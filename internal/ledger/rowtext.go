package ledger

import (
	"encoding/binary"
	"maps"
	"slices"
)

// AppendRow appends the one text that stands for a row's values, so that rows can be compared by a hash of it: its
// columns in the order of their names, each name and each value led by its length.
func AppendRow(b []byte, values map[string]string) []byte {
	for _, column := range slices.Sorted(maps.Keys(values)) {
		b = AppendColumn(b, column, values[column])
	}
	return b
}

// AppendColumn appends one column of AppendRow.
func AppendColumn[T string | []byte](b []byte, column string, value T) []byte {
	b = binary.AppendUvarint(b, uint64(len(column)))
	b = append(b, column...)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}
