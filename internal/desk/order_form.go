package desk

import (
	"net/url"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/policy"
)

// orderForm asks for one command, or for one of several. Its inputs bear the names that the members of an order have in the
// API, those of parameters after "params.", so that an error of the API names an input.
type orderForm struct {
	ID      string // leads the IDs of its parts
	Title   string
	Hint    string
	Account string            // the handle of the account that it is aimed at
	Person  string            // a login of the person that it is aimed at
	Kind    model.CommandKind // the one that it asks for; empty where Groups has several
	Groups  []kindGroup
	Fields  []orderField
	Case    string
	Reason  string
	Back    string // the page that shows what came of it, when it was done at once
}

// kindGroup is commands that do alike.
type kindGroup struct {
	Label string
	Kinds []option
}

// orderField is an input. Kinds are the commands that take it, apart by spaces; empty: all.
type orderField struct {
	Name, Label, Hint string
	Type              string // of the input; "area" for longer texts, empty for a line
	Options           []option
	Value             string
	Kinds             string
	Max               int // characters; 0: as many as the server takes
	Required          bool
}

type option struct {
	Value, Words string
	Chosen       bool
}

// accountKinds are the commands that are asked for on an account's page; an appeal is decided on its own page.
func accountKinds() []kindGroup {
	kind := func(k model.CommandKind, words string) option { return option{Value: string(k), Words: words} }
	return []kindGroup{
		{"Tell the owner", []option{kind(model.CmdWarn, "warn: a strike and a message")}},
		{"Silence", []option{
			kind(model.CmdLock, "lock: it cannot post"),
			kind(model.CmdSensitive, "sensitive: its media go behind a warning"),
			kind(model.CmdLimit, "limit: out of public timelines, search and trends")}},
		{"Darken", []option{
			kind(model.CmdRemovePost, "remove a post"),
			kind(model.CmdDeactivate, "deactivate: dark as if it did not exist"),
			kind(model.CmdSuspend, "suspend: dark with a notice"),
			kind(model.CmdBan, "ban: dark with a notice, without end"),
			kind(model.CmdPurge, "purge: its content is erased for good")}},
		{"Undo", []option{kind(model.CmdRestore, "restore what is on it")}},
		{"Take over", []option{
			kind(model.CmdSignOut, "sign out everywhere"),
			kind(model.CmdResetCredentials, "reset password and passkeys"),
			kind(model.CmdChangeEmail, "change the e-mail address"),
			kind(model.CmdRenameHandle, "rename the handle")}},
		{"Look at what is private", []option{kind(model.CmdViewPrivate, "e-mail address and private posts, for an hour")}},
		{"Standing", []option{
			kind(model.CmdSetClass, "set the class"),
			kind(model.CmdSetVerified, "set the verification mark")}},
	}
}

// offered are the commands on accounts that somebody may ask for on one of a class, with one of them chosen.
func offered(r rights, class model.Class, chosen string) (all []kindGroup) {
	for _, group := range accountKinds() {
		some := kindGroup{Label: group.Label}
		for _, o := range group.Kinds {
			if o.Chosen = o.Value == chosen; r.may(policy.VerbRequest, model.CommandKind(o.Value), class) {
				some.Kinds = append(some.Kinds, o)
			}
		}
		if len(some.Kinds) > 0 {
			all = append(all, some)
		}
	}
	return all
}

