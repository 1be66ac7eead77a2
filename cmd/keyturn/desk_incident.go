package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// incidentView is an incident as the desk shows it.
type incidentView struct {
	ID       string                `json:"id"`
	Rule     string                `json:"rule"`
	State    string                `json:"state"`
	What     string                `json:"what"`
	Details  model.IncidentDetails `json:"details"`
	OpenedAt time.Time             `json:"opened_at"`
	OverAt   time.Time             `json:"over_at,omitzero"`
	Entry    int64                 `json:"entry"`
	By       *struct {
		Name string `json:"name"`
	} `json:"acknowledged_by"`
	Note string `json:"note"`
}

type deskIncidentsCmd struct {
	State string `help:"Only those in this state." enum:",open,acknowledged,closed" default:""`
}

func (c *deskIncidentsCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := client.Get(ctx, "/api/v1/incidents?state="+c.State, &raw); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, raw)
	}
	var list []incidentView
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("the desk's answer makes no sense: %w", err)
	}
	if len(list) == 0 {
		fmt.Fprintln(con.out, "no incident")
	}
	for _, v := range list {
		printIncident(con, v)
	}
	return nil
}

func printIncident(con *console, v incidentView) {
	mark := map[string]string{model.IncidentOpen: "✗", model.IncidentAcknowledged: "…", model.IncidentClosed: "✓"}[v.State]
	entry := fmt.Sprintf("ledger entry %d", v.Entry)
	if v.Entry < 0 {
		entry = "the ledger took no entry"
	}
	fmt.Fprintf(con.out, "%s %s %s, %s since %s, %s\n  %s\n", mark, v.ID, strings.ReplaceAll(v.Rule, "_", " "), v.State,
		v.OpenedAt.Local().Format(time.DateTime), entry, v.What)
	for _, row := range v.Details.Found {
		where := fmt.Sprintf("entry %d", row.Entry)
		if row.Table != "" {
			where = row.Table + " " + row.Key
		}
		fmt.Fprintf(con.out, "    %s: %s\n", where, row.What)
	}
	if v.Details.Undo != "" && v.OverAt.IsZero() {
		fmt.Fprintf(con.out, "    undo: %s\n", v.Details.Undo)
	}
	if v.By != nil {
		fmt.Fprintf(con.out, "    seen by %s %s\n", v.By.Name, v.Note)
	}
}

type deskAcknowledgeCmd struct {
	Incident string `arg:"" help:"The incident's ID."`
	Note     string `help:"What you know of it."`
}

func (c *deskAcknowledgeCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	var raw json.RawMessage
	path := "/api/v1/incidents/" + url.PathEscape(c.Incident) + "/acknowledge"
	if err := client.Post(ctx, path, map[string]string{"note": c.Note}, &raw); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, raw)
	}
	var v incidentView
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the desk's answer makes no sense: %w", err)
	}
	printIncident(con, v)
	return nil
}
