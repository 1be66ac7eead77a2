package guard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// deed is a command with what the laws need to know of it, as the deciding transaction sees it.
type deed struct {
	cmd       model.Command
	info      model.CommandInfo
	target    model.Target
	class     model.Class    // the account's class now
	verified  bool           // the account carries the mark now
	strictest model.Class    // the class whose requirements hold (law 11)
	row       policy.Row     // whose requirement holds; empty for what has none
	brief     bool           // a lock that law 1 excepts
	loosens   bool           // it makes something easier (law 2)
	cheap     bool           // what it gives is a place in the count, and no role that a row names (law 2)
	taken     int64          // for what takes something from a person: from how many others the requester has taken alone lately
	several   bool           // for what is cheap: somebody holds several roles, and could stand for several people
	end       time.Duration  // how long a sanction lasts at most; zero: until it is lifted
	until     time.Time      // when it ends, whenever it began; zero: end after its start
	at        time.Time      // before which there is no effect; zero: at once
	darkSince time.Time      // for purge: since when the account is dark without a break; zero: it is not
	lifts     []sanctionMade // for restore and a granted appeal: what it would lift
	mapping   mapping        // for map_person: what it would change
	appeal    model.Appeal   // for decide_appeal
	tookPart  []model.ID     // for decide_appeal: who asked for what the appeal is against, or turned a key on it
}

// harms reports whether the command darkens, silences or takes over.
func (d deed) harms() bool {
	switch d.info.Group {
	case model.GroupDarken, model.GroupSilence, model.GroupTakeover:
		return true
	}
	return false
}

// inBulk reports whether the command is one of many that were given at once.
func (d deed) inBulk() bool { return d.cmd.Params[paramBulk] != "" }

// onAccount reports whether the command is aimed at an account or one of its posts.
func (d deed) onAccount() bool {
	return d.info.Target == model.TargetAccount || d.info.Target == model.TargetPost
}

// reach is how many followers the command takes the account away from. One post is charged as the whole account: taken
// post by post, an account is as dark.
func (d deed) reach() int64 { return d.target.Reach }

// look reads what a command that was made at a moment is aimed at. Bad input is an invalid error that names the field.
func (c *court) look(ctx context.Context, cmd model.Command, made time.Time) (deed, error) {
	d := deed{cmd: cmd, info: cmd.Info()}
	if d.info.Kind == "" {
		return d, model.Invalid("kind", "%q is no command", cmd.Kind)
	}
	if err := checkTexts(cmd); err != nil {
		return d, err
	}
	if err := d.checkTarget(); err != nil {
		return d, err
	}
	var err error
	switch d.info.Target {
	case model.TargetAccount, model.TargetPost:
		err = c.lookAtAccount(ctx, &d)
	case model.TargetPerson:
		err = d.lookAtPerson(ctx, c.r)
	}
	if err == nil {
		err = c.readParams(ctx, &d, made)
	}
	return d, err
}

func checkTexts(cmd model.Command) error {
	switch {
	case strings.TrimSpace(cmd.Reason) == "":
		return model.Invalid("reason", "is needed: say why in words")
	case len(cmd.Params) > maxParams:
		return model.Invalid("params", "may be at most %d", maxParams)
	}
	if err := checkText("reason", cmd.Reason, model.MaxReason); err != nil {
		return err
	}
	if err := checkText("rule", cmd.Rule, model.MaxRule); err != nil {
		return err
	}
	for name, v := range cmd.Params {
		limit := model.MaxParam
		if name == paramDocument {
			limit = policy.MaxDocument
		}
		if len(name) > maxParamName || !utf8.ValidString(name) {
			return model.Invalid("params", "have a name that no command takes")
		}
		if err := checkText("params."+name, v, limit); err != nil {
			return err
		}
	}
	return checkPrivate(cmd)
}

// checkText holds a text to what the ledger and both engines can keep as it is.
func checkText(field, text string, limit int) error {
	if len(text) > limit {
		return model.Invalid(field, "may have at most %d bytes", limit)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return model.Invalid(field, "must be text in UTF-8, without NUL")
	}
	return model.CheckShown(field, text)
}

