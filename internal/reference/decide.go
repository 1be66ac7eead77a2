package reference

import (
	"slices"
	"time"

	"keyturn/internal/model"
)

// Question is who wants to do what: parameters that matter are named, not in text.
type Question struct {
	Person  model.ID
	Kind    model.CommandKind
	Account model.ID      // for commands on accounts
	Target  model.ID      // for commands on people
	For     time.Duration // of a lock; zero: until it is lifted
	Loosens bool          // for commands that govern: it makes something easier …
	Agent   bool          // … and that is no more than an agent's role
	Against model.ID      // for deciding an appeal: the sanction that it is against …
	Grants  bool          // … and which it lifts
}

// Answer is what would become of it.
type Answer struct {
	Refused bool
	Need    model.Requirement
	Counts  bool // the person's own key would
	Alone   bool // and would be enough
}

var (
	moderators = []model.Role{model.RoleAgent, model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs}
	governors  = []model.Role{model.RoleAdmin, model.RoleSecurity, model.RoleLead}
)

// Decide answers a question.
func (w World) Decide(q Question) Answer {
	who, on := w.People[q.Person], w.Accounts[q.Account]
	class, group := on.Strictest(w.Now), model.Command{Kind: q.Kind}.Info().Group
	switch {
	case gone(who.Employment, w.Now), Leaver(who.Employment, w.Now) && (class.Protected() || !onAccounts(group)),
		!anyOf(who.Roles, mayAsk(group, q.Kind)),
		harms(group) && w.frozen(class),
		group == model.GroupAppeal && slices.Contains(on.sanction(q.Against).By, q.Person):
		return Answer{Refused: true}
	}
	a := Answer{Need: w.need(q, on, class)}
	if group == model.GroupDarken && !w.affords(who, on.Followers) {
		return Answer{Refused: true}
	}
	a.Counts = anyOf(who.Roles, maySign(group, q.Kind, class)) && who.Passkeys > 0 && !(q.Loosens && q.Target == q.Person) &&
		(q.Kind != model.CmdFreeze || w.mayFreeze(q.Person))
	a.Alone = a.Counts && Met(a.Need, []Human{{Roles: who.Roles, Team: who.Team}})
	return a
}

func onAccounts(g model.Group) bool {
	return harms(g) || g == model.GroupNotice || g == model.GroupPrivate
}

func harms(g model.Group) bool {
	return g == model.GroupDarken || g == model.GroupSilence || g == model.GroupTakeover
}

func mayAsk(g model.Group, kind model.CommandKind) []model.Role {
	if g == model.GroupGovern || kind == model.CmdFreeze {
		return governors
	}
	return moderators
}

func maySign(g model.Group, kind model.CommandKind, class model.Class) []model.Role {
	if kind == model.CmdRestore && class.Rank() > model.ClassVerified.Rank() {
		return moderators[1:] // agents restore what is standard or verified
	}
	return mayAsk(g, kind)
}

func anyOf(has, of []model.Role) bool {
	return slices.ContainsFunc(has, func(r model.Role) bool { return slices.Contains(of, r) })
}

func (w World) frozen(class model.Class) bool {
	return slices.ContainsFunc(w.Freezes, func(f Freeze) bool {
		return (f.All || class.Protected()) && f.on(w.Now)
	})
}

// mayFreeze is law 10 for a freeze of the protected: whoever began one within a day that nobody confirmed begins no other,
// but may confirm somebody else's.
func (w World) mayFreeze(who model.ID) bool {
	begun := false
	for _, f := range w.Freezes {
		if f.on(w.Now) && !f.All && !f.Confirmed && f.By != 0 && f.By != who {
			return true
		}
		begun = begun || f.By == who && !f.Confirmed && w.Now.Sub(f.Begun) < 24*time.Hour
	}
	return !begun
}

