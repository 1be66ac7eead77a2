package prove

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
)

// rogue is one person or several people who work together, with every login and key of theirs.
type rogue struct {
	people []string // a login each
	logins []string // all their logins: each signs whatever any of them asks for
	asks   []string // those of the people who ask for what is about accounts
	about  []string // the accounts that they ask about
}

// action is one thing that a rogue can do, or that time does.
type action struct {
	name  string
	do    func(*world) error
	about string // the account that it is about; empty: none, or the one that is there to use up budgets with
	due   bool   // what comes due is done in it
	last  bool   // nothing can follow: the clock is wrong after it
	dear  bool   // weighing it takes as long as fifty others: it is tried where no history is, first of all
}

// spans are how long the rogue waits: a little more than each time that a law or the table names.
var spans = []time.Duration{15*time.Minute + pause, 31 * time.Minute, 61 * time.Minute, 9 * time.Hour, 25 * time.Hour, 8 * 24 * time.Hour, 31 * 24 * time.Hour}

// actions lists everything, in an order that does not change.
func (r rogue) actions() []action {
	var all []action
	for _, by := range r.asks {
		for _, handle := range r.about {
			for _, a := range r.onAccount(by, handle) {
				a.about = handle
				all = append(all, a)
			}
		}
		// The second standard account is there to use up budgets with.
		all = append(all, action{name: by + ": suspend @aunt", do: func(w *world) error { return r.attempt(w, by, w.on(model.CmdSuspend, "aunt")) }})
	}
	for _, by := range r.people {
		all = append(all, r.governing(by)...)
		for i := range 2 {
			all = append(all,
				action{name: fmt.Sprintf("%s vetoes open request %d", by, i+1), do: func(w *world) error { return w.say(w.guard.Veto, by, i) }},
				action{name: fmt.Sprintf("%s declines open request %d", by, i+1), do: func(w *world) error { return w.say(w.guard.Decline, by, i) }},
				action{name: fmt.Sprintf("%s withdraws open request %d", by, i+1), do: func(w *world) error { return w.say(w.guard.Withdraw, by, i) }})
		}
		all = append(all, action{name: by + " hands in one signature for another request", do: func(w *world) error { return w.replay(by) }})
	}
	all = append(all, action{name: "the rogue turns all keys on everything that is open", do: r.turnAll})
	for _, d := range spans {
		all = append(all, action{name: d.String() + " pass", due: true, do: func(w *world) error { return w.pass(d) }})
	}
	for _, by := range r.asks {
		all = append(all, action{name: "the clock is set back, and " + by + " suspends @uncle", last: true, do: func(w *world) error {
			w.clock.advance(-2 * time.Hour)
			return r.attempt(w, by, w.on(model.CmdSuspend, "uncle"))
		}})
	}
	return all
}

// onAccount is every command about an account.
func (r rogue) onAccount(by, handle string) []action {
	var all []action
	add := func(kind model.CommandKind, params ...string) {
		name := fmt.Sprintf("%s: %s @%s%s", by, kind, handle, said(params))
		all = append(all, action{name: name, do: func(w *world) error { return r.attempt(w, by, w.on(kind, handle, params...)) }})
	}
	for _, info := range model.Catalogue() {
		switch info.Kind {
		case model.CmdLock:
			add(info.Kind)
			add(info.Kind, "for", "16m")
		case model.CmdSuspend:
			add(info.Kind)
			add(info.Kind, "for", "72h", "ground", "legal")
		case model.CmdRenameHandle:
			add(info.Kind, "handle", handle+"_2")
		case model.CmdChangeEmail:
			add(info.Kind, "email", "rogue@"+handle+".example")
		case model.CmdRemovePost:
			add(info.Kind)
			all = append(all, action{name: fmt.Sprintf("%s: %s @%s, another", by, info.Kind, handle),
				do: func(w *world) error { return r.attempt(w, by, w.second(w.on(info.Kind, handle), handle)) }})
		case model.CmdSetClass, model.CmdSetVerified:
		case model.CmdDecideAppeal:
			all = append(all, action{name: fmt.Sprintf("the owner of @%s appeals, and %s grants it", handle, by), do: func(w *world) error {
				appeal, err := w.appeal(handle)
				if err != nil {
					return err
				}
				return r.attempt(w, by, w.on(info.Kind, handle, "appeal", appeal.String(), "decision", "grant"))
			}})
		default:
			if info.Target == model.TargetAccount || info.Target == model.TargetPost {
				add(info.Kind)
			}
		}
	}
	for _, class := range []model.Class{model.ClassStandard, model.ClassGovernment} {
		all = append(all, r.govern(by, fmt.Sprintf("set_class @%s %s", handle, class), func(w *world) (model.Command, error) {
			return model.Command{Kind: model.CmdSetClass, Account: w.accounts[handle], Params: pairs([]string{"class", string(class)})}, nil
		}))
	}
	return append(all, r.govern(by, "set_verified @"+handle+" false", func(w *world) (model.Command, error) {
		return model.Command{Kind: model.CmdSetVerified, Account: w.accounts[handle], Params: pairs([]string{"verified", "false"})}, nil
	}))
}

// said are parameters as they stand in the name of an action.
func said(params []string) string {
	var b strings.Builder
	for i := 0; i+1 < len(params); i += 2 {
		fmt.Fprintf(&b, " %s=%s", params[i], params[i+1])
	}
	return b.String()
}

// govern is an action whose command is made when it is done.
func (r rogue) govern(by, what string, command func(*world) (model.Command, error)) action {
	return action{name: by + ": " + what, do: func(w *world) error {
		cmd, err := command(w)
		if err != nil {
			return err
		}
		return r.attempt(w, by, cmd)
	}}
}

