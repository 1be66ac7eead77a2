package prove_test

import "keyturn/internal/guard"

// mutant is the program with one law taken out, or a part of one.
type mutant struct {
	law      string
	what     string
	file     string // below internal/, without .go
	old, new string // old stands there exactly once, in a function
	rogue    string // who, and in which scene, is enough to find it
	scene    string
}

// mutants are at least one for each law.
func mutants() []mutant {
	return []mutant{
		{guard.LawTwoKeys, "a brief lock as often as one likes", "guard/params",
			"\t\tif !had {", "\t\tif !had || true {", "gov", "locked"},
		{guard.LawTwoKeys, "every account is decided as if it were standard", "guard/requirement",
			"b.Requirement(d.row, d.strictest)", "b.Requirement(d.row, \"standard\")", "gov", "first"},
		{guard.LawNoLoneGovernor, "lowering a class counts as tightening", "guard/params",
			"d.loosens = to.Rank() < d.class.Rank()", "d.loosens = false", "gov", "first"},
		{guard.LawNoLoneGovernor, "nobody minds who signs for themselves", "guard/laws",
			"d.loosens && (d.cmd.Person == signer", "d.loosens && (false", "agent", "first"},
		{guard.LawLeavers, "nobody is a leaver to the laws", "guard/laws",
			"\tif !p.Employment.Leaver(now) {\n\t\treturn nil", "\tif true {\n\t\treturn nil", "lastday", "first"},
		{guard.LawLeavers, "passkeys outlive the employment", "guard/effect_staff",
			"\tfor _, c := range credentials {", "\tfor _, c := range credentials[:0] {", "auditor", "first"},
		{guard.LawLeavers, "what is scheduled outlives the notice", "guard/laws",
			" && !d.scheduled()", "", "agent", "scheduled ban"},
		{guard.LawOneHuman, "an appeal is decided again and again", "guard/appeal",
			"case d.appeal.Decision.State != \"\":", "case d.appeal.Decision.State == \"?\":", "lead", "was rejected"},
		{guard.LawOneHuman, "sponsors are other humans", "guard/laws",
			"h.SameAs = slices.Compact(h.SameAs)", "h.SameAs = nil", "lead", "newcomer"},
		{guard.LawOneHuman, "whoever made somebody a lead counts beside them", "guard/laws",
			"if g.GrantedAt.After(since) {", "if g.GrantedAt.After(now) {", "agent", "made a lead"},
		{guard.LawOneHuman, "whoever darkens decides the appeal", "guard/appeal",
			"\t\tif !two {", "\t\tif !two && d.info.Kind == \"\" {", "lead", "first"},
		{guard.LawSigned, "any key stands", "guard/laws",
			"\tif k.Credential == 0 {\n\t\tif d.onAccount()", "\tif k.Credential != 1 {\n\t\treturn nil\n\t}\n\tif k.Credential == 0 {\n\t\tif d.onAccount()", "gov", "first"},
		{guard.LawLedger, "the entry does not say which rows changed", "store/table",
			"\tp.rows = append(p.rows, row)\n", "\tif t != personTable {\n\t\tp.rows = append(p.rows, row)\n\t}\n", "auditor", "first"},
		{guard.LawNothingLost, "a removed post is deleted", "guard/execute",
			"\treturn p.PutSanction(ctx, s)\n", "\tif s.Post != 0 {\n\t\tif err := p.DeletePost(ctx, s.Account, s.Post, p.Now()); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn p.PutSanction(ctx, s)\n", "gov", "first"},
		{guard.LawDark, "readers are not told", "store/privileged",
			"\t\tp.emit(Event{Kind: EventSanctions, Account: account, Sanctions: active})\n", "\t\t_, _ = account, active\n", "gov", "first"},
		{guard.LawLight, "restoring takes what darkening took, at once", "guard/laws",
			"now.Sub(made.sanction.Start) <= UndoWindow &&", "now.Sub(made.sanction.Start) <= 0 &&", "gov", "20 minutes"},
		{guard.LawLight, "one key restores for ever", "guard/laws",
			" && history.onCase == 0", "", "lead", "suspended again"},
		{guard.LawBounded, "a budget has no end", "guard/laws",
			"\tbudget := b.Budget(p.RoleSet()...)\n", "\tif p.ID != 0 {\n\t\treturn nil\n\t}\n\tbudget := b.Budget(p.RoleSet()...)\n", "agent", "20 minutes"},
		{guard.LawBounded, "one person freezes as often as they like", "guard/freeze",
			"\tif begun == 0 {", "\tif begun >= 0 {", "security", "has begun"},
		{guard.LawBounded, "a freeze stops nothing", "guard/laws",
			"if f.Active(now) && (f.Scope", "if !f.Active(now) && (f.Scope", "lead", "freeze is on"},
		{guard.LawBounded, "a second veto counts", "guard/stop",
			"\tif before > 0 {", "\tif before > 1 {", "lead", "after one veto"},
		{guard.LawClass, "a lowered class is lower at once", "guard/laws",
			"now.Sub(c.LoweredAt) < LoweredFor", "now.Sub(c.LoweredAt) < 0", "gov", "lowered"},
		{guard.LawFailClosed, "the clock is always right", "guard/laws",
			"case now.Before(doubt.last):", "case now.Before(doubt.last) && d.cmd.Kind == \"\":", "gov", "first"},
	}
}
