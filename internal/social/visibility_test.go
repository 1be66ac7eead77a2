package social

import (
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestAnOlderEventSaysNothingNew(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC)
	dark := []model.Sanction{{ID: 1, Account: 7, Kind: model.SanctionDeactivate, Start: now}}
	tell := func(t *visibility, leaf int64, sanctions []model.Sanction) {
		t.apply(store.Event{Kind: store.EventSanctions, Leaf: leaf, Account: 7, Sanctions: sanctions})
	}
	v := &visibility{base: 10}
	tell(v, 9, dark) // the table was loaded later than this
	if v.at(now, 7, 0).dark() {
		t.Error("an event from before the load darkened")
	}
	tell(v, 12, dark)
	tell(v, 11, nil)
	if !v.at(now, 7, 0).dark() {
		t.Error("an older event brought light")
	}
	tell(v, 13, nil)
	tell(v, 12, dark)
	if v.at(now, 7, 0).dark() {
		t.Error("an older event darkened again")
	}
}

func TestASanctionHoldsFromWhenItIsKnownToItsEnd(t *testing.T) {
	now := time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		s    model.Sanction
		dark bool
	}{
		"from a clock that is ahead": {model.Sanction{Kind: model.SanctionSuspend, Start: now.Add(time.Minute)}, true},
		"at its end":                 {model.Sanction{Kind: model.SanctionSuspend, End: now}, false},
		"before its end":             {model.Sanction{Kind: model.SanctionSuspend, End: now.Add(1)}, true},
		"lifted":                     {model.Sanction{Kind: model.SanctionSuspend, LiftedAt: now}, false},
		"of an unknown kind":         {model.Sanction{Kind: "eclipse"}, true},
		"a lock":                     {model.Sanction{Kind: model.SanctionLock}, false},
	} {
		v := &visibility{}
		v.apply(store.Event{Leaf: 1, Account: 7, Sanctions: []model.Sanction{c.s}})
		if got := v.at(now, 7, 0).dark(); got != c.dark {
			t.Errorf("%s: dark is %t", name, got)
		}
	}
}
