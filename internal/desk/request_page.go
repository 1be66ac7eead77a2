package desk

import (
	"fmt"
	"net/http"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// requestsPage lists requests: those that are open apart from those that are closed.
func (d *desk) requestsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	open, err := d.Store.OpenRequests(r.Context())
	if err != nil {
		return err
	}
	recent, err := d.listRequests(r.Context(), l)
	if err != nil {
		return err
	}
	waiting, err := d.requestsOf(r.Context(), open[:min(len(open), maxLimit)])
	if err != nil {
		return err
	}
	var closed []requestEntity
	for _, q := range recent {
		if !q.State.Open() {
			closed = append(closed, q)
		}
	}
	return d.show(w, http.StatusOK, "requests", view{Title: "Requests", Path: "/requests", Person: who.person.Name,
		Data: map[string]any{"Open": waiting, "Closed": closed, "More": max(0, len(open)-maxLimit),
			"Older": older(recent, l, func(q requestEntity) model.ID { return q.ID })}})
}

// requestView is one request as its page shows it.
type requestView struct {
	requestEntity
	Target  model.Target
	Lacks   []string // what is missing, in words
	Head    ledger.Head
	Root    string
	Mine    bool   // the viewer made the request
	Signed  bool   // the viewer has turned a key on it
	WhyNot  string // why the viewer's key would not count; empty when it would, as far as can be told
	Auditor bool   // the viewer changes nothing
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
	all, err := d.requestsOf(r.Context(), []model.Request{q})
	if err != nil {
		return err
	}
	v := requestView{requestEntity: all[0], Target: q.Target, Mine: q.Requester == who.Person,
		Auditor: who.person.Has(model.RoleAuditor) && len(who.person.RoleSet()) == 1}
	v.Lacks = lacks(v.Missing.Keys, v.Missing.Roles, v.Missing.Teams)
	for _, k := range v.Keys {
		v.Signed = v.Signed || k.Person.ID == who.Person
	}
	if v.Head, _, err = d.Store.LedgerHead(r.Context()); err != nil {
		return err
	}
	v.Root = fmt.Sprintf("%x", v.Head.Root[:])
	if v.State == model.StatePending && !v.Auditor {
		command := q.Command
		command.Reason = v.Reason
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
func lacks(keys int, roles []model.Role, teams int) []string {
	var all []string
	switch {
	case keys == 1:
		all = append(all, "1 more person")
	case keys > 1:
		all = append(all, fmt.Sprintf("%d more people", keys))
	}
	if len(roles) > 0 {
		var names []string
		for _, r := range roles {
			names = append(names, inWords(r))
		}
		all = append(all, "among them: "+strings.Join(names, ", "))
	}
	switch {
	case teams == 1:
		all = append(all, "from 1 more team")
	case teams > 1:
		all = append(all, fmt.Sprintf("from %d more teams", teams))
	}
	return all
}
