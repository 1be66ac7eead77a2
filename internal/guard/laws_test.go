package guard

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// The laws' own functions, asked what no policy that can be published and no store that is whole would ask them.

func deedOf(kind model.CommandKind, class model.Class) deed {
	cmd := model.Command{Kind: kind}
	return deed{cmd: cmd, info: cmd.Info(), class: class, strictest: class}
}

// TestLaw01TwoKeysWhateverIsAsked: for every command that harms, on every class, whatever number a policy had.
func TestLaw01TwoKeysWhateverIsAsked(t *testing.T) {
	for _, info := range model.Catalogue() {
		harms := slices.Contains([]model.Group{model.GroupDarken, model.GroupSilence, model.GroupTakeover}, info.Group)
		for _, class := range append(model.Classes(), "", "royal") {
			for asked := range 4 {
				want := asked
				if harms && class != model.ClassStandard {
					want = max(asked, 2)
				}
				if got := twoKeys(deedOf(info.Kind, class), model.Requirement{Keys: asked}).Keys; got != want {
					t.Errorf("%s on %q takes %d keys where a policy asks for %d", info.Kind, class, got, asked)
				}
			}
		}
	}
	brief := deedOf(model.CmdLock, model.ClassGovernment)
	brief.brief = true
	if got := twoKeys(brief, model.Requirement{Keys: 1}).Keys; got != 1 {
		t.Errorf("the exception takes %d keys", got)
	}
}

// TestLaw02TheShippedTable counts, for every row that somebody's place could help to meet, how few people could grant
// that place and then meet the row: never fewer than the row asks for.
func TestLaw02TheShippedTable(t *testing.T) {
	b, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	grant, err := b.Requirement(policy.RowGrantAgent, "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := allRows(b)
	if err != nil || len(rows) < 13*4+6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		if people := party(grant, row, false); people < row.Keys {
			t.Errorf("%d people grant a place and meet %s", people, policy.Words(row))
		}
	}
}

func TestLaw02Party(t *testing.T) {
	of := func(keys int, roles ...model.Role) model.Requirement {
		return model.Requirement{Keys: keys, Roles: roles}
	}
	grant := of(2, model.RoleLead, model.RoleAdmin)
	for _, tt := range []struct {
		row     model.Requirement
		several bool
		want    int
	}{
		{of(3, model.RoleLead), false, 2},
		{of(3, model.RoleLead, model.RoleGovernmentAffairs), false, 3},
		{of(3, model.RoleSecurity, model.RoleGovernmentAffairs), false, 4},
		{of(2), false, 2},
		{of(3, model.RoleLead, model.RoleGovernmentAffairs), true, 2},
		{of(3, model.RoleLead, model.RoleGovernmentAffairs, model.RoleSecurity), true, 3},
	} {
		if got := party(grant, tt.row, tt.several); got != tt.want {
			t.Errorf("%+v, several %t: %d people", tt.row, tt.several, got)
		}
	}
}

// TestLaw03EveryGroup: what a leaver may do is what is on a standard account and neither governs, restores nor decides an
// appeal.
func TestLaw03EveryGroup(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	leaver := model.Person{Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentNotice}}
	ended := model.Person{Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentEnded}}
	for _, info := range model.Catalogue() {
		for _, class := range append(model.Classes(), "") {
			d := deedOf(info.Kind, class)
			may := class == model.ClassStandard && info.Group != model.GroupGovern && info.Group != model.GroupLight && info.Group != model.GroupAppeal
			if got := leaversHoldNoKeys(d, leaver, now) == nil; got != may {
				t.Errorf("a leaver and %s on %q: %t", info.Kind, class, got)
			}
			if leaversHoldNoKeys(d, ended, now) == nil {
				t.Errorf("somebody who left may %s on %q", info.Kind, class)
			}
		}
	}
}

