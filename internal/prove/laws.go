package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/reference"
)

// checks are what every step is held to, and which laws each is about.
func checks() []func(step) *Violation {
	return []func(step) *Violation{executions, harmsHaveCause, gainsHaveCause, leaversAreOut, effectHasEntry, nothingLost, everybodyIsTold,
		darkeningIsCharged, budgetsHold, freezesHold, freezesLapse, vetoesAreFew}
}

// LawsChecked are the laws that the checks are about. Of law 7 it is that members' own rows stay, of law 8 that what is
// kept in memory is told, of law 12 the clock: tests of their own do the rest.
func LawsChecked() []string {
	return []string{guard.LawTwoKeys, guard.LawNoLoneGovernor, guard.LawLeavers, guard.LawOneHuman, guard.LawSigned, guard.LawLedger,
		guard.LawNothingLost, guard.LawDark, guard.LawLight, guard.LawBounded, guard.LawClass, guard.LawFailClosed}
}

// added are the rows of a table that were not there before.
func (s step) added(table string) []row {
	var rows []row
	for _, r := range s.after.tables[table] {
		if !slices.ContainsFunc(s.before.tables[table], func(b row) bool { return key(table, b) == key(table, r) }) {
			rows = append(rows, r)
		}
	}
	return rows
}

// executed is the entry that executed a request in this step.
func (s step) executed(request model.ID) (ledger.Facts, bool) {
	for _, f := range s.entries {
		if f.Event == ledger.EventExecuted && f.Request == request {
			return f, true
		}
	}
	return ledger.Facts{}, false
}

// harmsHaveCause is the other side of law 1: every sanction is what a request did that executions has looked at.
func harmsHaveCause(s step) *Violation {
	for _, r := range s.added("sanctions") {
		f, ok := s.executed(r.id("request"))
		if !ok || string(f.Kind) != r["kind"] || f.Account != r.id("account") {
			return broken(guard.LawTwoKeys, "a %s is on account %s that no request put there", r["kind"], r["account"])
		}
	}
	return nil
}

// gainsHaveCause is the other side of law 2: whatever gives somebody something is what a request did.
func gainsHaveCause(s step) *Violation {
	for _, table := range []string{"persons", "role_grants", "logins", "credentials", "policies", "settings", "person_accounts", "person_merges"} {
		for _, r := range s.added(table) {
			if !slices.ContainsFunc(s.entries, func(f ledger.Facts) bool { return f.Event == ledger.EventExecuted && f.Index == r.number("leaf") }) {
				return broken(guard.LawNoLoneGovernor, "%s has a new row that no request put there: %v", table, r)
			}
		}
	}
	return nil
}

// leaversAreOut is the rest of law 3, once what is due is done: a leaver has nothing open on what is protected or governs,
// and whose employment has ended has no passkey left.
func leaversAreOut(s step) *Violation {
	if !s.ranDue {
		return nil
	}
	for _, p := range s.after.tables["persons"] {
		e := s.after.employment(p.id("id"))
		if !reference.Leaver(e, s.after.now) {
			continue
		}
		for _, q := range s.after.where("requests", "requester", p.id("id")) {
			group := model.Command{Kind: model.CommandKind(q["kind"])}.Info().Group
			covered := s.after.strictest(s.past, q.id("account")).Protected() || group == model.GroupGovern || group == model.GroupLight ||
				strings.Contains(q["params"], `"at":`)
			if model.RequestState(q["state"]).Open() && covered {
				return broken(guard.LawLeavers, "%s is leaving and has a %s open", p["name"], q["kind"])
			}
		}
		if e.Status != model.EmploymentEnded && (e.EndsAt.IsZero() || s.after.now.Before(e.EndsAt)) {
			continue
		}
		for _, c := range s.after.where("credentials", "person", p.id("id")) {
			if c.number("revoked_at") == 0 {
				return broken(guard.LawLeavers, "the employment of %s has ended and a passkey lives on", p["name"])
			}
		}
	}
	return nil
}

// effectHasEntry is law 6: each privileged row that changed says by which entry, and that entry says the same; each row
// that an entry names is so, unless a later one of the step changed it again.
func effectHasEntry(s step) *Violation {
	said := map[string]ledger.Row{}
	at := map[string]int64{}
	for _, f := range s.entries {
		for _, r := range f.Rows {
			said[r.Table+" "+r.Key], at[r.Table+" "+r.Key] = r, f.Index
		}
	}
	for table, rows := range s.after.tables {
		before := map[string]row{}
		for _, r := range s.before.tables[table] {
			before[key(table, r)] = r
		}
		for _, r := range rows {
			name := table + " " + key(table, r)
			entry, ok := said[name]
			if maps.Equal(r, before[key(table, r)]) && !ok {
				continue
			}
			if !ok || !maps.Equal(map[string]string(r), entry.Values) || r.number("leaf") != at[name] {
				return broken(guard.LawLedger, "%s changed and no entry of the ledger says so", name)
			}
			delete(said, name)
		}
	}
	for name := range said {
		return broken(guard.LawLedger, "the ledger says that %s was written, which is not there", name)
	}
	return nil
}

// nothingLost is law 7 as far as rows go: no command touches what is members' own.
func nothingLost(s step) *Violation {
	if s.before.members != s.after.members {
		return broken(guard.LawNothingLost, "members' rows were\n%s and are\n%s", s.before.members, s.after.members)
	}
	return nil
}

