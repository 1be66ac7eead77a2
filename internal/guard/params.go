package guard

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// The parameters that commands take. A parameter that a command does not take is an error, never ignored.
const (
	paramAt        = "at"        // sanctions, warn, restore: the moment (RFC 3339) before which it has no effect
	paramBulk      = "bulk"      // what a bulk command may be: which one this was part of; set by the guard
	paramFor       = "for"       // lock, sensitive, limit, suspend: how long, as a Go duration, or "unlimited"
	paramUntil     = "until"     // the same: the moment (RFC 3339) at which it ends, instead of "for"
	paramSanction  = "sanction"  // restore: one sanction instead of all on the account
	paramStrike    = "strike"    // restore: retract one strike
	paramGround    = "ground"    // darkening: "legal" when a court or the law demands it
	paramCategory  = "category"  // warn, silencing, darkening: what was wrong, one of model.Categories
	paramAppeal    = "appeal"    // decide_appeal
	paramDecision  = "decision"  // decide_appeal: grant or reject
	paramClass     = "class"     // set_class
	paramVerified  = "verified"  // set_verified: true or false
	paramRole      = "role"      // grant_role
	paramRevoke    = "revoke"    // grant_role: "true" takes the role away; enroll_credential: the credential's ID
	paramLogin     = "login"     // grant_role: the login of somebody new; map_person: the login that moves to the person
	paramName      = "name"      // grant_role of somebody new; set_setting: the setting
	paramTeam      = "team"      // grant_role of somebody new
	paramKind      = "kind"      // set_employment, grant_role of somebody new: employee or contractor
	paramStatus    = "status"    // set_employment: active, notice or ended
	paramEnds      = "ends"      // set_employment, grant_role of somebody new: a date, or "never"
	paramEnrolment = "enrolment" // enroll_credential
	paramDocument  = "document"  // publish_policy: the bundle
	paramHandle    = "handle"    // rename_handle: the new one
	paramEmail     = "email"     // change_email: the new address; private
	paramScope     = "scope"     // freeze: protected (the default) or all
	paramMessage   = "message"   // warn, what sanctions, decide_appeal: what the owner is told; private
	paramEntry     = "entry"     // erase_private: the number of an entry of the ledger
	paramAccount   = "account"   // map_person: the handle of the account that is linked to the person
	paramUnmap     = "unmap"     // map_person: "true" ends the link
	paramValue     = "value"     // set_setting; paramName says which
)

// Bounds of parameters.
const (
	maxParams    = 16
	maxParamName = 50 // bytes
)

// maxFor bounds how long a timed sanction may be.
const maxFor = 5 * 365 * 24 * time.Hour

// takes lists the parameters of a command.
func takes(cmd model.Command) []string {
	own := ownParams(cmd)
	if schedulable(cmd.Kind) {
		own = append(own, paramAt)
	}
	return own
}

// ownParams are the parameters that a command takes and not every one of its like.
func ownParams(cmd model.Command) []string {
	switch cmd.Kind {
	case model.CmdWarn:
		return []string{paramCategory, paramMessage}
	case model.CmdLock, model.CmdSensitive, model.CmdLimit:
		return []string{paramFor, paramUntil, paramCategory, paramMessage}
	case model.CmdSuspend:
		return []string{paramFor, paramUntil, paramGround, paramCategory, paramMessage}
	case model.CmdDeactivate, model.CmdBan, model.CmdPurge, model.CmdRemovePost:
		return []string{paramGround, paramCategory, paramMessage}
	case model.CmdDecideAppeal:
		return []string{paramAppeal, paramDecision, paramMessage}
	case model.CmdRestore:
		return []string{paramSanction, paramStrike}
	case model.CmdSetClass:
		return []string{paramClass}
	case model.CmdSetVerified:
		return []string{paramVerified}
	case model.CmdGrantRole:
		if cmd.Person == 0 {
			return []string{paramRole, paramLogin, paramName, paramTeam, paramKind, paramEnds}
		}
		return []string{paramRole, paramRevoke}
	case model.CmdSetEmployment:
		return []string{paramStatus, paramKind, paramEnds}
	case model.CmdEnrollCredential:
		if _, revoke := cmd.Params[paramRevoke]; revoke {
			return []string{paramRevoke}
		}
		return []string{paramEnrolment}
	case model.CmdMapPerson:
		return []string{paramLogin, paramAccount, paramUnmap}
	case model.CmdPublishPolicy:
		return []string{paramDocument}
	case model.CmdRenameHandle:
		return []string{paramHandle}
	case model.CmdChangeEmail:
		return []string{paramEmail}
	case model.CmdSetSetting:
		return []string{paramName, paramValue}
	case model.CmdFreeze:
		return []string{paramScope}
	case model.CmdErasePrivate:
		return []string{paramEntry}
	}
	return nil
}