// need is the row of the table, or what law 9 says of restoring.
func (w World) need(q Question, on Account, class model.Class) model.Requirement {
	switch group := (model.Command{Kind: q.Kind}).Info().Group; {
	case q.Kind == model.CmdRestore:
		return w.toRestore(on, w.People[q.Person])
	case q.Kind == model.CmdDecideAppeal && q.Grants:
		return both(w.Table["decide_appeal"][class], w.toLift(on.sanction(q.Against), on, w.People[q.Person]))
	case q.Kind == model.CmdLock && q.For != 0 && q.For <= 15*time.Minute && !recent(on.BriefLocks, w.Now, 24*time.Hour):
		return w.Table["lock_brief"][class]
	case q.Kind == model.CmdUnfreeze:
		return w.Table["unfreeze"][class]
	case group == model.GroupTakeover:
		return w.Table["takeover"][class]
	case group == model.GroupGovern && !q.Loosens && q.Target != 0 && w.People[q.Person].othersTakenFrom(q.Target, w.Now) >= 3:
		need := w.Table["tighten"][class]
		need.Keys = max(need.Keys, 2)
		return need
	case group == model.GroupGovern && !q.Loosens:
		return w.Table["tighten"][class]
	case group == model.GroupGovern && q.Agent:
		need := w.Table["grant_agent"][class]
		if w.somebodyHoldsSeveral() {
			// Two people could grant, hold every role that a row of three keys names, and fill its third place.
			need.Keys = 3
		}
		return need
	case group == model.GroupGovern:
		return w.Table["loosen"][class]
	}
	return w.Table[string(q.Kind)][class]
}

func (w World) somebodyHoldsSeveral() bool {
	for _, p := range w.People {
		if len(p.Roles) > 1 && p.Employment.Status != model.EmploymentEnded {
			return true
		}
	}
	return false
}

// othersTakenFrom counts from whom, but for one, somebody has taken something within a day.
func (p Person) othersTakenFrom(but model.ID, now time.Time) int {
	others := map[model.ID]bool{}
	for _, t := range p.TakenFrom {
		if t.From != but && now.Sub(t.At) < 24*time.Hour {
			others[t.From] = true
		}
	}
	return len(others)
}

func recent(times []time.Time, now time.Time, within time.Duration) bool {
	return slices.ContainsFunc(times, func(t time.Time) bool { return now.Sub(t) < within })
}

// toRestore is law 9 over everything that is on the account: the most that any of it takes.
func (w World) toRestore(on Account, who Person) model.Requirement {
	need := model.Requirement{Keys: 1, Teams: 1}
	for _, s := range on.Sanctions {
		if over := !s.End.IsZero() && !w.Now.Before(s.End); !over {
			need = both(need, w.toLift(s, on, who))
		}
	}
	return need
}

// toLift is law 9 for one sanction.
func (w World) toLift(s Sanction, on Account, who Person) model.Requirement {
	undone := 0
	for _, at := range who.Undone {
		if !at.Before(w.Now.Add(-24 * time.Hour)) {
			undone++
		}
	}
	soon := w.Now.Sub(s.At) <= time.Hour && !s.Legal && !slices.Contains(on.Undone, s.Case) && undone < 20
	if s.Brief || soon {
		return model.Requirement{Keys: 1, Teams: 1}
	}
	return model.Requirement{Keys: s.Took.Keys, Roles: s.Took.Roles, Teams: s.Took.Teams}
}

// both asks for what each of two requirements asks for.
func both(a, b model.Requirement) model.Requirement {
	need := model.Requirement{Keys: max(a.Keys, b.Keys), Teams: max(a.Teams, b.Teams), Wait: max(a.Wait, b.Wait)}
	for _, r := range slices.Concat(a.Roles, b.Roles) {
		if !slices.Contains(need.Roles, r) {
			need.Roles = append(need.Roles, r)
		}
	}
	need.Keys = max(need.Keys, len(need.Roles))
	return need
}

// sanction is the one with an ID that is on the account.
func (a Account) sanction(id model.ID) Sanction {
	for _, s := range a.Sanctions {
		if s.ID == id {
			return s
		}
	}
	return Sanction{}
}

// affords is law 10: the person has not darkened as much as the roles allow.
func (w World) affords(who Person, reach int64) bool {
	var most Budget
	for _, r := range who.Roles {
		b := w.Budgets[r]
		most = Budget{max(most.AccountsHour, b.AccountsHour), max(most.AccountsDay, b.AccountsDay),
			max(most.ReachHour, b.ReachHour), max(most.ReachDay, b.ReachDay)}
	}
	hour, day := Darkening{}, Darkening{}
	var hours, days int64
	for _, d := range who.Darkened {
		if age := w.Now.Sub(d.At); age <= 24*time.Hour {
			days, day.Reach = days+1, day.Reach+d.Reach
			if age <= time.Hour {
				hours, hour.Reach = hours+1, hour.Reach+d.Reach
			}
		}
	}
	return hours < most.AccountsHour && days < most.AccountsDay && hour.Reach+reach <= most.ReachHour && day.Reach+reach <= most.ReachDay
}