// governing is every command about staff, the policy and freezes.
func (r rogue) governing(by string) []action {
	about := func(kind model.CommandKind, login string, params ...string) action {
		return r.govern(by, fmt.Sprintf("%s %s%s", kind, login, said(params)), func(w *world) (model.Command, error) {
			return w.about(kind, login, params...)
		})
	}
	whole := func(what string, cmd model.Command) action {
		return r.govern(by, what, func(*world) (model.Command, error) { return cmd, nil })
	}
	var all []action
	for _, role := range []model.Role{model.RoleAgent, model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs, model.RoleAdmin} {
		all = append(all, about(model.CmdGrantRole, by, "role", string(role)))
	}
	all = append(all,
		whole("brings in an agent", broughtIn("agent")),
		whole("brings in a lead", broughtIn("lead")),
		about(model.CmdGrantRole, "lead2", "role", "lead", "revoke", "true"),
		about(model.CmdSetEmployment, "security", "status", "notice"),
		about(model.CmdSetEmployment, "lead", "status", "ended"),
		about(model.CmdSetEmployment, by, "status", "active"),
		about(model.CmdSetEmployment, "lastday", "ends", "never", "kind", "employee"),
		about(model.CmdSetEmployment, "lastday", "ends", "2018-11-02"),
		about(model.CmdMapPerson, by, "login", "agent2"),
		about(model.CmdMapPerson, "lead2", "account", "president"),
		whole("freezes the protected", plain(model.CmdFreeze)),
		whole("freezes all", plain(model.CmdFreeze, "scope", "all")),
		whole("unfreezes", plain(model.CmdUnfreeze)))
	for _, login := range slices.Compact([]string{by, "agent2", novice}) {
		all = append(all, r.govern(by, "enrols a further passkey for "+login, func(w *world) (model.Command, error) {
			e, err := w.enrol(by, login)
			if err != nil {
				return model.Command{}, err
			}
			return w.about(model.CmdEnrollCredential, login, "enrolment", e.String())
		}))
	}
	publish := r.govern(by, "publishes the weakest policy", func(*world) (model.Command, error) {
		other, err := weakest()
		if err != nil {
			return model.Command{}, err
		}
		return plain(model.CmdPublishPolicy, "document", string(other.bundle.Encode())), nil
	})
	publish.dear = true
	return append(all, publish)
}

// attempt asks for a command and turns every key of the rogue's on it, by every login. What then still waits for other
// people's keys is left open only where it could come to something: it is taken back otherwise, as in a day it would have
// expired.
func (r rogue) attempt(w *world, by string, cmd model.Command) error {
	out, err := w.submit(by, cmd)
	if err != nil {
		return err
	}
	state := out.Request.State
	for _, login := range r.logins {
		if state != model.StatePending {
			return nil
		}
		turned, err := w.turn(login, out.Request.ID)
		if err == nil {
			state = turned.Request.State
		} else if model.KindOf(err) == "" {
			return err
		}
	}
	if state != model.StatePending || leftOpen(cmd) {
		return nil
	}
	a, err := w.actor(by)
	if err != nil {
		return err
	}
	w.calls++
	_, err = w.guard.Withdraw(w.ctx, a, out.Request.ID, "")
	return err
}

// leftOpen are the requests that stay open without all their keys: what others may not be able to ask for again (law 10).
func leftOpen(cmd model.Command) bool {
	return cmd.Kind == model.CmdUnfreeze
}

// turnAll turns every key on every open request.
func (r rogue) turnAll(w *world) error {
	open, err := w.store.OpenRequests(w.ctx)
	if err != nil {
		return err
	}
	for _, q := range open {
		for _, login := range r.logins {
			if _, err := w.turn(login, q.ID); err != nil && model.KindOf(err) == "" {
				return err
			}
		}
	}
	return nil
}

// say has a login veto, decline or withdraw the i-th open request.
func (w *world) say(stop func(context.Context, guard.Actor, model.ID, string) (guard.Outcome, error), login string, i int) error {
	w.clock.advance(pause)
	open, err := w.store.OpenRequests(w.ctx)
	if err != nil {
		return err
	}
	if i >= len(open) {
		return model.NotFound("request")
	}
	a, err := w.actor(login)
	if err != nil {
		return err
	}
	w.calls++
	_, err = stop(w.ctx, a, open[i].ID, "no")
	return err
}

// replay signs one request and hands the signature in for another, and for the same again.
func (w *world) replay(login string) error {
	one, err := w.submit(login, w.on(model.CmdBan, "uncle"))
	if err != nil {
		return err
	}
	other, err := w.submit(login, w.on(model.CmdLock, "president"))
	if err != nil {
		return err
	}
	response, err := w.assertion(login, one.Request.ID)
	if err != nil {
		return err
	}
	for _, q := range []guard.Outcome{other, one, one, other} {
		if _, err := w.handIn(login, q.Request.ID, response); err != nil && model.KindOf(err) == "" {
			return err
		}
	}
	for _, q := range []guard.Outcome{one, other} {
		a, err := w.actor(login)
		if err == nil {
			_, err = w.guard.Withdraw(w.ctx, a, q.Request.ID, "")
		}
		if err != nil && !isRefusal(err) {
			return err
		}
	}
	return nil
}

// isRefusal reports whether an error is an answer, and not trouble.
func isRefusal(err error) bool {
	_, ok := errors.AsType[*model.Error](err)
	return ok
}
