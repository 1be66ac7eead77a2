package guard_test

import (
	"slices"
	"testing"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

func (w *world) gaps() []guard.Gap {
	w.t.Helper()
	gaps, err := w.Guard.Gaps(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return gaps
}

// gap finds a cell's gap that is open without somebody (0: now).
func gap(gaps []guard.Gap, row policy.Row, class model.Class, without model.ID) (guard.Gap, bool) {
	i := slices.IndexFunc(gaps, func(g guard.Gap) bool { return g.Row == row && g.Class == class && g.Without == without })
	if i < 0 {
		return guard.Gap{}, false
	}
	return gaps[i], true
}

// TestGaps: the demo's staff can do everything, and what hangs on one person is told before that person is lost.
func TestGaps(t *testing.T) {
	w := newWorld(t)
	gaps := w.gaps()
	for _, g := range gaps {
		if g.Without == 0 {
			t.Errorf("nobody can meet %s on %s: missing %+v", g.Row, g.Class, g.Missing)
		}
		if g.Without == w.person("agent") || g.Without == w.person("auditor") {
			t.Errorf("%s on %s hangs on somebody of whom there are others: %+v", g.Row, g.Class, g)
		}
	}
	for login, want := range map[string]struct {
		row   policy.Row
		class model.Class
	}{"gov": {policy.RowSuspend, model.ClassGovernment}, "security": {policy.RowLoosen, ""}} {
		if _, there := gap(gaps, want.row, want.class, w.person(login)); !there {
			t.Errorf("that %s on %q hangs on %s is not told", want.row, want.class, login)
		}
	}
	w.Do("admin", w.on(model.CmdSetEmployment, "gov", "status", "notice"), "admin")
	open, there := gap(w.gaps(), policy.RowSuspend, model.ClassGovernment, 0)
	if !there || !slices.Equal(open.Missing.Roles, []model.Role{model.RoleGovernmentAffairs}) || open.Missing.Keys != 1 {
		t.Errorf("with government affairs leaving: %+v, %t", open, there)
	}
	if _, there := gap(w.gaps(), policy.RowSuspend, model.ClassHighProfile, 0); there {
		t.Error("a row that needs no government affairs has a gap")
	}
}

// TestGapsWithoutPasskey: somebody whose only passkey is revoked holds no key.
func TestGapsWithoutPasskey(t *testing.T) {
	w := newWorld(t)
	held, err := w.Store.CredentialsOf(t.Context(), w.person("security"))
	if err != nil {
		t.Fatal(err)
	}
	w.Do("admin", w.on(model.CmdEnrollCredential, "security", "revoke", held[0].ID.String()), "admin")
	if _, there := gap(w.gaps(), policy.RowBan, model.ClassGovernment, 0); !there {
		t.Error("a security officer without a passkey still counts")
	}
}
