package prove

import (
	"fmt"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/reference"
)

// Violation is a law that was broken.
type Violation struct {
	Law string `json:"law"`
	Why string `json:"why"`
}

func broken(law, format string, args ...any) *Violation {
	return &Violation{law, fmt.Sprintf(format, args...)}
}

// step is what one action did: the truth before and after it, and the entries that the ledger grew by.
type step struct {
	w             *world
	before, after *truth
	entries       []ledger.Facts
	past          past // before it
	ranDue        bool
}

// execution is one request that took effect, looked at again from what is written down.
type execution struct {
	step
	entry     ledger.Facts
	q         model.Request
	info      model.CommandInfo
	strictest model.Class
	signers   []reference.Signer
	lastKey   time.Time
}

// executions holds every request that took effect to laws 1 to 5, 9, 11 and 12.
func executions(s step) *Violation {
	for _, f := range s.entries {
		if f.Event != ledger.EventExecuted {
			continue
		}
		q, err := s.w.store.Request(s.w.ctx, f.Request)
		if err != nil {
			return broken(guard.LawLedger, "an entry says that request %d was executed, which is not there: %v", f.Request, err)
		}
		x := execution{step: s, entry: f, q: q, info: q.Command.Info(), strictest: s.before.strictest(s.past, q.Command.Account)}
		if v := x.judge(); v != nil {
			return v
		}
	}
	return nil
}

// classNow is the account's class as it is, whatever it was.
func (x *execution) classNow() model.Class { return x.before.strictest(past{}, x.q.Command.Account) }

func (x *execution) harms() bool {
	g := x.info.Group
	return g == model.GroupDarken || g == model.GroupSilence || g == model.GroupTakeover
}

// concerns are the laws that a lack of keys breaks.
func (x *execution) concerns() string {
	switch x.info.Group {
	case model.GroupGovern:
		return guard.LawNoLoneGovernor
	case model.GroupLight, model.GroupAppeal:
		return guard.LawLight
	}
	return guard.LawTwoKeys
}

func (x *execution) judge() *Violation {
	if (x.harms() || x.info.Group == model.GroupGovern) && x.entry.Time.Before(x.before.latest) {
		return broken(guard.LawFailClosed, "%s took effect at %s, before the ledger's last entry at %s", x.q.Command.Kind, x.entry.Time, x.before.latest)
	}
	if v := x.readKeys(); v != nil {
		return v
	}
	need, gains := x.need()
	if v := x.leavers(); v != nil {
		return v
	}
	if v := x.otherEyes(); v != nil {
		return v
	}
	if need.Wait > 0 && x.entry.Time.Sub(x.lastKey) < need.Wait {
		return broken(x.concerns(), "%s took effect %s after its last key, not %s", x.q.Command.Kind, x.entry.Time.Sub(x.lastKey), need.Wait)
	}
	counted := slices.DeleteFunc(slices.Clone(x.signers), func(s reference.Signer) bool { return gains != 0 && s.Person == gains })
	if reference.Met(need, reference.Humans(counted)) {
		return nil
	}
	what := fmt.Sprintf("%s on %s %s took effect with the keys of %s, and takes %d of %v", x.q.Command.Kind, x.strictest, x.q.Target.Handle, x.names(), need.Keys, need.Roles)
	switch {
	case len(counted) < len(x.signers) && reference.Met(need, reference.Humans(x.signers)):
		return broken(guard.LawNoLoneGovernor, "%s: one of them gains by it", what)
	case reference.Met(need, apart(counted)):
		return broken(guard.LawOneHuman, "%s, who are not so many humans", what)
	case x.info.Group != model.GroupGovern && x.classNow() != x.strictest:
		return broken(guard.LawClass, "%s: it was lowered within 7 days", what)
	}
	return broken(x.concerns(), "%s", what)
}

// apart counts every person as a human.
func apart(signers []reference.Signer) []reference.Human {
	var humans []reference.Human
	for _, s := range signers {
		humans = append(humans, reference.Human{Roles: s.Roles, Team: s.Team})
	}
	return humans
}

func (x *execution) names() string {
	names := []string{}
	for _, s := range x.signers {
		names = append(names, fmt.Sprintf("%s %v", x.before.find("persons", s.Person)["name"], s.Roles))
	}
	return fmt.Sprint(names)
}