// checkTarget refuses what names something that the command is not about: it would be signed and recorded, and mean
// nothing.
func (d *deed) checkTarget() error {
	cmd, kind := d.cmd, d.cmd.Kind
	switch {
	case d.info.Target == model.TargetRequest:
		return model.Invalid("kind", "%s is done on a request", kind)
	case cmd.Account != 0 && !d.onAccount():
		return model.Invalid("account", "%s is not about an account", kind)
	case cmd.Case != 0 && !d.onAccount():
		return model.Invalid("case", "%s belongs to no case: a case is about an account", kind)
	case cmd.Post != 0 && kind != model.CmdRemovePost && kind != model.CmdRestore:
		return model.Invalid("post", "%s is not about a post", kind)
	case cmd.Post == 0 && d.info.Target == model.TargetPost:
		return model.Invalid("post", "is needed")
	case cmd.Person != 0 && d.info.Target != model.TargetPerson:
		return model.Invalid("person", "%s is not about a person", kind)
	}
	return nil
}

// lookAtAccount reads the account: its class, its sanctions, and how many followers it has.
func (c *court) lookAtAccount(ctx context.Context, d *deed) error {
	r := c.r
	if d.cmd.Post != 0 {
		post, err := r.Post(ctx, d.cmd.Post)
		if err != nil {
			return err
		}
		if d.cmd.Account != 0 && d.cmd.Account != post.Account {
			return model.Invalid("post", "is not by this account")
		}
		d.cmd.Account = post.Account
	}
	if d.cmd.Account == 0 {
		return model.Invalid("account", "is needed")
	}
	account, err := r.Account(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	class, err := r.ClassOf(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	sanctions, err := r.UnliftedSanctions(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	d.class, d.verified, d.strictest = class.Class, class.Verified, classTravels(class, c.now)
	if d.strictest.Rank() < model.ClassHighProfile.Rank() {
		at, err := highProfileAt(ctx, r)
		if err != nil {
			return err
		}
		if reachesHighProfile(class, account.Followers, at) {
			d.strictest = model.ClassHighProfile // its rise is a moment away
		}
	}
	d.target = model.Target{Handle: account.Handle, Class: d.class, Strictest: d.strictest, Reach: account.Followers}
	for _, s := range sanctions {
		// A brief lock is anyone's to set: were it part of what is signed, it could void every request on the account.
		if s.Active(c.now) && !isBrief(s) {
			d.target.Sanctions = append(d.target.Sanctions, s.ID)
		}
	}
	return d.checkCase(ctx, r)
}

// checkCase holds a command to its case: a case is about one account.
func (d *deed) checkCase(ctx context.Context, r store.Reads) error {
	if d.cmd.Case == 0 {
		return nil
	}
	c, err := r.Case(ctx, d.cmd.Case)
	if model.KindOf(err) == model.KindNotFound {
		return model.Invalid("case", "there is no case %s", d.cmd.Case)
	}
	if err == nil && c.Account != d.cmd.Account {
		return model.Invalid("case", "case %s is about another account", d.cmd.Case)
	}
	return err
}

// isBrief reports whether a sanction is a lock of the kind that law 1 excepts.
func isBrief(s model.Sanction) bool {
	return s.Kind == model.SanctionLock && !s.End.IsZero() && s.End.Sub(s.Start) <= BriefLock
}

// sameTarget compares what was signed with what is there now. The reach may have changed: it follows from follows, which
// are not privileged. So may the requester's budget, which is asked again in full.
func sameTarget(signed, now model.Target) bool {
	return signed.Handle == now.Handle && signed.Class == now.Class && signed.Strictest == now.Strictest &&
		signed.State == now.State && slices.Equal(signed.Sanctions, now.Sanctions)
}

// stateOf describes a person's employment and roles: the privileged state that a command on a person is signed for.
func stateOf(p model.Person) string {
	ends := "open"
	if !p.Employment.EndsAt.IsZero() {
		ends = p.Employment.EndsAt.Format(time.RFC3339)
	}
	return fmt.Sprintf("%s %s until %s, team %s, roles %v", p.Employment.Kind, p.Employment.Status, ends, p.Team, p.RoleSet())
}
