package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"keyturn/internal/model"
	"keyturn/internal/policy"
)

type policyCheckCmd struct {
	File   string `arg:"" help:"The bundle: its JSON document, or a directory with policy.json and policy.cedar; or the word shipped."`
	Strict bool   `help:"Exit 1 when there are warnings."`
	JSON   bool   `help:"Print the report as JSON."`
}

// rightView is who can do what about some commands.
type rightView struct {
	Commands  []model.CommandKind   `json:"commands"`
	May       map[model.Role]string `json:"may"`                  // by role; a star where it depends
	DependsOn []string              `json:"depends_on,omitempty"` // what the stars stand for
}

// checkView is a report for programs.
type checkView struct {
	Hash     string       `json:"hash"`
	Staying  []rightView  `json:"staying"`
	Leaving  []rightView  `json:"leaving"`
	Seeing   []model.Role `json:"seeing"` // the desk
	Mixed    []string     `json:"mixed"`
	Warnings []string     `json:"warnings"`
}

func (c *policyCheckCmd) Run(ctx context.Context, con *console) error {
	b, err := storeFlags{}.namedBundle(ctx, c.File)
	if err != nil {
		return err
	}
	r := b.Check()
	v := checkView{Hash: b.Hash(), Staying: rightsView(r, false), Leaving: rightsView(r, true), Seeing: r.Seers(false),
		Mixed: append([]string{}, r.Mixed...), Warnings: append([]string{}, r.Gaps...)}
	if c.JSON {
		err = printJSON(con.out, v)
	} else {
		v.print(con)
	}
	if err == nil && c.Strict && len(v.Warnings) > 0 {
		err = failed{}
	}
	return err
}

func rightsView(r policy.Report, leaver bool) []rightView {
	all := []rightView{}
	for _, right := range r.Rights(leaver) {
		v := rightView{Commands: right.Commands, May: map[model.Role]string{}, DependsOn: right.On}
		for role, may := range right.May {
			if may != "" {
				v.May[role] = may
			}
		}
		all = append(all, v)
	}
	return all
}

func (v checkView) print(con *console) {
	fmt.Fprintf(con.out, "✓ the bundle is good: %s\n", v.Hash)
	for _, who := range []struct {
		title  string
		rights []rightView
	}{{"People who stay", v.Staying}, {"People who are leaving", v.Leaving}} {
		fmt.Fprintf(con.out, "\n%s\n", who.title)
		for _, right := range who.rights {
			right.print(con)
		}
		if len(who.rights) == 0 {
			fmt.Fprintln(con.out, "  nothing")
		}
	}
	fmt.Fprintf(con.out, "\nThe desk is seen by %s.\n", roleNames(v.Seeing))
	for _, text := range v.Mixed {
		fmt.Fprintln(con.out, "!", text+", unlike people of one of these roles alone")
	}
	for _, text := range v.Warnings {
		fmt.Fprintln(con.out, "⚠", text)
	}
	if len(v.Warnings) == 0 {
		fmt.Fprintln(con.out, "✓ everything can be requested by somebody, and every row of the table can be met")
	}
}

// print writes the commands, and beneath them who can do what, those together who can do the same.
func (r rightView) print(con *console) {
	fmt.Fprintf(con.out, "  %s\n", strings.Join(texts(r.Commands), ", "))
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	roles := append(model.Roles(), "")
	for i, role := range roles {
		may := r.May[role]
		if may == "" || slices.ContainsFunc(roles[:i], func(earlier model.Role) bool { return r.May[earlier] == may }) {
			continue
		}
		same := slices.DeleteFunc(slices.Clone(roles), func(other model.Role) bool { return r.May[other] != may })
		fmt.Fprintf(w, "    %s\t%s\n", roleNames(same), may)
	}
	w.Flush()
	if len(r.DependsOn) > 0 {
		fmt.Fprintf(con.out, "    * depends on: %s\n", strings.Join(r.DependsOn, ", "))
	}
}

// roleNames lists roles; "" is whoever has none.
func roleNames(roles []model.Role) string {
	if len(roles) == 0 {
		return "nobody"
	}
	names := texts(roles)
	for i, name := range names {
		if name == "" {
			names[i] = "(no role)"
		}
	}
	return strings.Join(names, ", ")
}

func texts[S ~string](list []S) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}
