package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"keyturn/internal/model"
)

// entry is what the command line says of a command: what it does, and the parameters that it takes, as the guard has them
// (a test holds this).
type entry struct {
	does   string
	params []string
}

var (
	timed  = []string{"for", "until", "category", "message", "at"}
	person = []string{"role", "login", "name", "team", "kind", "ends", "revoke"}
)

// catalogue has a line for each command that a request can be for.
func catalogue() map[model.CommandKind]entry {
	return map[model.CommandKind]entry{
		model.CmdWarn:             {"a strike and a message; nothing is hidden", []string{"category", "message", "at"}},
		model.CmdLock:             {"the owner cannot post; 15 minutes unless said otherwise", timed},
		model.CmdSensitive:        {"media stand behind a warning", timed},
		model.CmdLimit:            {"out of public timelines, search and trends, but for followers", timed},
		model.CmdRemovePost:       {"one post goes dark", []string{"ground", "category", "message", "at"}},
		model.CmdDeactivate:       {"dark as if it did not exist", []string{"ground", "category", "message", "at"}},
		model.CmdSuspend:          {"dark with a notice", []string{"for", "until", "ground", "category", "message", "at"}},
		model.CmdBan:              {"a suspension without end", []string{"ground", "category", "message", "at"}},
		model.CmdPurge:            {"erases the content, after 30 days in the dark", []string{"ground", "category", "message"}},
		model.CmdSignOut:          {"ends every session of the owner", nil},
		model.CmdResetCredentials: {"password and passkeys go; a link sets a new password", nil},
		model.CmdChangeEmail:      {"another e-mail address", []string{"email"}},
		model.CmdRenameHandle:     {"another handle; the old one stays the account's", []string{"handle"}},
		model.CmdViewPrivate:      {"e-mail and private posts, for an hour, on a case", nil},
		model.CmdDecideAppeal:     {"grants or rejects an appeal", []string{"appeal", "decision", "message"}},
		model.CmdSetClass:         {"how protected the account is", []string{"class"}},
		model.CmdSetVerified:      {"the verification mark", []string{"verified"}},
		model.CmdGrantRole:        {"gives or takes a role; with a login that nobody has: brings somebody in", person},
		model.CmdSetEmployment:    {"on notice, ended, another end date or kind; at least one of them", []string{"status", "kind", "ends"}},
		model.CmdEnrollCredential: {"enrols a passkey that was made by invitation, or revokes one", []string{"enrolment", "revoke"}},
		model.CmdMapPerson:        {"says whose a login or a member's account is", []string{"login", "account", "unmap"}},
		model.CmdPublishPolicy:    {"puts a policy in force; keyturn desk publish reads it from a file", []string{"document"}},
		model.CmdSetSetting:       {"changes a setting: high_profile_at or recovery", []string{"name", "value"}},
		model.CmdErasePrivate:     {"erases the private part of a ledger entry", []string{"entry"}},
		model.CmdUnfreeze:         {"ends the freezes that are on", nil},
		model.CmdFreeze:           {"stops darkening, silencing and takeovers", []string{"scope"}},
		model.CmdRestore:          {"lifts what is on the account, or one sanction or strike of it", []string{"sanction", "strike", "at"}},
	}
}

// meanings says what the parameters mean that several commands share, and what can be their values.
var meanings = [][2]string{
	{"for=72h", "how long: 15m, 72h …, or unlimited"},
	{"until=TIME, at=TIME", "when it ends; when it begins: 2026-11-28T18:00:00Z"},
	{"ground=legal", "a court or the law demands it; otherwise rule"},
	{"category=WHAT", "what was wrong, such as scams_and_fraud; docs/DESK_API.md lists them"},
	{"message=TEXT", "to the owner"},
	{"class=CLASS", "standard, verified, high_profile or government"},
	{"role=ROLE", "agent, lead, government_affairs, security, admin or auditor; revoke=true takes it"},
	{"status=…", "active, notice or ended"},
	{"kind=…", "employee or contractor"},
	{"ends=DATE", "the last day, or never"},
	{"revoke=ID", "of enroll_credential: the passkey that is revoked"},
	{"decision=…", "grant or reject; appeal=ID"},
	{"verified=…, unmap=true", "true or false; ends the link of an account to a person"},
	{"scope=…", "protected, or all"},
}

// Help is what keyturn desk request --help and explain --help say beside the flags.
func (orderArgs) Help() string {
	var b strings.Builder
	b.WriteString("The commands, what each is aimed at, what it does, and its parameters (--param NAME=VALUE):\n\n")
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	group := model.Group("")
	all := catalogue()
	for _, info := range model.Catalogue() {
		line, ok := all[info.Kind]
		if !ok {
			continue
		}
		if info.Group != group {
			group = info.Group
			fmt.Fprintf(w, "  %s:\n", group)
		}
		fmt.Fprintf(w, "    %s\t%s\t%s\n", info.Kind, aims[info.Target], line.does)
		if len(line.params) > 0 {
			fmt.Fprintf(w, "    \t\t  %s\n", strings.Join(line.params, ", "))
		}
	}
	w.Flush()
	b.WriteString("\nThe parameters:\n\n")
	for _, m := range meanings {
		fmt.Fprintf(w, "    %s\t%s\n", m[0], m[1])
	}
	w.Flush()
	b.WriteString("\nA request is stopped by keyturn desk veto, decline and withdraw.")
	return b.String()
}

// aims says what is given as the target of a command.
var aims = map[model.TargetKind]string{model.TargetAccount: "@handle", model.TargetPost: "post", model.TargetPerson: "login", model.TargetNone: "–"}

// parseKind reads a command; an error lists them all.
func parseKind(field, text string) (model.CommandKind, error) {
	all := catalogue()
	if _, ok := all[model.CommandKind(text)]; ok {
		return model.CommandKind(text), nil
	}
	if info, ok := model.InfoOf(model.CommandKind(text)); ok && info.Target == model.TargetRequest {
		return "", model.Invalid(field, "%s is done to a request: keyturn desk %s REQUEST", text, text)
	}
	var names []string
	for _, info := range model.Catalogue() {
		if _, ok := all[info.Kind]; ok {
			names = append(names, string(info.Kind))
		}
	}
	return "", model.Invalid(field, "%q is no command; the commands are %s", text, strings.Join(names, ", "))
}

// checkParams looks for parameters that a command does not take.
func checkParams(kind model.CommandKind, params map[string]string) error {
	takes := catalogue()[kind].params
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if !slices.Contains(takes, name) {
			return model.Invalid("params."+name, "%s takes no such parameter: it takes %s", kind, taken(kind))
		}
	}
	return nil
}

// taken lists the parameters of a command in words.
func taken(kind model.CommandKind) string {
	takes := catalogue()[kind].params
	if len(takes) == 0 {
		return "none"
	}
	return strings.Join(takes, ", ")
}
