package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

// lastDay is what happened in 2017.
func (n *night) lastDay(ctx context.Context) error {
	const what, then = "Contractor on the last shift deactivates", "worked"
	c := n.staff["lastday"]
	if c == nil {
		n.score.add(true, what, then, "refused: %v", n.refused)
		return nil
	}
	r, err := c.Request(ctx, n.order(model.CmdDeactivate))
	no, refused := deskclient.Refused(err)
	if err != nil && !refused {
		return err
	}
	if !refused {
		n.score.add(false, what, then, "request %s was opened", r.ID)
		return nil
	}
	n.score.add(no.Law == "leavers_hold_no_keys", what, then, "refused: %s", no.Message)
	return nil
}

// alone is any support agent, whom in 2017 nothing would have stopped either.
func (n *night) alone(ctx context.Context) error {
	r, err := n.try(ctx, "agent", n.order(model.CmdDeactivate))
	if err != nil {
		return err
	}
	if r.ID == 0 {
		return nil
	}
	if r, err = n.staff["agent"].Turn(ctx, r.ID.String()); err != nil {
		if _, refused := deskclient.Refused(err); !refused {
			return err
		}
	}
	n.score.add(r.State == model.StatePending && !n.isDark(ctx), "Any agent alone", "could have",
		"waits for %s", missing(r.Missing))
	return nil
}

// try submits an order and remembers the request that it opens. A refusal is no error: then the request has no ID, and
// the score says what was refused.
func (n *night) try(ctx context.Context, login string, o deskclient.Order) (deskclient.Request, error) {
	c := n.staff[login]
	r, err := c.Request(ctx, o)
	if no, refused := deskclient.Refused(err); refused {
		n.score.add(no.Status < 500, fmt.Sprintf("%s: %s", login, o.Kind), "no check", "refused: %s", no.Message)
		return deskclient.Request{}, nil
	}
	if err == nil && r.State.Open() {
		n.opened = append(n.opened, opened{c, r.ID})
	}
	return r, err
}

func (n *night) isDark(ctx context.Context) bool {
	_, status, err := n.stranger.lookup(ctx, target)
	return err != nil || status != http.StatusOK
}

func missing(m deskclient.Need) string {
	roles := make([]string, 0, len(m.Roles))
	for _, r := range m.Roles {
		roles = append(roles, strings.ReplaceAll(string(r), "_", " "))
	}
	text := fmt.Sprintf("%d more people's keys", m.Keys)
	if m.Keys == 1 {
		text = "1 more person's key"
	}
	if len(roles) > 0 {
		text += ": " + strings.Join(roles, ", ")
	}
	return text
}

// piecemeal tries to get there in pieces, and sideways.
func (n *night) piecemeal(ctx context.Context) error {
	_, list, _, err := n.stranger.get(ctx, "/api/v1/accounts/"+n.account.ID+"/statuses?limit=1")
	if err != nil {
		return err
	}
	post := n.order(model.CmdRemovePost)
	post.Post = firstID(list)
	class := n.order(model.CmdSetClass)
	class.Params = map[string]string{"class": "standard"}
	rename := n.order(model.CmdRenameHandle)
	rename.Params = map[string]string{"handle": "nobody"}
	address := n.order(model.CmdChangeEmail)
	address.Params = map[string]string{"email": "rogue@example.org"} // where a link to a new password would go
	policy, err := n.looserPolicy(ctx)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		what, login string
		order       deskclient.Order
	}{
		{"Post by post", "agent", post},
		{"Through the credentials", "agent", address},
		{"Through the handle", "agent", rename},
		{"Lowering the class first", "admin", class},
		{"Publishing a looser policy first", "admin", policy},
	} {
		if err := n.piece(ctx, p.what, p.login, p.order); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(p.what), err)
		}
	}
	if err := n.secondLogin(ctx); err != nil {
		return fmt.Errorf("a second login: %w", err)
	}
	if err := n.sponsored(ctx); err != nil {
		return fmt.Errorf("a sponsored newcomer: %w", err)
	}
	return nil
}

// piece tries one order with the rogue's own key; it must not take effect.
func (n *night) piece(ctx context.Context, what, login string, o deskclient.Order) error {
	const then = "one person's word sufficed"
	c := n.staff[login]
	r, err := c.Request(ctx, o)
	if err == nil && r.State == model.StatePending {
		n.opened = append(n.opened, opened{c, r.ID})
		var turned deskclient.Request
		if turned, err = c.Turn(ctx, r.ID.String()); err == nil {
			r = turned
		}
	}
	no, refused := deskclient.Refused(err)
	if err != nil && !refused {
		return err
	}
	switch {
	case refused:
		n.score.add(no.Status < 500, what, then, "refused: %s", no.Message)
	default:
		n.score.add(r.State == model.StatePending && !n.isDark(ctx), what, then, "waits for %s", missing(r.Missing))
	}
	return nil
}

// looserPolicy is the policy in force with one key less for darkening a government account.
func (n *night) looserPolicy(ctx context.Context) (deskclient.Order, error) {
	var in struct {
		Document json.RawMessage `json:"document"`
	}
	if err := n.staff["admin"].Get(ctx, "/api/v1/policy", &in); err != nil {
		return deskclient.Order{}, err
	}
	var doc map[string]any
	d := json.NewDecoder(bytes.NewReader(in.Document))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return deskclient.Order{}, fmt.Errorf("reading the policy: %w", err)
	}
	cell, ok := dig(doc, "rows", "deactivate", "government").(map[string]any)
	if !ok {
		return deskclient.Order{}, fmt.Errorf("the policy has no row for deactivating a government account")
	}
	cell["keys"], cell["roles"], cell["wait"] = 2, []string{"lead"}, "0s"
	text, err := json.Marshal(doc)
	return deskclient.Order{Kind: model.CmdPublishPolicy, Reason: "drill: a looser policy",
		Params: map[string]string{"document": string(text)}}, err
}

