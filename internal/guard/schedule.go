package guard

import (
	"slices"
	"time"

	"keyturn/internal/model"
)

// maxAhead is how far ahead a command can be scheduled: a policy, a staff and an account are others after that.
const maxAhead = 90 * 24 * time.Hour

// schedulable reports whether a command may name the moment before which it has no effect. What governs, freezes and
// takes over may not: who asks for it is there when it happens.
func schedulable(kind model.CommandKind) bool {
	return slices.Contains([]model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdRemovePost,
		model.CmdDeactivate, model.CmdSuspend, model.CmdBan, model.CmdRestore}, kind)
}

// readSchedule reads when a command that was made at a moment shall have its effect.
func (d *deed) readSchedule(made time.Time) error {
	text, ok := d.cmd.Params[paramAt]
	if !ok {
		return nil
	}
	at, err := parseMoment("params.at", text)
	if err != nil {
		return err
	}
	if !at.After(made) || at.Sub(made) > maxAhead {
		return model.Invalid("params.at", "must be within the next %d days", maxAhead/(24*time.Hour))
	}
	d.at = at
	return nil
}

// scheduled reports whether the command names the moment before which it has no effect.
func (d deed) scheduled() bool { return !d.at.IsZero() }

// effective is the earliest moment at which a command that is decided on now can have its effect: what a law measures
// to the effect is measured to this, so that nothing becomes easier by being asked for early.
func (c *court) effective(d deed) time.Time { return later(c.now, d.at) }

// parseMoment reads a time as people and programs write it (RFC 3339), to the millisecond.
func parseMoment(field, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, model.Invalid(field, "must be a time (RFC 3339), such as 2017-11-03T06:00:00Z")
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