// readKeys verifies every key that the entry counts (law 5).
func (x *execution) readKeys() *Violation {
	keys, err := x.w.store.KeysOn(x.w.ctx, x.q.ID)
	if err != nil {
		return broken(guard.LawLedger, "reading the keys on request %d: %v", x.q.ID, err)
	}
	for _, f := range x.entry.Keys {
		i := slices.IndexFunc(keys, func(k model.Key) bool { return k.Person == f.Person })
		if i < 0 {
			return broken(guard.LawSigned, "the entry counts a key of person %d, which is not there", f.Person)
		}
		k := keys[i]
		if why := x.unsigned(k); why != "" {
			law := guard.LawSigned
			if k.Credential == 0 && !x.classNow().Protected() && x.strictest.Protected() {
				law = guard.LawClass // it would have been enough for what the account is now
			}
			return broken(law, "%s took effect by a key of %s: %s", x.q.Command.Kind, x.before.find("persons", k.Person)["name"], why)
		}
		if k.SignedAt.After(x.lastKey) {
			x.lastKey = k.SignedAt
		}
		x.signers = append(x.signers, reference.Signer{Person: k.Person, Roles: x.before.roles(k.Person),
			Team: x.before.find("persons", k.Person)["team"], Sponsors: x.before.sponsors(k.Person, x.entry.Time)})
	}
	return nil
}

