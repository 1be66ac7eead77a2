package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskShowCmd struct {
	What string `arg:"" help:"A request's ID, an account as @handle, or a case's ID."`
}

func (c *deskShowCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	if handle, ok := strings.CutPrefix(c.What, "@"); ok {
		return c.account(ctx, con, root, client, handle)
	}
	id := url.PathEscape(c.What)
	r, err := client.Show(ctx, id)
	if no, refused := deskclient.Refused(err); !refused || no.Kind != string(model.KindNotFound) {
		return root.Desk.answer(con, r, err)
	}
	v, err := client.Case(ctx, c.What)
	if err != nil {
		return root.Desk.answer(con, r, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, v)
	}
	printCase(con.out, v)
	return nil
}

func (c *deskShowCmd) account(ctx context.Context, con *console, root *cli, client *deskclient.Client, handle string) error {
	var raw json.RawMessage
	if err := client.Get(ctx, "/api/v1/accounts/"+url.PathEscape(handle), &raw); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, raw)
	}
	var v deskclient.Account
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the desk's answer makes no sense: %w", err)
	}
	fmt.Fprintf(con.out, "@%s (%s) account %s\n  %s, %s, %s\n", v.Handle, v.Class, v.ID,
		model.Counted(v.Followers, "follower", "followers"), model.Counted(v.Posts, "post", "posts"), model.Counted(int64(v.Strikes), "strike", "strikes"))
	if v.Strictest != v.Class {
		fmt.Fprintf(con.out, "  was %s: keeps its requirements for 7 days\n", v.Strictest)
	}
	if p := v.Purge; p != nil && p.DoneAt.IsZero() {
		fmt.Fprintf(con.out, "  being purged since %s: not all of it is erased\n", p.At.Local().Format(time.DateTime))
	} else if p != nil {
		fmt.Fprintf(con.out, "  purged %s: its content is erased for good\n", p.At.Local().Format(time.DateTime))
	}
	if v.Case != "" {
		fmt.Fprintf(con.out, "  open case %s\n", v.Case)
	}
	for _, s := range v.Sanctions {
		state := "over"
		switch {
		case s.Active && !s.End.IsZero():
			state = "in force until " + s.End.Local().Format(time.DateTime)
		case s.Active:
			state = "in force"
		}
		what := string(s.Kind)
		if s.Post != 0 {
			what += " of post " + s.Post.String()
		}
		fmt.Fprintf(con.out, "  %s since %s, %s\n", what, s.Start.Local().Format(time.DateTime), state)
	}
	printWarnings(con, v)
	return nil
}

// printWarnings lists the strikes among the newest requests on an account: a warning is no sanction.
func printWarnings(con *console, v deskclient.Account) {
	for _, r := range v.Requests {
		if r.State != model.StateExecuted {
			continue
		}
		when := r.EffectAt
		if !r.ClosedAt.IsZero() {
			when = r.ClosedAt
		}
		switch {
		case r.Kind == model.CmdWarn:
			fmt.Fprintf(con.out, "  warned %s by %s (request %s): %s\n", when.Local().Format(time.DateTime), r.Requester.Name, r.ID, indented(r.Reason))
		case r.Kind == model.CmdRestore && r.Params["strike"] != "":
			fmt.Fprintf(con.out, "  a strike retracted %s for %s (request %s)\n", when.Local().Format(time.DateTime), r.Requester.Name, r.ID)
		}
	}
}

// stateMark is where a request is, in words.
func stateMark(s model.RequestState) string {
	switch s {
	case model.StateExecuted:
		return "✓ done"
	case model.StatePending:
		return "… waits for keys"
	case model.StateWaiting:
		return "… has its keys and waits"
	}
	return "✗ " + string(s)
}

func printRequest(con *console, r deskclient.Request) {
	fmt.Fprintf(con.out, "%s: request %s\n  %s\n", stateMark(r.State), r.ID, r.Words)
	printClientChanges(con, r)
	fmt.Fprintf(con.out, "  asked for by %s: %s\n", r.Requester.Name, r.Reason)
	for _, k := range r.Keys {
		state := "✓"
		if !k.Counts {
			state = "✗ does not count: " + k.WhyNot
		}
		fmt.Fprintf(con.out, "  key of %s %s\n", k.Person.Name, state)
	}
	switch {
	case r.State == model.StatePending:
		fmt.Fprintf(con.out, "  still missing: %s\n", missingOf(r))
	case r.State == model.StateWaiting:
		fmt.Fprintf(con.out, "  takes effect at %s\n", r.EffectAt.Local().Format("2006-01-02 15:04:05.000"))
	case r.Outcome != "":
		fmt.Fprintf(con.out, "  %s\n", r.Outcome)
	}
}

// missingOf says whose keys a request still lacks.
func missingOf(r deskclient.Request) string {
	if r.State != model.StatePending {
		return "–"
	}
	text := keysAndRoles(r.Missing)
	if r.Missing.Teams > 0 && r.Need.Teams > 1 {
		text += fmt.Sprintf(" (from %s)", model.Counted(int64(r.Missing.Teams), "further team", "further teams"))
	}
	if r.OwnersKey {
		text += " (or the owner's passkey for one)"
	}
	return text
}

// keysAndRoles says how many keys, and whose must be among them: "2: lead and security".
func keysAndRoles(n deskclient.Need) string {
	text := strconv.Itoa(n.Keys)
	if len(n.Roles) > 0 {
		text += ": " + rolesInWords(n.Roles)
	}
	return text
}

// effectOf is when a request took effect or will, as far as that is known.
func effectOf(r deskclient.Request) string {
	if r.EffectAt.IsZero() {
		return "–"
	}
	return r.EffectAt.Local().Format(time.DateTime)
}

func targetOf(r deskclient.Request) string {
	switch {
	case r.Account != nil && r.Post != "" && r.Post != "0":
		return "@" + r.Account.Handle + "/" + r.Post
	case r.Account != nil:
		return "@" + r.Account.Handle
	case r.Person != nil:
		return r.Person.Name
	}
	return "–"
}
