package desk

import (
	"keyturn/internal/approval"
	"keyturn/internal/model"
)

// places tells, for the keys on a request in the order in which they were turned, which of them fill a place of those that
// it needs, and what is missing after all of them. A second lead where one is needed fills none, nor does an agent where
// each place is for another role. Who counts as whose double is the guard's to know: it may count fewer.
func places(need model.Requirement, keys []model.Key, void map[model.ID]*model.Error, people roster) (fills []bool, left approval.Missing) {
	var holders []approval.Holder
	left = approval.Tally(need, nil)
	for _, k := range keys {
		filled := false
		if void[k.Person] == nil {
			p := people[k.Person] // nobody, when it is the owner's
			holders = append(holders, approval.Holder{Person: k.Person, Roles: p.RoleSet(), Team: p.Team})
			after := approval.Tally(need, holders)
			filled, left = after.Keys < left.Keys, after
		}
		fills = append(fills, filled)
	}
	return fills, left
}
