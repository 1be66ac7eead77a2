package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/web"
)

// casesView is what the page of cases shows.
type casesView struct {
	Cases  []caseEntity
	Query  url.Values // as it was asked for
	People []worker   // by whom a case can be worked on
	Error  string     // why the query makes no sense; empty when it does
	Older  string     // the address of the next page; empty on the last one
}

// worker is a person who works on cases, by the login that they are assigned cases with.
type worker struct{ Login, Name string }

// casesPage lists cases: without a query the open ones, the most urgent first.
func (d *desk) casesPage(w http.ResponseWriter, r *http.Request, who caller) error {
	q := moderation.Query{State: model.CaseOpen}
	asked := r.URL.Query()
	v := casesView{Query: asked}
	err := d.readCases(r, who, &q)
	if q.ByPriority = q.State == model.CaseOpen && asked.Get("order") != "newest"; err == nil {
		v.Cases, err = d.listCases(r.Context(), q)
	}
	status := http.StatusOK
	switch kind := model.KindOf(err); {
	case kind == model.KindInvalid || kind == model.KindNotFound: // the form is shown again, with what was asked for
		v.Error, status = err.Error(), web.StatusOf(err)
	case err != nil:
		return err
	}
	if v.People, err = d.workers(r); err != nil {
		return err
	}
	if older := older(v.Cases, list{limit: q.Limit}, func(c caseEntity) model.ID { return c.ID }); older != 0 {
		next := r.URL.Query()
		next.Set("before", older.String())
		v.Older = "/cases?" + next.Encode()
	}
	return d.show(w, r, status, "cases", view{Title: "Cases", Path: "/cases", Person: who.person.Name, Data: v})
}

// workers are the people to whom cases can be assigned, by name.
func (d *desk) workers(r *http.Request) ([]worker, error) {
	people, err := d.Store.People(r.Context())
	if err != nil {
		return nil, err
	}
	var all []worker
	for _, p := range people {
		if !d.Moderation.Works(p) {
			continue
		}
		logins, err := d.Store.LoginsOf(r.Context(), p.ID)
		if err != nil {
			return nil, err
		}
		if len(logins) > 0 {
			all = append(all, worker{logins[0].Name, p.Name})
		}
	}
	slices.SortFunc(all, func(a, b worker) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// caseView is one case as its page shows it.
type caseView struct {
	caseEntity
	Requests []requestEntity // on the account, the newest first
	People   []worker
	Works    bool // the viewer works on cases
	Mine     bool // the viewer works on this one
	Gives    bool // the viewer may give it to somebody, or back
	Auditor  bool // the viewer changes nothing
}

// casePage shows one case: who said what of the account, what is kept of its posts, and what staff did.
func (d *desk) casePage(w http.ResponseWriter, r *http.Request, who caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	v := caseView{Works: d.Moderation.Works(who.person), Auditor: onlyAudits(who)}
	if v.caseEntity, err = d.caseCalled(r.Context(), id); err != nil {
		return err
	}
	v.Mine = v.Assignee != nil && v.Assignee.ID == who.Person
	v.Gives = v.Assignee == nil || v.Mine || who.person.Has(model.RoleLead)
	requests, err := d.Store.RequestsOn(r.Context(), v.Account.ID, recentRequests)
	if err != nil {
		return err
	}
	if v.Requests, err = d.requestsOf(r.Context(), requests); err != nil {
		return err
	}
	if v.People, err = d.workers(r); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "case", view{Title: "Case on @" + v.Account.Handle, Path: "/cases", Person: who.person.Name, Data: v})
}
