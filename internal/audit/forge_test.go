package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// forgery adds one entry to the ledger's end as somebody could who can write to the database: whole and in order, but
// without the keys of others.
type forgery struct {
	*testkit.World
	context.Context
}

// in adds an entry of the president's account.
func (f forgery) in(event ledger.Event, kind model.CommandKind, write func(p *store.PrivTx) error) {
	f.TB.Helper()
	err := f.Store.Privileged(f, func(p *store.PrivTx) error {
		p.Entry.Facts = ledger.Facts{Event: event, Kind: kind, Account: f.Accounts["president"], Policy: "sha256:0"}
		return write(p)
	})
	if err != nil {
		f.TB.Fatal(err)
	}
}

// executed adds an entry that says that a request of the agent took effect with keys that need no signature.
func (f forgery) executed(cmd model.Command, keys int, facts []ledger.KeyFact, write func(p *store.PrivTx, q model.Request) error) {
	f.TB.Helper()
	agent, policy := f.Actor("agent"), f.policy()
	f.in(ledger.EventExecuted, cmd.Kind, func(p *store.PrivTx) error {
		q := model.Request{ID: p.NextID(), Command: cmd, Requester: agent.Person, Login: agent.Login, State: model.StateExecuted, Policy: policy,
			Need: model.Requirement{Keys: keys}, Nonce: make([]byte, 32), CreatedAt: p.Now(), ClosedAt: p.Now(), Opened: p.Leaf()}
		p.Entry.Facts.Account, p.Entry.Facts.Request, p.Entry.Facts.Need, p.Entry.Facts.Keys = cmd.Account, q.ID, q.Need, facts
		p.Entry.Facts.Target = cmd.Person
		return errors.Join(p.PutRequest(f, q), write(p, q))
	})
}

func (f forgery) key(login string, session bool) ledger.KeyFact {
	a := f.Actor(login)
	return ledger.KeyFact{Person: a.Person, Login: a.Login, Session: session}
}

func (f forgery) ban(p *store.PrivTx, q model.Request) error {
	return p.PutSanction(f, model.Sanction{ID: p.NextID(), Account: f.Accounts["president"], Kind: model.SanctionBan, Request: q.ID, Start: p.Now()})
}

// looks adds an entry that reads by the look that there is.
func (f forgery) looks(change func(l *store.Look)) {
	f.TB.Helper()
	agent := f.Actor("agent").Person
	f.in(ledger.EventLooked, model.CmdViewPrivate, func(p *store.PrivTx) error {
		all, err := p.RequestsOn(f, f.Accounts["cousin"], 9)
		l, err2 := p.Look(f, all[len(all)-1].ID, agent)
		change(&l)
		p.Entry.Facts.Account, p.Entry.Facts.Actor = l.Account, agent
		return errors.Join(err, err2, p.PutLook(f, l))
	})
}

