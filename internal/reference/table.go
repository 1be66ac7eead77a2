package reference

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/model"
)

// design is the table of the design: keys · who must be among them · wait, for standard, verified, high_profile and
// government accounts or, with one cell, whatever the class. "agent" stands for anybody who may sign.
const design = `
warn         | 1 agent  | 1 agent  | 1 lead                      | 2 · lead
lock_brief   | 1 agent  | 1 agent  | 1 lead                      | 1 lead
lock         | 1 agent  | 2        | 2 · lead                    | 3 · lead, government_affairs
sensitive    | 1 agent  | 2        | 2 · lead                    | 3 · lead, government_affairs
limit        | 1 agent  | 2        | 2 · lead                    | 3 · lead, government_affairs
remove_post  | 1 agent  | 2        | 2 · lead                    | 3 · lead, government_affairs
deactivate   | 1 agent  | 2 · lead | 2 · lead, two teams · 10m   | 3 · lead, government_affairs, security · 15m
suspend      | 1 agent  | 2 · lead | 2 · lead, two teams · 10m   | 3 · lead, government_affairs, security · 15m
ban          | 2 · lead | 2 · lead | 3 · lead, security · 1h     | 3 · lead, government_affairs, security · 24h
takeover     | 2        | 2 · lead | 2 · lead, security          | 3 · lead, government_affairs, security
decide_appeal | 1 lead  | 2 · lead | 2 · lead                    | 3 · lead, government_affairs
grant_agent  | 2 · admin, lead
loosen       | 3 · admin, security, two teams · 24h
unfreeze     | 2 · security, two teams
tighten      | 1 agent
freeze       | 1 agent`

// Table is the design's table: a requirement by row and class.
type Table map[string]map[model.Class]model.Requirement

// ReadTable reads the table as the design prints it.
func ReadTable() (Table, error) {
	t := Table{}
	for line := range strings.Lines(strings.TrimSpace(design)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		row := map[model.Class]model.Requirement{}
		for i, class := range append(model.Classes(), "") { // "": no account is concerned
			need, err := readCell(cells[min(i+1, len(cells)-1)])
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", cells[0], class, err)
			}
			row[class] = need
		}
		t[strings.TrimSpace(cells[0])] = row
	}
	return t, nil
}

// readCell reads "3 · lead, two teams · 15m", and "1 lead" as "1 · lead".
func readCell(cell string) (need model.Requirement, err error) {
	number, rest, _ := strings.Cut(strings.TrimSpace(cell), " ")
	if need.Keys, err = strconv.Atoi(number); err != nil {
		return need, err
	}
	need.Teams = 1
	for part := range strings.SplitSeq(strings.ReplaceAll(rest, "·", ","), ",") {
		switch part = strings.TrimSpace(part); {
		case part == "" || part == "agent":
		case part == "two teams":
			need.Teams = 2
		case part[0] >= '0' && part[0] <= '9':
			if need.Wait, err = time.ParseDuration(part); err != nil {
				return need, err
			}
		default:
			role, err := model.ParseRole("role", part)
			if err != nil {
				return need, err
			}
			need.Roles = append(need.Roles, role)
		}
	}
	return need, nil
}
