package audit

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// eventRows are the tables that entries of each event may write to. What takes effect by keys stands in commandRows;
// the first entry writes all.
var eventRows = map[ledger.Event][]string{
	ledger.EventRequested: {"requests"},
	ledger.EventKey:       {"requests", "request_keys", "owner_keys"},
	ledger.EventRefused:   {"requests", "recoveries"},
	ledger.EventWithdrawn: {"requests"},
	ledger.EventDeclined:  {"requests", "vetoes"},
	ledger.EventVetoed:    {"requests", "vetoes"},
	ledger.EventExpired:   {"requests"},
	ledger.EventLapsed:    {"requests"},
	ledger.EventAutomatic: {"requests", "persons", "credentials", "account_classes", "purges"},
	ledger.EventLooked:    {"looks"},
	ledger.EventOwner:     {"owner_keys", "sanctions"},
	ledger.EventHanded:    {"takeovers"},

	ledger.EventRecovering:      {"recoveries"},
	ledger.EventRecovered:       {"recoveries", "credentials"},
	ledger.EventRecoveryStopped: {"recoveries"},
}

// commandRows are the tables that a command may write to when it takes effect, beside the request's own and its keys.
var commandRows = map[model.CommandKind][]string{
	model.CmdWarn:             {"strikes"},
	model.CmdLock:             {"sanctions"},
	model.CmdSensitive:        {"sanctions"},
	model.CmdLimit:            {"sanctions"},
	model.CmdRemovePost:       {"sanctions", "charges", "freezes"},
	model.CmdDeactivate:       {"sanctions", "charges", "freezes"},
	model.CmdSuspend:          {"sanctions", "charges", "freezes"},
	model.CmdBan:              {"sanctions", "charges", "freezes"},
	model.CmdPurge:            {"sanctions", "charges", "freezes", "purges", "erasures"},
	model.CmdViewPrivate:      {"looks"},
	model.CmdSignOut:          {"takeovers", "owner_keys"},
	model.CmdResetCredentials: {"takeovers", "owner_keys"},
	model.CmdChangeEmail:      {"takeovers", "owner_keys"},
	model.CmdRenameHandle:     {"takeovers", "owner_keys", "account_classes"},
	model.CmdDecideAppeal:     {"appeal_decisions", "sanctions", "strikes", "charges"},
	model.CmdRestore:          {"sanctions", "strikes", "charges"},
	model.CmdSetClass:         {"account_classes"},
	model.CmdSetVerified:      {"account_classes"},
	model.CmdGrantRole:        {"persons", "logins", "role_grants"},
	model.CmdSetEmployment:    {"persons", "credentials"},
	model.CmdEnrollCredential: {"credentials"},
	model.CmdMapPerson:        {"persons", "logins", "credentials", "role_grants", "person_accounts", "person_merges"},
	model.CmdPublishPolicy:    {"policies"},
	model.CmdSetSetting:       {"settings"},
	model.CmdErasePrivate:     {"erasures"},
	model.CmdFreeze:           {"freezes"},
	model.CmdUnfreeze:         {"freezes"},
}

// mayChange are the columns of a table that may change once a row is there; of the tables that are not here all may.
var mayChange = map[string][]string{
	"requests":         {"state", "effect_at", "closed_at", "outcome", "leaf"},
	"request_keys":     {},
	"persons":          {"employment_kind", "employment_status", "ends_at", "leaf"},
	"policies":         {"published_at", "leaf"},
	"sanctions":        {"lifted_at", "leaf"},
	"role_grants":      {"revoked_at", "leaf"},
	"logins":           {"person", "leaf"},
	"credentials":      {"revoked_at", "leaf"},
	"charges":          {},
	"vetoes":           {},
	"person_accounts":  {"unmapped_at", "leaf"},
	"person_merges":    {"into_person", "leaf"},
	"recoveries":       {"state", "closed_at", "stopped_by", "leaf"},
	"purges":           {"done_at", "leaf"},
	"looks":            {"readings", "leaf"},
	"owner_keys":       {},
	"takeovers":        {"handed_at", "leaf"},
	"strikes":          {"retracted_at", "leaf"},
	"appeal_decisions": {},
	"erasures":         {},
}

