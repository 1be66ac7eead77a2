package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/deskclient"
	"keyturn/internal/guard"
	"keyturn/internal/model"
)

type policyExplainCmd struct {
	storeFlags
	As      string            `required:"" help:"The person's login." placeholder:"LOGIN"`
	Command string            `required:"" help:"The command, such as suspend." placeholder:"KIND"`
	Account string            `help:"The account, as @handle." placeholder:"@HANDLE"`
	Person  string            `help:"The login of the person, for commands on people." placeholder:"LOGIN"`
	Post    string            `help:"The post, for remove_post." placeholder:"ID"`
	Case    string            `help:"The case." placeholder:"ID"`
	Param   map[string]string `help:"A parameter of the command." placeholder:"K=V"`
	JSON    bool              `help:"Print the answer as JSON."`
}

func (c *policyExplainCmd) Run(ctx context.Context, con *console) error {
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	g, err := guard.New(ctx, st, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	login, err := st.LoginNamed(ctx, c.As)
	if err != nil {
		return err
	}
	cmd := model.Command{Params: c.Param}
	if cmd.Kind, err = parseKind("command", c.Command); err != nil {
		return err
	}
	if err := c.check(cmd.Kind); err != nil {
		return err
	}
	if c.Account != "" {
		handle, err := model.ParseHandle("account", c.Account)
		if err != nil {
			return err
		}
		account, err := st.AccountByHandle(ctx, handle)
		if err != nil {
			return err
		}
		cmd.Account = account.ID
	}
	if c.Person != "" {
		who, err := st.LoginNamed(ctx, c.Person)
		if err != nil {
			return err
		}
		cmd.Person = who.Person
	}
	for _, id := range []struct {
		field, text string
		to          *model.ID
	}{{"post", c.Post, &cmd.Post}, {"case", c.Case, &cmd.Case}} {
		if id.text == "" {
			continue
		}
		if *id.to, err = model.ParseID(id.field, id.text); err != nil {
			return err
		}
	}
	x, err := g.Explain(ctx, login.Person, cmd)
	if err != nil {
		return err
	}
	return c.print(con, x)
}

// check names the flag that a command's target is missing from.
func (c *policyExplainCmd) check(kind model.CommandKind) error {
	info, _ := model.InfoOf(kind)
	switch {
	case info.Target == model.TargetAccount && c.Account == "":
		return model.Invalid("account", "is needed: %s is done to an account, --account @HANDLE", kind)
	case info.Target == model.TargetPost && c.Post == "":
		return model.Invalid("post", "is needed: %s is done to a post, --post ID", kind)
	case info.Target == model.TargetPerson && c.Person == "" && kind != model.CmdGrantRole:
		return model.Invalid("person", "is needed: %s is done to one of the staff, --person LOGIN", kind)
	}
	return checkParams(kind, c.Param)
}

func (c *policyExplainCmd) print(con *console, x guard.Explanation) error {
	if c.JSON {
		if err := printJSON(con.out, x); err != nil {
			return err
		}
		if x.Refusal != nil {
			return failed{}
		}
		return nil
	}
	if x.Preview != "" {
		printPreview(con, x.Preview, deskclient.Left(x.Hour), deskclient.Left(x.Day))
	}
	who, what := c.As, c.Command
	if c.Account != "" {
		what += " " + c.Account
	}
	switch {
	case x.Refusal != nil:
		fmt.Fprintf(con.out, "✗ %s cannot %s: %s%s\n", who, what, x.Refusal.Message, lawOf(x.Refusal))
		return failed{}
	case x.Allowed:
		fmt.Fprintf(con.out, "✓ %s can %s alone, with one key of their own\n", who, what)
	case x.Key != nil:
		fmt.Fprintf(con.out, "… %s can ask to %s, but not sign: %s%s\n", who, what, x.Key.Message, lawOf(x.Key))
	default:
		fmt.Fprintf(con.out, "… %s can ask to %s and sign, with others\n", who, what)
	}
	fmt.Fprintf(con.out, "  it takes %s\n", describeNeed(x.Need))
	if !x.Missing.None() {
		fmt.Fprintf(con.out, "  then still missing: %s\n", lackingWords(x.Missing, x.Need))
	}
	fmt.Fprintf(con.out, "  by the row %s of policy %.19s…\n", x.Row, x.Policy)
	return nil
}

func lawOf(e *model.Error) string {
	if e.Law == "" {
		return ""
	}
	return " (law: " + e.Law + ")"
}

// lackingWords says whose keys are missing: "2 more people, among them security, from 1 more team".
func lackingWords(m approval.Missing, need model.Requirement) string {
	people := func(n int, one, many string) string {
		if n == 1 {
			return "1 more " + one
		}
		return fmt.Sprintf("%d more %s", n, many)
	}
	var parts []string
	if m.Keys > 0 {
		parts = append(parts, people(m.Keys, "person", "people"))
	}
	if len(m.Roles) > 0 {
		parts = append(parts, "among them "+rolesInWords(m.Roles))
	}
	if m.Teams > 0 && need.Teams > 1 {
		parts = append(parts, "from "+people(m.Teams, "team", "teams"))
	}
	return strings.Join(parts, ", ")
}

func describeNeed(n model.Requirement) string {
	text := model.Counted(int64(n.Keys), "key", "keys")
	if len(n.Roles) > 0 {
		text += ", among them " + rolesInWords(n.Roles)
	}
	if n.Teams > 1 {
		text += fmt.Sprintf(", from %d teams", n.Teams)
	}
	if n.Wait > 0 {
		text += ", then a wait of " + model.Lasting(n.Wait)
	}
	return text
}
