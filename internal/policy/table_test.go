package policy

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
)

// The table of DESIGN section 5, in its own notation, word for word. A session-only alternative, the owner's passkey in
// a takeover of a standard account, is no requirement on staff and stands outside.
const designed = `
| warn | 1 agent | 1 agent | 1 lead | 2 · lead |
| lock_brief | 1 agent | 1 agent | 1 lead | 1 lead |
| sensitive, limit, lock, remove_post | 1 agent | 2 | 2 · lead | 3 · lead, government_affairs |
| deactivate, suspend | 1 agent | 2 · lead | 2 · lead, two teams · 10 min | 3 · lead, government_affairs, security · 15 min |
| ban, purge | 2 · lead | 2 · lead | 3 · lead, security · 1 h | 3 · lead, government_affairs, security · 24 h |
| takeover | 2 | 2 · lead | 2 · lead, security | 3 · lead, government_affairs, security |
| view_private | 1 agent | 2 | 2 · lead | 2 · lead, security |
| decide_appeal | 1 lead | 2 · lead | 2 · lead | 3 · lead, government_affairs |
| grant_agent | 2 · admin, lead |
| loosen | 3 · admin, security, two teams · 24 h |
| unfreeze | 2 · security, two teams |
| tighten, freeze, restore | 1 agent |
`

// readNotation reads a cell of the design: keys, who must be among them, wait. "1 agent" is anybody whom Cedar lets
// sign; "1 lead" is a lead.
func readNotation(t *testing.T, s string) model.Requirement {
	t.Helper()
	need := model.Requirement{Roles: []model.Role{}, Teams: 1}
	parts := strings.Split(strings.Replace(s, "1 lead", "1 · lead", 1), " · ")
	keys, err := strconv.Atoi(strings.TrimSuffix(parts[0], " agent"))
	if err != nil {
		t.Fatalf("reading %q: %v", s, err)
	}
	need.Keys = keys
	for _, part := range parts[1:] {
		number, unit, _ := strings.Cut(part, " ")
		n, err := strconv.Atoi(number)
		if err == nil {
			need.Wait = time.Duration(n) * map[string]time.Duration{"min": time.Minute, "h": time.Hour}[unit]
			continue
		}
		for _, who := range strings.Split(part, ", ") {
			if who == "two teams" {
				need.Teams = 2
			} else {
				need.Roles = append(need.Roles, model.Role(who))
			}
		}
	}
	slices.SortFunc(need.Roles, func(a, b model.Role) int {
		return slices.Index(model.Roles(), a) - slices.Index(model.Roles(), b)
	})
	return need
}

func TestShippedTableIsTheDesigned(t *testing.T) {
	b := shipped(t)
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(designed), "\n") {
		columns := strings.Split(strings.Trim(line, "| "), " | ")
		for _, name := range strings.Split(columns[0], ", ") {
			row, texts := Row(name), columns[1:]
			classes := []model.Class{""}
			if row.ByClass() {
				classes = model.Classes()
			}
			if len(texts) != len(classes) {
				t.Fatalf("%s has %d cells, want %d", row, len(texts), len(classes))
			}
			for i, class := range classes {
				seen++
				got, err := b.Requirement(row, class)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(readNotation(t, texts[i]), got); diff != "" {
					t.Errorf("%s %s (-design +shipped):\n%s", row, class, diff)
				}
			}
		}
	}
	if seen != len(cells()) {
		t.Errorf("the design has %d cells, the table %d", seen, len(cells()))
	}
}

func TestMissingCellIsAnError(t *testing.T) {
	b := shipped(t)
	for _, c := range []cell{{"", ""}, {"suspend", ""}, {"suspend", "none"}, {"suspend", "royal"}, {"promote", "standard"}} {
		if need, err := b.Requirement(c.row, c.class); err == nil {
			t.Errorf("%v gives %v", c, need)
		}
	}
	if _, err := b.Requirement(RowUnfreeze, model.ClassGovernment); err != nil {
		t.Errorf("the class counts in a row that has one cell: %v", err)
	}
}

func TestRequirementIsACopy(t *testing.T) {
	b := shipped(t)
	need, _ := b.Requirement(RowBan, model.ClassGovernment)
	need.Roles[0] = model.RoleAgent
	if again, _ := b.Requirement(RowBan, model.ClassGovernment); again.Roles[0] == model.RoleAgent {
		t.Error("a caller can change the table")
	}
	doc := b.Encode()
	doc[0] = 'x'
	if b.Encode()[0] == 'x' {
		t.Error("a caller can change the document")
	}
}

// Every command takes its keys from some row, and every row names commands of the catalogue.
func TestRowsAndCatalogue(t *testing.T) {
	rows := map[model.CommandKind][]Row{}
	for _, row := range append(ClassRows(), SingleRows()...) {
		for _, kind := range row.Commands() {
			if _, ok := model.InfoOf(kind); !ok {
				t.Errorf("%s names %s, which is no command", row, kind)
			}
			rows[kind] = append(rows[kind], row)
		}
	}
	for _, c := range model.Catalogue() {
		keyless := c.Kind == model.CmdVeto || c.Kind == model.CmdDecline || c.Kind == model.CmdWithdraw
		if keyless != (len(rows[c.Kind]) == 0) {
			t.Errorf("%s has the rows %v", c.Kind, rows[c.Kind])
		}
	}
	if want := []Row{RowLockBrief, RowLock}; !slices.Equal(rows[model.CmdLock], want) {
		t.Errorf("lock has the rows %v, want %v", rows[model.CmdLock], want)
	}
}
