package ledger_test

import (
	"crypto/rand"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"

	"pgregory.net/rapid"
)

// theNight is when a president's account went dark for eleven minutes.
var theNight = time.Date(2017, 11, 2, 18, 48, 12, 345e6, time.UTC)

// darkening is the entry of a government account's deactivation by three keys.
func darkening(index int64) ledger.Entry {
	return ledger.Entry{
		Facts: ledger.Facts{
			Version: ledger.Version, Index: index, Time: theNight, Event: ledger.EventExecuted,
			Kind: model.CmdDeactivate, Class: model.ClassGovernment, Account: 101, Actor: 7, Login: 70, Request: 900,
			Case: 55, Handle: "president", Rule: "3.1", Policy: "ab12",
			Need: model.Requirement{
				Keys: 3, Roles: []model.Role{model.RoleLead, model.RoleSecurity}, Teams: 2, Wait: 1500 * time.Millisecond,
			},
			Keys: []ledger.KeyFact{{Person: 7, Login: 70, Credential: 700}, {Person: 8, Login: 80, Credential: 800},
				{Person: 9, Login: 90, Credential: 901}, {Person: 9, Login: 91, Credential: 902}},
			Rows: []ledger.Row{
				{Table: "sanctions", Key: "5000", Values: map[string]string{"kind": "deactivate", "account": "101"}},
				{Table: "roles", Key: "3", Values: map[string]string{}, Before: map[string]string{}},
				{Table: "roles", Key: "4", Before: map[string]string{"role": "agent"}},
			},
		},
		Private: map[string]string{"reason": "<b>\u2028 \"said so\" 🗝 & left"},
	}
}

func seal(t testing.TB, e ledger.Entry) ledger.Record {
	t.Helper()
	r, err := e.Seal(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// anyEntry draws entries of every shape that can be sealed.
func anyEntry() *rapid.Generator[ledger.Entry] {
	texts := rapid.MapOfN(rapid.String(), rapid.String(), 0, 4)
	id := rapid.Custom(func(t *rapid.T) model.ID { return model.ID(rapid.Int64Min(0).Draw(t, "id")) })
	key := rapid.Custom(func(t *rapid.T) ledger.KeyFact {
		return ledger.KeyFact{Person: id.Draw(t, "person"), Login: id.Draw(t, "login"),
			Credential: id.Draw(t, "credential"), Session: rapid.Bool().Draw(t, "session")}
	})
	row := rapid.Custom(func(t *rapid.T) ledger.Row {
		r := ledger.Row{Table: rapid.String().Draw(t, "table"), Key: rapid.String().Draw(t, "key")}
		if rapid.Bool().Draw(t, "there") {
			r.Values = texts.Draw(t, "values")
		}
		if rapid.Bool().Draw(t, "was there") {
			r.Before = texts.Draw(t, "before")
		}
		return r
	})
	return rapid.Custom(func(t *rapid.T) ledger.Entry {
		info := rapid.SampledFrom(append(model.Catalogue(), model.CommandInfo{})).Draw(t, "command")
		return ledger.Entry{
			Facts: ledger.Facts{
				Version: ledger.Version,
				Index:   rapid.Int64Min(0).Draw(t, "index"),
				Time:    time.UnixMilli(rapid.Int64Range(0, 253402300799999).Draw(t, "time")).UTC(),
				Doubted: rapid.Bool().Draw(t, "doubted"),
				Event:   rapid.SampledFrom(ledger.Events()).Draw(t, "event"),
				Kind:    info.Kind,
				Class:   rapid.SampledFrom(append(model.Classes(), "")).Draw(t, "class"),
				Account: id.Draw(t, "account"), Post: id.Draw(t, "post"), Target: id.Draw(t, "target"),
				Actor: id.Draw(t, "actor"), Login: id.Draw(t, "login"), Request: id.Draw(t, "request"),
				Case: id.Draw(t, "case"), Handle: rapid.String().Draw(t, "handle"),
				Rule: rapid.String().Draw(t, "rule"), Policy: rapid.String().Draw(t, "policy"),
				Law: rapid.String().Draw(t, "law"), Note: rapid.String().Draw(t, "note"),
				Origin: rapid.String().Draw(t, "origin"),
				Need: model.Requirement{
					Keys:  rapid.IntRange(0, 9).Draw(t, "keys"),
					Roles: rapid.SliceOfN(rapid.SampledFrom(model.Roles()), 0, 3).Draw(t, "roles"),
					Teams: rapid.IntRange(0, 3).Draw(t, "teams"),
					Wait:  time.Duration(rapid.Int64Range(0, int64(90*24*time.Hour)).Draw(t, "wait")),
				},
				Keys: rapid.SliceOfN(key, 0, 4).Draw(t, "turned"),
				Rows: rapid.SliceOfN(row, 0, 4).Draw(t, "rows"),
			},
			Private: texts.Draw(t, "private"),
		}
	})
}
