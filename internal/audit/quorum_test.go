package audit_test

import (
	"errors"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// TestWhatTookEffectIsJudgedAgain forges entries that agree with themselves, with the signature of somebody who may have
// one: a request that says that it needs no more than that.
func TestWhatTookEffectIsJudgedAgain(t *testing.T) {
	for name, test := range map[string]struct {
		forge func(f forgery)
		says  string
	}{
		"a restore that makes dark again": {func(f forgery) {
			f.selfSigned(model.CmdRestore, func(p *store.PrivTx, _ model.Request) error {
				list, err := p.Sanctions(f, f.Accounts["president"])
				list[0].LiftedAt = time.Time{}
				return errors.Join(err, p.PutSanction(f, list[0]))
			})
		}, "restore may not change sanctions"},
		"a looser policy": {func(f forgery) {
			f.selfSigned(model.CmdPublishPolicy, func(p *store.PrivTx, _ model.Request) error {
				b, err := policy.Shipped()
				return errors.Join(err, p.PutPolicy(f, store.Policy{Hash: "sha256:loose", Document: b.Encode(), PublishedAt: p.Now()}))
			})
		}, "what publish_policy takes by the policy in force cannot be read"},
		"a policy that is not what was asked for": {func(f forgery) {
			shipped, err := policy.Shipped()
			if err != nil {
				f.TB.Fatal(err)
			}
			f.executed(model.Command{Kind: model.CmdPublishPolicy, Params: map[string]string{"document": string(shipped.Encode())}}, 1,
				[]ledger.KeyFact{f.key("lead", false)}, func(p *store.PrivTx, _ model.Request) error {
					return p.PutPolicy(f, store.Policy{Hash: "sha256:loose", Document: []byte("{}"), PublishedAt: p.Now()})
				})
		}, "it published another policy than was asked for"},
		"a freeze that one ended": {func(f forgery) {
			f.selfSigned(model.CmdUnfreeze, func(p *store.PrivTx, _ model.Request) error {
				list, err := p.OpenFreezes(f)
				list[0].EndedAt = p.Now()
				return errors.Join(err, p.PutFreeze(f, list[0]))
			})
		}, "unfreeze took effect for 1 key; by the policy in force it takes 2 keys of security and 2 teams"},
		"an employment that one prolonged": {func(f forgery) {
			f.selfSigned(model.CmdSetEmployment, func(p *store.PrivTx, _ model.Request) error {
				m, err := p.Person(f, f.Actor("lastday").Person)
				m.Employment = model.Employment{Kind: model.Employee, Status: model.EmploymentActive}
				return errors.Join(err, p.PutPerson(f, m))
			})
		}, "set_employment took effect for 1 key; by the policy in force it takes 3 keys of security, admin and 2 teams after 1 day"},
		"another team": {func(f forgery) {
			f.selfSigned(model.CmdSetEmployment, func(p *store.PrivTx, _ model.Request) error {
				m, err := p.Person(f, f.Actor("lead2").Person)
				m.Team = "moon"
				return errors.Join(err, p.PutPerson(f, m))
			})
		}, "it changes the team of persons"},
		"a role that comes back": {func(f forgery) {
			f.Do("lead", model.Command{Kind: model.CmdGrantRole, Person: f.Actor("lead2").Person, Reason: "because of the test",
				Params: map[string]string{"role": "lead", "revoke": "true"}}, "lead")
			f.selfSigned(model.CmdGrantRole, func(p *store.PrivTx, _ model.Request) error {
				m, err := p.Person(f, f.Actor("lead2").Person)
				grants, err2 := p.GrantsOf(f, m.ID)
				grants[0].RevokedAt = time.Time{}
				return errors.Join(err, err2, p.PutGrant(f, grants[0]))
			})
		}, "grant_role took effect for 1 key; by the policy in force it takes 3 keys"},
		"a suspension under a policy that was never in force": {func(f forgery) {
			f.underPolicy("sha256:mine", model.Command{Kind: model.CmdSuspend, Account: f.Accounts["uncle"]})
		}, "suspend took effect under the policy sha256:mine"},
		"a protected account suspended as a standard one": {func(f forgery) {
			f.underPolicy(f.policy(), model.Command{Kind: model.CmdSuspend, Account: f.Accounts["newsroom"]})
		}, "took effect on an account of class high_profile as on one of class standard"},
		"a ban without a lead": {func(f forgery) {
			f.underPolicy(f.policy(), model.Command{Kind: model.CmdBan, Account: f.Accounts["uncle"]})
		}, "ban took effect for 1 key; by the policy in force it takes 2 keys of lead"},
		"a warning by nobody who may": {func(f forgery) {
			f.by("auditor", f.policy(), model.Command{Kind: model.CmdWarn, Account: f.Accounts["uncle"]})
		}, "warn took effect without 1 key of agent"},
		"a suspension before its wait is over": {func(f forgery) {
			out, err := f.Submit("agent", f.Command(model.CmdSuspend, "newsroom"))
			for _, login := range []string{"lead", "agent"} {
				if err == nil {
					out, err = f.Turn(login, out.Request.ID)
				}
			}
			if err != nil || out.Request.State != model.StateWaiting {
				f.TB.Fatal(out.Request.State, err)
			}
			f.in(ledger.EventExecuted, model.CmdSuspend, func(p *store.PrivTx) error {
				q := out.Request
				q.State, q.ClosedAt = model.StateExecuted, p.Now()
				p.Entry.Facts.Account, p.Entry.Facts.Request, p.Entry.Facts.Need = q.Command.Account, q.ID, q.Need
				p.Entry.Facts.Keys = []ledger.KeyFact{f.key("lead", false), f.key("agent", false)}
				return errors.Join(p.PutRequest(f, q), p.PutSanction(f, model.Sanction{ID: p.NextID(), Account: q.Command.Account,
					Kind: model.SanctionSuspend, Request: q.ID, Start: p.Now()}))
			})
		}, "before its wait was over"},
		"a freeze by somebody who leaves": {func(f forgery) {
			f.by("lastday", f.policy(), model.Command{Kind: model.CmdFreeze})
		}, "who was leaving (law 3)"},
		"an end of an employment that goes on": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetEmployment, func(p *store.PrivTx) error {
				m, err := p.Person(f, f.Actor("security").Person)
				m.Employment.Status = model.EmploymentEnded
				return errors.Join(err, p.PutPerson(f, m))
			})
		}, "nobody's key stands behind the change of persons"},
		"a passkey revoked of somebody who works on": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetEmployment, func(p *store.PrivTx) error {
				held, err := p.CredentialsOf(f, f.Actor("security").Person)
				held[0].RevokedAt = p.Now()
				return errors.Join(err, p.PutCredential(f, held[0]))
			})
		}, "nobody's key stands behind the change of credentials"},
		"a mark that goes as the class rises": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetClass, func(p *store.PrivTx) error {
				return p.PutClass(f, store.AccountClass{Account: f.Accounts["astronaut"], Handle: "astronaut", Class: model.ClassHighProfile})
			})
		}, "nobody's key stands behind the change of account_classes"},
		"a veto that was undone": {func(f forgery) {
			f.in(ledger.EventLapsed, model.CmdDeactivate, func(p *store.PrivTx) error {
				list, err := p.RequestsOn(f, f.Accounts["newsroom"], 1)
				list[0].State, list[0].ClosedAt = model.StateWaiting, time.Time{}
				return errors.Join(err, p.PutRequest(f, list[0]))
			})
		}, "which was vetoed"},
	} {
		t.Run(name, func(t *testing.T) { forged(t, test.forge, test.says) })
	}
}

