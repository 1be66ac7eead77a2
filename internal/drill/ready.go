package drill

import (
	"context"
	"fmt"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// maxWait bounds how long the drill waits for what was begun before it: a demo's longest wait is 2.4 minutes.
const maxWait = 3 * time.Minute

// byKey are who brings back what is dark, in the order in which they are asked.
var byKey = []string{"lead2", "gov", "security", "agent2", "admin", "lead"}

// prepare brings @president into the state that the night begins with, from whatever state the demo is in: nothing about to
// happen to it, visible, and without an open case, so that the report of the drill makes one of its own. An account has one
// undo by one key for each case (law 9), and that of an earlier case may be used up.
func (n *night) prepare(ctx context.Context) error {
	lead := n.staff["lead"]
	seen, err := lead.Account(ctx, target)
	switch no, refused := deskclient.Refused(err); {
	case refused && no.Kind == string(model.KindNotFound):
		return fmt.Errorf("there is no @%s at the desk %s: is it a demo?", target, n.DeskURL)
	case err != nil:
		return err
	case seen.Handle != target:
		return fmt.Errorf("@%s is called @%s now. To rename it back: %s, then turn the keys that it names", target, seen.Handle,
			n.command("lead", "request rename_handle @"+seen.Handle+" --param handle="+target+" --reason drill"))
	case seen.Purge != nil:
		return fmt.Errorf("@%s was purged, which nothing undoes: start a new demo", target)
	}
	if err := n.thawed(ctx); err != nil {
		return err
	}
	if err := n.settle(ctx); err != nil {
		return err
	}
	if err := n.bringBack(ctx, func(deskclient.Sanction) bool { return true }); err != nil {
		return err
	}
	if seen, err = lead.Account(ctx, target); err != nil || seen.Case == "" {
		return err
	}
	if _, err := lead.OnCase(ctx, seen.Case, "resolve", map[string]string{"note": "a drill begins; it is opened again afterwards"}); err != nil {
		return fmt.Errorf("resolving case %s: %w", seen.Case, err)
	}
	n.earlier = seen.Case
	return nil
}

// thawed says how to end a freeze: in one nothing is darkened.
func (n *night) thawed(ctx context.Context) error {
	freezes, err := n.staff["lead"].Freezes(ctx)
	if err != nil || len(freezes) == 0 {
		return err
	}
	until := "until two people end it"
	if end := freezes[0].EndsAt; !end.IsZero() {
		until = "until " + end.Local().Format(time.TimeOnly)
	}
	return fmt.Errorf("a freeze is on %s, in which nothing is darkened. To end it: %s, then turn the keys that it names", until,
		n.command("security", "request unfreeze --reason drill"))
}

// settle waits for what is about to happen to the account.
func (n *night) settle(ctx context.Context) error {
	deadline := time.Now().Add(maxWait)
	for {
		waiting, err := n.staff["lead"].Requests(ctx, model.StateWaiting)
		if err != nil {
			return err
		}
		var next *deskclient.Request
		for i, r := range waiting {
			if r.Account != nil && r.Account.Handle == target && r.EffectAt.Before(deadline) {
				next = &waiting[i]
			}
		}
		if next == nil {
			return nil
		}
		n.Progress(fmt.Sprintf("waiting for request %s (%s), which takes effect at %s", next.ID, next.Kind, next.EffectAt.Local().Format(time.TimeOnly)))
		if err := n.over(ctx, next.ID, deadline); err != nil {
			return err
		}
	}
}

// over waits until a request waits no more.
func (n *night) over(ctx context.Context, id model.ID, deadline time.Time) error {
	for {
		r, err := n.staff["lead"].Show(ctx, id.String())
		if err != nil || !r.State.Open() {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("request %s, which had its keys, has not taken effect", id)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// mayDarken asks what would become of the darkening before anything is done: a budget that is used up, or a database
// that the guard doubts, is no law that was missed.
func (n *night) mayDarken(ctx context.Context) error {
	x, err := n.staff["lead"].Explain(ctx, n.order(model.CmdDeactivate))
	if err == nil && x.Refusal != nil {
		err = fmt.Errorf("as the demo is now, nobody can darken @%s: %w", target, x.Refusal)
	}
	return err
}

// bringBack lifts what makes the account dark, with as many of the drill's keys as that takes.
func (n *night) bringBack(ctx context.Context, which func(deskclient.Sanction) bool) error {
	seen, err := n.staff["lead"].Account(ctx, target)
	if err != nil {
		return err
	}
	for _, s := range seen.Dark() {
		if !which(s) {
			continue
		}
		n.Progress(fmt.Sprintf("@%s is dark (%s since %s): it is brought back", target, s.Kind, s.Start.Local().Format(time.DateTime)))
		r, err := n.staff["agent2"].Request(ctx, n.lifting(s.ID))
		if err == nil {
			err = n.gather(ctx, r)
		}
		if err != nil {
			return n.stillDark(err)
		}
	}
	return nil
}

// gather has one after the other turn their key on a request until it takes no more, and waits for its effect.
func (n *night) gather(ctx context.Context, r deskclient.Request) error {
	var no error
	for _, login := range byKey {
		if r.State != model.StatePending {
			break
		}
		turned, err := n.staff[login].Turn(ctx, r.ID.String())
		if _, refused := deskclient.Refused(err); refused {
			no = fmt.Errorf("%s's key: %w", login, err)
			continue
		}
		if err != nil {
			return err
		}
		r = turned
	}
	if r.State == model.StatePending {
		n.opened = append(n.opened, opened{n.staff[r.Requester.Login], r.ID})
		if no != nil {
			return fmt.Errorf("it waits for %s: %w", missing(r.Missing), no)
		}
		return fmt.Errorf("it waits for %s", missing(r.Missing))
	}
	if err := n.over(ctx, r.ID, time.Now().Add(maxWait)); err != nil {
		return err
	}
	return n.visible(ctx)
}

// visible waits for as long as law 8 allows until the public sees the account.
func (n *night) visible(ctx context.Context) error {
	for range 20 {
		if !n.isDark(ctx) {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("@%s was restored, and the public does not see it", target)
}

// stillDark adds to an error what the person who drills has to know.
func (n *night) stillDark(err error) error {
	return fmt.Errorf("@%s is dark, and the drill could not bring it back: %w\n  to do so: %s, then turn the keys that it names", target, err,
		n.command("agent2", "request restore @"+target+" --reason drill"))
}

// command is a command line of the demo, with what it takes.
func (n *night) command(as, what string) string {
	return fmt.Sprintf("keyturn desk --desk-url %s --keys %s --as %s %s", strings.TrimSuffix(n.DeskURL, "/"), n.Keys, as, what)
}

// lifting is the order to restore one sanction, on the case that it was done on.
func (n *night) lifting(sanction model.ID) deskclient.Order {
	o := n.order(model.CmdRestore)
	o.Params = map[string]string{"sanction": sanction.String()}
	return o
}
