package ledger_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestLeafSaysHowManyKeysAndNamesNobody(t *testing.T) {
	r := seal(t, darkening(3))
	leaf, err := ledger.ParseLeaf(r.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Leaf{
		Version: ledger.Version, Time: time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC), Event: ledger.EventExecuted,
		Kind: model.CmdDeactivate, Class: model.ClassGovernment, KeysAsked: 3, KeysTurned: 3, Wait: 2 * time.Second,
	}
	if diff := cmp.Diff(want, leaf, cmpopts.IgnoreFields(ledger.Leaf{}, "Facts", "Private")); diff != "" {
		t.Errorf("leaf (-want +got):\n%s", diff)
	}
	var members map[string]any
	if err := json.Unmarshal(r.Leaf, &members); err != nil {
		t.Fatal(err)
	}
	if len(members) != 10 {
		t.Errorf("the leaf has %d members, want the 10 that are public: %s", len(members), r.Leaf)
	}
	for _, secret := range []string{"president", "reason", "said so", "101", "900"} {
		if strings.Contains(string(r.Leaf), `"`+secret) {
			t.Errorf("the leaf names %q: %s", secret, r.Leaf)
		}
	}
}

func TestLeafHidesWhetherThereIsAPrivatePart(t *testing.T) {
	e := darkening(0)
	e.Private = nil
	a, b := seal(t, e), seal(t, e)
	leafA, _ := ledger.ParseLeaf(a.Leaf)
	leafB, _ := ledger.ParseLeaf(b.Leaf)
	if leafA.Private == leafB.Private || leafA.Facts == leafB.Facts {
		t.Error("two entries that say the same have the same hashes")
	}
}

func TestFactsAreCanonicalJSON(t *testing.T) {
	const want = `{"account":"101","actor":"7","case":"55","class":"government","event":"executed","handle":"president",` +
		`"index":"3","keys":[{"credential":"700","login":"70","person":"7"},{"credential":"800","login":"80","person":"8"},` +
		`{"credential":"901","login":"90","person":"9"},{"credential":"902","login":"91","person":"9"}],` +
		`"kind":"deactivate","login":"70","need":{"keys":3,"roles":["lead","security"],"teams":2,"wait":1500000000},` +
		`"policy":"ab12","request":"900","rows":[{"key":"5000","table":"sanctions","values":{"account":"101",` +
		`"kind":"deactivate"}},{"before":{},"key":"3","table":"roles","values":{}},{"before":{"role":"agent"},"key":"4",` +
		`"table":"roles","values":null}],` +
		`"rule":"3.1","time":"1509648492345","version":1}`
	if diff := cmp.Diff(want, string(seal(t, darkening(3)).Facts)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEntry().Draw(t, "entry")
		r, err := e.Seal(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		got, err := r.Open()
		if err != nil {
			t.Fatal(err)
		}
		opts := cmp.Options{
			// Lists that are empty and lists that are not there are one; rows that are gone and rows of NULLs are two.
			cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() != ".Values" && p.Last().String() != ".Before" }, cmpopts.EquateEmpty()),
		}
		if diff := cmp.Diff(e, got, opts); diff != "" {
			t.Fatalf("opened (-sealed +got):\n%s", diff)
		}
	})
}

func TestErasedRecordKeepsItsFacts(t *testing.T) {
	r := seal(t, darkening(0))
	r.Private, r.PrivateSalt = nil, nil
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	e, err := r.Open()
	if err != nil {
		t.Fatal(err)
	}
	if e.Facts.Handle != "president" || e.Private != nil {
		t.Errorf("opened %+v", e)
	}
	half := seal(t, darkening(0))
	half.Private = nil
	if err := half.Check(); err == nil {
		t.Error("a private part that is gone while its salt is not passes")
	}
}

