package guard

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"slices"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// What the private part of the entry that opens a request has: its reason and its private parameters, and the salt with
// which the request refers to them.
const (
	privateReason = "reason"
	privateSalt   = "salt"
	privateParam  = "param." // before the parameter's name
)

// erased stands for a text that was erased.
const erased = "(erased)"

// isPrivate reports whether a parameter's text may be erased one day, so that no privileged row and no facts may have it.
func isPrivate(param string) bool { return param == paramMessage || param == paramEmail }

// takeIn puts the texts of a command's private parameters aside, and in their place how the request refers to them. What
// the command names as private itself is dropped: only parameters are.
func takeIn(cmd model.Command, salt string) model.Command {
	cmd.Params, cmd.Private = maps.Clone(cmd.Params), nil
	for name, text := range cmd.Params {
		if !isPrivate(name) {
			continue
		}
		if cmd.Private == nil {
			cmd.Private = map[string]string{}
		}
		cmd.Private[name], cmd.Params[name] = text, hashOf(salt, name, text)
	}
	return cmd
}

// hashOf is how a request refers to a private parameter: the name keeps equal texts of two parameters apart.
func hashOf(salt, name, text string) string {
	return "sha256:" + hex.EncodeToString(approval.ReasonHash(salt, name+"\x00"+text))
}

// privatePart is what the entry that opens a request keeps apart.
func privatePart(cmd model.Command, salt string) map[string]string {
	part := map[string]string{privateReason: cmd.Reason, privateSalt: salt}
	for name, text := range cmd.Private {
		part[privateParam+name] = text
	}
	return part
}

// fillIn reads the texts that a request only refers to. One that was erased is known by its hash only; one that is not
// what the hash says was changed in the database, and is not taken for what was asked.
func fillIn(ctx context.Context, r store.Reads, q *model.Request) error {
	part, err := r.PrivateOf(ctx, q.Opened)
	if err != nil {
		return err
	}
	q.Command.Private = map[string]string{}
	salt := part[privateSalt]
	reason, known := part[privateReason]
	if known && !slices.Equal(approval.ReasonHash(salt, reason), q.Reason) {
		return tampered(q.ID, privateReason)
	}
	if q.Command.Reason = reason; !known {
		q.Command.Reason = erased
	}
	for name := range q.Command.Params {
		text, known := part[privateParam+name]
		if !isPrivate(name) || !known {
			continue
		}
		if hashOf(salt, name, text) != q.Command.Params[name] {
			return tampered(q.ID, name)
		}
		q.Command.Private[name] = text
	}
	return nil
}

func tampered(request model.ID, what string) error {
	return model.Refused(LawFailClosed, "the %s of request %d is not the one that it was made with: it was changed in the database", what, request)
}

// checkPrivate holds the private parameters to their bounds. One without its text was erased: nobody can sign it any more.
func checkPrivate(cmd model.Command) error {
	for name := range cmd.Params {
		if !isPrivate(name) {
			continue
		}
		text, known := cmd.Private[name]
		if !known {
			return model.Errorf(model.KindConflict, "the %s was erased: request it again", name)
		}
		if err := checkText("params."+name, text, model.MaxReason); err != nil {
			return err
		}
	}
	return nil
}

// Opened is a request with the texts that it only refers to, for those who may see it.
func (g *Guard) Opened(ctx context.Context, q model.Request) (model.Request, error) {
	return Opened(ctx, g.st.Reads, q)
}

// Opened is a request with the texts that it only refers to: its reason, and its private parameters in Command.Private.
// What was erased says so, and so does what was changed in the database.
func Opened(ctx context.Context, r store.Reads, q model.Request) (model.Request, error) {
	err := fillIn(ctx, r, &q)
	if e, ok := errors.AsType[*model.Error](err); ok && e.Law == LawFailClosed {
		q.Command.Reason, err = e.Message, nil
	}
	if err != nil {
		return q, err
	}
	for name := range q.Command.Params {
		if _, known := q.Command.Private[name]; isPrivate(name) && !known {
			q.Command.Private[name] = erased
		}
	}
	return q, nil
}
