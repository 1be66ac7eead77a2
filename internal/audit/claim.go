package audit

import (
	"fmt"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// Claim is what a bundle proves, and what it does not.
type Claim struct {
	Origin     string            `json:"origin"`
	VKey       string            `json:"vkey"`
	Trusted    bool              `json:"trusted"` // the key was known from elsewhere
	Index      int64             `json:"index"`
	Size       int64             `json:"size"` // of the ledger whose checkpoint it is
	Root       string            `json:"root"`
	Since      int64             `json:"since,omitempty"` // the size of a checkpoint that was kept, to which the ledger only added
	Leaf       ledger.Leaf       `json:"-"`
	Facts      *ledger.Facts     `json:"facts,omitempty"`
	Private    map[string]string `json:"private,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Signatures []Signature       `json:"signatures"`
	Sessions   int               `json:"sessions"` // keys for which a session stood
	Proves     []string          `json:"proves"`
	Lacks      []string          `json:"does_not_prove"`
}

// Signature is a key that was checked.
type Signature struct {
	Person model.ID  `json:"person"`
	Owner  bool      `json:"owner,omitempty"` // the account's owner; Person is zero then
	At     time.Time `json:"at"`
	Entry  int64     `json:"entry"`
}

// say puts it in words.
func (c *Claim) say() {
	l := c.Leaf
	c.prove("entry %d is in the ledger %s of %d entries", c.Index, c.Origin, c.Size)
	what := string(l.Event)
	if l.Kind != "" {
		what = fmt.Sprintf("%s %s", l.Kind, l.Event)
	}
	if l.Class != "" {
		what += fmt.Sprintf(", on an account of class %s", l.Class)
	}
	c.prove("it says: %s, in the minute of %s, with %d of %d keys asked for and a wait of %v", what,
		l.Time.Format("2006-01-02 15:04 UTC"), l.KeysTurned, l.KeysAsked, l.Wait)
	if c.Facts == nil {
		c.lack("who did it and to whom: the file shows the public leaf only")
	} else {
		c.sayFacts(*c.Facts)
	}
	if c.Since > 0 {
		c.prove("the ledger only added to the %d entries of the checkpoint that you kept", c.Since)
	} else {
		c.lack("that history was not rewritten before this checkpoint: keep checkpoints, and give one with --checkpoint")
	}
	if !c.Trusted {
		c.lack("that the ledger is the one you mean: its key came with the file. Get it from the server's /vkey, and give it with --vkey")
	}
	c.lack("what happened after these %d entries, such as a restore", c.Size)
}

func (c *Claim) sayFacts(f ledger.Facts) {
	c.prove("when: %s", f.Time.UTC().Format("2006-01-02 15:04:05.000 UTC"))
	if f.Handle != "" {
		c.prove("on whom: %s", f.Handle)
	}
	if f.Policy != "" {
		c.prove("under the policy %s", f.Policy)
	}
	if f.Law != "" {
		c.prove("by the law %s", f.Law)
	}
	if c.Reason != "" {
		c.prove("the reason that was given: %s", c.Reason)
	}
	if f.Event != ledger.EventExecuted {
		c.lack("that anything took effect: the entry records %q", f.Event)
		return
	}
	people := map[model.ID]bool{}
	for _, s := range c.Signatures {
		people[s.Person] = true
	}
	c.prove("%d different people signed exactly this request with passkeys that the ledger has as theirs", len(people))
	for _, s := range c.Signatures {
		if s.Owner {
			c.prove("  the account's owner, %s, entry %d", s.At.UTC().Format("2006-01-02 15:04:05 UTC"), s.Entry)
			continue
		}
		c.prove("  person %s, %s, entry %d", s.Person, s.At.UTC().Format("2006-01-02 15:04:05 UTC"), s.Entry)
	}
	if c.Sessions > 0 {
		c.lack("%d of its keys, for which a signed-in session stood, as it may on standard accounts", c.Sessions)
	}
	if len(people) > 1 {
		c.lack("that these are different humans: that stands on how their passkeys were enrolled, which the ledger records")
	}
}

func (c *Claim) prove(format string, args ...any) {
	c.Proves = append(c.Proves, fmt.Sprintf(format, args...))
}

func (c *Claim) lack(format string, args ...any) {
	c.Lacks = append(c.Lacks, fmt.Sprintf(format, args...))
}