// TestAlteredByteIsNoticed changes one byte anywhere in a record, to any other.
func TestAlteredByteIsNoticed(t *testing.T) {
	r := seal(t, darkening(5))
	rapid.Check(t, func(t *rapid.T) {
		altered := r
		part := rapid.SampledFrom([]*[]byte{&altered.Leaf, &altered.Facts, &altered.FactsSalt, &altered.Private,
			&altered.PrivateSalt}).Draw(t, "part")
		*part = bytes.Clone(*part)
		i := rapid.IntRange(0, len(*part)-1).Draw(t, "at")
		(*part)[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if altered.Check() == nil {
			t.Fatalf("a changed byte %d of %q passes", i, *part)
		}
	})
	for name, alter := range map[string]func(*ledger.Record){
		"index":  func(r *ledger.Record) { r.Index++ },
		"cut":    func(r *ledger.Record) { r.Private = r.Private[:len(r.Private)-1] },
		"longer": func(r *ledger.Record) { r.Facts = append(bytes.Clone(r.Facts), ' ') },
		"salt moved": func(r *ledger.Record) {
			r.Facts = append(bytes.Clone(r.FactsSalt[31:]), r.Facts...)
			r.FactsSalt = r.FactsSalt[:31]
		},
	} {
		altered := r
		if alter(&altered); altered.Check() == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

// TestPublicFieldsAreThoseOfTheFacts swaps each public field of a leaf whose hashes are right.
func TestPublicFieldsAreThoseOfTheFacts(t *testing.T) {
	r := seal(t, darkening(5))
	for _, swap := range [][2]string{
		{`"class":"government"`, `"class":"standard"`},
		{`"event":"executed"`, `"event":"refused"`},
		{`"keys_asked":3`, `"keys_asked":1`},
		{`"keys_turned":3`, `"keys_turned":4`},
		{`"kind":"deactivate"`, `"kind":"warn"`},
		{`18:48:00Z`, `18:59:00Z`},
		{`"wait":2`, `"wait":900`},
	} {
		altered := r
		altered.Leaf = bytes.Replace(r.Leaf, []byte(swap[0]), []byte(swap[1]), 1)
		if bytes.Equal(altered.Leaf, r.Leaf) {
			t.Fatalf("the leaf has no %s: %s", swap[0], r.Leaf)
		}
		if _, err := ledger.ParseLeaf(altered.Leaf); err != nil {
			t.Errorf("%s: %v", swap[1], err)
		}
		if altered.Check() == nil {
			t.Errorf("%s instead of %s passes", swap[1], swap[0])
		}
	}
}

func TestSealRefuses(t *testing.T) {
	for name, alter := range map[string]func(*ledger.Entry){
		"version":       func(e *ledger.Entry) { e.Facts.Version = 2 },
		"index":         func(e *ledger.Entry) { e.Facts.Index = -1 },
		"no time":       func(e *ledger.Entry) { e.Facts.Time = time.Time{} },
		"event":         func(e *ledger.Entry) { e.Facts.Event = "sworn" },
		"no event":      func(e *ledger.Entry) { e.Facts.Event = "" },
		"command":       func(e *ledger.Entry) { e.Facts.Kind = "vanish" },
		"class":         func(e *ledger.Entry) { e.Facts.Class = "royal" },
		"keys":          func(e *ledger.Entry) { e.Facts.Need.Keys = -1 },
		"wait":          func(e *ledger.Entry) { e.Facts.Need.Wait = 91 * 24 * time.Hour },
		"handle":        func(e *ledger.Entry) { e.Facts.Handle = "\xff" },
		"column":        func(e *ledger.Entry) { e.Facts.Rows[0].Values["\xff"] = "" },
		"column before": func(e *ledger.Entry) { e.Facts.Rows[2].Before["role"] = "\xff" },
		"private":       func(e *ledger.Entry) { e.Private["reason"] = "\xff" },
		"large facts":   func(e *ledger.Entry) { e.Facts.Note = strings.Repeat("x", ledger.MaxFacts) },
		"large private": func(e *ledger.Entry) { e.Private["reason"] = strings.Repeat("x", ledger.MaxPrivate) },
	} {
		e := darkening(0)
		alter(&e)
		if _, err := e.Seal(rand.Reader); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	if _, err := darkening(0).Seal(strings.NewReader("short")); err == nil {
		t.Error("sealed without enough randomness")
	}
}

func FuzzParseLeaf(f *testing.F) {
	r, err := darkening(3).Seal(strings.NewReader(strings.Repeat("s", 2*ledger.SaltSize)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Leaf)
	f.Add(bytes.Replace(r.Leaf, []byte("T18"), []byte("T8"), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		leaf, err := ledger.ParseLeaf(b)
		if err != nil {
			return
		}
		again, err := ledger.ParseLeaf(bytes.TrimSpace(b))
		if err != nil || leaf != again || len(bytes.TrimSpace(b)) != len(b) {
			t.Fatalf("%q is also read as %+v, %v", b, again, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	r, err := darkening(3).Seal(strings.NewReader(strings.Repeat("s", 2*ledger.SaltSize)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Facts, r.Private)
	f.Fuzz(func(t *testing.T, facts, private []byte) {
		e, err := ledger.Record{Index: 3, Facts: facts, Private: private, PrivateSalt: r.PrivateSalt}.Open()
		if err != nil {
			return
		}
		again, err := e.Seal(bytes.NewReader(append(bytes.Clone(r.FactsSalt), r.PrivateSalt...)))
		if err != nil {
			t.Fatalf("what was opened cannot be sealed: %v", err)
		}
		if !bytes.Equal(again.Facts, facts) || !bytes.Equal(again.Private, private) {
			t.Fatalf("%q %q became %q %q", facts, private, again.Facts, again.Private)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	e := darkening(3)
	for b.Loop() {
		seal(b, e)
	}
}

func BenchmarkCheck(b *testing.B) {
	r := seal(b, darkening(3))
	for b.Loop() {
		if err := r.Check(); err != nil {
			b.Fatal(err)
		}
	}
}
