package audit

import (
	"slices"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// lifts checks what restores against what sanctions: a restore and a decision on an appeal lift what is there, and make
// no sanction or strike; all other commands make one, and lift none.
func (r *replay) lifts(f ledger.Facts) {
	restores := f.Kind == model.CmdRestore || f.Kind == model.CmdDecideAppeal
	for _, row := range f.Rows {
		switch row.Table {
		case "sanctions", "strikes":
			if isNew := row.Before == nil; isNew == restores || restores && !ends(row) {
				r.find(f.Index, "%s may not change %s %s in this way", f.Kind, row.Table, row.Key)
			}
		case "appeal_decisions":
			r.decided(f, row)
		}
	}
}

// ends reports whether a sanction is lifted, or a strike retracted, that was not before.
func ends(row ledger.Row) bool {
	column := map[string]string{"sanctions": "lifted_at", "strikes": "retracted_at"}[row.Table]
	return row.Before[column] == "0" && row.Values[column] != "0"
}

// decided checks a decision on an appeal: that it was by nobody who asked for what the appeal is against or turned a key
// on that, and that a rejected appeal lifted nothing.
func (r *replay) decided(f ledger.Facts, row ledger.Row) {
	subject := row.Values["subject"]
	if row.Values["decision"] != string(model.AppealGranted) && slices.ContainsFunc(f.Rows, func(other ledger.Row) bool {
		return other.Table == "sanctions" || other.Table == "strikes"
	}) {
		r.find(f.Index, "an appeal that was %s lifted what it was against", row.Values["decision"])
	}
	for _, other := range f.Rows {
		if (other.Table == "sanctions" || other.Table == "strikes") && other.Key != subject {
			r.find(f.Index, "the appeal was against %s, but %s %s was lifted", subject, other.Table, other.Key)
		}
	}
	people, err := r.tookPart(subject)
	if err != nil {
		r.find(f.Index, "who took part in %s, which was appealed, cannot be read: %v", subject, err)
	}
	for _, k := range f.Keys {
		if slices.Contains(people, k.Person) {
			r.find(f.Index, "an appeal was decided with the key of %d, who took part in what it is against", k.Person)
		}
	}
}

// tookPart is who asked for a sanction or strike, and whose keys it took effect with.
func (r *replay) tookPart(subject string) ([]model.ID, error) {
	values, err := r.values("sanctions", subject)
	if err == nil && values == nil {
		values, err = r.values("strikes", subject)
	}
	if err != nil || values == nil {
		return nil, err
	}
	request, err := r.values("requests", values["request"])
	if err != nil || request == nil {
		return nil, err
	}
	requester, err := model.ParseID("requester", request["requester"])
	if err != nil {
		return nil, err
	}
	id, err := model.ParseID("request", values["request"])
	if err != nil {
		return nil, err
	}
	keys, err := r.st.KeysOn(r.ctx, id) // held against the ledger like every row
	people := []model.ID{requester}
	for _, k := range keys {
		people = append(people, k.Person)
	}
	return people, err
}
