package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

type policyShowCmd struct {
	storeFlags
	Hash    string `arg:"" optional:"" help:"A bundle that was published: its hash, or how it begins. Without it: the one in force."`
	Shipped bool   `help:"The one that new stores begin with; needs no store."`
	Write   string `help:"Write it into this directory, as policy.json and policy.cedar, to be changed." type:"path" placeholder:"DIR"`
	JSON    bool   `help:"Print the document itself."`
}

func (c *policyShowCmd) Run(ctx context.Context, con *console) error {
	name := c.Hash
	switch {
	case c.Shipped && name != "":
		return model.Invalid("hash", "and --shipped name two bundles")
	case c.Shipped:
		name = "shipped"
	case name == "":
		name = "in-force"
	}
	b, err := c.namedBundle(ctx, name)
	switch {
	case err != nil:
		return err
	case c.Write != "":
		return writeBundle(con, c.Write, b)
	case c.JSON:
		_, err := fmt.Fprintf(con.out, "%s\n", b.Encode())
		return err
	}
	return printBundle(con, b)
}

// writeBundle writes a bundle for people to change; it writes over nothing.
func writeBundle(con *console, dir string, b *policy.Bundle) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return model.Invalid("write", "%v", err)
	}
	table, cedar := b.Parts()
	for name, text := range map[string][]byte{bundleTable: table, bundleCedar: []byte(cedar)} {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return model.Invalid("write", "%v", err)
		}
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	fmt.Fprintf(con.out, "✓ %s and %s in %s: change them, try them with keyturn policy check and whatif, publish them with keyturn desk publish\n",
		bundleTable, bundleCedar, dir)
	return nil
}

// printBundle prints a bundle as people read it.
func printBundle(con *console, b *policy.Bundle) error {
	fmt.Fprintf(con.out, "policy %s\n\n", b.Hash())
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "COMMAND\t"+strings.ToUpper(strings.Join(texts(model.Classes()), "\t")))
	for _, row := range policy.ClassRows() {
		cells := []string{string(row)}
		for _, class := range model.Classes() {
			need, err := b.Requirement(row, class)
			if err != nil {
				return err
			}
			cells = append(cells, policy.Words(need))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(con.out)
	fmt.Fprintln(w, "WHATEVER THE CLASS\tKEYS")
	for _, row := range policy.SingleRows() {
		need, err := b.Requirement(row, "")
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\n", row, policy.Words(need))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(con.out)
	fmt.Fprintln(w, "BUDGET\tACCOUNTS AN HOUR\tA DAY\tFOLLOWERS AN HOUR\tA DAY")
	for _, role := range model.Roles() {
		of := b.Budget(role)
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", role, of.AccountsPerHour, of.AccountsPerDay, humanize.Comma(of.ReachPerHour), humanize.Comma(of.ReachPerDay))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(con.out, "\nThe breaker: %s.\n\n%s", b.Breaker().Words(), b.Cedar())
	return nil
}

type policyDiffCmd struct {
	storeFlags
	A    string `arg:"" help:"A file or directory, the hash of a bundle that was published, in-force, or shipped."`
	B    string `arg:"" help:"Another."`
	JSON bool   `help:"Print the differences as JSON."`
}

// diffView is two bundles compared.
type diffView struct {
	A       string             `json:"a"`
	B       string             `json:"b"`
	Mark    policy.Mark        `json:"mark"`
	Changes []policy.Change    `json:"changes"`
	Need    *model.Requirement `json:"need,omitempty"` // to publish B while A is in force; none when they are one
}

func (c *policyDiffCmd) Run(ctx context.Context, con *console) error {
	a, err := c.namedBundle(ctx, c.A)
	if err != nil {
		return fmt.Errorf("%s: %w", c.A, err)
	}
	b, err := c.namedBundle(ctx, c.B)
	if err != nil {
		return fmt.Errorf("%s: %w", c.B, err)
	}
	v := diffView{A: a.Hash(), B: b.Hash(), Changes: append([]policy.Change{}, policy.Diff(a, b)...)}
	v.Mark = policy.MarkOf(v.Changes)
	if v.A != v.B {
		need, err := guard.ToPublish(a, v.Changes)
		if err != nil {
			return err
		}
		v.Need = &need
	}
	if c.JSON {
		return printJSON(con.out, v)
	}
	if v.Need == nil {
		fmt.Fprintln(con.out, "they are the same:", v.A)
		return nil
	}
	printChanges(con, v.Changes, "")
	fmt.Fprintf(con.out, "%s\npublishing %.19s… over %.19s… takes %s\n", verdictOf(v.Mark), v.B, v.A, describeNeed(*v.Need))
	return nil
}

// verdictOf says which way a change goes as a whole.
func verdictOf(m policy.Mark) string {
	switch m {
	case policy.MarkLooser:
		return "it makes something easier: looser"
	case policy.MarkTighter:
		return "it makes nothing easier: tighter"
	}
	return "it changes no answer"
}

func printChanges(con *console, changes []policy.Change, indent string) {
	for _, c := range changes {
		fmt.Fprintf(con.out, "%s%s %-7s  %s\n", indent, map[policy.Mark]string{policy.MarkLooser: "↓", policy.MarkTighter: "↑", policy.MarkNeither: "="}[c.Mark], c.Mark, c.Words)
	}
}

type policyHistoryCmd struct {
	storeFlags
	Limit int  `help:"How many, the newest." default:"100"`
	JSON  bool `help:"Print them as JSON."`
}

func (c *policyHistoryCmd) Run(ctx context.Context, con *console) error {
	if c.Limit < 1 {
		return model.Invalid("limit", "must be at least 1")
	}
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	all, err := audit.Publications(ctx, st.Reads, 0, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, all)
	}
	for _, p := range all {
		printPublication(con, p)
	}
	return nil
}

func printPublication(con *console, p audit.Publication) {
	state := ""
	if p.InForce {
		state = ", in force"
	}
	fmt.Fprintf(con.out, "%s  %s\n  ledger entry %d%s", p.At.Local().Format(time.DateTime), p.Hash, p.Leaf, state)
	if p.Request == 0 {
		fmt.Fprintln(con.out, ": the store was born with it")
		return
	}
	fmt.Fprintf(con.out, ": request %s by %s, keys of %s\n", p.Request, p.Requester.Name, names(p.Keys))
	if p.Mark == "" {
		fmt.Fprintln(con.out, "  this version of keyturn cannot read it, or the one before")
	}
	printChanges(con, p.Changes, "  ")
}
