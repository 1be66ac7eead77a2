package guard

import (
	"fmt"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// The names of the laws, as they stand in refusals, in the ledger and in tests.
const (
	LawTwoKeys        = "two_keys"
	LawNoLoneGovernor = "no_lone_governor"
	LawLeavers        = "leavers_hold_no_keys"
	LawOneHuman       = "one_human_one_key"
	LawSigned         = "signed_for_this"
	LawLedger         = "ledger_with_the_effect"
	LawNothingLost    = "nothing_is_lost_in_the_dark"
	LawDark           = "dark_is_dark_everywhere"
	LawLight          = "light_is_easier_than_dark"
	LawBounded        = "bounded_reach"
	LawClass          = "class_travels"
	LawFailClosed     = "fail_closed_for_dark"

	// LawOwnCase follows from law 4, and from knowing which accounts are whose.
	LawOwnCase = "nobody_in_their_own_case"
)

// BriefLock is the longest lock that law 1 excepts; BriefLockEvery is how often an account may have one.
const (
	BriefLock      = 15 * time.Minute
	BriefLockEvery = 24 * time.Hour
)

// twoKeys is law 1: nothing darkens, silences or takes over a protected account without the keys of at least two
// different people, whatever the policy asks for. Sole exception: one lock of at most 15 minutes per account per 24
// hours.
func twoKeys(d deed, need model.Requirement) model.Requirement {
	if d.harms() && d.strictest.Protected() && !d.brief {
		need.Keys = max(need.Keys, 2)
	}
	return need
}

// neverInBulk is law 1 as well: a protected account is never in a bulk command, whatever the command.
func neverInBulk(d deed) *model.Error {
	if d.inBulk() && d.onAccount() && d.strictest.Protected() {
		return model.Refused(LawTwoKeys, "a protected account is never in a bulk command")
	}
	return nil
}

// noLoneGovernor is law 2: what makes anything easier takes at least the keys and the wait of the strictest row that
// it could help to meet. What only adds a person to the count (the role of agent, an agent's passkey) helps those who
// granted it to meet a row together with the people whose roles the row names: where all of them could be fewer people
// than the row asks for, the grant takes the row's number.
func noLoneGovernor(d deed, b *policy.Bundle, need model.Requirement) (model.Requirement, error) {
	if !d.loosens {
		return need, nil
	}
	rows, err := allRows(b)
	if err != nil {
		return need, err
	}
	asked := need
	for _, row := range rows {
		switch {
		case !d.cheap:
			need.Keys, need.Wait = max(need.Keys, row.Keys), max(need.Wait, row.Wait)
		case party(asked, row, d.several) < row.Keys:
			need.Keys = max(need.Keys, row.Keys)
		}
	}
	return need, nil
}

// party is how few people could grant somebody a place in the count and then meet a row with that place filled: each
// role that grant or row names is another person, unless somebody holds several.
func party(grant, row model.Requirement, several bool) int {
	if several {
		return max(grant.Keys, len(row.Roles))
	}
	return max(grant.Keys, len(roleUnion(grant.Roles, row.Roles)))
}

// fewTakings is law 2 for what tightens: one person alone takes something from a few people a day, which stops whoever has
// to be stopped. To empty the desk, so that nobody is left who could restore, takes two.
func fewTakings(d deed, need model.Requirement) model.Requirement {
	if d.takes() && d.taken >= TakenAlone {
		need.Keys = max(2, need.Keys)
	}
	return need
}

// takes reports whether the command takes something from a person: employment, a role, a passkey.
func (d deed) takes() bool {
	return d.row == policy.RowTighten && d.info.Target == model.TargetPerson
}

// TakenAlone is from how many people one person may take something alone within a day (law 2).
const (
	TakenAlone = 3
	takingDay  = 24 * time.Hour
)

// sealedKeys is law 2 for the day on which the people who could sign have lost their keys: a passkey that the recovery keys
// ask for takes as many of them as the network set, and no fewer than any row of the table asks people for; its wait is
// public, and longer than any row's.
func sealedKeys(threshold int, rows []model.Requirement) (keys int, wait time.Duration) {
	keys, wait = max(threshold, recovery.MinThreshold), RecoveryWait
	for _, row := range rows {
		keys, wait = max(keys, row.Keys), max(wait, row.Wait)
	}
	return keys, wait
}

// notOneself is the other half of law 2: nobody's key counts on what gives that very person more.
func notOneself(d deed, signer model.ID) *model.Error {
	if d.loosens && (d.cmd.Person == signer || d.mapping.from.ID == signer) {
		return model.Refused(LawNoLoneGovernor, "nobody signs for what concerns their own role, employment, logins or credentials")
	}
	return nil
}

// leaversHoldNoKeys is law 3: from the moment a person is on notice, or 14 days before a known end date, that person
// neither asks for nor signs anything on a protected account, nor what governs, freezes, restores or decides an appeal.
// A contractor without an end date counts as a leaver. What is scheduled dies with the notice of whoever stands behind it,
// on whatever account.
func leaversHoldNoKeys(d deed, p model.Person, now time.Time) *model.Error {
	if p.Employment.Ended(now) {
		return model.Refused(LawLeavers, "the employment has ended")
	}
	if !p.Employment.Leaver(now) {
		return nil
	}
	switch d.info.Group {
	case model.GroupGovern, model.GroupLight, model.GroupAppeal:
	default:
		if !d.strictest.Protected() && !d.scheduled() {
			return nil
		}
	}
	why := "a person who is leaving"
	switch e := p.Employment; {
	case e.Status == model.EmploymentNotice:
		why = "a person on notice"
	case e.Kind == model.Contractor && e.EndsAt.IsZero():
		why = "a contractor without an end date"
	case !e.EndsAt.IsZero():
		why = "a person whose employment ends on " + e.EndsAt.Format(time.DateOnly)
	}
	if d.scheduled() {
		return model.Refused(LawLeavers, "%s neither schedules anything nor turns a key on what is scheduled", why)
	}
	return model.Refused(LawLeavers, "%s turns no key on this", why)
}

// oneHuman is law 4: keys count by person, and whoever requested a person's role or credential within the last 30 days
// counts as the same human as that person. So does whoever sent the invitation that the passkey was made with: its
// token may never have left their hands.
func oneHuman(p model.Person, credentials []model.Credential, now time.Time) approval.Holder {
	h := approval.Holder{Person: p.ID, Roles: p.RoleSet(), Team: p.Team}
	since := now.Add(-model.SponsorWindow)
	for _, g := range p.Grants {
		if g.GrantedAt.After(since) {
			h.SameAs = append(h.SameAs, g.Sponsor)
		}
	}
	for _, c := range credentials {
		if c.EnrolledAt.After(since) {
			h.SameAs = append(h.SameAs, c.Sponsor, c.InvitedBy)
		}
	}
	slices.Sort(h.SameAs)
	h.SameAs = slices.Compact(h.SameAs)
	h.SameAs = slices.DeleteFunc(h.SameAs, func(sponsor model.ID) bool { return sponsor == 0 || sponsor == p.ID })
	return h
}

// stake is what somebody has to do with the account or the case that a command is about.
type stake int

const (
	noStake     stake = iota
	hasReported       // an account that was ever theirs has reported on the case
	isTarget          // the account was ever theirs
)

// nobodyInTheirOwnCase keeps one human from being on two sides: whose account it is, or ever was, decides nothing about
// it, and who has reported it neither asks for nor signs anything on that case. A reporter may still restore, since that
// makes lighter what the report wanted darker.
func nobodyInTheirOwnCase(d deed, s stake) *model.Error {
	switch {
	case s == isTarget:
		return model.Refused(LawOwnCase, "nobody decides about an account that is, or was, their own")
	case s == hasReported && d.cmd.Kind != model.CmdRestore:
		return model.Refused(LawOwnCase, "nobody decides a case in which they have reported")
	}
	return nil
}

// oneKey is the first half of law 4: a person's second key on a request, by whatever login, does not count.
func oneKey(turned []model.Key, p model.ID) *model.Error {
	if slices.ContainsFunc(turned, func(k model.Key) bool { return k.Person == p }) {
		return &model.Error{Kind: model.KindConflict, Law: LawOneHuman,
			Message: "you have turned your key on this request already: a person counts once, whatever their logins"}
	}
	return nil
}

// signedForThis is law 5: a key is a WebAuthn signature, by a credential that the person holds, over this very request.
// A session alone stands for a key only on a standard account where one key is asked for.
func (g *Guard) signedForThis(d deed, q model.Request, need model.Requirement, k model.Key, held []model.Credential) *model.Error {
	if k.Credential == 0 {
		if d.onAccount() && d.strictest == model.ClassStandard && need.Keys == 1 && d.info.Group != model.GroupGovern {
			return nil
		}
		return model.Refused(LawSigned, "a signature with a passkey is needed: a sign-in alone is no key here")
	}
	i := slices.IndexFunc(held, func(c model.Credential) bool { return c.ID == k.Credential })
	if i < 0 || held[i].Person != k.Person {
		return model.Refused(LawSigned, "the passkey is not one of this person's, or was revoked")
	}
	if k.SignedAt.After(k.ExpiresAt) {
		return model.Refused(LawSigned, "the signature came too late: ask for a new challenge")
	}
	head := ledger.Head{Size: k.HeadSize}
	copy(head.Root[:], k.HeadHash)
	challenge, err := approval.Challenge(q, k.Person, k.ExpiresAt, head)
	if err != nil {
		return &model.Error{Kind: model.KindForbidden, Law: LawSigned, Message: "the request cannot be signed", Err: err}
	}
	if err := g.rp.VerifyAssertion(challenge, held[i].PublicKey, k.Assertion); err != nil {
		return &model.Error{Kind: model.KindForbidden, Law: LawSigned, Message: "the signature is not for this request", Err: err}
	}
	return nil
}

// ledgerWithTheEffect is law 6: no effect without its entry. It checks, before a transaction that changes anything
// commits, that the entry says what was done, by whom and under which policy.
func ledgerWithTheEffect(f ledger.Facts, rows []ledger.Row) *model.Error {
	if f.Event == "" || len(rows) > 0 && f.Kind == "" || f.Actor != 0 && f.Policy == "" {
		return model.Refused(LawLedger, "the ledger's entry does not say what was done")
	}
	return nil
}

// nothingIsLost is law 7: darkening and silencing write sanctions and the guard's own books, and touch no post, follow,
// list or counter. A purge writes down that content is to be erased; what erases it comes after.
func nothingIsLost(d deed, rows []ledger.Row) *model.Error {
	if d.info.Group != model.GroupDarken && d.info.Group != model.GroupSilence {
		return nil
	}
	for _, row := range rows {
		switch row.Table {
		case "sanctions", "requests", "request_keys", "charges", "freezes":
		case "purges", "erasures":
			if d.cmd.Kind != model.CmdPurge {
				return model.Refused(LawNothingLost, "only a purge erases")
			}
		default:
			return model.Refused(LawNothingLost, "a darkening may not change %s", row.Table)
		}
	}
	return nil
}

// heldInTheDark is the rest of law 7: content is erased only after a hold in the dark, without a break, in which it could
// have been brought back.
func heldInTheDark(d deed, hold time.Duration, now time.Time) *model.Error {
	switch {
	case d.cmd.Kind != model.CmdPurge:
	case d.darkSince.IsZero():
		return model.Refused(LawNothingLost, "the account is not dark: content is erased only after %s in the dark without a break", days(hold))
	case now.Sub(d.darkSince) < hold:
		return model.Refused(LawNothingLost, "the account is dark since %s: content is erased after %s in the dark, from %s on", d.darkSince.Format(time.RFC3339),
			days(hold), d.darkSince.Add(hold).Format(time.RFC3339))
	}
	return nil
}

// days writes a hold in days where it is whole ones.
func days(d time.Duration) string {
	if day := 24 * time.Hour; d%day == 0 {
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}

// darkEverywhere is law 8: whatever changes what may be seen is announced in the transaction that changes it, for this
// node's memory before the call returns and for every other node's feed.
func darkEverywhere(rows []ledger.Row, announced []model.ID) *model.Error {
	for _, row := range rows {
		if row.Table == "sanctions" && !slices.ContainsFunc(announced, func(id model.ID) bool {
			return id.String() == row.Values["account"]
		}) {
			return model.Refused(LawDark, "a change of what may be seen was not announced")
		}
	}
	return nil
}

// lightIsEasier is law 9: within an hour of a darkening one key of anyone who may restore undoes it, without wait:
// once per account and case, a bounded number of times per person and day, and not where the ground is legal. Later, or
// again, restoring takes the keys that the darkening took. What took effect without valid keys is undone by one key at
// any time; so is a lock that law 1 excepts.
func lightIsEasier(made sanctionMade, history undoHistory, now time.Time) (need model.Requirement, undo bool) {
	one := model.Requirement{Keys: 1}
	if !made.validKeys || made.brief {
		return one, false
	}
	if now.Sub(made.sanction.Start) <= UndoWindow && !made.legal && history.onCase == 0 && history.byPerson < UndoPerDay {
		return one, true
	}
	again := made.need
	again.Wait = 0
	again.Keys = max(again.Keys, 1)
	return again, false
}

// inDoubt is where laws 9 and 12 meet. Where the policy in force cannot say who may do something nobody may, but
// restore: that is then for those who restore by their office.
func inDoubt(d deed, p model.Person, why string) *model.Error {
	if d.cmd.Kind == model.CmdRestore && restoresByOffice(p) {
		return nil
	}
	return model.Refused(LawFailClosed, "%s", why)
}

func restoresByOffice(p model.Person) bool {
	return p.Has(model.RoleLead) || p.Has(model.RoleSecurity) || p.Has(model.RoleGovernmentAffairs)
}

// boundedReach is law 10: what is darkened is charged in full to the requester and to every key-holder, over sliding
// windows of an hour and a day.
func boundedReach(d deed, b *policy.Bundle, p model.Person, used budgetUse) *model.Error {
	if d.info.Group != model.GroupDarken {
		return nil
	}
	budget := b.Budget(p.RoleSet()...)
	reach := d.reach()
	switch {
	case used.hour.count+1 > budget.AccountsPerHour, used.day.count+1 > budget.AccountsPerDay:
		return model.Refused(LawBounded, "%s has darkened %d accounts this hour and %d today, of %d and %d",
			p.Name, used.hour.count, used.day.count, budget.AccountsPerHour, budget.AccountsPerDay)
	case used.hour.reach+reach > budget.ReachPerHour, used.day.reach+reach > budget.ReachPerDay:
		return model.Refused(LawBounded, "%s followers would lose sight of this account, %s the daily budget of %s, which is %s (%s an hour): of that %s are used (%s this hour)",
			model.Count(reach), model.Share(reach, budget.ReachPerDay), p.Name, model.Count(budget.ReachPerDay),
			model.Count(budget.ReachPerHour), model.Count(used.day.reach), model.Count(used.hour.reach))
	}
	return nil
}

// WhileFrozen is why something is refused in a freeze, whoever asks.
const WhileFrozen = "a freeze is on: nothing is darkened, silenced or taken over until it ends"

// frozen is the other half of law 10: in a freeze nothing that it covers darkens, silences or takes over.
func frozen(d deed, freezes []store.Freeze, now time.Time) *model.Error {
	if !d.harms() {
		return nil
	}
	for _, f := range freezes {
		if f.Active(now) && (f.Scope == store.FreezeAll || d.strictest.Protected()) {
			return &model.Error{Kind: model.KindFrozen, Law: LawBounded,
				Message: WhileFrozen}
		}
	}
	return nil
}

// classTravels is law 11: the account's class covers whatever is the account's. A lowered class keeps its old
// requirements for 7 days (law 2).
func classTravels(c store.AccountClass, now time.Time) model.Class {
	if !c.LoweredAt.IsZero() && now.Sub(c.LoweredAt) < LoweredFor && c.LoweredFrom.Rank() > c.Class.Rank() {
		return c.LoweredFrom
	}
	return c.Class
}

// LoweredFor is how long a lowered class keeps its old requirements.
const LoweredFor = 7 * 24 * time.Hour

// reachesHighProfile is the rise of law 11 and DESIGN's words: an account with so many followers is high_profile by
// itself. One that staff lowered from there was decided on: only staff raise it again.
func reachesHighProfile(c store.AccountClass, followers, at int64) bool {
	high := model.ClassHighProfile.Rank()
	return followers >= at && c.Class.Rank() >= 0 && c.Class.Rank() < high && c.LoweredFrom.Rank() < high
}

// doubts are the reasons to doubt what a sitting decides.
type doubts struct {
	last   time.Time // the latest time of any entry of the ledger
	jumped bool      // the clock was set forward by over maxJump
	rows   string    // why the database is not taken for what the ledger says
}

// failClosed is law 12: any doubt while deciding refuses darkening, silencing, takeover, governing, and looking at what is
// private. The clock is in doubt when it is before the ledger's last entry, or was set forward by over a minute; so are the
// rows that everything is decided by, while the watch finds that they are not what the ledger says.
func failClosed(d deed, now time.Time, doubt doubts) *model.Error {
	if !d.harms() && d.info.Group != model.GroupGovern && d.info.Group != model.GroupPrivate {
		return nil
	}
	switch {
	case now.Before(doubt.last):
		return model.Refused(LawFailClosed, "the clock is behind the ledger's last entry (%s)", doubt.last.Format(time.RFC3339))
	case doubt.jumped:
		return model.Refused(LawFailClosed, "the clock was set forward by more than a minute, or the machine slept: set it right, then restart the server")
	case doubt.rows != "":
		return model.Refused(LawFailClosed, "%s", doubt.rows)
	case d.onAccount() && d.strictest.Rank() < 0:
		return model.Refused(LawFailClosed, "the account's class %q is not known", d.strictest)
	}
	return nil
}

// historyStands is law 12 for a store that was rolled back or rewritten: it takes no privileged write at all, the entry
// of a refusal neither, but for restoring (law 9).
func historyStands(broken string, kind model.CommandKind) error {
	if broken == "" || kind == model.CmdRestore {
		return nil
	}
	return &model.Error{Kind: model.KindUnavailable, Law: LawFailClosed, Message: "privileged writes are stopped: " + broken}
}