// by adds an entry that says that a request took effect with the one key of a login's person, as it needs no more.
func (f forgery) by(login, policy string, cmd model.Command) {
	f.TB.Helper()
	a := f.Actor(login)
	need := model.Requirement{Keys: 1, Teams: 1}
	if cmd.Kind == model.CmdWarn || cmd.Kind == model.CmdSuspend {
		need.Roles = []model.Role{model.RoleAgent}
	}
	f.in(ledger.EventExecuted, cmd.Kind, func(p *store.PrivTx) error {
		q := model.Request{ID: p.NextID(), Command: cmd, Requester: a.Person, Login: a.Login, State: model.StateExecuted, Policy: policy,
			Target: model.Target{Class: model.ClassStandard, Strictest: model.ClassStandard}, Need: need, Nonce: make([]byte, 32),
			CreatedAt: p.Now(), ClosedAt: p.Now(), Opened: p.Leaf()}
		p.Entry.Facts.Account, p.Entry.Facts.Request, p.Entry.Facts.Need = cmd.Account, q.ID, q.Need
		p.Entry.Facts.Keys = []ledger.KeyFact{f.key(login, true)}
		return p.PutRequest(f, q)
	})
}

func (f forgery) underPolicy(policy string, cmd model.Command) { f.by("agent", policy, cmd) }