// TestLaw04OneHumanForThirtyDays: who asked for a role or passkey, or sent the invitation, for 30 days to the moment.
func TestLaw04OneHumanForThirtyDays(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	edge := now.Add(-30 * 24 * time.Hour)
	p := model.Person{ID: 1, Team: "a", Grants: []model.RoleGrant{
		{Role: model.RoleLead, Sponsor: 9, GrantedAt: now}, {Role: model.RoleAgent, Sponsor: 8, GrantedAt: edge.Add(time.Millisecond)},
		{Role: model.RoleAdmin, Sponsor: 7, GrantedAt: edge}, {Role: model.RoleSecurity, Sponsor: 1, GrantedAt: now}, {GrantedAt: now}}}
	held := []model.Credential{{Sponsor: 8, InvitedBy: 6, EnrolledAt: now}, {Sponsor: 5, InvitedBy: 5, EnrolledAt: edge}, {EnrolledAt: now}}
	h := oneHuman(p, held, now)
	if want := []model.ID{6, 8, 9}; !slices.Equal(h.SameAs, want) {
		t.Errorf("the same human as %v, not %v", h.SameAs, want)
	}
	if len(h.Roles) != 4 || h.Team != "a" || h.Person != 1 {
		t.Errorf("the holder is %+v", h)
	}
	if (approval.Tally(model.Requirement{Keys: 2}, []approval.Holder{h, {Person: 9}}).None()) {
		t.Error("sponsor and sponsored count as two")
	}
}

// TestLaw05SessionStandsForOneKey: of every command, on every class, whatever number is asked for.
func TestLaw05SessionStandsForOneKey(t *testing.T) {
	for _, info := range model.Catalogue() {
		onAccount := info.Target == model.TargetAccount || info.Target == model.TargetPost
		for _, class := range append(model.Classes(), "", "royal") {
			for asked := range 4 {
				want := onAccount && class == model.ClassStandard && asked == 1 && info.Group != model.GroupGovern
				e := (&Guard{}).signedForThis(deedOf(info.Kind, class), model.Request{}, model.Requirement{Keys: asked}, model.Key{Person: 1}, nil)
				if (e == nil) != want {
					t.Errorf("a session on %s of what is %q, of %d keys: %v", info.Kind, class, asked, e)
				}
			}
		}
	}
}

// TestLaw05AChallengeIsForOnePerson: what one signs is not what another would, even with one passkey.
func TestLaw05AChallengeIsForOnePerson(t *testing.T) {
	at := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	one, err1 := approval.Challenge(model.Request{}, 1, at, ledger.Head{})
	other, err2 := approval.Challenge(model.Request{}, 2, at, ledger.Head{})
	if err1 != nil || err2 != nil || bytes.Equal(one, other) {
		t.Errorf("two people sign the same: %x (%v, %v)", one, err1, err2)
	}
}

// TestLaw06TheEntrySaysWhatWasDone, or there is no effect.
func TestLaw06TheEntrySaysWhatWasDone(t *testing.T) {
	rows := []ledger.Row{{Table: "sanctions"}}
	good := ledger.Facts{Event: ledger.EventExecuted, Kind: model.CmdBan, Actor: 1, Policy: "p"}
	if e := ledgerWithTheEffect(good, rows); e != nil {
		t.Errorf("a good entry: %v", e)
	}
	for what, spoil := range map[string]func(f *ledger.Facts){
		"no event":  func(f *ledger.Facts) { f.Event = "" },
		"no kind":   func(f *ledger.Facts) { f.Kind = "" },
		"no policy": func(f *ledger.Facts) { f.Policy = "" },
	} {
		f := good
		spoil(&f)
		if e := ledgerWithTheEffect(f, rows); e == nil || e.Law != LawLedger {
			t.Errorf("%s: %v", what, e)
		}
	}
	if e := ledgerWithTheEffect(ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdSetClass}, rows); e != nil {
		t.Errorf("what nobody asked for is decided under no policy: %v", e)
	}
}

// TestLaw07OnlyItsOwnBooks: a darkening or silencing writes nothing but sanctions and the guard's own books.
func TestLaw07OnlyItsOwnBooks(t *testing.T) {
	for _, kind := range []model.CommandKind{model.CmdDeactivate, model.CmdLimit, model.CmdPurge} {
		for _, table := range append(store.PrivilegedTables(), "posts", "accounts", "follows") {
			own := slices.Contains([]string{"sanctions", "requests", "request_keys", "charges", "freezes"}, table) ||
				kind == model.CmdPurge && (table == "purges" || table == "erasures")
			e := nothingIsLost(deedOf(kind, model.ClassStandard), []ledger.Row{{Table: "sanctions"}, {Table: table}})
			if own != (e == nil) || e != nil && e.Law != LawNothingLost {
				t.Errorf("%s that changes %s: %v", kind, table, e)
			}
		}
	}
	if e := nothingIsLost(deedOf(model.CmdSetClass, model.ClassStandard), []ledger.Row{{Table: "account_classes"}}); e != nil {
		t.Errorf("what darkens nothing: %v", e)
	}
}