// everybodyIsTold is law 8 as far as one process goes: when the call returns, what readers keep in memory has been told.
func everybodyIsTold(s step) *Violation {
	for handle, account := range s.w.accounts {
		var on []string
		for _, r := range s.after.where("sanctions", "account", account) {
			if r.number("lifted_at") == 0 {
				on = append(on, r["id"])
			}
		}
		var told []string
		for _, id := range s.w.told[account] {
			told = append(told, id.String())
		}
		slices.Sort(on)
		slices.Sort(told)
		if !slices.Equal(on, told) {
			return broken(guard.LawDark, "@%s is under %s, and readers were told of %s", handle, strings.Join(on, ", "), strings.Join(told, ", "))
		}
	}
	return nil
}

// darkeningIsCharged is law 10: each darkening is charged in full to the requester and every key-holder.
func darkeningIsCharged(s step) *Violation {
	for _, f := range s.entries {
		if f.Event != ledger.EventExecuted || (model.Command{Kind: f.Kind}).Info().Group != model.GroupDarken {
			continue
		}
		a, err := s.w.store.Account(s.w.ctx, f.Account)
		if err != nil {
			return broken(guard.LawBounded, "reading the account that was darkened: %v", err)
		}
		people := []model.ID{s.after.find("requests", f.Request).id("requester")}
		for _, k := range f.Keys {
			people = append(people, k.Person)
		}
		for _, p := range people {
			if !slices.ContainsFunc(s.after.where("charges", "request", f.Request), func(c row) bool {
				return c.id("person") == p && c.number("reach") == a.Followers
			}) {
				return broken(guard.LawBounded, "%s of @%s was not charged to %s", f.Kind, a.Handle, s.after.find("persons", p)["name"])
			}
		}
	}
	return nil
}

// budgetsHold is law 10: nobody has darkened more than the budget of anybody in these worlds, nor all together more than
// the breaker lets through.
func budgetsHold(s step) *Violation {
	if len(s.added("charges")) == 0 {
		return nil
	}
	for _, p := range s.after.tables["persons"] {
		hour, day := 0, 0
		for _, c := range s.after.where("charges", "person", p.id("id")) {
			age := s.after.now.Sub(c.time("at"))
			if c["kind"] == string(model.CmdRestore) || age >= 24*time.Hour {
				continue
			}
			day++
			if age < time.Hour {
				hour++
			}
		}
		if hour > budgetHour || day > budgetDay {
			return broken(guard.LawBounded, "%s has darkened %d accounts in an hour and %d in a day, of %d and %d", p["name"], hour, day, budgetHour, budgetDay)
		}
	}
	recent := map[string]bool{}
	for _, c := range s.after.tables["charges"] {
		if c["kind"] != string(model.CmdRestore) && s.after.now.Sub(c.time("at")) < breakerFor {
			recent[c["request"]] = true
		}
	}
	if len(recent) > breakerAt {
		return broken(guard.LawBounded, "%d darkenings within %s, and the breaker lets %d through", len(recent), breakerFor, breakerAt)
	}
	return nil
}

// freezesHold is law 10: in a freeze nothing that it covers is done.
func freezesHold(s step) *Violation {
	for _, f := range s.entries {
		switch group := (model.Command{Kind: f.Kind}).Info().Group; {
		case f.Event != ledger.EventExecuted, group != model.GroupDarken && group != model.GroupSilence && group != model.GroupTakeover:
			continue
		}
		for _, z := range s.before.tables["freezes"] {
			on := z.number("ended_at") == 0 && (z.number("ends_at") == 0 || f.Time.Before(z.time("ends_at")))
			if on && (z["scope"] == "all" || s.before.strictest(s.past, f.Account).Protected()) {
				return broken(guard.LawBounded, "%s took effect in a freeze", f.Kind)
			}
		}
	}
	return nil
}

// freezesLapse is law 10: by one person's word a freeze lasts half an hour a day; what lasts longer two have said.
func freezesLapse(s step) *Violation {
	alone := map[model.ID][]time.Time{}
	for _, z := range s.after.tables["freezes"] {
		by, confirmed := z.id("started_by"), z.id("confirmed_by")
		switch {
		case confirmed != 0 && (confirmed == by || len(s.two(by, confirmed)) < 2):
			return broken(guard.LawBounded, "a freeze was confirmed by whoever began it")
		case confirmed == 0 && (z.number("ends_at") == 0 || z.time("ends_at").Sub(z.time("started_at")) > 30*time.Minute):
			return broken(guard.LawBounded, "a freeze that nobody confirmed lasts longer than 30 minutes")
		case confirmed == 0 && by != 0:
			for _, other := range alone[by] {
				if z.time("started_at").Sub(other).Abs() < 24*time.Hour-time.Minute {
					return broken(guard.LawBounded, "%s has begun two freezes within a day that nobody confirmed", s.after.find("persons", by)["name"])
				}
			}
			alone[by] = append(alone[by], z.time("started_at"))
		}
	}
	return nil
}

// two are the humans that two people are.
func (s step) two(a, b model.ID) []reference.Human {
	return reference.Humans([]reference.Signer{{Person: a, Sponsors: s.after.sponsors(a, s.after.now)}, {Person: b, Sponsors: s.after.sponsors(b, s.after.now)}})
}

// vetoesAreFew is law 10: a person's second veto on one case does not count.
func vetoesAreFew(s step) *Violation {
	seen := map[string]string{}
	for _, v := range s.after.tables["vetoes"] {
		q := s.after.find("requests", v.id("request"))
		if q == nil || q.number("case_id") == 0 {
			continue
		}
		who := fmt.Sprint(v["person"], " on ", q["case_id"], " ", q["state"])
		if seen[who] != "" {
			return broken(guard.LawBounded, "%s has vetoed twice on one case", s.after.find("persons", v.id("person"))["name"])
		}
		seen[who] = v["request"]
	}
	return nil
}
