package desk

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// requestsPage lists requests: those that are open, the most urgent first, apart from those that are closed.
func (d *desk) requestsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	var open []requestEntity
	for _, s := range []model.RequestState{model.StateWaiting, model.StatePending} {
		some, err := d.listRequests(r.Context(), list{state: string(s), limit: defaultLimit})
		if err != nil {
			return err
		}
		open = append(open, some...)
	}
	recent, err := d.Store.Requests(r.Context(), "", l.before, l.limit)
	if err != nil {
		return err
	}
	bound := older(recent, l, func(q model.Request) model.ID { return q.ID })
	recent = slices.DeleteFunc(recent, func(q model.Request) bool { return q.State.Open() })
	closed, err := d.requestsOf(r.Context(), recent)
	if err != nil {
		return err
	}
	return d.show(w, http.StatusOK, "requests", view{Title: "Requests", Path: "/requests", Person: who.person.Name,
		Data: map[string]any{"Open": open, "Closed": closed, "Older": bound}})
}

// requestView is one request as its page shows it.
type requestView struct {
	requestEntity
	Target  model.Target
	Lacks   string // what is missing, in words
	Head    ledger.Head
	Root    string
	Mine    bool   // the viewer made the request
	Signed  bool   // the viewer has turned a key on it
	WhyNot  string // why the viewer's key would not count; empty when it would, as far as can be told
	Auditor bool   // the viewer changes nothing
	Link    bool   // the viewer can fetch the reset link
}

// requestPage shows one request in words, whose keys are there and missing, and what a key signs.
func (d *desk) requestPage(w http.ResponseWriter, r *http.Request, who caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	q, err := d.Store.Request(r.Context(), id)
	if err != nil {
		return err
	}
	e, err := d.oneRequest(r.Context(), q)
	if err != nil {
		return err
	}
	v := requestView{requestEntity: e, Target: q.Target, Mine: q.Requester == who.Person,
		Auditor: who.person.Has(model.RoleAuditor) && len(who.person.RoleSet()) == 1}
	v.Lacks = lacks(v.Missing, v.Need.Teams)
	if v.OwnersKey {
		v.Lacks += "; the passkey of the account's owner can be one of them"
	}
	if v.Mine && q.Command.Kind == model.CmdResetCredentials && q.State == model.StateExecuted {
		t, err := d.Store.TakeoverBy(r.Context(), q.ID)
		if err != nil {
			return err
		}
		v.Link = t.HandedAt.IsZero() && d.Now().Sub(t.At) < guard.ResetLife
	}
	for _, k := range v.Keys {
		v.Signed = v.Signed || k.Person.ID == who.Person
	}
	if v.Head, _, err = d.Store.LedgerHead(r.Context()); err != nil {
		return err
	}
	v.Root = fmt.Sprintf("%x", v.Head.Root[:])
	if v.State == model.StatePending && !v.Auditor {
		command := q.Command
		command.Reason, command.Params = v.Reason, maps.Clone(q.Command.Params)
		maps.Copy(command.Params, v.Private) // the texts in place of their hashes
		x, err := d.Guard.Explain(r.Context(), who.Person, command)
		if err != nil {
			return err
		}
		if x.Key != nil {
			v.WhyNot = x.Key.Message
		}
	}
	title := fmt.Sprintf("Request to %s", inWords(q.Command.Kind))
	return d.show(w, http.StatusOK, "request", view{Title: title, Path: "/requests", Person: who.person.Name, Data: v})
}

// lacks says what a request still needs.
func lacks(m approval.Missing, teams int) string {
	var parts []string
	switch {
	case m.Keys == 1:
		parts = append(parts, "1 more person")
	case m.Keys > 1:
		parts = append(parts, fmt.Sprintf("%d more people", m.Keys))
	}
	if len(m.Roles) > 0 {
		var names []string
		for _, r := range m.Roles {
			names = append(names, inWords(r))
		}
		roles := strings.Join(names, ", ")
		if len(m.Roles) < m.Keys {
			roles = "among them " + roles
		}
		parts = append(parts, roles)
	}
	switch {
	case teams <= 1: // one team is anybody's
	case m.Teams == 1:
		parts = append(parts, "from 1 more team")
	case m.Teams > 1:
		parts = append(parts, fmt.Sprintf("from %d more teams", m.Teams))
	}
	return strings.Join(parts, ": ")
}