// readParams checks the parameters and finds the row of the policy's table that governs the command.
func (c *court) readParams(ctx context.Context, d *deed, made time.Time) error {
	r, now, allowed := c.r, c.now, takes(d.cmd)
	for _, name := range slices.Sorted(maps.Keys(d.cmd.Params)) {
		if !slices.Contains(allowed, name) && !(name == paramBulk && bulkable(d.cmd.Kind)) {
			return model.Invalid("params."+name, "%s takes no such parameter (it takes %s)", d.cmd.Kind, cmp.Or(model.Names(allowed), "none"))
		}
	}
	if ground := d.cmd.Params[paramGround]; ground != "" && ground != "legal" && ground != "rule" {
		return model.Invalid("params.ground", "must be rule or legal")
	}
	if err := d.readSchedule(made); err != nil {
		return err
	}
	if category, ok := d.cmd.Params[paramCategory]; ok {
		if _, err := model.ParseCategory("params.category", category); err != nil {
			return err
		}
	}
	switch d.cmd.Kind {
	case model.CmdWarn:
		d.row = policy.RowWarn
	case model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdSuspend:
		return c.readTimed(ctx, d, made)
	case model.CmdRemovePost:
		d.row = policy.RowRemovePost
		return d.checkPost(ctx, r)
	case model.CmdDeactivate:
		d.row = policy.RowDeactivate
	case model.CmdBan:
		d.row = policy.RowBan
	case model.CmdPurge:
		return c.readPurge(ctx, d)
	case model.CmdViewPrivate:
		return c.readLook(ctx, d)
	case model.CmdRestore:
		return c.readRestore(ctx, d)
	case model.CmdDecideAppeal:
		return c.readAppeal(ctx, d)
	case model.CmdFreeze:
		d.row = policy.RowFreeze
		if s := store.FreezeScope(d.cmd.Params[paramScope]); s != "" && s != store.FreezeProtected && s != store.FreezeAll {
			return model.Invalid("params.scope", "must be protected or all")
		}
	case model.CmdUnfreeze:
		d.row = policy.RowUnfreeze // its row is its own: law 10 has its number
		return d.readUnfreeze(ctx, r, now)
	case model.CmdSetClass, model.CmdSetVerified:
		return d.readClass()
	case model.CmdGrantRole, model.CmdSetEmployment, model.CmdEnrollCredential, model.CmdMapPerson:
		return d.readStaff(ctx, r, now)
	case model.CmdSignOut, model.CmdResetCredentials, model.CmdChangeEmail, model.CmdRenameHandle:
		if err := notPurged(ctx, c.g, r, d.cmd.Account); err != nil {
			return err
		}
		return d.readTakeover(ctx, r)
	case model.CmdPublishPolicy:
		return c.readPolicy(d)
	case model.CmdSetSetting:
		return d.readSetting(ctx, r)
	case model.CmdErasePrivate:
		return d.readErasure(ctx, r)
	default:
		return model.Invalid("kind", "%s is not offered by this server", d.cmd.Kind)
	}
	return nil
}