// TestLaw08NothingUntold: a changed sanction must be told, on the account that it is on.
func TestLaw08NothingUntold(t *testing.T) {
	rows := []ledger.Row{{Table: "requests"}, {Table: "sanctions", Values: map[string]string{"account": "7"}}}
	for _, tt := range []struct {
		told []model.ID
		ok   bool
	}{{nil, false}, {[]model.ID{8}, false}, {[]model.ID{8, 7}, true}} {
		if e := darkEverywhere(rows, tt.told); tt.ok != (e == nil) || e != nil && e.Law != LawDark {
			t.Errorf("told of %v: %v", tt.told, e)
		}
	}
}

func TestLaw09WhatLiftingTakes(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	took := model.Requirement{Keys: 3, Roles: []model.Role{model.RoleLead}, Teams: 2, Wait: time.Hour}
	fresh := sanctionMade{sanction: model.Sanction{Start: now.Add(-time.Hour)}, need: took, validKeys: true}
	change := func(f func(m *sanctionMade)) sanctionMade { m := fresh; f(&m); return m }
	for what, tt := range map[string]struct {
		made    sanctionMade
		history undoHistory
		keys    int
		undo    bool
	}{
		"within the hour":         {fresh, undoHistory{}, 1, true},
		"later":                   {change(func(m *sanctionMade) { m.sanction.Start = now.Add(-time.Hour - 1) }), undoHistory{}, 3, false},
		"legal":                   {change(func(m *sanctionMade) { m.legal = true }), undoHistory{}, 3, false},
		"once on the case":        {fresh, undoHistory{onCase: 1}, 3, false},
		"nineteen by the person":  {fresh, undoHistory{byPerson: UndoPerDay - 1}, 1, true},
		"twenty by the person":    {fresh, undoHistory{byPerson: UndoPerDay}, 3, false},
		"no valid keys, legal":    {change(func(m *sanctionMade) { m.validKeys, m.legal = false, true }), undoHistory{onCase: 1}, 1, false},
		"a brief lock, long ago":  {change(func(m *sanctionMade) { m.brief, m.sanction.Start = true, time.Time{} }), undoHistory{}, 1, false},
		"it took none, long ago":  {change(func(m *sanctionMade) { m.need, m.sanction.Start = model.Requirement{}, time.Time{} }), undoHistory{}, 1, false},
		"a clock set back by now": {change(func(m *sanctionMade) { m.sanction.Start = now.Add(time.Minute) }), undoHistory{}, 1, true},
	} {
		need, undo := lightIsEasier(tt.made, tt.history, now)
		if need.Keys != tt.keys || undo != tt.undo || need.Wait != 0 {
			t.Errorf("%s: %+v, undo %t", what, need, undo)
		}
		if tt.keys == 3 && (need.Teams != 2 || len(need.Roles) != 1) {
			t.Errorf("%s: it takes %+v, not what the darkening took", what, need)
		}
	}
}

func TestLaw10EndingTakesTwo(t *testing.T) {
	for asked, want := range map[int]int{0: 2, 1: 2, 2: 2, 5: 5} {
		if got := endingTakesTwo(deedOf(model.CmdUnfreeze, ""), model.Requirement{Keys: asked}).Keys; got != want {
			t.Errorf("an unfreeze takes %d keys where a policy asks for %d", got, asked)
		}
	}
	if got := endingTakesTwo(deedOf(model.CmdFreeze, ""), model.Requirement{Keys: 1}).Keys; got != 1 {
		t.Errorf("a freeze takes %d keys", got)
	}
}

func TestLaw10Confirmable(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	on := store.Freeze{Scope: store.FreezeAll, StartedBy: 1, EndsAt: now.Add(time.Minute)}
	change := func(f func(*store.Freeze)) store.Freeze { z := on; f(&z); return z }
	for what, f := range map[string]store.Freeze{
		"lapsed":          change(func(f *store.Freeze) { f.EndsAt = now }),
		"ended":           change(func(f *store.Freeze) { f.EndedAt = now }),
		"confirmed":       change(func(f *store.Freeze) { f.ConfirmedBy = 2 }),
		"of another kind": change(func(f *store.Freeze) { f.Scope = store.FreezeProtected }),
		"the breaker's":   change(func(f *store.Freeze) { f.StartedBy = 0 }),
	} {
		if confirmable(f, store.FreezeAll, now) {
			t.Errorf("one that is %s can be confirmed", what)
		}
	}
	if !confirmable(on, store.FreezeAll, now) {
		t.Error("one that is on cannot be confirmed")
	}
}

