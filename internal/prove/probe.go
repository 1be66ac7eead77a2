package prove

import (
	"slices"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/reference"
)

// probe is law 9 from the side of those who are not rogues: whatever went dark within the hour, one honest person with one
// key brings back, now. The world is spent after it.
func (r rogue) probe(w *world, t *truth) *Violation {
	spent := map[string]bool{} // the one key of law 9, by account and case
	for _, s := range t.tables["sanctions"] {
		at := t.now.Add(10 * pause)
		over := s.number("lifted_at") != 0 || s.number("end_at") != 0 && !at.Before(s.time("end_at"))
		if over || at.Sub(s.time("start_at")) > time.Hour || !t.undoable(s, at) || spent[s["account"]+" "+s["case_id"]] {
			continue
		}
		spent[s["account"]+" "+s["case_id"]] = true
		login := r.honest(w, t, s.id("account"))
		if login == "" {
			return nil
		}
		cmd := model.Command{Kind: model.CmdRestore, Account: s.id("account"), Case: s.id("case_id"), Params: pairs([]string{"sanction", s["id"]})}
		out, err := w.submit(login, cmd)
		if err == nil && out.Request.State == model.StatePending {
			out, err = w.turn(login, out.Request.ID)
		}
		if err != nil {
			return broken(guard.LawLight, "%s cannot undo a %s by one key within the hour: %v", login, s["kind"], err)
		}
		if out.Request.State != model.StateExecuted {
			return broken(guard.LawLight, "one key of %s does not undo a %s within the hour: it is %s and misses %+v", login, s["kind"], out.Request.State, out.Missing)
		}
	}
	return nil
}

// honest is somebody who may restore an account whatever is on it, and is not of the rogue. Whose account it is, or was,
// decides nothing about it.
func (r rogue) honest(w *world, t *truth, account model.ID) string {
	for _, login := range []string{"lead2", "lead", "security", "gov"} {
		if slices.Contains(r.logins, login) {
			continue
		}
		a, err := w.actor(login)
		if err != nil {
			continue
		}
		may := func(role model.Role) bool {
			return role == model.RoleLead || role == model.RoleSecurity || role == model.RoleGovernmentAffairs
		}
		theirs := slices.ContainsFunc(t.tables["person_accounts"], func(l row) bool {
			return l.id("person") == a.Person && l.id("account") == account
		})
		if !theirs && !reference.Leaver(t.employment(a.Person), t.now.Add(time.Minute)) && slices.ContainsFunc(t.roles(a.Person), may) {
			return login
		}
	}
	return ""
}
