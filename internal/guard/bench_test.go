package guard_test

import (
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

func BenchmarkExplain(b *testing.B) {
	w := testkit.NewWorld(b, testkit.WorldOptions{})
	cmd := w.Command(model.CmdDeactivate, "president")
	agent := w.Actor("agent").Person
	for b.Loop() {
		if _, err := w.Guard.Explain(b.Context(), agent, cmd); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOneKey does what one key may do at once: decide, act, write the entry, wait for the disk.
func BenchmarkOneKey(b *testing.B) {
	w := testkit.NewWorld(b, testkit.WorldOptions{})
	cmd, actor := w.Command(model.CmdWarn, "uncle"), w.Actor("agent")
	for b.Loop() {
		if _, err := w.Guard.Submit(b.Context(), actor, cmd); err != nil {
			b.Fatal(err)
		}
	}
}