// entitled checks that an entry may have written what it wrote: somebody who can write to the database can add entries
// to the ledger's end, but not sign for other people. class is that of the entry's account before it.
func (r *replay) entitled(f ledger.Facts, class model.Class) {
	born := f.Event == ledger.EventBorn || f.Event == ledger.EventBornDemo
	if born != (f.Index == 0) {
		r.find(f.Index, "a ledger is born once, in its first entry")
	}
	if born {
		return
	}
	allowed := eventRows[f.Event]
	if f.Event == ledger.EventExecuted {
		allowed = append([]string{"requests", "request_keys"}, commandRows[f.Kind]...)
		r.executed(f, class)
	}
	for _, row := range f.Rows {
		if !slices.Contains(allowed, row.Table) {
			r.find(f.Index, "an entry that says %s %s may not change %s %s", f.Kind, f.Event, row.Table, row.Key)
		}
		if fixed, ok := mayChange[row.Table]; ok && row.Before != nil {
			for _, c := range differing(row.Before, row.Values) {
				if !slices.Contains(fixed, c) {
					r.find(f.Index, "it changes the %s of %s %s, which never changes", c, row.Table, row.Key)
				}
			}
		}
		if state := model.RequestState(row.Before["state"]); row.Table == "requests" && row.Before != nil && !state.Open() {
			r.find(f.Index, "it changes request %s, which was %s", row.Key, state)
		}
		if row.Table == "settings" && !guard.Changes(row.Key) {
			r.find(f.Index, "it changes the setting %s, which a store is born with", row.Key)
		}
		switch f.Event {
		case ledger.EventAutomatic:
			r.automatic(f, row)
		case ledger.EventLooked:
			r.looked(f, row)
		}
		if f.Event == ledger.EventExecuted && !mapped(f, row) {
			r.find(f.Index, "%s of person %d may not write %s %s so", f.Kind, f.Target, row.Table, row.Key)
		}
		if row.Table == "recoveries" {
			r.recovery(f, row)
		}
		if row.Table == "takeovers" {
			r.takeover(f, row)
		}
		if row.Table == "account_classes" && row.Before["handle"] != "" && !keepsName(f, row) {
			r.find(f.Index, "an entry that says %s %s may not change account_classes %s so", f.Kind, f.Event, row.Key)
		}
	}
	if f.Event == ledger.EventRecovered {
		r.recovered(f)
	}
	if f.Event == ledger.EventOwner {
		r.lifted(f)
	}
}

// keepsName reports whether an account keeps its handle, or gets the one that it was renamed to, and keeps its class.
func keepsName(f ledger.Facts, row ledger.Row) bool {
	if f.Kind != model.CmdRenameHandle {
		return row.Values["handle"] == row.Before["handle"]
	}
	return slices.Equal(differing(row.Before, row.Values), []string{"handle", "leaf"}) && slices.ContainsFunc(f.Rows, func(other ledger.Row) bool {
		return other.Table == "takeovers" && other.Values["account"] == row.Key && other.Values["new_handle"] == row.Values["handle"]
	})
}

