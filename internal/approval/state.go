package approval

import "keyturn/internal/model"

// Step is something that happens to a request.
type Step string

// The steps of a request's life.
const (
	Complete Step = "complete" // its last key was turned and it waits
	Execute  Step = "execute"
	Refuse   Step = "refuse"
	Withdraw Step = "withdraw"
	Decline  Step = "decline"
	Veto     Step = "veto"
	Expire   Step = "expire"
	Reopen   Step = "reopen" // a key stopped counting while it waited
)

// Next is the state that follows. A step that the state does not allow is a conflict, and changes nothing.
func Next(s model.RequestState, step Step) (model.RequestState, error) {
	pending, waiting := s == model.StatePending, s == model.StateWaiting
	switch {
	case step == Complete && pending:
		return model.StateWaiting, nil
	case step == Execute && (pending || waiting):
		return model.StateExecuted, nil
	case step == Refuse && (pending || waiting):
		return model.StateRefused, nil
	case step == Withdraw && (pending || waiting):
		return model.StateWithdrawn, nil
	case step == Decline && pending:
		return model.StateDeclined, nil
	case step == Veto && (pending || waiting):
		return model.StateVetoed, nil
	case step == Expire && (pending || waiting):
		return model.StateExpired, nil
	case step == Reopen && waiting:
		return model.StatePending, nil
	}
	return s, model.Errorf(model.KindConflict, "the request is %s", s)
}
