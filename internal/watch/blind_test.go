package watch_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
)

// TestAWatchThatCannotLookSaysSo: not at once, since a database may be away for a moment, but before long, and once. Until
// it can look again nothing is done that harms.
func TestAWatchThatCannotLookSaysSo(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		p.sql(`ALTER TABLE tree_hashes RENAME TO elsewhere`)
		for second := range 10 {
			p.Clock.Advance(time.Second)
			if err := p.watch.Look(t.Context()); err == nil {
				t.Fatal("it looks at a table that is not there")
			}
			if open := p.incidents(model.IncidentOpen); (len(open) == 1) != (second >= 5) {
				t.Errorf("after %d s there are %d incidents", second, len(open))
			}
		}
		i := p.one(model.IncidentBlind, "could not look", "tree")
		if i.Entry >= 0 || i.OverAt.IsZero() {
			t.Errorf("%+v", i)
		}
		p.sql(`ALTER TABLE elsewhere RENAME TO tree_hashes`)
		if _, err := p.Submit("agent", p.Command(model.CmdDeactivate, "uncle")); err == nil || !strings.Contains(err.Error(), "cannot look") {
			t.Errorf("while the watch is blind, darkening: %v", err)
		}
		p.look()
		p.Do("agent", p.Command(model.CmdDeactivate, "uncle"))
		p.one(model.IncidentBlind)
	})
}
