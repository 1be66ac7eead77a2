package moderation_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
)

// busyMonth has staff do one of everything to @uncle from the beginning of March 2026 on, and undo some of it.
func busyMonth(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.Clock.Set(began)
	post := o.Post("uncle", "buy this")
	do := func(kind model.CommandKind, params ...string) {
		o.Clock.Advance(time.Minute)
		cmd := o.Command(kind, "uncle", params...)
		if kind == model.CmdRemovePost {
			cmd.Post = post
		}
		o.Do("agent", cmd)
	}
	do(model.CmdWarn, "message", "=1+1")
	do(model.CmdRemovePost, "ground", "legal", "category", "scams_and_fraud")
	do(model.CmdLock, "for", "72h")
	do(model.CmdSensitive)
	do(model.CmdLimit)
	do(model.CmdDeactivate, "message", "We write to you, Uncle.")
	do(model.CmdSuspend, "for", "24h")
	o.Clock.Advance(time.Minute)
	o.Do("agent", o.Command(model.CmdBan, "uncle"), "agent2", "lead")
	return o
}

func (o *office) export(x moderation.Export) string {
	o.t.Helper()
	var out bytes.Buffer
	var told [2]int64
	n, err := x.Write(o.t.Context(), o.Store, &out, func(done, of int64) { told = [2]int64{done, of} })
	if err != nil {
		o.t.Fatal(err)
	}
	if told != [2]int64{n, n} {
		o.t.Errorf("%d were written, and %v was told", n, told)
	}
	return out.String()
}

func TestExport(t *testing.T) {
	o := busyMonth(t)
	march := moderation.Export{From: began, To: began.AddDate(0, 1, 0)}
	text := o.export(march)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 7 {
		t.Fatalf("%d statements:\n%s", len(lines), text)
	}
	for i, line := range lines {
		var d moderation.DSA
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := errors.Join(decoder.Decode(&d), d.Check()); err != nil {
			t.Errorf("line %d: %v", i+1, err)
		}
	}
	if strings.Contains(text, "Uncle") || strings.Contains(text, "because of the test") || strings.Contains(text, "uncle") {
		t.Errorf("the export tells what is private:\n%s", text)
	}
	if !strings.Contains(lines[0], `"decision_ground":"DECISION_GROUND_ILLEGAL_CONTENT"`) || !strings.Contains(lines[0], "SCAMS_AND_FRAUD") {
		t.Errorf("the removed post is %s", lines[0])
	}
	march.Private = true
	if text := o.export(march); strings.Count(text, "We write to you, Uncle.") != 1 {
		t.Errorf("with private texts it is\n%s", text)
	}
	if text := o.export(moderation.Export{From: began.Add(3 * time.Minute), To: began.Add(4 * time.Minute)}); strings.Count(text, "\n") != 1 ||
		!strings.Contains(text, "lock-") {
		t.Errorf("of one minute it is\n%s", text)
	}
	if text := o.export(moderation.Export{From: march.To, To: march.To.AddDate(0, 1, 0)}); text != "" {
		t.Errorf("of a month without sanctions it is %q", text)
	}
}

func TestExportAsCSV(t *testing.T) {
	o := busyMonth(t)
	text := o.export(moderation.Export{From: began, To: began.AddDate(0, 1, 0), CSV: true, Private: true})
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) != 8 {
		t.Fatalf("%d records, %v:\n%s", len(records), err, text)
	}
	row := map[string]string{}
	for i, name := range records[0] {
		row[name] = records[1][i]
	}
	if row["decision_visibility"] != `["DECISION_VISIBILITY_CONTENT_DISABLED"]` || row["content_type"] != `["CONTENT_TYPE_TEXT"]` ||
		row["decision_account"] != "" || !strings.HasPrefix(row["puid"], "remove_post-") {
		t.Errorf("the first is %v", row)
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(strings.SplitN(o.export(moderation.Export{From: began, To: began.AddDate(0, 1, 0)}), "\n", 2)[0]), &all); err != nil {
		t.Fatal(err)
	}
	for name := range all {
		if _, ok := row[name]; !ok {
			t.Errorf("the columns lack %s", name)
		}
	}
	if text := o.export(moderation.Export{From: began.AddDate(1, 0, 0), To: began.AddDate(2, 0, 0), CSV: true}); !strings.HasPrefix(text, "puid,") {
		t.Errorf("of no sanctions it is %q", text)
	}
}