// automatic checks what happens without anybody's key: employments end, credentials die, classes rise.
func (r *replay) automatic(f ledger.Facts, row ledger.Row) {
	ok := true
	switch changed := differing(row.Before, row.Values); row.Table {
	case "persons":
		was, err := store.PersonOf(ledger.Row{Values: row.Before})
		ok = err == nil && slices.Equal(changed, []string{"employment_status", "leaf"}) && was.Employment.Ended(f.Time) &&
			row.Values["employment_status"] == string(model.EmploymentEnded)
	case "credentials":
		c, err := store.CredentialOf(row)
		ok = err == nil && row.Before["revoked_at"] == "0" && !c.RevokedAt.IsZero() &&
			r.people.member(c.Person).Employment.Status == model.EmploymentEnded
	case "account_classes":
		from := model.ClassStandard
		if row.Before != nil {
			from = model.Class(row.Before["class"])
		}
		ok = row.Values["class"] == string(model.ClassHighProfile) && model.ClassHighProfile.Rank() > from.Rank()
		for _, c := range changed {
			ok = ok && slices.Contains([]string{"class", "handle", "leaf"}, c)
		}
		if row.Before == nil {
			ok = ok && row.Values["verified"] == "0" && row.Values["lowered_from"] == ""
		}
	case "purges":
		ok = row.Before != nil && row.Before["done_at"] == "0" && row.Values["done_at"] != "0"
	}
	if !ok {
		r.find(f.Index, "nobody's key stands behind the change of %s %s", row.Table, row.Key)
	}
}

// looked checks that a reading of what is private is by who asked for it, within its time, and counted as one.
func (r *replay) looked(f ledger.Facts, row ledger.Row) {
	was, err1 := strconv.ParseInt(row.Before["readings"], 10, 64)
	is, err2 := strconv.ParseInt(row.Values["readings"], 10, 64)
	ends, err3 := strconv.ParseInt(row.Values["ends_at"], 10, 64)
	if errors.Join(err1, err2, err3) != nil || is != was+1 || row.Values["person"] != f.Actor.String() ||
		row.Values["account"] != f.Account.String() || f.Time.UnixMilli() >= ends {
		r.find(f.Index, "it reads by look %s, which is not that person's to read by then", row.Key)
	}
}

// mapped checks what map_person writes: a login or an account goes to its person, and whoever is no person of their own
// any more only loses by it. No other command moves a login.
func mapped(f ledger.Facts, row ledger.Row) bool {
	target := f.Target.String()
	if f.Kind != model.CmdMapPerson {
		return row.Table != "logins" || row.Before == nil
	}
	switch row.Table {
	case "logins":
		return row.Before != nil && row.Values["person"] == target
	case "person_accounts":
		return row.Before != nil || row.Values["person"] == target
	case "person_merges":
		return row.Values["into_person"] == target
	case "credentials", "role_grants":
		return row.Before != nil && row.Values["revoked_at"] != "0"
	case "persons":
		return row.Before != nil && row.Values["employment_status"] == string(model.EmploymentEnded)
	}
	return true
}

// executed checks that what took effect had the keys of as many people as it needed, each of whom signed that request. A
// session stands for a key on a standard account only, and leaves no signature to check.
func (r *replay) executed(f ledger.Facts, class model.Class) {
	q, err := store.RequestOf(ledger.Row{Values: r.whole["requests"][f.Request.String()]})
	if err != nil || q.State != model.StateExecuted || q.Leaf != f.Index {
		r.find(f.Index, "%s took effect without a request", f.Kind)
		return
	}
	if q.Command.Kind != f.Kind || q.Command.Account != f.Account || q.Need.Keys != f.Need.Keys || q.Need.Keys < 1 {
		r.find(f.Index, "what took effect is not what was requested")
	}
	for _, row := range f.Rows {
		account, ok := row.Values["account"]
		if ok && row.Table != "requests" && row.Table != "person_accounts" && account != f.Account.String() {
			r.find(f.Index, "%s of account %d took effect on account %s, in %s %s", f.Kind, f.Account, account, row.Table, row.Key)
		}
	}
	r.lifts(f)
	for _, row := range f.Rows {
		if row.Table == "erasures" && !r.erasable(q.Command, row.Key) {
			r.find(f.Index, "it erased the private part of entry %s, which it was not asked to", row.Key)
		}
	}
	group := q.Command.Info().Group
	bySession := q.Need.Keys == 1 && q.Command.Account != 0 && class == model.ClassStandard && group != model.GroupGovern
	people := map[model.ID]bool{}
	for _, k := range f.Keys {
		switch {
		case k.Owner && (group != model.GroupTakeover || class != model.ClassStandard || q.Target.Strictest != model.ClassStandard || len(f.Keys) < 2):
			r.find(f.Index, "%s took effect with the owner's key, which does not count on it", f.Kind)
		case k.Session && bySession || k.Owner == (k.Person == noPerson) && r.signed[q.ID][k.Person]:
			people[k.Person] = true
		default:
			r.find(f.Index, "%s took effect with a key of %d, who has not signed it", f.Kind, k.Person)
		}
	}
	if len(people) < q.Need.Keys {
		r.find(f.Index, "%s took effect with %d of %d keys", f.Kind, len(people), q.Need.Keys)
	}
	gives := func(row ledger.Row) bool {
		return empowers(row) && (row.Table != "erasures" || f.Kind != model.CmdPurge)
	}
	harms := group == model.GroupDarken || group == model.GroupSilence || group == model.GroupTakeover
	if len(people) < 2 && (harms && class.Protected() && !briefLock(f) || slices.ContainsFunc(f.Rows, gives)) {
		r.find(f.Index, "%s took effect with %d keys: whatever it asked for, that takes two (laws 1 and 2)", f.Kind, len(people))
	}
}

