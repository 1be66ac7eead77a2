package social

import (
	"testing"

	"keyturn/internal/model"
)

func TestACacheIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	const most = cacheShards * 2 * 8
	c := newCache[int](most)
	for id := range model.ID(10 * most) {
		_, ticket, _ := c.get(id)
		c.put(id, int(id), ticket)
		if v, _, ok := c.get(7); id > 7 && (!ok || v != 7) {
			t.Fatalf("after %d more rows the one in use is forgotten", id)
		}
	}
	held := 0
	for i := range c.shards {
		held += len(c.shards[i].young) + len(c.shards[i].old)
	}
	if held > most || held < most/4 {
		t.Errorf("%d rows are held, want at most %d and not many fewer", held, most)
	}
}

func TestACacheKeepsNothingThatChangedWhileItWasRead(t *testing.T) {
	c := newCache[string](1 << 10)
	for name, change := range map[string]func(){
		"drop":   func() { c.drop(1) },
		"update": func() { c.update(1, func(s string) string { return s + "!" }) },
	} {
		_, ticket, _ := c.get(1)
		change()
		c.put(1, "stale", ticket)
		if v, _, ok := c.get(1); ok {
			t.Errorf("after %s %q is kept", name, v)
		}
	}
	_, ticket, _ := c.get(1)
	c.put(1, "row", ticket)
	c.update(1, func(s string) string { return s + "!" })
	if v, _, ok := c.get(1); !ok || v != "row!" {
		t.Errorf("an update left %q, %t", v, ok)
	}
	c.drop(1)
	if _, _, ok := c.get(1); ok {
		t.Error("a dropped row is kept")
	}
}
