package guard_test

import (
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// BenchmarkExplain is a whole judgement with everything that it reads.
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

// BenchmarkDecision is a judgement of what has been read, by laws, text and table, with the keys of three; no signature is
// checked.
func BenchmarkDecision(b *testing.B) {
	w := testkit.NewWorld(b, testkit.WorldOptions{})
	for name, tt := range map[string]struct {
		handle  string
		signers []string
	}{"of a standard account": {"uncle", []string{"agent"}}, "of a president": {"president", []string{"lead", "gov", "security"}}} {
		b.Run(name, func(b *testing.B) {
			var signers []model.ID
			for _, login := range tt.signers {
				signers = append(signers, w.Actor(login).Person)
			}
			decide, err := w.Guard.Decision(b.Context(), w.Actor("agent").Person, signers, w.Command(model.CmdDeactivate, tt.handle))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if missing, refusal := decide(); refusal != nil || !missing.None() {
					b.Fatal(missing, refusal)
				}
			}
		})
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
