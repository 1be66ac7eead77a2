package prove

import (
	"fmt"
	"io"
	"strings"
)

// Print writes the result for people.
func (r Result) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rogues in scenes, %d states, %d transitions, %d calls of the guard, to a depth of %d actions after the scene, in %s\n",
		r.Starts, r.States, r.Transitions, r.Calls, r.Depth, r.Took)
	fmt.Fprintf(&b, "held to %s\n", strings.Join(r.Laws, ", "))
	if c := r.Found; c != nil {
		fmt.Fprintf(&b, "✗ the law %s is broken: %s\n", c.Law, c.Why)
		fmt.Fprintf(&b, "  under the %s policy, by %s, where %s:\n", c.Policy, strings.Join(c.Rogue, " and "), c.Scene)
		for i, s := range c.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, s)
		}
	} else {
		b.WriteString("✓ no way round was found\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