// readTimed reads how long a sanction shall last. A lock that does not say is a brief one; the others last until they are
// lifted.
func (c *court) readTimed(ctx context.Context, d *deed, made time.Time) error {
	if err := d.readEnd(made, c.now); err != nil {
		return err
	}
	d.row = map[model.CommandKind]policy.Row{model.CmdLock: policy.RowLock, model.CmdSensitive: policy.RowSensitive,
		model.CmdLimit: policy.RowLimit, model.CmdSuspend: policy.RowSuspend}[d.cmd.Kind]
	if d.cmd.Kind == model.CmdLock && d.end != 0 && d.end <= BriefLock {
		had, err := hadBriefLock(ctx, c.r, d.cmd.Account, c.effective(*d))
		if err != nil {
			return err
		}
		if !had {
			d.row, d.brief = policy.RowLockBrief, true
		}
	}
	return nil
}

// readEnd reads "for" or "until". What ends at a moment is measured from its earliest effect on, so that it is never
// shorter in what it takes than in what it does.
func (d *deed) readEnd(made, now time.Time) error {
	text, until := d.cmd.Params[paramFor], d.cmd.Params[paramUntil]
	switch {
	case text != "" && until != "":
		return model.Invalid("params.until", "cannot stand beside for: say how long, or until when")
	case until != "":
		at, err := parseMoment("params.until", until)
		if err != nil {
			return err
		}
		d.until, d.end = at, at.Sub(later(made, d.at))
		if d.end < time.Minute || d.end > maxFor || !at.After(now) {
			return model.Invalid("params.until", "must be from a minute to five years after the effect")
		}
	case text == "" && d.cmd.Kind == model.CmdLock:
		d.end = BriefLock
	case text == "" || text == "unlimited":
	default:
		end, err := time.ParseDuration(text)
		if err != nil || end < time.Minute || end > maxFor {
			return model.Invalid("params.for", `must be a duration from 1m to 43800h (five years), such as 15m or 72h, or "unlimited"`)
		}
		d.end = end
	}
	return nil
}

// hadBriefLock reports whether the account has had its one brief lock of the last 24 hours (law 1).
func hadBriefLock(ctx context.Context, r store.Reads, account model.ID, now time.Time) (bool, error) {
	all, err := r.Sanctions(ctx, account)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(all, func(s model.Sanction) bool {
		return isBrief(s) && now.Sub(s.Start) < BriefLockEvery
	}), nil
}

func (d *deed) checkPost(ctx context.Context, r store.Reads) error {
	post, err := r.Post(ctx, d.cmd.Post)
	if err == nil && !post.DeletedAt.IsZero() {
		err = model.NotFound("post")
	}
	return err
}

// readClass tells raising, which takes one key, from lowering, which takes the strictest row (law 2).
func (d *deed) readClass() error {
	if d.cmd.Kind == model.CmdSetVerified {
		text := d.cmd.Params[paramVerified]
		switch {
		case text != "true" && text != "false":
			return model.Invalid("params.verified", "must be true or false")
		case (text == "true") == d.verified:
			return model.Invalid("params.verified", "is %s already", text)
		}
		// The mark is trust, and part of a protected account.
		d.loosens = text == "false" || d.strictest.Protected()
		d.row = rowFor(d.loosens)
		return nil
	}
	to := model.Class(d.cmd.Params[paramClass])
	if to.Rank() < 0 {
		return model.Invalid("params.class", "must be one of %s", model.Names(model.Classes()))
	}
	if to == d.class {
		return model.Invalid("params.class", "the account's class is %s already", to)
	}
	d.loosens = to.Rank() < d.class.Rank()
	d.row = rowFor(d.loosens)
	return nil
}

func rowFor(loosens bool) policy.Row {
	if loosens {
		return policy.RowLoosen
	}
	return policy.RowTighten
}
