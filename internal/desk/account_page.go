package desk

import (
	"context"
	"net/http"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/policy"
)

// accountView is one account as its page shows it.
type accountView struct {
	accountEntity
	Name   string
	Public string // the address of its public profile
	On     []measureView
	Past   []measureView
	Open   []requestEntity
	Closed []requestEntity
	Cases  []caseEntity
	Form   *orderForm // nil: the viewer can ask for nothing here
}

// measureView is a sanction or a strike, with the request by which it came.
type measureView struct {
	sanctionEntity
	Strike bool
	Lifts  bool           // the viewer can ask for it to be lifted
	By     *requestEntity // nil: the request cannot be shown
}

// recentMeasures is how much of the past an account's page shows.
const recentMeasures = 40

// accountsPage finds an account by its handle.
func (d *desk) accountsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	data := map[string]string{"Handle": r.URL.Query().Get("handle")}
	if data["Handle"] != "" {
		a, err := d.accountCalled(r.Context(), "handle", data["Handle"])
		switch model.KindOf(err) {
		case model.KindNotFound, model.KindInvalid:
			data["Error"] = err.Error()
		default:
			if err != nil {
				return err
			}
			http.Redirect(w, r, "/accounts/@"+a.Handle, http.StatusSeeOther)
			return nil
		}
	}
	return d.show(w, r, http.StatusOK, "accounts", view{Title: "Accounts", Path: "/accounts", Person: who.person.Name, Data: data})
}

// accountPage shows one account: what it is, what is on it and was, what is asked for about it, and asks for more.
func (d *desk) accountPage(w http.ResponseWriter, r *http.Request, who caller) error {
	account, err := d.accountCalled(r.Context(), "handle", r.PathValue("handle"))
	if err != nil {
		return err
	}
	v := accountView{Name: account.DisplayName, Public: d.settings.URL + "/@" + account.Handle}
	if v.accountEntity, err = d.accountOf(r.Context(), account); err != nil {
		return err
	}
	if err := d.measuresOf(r.Context(), &v); err != nil {
		return err
	}
	for _, q := range v.Requests {
		if q.State.Open() {
			v.Open = append(v.Open, q)
		} else {
			v.Closed = append(v.Closed, q)
		}
	}
	if v.Cases, err = d.listCases(r.Context(), moderation.Query{Account: account.ID, Limit: defaultLimit}); err != nil {
		return err
	}
	rights, err := d.rightsOf(r.Context(), who)
	if err != nil {
		return err
	}
	for i := range v.On {
		v.On[i].Lifts = rights.may(policy.VerbRequest, model.CmdRestore, v.Strictest)
	}
	v.Form = accountForm(v.accountEntity, rights, r.URL.Query())
	return d.show(w, r, http.StatusOK, "account", view{Title: "@" + v.Handle, Path: "/accounts", Person: who.person.Name, Data: v})
}

// measuresOf fills in what is on the account and what was, each with the request by which it came: all that is on, and the
// newest of the rest.
func (d *desk) measuresOf(ctx context.Context, v *accountView) error {
	var past []measureView
	for _, s := range v.marks {
		past = append(past, measureView{Strike: true, sanctionEntity: sanctionEntity{ID: s.ID, Kind: "strike", Request: s.Request, Case: s.Case,
			Rule: s.Rule, Start: s.At, LiftedAt: s.RetractedAt}})
	}
	for _, s := range v.Sanctions {
		if s.Active {
			v.On = append(v.On, measureView{sanctionEntity: s})
		} else {
			past = append(past, measureView{sanctionEntity: s})
		}
	}
	v.Past = newestFirst(past)
	known := map[model.ID]*requestEntity{}
	for _, list := range [][]measureView{v.On, v.Past} {
		for i := range list {
			by, err := d.requestBehind(ctx, list[i].Request, known)
			if err != nil {
				return err
			}
			list[i].By = by
		}
	}
	return nil
}

// requestBehind is the request by which something came, read once for all that came by it.
func (d *desk) requestBehind(ctx context.Context, id model.ID, known map[model.ID]*requestEntity) (*requestEntity, error) {
	if by, ok := known[id]; ok {
		return by, nil
	}
	q, err := d.Store.Request(ctx, id)
	if model.KindOf(err) == model.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := d.requestsOf(ctx, []model.Request{q})
	if err != nil {
		return nil, err
	}
	known[id] = &all[0]
	return known[id], nil
}

// newestFirst is the newest part of what was on an account.
func newestFirst(past []measureView) []measureView {
	slices.SortFunc(past, func(a, b measureView) int { return b.Start.Compare(a.Start) })
	return past[:min(len(past), recentMeasures)]
}
