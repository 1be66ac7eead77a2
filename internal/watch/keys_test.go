package watch_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
)

// about is a command about a person.
func (p *post) about(kind model.CommandKind, login string, params ...string) model.Command {
	cmd := model.Command{Kind: kind, Person: p.Actor(login).Person, Reason: "because of the test", Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		cmd.Params[params[i]] = params[i+1]
	}
	return cmd
}

// TestKeysAreMissing: once the only one of a role is gone, what takes that role cannot be met, until somebody else has it.
func TestKeysAreMissing(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		p.look()
		p.none()
		p.Do("admin", p.about(model.CmdSetEmployment, "gov", "status", "notice"), "admin")
		p.look()
		i := p.one(model.IncidentGap, "Those who hold keys now cannot meet ", "government", "more, however many of them sign")
		if strings.Contains(i.What, "standard") {
			t.Errorf("it names what can be met: %s", i.What)
		}
		p.look()
		p.another().look()
		p.one(model.IncidentGap)
		if got, err := p.watch.Acknowledge(t.Context(), p.person("lead2"), i.ID, ""); err != nil || got.State() != model.IncidentAcknowledged {
			t.Fatalf("acknowledged, and not mended: %s, %v", got.State(), err)
		}
		p.Do("admin", p.about(model.CmdGrantRole, "lead2", "role", "government_affairs"), "admin", "security", "lead")
		p.look()
		if got, err := p.Store.Incident(t.Context(), i.ID); err != nil || got.State() != model.IncidentClosed {
			t.Errorf("mended: %s, %v", got.State(), err)
		}
		p.none()
	})
}

// TestKeysAreMissingByTheDateAlone: nobody does anything, and somebody becomes a leaver. Another node, which has not asked
// since, does not take it for over.
func TestKeysAreMissingByTheDateAlone(t *testing.T) {
	p := newPost(t)
	leaves := p.Clock.Now().Add(time.Hour)
	p.Do("admin", p.about(model.CmdSetEmployment, "gov", "ends", leaves.Add(model.LeaverWindow).Format(time.RFC3339)), "admin")
	p.look()
	p.none()
	other := p.another()
	p.Clock.Advance(leaves.Sub(p.Clock.Now()) - 10*time.Second)
	other.look()
	other.none()
	p.Clock.Advance(20 * time.Second)
	p.look()
	i := p.one(model.IncidentGap, "government")
	other.look()
	if i, err := p.Store.Incident(t.Context(), i.ID); err != nil || !i.OverAt.IsZero() {
		t.Errorf("over at %s: %v", i.OverAt, err)
	}
}

// TestARecoveryIsTold when it begins: anybody who holds a key can stop it.
func TestARecoveryIsTold(t *testing.T) {
	p := newPost(t)
	s, _ := p.Lost("security")
	if _, err := p.Guard.Recover(t.Context(), p.SignSealed(s, 0, 1, 2)); err != nil {
		t.Fatal(err)
	}
	p.look()
	i := p.one(model.IncidentRecovery, "Recovery keys are about to give ", "unless somebody who holds a key stops it")
	if _, err := p.watch.Acknowledge(t.Context(), p.person("security"), i.ID, ""); model.KindOf(err) != model.KindForbidden {
		t.Errorf("who gains by it acknowledged it: %v", err)
	}
	if got, err := p.watch.Acknowledge(t.Context(), p.person("lead2"), i.ID, ""); err != nil || got.State() != model.IncidentAcknowledged {
		t.Errorf("acknowledged: %s, %v", got.State(), err)
	}
	p.another().look()
	p.look()
	p.none()
	if _, err := p.Guard.StopRecovery(t.Context(), p.Actor("lead"), i.Details.Recovery, "not lost"); err != nil {
		t.Fatal(err)
	}
	p.look()
	if got, err := p.Store.Incident(t.Context(), i.ID); err != nil || got.State() != model.IncidentClosed {
		t.Errorf("stopped: %s, %v", got.State(), err)
	}
	p.none()
}
