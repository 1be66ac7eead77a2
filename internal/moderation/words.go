package moderation

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/recovery"
)

// Words says in one plain sentence what a request will do, to whom, and how many people see it: what somebody who signs
// it must have read. divisor is what a demo divides its waits by, 1 elsewhere. Everything that a sentence says comes
// from the request itself, so that it is what the key-holders sign.
func Words(q model.Request, divisor int64) string {
	return effect(q, when(q, divisor)) + "."
}

// effect is the sentence for each kind of command; wait is what is waited for before the effect, or "".
func effect(q model.Request, wait string) string {
	switch q.Command.Info().Target {
	case model.TargetAccount, model.TargetPost:
		if q.Command.Info().Group == model.GroupGovern {
			return onStanding(q) + wait
		}
		return onAccount(q, wait)
	case model.TargetPerson:
		return onPerson(q) + wait
	}
	return onNetwork(q) + wait
}

// account names an account with its class.
func account(t model.Target) string { return fmt.Sprintf("@%s (%s)", t.Handle, class(t.Class)) }

func class(c model.Class) string { return inWords(string(c)) }

func onAccount(q model.Request, wait string) string {
	who, c := account(q.Target), q.Command
	sight := "; " + losesSight(q.Target) + wait
	switch c.Kind {
	case model.CmdWarn:
		return who + " gets a strike and a message; nothing is hidden" + wait
	case model.CmdLock:
		return who + " cannot post" + lasting(c.Params, "for 15 minutes") + "; what it has posted stays visible" + wait
	case model.CmdSensitive:
		return "The media of " + who + " go behind a warning" + lasting(c.Params, "until it is restored") + wait
	case model.CmdLimit:
		return who + " is left out of public timelines, search and trends for everyone who does not follow it" +
			lasting(c.Params, "until it is restored") + wait
	case model.CmdRemovePost:
		return fmt.Sprintf("Post %s by %s becomes dark; the account has %s, who lose sight of the post%s%s, until it is restored",
			c.Post, who, followers(q.Target.Reach), share(q.Target), wait)
	case model.CmdDeactivate:
		return who + " becomes dark as if it did not exist" + sight + ", until it is restored"
	case model.CmdSuspend:
		return who + " becomes dark with a notice" + sight + "," + lasting(c.Params, "until it is restored")
	case model.CmdBan:
		return who + " becomes dark with a notice and without end" + sight + ", unless it is restored"
	case model.CmdPurge:
		return "Everything of " + who + " is erased for good: posts, profile, e-mail address, follows. It stays dark for ever, nothing brings it back, and its handle stays taken" + wait
	case model.CmdViewPrivate:
		return "The e-mail address and the private posts of " + who + " are shown to whoever asked for this, for an hour; each look is recorded" + wait
	case model.CmdSignOut:
		return who + " is signed out everywhere: every app and every browser has to sign in again" + wait
	case model.CmdResetCredentials:
		return "The password and the passkeys of " + who + " stop working, and it is signed out everywhere; whoever requested this gets a link, once, with which its owner sets a new password" + wait
	case model.CmdChangeEmail:
		return who + " gets another e-mail address to sign in with: " + c.Private["email"] + wait
	case model.CmdRenameHandle:
		return who + " becomes @" + c.Params["handle"] + "; nothing else of it changes, and nobody else can take the old handle" + wait
	case model.CmdRestore:
		return restored(q, who) + wait
	case model.CmdDecideAppeal:
		return decided(q, who) + wait
	}
	return fmt.Sprintf("%s is done to %s%s", strings.ReplaceAll(string(c.Kind), "_", " "), who, wait)
}

// decided is how an appeal ends. The guard puts what it is against last into the state that is signed.
func decided(q model.Request, who string) string {
	_, against, _ := strings.Cut(q.Target.State, " against ")
	against = inWords(cmp.Or(against, "a decision"))
	if q.Command.Params["decision"] == "grant" {
		return fmt.Sprintf("The appeal of %s against %s is granted: what that hid or limited is back as it was before; whatever else is on the account stays",
			who, against)
	}
	return fmt.Sprintf("The appeal of %s against %s is rejected: nothing changes, and it cannot be appealed again", who, against)
}

func inWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

