package approval_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

func request() model.Request {
	return model.Request{ID: 7, Requester: 3, Login: 4, Policy: "sha256:aa", Nonce: bytes.Repeat([]byte{9}, 32), Reason: []byte{1, 2},
		Command: model.Command{Kind: model.CmdSuspend, Account: 11, Post: 12, Person: 13, Case: 14, Rule: "r", Params: map[string]string{"for": "72h"}},
		Target: model.Target{Handle: "president", Class: model.ClassGovernment, Strictest: model.ClassGovernment,
			Sanctions: []model.ID{21}, Reach: 1000, State: "s"},
		Need:      model.Requirement{Keys: 3, Roles: []model.Role{model.RoleLead}, Teams: 2, Wait: time.Minute},
		CreatedAt: time.UnixMilli(1000), ExpiresAt: time.UnixMilli(2000)}
}

// TestChallengeBindsEverything changes one thing at a time: each must give another challenge, or a key could be moved.
func TestChallengeBindsEverything(t *testing.T) {
	at, head := time.UnixMilli(5000), ledger.Head{Size: 5}
	base, err := approval.Challenge(request(), 1, at, head)
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(q *model.Request, approver *model.ID, at *time.Time, h *ledger.Head){
		"id":      func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.ID++ },
		"kind":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Kind = model.CmdBan },
		"account": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Account++ },
		"post":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Post++ },
		"person":  func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Person++ },
		"case":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Case++ },
		"rule":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Rule = "x" },
		"params":  func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Command.Params["for"] = "73h" },
		"reason":  func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Reason = []byte{1, 3} },
		"handle":  func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.Handle = "uncle" },
		"class": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) {
			q.Target.Class = model.ClassStandard
		},
		"strictest": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.Strictest = "" },
		"sanctions": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.Sanctions = nil },
		"reach":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.Reach++ },
		"budget":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.Budget = 1 },
		"state":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Target.State = "t" },
		"keys":      func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Need.Keys = 1 },
		"roles":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Need.Roles = nil },
		"teams":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Need.Teams = 0 },
		"wait":      func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Need.Wait = 0 },
		"requester": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Requester++ },
		"login":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Login++ },
		"created": func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) {
			q.CreatedAt = q.CreatedAt.Add(time.Millisecond)
		},
		"expires":   func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.ExpiresAt = time.Time{} },
		"nonce":     func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Nonce[31]++ },
		"policy":    func(q *model.Request, _ *model.ID, _ *time.Time, _ *ledger.Head) { q.Policy += "b" },
		"approver":  func(_ *model.Request, a *model.ID, _ *time.Time, _ *ledger.Head) { *a++ },
		"expiry":    func(_ *model.Request, _ *model.ID, at *time.Time, _ *ledger.Head) { *at = at.Add(time.Millisecond) },
		"head size": func(_ *model.Request, _ *model.ID, _ *time.Time, h *ledger.Head) { h.Size++ },
		"head root": func(_ *model.Request, _ *model.ID, _ *time.Time, h *ledger.Head) { h.Root[31]++ },
	}
	for name, change := range changes {
		q, approver, expires, h := request(), model.ID(1), at, head
		change(&q, &approver, &expires, &h)
		got, err := approval.Challenge(q, approver, expires, h)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(got, base) {
			t.Errorf("%s: the challenge stayed the same", name)
		}
	}
}

// TestCanonicalForm holds the form itself: signatures that exist depend on it.
func TestCanonicalForm(t *testing.T) {
	got, err := approval.Canonical(request())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"account":"11","case":"14","class":"government","created":"1000","expires":"2000","handle":"president","id":"7","keys":3,"kind":"suspend","login":"4","params":{"for":"72h"},"person":"13","post":"12","reach":"1000","reason":"0102","requester":"3","roles":["lead"],"rule":"r","sanctions":["21"],"state":"s","strictest":"government","teams":2,"wait":60}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid(got) {
		t.Error("not JSON")
	}
}

func TestReasonHash(t *testing.T) {
	if bytes.Equal(approval.ReasonHash("ab", "c"), approval.ReasonHash("a", "bc")) {
		t.Error("salt and reason can be exchanged")
	}
}
