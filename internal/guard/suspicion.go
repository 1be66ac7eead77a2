package guard

import "sync/atomic"

// suspicion is a reason not to trust the store, which comes and goes while the guard works.
type suspicion struct{ text atomic.Pointer[string] }

// why is the reason, or "".
func (s *suspicion) why() string {
	if p := s.text.Load(); p != nil {
		return *p
	}
	return ""
}

// Distrust has the guard take no privileged writes any more, but for restoring, since the ledger's history is not what
// it was (law 12). It lasts until the process starts anew: then the history is looked at again. "" changes nothing.
func (g *Guard) Distrust(why string) {
	if why == "" || g.broken() != "" {
		return
	}
	g.history.text.Store(&why)
	g.log.Error("privileged writes are refused", "why", why)
}

// Doubt has the guard refuse what harms and what governs while the database is not what the ledger says (law 12); ""
// ends it.
func (g *Guard) Doubt(why string) { g.database.text.Store(&why) }

// Broken tells what is wrong with the ledger's history, so that no privileged writes are taken; "": nothing.
func (g *Guard) Broken() string { return g.broken() }

func (g *Guard) broken() string { return g.history.why() }
