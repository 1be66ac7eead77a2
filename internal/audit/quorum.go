package audit

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// quorum judges again what took effect, by what the entries before it say: that it was asked for under the policy in
// force, for no fewer keys than that policy's row asks for, and that the keys are those of such people. What a request
// says of itself is what is in question: whoever can write to the database can write one that is easy to meet.
func (r *replay) quorum(f ledger.Facts) {
	q, ok := requestIn(f)
	if !ok {
		return // found by executed
	}
	if q.Policy != r.inForce && f.Kind != model.CmdRestore { // which law 9 allows where no policy can be had
		r.find(f.Index, "%s took effect under the policy %s, when %s was in force", f.Kind, clip(q.Policy), clip(r.inForce))
		return
	}
	strictest, protected := r.strictest(f), false
	if f.Account != 0 {
		protected = strictest.Protected()
		if q.Target.Strictest.Rank() < strictest.Rank() { // higher it may be: an account with many followers rises before it is recorded
			r.find(f.Index, "%s took effect on an account of class %s as on one of class %s", f.Kind, strictest, q.Target.Strictest)
		}
	}
	if need, err := r.atLeast(f, q, strictest); err != nil {
		r.find(f.Index, "what %s takes by the policy in force cannot be read: %v", f.Kind, err)
	} else if !meets(q.Need, need) {
		r.find(f.Index, "%s took effect for %s; by the policy in force it takes %s", f.Kind, needWords(q.Need), needWords(need))
	}
	if newest, ok := r.newest[q.ID]; ok && q.Need.Wait > 0 && f.Time.Before(newest.Add(r.shortened(q.Need.Wait))) {
		r.find(f.Index, "%s took effect %s after its last key, before its wait was over", f.Kind, f.Time.Sub(newest))
	}
	var holders []approval.Holder
	for _, k := range f.Keys {
		if k.Owner {
			holders = append(holders, approval.Holder{Person: f.Account})
			continue
		}
		holders = append(holders, r.people.holder(k.Person, f.Time))
		if m, _ := r.people.person(k.Person); m.Employment.Leaver(f.Time) && (protected || signedByStaffOnly(f.Kind)) {
			r.find(f.Index, "%s took effect with the key of %d, who was leaving (law 3)", f.Kind, k.Person)
		}
	}
	if m := approval.Tally(q.Need, holders); !m.None() {
		r.find(f.Index, "%s took effect without %s", f.Kind, needWords(model.Requirement{Keys: m.Keys, Roles: m.Roles, Teams: m.Teams}))
	}
}

// signedByStaffOnly reports whether law 3 keeps leavers from signing this whatever account it is about.
func signedByStaffOnly(kind model.CommandKind) bool {
	return model.Command{Kind: kind}.Info().Group == model.GroupGovern || kind == model.CmdFreeze || kind == model.CmdRestore ||
		kind == model.CmdDecideAppeal
}

// requestIn is the request as an entry leaves it.
func requestIn(f ledger.Facts) (model.Request, bool) {
	i := slices.IndexFunc(f.Rows, func(row ledger.Row) bool { return row.Table == "requests" && row.Key == f.Request.String() })
	if i < 0 {
		return model.Request{}, false
	}
	q, err := store.RequestOf(f.Rows[i])
	return q, err == nil
}

// strictest is the class whose requirements hold for an entry's account.
func (r *replay) strictest(f ledger.Facts) model.Class {
	c := store.AccountClass{Class: r.classOf(f.Account)}
	if row := r.whole["account_classes"][f.Account.String()]; row != nil {
		c.LoweredFrom, c.LoweredAt = model.Class(row["lowered_from"]), timeOf(row["lowered_at"])
	}
	return guard.ClassThen(c, f.Time)
}

// atLeast is what the policy in force asks for, at the least.
func (r *replay) atLeast(f ledger.Facts, q model.Request, strictest model.Class) (need model.Requirement, err error) {
	if r.policy == nil {
		return need, r.unread
	}
	if f.Kind == model.CmdPublishPolicy {
		return r.toPublish(f, q)
	}
	row := policy.Row(f.Kind)
	switch group := (model.Command{Kind: f.Kind}).Info().Group; {
	case f.Kind == model.CmdRestore:
		return model.Requirement{Keys: 1}, nil
	case briefLock(f):
		row = policy.RowLockBrief
	case group == model.GroupTakeover:
		row = policy.RowTakeover
	case group == model.GroupGovern && f.Kind != model.CmdUnfreeze:
		row = r.governs(f)
	}
	return guard.AtLeast(r.policy, f.Kind, row, strictest)
}

// governs is the row of what governs, by what it changes.
func (r *replay) governs(f ledger.Facts) policy.Row {
	row := policy.RowTighten
	for _, change := range f.Rows {
		switch {
		case !empowers(change):
		case r.placeOnly(change):
			row = policy.RowGrantAgent
		default:
			return policy.RowLoosen
		}
	}
	return row
}

// placeOnly reports whether a change gives no more than a place in the count: the role of agent, or an agent's passkey.
func (r *replay) placeOnly(change ledger.Row) bool {
	id, err := model.ParseID("person", change.Values["person"])
	if err != nil {
		return false
	}
	switch change.Table {
	case "role_grants":
		if change.Values["role"] != string(model.RoleAgent) {
			return false
		}
	case "logins":
		return r.people.member(id).Person.ID == 0 // it comes with the newcomer's role
	case "credentials":
	default:
		return false
	}
	m, _ := r.people.person(id)
	return !slices.ContainsFunc(m.RoleSet(), func(role model.Role) bool { return role != model.RoleAgent })
}

// toPublish is what it takes to publish a request's policy over the one in force.
func (r *replay) toPublish(f ledger.Facts, q model.Request) (need model.Requirement, err error) {
	next, err := policy.Parse([]byte(q.Command.Params["document"]))
	if err != nil {
		return need, err
	}
	for _, row := range f.Rows {
		if p, err := store.PolicyOf(row); row.Table == "policies" && (err != nil || p.Hash != next.Hash() || !bytes.Equal(p.Document, next.Encode())) {
			r.find(f.Index, "it published another policy than was asked for")
		}
	}
	return guard.ToPublish(r.policy, policy.Diff(r.policy, next))
}

// publish takes a policy that comes into force.
func (r *replay) publish(row ledger.Row) {
	p, err := store.PolicyOf(row)
	r.inForce, r.unread = row.Key, err
	if err == nil {
		r.policy, r.unread = policy.Parse(p.Document)
	}
}

// meets reports whether what was asked for is at least what is needed.
func meets(asked, need model.Requirement) bool {
	lacks := func(role model.Role) bool { return !slices.Contains(asked.Roles, role) }
	return asked.Keys >= need.Keys && asked.Teams >= need.Teams && asked.Wait >= need.Wait && !slices.ContainsFunc(need.Roles, lacks)
}

func needWords(n model.Requirement) string {
	words := model.Counted(int64(n.Keys), "key", "keys")
	if len(n.Roles) > 0 {
		var roles []string
		for _, role := range n.Roles {
			roles = append(roles, string(role))
		}
		words += " of " + strings.Join(roles, ", ")
	}
	if n.Teams > 1 {
		words += " and " + model.Counted(int64(n.Teams), "team", "teams")
	}
	if n.Wait > 0 {
		words += " after " + model.Lasting(n.Wait)
	}
	return words
}

// timeOf is a time as a row has it: Unix milliseconds, 0 for none.
func timeOf(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
