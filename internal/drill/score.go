package drill

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Line is one line of the score card.
type Line struct {
	What string `json:"what"`
	Then string `json:"then"` // how it was on 2 November 2017
	Now  string `json:"now"`
	OK   bool   `json:"ok"`
}

// Score is what a drill found.
type Score struct {
	At       time.Time `json:"at"`
	URL      string    `json:"url"`
	Lines    []Line    `json:"lines"`
	DarkMS   float64   `json:"dark_ms"`    // from the end of the wait until the last reader saw nothing any more
	WhoMS    float64   `json:"who_ms"`     // how long the ledger took to say who did it
	LightMS  float64   `json:"light_ms"`   // from the key that restores until the last reader saw everything again
	LostBody int       `json:"lost_bytes"` // bytes by which the public responses differ from before
	OK       bool      `json:"ok"`
}

func (s *Score) add(ok bool, what, then, now string, args ...any) {
	s.Lines = append(s.Lines, Line{What: what, Then: then, Now: fmt.Sprintf(now, args...), OK: ok})
	s.OK = s.OK && ok
}

// Print writes the score card as a table.
func (s *Score) Print(w io.Writer) {
	const what, then = 44, 30
	rule := strings.Repeat("─", what+then+50)
	fmt.Fprintf(w, "\n  The night of the eleven minutes, replayed on %s\n%s\n", s.URL, rule)
	fmt.Fprintf(w, "    %-*s %-*s %s\n%s\n", what, "", then, "2 November 2017", "now", rule)
	for _, l := range s.Lines {
		mark := "✓"
		if !l.OK {
			mark = "✗"
		}
		fmt.Fprintf(w, "  %s %-*s %-*s %s\n", mark, what, l.What, then, l.Then, l.Now)
	}
	verdict := "Nobody alone could do it; the right people could; nothing was lost."
	if !s.OK {
		verdict = "SOMETHING MISSED: see the lines marked ✗."
	}
	fmt.Fprintf(w, "%s\n  %s\n\n", rule, verdict)
}