func TestForgedEntriesAreFound(t *testing.T) {
	for name, test := range map[string]struct {
		forge func(f forgery)
		says  string
	}{
		"a sanction that nobody asked for": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdBan, func(p *store.PrivTx) error { return f.ban(p, model.Request{}) })
		}, "may not change sanctions"},
		"a class that fell by itself": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetClass, func(p *store.PrivTx) error {
				return p.PutClass(f, store.AccountClass{Account: f.Accounts["president"], Class: model.ClassStandard})
			})
		}, "nobody's key stands behind the change of account_classes"},
		"a handle that changes with the class": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetClass, func(p *store.PrivTx) error {
				return p.PutClass(f, store.AccountClass{Account: f.Accounts["newsroom"], Handle: "parody", Class: model.ClassGovernment})
			})
		}, "may not change account_classes"},
		"a rename to another handle than was asked for": {func(f forgery) {
			rename := model.Command{Kind: model.CmdRenameHandle, Account: f.Accounts["newsroom"]}
			f.executed(rename, 2, nil, func(p *store.PrivTx, _ model.Request) error {
				return p.PutClass(f, store.AccountClass{Account: f.Accounts["newsroom"], Handle: "parody", Class: model.ClassHighProfile, Verified: true})
			})
		}, "may not change account_classes"},
		"an employment that went on by itself": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdSetEmployment, func(p *store.PrivTx) error {
				m, err := p.Person(f, f.Actor("lastday").Person)
				m.Employment.EndsAt = m.Employment.EndsAt.Add(1000 * time.Hour)
				return errors.Join(err, p.PutPerson(f, m))
			})
		}, "nobody's key stands behind the change of persons"},
		"a second birth": {func(f forgery) {
			f.in(ledger.EventBornDemo, model.CmdSetSetting, func(p *store.PrivTx) error { return p.PutSetting(f, "demo", "true") })
		}, "a ledger is born once"},
		"a ban without a request": {func(f forgery) {
			f.in(ledger.EventExecuted, model.CmdBan, func(p *store.PrivTx) error { return f.ban(p, model.Request{}) })
		}, "took effect without a request"},
		"a ban with keys that nobody turned": {func(f forgery) {
			ban := model.Command{Kind: model.CmdBan, Account: f.Accounts["president"]}
			f.executed(ban, 3, []ledger.KeyFact{f.key("lead", false), f.key("gov", false), f.key("security", false)}, f.ban)
		}, "who has not signed it"},
		"a ban by a session": {func(f forgery) {
			ban := model.Command{Kind: model.CmdBan, Account: f.Accounts["president"]}
			f.executed(ban, 1, []ledger.KeyFact{f.key("agent", true)}, f.ban)
		}, "who has not signed it"},
		"a ban by way of a warning to somebody else": {func(f forgery) {
			warn := model.Command{Kind: model.CmdWarn, Account: f.Accounts["uncle"]}
			f.executed(warn, 1, []ledger.KeyFact{f.key("agent", true)}, f.ban)
		}, "may not change sanctions"},
		"a ban of another account than was asked for": {func(f forgery) {
			ban := model.Command{Kind: model.CmdSuspend, Account: f.Accounts["uncle"]}
			f.executed(ban, 1, []ledger.KeyFact{f.key("agent", true)}, f.ban)
		}, "took effect on account"},
		"a class lowered and used in one entry": {func(f forgery) {
			lower := model.Command{Kind: model.CmdSetClass, Account: f.Accounts["president"]}
			f.executed(lower, 1, []ledger.KeyFact{f.key("agent", true)}, func(p *store.PrivTx, _ model.Request) error {
				return p.PutClass(f, store.AccountClass{Account: f.Accounts["president"], Class: model.ClassStandard})
			})
		}, "who has not signed it"},
		"a login moved by another command": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdGrantRole, Person: f.Actor("lead").Person}, 3, nil, f.move("lead2", "lead"))
		}, "may not write logins"},
		"a login moved to somebody else": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdMapPerson, Person: f.Actor("lead").Person}, 3, nil, f.move("lead2", "agent"))
		}, "may not write logins"},
		"a role that comes with a merge": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdMapPerson, Person: f.Actor("agent").Person}, 3, nil, f.role)
		}, "may not write role_grants"},
		"an account that becomes another's": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdMapPerson, Person: f.Actor("lead").Person}, 3, nil, func(p *store.PrivTx, _ model.Request) error {
				l, err := p.LinkOf(f, f.Accounts["cousin"])
				l.Person = f.Actor("lead").Person
				return errors.Join(err, p.PutPersonAccount(f, l))
			})
		}, "it changes the person of person_accounts"},
		"a login for one's own signature": {func(f forgery) { f.selfSigned(model.CmdMapPerson, f.move("lead2", "agent")) }, "whatever it asked for, that takes two"},
		"a role for one's own signature":  {func(f forgery) { f.selfSigned(model.CmdGrantRole, f.role) }, "whatever it asked for, that takes two"},
		"a ban for one's own signature":   {func(f forgery) { f.selfSigned(model.CmdBan, f.ban) }, "whatever it asked for, that takes two"},
		"a ban by way of a restore": {func(f forgery) {
			restore := model.Command{Kind: model.CmdRestore, Account: f.Accounts["president"]}
			f.executed(restore, 1, []ledger.KeyFact{f.key("agent", true)}, f.ban)
		}, "restore may not change sanctions"},
		"a restore by way of a limit": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdLimit, Account: f.Accounts["uncle"]}, 1, []ledger.KeyFact{f.key("agent", true)}, f.lift)
		}, "limit may not change sanctions"},
		"an appeal decided by who darkened": {func(f forgery) { f.decided("agent", model.AppealRejected, nil) }, "who took part in what it is against"},
		"a rejected appeal that restored":   {func(f forgery) { f.decided("lead", model.AppealRejected, f.lift) }, "an appeal that was rejected lifted"},
		"an appeal that restored something else": {func(f forgery) {
			f.decided("lead", model.AppealGranted, func(p *store.PrivTx, q model.Request) error {
				list, err := p.Strikes(f, f.Accounts["uncle"])
				list[0].RetractedAt = p.Now()
				return errors.Join(err, p.PutStrike(f, list[0]))
			})
		}, "but strikes"},
		"a decision that became another": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdDecideAppeal, Account: f.Accounts["uncle"]}, 1, []ledger.KeyFact{f.key("lead", true)},
				func(p *store.PrivTx, _ model.Request) error {
					list, err := p.Appeals(f, model.AppealRejected, store.Range{Limit: 1})
					list[0].Decision.State = model.AppealGranted
					return errors.Join(err, p.PutAppealDecision(f, list[0].Decision))
				})
		}, "it changes the decision of appeal_decisions"},
		"a setting that is born": {func(f forgery) {
			f.selfSigned(model.CmdSetSetting, func(p *store.PrivTx, _ model.Request) error { return p.PutSetting(f, "wait_divisor", "600") })
		}, "it changes the setting wait_divisor"},
		"a number raised for one's own signature": {func(f forgery) {
			f.selfSigned(model.CmdSetSetting, func(p *store.PrivTx, _ model.Request) error {
				return p.PutSetting(f, "high_profile_at", "1000000")
			})
		}, "whatever it asked for, that takes two"},
		"a request that became another": {func(f forgery) {
			f.in(ledger.EventExpired, model.CmdSuspend, func(p *store.PrivTx) error {
				list, err := p.RequestsOn(f, f.Accounts["president"], 1)
				list[0].Command.Params = map[string]string{"for": "unlimited"}
				return errors.Join(err, p.PutRequest(f, list[0]))
			})
		}, "it changes the params of requests"},
		"a purge that nobody asked for": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdPurge, func(p *store.PrivTx) error {
				return p.PutPurge(f, store.Purge{Account: f.Accounts["president"], At: p.Now()})
			})
		}, "nobody's key stands behind the change of purges"},
		"a purge that is another account's": {func(f forgery) {
			f.in(ledger.EventAutomatic, model.CmdPurge, func(p *store.PrivTx) error {
				u, err := p.Purge(f, f.Accounts["cousin"])
				u.Request++
				return errors.Join(err, p.PutPurge(f, u))
			})
		}, "it changes the request of purges"},
		"a look that nobody asked for": {func(f forgery) {
			f.in(ledger.EventLooked, model.CmdViewPrivate, func(p *store.PrivTx) error {
				return p.PutLook(f, store.Look{ID: p.NextID(), Account: f.Accounts["president"], EndsAt: p.Now().Add(time.Hour), Readings: 1})
			})
		}, "which is not that person's to read by then"},
		"a look that is over": {func(f forgery) { f.looks(func(l *store.Look) { l.Readings++ }) }, "which is not that person's to read by then"},
		"a look that lasts":   {func(f forgery) { f.looks(func(l *store.Look) { l.EndsAt = l.EndsAt.Add(1000 * time.Hour) }) }, "it changes the ends_at of looks"},
		"a key that became another": {func(f forgery) {
			f.in(ledger.EventKey, model.CmdSuspend, func(p *store.PrivTx) error {
				list, err := p.RequestsOn(f, f.Accounts["president"], 9)
				keys, err2 := p.KeysOn(f, list[len(list)-1].ID)
				keys[0].Assertion = keys[1].Assertion
				return errors.Join(err, err2, p.PutKey(f, keys[0]))
			})
		}, "it changes the"},
		"a recovery that two keys signed for": {func(f forgery) {
			s, _ := f.Lost("lead")
			f.recovery(ledger.EventRecovering, s, f.SignSealed(s, 0, 1), store.RecoveryWaiting, 7*day)
		}, "with the signatures of 2 recovery keys"},
		"a recovery of another passkey": {func(f forgery) {
			s, _ := f.Lost("lead")
			signed := f.SignSealed(s, 0, 1, 2)
			s, _ = f.Lost("gov")
			f.recovery(ledger.EventRecovering, s, signed, store.RecoveryWaiting, 7*day)
		}, "is not what the recovery keys signed"},
		"a recovery that nobody stopped": {func(f forgery) { f.endRecovery(ledger.EventRecoveryStopped, store.RecoveryStopped, nil) }, "nobody stopped recovery"},
		"a recovery before its time":     {func(f forgery) { f.endRecovery(ledger.EventRecovered, store.RecoveryDone, nil) }, "before its wait was over"},
		"a recovery that begins done": {func(f forgery) {
			s, _ := f.Lost("lead")
			f.recovery(ledger.EventRecovering, s, f.SignSealed(s, 0, 1, 2), store.RecoveryDone, 0)
		}, "an entry that says recovering leaves recovery"},
		"a recovery of everybody": {func(f forgery) {
			f.Clock.Advance(7 * day)
			f.endRecovery(ledger.EventRecovered, store.RecoveryDone, func(p *store.PrivTx, r store.Recovery) error {
				return p.PutCredential(f, model.Credential{ID: p.NextID(), Person: f.Actor("lead").Person, Login: f.Actor("lead").Login,
					Handle: []byte("x"), PublicKey: r.PublicKey, AAGUID: []byte("y"), EnrolledAt: p.Now()})
			})
		}, "changes a passkey of somebody else"},
		"a recovery with another passkey": {func(f forgery) {
			f.Clock.Advance(7 * day)
			f.endRecovery(ledger.EventRecovered, store.RecoveryDone, func(p *store.PrivTx, r store.Recovery) error {
				return p.PutCredential(f, model.Credential{ID: p.NextID(), Person: r.Person, Login: r.Login,
					Handle: []byte("x"), PublicKey: []byte("mine"), AAGUID: []byte("y"), EnrolledAt: p.Now()})
			})
		}, "enrols another passkey"},
		"a sanction that became another": {func(f forgery) {
			f.executed(model.Command{Kind: model.CmdLimit, Account: f.Accounts["uncle"]}, 1, []ledger.KeyFact{f.key("agent", true)},
				func(p *store.PrivTx, _ model.Request) error {
					list, err := p.Sanctions(f, f.Accounts["uncle"])
					list[0].Account = f.Accounts["president"]
					return errors.Join(err, p.PutSanction(f, list[0]))
				})
		}, "it changes the account of sanctions"},
		"a ban lifted in its owner's name": {func(f forgery) {
			f.in(ledger.EventOwner, model.CmdRestore, func(p *store.PrivTx) error {
				list, err := p.Sanctions(f, f.Accounts["uncle"])
				s := list[len(list)-1]
				s.LiftedAt, p.Entry.Facts.Account = p.Now(), s.Account
				p.Entry.Facts.Keys = []ledger.KeyFact{{Owner: true, Credential: 7}}
				return errors.Join(err, p.PutSanction(f, s), p.PutKey(f, f.owners(s.Account, s)))
			})
		}, "no owner's key stands behind the lifting"},
		"a lock lifted by a signature that is none": {func(f forgery) {
			f.in(ledger.EventOwner, model.CmdRestore, func(p *store.PrivTx) error {
				list, err := p.Sanctions(f, f.Accounts["uncle"])
				return errors.Join(err, p.PutKey(f, f.owners(list[0].Account, list[0])))
			})
		}, "the signature of owner's key"},
		"an account taken over in its owner's name": {func(f forgery) {
			cmd := model.Command{Kind: model.CmdSignOut, Account: f.Accounts["uncle"]}
			f.executed(cmd, 2, []ledger.KeyFact{f.key("agent", true), {Owner: true, Credential: 7}}, f.takeover)
		}, "who has not signed it"},
		"the owner's key on a protected account": {func(f forgery) {
			cmd := model.Command{Kind: model.CmdSignOut, Account: f.Accounts["president"]}
			f.executed(cmd, 2, []ledger.KeyFact{f.key("agent", true), {Owner: true, Credential: 7}}, f.takeover)
		}, "the owner's key, which does not count on it"},
		"a link handed to somebody else": {func(f forgery) {
			f.in(ledger.EventHanded, model.CmdResetCredentials, func(p *store.PrivTx) error {
				list, err := p.Takeovers(f, f.Accounts["aunt"])
				list[0].HandedAt, p.Entry.Facts.Actor, p.Entry.Facts.Request = p.Now(), f.Actor("lead").Person, list[0].Request
				return errors.Join(err, p.PutTakeover(f, list[0]))
			})
		}, "was not handed to whoever requested it"},
	} {
		t.Run(name, func(t *testing.T) { forged(t, test.forge, test.says) })
	}
}

