package desk

import (
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
)

// personView is one of the staff as their page shows them.
type personView struct {
	personEntity
	Login    string // the one by which they are named in orders
	Passkeys []passkeyView
	Forms    []orderForm // what the viewer can ask for about them
	Invites  bool        // the viewer may invite them to make a passkey
}

// passkeyView is a passkey that signs in and turns keys.
type passkeyView struct {
	model.Credential
	LoginName   string
	Sponsor     string
	Fingerprint string
}

// personPage shows one of the staff with their passkeys, and asks for what changes what they may do.
func (d *desk) personPage(w http.ResponseWriter, r *http.Request, who caller) error {
	login := r.PathValue("login")
	id, err := d.personCalled(r.Context(), "login", login)
	if err != nil {
		return err
	}
	p, err := d.Store.Person(r.Context(), id)
	if err != nil {
		return err
	}
	v := personView{Login: login, Invites: d.invites(who) && !p.Employment.Ended(d.Now())}
	if v.personEntity, err = d.personOf(r.Context(), p); err != nil {
		return err
	}
	if v.Passkeys, err = d.passkeysOf(r, p); err != nil {
		return err
	}
	rights, err := d.rightsOf(r.Context(), who)
	if err != nil {
		return err
	}
	for _, f := range personForms(v) {
		if rights.may(policy.VerbRequest, f.Kind, "") {
			v.Forms = append(v.Forms, f)
		}
	}
	return d.show(w, r, http.StatusOK, "person", view{Title: p.Name, Path: "/people", Person: who.person.Name, Data: v})
}

// invites reports whether somebody may invite others to make passkeys: staff.Invite decides.
func (d *desk) invites(who caller) bool {
	p := who.person
	return !p.Employment.Leaver(d.Now()) && (p.Has(model.RoleAdmin) || p.Has(model.RoleSecurity) || p.Has(model.RoleLead))
}

func (d *desk) passkeysOf(r *http.Request, p model.Person) (all []passkeyView, err error) {
	held, err := d.Store.CredentialsOf(r.Context(), p.ID)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	people, err := d.roster(r.Context())
	if err != nil {
		return nil, err
	}
	for _, c := range held {
		k := passkeyView{Credential: c, Fingerprint: passkey.Fingerprint(c.PublicKey)}
		login, err := d.Store.Login(r.Context(), c.Login)
		if err != nil {
			return nil, err
		}
		k.LoginName = login.Name
		if c.Sponsor != 0 {
			k.Sponsor = people.ref(c.Sponsor).Name
		}
		all = append(all, k)
	}
	return all, nil
}

// personForms are what can be asked for about somebody who works here.
func personForms(v personView) []orderForm {
	form := func(id, title string, kind model.CommandKind, hint string, fields ...orderField) orderForm {
		return orderForm{ID: id, Title: title, Kind: kind, Hint: hint, Person: v.Login, Back: "/people/" + v.Login, Fields: fields}
	}
	forms := []orderForm{
		form("role", "Role", model.CmdGrantRole, "Taking a role away takes one key; granting one takes those of governing that loosens.",
			orderField{Name: "params.revoke", Label: "What", Options: []option{{"", "grant it", true}, {"true", "take it away", false}}},
			orderField{Name: "params.role", Label: "Role", Options: roleOptions()}),
		form("employment", "Employment", model.CmdSetEmployment, "What is left as it is stays. Whoever is on notice turns no key on what is protected from that moment on.",
			orderField{Name: "params.status", Label: "Status", Options: []option{{"", "as it is", true},
				{string(model.EmploymentActive), "active", false}, {string(model.EmploymentNotice), "on notice", false}, {string(model.EmploymentEnded), "ended", false}}},
			orderField{Name: "params.kind", Label: "Kind", Options: []option{{"", "as it is", true},
				{string(model.Employee), "employee", false}, {string(model.Contractor), "contractor", false}}},
			orderField{Name: "params.ends", Label: "Last day", Hint: "a date such as 2017-11-02, or never; as it is, when empty", Max: 30}),
		form("map", "One human", model.CmdMapPerson, "Says that a login or a member's account is theirs. Nobody decides about their own account.",
			orderField{Name: "params.account", Label: "Account", Hint: "@handle", Max: model.MaxHandle + 1},
			orderField{Name: "params.login", Label: "Or a login of somebody else that is theirs too", Max: maxLogin},
			orderField{Name: "params.unmap", Label: "The account", Options: []option{{"", "is theirs", true}, {"true", "is not theirs any more", false}}}),
	}
	if len(v.Passkeys) > 0 {
		forms = append(forms, form("revoke", "Revoke a passkey", model.CmdEnrollCredential, "It signs nobody in and turns no key any more.",
			orderField{Name: "params.revoke", Label: "Passkey", Options: passkeyOptions(v.Passkeys), Required: true}))
	}
	return forms
}

func roleOptions() (all []option) {
	for _, r := range model.Roles() {
		all = append(all, option{Value: string(r), Words: inWords(r)})
	}
	return all
}

func passkeyOptions(held []passkeyView) []option {
	all := []option{{Words: "choose one"}}
	for _, k := range held {
		all = append(all, option{Value: k.ID.String(), Words: k.Name + " of " + k.LoginName + ", since " + when(k.EnrolledAt) + ", number " + k.ID.String()})
	}
	return all
}
