package audit_test

import (
	"strings"
	"testing"

	"keyturn/internal/audit"
	"keyturn/internal/testkit"
)

// TestOwnersInTheLedger: what owners signed is proved to a stranger, and told of who lifted what.
func TestOwnersInTheLedger(t *testing.T) {
	w := busy(t, testkit.WorldOptions{})
	requests, err := w.Store.RequestsOn(t.Context(), w.Accounts["aunt"], 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := audit.Prove(t.Context(), w.Store, requests[0].Leaf, audit.Show{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	claim, err := audit.CheckBundle(text, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	owners := 0
	for _, s := range claim.Signatures {
		if s.Owner && s.Person == 0 {
			owners++
		}
	}
	if said := strings.Join(claim.Proves, "\n"); owners != 1 || len(claim.Signatures) != 2 || !strings.Contains(said, "the account's owner, 2017-12-03") {
		t.Errorf("it proves %s by %+v", said, claim.Signatures)
	}
	// Without the owner's key in it, or with another, it proves nothing.
	for i, e := range b.Entries {
		if !strings.Contains(e.Facts, `"table":"owner_keys"`) {
			continue
		}
		without := b
		without.Entries = append(append([]audit.Proven{}, b.Entries[:i]...), b.Entries[i+1:]...)
		text, err := without.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := audit.CheckBundle(text, "", nil); err == nil || !strings.Contains(err.Error(), "does not show the owner's signature") {
			t.Errorf("without the owner's key: %v", err)
		}
	}
	story, err := audit.Who(t.Context(), w.Store, "niece", w.Clock.Now())
	if err != nil || len(story.Sanctions) != 1 || story.Sanctions[0].Lifting == nil || !story.Sanctions[0].Lifting.Owner {
		t.Errorf("the story is %+v: %v", story, err)
	}
}
