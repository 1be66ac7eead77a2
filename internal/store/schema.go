package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// OddSchema says in words what in the database's schema is not as this program makes it: tables, views, indexes and
// triggers that somebody added, changed or took away, by which answers and writes can be other than the statements say.
func (s *Store) OddSchema(ctx context.Context) ([]string, error) {
	odd, err := s.d.oddSchema(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", told(err))
	}
	return odd, nil
}

// Damage says what the engine finds wrong with the database itself, such as an index that does not agree with its table,
// where it can tell. It reads everything.
func (s *Store) Damage(ctx context.Context) ([]string, error) {
	damage, err := s.d.damage(ctx)
	if err != nil {
		return nil, fmt.Errorf("checking the database: %w", told(err))
	}
	return damage, nil
}

// compareSchema says in words how a schema, texts by names, differs from the one that must be.
func compareSchema(want, got map[string]string) (odd []string) {
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if text, known := want[name]; !known {
			odd = append(odd, "there is the "+name+", which is not this program's")
		} else if plain(text) != plain(got[name]) {
			odd = append(odd, "the "+name+" is not as this program made it")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, there := got[name]; !there {
			odd = append(odd, "the "+name+" is missing")
		}
	}
	return odd
}

// plain is a schema's text without what a renaming may have changed in it.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, `"`, "")), " ")
}

// schemaOf reads a schema as texts by names, a row each.
func schemaOf(ctx context.Context, q querier, text string, args ...any) (map[string]string, error) {
	all := map[string]string{}
	_, err := collect(ctx, q, func(row scanner) (struct{}, error) {
		var name, text string
		err := row.Scan(&name, &text)
		all[name] = text
		return struct{}{}, err
	}, text, args...)
	return all, err
}