func TestLaw11ClassTravels(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	week := 7 * 24 * time.Hour
	for what, tt := range map[string]struct {
		c    store.AccountClass
		want model.Class
	}{
		"never lowered": {store.AccountClass{Class: "standard"}, "standard"},
		"just lowered":  {store.AccountClass{Class: "standard", LoweredFrom: "government", LoweredAt: now}, "government"},
		"almost 7 days": {store.AccountClass{Class: "standard", LoweredFrom: "government", LoweredAt: now.Add(1 - week)}, "government"},
		"7 days":        {store.AccountClass{Class: "standard", LoweredFrom: "government", LoweredAt: now.Add(-week)}, "standard"},
		"raised since":  {store.AccountClass{Class: "government", LoweredFrom: "verified", LoweredAt: now}, "government"},
		"clock back":    {store.AccountClass{Class: "standard", LoweredFrom: "government", LoweredAt: now.Add(time.Hour)}, "government"},
	} {
		if got := classTravels(tt.c, now); got != tt.want {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// TestLaw12Jumps looks at a wall clock and a monotonic one that part.
func TestLaw12Jumps(t *testing.T) {
	start := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	for what, tt := range map[string]struct {
		wall, ran time.Duration
		jumped    bool
	}{
		"together":             {time.Hour, time.Hour, false},
		"a minute ahead":       {time.Hour + time.Minute, time.Hour, false},
		"more than a minute":   {time.Hour + time.Minute + 1, time.Hour, true},
		"in small steps":       {2 * time.Hour, time.Hour, true},
		"back":                 {0, time.Hour, false},
		"the machine slept":    {9 * time.Hour, time.Second, true},
		"a real clock's first": {0, 0, false},
	} {
		c := clockWatch{start: start, ran: func(time.Time) time.Duration { return tt.ran }}
		if got := c.jumped(start.Add(tt.wall)); got != tt.jumped {
			t.Errorf("%s: jumped %t", what, got)
		}
	}
	// With the readings of the real clocks the two go together.
	now := time.Now()
	if c := newClockWatch(now); c.jumped(now.Add(24*time.Hour)) || c.jumped(time.Now()) {
		t.Error("a clock that goes on jumped")
	}
}

// TestLaw10FrozenIsWhatHarms: nothing else, and by its scope.
func TestLaw10FrozenIsWhatHarms(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)
	for _, info := range model.Catalogue() {
		for _, class := range model.Classes() {
			for _, scope := range []store.FreezeScope{store.FreezeProtected, store.FreezeAll} {
				d := deedOf(info.Kind, class)
				want := d.harms() && (scope == store.FreezeAll || class != model.ClassStandard)
				e := frozen(d, []store.Freeze{{Scope: scope, EndsAt: now.Add(1)}}, now)
				if want != (e != nil) || e != nil && (e.Kind != model.KindFrozen || e.Law != LawBounded) {
					t.Errorf("%s on a %s account in a freeze of %s: %v", info.Kind, class, scope, e)
				}
				if frozen(d, []store.Freeze{{Scope: scope, EndsAt: now}}, now) != nil {
					t.Errorf("%s is stopped by a freeze that has lapsed", info.Kind)
				}
			}
		}
	}
}

// TestLaw12MissingRow: what the table has no place for is refused.
func TestLaw12MissingRow(t *testing.T) {
	b, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []deed{{row: policy.RowWarn, strictest: "royal"}, {row: "explode", strictest: model.ClassStandard}} {
		_, err := require(d, b)
		v, err := verdict{}.refuse(err)
		if err != nil || v.refusal == nil || v.refusal.Law != LawFailClosed {
			t.Errorf("%+v is %v, %v", d.row, v.refusal, err)
		}
	}
	if _, err := (verdict{}).refuse(context.Canceled); err != context.Canceled {
		t.Errorf("trouble became %v", err)
	}
}
