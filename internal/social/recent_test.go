package social

import (
	"slices"
	"testing"

	"keyturn/internal/model"
)

func TestRecentsStaySortedBoundedAndShared(t *testing.T) {
	r := recent{complete: true}
	for id := model.ID(1); id <= 1000; id++ {
		before := r
		held := slices.Clone(before.ids)
		r = r.with(id)
		if len(r.ids) >= maxRecent || !slices.IsSorted(r.ids) || r.ids[len(r.ids)-1] != id {
			t.Fatalf("after %d the recents are %v", id, r.ids)
		}
		if !slices.Equal(before.ids, held) {
			t.Fatalf("adding %d changed what others read", id)
		}
		if r.complete != (r.ids[0] == 1) {
			t.Fatalf("after %d the recents from %d are complete: %t", id, r.ids[0], r.complete)
		}
	}
}

func TestRecentsTakeInWhatComesOutOfOrder(t *testing.T) {
	r := recent{ids: []model.ID{10, 30}, complete: true}
	for _, id := range []model.ID{20, 5, 20, 40} {
		r = r.with(id)
	}
	if want := []model.ID{5, 10, 20, 30, 40}; !slices.Equal(r.ids, want) {
		t.Errorf("got %v, want %v", r.ids, want)
	}
	if cut := (recent{ids: []model.ID{10, 30}}).with(5); !slices.Equal(cut.ids, []model.ID{10, 30}) {
		t.Errorf("what is older than incomplete recents was taken in: %v", cut.ids)
	}
	less := r.without(20).without(7)
	if want := []model.ID{5, 10, 30, 40}; !slices.Equal(less.ids, want) || len(r.ids) != 5 {
		t.Errorf("got %v of %v, want %v", less.ids, r.ids, want)
	}
}