// TestExportRefuses names the statement and the field that the database would refuse.
func TestExportRefuses(t *testing.T) {
	o := newOffice(t) // in 2017
	o.Do("agent", o.Command(model.CmdLimit, "uncle"))
	n, err := moderation.Export{From: o.Clock.Now().Add(-time.Hour), To: o.Clock.Now().Add(time.Hour)}.Write(t.Context(), o.Store, &bytes.Buffer{}, nil)
	if n != 0 || model.KindOf(err) != model.KindInvalid || !strings.Contains(err.Error(), "the statement limit-") || !strings.Contains(err.Error(), "application_date") {
		t.Errorf("%d were written, %v", n, err)
	}
}

func TestTransparency(t *testing.T) {
	o := busyMonth(t)
	if _, err := o.Submit("auditor", o.Command(model.CmdBan, "president")); err == nil {
		t.Fatal("an auditor bans")
	}
	if _, err := o.Submit("lastday", o.Command(model.CmdBan, "president")); err == nil {
		t.Fatal("a leaver bans")
	}
	told := o.measures("uncle")
	for i, decision := range []string{"grant", "reject"} { // the ban and the suspension
		if err := o.appeal("uncle", told[i].ID, "please"); err != nil {
			t.Fatal(err)
		}
		o.Clock.Advance(30 * time.Minute)
		id := o.measures("uncle")[i].Appeal.ID.String()
		o.Do("security", o.Command(model.CmdDecideAppeal, "uncle", "appeal", id, "decision", decision), "lead2")
	}
	if err := o.appeal("uncle", told[2].ID, "please"); err != nil {
		t.Fatal(err)
	}
	o.Do("agent2", o.Command(model.CmdRestore, "uncle", "sanction", told[2].ID.String()))
	open := o.World.Case("uncle")
	o.Clock.Advance(time.Hour)
	o.Write(func(tx *store.Tx) error { return tx.ResolveCase(t.Context(), open, model.OutcomeActed, o.Clock.Now()) })
	from, to := began, o.Clock.Now().Add(time.Minute)
	var done, of int64
	counts, err := o.Transparency(t.Context(), from, to, func(d, o int64) { done, of = d, o })
	if err != nil {
		t.Fatal(err)
	}
	if done != of || of == 0 {
		t.Errorf("%d of %d entries were read", done, of)
	}
	standard := func(kind model.CommandKind, ground string) moderation.ActionCount {
		return moderation.ActionCount{Kind: kind, Class: model.ClassStandard, Ground: ground, Count: 1}
	}
	restored, decided := standard(model.CmdRestore, ""), standard(model.CmdDecideAppeal, "")
	decided.Count = 2
	want := []moderation.ActionCount{standard(model.CmdBan, "rule"), standard(model.CmdDeactivate, "rule"), decided, standard(model.CmdLimit, "rule"),
		standard(model.CmdLock, "rule"), standard(model.CmdRemovePost, "legal"), restored, standard(model.CmdSensitive, "rule"),
		standard(model.CmdSuspend, "rule"), standard(model.CmdWarn, "rule")}
	if diff := cmp.Diff(want, counts.Actions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]moderation.RefusalCount{{Law: "leavers_hold_no_keys", Count: 1}, {Law: "policy", Count: 1}}, counts.Refused); diff != "" {
		t.Error(diff)
	}
	if counts.Restored != 2 || counts.Cases.Opened != 2 || counts.Cases.Resolved != 1 ||
		counts.Cases.Median != int64((2*time.Hour+7*time.Minute).Seconds()) {
		t.Errorf("restored %d, cases %+v", counts.Restored, counts.Cases)
	}
	if diff := cmp.Diff(moderation.AppealCounts{Received: 3, Granted: 1, Rejected: 1, Settled: 1, Median: 1800}, counts.Appeals); diff != "" {
		t.Error(diff)
	}
	if n := counts.Reports[model.ReportViolation]; n == 0 || len(counts.Reports) != 1 {
		t.Errorf("reports %v", counts.Reports)
	}
	if counts.Keys.Asked < counts.Keys.Turned || counts.Keys.Turned < 12 {
		t.Errorf("keys %+v", counts.Keys)
	}
	before, err := o.Transparency(t.Context(), from.AddDate(-1, 0, 0), from, nil)
	if err != nil || len(before.Actions)+len(before.Refused)+len(before.Reports) != 0 || before.Appeals != (moderation.AppealCounts{}) {
		t.Errorf("a year without anything is %+v, %v", before, err)
	}
}
