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
