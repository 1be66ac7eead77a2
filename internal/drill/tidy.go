package drill

import (
	"context"
	"errors"
	"fmt"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// opened is a request that the drill leaves behind open, to be withdrawn at its end.
type opened struct {
	by *deskclient.Client
	id model.ID
}

// tidy withdraws what is still open, brings back what the drill darkened, ends the newcomer's employment, resolves the
// drill's case and opens the one that was there before: the demo is left as it was found, however far the drill came. What
// fails does not keep it from the rest.
func (n *night) tidy(ctx context.Context) error {
	if n.staff["lead"] == nil { // nobody signed in: nothing was done
		return nil
	}
	if n.request.ID != 0 {
		n.opened = append(n.opened, opened{n.staff["lead"], n.request.ID})
	}
	var errs []error
	for _, o := range n.opened {
		_, err := o.by.Stop(ctx, "withdraw", o.id.String(), "the drill is over")
		if no, refused := deskclient.Refused(err); refused && no.Kind == string(model.KindConflict) { // closed already
			err = nil
		}
		errs = append(errs, err)
	}
	if n.request.ID != 0 {
		errs = append(errs, n.bringBack(ctx, func(s deskclient.Sanction) bool { return s.Request == n.request.ID }))
	}
	if n.newcomer != "" {
		errs = append(errs, n.dismiss(ctx))
	}
	if n.caseID != "" {
		_, err := n.staff["lead"].OnCase(ctx, n.caseID, "resolve", map[string]string{"note": "the drill is over"})
		errs = append(errs, err)
	}
	if n.earlier != "" {
		if _, err := n.staff["lead"].OnCase(ctx, n.earlier, "reopen", map[string]string{"note": "the drill is over"}); err != nil {
			errs = append(errs, fmt.Errorf("opening case %s again: %w", n.earlier, err))
		}
	}
	return errors.Join(errs...)
}

// dismiss ends the newcomer's employment.
func (n *night) dismiss(ctx context.Context) error {
	r, err := n.staff["admin"].Request(ctx, deskclient.Order{Kind: model.CmdSetEmployment, Person: n.newcomer,
		Reason: "the drill is over", Params: map[string]string{"status": "ended"}})
	if err == nil && r.State == model.StatePending {
		r, err = n.staff["admin"].Turn(ctx, r.ID.String())
	}
	if err == nil && r.State != model.StateExecuted {
		err = fmt.Errorf("the request is %s", r.State)
	}
	if err != nil {
		return fmt.Errorf("ending the employment of %s: %w", n.newcomer, err)
	}
	return nil
}
