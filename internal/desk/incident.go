package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

// incidentEntity is an incident in the API and on its page.
type incidentEntity struct {
	ID             model.ID              `json:"id"`
	Rule           model.IncidentRule    `json:"rule"`
	State          string                `json:"state"`
	What           string                `json:"what"`
	Details        model.IncidentDetails `json:"details"`
	OpenedAt       time.Time             `json:"opened_at"`
	Entry          int64                 `json:"entry"` // of the ledger; -1: it took none
	AcknowledgedBy *personRef            `json:"acknowledged_by,omitempty"`
	AcknowledgedAt time.Time             `json:"acknowledged_at,omitzero"`
	Note           string                `json:"note,omitempty"`
	OverAt         time.Time             `json:"over_at,omitzero"`
	ClosedAt       time.Time             `json:"closed_at,omitzero"`
}

func incidentOf(i model.Incident, people roster) incidentEntity {
	e := incidentEntity{ID: i.ID, Rule: i.Rule, State: i.State(), What: i.What, Details: i.Details, OpenedAt: i.OpenedAt, Entry: i.Entry,
		AcknowledgedAt: i.AcknowledgedAt, Note: i.Note, OverAt: i.OverAt, ClosedAt: i.ClosedAt}
	if i.AcknowledgedBy != 0 {
		e.AcknowledgedBy = new(people.ref(i.AcknowledgedBy))
	}
	return e
}

func (d *desk) incidents(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	all, err := d.listIncidents(r.Context(), l)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listIncidents(ctx context.Context, l list) ([]incidentEntity, error) {
	list, err := d.Store.Incidents(ctx, l.state, l.before, l.limit)
	if err != nil {
		return nil, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	all := []incidentEntity{}
	for _, i := range list {
		all = append(all, incidentOf(i, people))
	}
	return all, nil
}

func (d *desk) incident(w http.ResponseWriter, r *http.Request, _ caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	i, err := d.Store.Incident(r.Context(), id)
	if err != nil {
		return err
	}
	return d.writeIncident(w, r, i)
}

func (d *desk) writeIncident(w http.ResponseWriter, r *http.Request, i model.Incident) error {
	people, err := d.roster(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, incidentOf(i, people))
}

// acknowledge notes that the caller has seen an incident.
func (d *desk) acknowledge(w http.ResponseWriter, r *http.Request, who caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var in struct {
		Note string `json:"note"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	i, err := d.Watch.Acknowledge(r.Context(), who.person, id, in.Note)
	if err != nil {
		return err
	}
	return d.writeIncident(w, r, i)
}

// incidentsPage lists the incidents that are not closed, and those that are.
func (d *desk) incidentsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	data := map[string]any{}
	for name, part := range map[string]list{
		"Open":         {state: model.IncidentOpen, limit: maxLimit},
		"Acknowledged": {state: model.IncidentAcknowledged, limit: maxLimit},
		"Closed":       {state: model.IncidentClosed, before: l.before, limit: l.limit},
	} {
		all, err := d.listIncidents(r.Context(), part)
		if err != nil {
			return err
		}
		data[name] = all
		if name == "Closed" {
			data["Older"] = older(all, l, func(e incidentEntity) model.ID { return e.ID })
		}
	}
	return d.show(w, r, http.StatusOK, "incidents", view{Title: "Incidents", Path: "/incidents", Person: who.person.Name, Data: data})
}
