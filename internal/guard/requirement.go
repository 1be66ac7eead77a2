package guard

import (
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// harmRows are the rows of the table whose commands darken, silence or take over.
func harmRows() []policy.Row {
	return []policy.Row{policy.RowLock, policy.RowSensitive, policy.RowLimit, policy.RowRemovePost, policy.RowDeactivate,
		policy.RowSuspend, policy.RowBan, policy.RowPurge, policy.RowTakeover}
}

// strictestHarm is the most keys and the longest wait that any harm to any protected account takes.
func strictestHarm(b *policy.Bundle) (model.Requirement, error) {
	var top model.Requirement
	for _, row := range harmRows() {
		for _, class := range model.Classes()[1:] {
			r, err := b.Requirement(row, class)
			if err != nil {
				return top, err
			}
			top.Keys, top.Wait = max(top.Keys, r.Keys), max(top.Wait, r.Wait)
		}
	}
	return top, nil
}

// require is whose keys a deed takes: the row of the table, made stricter by the laws.
func require(d deed, b *policy.Bundle) (model.Requirement, error) {
	if d.cmd.Kind == model.CmdRestore {
		return requireRestore(d), nil
	}
	need, err := b.Requirement(d.row, d.strictest)
	if err != nil {
		return need, &model.Error{Kind: model.KindForbidden, Law: LawFailClosed,
			Message: "the policy says nothing about this", Err: err}
	}
	return noLoneGovernor(d, b, twoKeys(d, need))
}

// roleUnion is every role that one of the lists names, each once.
func roleUnion(a, b []model.Role) []model.Role {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// sameNeed compares whose keys were asked for with whose are needed now.
func sameNeed(asked, now model.Requirement) bool {
	return asked.Keys == now.Keys && asked.Teams == now.Teams && asked.Wait == now.Wait &&
		slices.Equal(asked.Roles, now.Roles)
}
