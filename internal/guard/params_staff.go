package guard

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

var loginPattern = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,31}$`)

// IsLogin reports whether a text can be the name of a login.
func IsLogin(name string) bool { return loginPattern.MatchString(name) }

// CheckNewcomer holds what somebody new is called to what the desk can show: login, name and team. Prefix leads the
// fields that errors name.
func CheckNewcomer(prefix, login, name, team string) error {
	switch {
	case !IsLogin(login):
		return model.Invalid(prefix+paramLogin, "must have 2 to 32 of a-z, 0-9, dot, dash or underscore, a letter first")
	case name == "" || len(name) > 100:
		return model.Invalid(prefix+paramName, "must have 1 to 100 bytes")
	case team == "" || len(team) > 50:
		return model.Invalid(prefix+paramTeam, "must have 1 to 50 bytes")
	}
	if err := model.CheckName(prefix+paramName, name); err != nil {
		return err
	}
	return model.CheckName(prefix+paramTeam, team)
}

// lookAtPerson reads the person that a command is aimed at. A grant may be for somebody new, who has no ID yet.
func (d *deed) lookAtPerson(ctx context.Context, r store.Reads) error {
	if d.cmd.Person == 0 {
		if d.cmd.Kind == model.CmdGrantRole && d.cmd.Params[paramLogin] != "" {
			return d.lookAtNewcomer(ctx, r)
		}
		return model.Invalid("person", "is needed")
	}
	if d.cmd.Params[paramLogin] != "" && d.cmd.Kind != model.CmdMapPerson {
		return model.Invalid("params.login", "is for somebody new only")
	}
	p, err := r.Person(ctx, d.cmd.Person)
	if err != nil {
		return err
	}
	d.target = model.Target{Handle: p.Name, State: stateOf(p)}
	return nil
}

func (d *deed) lookAtNewcomer(ctx context.Context, r store.Reads) error {
	login := d.cmd.Params[paramLogin]
	if err := CheckNewcomer("params.", login, d.cmd.Params[paramName], d.cmd.Params[paramTeam]); err != nil {
		return err
	}
	if _, err := r.LoginNamed(ctx, login); err == nil {
		return model.Errorf(model.KindConflict, "the login %s exists already", login)
	} else if model.KindOf(err) != model.KindNotFound {
		return err
	}
	d.target = model.Target{Handle: d.cmd.Params[paramName], State: "new"}
	return nil
}

// readStaff tells what takes something from a person, which takes one key, from what gives.
func (d *deed) readStaff(ctx context.Context, r store.Reads, now time.Time) error {
	switch d.cmd.Kind {
	case model.CmdGrantRole:
		return d.readGrant(ctx, r, now)
	case model.CmdSetEmployment:
		return d.readEmployment(ctx, r, now)
	case model.CmdMapPerson:
		return d.readMapping(ctx, r, now)
	default:
		return d.readEnrolment(ctx, r, now)
	}
}

func (d *deed) readGrant(ctx context.Context, r store.Reads, now time.Time) error {
	role, err := model.ParseRole("params.role", d.cmd.Params[paramRole])
	if err != nil {
		return err
	}
	var held []model.Role
	if d.cmd.Person != 0 {
		p, err := r.Person(ctx, d.cmd.Person)
		if err != nil {
			return err
		}
		held = p.RoleSet()
	} else if _, err := newcomer(d.cmd.Params, now); err != nil {
		return err
	}
	switch revoke := d.cmd.Params[paramRevoke]; revoke {
	case "true":
		if !slices.Contains(held, role) {
			return model.Invalid("params.role", "the person does not hold the role %s", role)
		}
		d.row = policy.RowTighten
		return nil
	case "", "false":
	default:
		return model.Invalid("params.revoke", "must be true or false")
	}
	if slices.Contains(held, role) {
		return model.Invalid("params.role", "the person holds the role %s already", role)
	}
	return d.gives(ctx, r, role == model.RoleAgent && onlyAgent(held))
}

// gives marks a command that gives a person something; cheap: no more than a place in the count.
func (d *deed) gives(ctx context.Context, r store.Reads, cheap bool) error {
	d.loosens, d.cheap, d.row = true, cheap, policy.RowLoosen
	if !cheap {
		return nil
	}
	d.row = policy.RowGrantAgent
	people, err := r.People(ctx)
	d.several = holdSeveral(people)
	return err
}

// holdSeveral reports whether somebody holds several roles, and could stand for several people.
func holdSeveral(people []model.Person) bool {
	return slices.ContainsFunc(people, func(p model.Person) bool {
		return len(p.RoleSet()) > 1 && p.Employment.Status != model.EmploymentEnded
	})
}

// onlyAgent reports whether somebody with these roles can fill no place that a row names.
func onlyAgent(held []model.Role) bool {
	return !slices.ContainsFunc(held, func(r model.Role) bool { return r != model.RoleAgent })
}

// newcomer reads the person that a grant brings in.
func newcomer(params map[string]string, now time.Time) (model.Person, error) {
	p := model.Person{Name: params[paramName], Team: params[paramTeam]}
	p.Employment.Status = model.EmploymentActive
	var err error
	if p.Employment.Kind, err = parseEmploymentKind(params[paramKind]); err != nil {
		return p, err
	}
	p.Employment.EndsAt, err = parseEnds(params[paramEnds])
	if err == nil && p.Employment.Ended(now) {
		err = model.Invalid("params.ends", "is in the past")
	}
	return p, err
}

func parseEmploymentKind(s string) (model.EmploymentKind, error) {
	switch k := model.EmploymentKind(s); k {
	case model.Employee, model.Contractor:
		return k, nil
	}
	return "", model.Invalid("params.kind", "must be employee or contractor")
}

// parseEnds reads when an employment ends: RFC 3339, a date (the end of that day, UTC), or "" and "never" for no end.
func parseEnds(s string) (time.Time, error) {
	if s == "" || s == "never" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day.Add(24 * time.Hour), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return at, model.Invalid("params.ends", "must be a date (2017-11-02), a time (RFC 3339), or never")
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

// nextEmployment is what an employment becomes by a set_employment command: what it does not name stays.
func nextEmployment(was model.Employment, params map[string]string) (model.Employment, error) {
	next := was
	if s, ok := params[paramStatus]; ok {
		switch status := model.EmploymentStatus(s); status {
		case model.EmploymentActive, model.EmploymentNotice, model.EmploymentEnded:
			next.Status = status
		default:
			return next, model.Invalid("params.status", "must be active, notice or ended")
		}
	}
	var err error
	if s, ok := params[paramKind]; ok {
		if next.Kind, err = parseEmploymentKind(s); err != nil {
			return next, err
		}
	}
	if s, ok := params[paramEnds]; ok {
		if next.EndsAt, err = parseEnds(s); err != nil {
			return next, err
		}
	}
	if next == was {
		return next, model.Invalid("params", "change nothing")
	}
	return next, nil
}

func (d *deed) readEmployment(ctx context.Context, r store.Reads, now time.Time) error {
	p, err := r.Person(ctx, d.cmd.Person)
	if err != nil {
		return err
	}
	next, err := nextEmployment(p.Employment, d.cmd.Params)
	if err != nil {
		return err
	}
	if easierEmployment(p.Employment, next) {
		return d.gives(ctx, r, false)
	}
	d.row = policy.RowTighten
	return nil
}

// easierEmployment reports whether the next employment lets a person do more, or for longer, than the one before.
func easierEmployment(was, next model.Employment) bool {
	rank := func(s model.EmploymentStatus) int {
		return slices.Index([]model.EmploymentStatus{model.EmploymentEnded, model.EmploymentNotice, model.EmploymentActive}, s)
	}
	// A contractor without an end is a leaver; an employee without an end is not: the kind changes what "no end" means.
	longer := !was.EndsAt.IsZero() && (next.EndsAt.IsZero() || next.EndsAt.After(was.EndsAt))
	fromLeaver := was.Kind == model.Contractor && was.EndsAt.IsZero() && !next.EndsAt.IsZero()
	return rank(next.Status) > rank(was.Status) || longer || fromLeaver ||
		was.Kind == model.Contractor && next.Kind == model.Employee
}

func (d *deed) readEnrolment(ctx context.Context, r store.Reads, now time.Time) error {
	if s, ok := d.cmd.Params[paramRevoke]; ok {
		id, err := model.ParseID("params.revoke", s)
		if err != nil {
			return err
		}
		c, err := r.Credential(ctx, id)
		if err != nil {
			return err
		}
		if c.Person != d.cmd.Person || !c.RevokedAt.IsZero() {
			return model.Invalid("params.revoke", "is not a credential that this person holds")
		}
		d.row = policy.RowTighten
		return nil
	}
	id, err := model.ParseID("params.enrolment", d.cmd.Params[paramEnrolment])
	if err != nil {
		return err
	}
	e, err := r.Enrolment(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case e.Person != d.cmd.Person:
		return model.Invalid("params.enrolment", "is for somebody else")
	case len(e.Handle) == 0:
		return model.Invalid("params.enrolment", "the passkey was not made yet")
	case !e.UsedAt.IsZero():
		return model.Errorf(model.KindConflict, "the enrolment was used already")
	case !now.Before(e.ExpiresAt):
		return model.Errorf(model.KindConflict, "the enrolment has expired: the invitation and the passkey have to be made again")
	}
	// Two invitations can have been answered with one passkey.
	if _, err := r.CredentialByHandle(ctx, e.Handle); err == nil {
		return model.Errorf(model.KindConflict, "the passkey is enrolled already")
	} else if model.KindOf(err) != model.KindNotFound {
		return err
	}
	p, err := r.Person(ctx, d.cmd.Person)
	if err != nil {
		return err
	}
	// What the signers see and sign is the passkey itself, not only the number of the invitation.
	d.target.State += ", passkey " + strconv.Quote(passkey.Fingerprint(e.PublicKey))
	return d.gives(ctx, r, onlyAgent(p.RoleSet()))
}