func restored(q model.Request, who string) string {
	switch {
	case q.Command.Params["strike"] != "":
		return fmt.Sprintf("Strike %s against %s is retracted", q.Command.Params["strike"], who)
	case q.Command.Params["sanction"] != "":
		return fmt.Sprintf("Sanction %s on %s is lifted", q.Command.Params["sanction"], who)
	case q.Command.Post != 0:
		return fmt.Sprintf("Post %s by %s is visible again, as it was before", q.Command.Post, who)
	}
	see := "see"
	if q.Target.Reach == 1 {
		see = "sees"
	}
	return fmt.Sprintf("Whatever hides, limits or locks %s now is lifted; its %s %s it again, as it was before",
		who, followers(q.Target.Reach), see)
}

// onStanding is about an account's class and mark.
func onStanding(q model.Request) string {
	who, c := account(q.Target), q.Command
	if c.Kind == model.CmdSetVerified {
		if c.Params["verified"] == "true" {
			return who + " gets the verification mark"
		}
		return who + " loses the verification mark"
	}
	to := model.Class(c.Params["class"])
	text := fmt.Sprintf("%s becomes a %s account", who, class(to))
	if to.Rank() < q.Target.Class.Rank() {
		text += " and is less protected; for 7 days it still takes the keys that it takes now"
	}
	return text
}

func onPerson(q model.Request) string {
	who, c := q.Target.Handle, q.Command
	switch c.Kind {
	case model.CmdGrantRole:
		return granted(q)
	case model.CmdSetEmployment:
		return fmt.Sprintf("The employment of %s changes: %s", who, changes(c.Params, "kind", "status", "ends"))
	case model.CmdEnrollCredential:
		if id := c.Params["revoke"]; id != "" {
			return fmt.Sprintf("Passkey %s of %s is revoked: it signs nobody in and turns no key any more", id, who)
		}
		// The guard puts the passkey's fingerprint last into the state that is signed.
		_, fingerprint, _ := strings.Cut(q.Target.State, ", passkey ")
		return fmt.Sprintf("%s gets the passkey %s: whoever holds it can sign in and turn keys as %s", who, strings.Trim(fingerprint, `"`), who)
	}
	if c.Kind == model.CmdMapPerson {
		return mapped(q)
	}
	return fmt.Sprintf("%s is done to %s", strings.ReplaceAll(string(c.Kind), "_", " "), who)
}

// mapped tells whose a login or an account is. The guard puts whose login it is now into the state that is signed.
func mapped(q model.Request) string {
	who, p := q.Target.Handle, q.Command.Params
	account := "@" + strings.TrimPrefix(p["account"], "@")
	_, from, last := strings.Cut(q.Target.State, ", only login of ")
	if !last {
		_, from, _ = strings.Cut(q.Target.State, ", one login of ")
	}
	if quoted, err := strconv.QuotedPrefix(from); err == nil {
		from, _ = strconv.Unquote(quoted)
	}
	switch {
	case p["unmap"] == "true":
		return fmt.Sprintf("%s is not %s's any more; it stays an account about which %s decides nothing", account, who, who)
	case p["login"] == "":
		return fmt.Sprintf("%s is %s's own account: %s can use it for the desk's part of the client API, and decides nothing about it, nor on what it reports", account, who, who)
	case last:
		return fmt.Sprintf("%s and %s are one human: the login %s becomes %s's, and the entry of %s ends, with its roles, passkeys, open requests and keys", from, who, p["login"], who, from)
	}
	return fmt.Sprintf("The login %s is not %s's but %s's; its passkeys are revoked, and keys that they turned stop counting", p["login"], from, who)
}

func granted(q model.Request) string {
	who, p := q.Target.Handle, q.Command.Params
	role := class(model.Class(p["role"]))
	switch {
	case p["revoke"] == "true":
		return fmt.Sprintf("%s loses the role %s", who, role)
	case p["login"] != "":
		return fmt.Sprintf("%s joins the desk as %s, with the login %s: %s", who, role, p["login"], changes(p, "team", "kind", "ends"))
	}
	return fmt.Sprintf("%s gets the role %s", who, role)
}

