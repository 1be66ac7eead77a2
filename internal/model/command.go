package model

import "slices"

// CommandKind names one thing that staff can ask the guard for. The catalogue is closed: a kind that is not listed
// here is refused.
type CommandKind string

// The commands, by group.
const (
	CmdWarn CommandKind = "warn"

	CmdLock      CommandKind = "lock"
	CmdSensitive CommandKind = "sensitive"
	CmdLimit     CommandKind = "limit"

	CmdRemovePost CommandKind = "remove_post"
	CmdDeactivate CommandKind = "deactivate"
	CmdSuspend    CommandKind = "suspend"
	CmdBan        CommandKind = "ban"
	CmdPurge      CommandKind = "purge"

	CmdSignOut          CommandKind = "sign_out"
	CmdResetCredentials CommandKind = "reset_credentials"
	CmdChangeEmail      CommandKind = "change_email"
	CmdRenameHandle     CommandKind = "rename_handle"

	CmdViewPrivate  CommandKind = "view_private"
	CmdDecideAppeal CommandKind = "decide_appeal"

	CmdSetClass         CommandKind = "set_class"
	CmdSetVerified      CommandKind = "set_verified"
	CmdGrantRole        CommandKind = "grant_role"
	CmdSetEmployment    CommandKind = "set_employment"
	CmdEnrollCredential CommandKind = "enroll_credential"
	CmdMapPerson        CommandKind = "map_person"
	CmdPublishPolicy    CommandKind = "publish_policy"
	CmdSetSetting       CommandKind = "set_setting"
	CmdErasePrivate     CommandKind = "erase_private"
	CmdUnfreeze         CommandKind = "unfreeze"

	CmdFreeze   CommandKind = "freeze"
	CmdVeto     CommandKind = "veto"
	CmdDecline  CommandKind = "decline"
	CmdWithdraw CommandKind = "withdraw"
	CmdRestore  CommandKind = "restore"
)

// Group says what a command does to the world; laws speak of groups.
type Group string

// The groups of commands.
const (
	GroupNotice   Group = "notice"   // tells the owner something, hides nothing
	GroupSilence  Group = "silence"  // makes an account heard less
	GroupDarken   Group = "darken"   // makes an account or post not visible
	GroupTakeover Group = "takeover" // takes an account from its owner's hands
	GroupPrivate  Group = "private"  // looks at what is not public
	GroupAppeal   Group = "appeal"
	GroupGovern   Group = "govern" // changes who may do what
	GroupLight    Group = "light"  // stops or undoes
)

// TargetKind says what a command is aimed at.
type TargetKind string

// The kinds of target.
const (
	TargetAccount TargetKind = "account"
	TargetPost    TargetKind = "post"    // the account is the post's author
	TargetPerson  TargetKind = "person"  // a member of staff
	TargetRequest TargetKind = "request" // another request
	TargetNone    TargetKind = "none"    // the whole network
)

// CommandInfo is a line of the catalogue.
type CommandInfo struct {
	Kind   CommandKind
	Group  Group
	Target TargetKind
}

// Catalogue lists every command, in the order of DESIGN's table.
func Catalogue() []CommandInfo {
	return []CommandInfo{
		{CmdWarn, GroupNotice, TargetAccount},
		{CmdLock, GroupSilence, TargetAccount},
		{CmdSensitive, GroupSilence, TargetAccount},
		{CmdLimit, GroupSilence, TargetAccount},
		{CmdRemovePost, GroupDarken, TargetPost},
		{CmdDeactivate, GroupDarken, TargetAccount},
		{CmdSuspend, GroupDarken, TargetAccount},
		{CmdBan, GroupDarken, TargetAccount},
		{CmdPurge, GroupDarken, TargetAccount},
		{CmdSignOut, GroupTakeover, TargetAccount},
		{CmdResetCredentials, GroupTakeover, TargetAccount},
		{CmdChangeEmail, GroupTakeover, TargetAccount},
		{CmdRenameHandle, GroupTakeover, TargetAccount},
		{CmdViewPrivate, GroupPrivate, TargetAccount},
		{CmdDecideAppeal, GroupAppeal, TargetAccount},
		{CmdSetClass, GroupGovern, TargetAccount},
		{CmdSetVerified, GroupGovern, TargetAccount},
		{CmdGrantRole, GroupGovern, TargetPerson},
		{CmdSetEmployment, GroupGovern, TargetPerson},
		{CmdEnrollCredential, GroupGovern, TargetPerson},
		{CmdMapPerson, GroupGovern, TargetPerson},
		{CmdPublishPolicy, GroupGovern, TargetNone},
		{CmdSetSetting, GroupGovern, TargetNone},
		{CmdErasePrivate, GroupGovern, TargetNone},
		{CmdUnfreeze, GroupGovern, TargetNone},
		{CmdFreeze, GroupLight, TargetNone},
		{CmdVeto, GroupLight, TargetRequest},
		{CmdDecline, GroupLight, TargetRequest},
		{CmdWithdraw, GroupLight, TargetRequest},
		{CmdRestore, GroupLight, TargetAccount},
	}
}

// InfoOf finds a kind in the catalogue.
func InfoOf(kind CommandKind) (CommandInfo, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(c CommandInfo) bool { return c.Kind == kind })
	if i < 0 {
		return CommandInfo{}, false
	}
	return all[i], true
}

// ParseCommandKind checks a kind; field names the input in the error.
func ParseCommandKind(field, s string) (CommandKind, error) {
	if _, ok := InfoOf(CommandKind(s)); !ok {
		return "", Invalid(field, "%q is no command", s)
	}
	return CommandKind(s), nil
}

// Command is what staff submit to the guard. Of Account, Post and Person only those that the kind's target needs
// are set. Params are the kind's own parameters, in their text form. Reason is free text: it stands in the ledger's
// private part, which can be erased on its own. So do the parameters that are private (a message, an e-mail address):
// of these Params has the hash once the guard has taken the command in, and Private the text while it is at hand.
type Command struct {
	Kind    CommandKind       `json:"kind"`
	Account ID                `json:"account,omitempty"`
	Post    ID                `json:"post,omitempty"`
	Person  ID                `json:"person,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	Rule    string            `json:"rule,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Case    ID                `json:"case,omitempty"`

	Private map[string]string `json:"-"`
}

// Info is the command's line of the catalogue; a kind that is not in it has an empty line.
func (c Command) Info() CommandInfo {
	info, _ := InfoOf(c.Kind)
	return info
}

// Limits of a command's texts, in bytes.
const (
	MaxReason = 2000
	MaxRule   = 100
	MaxParam  = 8000
)
