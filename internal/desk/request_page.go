package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// requestsPage lists requests: those that are open, the most urgent first, apart from those that are closed.
func (d *desk) requestsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	forMe := l.state == forMyKey
	var open []requestEntity
	for _, s := range []model.RequestState{model.StateWaiting, model.StatePending} {
		some, err := d.listRequests(r.Context(), list{state: string(s), limit: defaultLimit})
		if err != nil {
			return err
		}
		open = append(open, some...)
	}
	if forMe {
		if open, err = d.waitingFor(r.Context(), who, open); err != nil {
			return err
		}
		return d.show(w, r, http.StatusOK, "requests", view{Title: "Requests that wait for my key", Path: "/requests", Person: who.person.Name,
			Data: map[string]any{"Open": open, "ForMe": true}})
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
	return d.show(w, r, http.StatusOK, "requests", view{Title: "Requests", Path: "/requests", Person: who.person.Name,
		Data: map[string]any{"Open": open, "Closed": closed, "Older": bound}})
}

// forMyKey is the page's state for those of the open ones on which the viewer's key would count for something.
const forMyKey = "for-me"

// waitingFor are the requests that wait for keys, of which somebody's would be one that is missing.
func (d *desk) waitingFor(ctx context.Context, who caller, open []requestEntity) (mine []requestEntity, err error) {
	for _, e := range open {
		if e.State != model.StatePending || onlyAudits(who) || e.signedBy(who) {
			continue
		}
		q, err := d.Store.Request(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		why, err := d.whyNot(ctx, who, q, e)
		if err != nil {
			return nil, err
		}
		if why == "" {
			mine = append(mine, e)
		}
	}
	return mine, nil
}

// onlyAudits reports whether somebody sees everything and changes nothing.
func onlyAudits(who caller) bool {
	return len(who.person.RoleSet()) == 1 && who.person.Has(model.RoleAuditor)
}

func (e requestEntity) signedBy(who caller) bool {
	return slices.ContainsFunc(e.Keys, func(k keyEntity) bool { return k.Person.ID == who.Person })
}

// whyNot says why somebody's key on a pending request would not count; empty when it would, as far as can be told.
func (d *desk) whyNot(ctx context.Context, who caller, q model.Request, e requestEntity) (string, error) {
	rights, err := d.rightsOf(ctx, who)
	if err != nil {
		return "", err
	}
	if why := rights.whyNot(policy.VerbSign, q.Command.Kind, q.Target.Strictest); why != "" {
		return why, nil
	}
	command := q.Command
	command.Reason, command.Params = e.Reason, maps.Clone(q.Command.Params)
	if command.Params == nil {
		command.Params = map[string]string{}
	}
	maps.Copy(command.Params, e.Private) // the texts in place of their hashes
	x, err := d.Guard.Explain(ctx, who.Person, command)
	if err != nil || x.Key == nil {
		return "", err
	}
	return x.Key.Message, nil
}

// requestView is one request as its page shows it.
type requestView struct {
	requestEntity
	Target  model.Target
	Was     string // the target's state when it was asked for, in words
	Lacks   string // what is missing, in words
	Head    ledger.Head
	Root    string
	Mine    bool   // the viewer made the request
	Signed  bool   // the viewer has turned a key on it
	WhyNot  string // why the viewer's key would not count; empty when it would, as far as can be told
	Auditor bool   // the viewer changes nothing
	Link    bool   // the viewer can fetch the reset link
	Halted  bool   // a freeze that is on keeps it from being done
	Decline bool   // the viewer may be one to decline it
	Veto    bool   // and to veto it
}

// stoppable fills in what the viewer may do against a request, and whether a freeze does it already.
func (d *desk) stoppable(ctx context.Context, who caller, q model.Request, v *requestView) error {
	if !q.State.Open() {
		return nil
	}
	on, err := d.activeFreezes(ctx)
	if err != nil {
		return err
	}
	v.Halted = slices.ContainsFunc(on, func(f freezeEntity) bool { return f.stops(q) })
	rights, err := d.rightsOf(ctx, who)
	if err != nil {
		return err
	}
	v.Decline = q.State == model.StatePending && rights.may(policy.VerbDecline, q.Command.Kind, q.Target.Strictest)
	v.Veto = rights.may(policy.VerbVeto, q.Command.Kind, q.Target.Strictest)
	return nil
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
		Auditor: onlyAudits(who), Was: stateWords(q.Target.State)}
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
	v.Signed = e.signedBy(who)
	if v.Head, _, err = d.Store.LedgerHead(r.Context()); err != nil {
		return err
	}
	v.Root = fmt.Sprintf("%x", v.Head.Root[:])
	if v.State == model.StatePending && !v.Auditor {
		if v.WhyNot, err = d.whyNot(r.Context(), who, q, e); err != nil {
			return err
		}
	}
	if err := d.stoppable(r.Context(), who, q, &v); err != nil {
		return err
	}
	title := fmt.Sprintf("Request to %s", inWords(q.Command.Kind))
	return d.show(w, r, http.StatusOK, "request", view{Title: title, Path: "/requests", Person: who.person.Name, Data: v})
}

// lacks says what a request still needs.
func lacks(m approval.Missing, teams int) string {
	var parts []string
	if m.Keys > 0 {
		parts = append(parts, model.Counted(int64(m.Keys), "more person", "more people"))
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
	if teams > 1 && m.Teams > 0 { // one team is anybody's
		parts = append(parts, "from "+model.Counted(int64(m.Teams), "more team", "more teams"))
	}
	return strings.Join(parts, ": ")
}

// InPlace says how many of the keys that a request needs it has.
func (e requestEntity) InPlace() string {
	turned := model.Counted(int64(len(e.Keys)), "key", "keys") + " turned"
	if !e.State.Open() {
		return turned
	}
	has := max(0, e.Need.Keys-e.Missing.Keys)
	if has == len(e.Keys) {
		return fmt.Sprintf("%d of %d in place", has, e.Need.Keys)
	}
	return fmt.Sprintf("%s; %d of %d in place", turned, has, e.Need.Keys)
}

// InDoubles reports whether keys that would fill places alone are those of one human, who fills one.
func (e requestEntity) InDoubles() bool {
	filling := 0
	for _, k := range e.Keys {
		if k.Fills {
			filling++
		}
	}
	return e.State.Open() && filling > e.Need.Keys-e.Missing.Keys
}

// personState is how the guard writes down what somebody is, in what the keys sign.
var personState = regexp.MustCompile(`(\w+) (\w+) until (\S+), team (.*?), roles \[([^\]]*)\]`)

// stateWords is the state of a request's target as people read it.
func stateWords(state string) string {
	return personState.ReplaceAllStringFunc(state, func(part string) string {
		m := personState.FindStringSubmatch(part)
		ends := "without a known end"
		if at, err := time.Parse(time.RFC3339, m[3]); err == nil {
			ends = "until " + when(at)
		}
		roles := strings.Fields(m[5])
		for i := range roles {
			roles[i] = inWords(roles[i])
		}
		return fmt.Sprintf("%s, %s, %s; team %s; roles: %s", m[1], m[2], ends, m[4], cmp.Or(strings.Join(roles, ", "), "none"))
	})
}