// forged has a busy World's ledger go on with a forgery, which must be found.
func forged(t *testing.T, forge func(f forgery), says string) {
	t.Helper()
	w := busy(t, testkit.WorldOptions{})
	wantFound(t, verify(t, w.Store))
	forge(forgery{w, t.Context()})
	wantFound(t, verify(t, w.Store), says)
}

// policy is the hash of the policy in force.
func (f forgery) policy() string {
	f.TB.Helper()
	hash, err := f.Store.PolicyHash(f)
	if err != nil {
		f.TB.Fatal(err)
	}
	return hash
}

const day = 24 * time.Hour

// recovery adds an entry that says that a recovery of a statement's passkey began.
func (f forgery) recovery(event ledger.Event, s recovery.Statement, signed string, state store.RecoveryState, wait time.Duration) {
	f.TB.Helper()
	login := f.Actor(s.Login)
	e, err := f.Store.Enrolment(f, s.Enrolment)
	if err != nil {
		f.TB.Fatal(err)
	}
	f.in(event, model.CmdEnrollCredential, func(p *store.PrivTx) error {
		p.Entry.Facts.Account = 0
		return p.PutRecovery(f, store.Recovery{ID: p.NextID(), Person: login.Person, Login: login.Login, Enrolment: e.ID, PublicKey: e.PublicKey,
			Statement: signed, State: state, StartedAt: p.Now(), EffectAt: p.Now().Add(wait)})
	})
}

