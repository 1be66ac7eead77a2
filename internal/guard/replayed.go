package guard

import (
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// What follows are the laws for whoever judges again, from the ledger alone, what the guard has done.

// SameHuman are the people who count as the same human as somebody, by what was asked for them lately (law 4).
func SameHuman(p model.Person, held []model.Credential, now time.Time) []model.ID {
	return oneHuman(p, held, now).SameAs
}

// ClassThen is the class whose requirements hold for an account (laws 2 and 11).
func ClassThen(c store.AccountClass, now time.Time) model.Class { return classTravels(c, now) }

// EasierEmployment reports whether the next employment lets a person do more, or for longer, than the one before.
func EasierEmployment(was, next model.Employment) bool { return easierEmployment(was, next) }

// AtLeast is what everything that is done under a row takes at the least: the row, made stricter by the laws that hold
// whatever else is so. A restore takes what its sanction took, which is not known here.
func AtLeast(b *policy.Bundle, kind model.CommandKind, row policy.Row, strictest model.Class) (model.Requirement, error) {
	need, err := b.Requirement(row, strictest)
	if err != nil || row != policy.RowLoosen {
		return need, err
	}
	return noLoneGovernor(deed{cmd: model.Command{Kind: kind}, row: row, loosens: true}, b, need)
}