// unsigned says why a key is no signature over this very request.
func (x *execution) unsigned(k model.Key) string {
	if k.Credential == 0 {
		if x.strictest == model.ClassStandard && x.q.Command.Account != 0 && x.q.Need.Keys == 1 && x.info.Group != model.GroupGovern {
			return ""
		}
		return "a session alone"
	}
	c, err := x.w.store.Credential(x.w.ctx, k.Credential)
	switch {
	case err != nil:
		return err.Error()
	case c.Person != k.Person:
		return "the passkey is another person's"
	case !c.RevokedAt.IsZero() && c.RevokedAt.Before(x.entry.Time):
		return "the passkey was revoked"
	case k.HeadSize > x.entry.Index || k.SignedAt.After(k.ExpiresAt):
		return "it signs what was not yet, or came too late"
	}
	head, err := ledger.RootAt(k.HeadSize, x.w.store.TreeHashes(x.w.ctx))
	if err != nil || string(head.Root[:]) != string(k.HeadHash) {
		return "the head that it signs never was"
	}
	challenge, err := approval.Challenge(x.q, k.Person, k.ExpiresAt, head)
	if err == nil {
		err = x.w.guard.RelyingParty().VerifyAssertion(challenge, c.PublicKey, k.Assertion)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// leavers is law 3 over everyone who asked or signed.
func (x *execution) leavers() *Violation {
	switch x.info.Group {
	case model.GroupGovern, model.GroupLight, model.GroupAppeal:
	default:
		if !x.strictest.Protected() && x.q.Command.Params["at"] == "" {
			return nil
		}
	}
	people := []model.ID{x.q.Requester}
	for _, s := range x.signers {
		people = append(people, s.Person)
	}
	for _, p := range people {
		if reference.Leaver(x.before.employment(p), x.entry.Time) {
			return broken(guard.LawLeavers, "%s took effect on the word of %s, who is leaving", x.q.Command.Kind, x.before.find("persons", p)["name"])
		}
	}
	return nil
}

// otherEyes is law 4 where an appeal was decided: that is done once, and nobody had a say in it who asked for what it is against, or turned a key
// on that.
func (x *execution) otherEyes() *Violation {
	for _, r := range x.entry.Rows {
		if r.Table != "appeal_decisions" {
			continue
		}
		if r.Before != nil {
			return broken(guard.LawOneHuman, "an appeal that was decided was decided again")
		}
		request := x.before.find("sanctions", row(r.Values).id("subject")).id("request")
		took := []model.ID{x.before.find("requests", request).id("requester")}
		for _, k := range x.before.where("request_keys", "request", request) {
			took = append(took, k.id("person"))
		}
		people := []model.ID{x.q.Requester}
		for _, s := range x.signers {
			people = append(people, s.Person)
		}
		for _, p := range people {
			if slices.ContainsFunc(took, func(t model.ID) bool { return len(x.two(t, p)) < 2 }) {
				return broken(guard.LawOneHuman, "%s decided an appeal against what they took part in", x.before.find("persons", p)["name"])
			}
		}
	}
	return nil
}

// need is whose keys it took, by the design's table, and who gains by it.
func (x *execution) need() (need model.Requirement, gains model.ID) {
	table, kind := x.w.rules.table, string(x.q.Command.Kind)
	switch {
	case x.q.Command.Kind == model.CmdRestore:
		return x.toRestore(), 0
	case x.q.Command.Kind == model.CmdDecideAppeal:
		return policy.Join(table[kind][x.strictest], x.toRestore()), 0
	case x.q.Command.Kind == model.CmdLock && x.brief():
		kind = "lock_brief"
	case x.q.Command.Kind == model.CmdUnfreeze:
	case x.info.Group == model.GroupGovern:
		kind = "tighten"
		if x.loosens() {
			kind, gains = "loosen", x.q.Command.Person
			if x.onlyAgent() {
				kind = "grant_agent"
			}
		}
	}
	return table[kind][x.strictest], gains
}

// brief reports whether it is the account's one lock of 15 minutes in 24 hours.
func (x *execution) brief() bool {
	isBrief := func(r row) bool {
		return r["kind"] == string(model.SanctionLock) && r.number("end_at") != 0 && r.time("end_at").Sub(r.time("start_at")) <= 15*time.Minute
	}
	for _, r := range x.before.where("sanctions", "account", x.q.Command.Account) {
		if isBrief(r) && x.entry.Time.Sub(r.time("start_at")) < 24*time.Hour {
			return false
		}
	}
	return slices.ContainsFunc(x.entry.Rows, func(r ledger.Row) bool { return r.Table == "sanctions" && isBrief(r.Values) })
}

// loosens tells from the rows that changed whether something became easier.
func (x *execution) loosens() bool {
	for _, r := range x.entry.Rows {
		was, is := row(r.Before), row(r.Values)
		switch r.Table {
		case "account_classes":
			if model.Class(is["class"]).Rank() < model.Class(was["class"]).Rank() || is["verified"] != was["verified"] {
				return true
			}
		case "role_grants":
			if is.number("revoked_at") == 0 {
				return true
			}
		case "credentials":
			if is.number("revoked_at") == 0 {
				return true
			}
		case "persons":
			if was == nil || easier(x.before.employment(is.id("id")), x.after.employment(is.id("id"))) {
				return true
			}
		case "logins", "person_accounts":
			return true // another person's power, or another part in cases
		case "policies":
			return true // every policy that the explorer publishes asks for less
		}
	}
	return false
}

// easier reports whether an employment lets a person do more, or for longer, than another.
func easier(was, is model.Employment) bool {
	days := func(e model.Employment) int { // until the person counts as leaving, from a far past on
		n := 0
		for at := begin; n < 1000 && !reference.Leaver(e, at); at = at.Add(24 * time.Hour) {
			n++
		}
		return n
	}
	return days(is) > days(was) || was.Status == model.EmploymentEnded && is.Status != model.EmploymentEnded
}

// onlyAgent reports whether what somebody gains is no more than an agent's place.
func (x *execution) onlyAgent() bool {
	return slices.ContainsFunc(x.entry.Rows, func(r ledger.Row) bool {
		switch r.Table {
		case "role_grants":
			return r.Values["role"] == string(model.RoleAgent) && len(x.before.roles(row(r.Values).id("person"))) == 0
		case "credentials":
			return slices.Equal(x.before.roles(row(r.Values).id("person")), []model.Role{model.RoleAgent})
		}
		return false
	})
}

// toRestore is law 9: what the darkenings that were lifted took, but for those that one key may undo.
func (x *execution) toRestore() model.Requirement {
	need := model.Requirement{Keys: 1, Teams: 1}
	for _, r := range x.entry.Rows {
		if r.Table != "sanctions" || x.before.undoable(row(r.Values), x.entry.Time) {
			continue
		}
		took := x.took(row(r.Values))
		need.Keys, need.Teams = max(need.Keys, took.Keys), max(need.Teams, took.Teams)
		for _, role := range took.Roles {
			if !slices.Contains(need.Roles, role) {
				need.Roles = append(need.Roles, role)
			}
		}
	}
	return need
}

func (x *execution) took(sanction row) model.Requirement {
	q, err := x.w.store.Request(x.w.ctx, sanction.id("request"))
	if err != nil {
		return model.Requirement{Keys: 1}
	}
	return q.Need
}

// undoable reports whether one key lifts a sanction by law 9 at a moment: it is a brief lock, or fresh, not legal, and the
// first on its case that one key lifts.
func (t *truth) undoable(s row, at time.Time) bool {
	if s["kind"] == string(model.SanctionLock) && s.number("end_at") != 0 && s.time("end_at").Sub(s.time("start_at")) <= 15*time.Minute {
		return true
	}
	legal := t.find("requests", s.id("request")).param("ground") == "legal"
	spent := slices.ContainsFunc(t.tables["charges"], func(c row) bool {
		return c["kind"] == string(model.CmdRestore) && c["account"] == s["account"] && c["case_id"] == s["case_id"]
	})
	return !legal && !spent && at.Sub(s.time("start_at")) <= time.Hour
}