// erasable reports whether a command erases the private part of an entry: the one that it names, or with a purged account
// those by which its e-mail address was changed.
func (r *replay) erasable(cmd model.Command, entry string) bool {
	if cmd.Kind != model.CmdPurge {
		return entry == cmd.Params["entry"]
	}
	index, err := strconv.ParseInt(entry, 10, 64)
	if err != nil {
		return false
	}
	facts, err := r.factsOf(index)
	return err == nil && facts.Kind == model.CmdChangeEmail && facts.Account == cmd.Account
}

// empowers reports whether a row gives somebody more than they had: a role, a login, a credential, an account of theirs, a
// longer employment, an easier account, fewer accounts that become protected; or takes evidence away.
func empowers(row ledger.Row) bool {
	switch row.Table {
	case "role_grants", "credentials":
		return row.Before == nil || row.Values["revoked_at"] == "0"
	case "person_accounts", "erasures":
		return row.Before == nil
	case "persons":
		was, err1 := store.PersonOf(ledger.Row{Values: row.Before})
		is, err2 := store.PersonOf(row)
		return row.Before != nil && (err1 != nil || err2 != nil || guard.EasierEmployment(was.Employment, is.Employment))
	case "logins":
		return true // it is new, or goes to another person
	case "account_classes":
		return row.Before != nil && model.Class(row.Values["class"]).Rank() < model.Class(row.Before["class"]).Rank()
	case "settings":
		was, err1 := strconv.ParseInt(row.Before["value"], 10, 64)
		is, err2 := strconv.ParseInt(row.Values["value"], 10, 64)
		return err1 != nil || err2 != nil || is > was
	}
	return false
}

// classOf is an account's class as the ledger has it so far.
func (r *replay) classOf(account model.ID) model.Class {
	if row := r.whole["account_classes"][account.String()]; row != nil {
		return model.Class(row["class"])
	}
	return model.ClassStandard
}

// briefLock reports whether an entry locks an account for as long as law 1 excepts, and no longer.
func briefLock(f ledger.Facts) bool {
	if f.Kind != model.CmdLock {
		return false
	}
	for _, row := range f.Rows {
		if row.Table != "sanctions" {
			continue
		}
		start, err1 := strconv.ParseInt(row.Values["start_at"], 10, 64)
		end, err2 := strconv.ParseInt(row.Values["end_at"], 10, 64)
		if err1 != nil || err2 != nil || end == 0 || end-start > int64(guard.BriefLock/time.Millisecond) {
			return false
		}
	}
	return true
}
