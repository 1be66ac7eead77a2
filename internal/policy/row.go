package policy

import (
	"slices"

	"keyturn/internal/model"
)

// Row names one line of the table of keys. Which row holds for a command is the guard's to say where it depends on
// parameters: a lock of at most 15 minutes is RowLockBrief, a change that governs is RowTighten or RowLoosen by what it
// makes easier.
type Row string

// The rows that have a cell for each class.
const (
	RowWarn         Row = "warn"
	RowLockBrief    Row = "lock_brief" // a lock of at most 15 minutes: law 1's exception
	RowLock         Row = "lock"       // a longer one
	RowSensitive    Row = "sensitive"
	RowLimit        Row = "limit"
	RowRemovePost   Row = "remove_post"
	RowDeactivate   Row = "deactivate"
	RowSuspend      Row = "suspend"
	RowBan          Row = "ban"
	RowPurge        Row = "purge"
	RowTakeover     Row = "takeover" // sign_out, reset_credentials, change_email, rename_handle
	RowViewPrivate  Row = "view_private"
	RowDecideAppeal Row = "decide_appeal"
)

// The rows that have one cell, whatever the class.
const (
	RowGrantAgent Row = "grant_agent" // grant the role of agent, or enrol an agent's credential
	RowLoosen     Row = "loosen"      // everything else that governs and makes something easier
	RowUnfreeze   Row = "unfreeze"
	RowTighten    Row = "tighten" // what governs and makes nothing easier
	RowFreeze     Row = "freeze"
	RowRestore    Row = "restore" // law 9's one key
)

// ClassRows lists the rows that have a cell for each class, in the order of the table.
func ClassRows() []Row {
	return []Row{RowWarn, RowLockBrief, RowLock, RowSensitive, RowLimit, RowRemovePost, RowDeactivate, RowSuspend, RowBan,
		RowPurge, RowTakeover, RowViewPrivate, RowDecideAppeal}
}

// SingleRows lists the rows that have one cell, in the order of the table.
func SingleRows() []Row {
	return []Row{RowGrantAgent, RowLoosen, RowUnfreeze, RowTighten, RowFreeze, RowRestore}
}

// ByClass reports whether the row has a cell for each class.
func (r Row) ByClass() bool { return slices.Contains(ClassRows(), r) }

// Commands lists the commands that the row can hold for.
func (r Row) Commands() []model.CommandKind {
	switch r {
	case RowLockBrief:
		return []model.CommandKind{model.CmdLock}
	case RowTakeover:
		return kindsOf(model.GroupTakeover)
	case RowGrantAgent:
		return []model.CommandKind{model.CmdGrantRole, model.CmdEnrollCredential}
	case RowLoosen, RowTighten:
		return slices.DeleteFunc(kindsOf(model.GroupGovern), func(k model.CommandKind) bool { return k == model.CmdUnfreeze })
	}
	return []model.CommandKind{model.CommandKind(r)} // every other row has its command's name
}

func kindsOf(group model.Group) (kinds []model.CommandKind) {
	for _, c := range model.Catalogue() {
		if c.Group == group {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}