func dig(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// secondLogin has one person turn a key with each of two logins.
func (n *night) secondLogin(ctx context.Context) error {
	r, err := n.staff["lead"].Request(ctx, n.order(model.CmdDeactivate))
	if err != nil {
		return err
	}
	n.opened = append(n.opened, opened{n.staff["lead"], r.ID})
	if r, err = n.staff["lead"].Turn(ctx, r.ID.String()); err != nil {
		return err
	}
	left := r.Missing.Keys
	again, err := n.staff["lead.oncall"].Turn(ctx, r.ID.String())
	no, refused := deskclient.Refused(err)
	if err != nil && !refused {
		return err
	}
	if refused {
		n.score.add(true, "A second login of the same person", "counted as another", "refused: %s", no.Message)
		return nil
	}
	n.score.add(again.Missing.Keys == left, "A second login of the same person", "counted as another", "still waits for %s", missing(again.Missing))
	return nil
}

// sponsored brings somebody in by the proper way — two keys — who then signs together with the sponsor: for 30 days the
// two count as one human.
func (n *night) sponsored(ctx context.Context) error {
	login := fmt.Sprintf("newcomer.%x", time.Now().UnixMilli())
	grant := deskclient.Order{Kind: model.CmdGrantRole, Reason: "drill: a newcomer", Params: map[string]string{
		"role": "agent", "login": login, "name": "Nadir", "team": "support-north", "kind": "employee"}}
	if err := n.both(ctx, grant); err != nil {
		return err
	}
	n.newcomer = login
	ring, enrolment, err := n.enrol(ctx, login)
	if err != nil {
		return err
	}
	err = n.both(ctx, deskclient.Order{Kind: model.CmdEnrollCredential, Person: login, Reason: "drill: a newcomer's key",
		Params: map[string]string{"enrolment": enrolment}})
	if err != nil {
		return err
	}
	c, err := deskclient.SignIn(ctx, n.DeskURL, ring)
	if err != nil {
		return err
	}
	// @astronaut is verified: limiting it takes two people, of whatever role.
	r, err := n.staff["lead"].Request(ctx, deskclient.Order{Kind: model.CmdLimit, Account: "@astronaut", Reason: "drill: sponsor and newcomer"})
	if err != nil {
		return err
	}
	n.opened = append(n.opened, opened{n.staff["lead"], r.ID})
	for _, signer := range []*deskclient.Client{n.staff["lead"], c} {
		if r, err = signer.Turn(ctx, r.ID.String()); err != nil {
			return err
		}
	}
	n.score.add(r.State == model.StatePending && r.Missing.Keys == 1, "A sponsor and the newcomer they brought in", "nothing knew",
		"count as one human: waits for %s", missing(r.Missing))
	return nil
}

// both has lead ask for an order, and lead and admin sign it.
func (n *night) both(ctx context.Context, o deskclient.Order) error {
	r, err := n.staff["lead"].Request(ctx, o)
	if err != nil {
		return err
	}
	for _, login := range []string{"lead", "admin"} {
		if r, err = n.staff[login].Turn(ctx, r.ID.String()); err != nil {
			return err
		}
	}
	if r.State != model.StateExecuted {
		return fmt.Errorf("%s is %s", o.Kind, r.State)
	}
	return nil
}

// enrol makes a software key by the invitation of the desk.
func (n *night) enrol(ctx context.Context, login string) (*softkey.Ring, string, error) {
	var invitation struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	if err := n.staff["lead"].Post(ctx, "/api/v1/enrolments", map[string]string{"login": login}, &invitation); err != nil {
		return nil, "", err
	}
	token := invitation.URL[strings.LastIndex(invitation.URL, "/")+1:]
	options, err := n.staff["lead"].Options(ctx, "/api/v1/enrol/"+token+"/options", struct{}{})
	if err != nil {
		return nil, "", err
	}
	key := softkey.New(login)
	credential, err := key.Register(strings.TrimSuffix(n.DeskURL, "/"), options)
	if err != nil {
		return nil, "", err
	}
	err = n.staff["lead"].Post(ctx, "/api/v1/enrol/"+token, map[string]any{"name": "drill", "credential": json.RawMessage(credential)}, nil)
	return &softkey.Ring{Login: login, Authenticators: []*softkey.Authenticator{key}}, invitation.ID, err
}

// who asks the ledger who did it, on what case and with whose keys.
func (n *night) who(ctx context.Context) error {
	asked := time.Now()
	story, err := n.staff["auditor"].Story(ctx, target)
	if err != nil {
		return err
	}
	n.score.WhoMS = float64(time.Since(asked).Microseconds()) / 1000
	i := slices.IndexFunc(story.Sanctions, func(a audit.Act) bool { return a.Active && a.Kind == model.SanctionDeactivate })
	if i < 0 {
		n.score.add(false, "Who did it", "known next day", "the ledger does not know")
		return nil
	}
	act := story.Sanctions[i]
	var names []string
	for _, k := range act.Keys {
		names = append(names, k.Name)
	}
	ok := act.Request == n.request.ID && len(names) == 3 && act.Case.String() == n.caseID && n.score.WhoMS < 1000
	n.score.add(ok, "Who did it, and on what case", "wrong cause, after 1 h", "%.1f ms: %s by %s on case %s (entry %d)",
		n.score.WhoMS, act.Requester.Name, strings.Join(names, ", "), act.Case, act.Leaf)
	return nil
}