// endRecovery adds an entry that ends the recovery that is under way, and does more.
func (f forgery) endRecovery(event ledger.Event, state store.RecoveryState, more func(*store.PrivTx, store.Recovery) error) {
	f.TB.Helper()
	f.in(event, model.CmdEnrollCredential, func(p *store.PrivTx) error {
		p.Entry.Facts.Account = 0
		waiting, err := p.WaitingRecoveries(f)
		if err != nil {
			return err
		}
		r := waiting[0]
		r.State, r.ClosedAt = state, p.Now()
		if more != nil {
			err = more(p, r)
		}
		return errors.Join(err, p.PutRecovery(f, r))
	})
}

// takeover records a takeover of the request's account.
func (f forgery) takeover(p *store.PrivTx, q model.Request) error {
	return p.PutTakeover(f, store.Takeover{ID: p.NextID(), Account: q.Command.Account, Kind: q.Command.Kind, Request: q.ID, At: p.Now()})
}

// owners is a key of an owner's by which nobody signed anything.
func (f forgery) owners(account model.ID, s model.Sanction) model.Key {
	return model.Key{ID: f.Store.IDs().Next(), Request: s.Request, Credential: 7, ExpiresAt: f.Clock.Now(), SignedAt: f.Clock.Now(),
		Owner: &model.OwnersKey{Account: account, Sanction: s.ID, MadeAt: s.Start.Add(-time.Hour)}}
}

