package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

// gapEntity is a cell of the table that the people who hold keys cannot meet, or could not without one of them.
type gapEntity struct {
	Row     string      `json:"row"`
	Class   model.Class `json:"class,omitempty"`
	Need    need        `json:"need"`
	Missing missing     `json:"missing"`
	Without *personRef  `json:"without,omitempty"` // whose loss opens it; absent: it is open now
}

// gaps tells which rows of the table the live key-holders could no longer meet, and which hang on one person.
func (d *desk) gaps(w http.ResponseWriter, r *http.Request, _ caller) error {
	all, err := d.listGaps(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

// gapGroup is what hangs on one person, or on nobody any more.
type gapGroup struct {
	Without string
	Rows    []string
}

// byPerson puts together what the page tells in one line; what is open now comes first.
func byPerson(gaps []gapEntity) (groups []gapGroup) {
	for _, g := range gaps {
		who, row := "", inWords(g.Row)
		if g.Without != nil {
			who = g.Without.Name
		}
		if g.Class != "" {
			row += " on " + inWords(g.Class)
		}
		i := slices.IndexFunc(groups, func(other gapGroup) bool { return other.Without == who })
		if i < 0 {
			groups = append(groups, gapGroup{Without: who})
			i = len(groups) - 1
		}
		groups[i].Rows = append(groups[i].Rows, row)
	}
	slices.SortStableFunc(groups, func(a, b gapGroup) int { return strings.Compare(a.Without, b.Without) })
	return groups
}

func (d *desk) listGaps(ctx context.Context) ([]gapEntity, error) {
	gaps, err := d.Guard.Gaps(ctx)
	if err != nil {
		return nil, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	all := []gapEntity{}
	for _, g := range gaps {
		e := gapEntity{Row: string(g.Row), Class: g.Class, Need: needOf(g.Need),
			Missing: missing{g.Missing.Keys, notNil(g.Missing.Roles), g.Missing.Teams}}
		if g.Without != 0 {
			e.Without = new(people.ref(g.Without))
		}
		all = append(all, e)
	}
	return all, nil
}
