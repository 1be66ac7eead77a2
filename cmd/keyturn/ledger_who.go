package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

type ledgerWhoCmd struct {
	storeFlags
	Handle string `arg:"" help:"The account, as @handle."`
	At     string `help:"A past moment: RFC 3339, or a date for its end (UTC)." placeholder:"TIME"`
	JSON   bool   `help:"Print the answer, with its proofs, as JSON."`
}

func (c *ledgerWhoCmd) Run(ctx context.Context, con *console) error {
	at, err := moment(c.At, time.Now())
	if err != nil {
		return err
	}
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	story, err := audit.Who(ctx, st, c.Handle, at)
	if err != nil {
		return err
	}
	warnings, err := warningsOf(ctx, st, story.Account, at)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, struct {
			audit.Story
			Warnings []warning `json:"warnings"`
		}{story, warnings})
	}
	fmt.Fprintf(con.out, "@%s (%s)", story.Handle, story.Class)
	if c.At != "" {
		fmt.Fprintf(con.out, " at %s", at.Local().Format(time.DateTime))
	}
	fmt.Fprintln(con.out)
	if n := len(story.Sanctions) + len(warnings); n == 0 && c.At != "" {
		fmt.Fprintln(con.out, "  nothing was on this account then, nor before")
	} else if n == 0 {
		fmt.Fprintln(con.out, "  nothing is on this account, and nothing ever was")
	}
	for _, a := range story.Sanctions {
		printAct(con, a)
	}
	for _, w := range warnings {
		printWarning(con, w)
	}
	return nil
}

// warning is a strike: what a warn leaves behind, which is no sanction.
type warning struct {
	Strike      model.ID  `json:"strike"`
	At          time.Time `json:"at"`
	RetractedAt time.Time `json:"retracted_at,omitzero"`
	Requester   string    `json:"requester"`
	Request     model.ID  `json:"request"`
	Case        model.ID  `json:"case"`
	Rule        string    `json:"rule"`
	Reason      string    `json:"reason"`
	Leaf        int64     `json:"leaf"` // of the entry that wrote it last
}

// warningsOf are an account's strikes as they stood at a moment.
func warningsOf(ctx context.Context, st *store.Store, account model.ID, at time.Time) ([]warning, error) {
	strikes, err := st.Strikes(ctx, account)
	if err != nil {
		return nil, err
	}
	list := []warning{}
	for _, s := range strikes {
		if s.At.After(at) {
			continue
		}
		if s.RetractedAt.After(at) {
			s.RetractedAt = time.Time{}
		}
		q, err := st.Request(ctx, s.Request)
		if err != nil {
			return nil, fmt.Errorf("reading the request of strike %s: %w", s.ID, err)
		}
		if q, err = guard.Opened(ctx, st.Reads, q); err != nil {
			return nil, err
		}
		by, err := st.Person(ctx, q.Requester)
		if err != nil {
			return nil, err
		}
		list = append(list, warning{Strike: s.ID, At: s.At, RetractedAt: s.RetractedAt, Requester: by.Name, Request: s.Request,
			Case: s.Case, Rule: s.Rule, Reason: q.Command.Reason, Leaf: s.Leaf})
	}
	return list, nil
}

func printWarning(con *console, w warning) {
	state := ""
	if !w.RetractedAt.IsZero() {
		state = ", retracted " + w.RetractedAt.Local().Format(time.DateTime)
	}
	fmt.Fprintf(con.out, "\n  warned %s%s (strike %s)\n    asked for by  %s\n    case %s, rule %q: %s\n    request %s, ledger entry %d\n",
		w.At.Local().Format(time.DateTime), state, w.Strike, w.Requester, w.Case, w.Rule, indented(w.Reason), w.Request, w.Leaf)
}

// moment reads a time of the past, or now.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	end := at
	if err != nil {
		if at, err = time.Parse(time.DateOnly, text); err != nil {
			return at, model.Invalid("at", "%q is no time like 2017-11-02T18:48:00Z and no date like 2017-11-02", text)
		}
		end = at.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	if at.After(now) {
		return at, model.Invalid("at", "%s is yet to come", text)
	}
	if end.After(now) { // today is not over
		end = now
	}
	return end, nil
}

func printAct(con *console, a audit.Act) {
	state := "lifted " + a.LiftedAt.Local().Format(time.DateTime)
	switch {
	case a.Active && a.End.IsZero():
		state = "in force"
	case a.Active:
		state = "in force until " + a.End.Local().Format(time.DateTime)
	case a.LiftedAt.IsZero():
		state = "ended " + a.End.Local().Format(time.DateTime)
	}
	reason := a.Reason
	if a.Erased {
		reason = audit.Erased
	}
	what := string(a.Kind)
	if a.Post != 0 {
		what += " of post " + a.Post.String()
	}
	fmt.Fprintf(con.out, "\n  %s since %s, %s\n", what, a.Since.Local().Format(time.DateTime), state)
	fmt.Fprintf(con.out, "    asked for by  %s\n    keys          %s\n", a.Requester.Name, names(a.Keys))
	fmt.Fprintf(con.out, "    case %s, rule %q: %s\n", a.Case, a.Rule, reason)
	fmt.Fprintf(con.out, "    request %s, policy %.19s…\n", a.Request, a.Policy)
	fmt.Fprintf(con.out, "    ledger entry %d, proved in the head of %s by %s\n", a.Leaf,
		model.Counted(a.Proof.Size, "entry", "entries"), model.Counted(int64(len(a.Proof.Hashes)), "hash", "hashes"))
	if l := a.Lifting; l != nil && l.Owner {
		fmt.Fprintf(con.out, "    lifted by     the account's owner, with a passkey (ledger entry %d)\n", l.Leaf)
	} else if l != nil {
		fmt.Fprintf(con.out, "    lifted for    %s, with the keys of %s, on case %s (ledger entry %d)\n", l.Requester.Name, names(l.Keys), l.Case, l.Leaf)
	}
}

func names(people []audit.Named) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}