// role makes the agent an admin.
func (f forgery) role(p *store.PrivTx, _ model.Request) error {
	return p.PutGrant(f, model.RoleGrant{ID: p.NextID(), Person: f.Actor("agent").Person, Role: model.RoleAdmin, GrantedAt: p.Now()})
}

// move gives a login to the person of another.
func (f forgery) move(login, to string) func(*store.PrivTx, model.Request) error {
	return func(p *store.PrivTx, _ model.Request) error {
		l, err := p.LoginNamed(f, login)
		l.Person = f.Actor(to).Person
		return errors.Join(err, p.PutLogin(f, l))
	}
}

// selfSigned has the agent ask for something with one key, and sign it with a passkey of their own.
func (f forgery) selfSigned(kind model.CommandKind, effect func(*store.PrivTx, model.Request) error) {
	f.TB.Helper()
	agent := f.Actor("agent")
	head, _, err := f.Store.LedgerHead(f)
	if err != nil {
		f.TB.Fatal(err)
	}
	q := model.Request{ID: f.Store.IDs().Next(), Command: model.Command{Kind: kind, Account: f.Accounts["president"]}, Policy: f.policy(),
		Requester: agent.Person, Login: agent.Login, Need: model.Requirement{Keys: 1}, Nonce: make([]byte, 32),
		CreatedAt: f.Clock.Now(), ExpiresAt: f.Clock.Now().Add(time.Hour), State: model.StateExecuted, Opened: head.Size}
	held, err := f.Store.CredentialsOf(f, agent.Person)
	if err != nil {
		f.TB.Fatal(err)
	}
	challenge, err := approval.Challenge(q, agent.Person, q.ExpiresAt, head)
	if err != nil {
		f.TB.Fatal(err)
	}
	k := model.Key{ID: f.Store.IDs().Next(), Request: q.ID, Person: agent.Person, Login: agent.Login, Credential: held[0].ID,
		Assertion: f.sign("agent", challenge, held[0].Handle), HeadSize: head.Size, HeadHash: head.Root[:],
		ExpiresAt: q.ExpiresAt, SignedAt: q.CreatedAt}
	f.in(ledger.EventExecuted, kind, func(p *store.PrivTx) error {
		p.Entry.Facts.Request, p.Entry.Facts.Need = q.ID, q.Need
		p.Entry.Facts.Keys = []ledger.KeyFact{{Person: agent.Person, Login: agent.Login, Credential: held[0].ID}}
		return errors.Join(p.PutRequest(f, q), p.PutKey(f, k), effect(p, q))
	})
}

// sign has a login's software key sign a challenge, as the browser does.
func (f forgery) sign(login string, challenge, handle []byte) model.Assertion {
	f.TB.Helper()
	options, err := f.Guard.RelyingParty().RequestOptions(challenge, [][]byte{handle})
	if err != nil {
		f.TB.Fatal(err)
	}
	response, err := f.Rings[login].Assert(f.Desk, options)
	if err != nil {
		f.TB.Fatal(err)
	}
	_, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		f.TB.Fatal(err)
	}
	return assertion
}
