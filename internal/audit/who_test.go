package audit_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

func TestWhoTellsWhoDidWhat(t *testing.T) {
	for name, o := range map[string]func(t *testing.T) testkit.WorldOptions{
		"sqlite":   func(*testing.T) testkit.WorldOptions { return testkit.WorldOptions{} },
		"postgres": func(t *testing.T) testkit.WorldOptions { return testkit.WorldOptions{URL: testkit.Postgres(t)} },
	} {
		t.Run(name, func(t *testing.T) { testWho(t, testkit.NewWorld(t, o(t))) })
	}
}

func testWho(t *testing.T, w *testkit.World) {
	person := func(login string) audit.Named {
		p, err := w.Store.Person(t.Context(), w.Actor(login).Person)
		if err != nil {
			t.Fatal(err)
		}
		return audit.Named{ID: p.ID, Name: p.Name}
	}
	who := func() audit.Story {
		story, err := audit.Who(t.Context(), w.Store, "@President", w.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		checkProofs(t, w, story)
		return story
	}
	want := audit.Story{Account: w.Accounts["president"], Handle: "president", Class: model.ClassGovernment, Sanctions: []audit.Act{}}
	if diff := cmp.Diff(want, who()); diff != "" {
		t.Error(diff)
	}

	suspend := w.Command(model.CmdSuspend, "president", "for", "72h")
	out := w.Do("agent", suspend, "lead", "gov", "security")
	policy, err := w.Store.PolicyHash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made := w.Clock.Now()
	want.Sanctions = []audit.Act{{Kind: model.SanctionSuspend, Active: true, Since: made, End: made.Add(72 * time.Hour), Request: out.Request.ID,
		Requester: person("agent"), Keys: []audit.Named{person("lead"), person("gov"), person("security")}, Case: suspend.Case, Rule: "1",
		Reason: "because of the test", Policy: policy}}
	found := cmpopts.IgnoreFields(audit.Act{}, "Sanction", "Leaf", "Proof") // the proofs are checked on their own
	if diff := cmp.Diff(want, who(), found); diff != "" {
		t.Error(diff)
	}

	w.Clock.Advance(time.Minute)
	restore := w.Command(model.CmdRestore, "president")
	back := w.Do("agent2", restore, "lead2")
	first := &want.Sanctions[0]
	first.Active, first.LiftedAt = false, w.Clock.Now()
	first.Lifting = &audit.Lifting{Request: back.Request.ID, Requester: person("agent2"), Keys: []audit.Named{person("lead2")},
		Case: restore.Case, Leaf: back.Leaf}
	again := w.Do("lead", w.Command(model.CmdLock, "president", "for", "10m"), "lead")
	want.Sanctions = append([]audit.Act{{Kind: model.SanctionLock, Active: true, Since: w.Clock.Now(), End: w.Clock.Now().Add(10 * time.Minute),
		Request: again.Request.ID, Requester: person("lead"), Keys: []audit.Named{person("lead")}, Case: suspend.Case, Rule: "1",
		Reason: "because of the test", Policy: policy}}, want.Sanctions...)
	story := who()
	if diff := cmp.Diff(want, story, found); diff != "" {
		t.Error(diff)
	}
	_, err = audit.Who(t.Context(), w.Store, "nobody", w.Clock.Now())
	if model.KindOf(err) != model.KindNotFound {
		t.Errorf("who is on an account that there is not: %v", err)
	}
	if _, err := audit.Who(t.Context(), w.Store, "no body", w.Clock.Now()); model.KindOf(err) != model.KindInvalid {
		t.Errorf("who is on what is no handle: %v", err)
	}
}

// checkProofs has each act's proof checked as anyone can: the leaf is in the head that the ledger has, and it is the
// leaf of an entry that says that the request took effect.
func checkProofs(t *testing.T, w *testkit.World, story audit.Story) {
	t.Helper()
	head, _, err := w.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range story.Sanctions {
		var proof tlog.RecordProof
		for _, text := range a.Proof.Hashes {
			b, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			proof = append(proof, tlog.Hash(b))
		}
		leaves, err := w.Store.Leaves(t.Context(), a.Leaf, 1)
		if err != nil {
			t.Fatal(err)
		}
		if a.Proof.Size != head.Size || a.Proof.Root != hex.EncodeToString(head.Root[:]) || a.Proof.Index != a.Leaf {
			t.Errorf("the proof is of entry %d in %d entries (%s)", a.Proof.Index, a.Proof.Size, a.Proof.Root)
		}
		if err := ledger.CheckInclusion(proof, head, a.Leaf, leaves[0]); err != nil {
			t.Errorf("the proof of %s: %v", a.Kind, err)
		}
		leaf, err := ledger.ParseLeaf(leaves[0])
		if err != nil || leaf.Event != ledger.EventExecuted || leaf.KeysTurned != len(a.Keys) || string(leaf.Kind) != string(a.Kind) {
			t.Errorf("the leaf of %s says %+v (%v)", a.Kind, leaf, err)
		}
	}
}

// BenchmarkWho asks who did what to an account whose two sanctions stand at the beginning of a long ledger.
func BenchmarkWho(b *testing.B) {
	book := newBook(b, 20_000)
	for b.Loop() {
		if _, err := audit.Who(b.Context(), book.Store, "president", book.Clock.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
