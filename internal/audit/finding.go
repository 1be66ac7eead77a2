package audit

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// Finding is one place where the ledger or the database is not what it must be.
type Finding struct {
	Entry int64  `json:"entry"`           // of the ledger, or -1 when the finding is about a row of the database
	Table string `json:"table,omitempty"` // of the row
	Key   string `json:"key,omitempty"`   // of the row
	What  string `json:"what"`

	Columns []string `json:"columns,omitempty"` // in which the row differs
}

// String is the finding in one line.
func (f Finding) String() string {
	if f.Table != "" && f.Key == "" {
		return fmt.Sprintf("%s: %s", f.Table, f.What)
	}
	if f.Table != "" {
		return fmt.Sprintf("%s %s: %s", f.Table, f.Key, f.What)
	}
	return fmt.Sprintf("entry %d: %s", f.Entry, f.What)
}

// findings collects findings in the order of the places that they took, whenever they come in: what is checked beside
// the replay takes its place in it first.
type findings struct {
	mu     sync.Mutex
	places int
	list   []placed
}

type placed struct {
	place int
	Finding
}

func (f *findings) place() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.places++
	return f.places
}

func (f *findings) add(place int, finding Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, placed{place, finding})
}

// take gives the findings in order, and forgets them.
func (f *findings) take() []Finding {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortStableFunc(f.list, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	var all []Finding
	for _, p := range f.list {
		all = append(all, p.Finding)
	}
	f.list = nil
	return all
}
