package guard

import (
	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// Actor is who submits something: a person, and the login that they are signed in with; no login is a member account of
// theirs, by an app, which signs nothing. The guard reads everything else
// about the person itself, in the deciding transaction.
type Actor struct {
	Person model.ID
	Login  model.ID
}

// Outcome is what became of a request.
type Outcome struct {
	Request model.Request
	Missing approval.Missing // what it still needs
	Leaf    int64            // the ledger's entry
}

// facts begins an entry about a request.
func facts(event ledger.Event, q model.Request, a Actor) ledger.Facts {
	c, class := q.Command, q.Target.Class
	if class.Rank() < 0 {
		class = "" // an entry has no word for a class that is none; a refusal's note does
	}
	return ledger.Facts{Event: event, Kind: c.Kind, Class: class, Account: c.Account, Post: c.Post,
		Target: c.Person, Actor: a.Person, Login: a.Login, Request: q.ID, Case: c.Case, Handle: q.Target.Handle,
		Rule: c.Rule, Policy: q.Policy, Need: q.Need}
}

// keyFacts names the keys that stand.
func keyFacts(keys []model.Key) []ledger.KeyFact {
	var out []ledger.KeyFact
	for _, k := range keys {
		out = append(out, ledger.KeyFact{Person: k.Person, Login: k.Login, Credential: k.Credential,
			Session: k.Credential == 0, Owner: k.Owner != nil})
	}
	return out
}