func onNetwork(q model.Request) string {
	switch q.Command.Kind {
	case model.CmdPublishPolicy:
		return "Another policy comes into force: it says who may do what, and whose keys it takes"
	case model.CmdSetSetting:
		return setting(q)
	case model.CmdFreeze:
		which := "protected accounts"
		if q.Command.Params["scope"] == "all" {
			which = "all accounts"
		}
		return "Nothing darkens, silences or takes over " + which + " for 30 minutes, or until the freeze is ended if a second person confirms it"
	case model.CmdErasePrivate:
		return fmt.Sprintf("The private part of the ledger's entry %s is erased for good (%s): its reason and its other texts can be read by nobody any more; who did what to whom stays",
			q.Command.Params["entry"], q.Target.State)
	case model.CmdUnfreeze:
		return "The freeze ends: accounts can be darkened, silenced and taken over again, with the keys that this takes"
	}
	return strings.ReplaceAll(string(q.Command.Kind), "_", " ")
}

// setting is about one of the settings that change; the guard puts its value now into the state that is signed.
func setting(q model.Request) string {
	if q.Target.Handle == "recovery" {
		return sealedKeys(q)
	}
	from, err1 := strconv.ParseInt(q.Target.State, 10, 64)
	to, err2 := strconv.ParseInt(q.Command.Params["value"], 10, 64)
	if err1 != nil || err2 != nil {
		return fmt.Sprintf("The setting %s becomes %s", q.Target.Handle, q.Command.Params["value"])
	}
	text := fmt.Sprintf("An account becomes high profile by itself at %s instead of %s", followers(to), followers(from))
	if to > from {
		return text + "; fewer accounts become protected, and none that is so already stops being it"
	}
	return text + "; those that have as many already become so at once"
}

// sealedKeys is about other recovery keys.
func sealedKeys(q model.Request) string {
	to, err := recovery.ParseKeys("value", q.Command.Params["value"])
	if err != nil {
		return "The recovery keys become others, which cannot be read"
	}
	text := fmt.Sprintf("%d of these %d recovery keys can bring back somebody who lost their passkeys, after a week in public: %s",
		to.Threshold, len(to.VKeys), strings.Join(to.Names(), ", "))
	if q.Target.State == "" {
		return text + "; until now there are none"
	}
	return text + "; those that there are now, no more"
}

// changes lists the parameters that are there, by name.
func changes(params map[string]string, names ...string) string {
	var parts []string
	for _, name := range names {
		if v, ok := params[name]; ok && v != "" {
			parts = append(parts, name+" "+v)
		}
	}
	return strings.Join(parts, ", ")
}

func followers(n int64) string {
	if n == 1 {
		return "1 follower"
	}
	return model.Count(n) + " followers"
}

func losesSight(t model.Target) string {
	switch t.Reach {
	case 0:
		return "it has no followers who lose sight of it"
	case 1:
		return "1 follower loses sight of it" + share(t)
	}
	return followers(t.Reach) + " lose sight of it" + share(t)
}

// share compares the reach with what whoever asks may darken in a day, where it is worth a word: from 1 % on.
func share(t model.Target) string {
	if t.Budget == 0 || t.Reach < t.Budget/100 || t.Reach == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s the requester's daily budget)", model.Share(t.Reach, t.Budget))
}

// when is the part of a sentence that tells what is waited for: a moment, and the policy's wait.
func when(q model.Request, divisor int64) string {
	at, wait := moment(q.Command.Params["at"]), q.Need.Wait
	text := ""
	if at != "" {
		text = ", not before " + at
	}
	if wait <= 0 {
		return text
	}
	if at != "" {
		text += " and"
	} else {
		text = ","
	}
	if divisor > 1 {
		return fmt.Sprintf("%s after a wait of %s (in this demo %s)", text, model.Lasting(wait), model.Lasting(wait/time.Duration(divisor)))
	}
	return text + " after a wait of " + model.Lasting(wait)
}

// lasting is how long a timed sanction lasts, by its parameters.
func lasting(params map[string]string, otherwise string) string {
	if until := moment(params["until"]); until != "" {
		return " until " + until
	}
	if d, err := time.ParseDuration(params["for"]); err == nil {
		return " for " + model.Lasting(d)
	}
	if params["for"] == "unlimited" {
		return " until it is restored"
	}
	return " " + otherwise
}

// moment is a time as people read it; "" when it is none.
func moment(param string) string {
	at, err := time.Parse(time.RFC3339, param)
	switch {
	case err != nil:
		return ""
	case at.Truncate(time.Minute).Equal(at):
		return at.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return at.UTC().Format("2 January 2006, 15:04:05.999 UTC")
}
