package guard

import (
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// allRows is what every cell of the table takes: any of them could be met more easily by more people, fewer leavers, a
// lower class or a looser policy.
func allRows(b *policy.Bundle) ([]model.Requirement, error) {
	var all []model.Requirement
	for _, row := range slices.Concat(policy.ClassRows(), policy.SingleRows()) {
		for _, class := range model.Classes() {
			need, err := b.Requirement(row, class)
			if err != nil {
				return nil, err
			}
			all = append(all, need)
		}
	}
	return all, nil
}

// require is whose keys a deed takes: the row of the table, made stricter by the laws.
func require(d deed, b *policy.Bundle) (model.Requirement, error) {
	if d.cmd.Kind == model.CmdRestore {
		return requireRestore(d), nil
	}
	need, err := b.Requirement(d.row, d.strictest)
	for _, m := range d.lifts { // a granted appeal is no cheaper way to restore (law 9)
		need = policy.Join(need, m.need)
	}
	if err != nil {
		return need, &model.Error{Kind: model.KindForbidden, Law: LawFailClosed,
			Message: "the policy says nothing about this", Err: err}
	}
	return noLoneGovernor(d, b, fewTakings(d, endingTakesTwo(d, twoKeys(d, need))))
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
