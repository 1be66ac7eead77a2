package approval_test

import (
	"testing"

	"keyturn/internal/approval"
	"keyturn/internal/model"
)

// TestNext walks every step from every state: only these lead anywhere.
func TestNext(t *testing.T) {
	type from struct {
		state model.RequestState
		step  approval.Step
	}
	allowed := map[from]model.RequestState{
		{model.StatePending, approval.Complete}: model.StateWaiting,
		{model.StatePending, approval.Execute}:  model.StateExecuted,
		{model.StateWaiting, approval.Execute}:  model.StateExecuted,
		{model.StatePending, approval.Refuse}:   model.StateRefused,
		{model.StateWaiting, approval.Refuse}:   model.StateRefused,
		{model.StatePending, approval.Withdraw}: model.StateWithdrawn,
		{model.StateWaiting, approval.Withdraw}: model.StateWithdrawn,
		{model.StatePending, approval.Decline}:  model.StateDeclined,
		{model.StatePending, approval.Veto}:     model.StateVetoed,
		{model.StateWaiting, approval.Veto}:     model.StateVetoed,
		{model.StatePending, approval.Expire}:   model.StateExpired,
		{model.StateWaiting, approval.Expire}:   model.StateExpired,
		{model.StateWaiting, approval.Reopen}:   model.StatePending,
	}
	states := []model.RequestState{model.StatePending, model.StateWaiting, model.StateExecuted, model.StateRefused,
		model.StateWithdrawn, model.StateDeclined, model.StateVetoed, model.StateExpired, ""}
	steps := []approval.Step{approval.Complete, approval.Execute, approval.Refuse, approval.Withdraw, approval.Decline,
		approval.Veto, approval.Expire, approval.Reopen, ""}
	for _, s := range states {
		for _, step := range steps {
			want, ok := allowed[from{s, step}]
			got, err := approval.Next(s, step)
			if ok != (err == nil) || ok && got != want {
				t.Errorf("%s by %s: got %s, %v", s, step, got, err)
			}
			if !ok && (got != s || model.KindOf(err) != model.KindConflict) {
				t.Errorf("%s by %s: got %s, %v; want a conflict that changes nothing", s, step, got, err)
			}
		}
	}
}
