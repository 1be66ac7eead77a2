package prove

import (
	"fmt"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// pause is how long each thing that somebody does takes.
const pause = time.Second

// actor is whoever is signed in with a login.
func (w *world) actor(login string) (guard.Actor, error) {
	l, err := w.store.LoginNamed(w.ctx, login)
	return guard.Actor{Person: l.Person, Login: l.ID}, err
}

// submit puts a command to the guard.
func (w *world) submit(login string, cmd model.Command) (guard.Outcome, error) {
	w.clock.advance(pause)
	a, err := w.actor(login)
	if err != nil {
		return guard.Outcome{}, err
	}
	w.calls++
	if cmd.Reason == "" {
		cmd.Reason = "to see whether it works"
	}
	return w.guard.Submit(w.ctx, a, cmd)
}

// assertion signs a request with a login's keys, as a browser does.
func (w *world) assertion(login string, request model.ID) ([]byte, error) {
	a, err := w.actor(login)
	if err != nil {
		return nil, err
	}
	w.calls++
	options, err := w.guard.Challenge(w.ctx, a, request)
	if err != nil {
		return nil, err
	}
	return w.rings[login].Assert(deskURL, options)
}

// turn turns a login's key on a request.
func (w *world) turn(login string, request model.ID) (guard.Outcome, error) {
	w.clock.advance(pause)
	response, err := w.assertion(login, request)
	if err != nil {
		return guard.Outcome{}, err
	}
	return w.handIn(login, request, response)
}

func (w *world) handIn(login string, request model.ID, response []byte) (guard.Outcome, error) {
	a, err := w.actor(login)
	if err != nil {
		return guard.Outcome{}, err
	}
	w.calls++
	return w.guard.Turn(w.ctx, a, request, response)
}

// pass lets time go by, and has done what comes due.
func (w *world) pass(d time.Duration) error {
	w.clock.advance(d)
	w.calls++
	return w.guard.Due(w.ctx)
}

// on is a command about an account, on its case.
func (w *world) on(kind model.CommandKind, handle string, params ...string) model.Command {
	c := model.Command{Kind: kind, Account: w.accounts[handle], Case: w.cases[handle], Params: pairs(params)}
	if kind == model.CmdRemovePost {
		c.Post = w.posts[handle][0]
	}
	return c
}

// appeal has the owner of an account appeal against what was put on it last and is still there, unless that is done.
func (w *world) appeal(handle string) (model.ID, error) {
	on, err := w.store.UnliftedSanctions(w.ctx, w.accounts[handle])
	if err != nil {
		return 0, err
	}
	if len(on) == 0 {
		return 0, model.NotFound("sanction")
	}
	subject := on[len(on)-1].ID
	made, err := w.store.AppealsOf(w.ctx, w.accounts[handle])
	if err != nil {
		return 0, err
	}
	for _, a := range made {
		if a.Subject == subject {
			return a.ID, nil
		}
	}
	a := model.Appeal{ID: w.store.IDs().Next(), Account: w.accounts[handle], Subject: subject, Text: "no", CreatedAt: w.clock.Now()}
	return a.ID, w.store.Write(w.ctx, func(tx *store.Tx) error { return tx.AddAppeal(w.ctx, a) })
}

// second is the same about the account's second post.
func (w *world) second(c model.Command, handle string) model.Command {
	c.Post = w.posts[handle][1]
	return c
}

// about is a command about the person who has a login.
func (w *world) about(kind model.CommandKind, login string, params ...string) (model.Command, error) {
	l, err := w.store.LoginNamed(w.ctx, login)
	return model.Command{Kind: kind, Person: l.Person, Params: pairs(params)}, err
}

func plain(kind model.CommandKind, params ...string) model.Command {
	return model.Command{Kind: kind, Params: pairs(params)}
}

func pairs(list []string) map[string]string {
	all := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		all[list[i]] = list[i+1]
	}
	return all
}

// settle has people do together what they may: ask, turn keys, wait. It is for what scenes are made of.
func (w *world) settle(by string, cmd model.Command, keys ...string) error {
	out, err := w.begun(by, cmd, keys...)
	if err == nil && out.Request.State == model.StateWaiting {
		err = w.pass(out.Request.EffectAt.Sub(w.clock.Now()))
	}
	if err != nil {
		return err
	}
	q, err := w.store.Request(w.ctx, out.Request.ID)
	if err == nil && q.State != model.StateExecuted {
		err = fmt.Errorf("%s by %s is %s: %s", cmd.Kind, by, q.State, q.Outcome)
	}
	return err
}

// begun is settle up to the wait.
func (w *world) begun(by string, cmd model.Command, keys ...string) (guard.Outcome, error) {
	out, err := w.submit(by, cmd)
	for _, login := range keys {
		if err != nil || out.Request.State != model.StatePending {
			break
		}
		out, err = w.turn(login, out.Request.ID)
	}
	if err != nil {
		err = fmt.Errorf("%s by %s: %w", cmd.Kind, by, err)
	}
	return out, err
}

// enrol makes a passkey for a login, on the invitation of somebody, and returns the enrolment that a command can name.
func (w *world) enrol(inviter, login string) (model.ID, error) {
	a, err := w.actor(inviter)
	if err != nil {
		return 0, err
	}
	inv, err := w.staff.Invite(w.ctx, a.Person, login)
	if err != nil {
		return 0, err
	}
	options, err := w.staff.EnrolmentOptions(w.ctx, inv.Token)
	if err != nil {
		return 0, err
	}
	spare := w.rings[login].Authenticators
	response, err := spare[len(spare)-1].Register(deskURL, options)
	if err != nil {
		return 0, model.Errorf(model.KindConflict, "no spare authenticator: %v", err)
	}
	made, err := w.staff.Enrol(w.ctx, inv.Token, "a key", response)
	return made.ID, err
}