// accountFields are the parameters of the commands on accounts. A test holds their kinds against the guard.
func accountFields() []orderField {
	const (
		timed  = "lock sensitive limit suspend"
		told   = "warn lock sensitive limit suspend deactivate ban purge remove_post"
		remedy = "restore"
	)
	return []orderField{
		{Name: "post", Label: "Post", Hint: "its number", Kinds: "remove_post restore", Max: 20},
		{Name: "params.sanction", Label: "What is lifted", Kinds: remedy},
		{Name: "params.strike", Label: "Or a strike that is retracted", Kinds: remedy},
		{Name: "params.for", Label: "How long", Kinds: timed, Options: []option{{"", "as it is by default", true}, {"15m", "15 minutes", false},
			{"1h", "1 hour", false}, {"24h", "1 day", false}, {"72h", "3 days", false}, {"168h", "7 days", false}, {"720h", "30 days", false},
			{"unlimited", "until it is lifted", false}},
			Hint: "a lock lasts 15 minutes by default, everything else until it is lifted"},
		{Name: "params.until", Label: "Or until (UTC)", Type: "datetime-local", Kinds: timed},
		{Name: "params.ground", Label: "Ground", Kinds: "remove_post deactivate suspend ban purge",
			Options: []option{{"", "a rule of the network", true}, {"legal", "the law, or the order of a court", false}}},
		{Name: "params.category", Label: "What was wrong", Kinds: told, Options: categories(), Hint: "for the statement of reasons"},
		{Name: "params.message", Label: "What the owner is told", Type: "area", Kinds: told, Max: 2000,
			Hint: "they read it; the ledger keeps it apart"},
		{Name: "params.class", Label: "Class", Kinds: "set_class", Options: classes()},
		{Name: "params.verified", Label: "Verification mark", Kinds: "set_verified",
			Options: []option{{"true", "gets it", false}, {"false", "loses it", false}}},
		{Name: "params.handle", Label: "The new handle", Kinds: "rename_handle", Max: model.MaxHandle + 1, Required: true},
		{Name: "params.email", Label: "The new e-mail address", Type: "email", Kinds: "change_email", Max: model.MaxEmail, Required: true},
		{Name: "params.at", Label: "Not before (UTC)", Type: "datetime-local", Hint: "at once, when it is empty",
			Kinds: "warn lock sensitive limit remove_post deactivate suspend ban restore"},
		{Name: "rule", Label: "Rule", Hint: "which one of the network's, or which law", Kinds: told, Max: model.MaxRule},
	}
}

func classes() (all []option) {
	for _, c := range model.Classes() {
		all = append(all, option{Value: string(c), Words: inWords(c)})
	}
	return all
}

func categories() []option {
	all := []option{{"", "not named", true}}
	for _, c := range model.Categories() {
		all = append(all, option{Value: string(c), Words: moderation.CategoryWords(c)})
	}
	return all
}

// accountForm is the form of an account's page, filled in from the page's query.
func accountForm(e accountEntity, r rights, q url.Values) *orderForm {
	f := orderForm{ID: "ask", Title: "Ask for something", Account: e.Handle, Groups: offered(r, e.Strictest, q.Get("kind")),
		Fields: accountFields(), Case: q.Get("case"), Reason: q.Get("reason"), Back: "/accounts/@" + e.Handle,
		Hint: "First you see what it takes. Nothing is done, and nobody is asked, before you ask for it."}
	if len(f.Groups) == 0 {
		return nil
	}
	if f.Case == "" {
		f.Case = e.Case
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		field.Value = q.Get(strings.TrimPrefix(field.Name, "params."))
		switch field.Name {
		case "params.sanction":
			field.Options = liftable(e)
		case "params.strike":
			field.Options = retractable(e)
		}
		for j := range field.Options {
			field.Options[j].Chosen = field.Options[j].Value == field.Value
		}
	}
	return &f
}

func liftable(e accountEntity) []option {
	all := []option{{Words: "everything that is on the account now"}}
	for _, s := range e.Sanctions {
		if s.Active {
			all = append(all, option{Value: s.ID.String(), Words: inWords(s.Kind) + " since " + when(s.Start)})
		}
	}
	return all
}

func retractable(e accountEntity) []option {
	all := []option{{Words: "none"}}
	for _, s := range e.marks {
		if s.RetractedAt.IsZero() {
			all = append(all, option{Value: s.ID.String(), Words: "strike of " + when(s.At)})
		}
	}
	return all
}
