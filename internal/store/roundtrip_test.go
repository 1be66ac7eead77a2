package store_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Values of every kind that a privileged row can have. PostgreSQL's text has no zero byte.
var (
	anyID    = rapid.OneOf(rapid.Just[model.ID](0), rapid.Map(rapid.Int64Range(1, math.MaxInt64), func(n int64) model.ID { return model.ID(n) }))
	anyCount = rapid.Int64Range(0, math.MaxInt64)
	anyText  = rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
	anyBytes = rapid.SliceOfN(rapid.Byte(), 0, 80)
	anyTime  = rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64Range(1, 1<<42), func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }))
	anyClass = rapid.SampledFrom(model.Classes())
	anyRole  = rapid.SampledFrom(model.Roles())
)

// drawn is one privileged row of every kind, drawn at random. The leaf that each was read with is not drawn.
type drawn struct {
	Person     model.Person
	Grant      model.RoleGrant
	Login      model.Login
	Credential model.Credential
	Class      store.AccountClass
	Request    model.Request
	Key        model.Key
	Sanction   model.Sanction
	Strike     store.Strike
	Appeal     model.AppealDecision
	Policy     store.Policy
	Freeze     store.Freeze
	Charge     store.Charge
	Veto       store.Veto
	OwnersKey  model.Key
	Takeover   store.Takeover
	Erasure    store.Erasure
	Setting    [2]string
	Recovery   store.Recovery
	Purge      store.Purge
	Look       store.Look
	Linked     store.PersonAccount
	Merge      store.Merge
}

func draw(t *rapid.T, ids *model.IDs) drawn {
	id, text, bytes, at := draws[model.ID](t, anyID), draws[string](t, anyText), draws[[]byte](t, anyBytes), draws[time.Time](t, anyTime)
	var d drawn
	d.Person = model.Person{ID: ids.Next(), Name: text(), Team: text(), Employment: model.Employment{
		Kind: model.EmploymentKind(text()), Status: model.EmploymentStatus(text()), EndsAt: at()}}
	d.Grant = model.RoleGrant{ID: ids.Next(), Person: d.Person.ID, Role: anyRole.Draw(t, "role"), Sponsor: id(), GrantedAt: at()}
	d.Person.Grants = []model.RoleGrant{d.Grant}
	d.Login = model.Login{ID: ids.Next(), Person: d.Person.ID, Name: fmt.Sprint(text(), ids.Next())}
	d.Credential = model.Credential{ID: ids.Next(), Login: d.Login.ID, Person: d.Person.ID, Name: text(),
		Handle: fmt.Append(bytes(), ids.Next()), PublicKey: bytes(), AAGUID: bytes(), Sponsor: id(), InvitedBy: id(), EnrolledAt: at(),
		RevokedAt: at()}
	d.Class = store.AccountClass{Account: ids.Next(), Class: anyClass.Draw(t, "class"), Verified: rapid.Bool().Draw(t, "verified"),
		LoweredFrom: model.Class(text()), LoweredAt: at()}
	d.Request = drawRequest(t, ids)
	d.Key = model.Key{ID: ids.Next(), Request: d.Request.ID, Person: id(), Login: id(), Credential: id(),
		Assertion: model.Assertion{ClientData: bytes(), AuthenticatorData: bytes(), Signature: bytes()},
		HeadSize:  anyCount.Draw(t, "size"), HeadHash: bytes(), ExpiresAt: at(), SignedAt: at()}
	d.Sanction = model.Sanction{ID: ids.Next(), Account: ids.Next(), Post: id(), Kind: model.SanctionKind(text()), Request: id(),
		Case: id(), Rule: text(), Start: at(), End: at(), LiftedAt: at()}
	d.Strike = store.Strike{ID: ids.Next(), Account: ids.Next(), Request: id(), Case: id(), Rule: text(), At: at(), RetractedAt: at()}
	d.Appeal = model.AppealDecision{Appeal: ids.Next(), Account: id(), Subject: id(), Request: id(), State: model.AppealState(text()), At: at()}
	d.Policy = store.Policy{Hash: fmt.Sprint(text(), ids.Next()), Document: bytes(), PublishedAt: at()}
	d.Freeze = store.Freeze{ID: ids.Next(), Scope: store.FreezeScope(text()), StartedBy: id(), StartedAt: at(), ConfirmedBy: id(), EndsAt: at()}
	d.Charge = store.Charge{ID: ids.Next(), Person: ids.Next(), Account: id(), Request: id(), Kind: model.CmdBan, Case: id(),
		Reach: anyCount.Draw(t, "reach"), At: time.UnixMilli(rapid.Int64Range(1, 1<<42).Draw(t, "at")).UTC()}
	d.Veto = store.Veto{ID: ids.Next(), Request: d.Request.ID, Person: ids.Next(), Case: id(), At: at()}
	d.Erasure = store.Erasure{Entry: int64(ids.Next()), Request: id(), At: at()}
	d.OwnersKey = model.Key{ID: ids.Next(), Request: d.Request.ID, Credential: id(), Assertion: d.Key.Assertion, HeadSize: d.Key.HeadSize,
		HeadHash: bytes(), ExpiresAt: at(), SignedAt: at(), Owner: &model.OwnersKey{Account: ids.Next(), PublicKey: bytes(), MadeAt: at()}}
	d.Takeover = store.Takeover{ID: ids.Next(), Account: ids.Next(), Kind: model.CmdRenameHandle, Request: d.Request.ID,
		OldHandle: fmt.Sprint(text(), ids.Next()), NewHandle: text(), At: at(), HandedAt: at()}
	d.Setting = [2]string{fmt.Sprint(text(), ids.Next()), text()}
	d.Recovery = store.Recovery{ID: ids.Next(), Person: d.Person.ID, Login: d.Login.ID, Enrolment: id(), PublicKey: bytes(), Statement: text(),
		State: store.RecoveryState(text()), StartedAt: at(), EffectAt: at(), ClosedAt: at(), StoppedBy: id()}
	d.Purge = store.Purge{Account: ids.Next(), Request: id(), Case: id(), At: at(), DoneAt: at()}
	d.Look = store.Look{ID: ids.Next(), Request: ids.Next(), Person: ids.Next(), Account: id(), Case: id(), At: at(), EndsAt: at(),
		Readings: anyCount.Draw(t, "readings")}
	d.Linked = store.PersonAccount{ID: ids.Next(), Person: d.Person.ID, Account: ids.Next(), MappedAt: at()}
	d.Merge = store.Merge{Person: d.Person.ID, Into: d.Person.ID, At: at()}
	return d
}

func drawRequest(t *rapid.T, ids *model.IDs) model.Request {
	id, text, bytes, at := draws[model.ID](t, anyID), draws[string](t, anyText), draws[[]byte](t, anyBytes), draws[time.Time](t, anyTime)
	return model.Request{ID: ids.Next(), Requester: id(), Login: id(), Policy: text(), Nonce: bytes(), Reason: bytes(),
		Command: model.Command{Kind: model.CommandKind(text()), Account: id(), Post: id(), Person: id(), Rule: text(), Case: id(),
			Params: rapid.MapOfN(anyText, anyText, 0, 3).Draw(t, "params")},
		Target: model.Target{Handle: text(), Class: anyClass.Draw(t, "class"), Strictest: anyClass.Draw(t, "strictest"),
			Sanctions: rapid.SliceOfN(anyID, 0, 3).Draw(t, "sanctions"), Reach: anyCount.Draw(t, "reach"), Budget: anyCount.Draw(t, "budget"), State: text()},
		Need: model.Requirement{Keys: rapid.IntRange(0, 9).Draw(t, "keys"), Roles: rapid.SliceOfN(anyRole, 0, 3).Draw(t, "roles"),
			Teams: rapid.IntRange(0, 9).Draw(t, "teams"), Wait: time.Duration(rapid.Int64Range(0, 1<<52).Draw(t, "wait"))},
		State: model.RequestState(text()), CreatedAt: at(), ExpiresAt: at(), EffectAt: at(), ClosedAt: at(), Outcome: text(),
		Opened: anyCount.Draw(t, "opened")}
}

// draws makes drawing short.
func draws[T any](t *rapid.T, g *rapid.Generator[T]) func() T {
	return func() T { return g.Draw(t, "value") }
}

func (d drawn) put(ctx context.Context, p *store.PrivTx) error {
	for _, err := range []error{p.PutPerson(ctx, d.Person), p.PutGrant(ctx, d.Grant), p.PutLogin(ctx, d.Login),
		p.PutCredential(ctx, d.Credential), p.PutClass(ctx, d.Class), p.PutRequest(ctx, d.Request), p.PutKey(ctx, d.Key),
		p.PutSanction(ctx, d.Sanction), p.PutStrike(ctx, d.Strike), p.PutPolicy(ctx, d.Policy), p.PutFreeze(ctx, d.Freeze),
		p.PutCharge(ctx, d.Charge), p.PutVeto(ctx, d.Veto), p.PutErasure(ctx, d.Erasure), p.PutKey(ctx, d.OwnersKey),
		p.PutTakeover(ctx, d.Takeover), p.PutSetting(ctx, d.Setting[0], d.Setting[1]),
		p.PutRecovery(ctx, d.Recovery), p.PutPurge(ctx, d.Purge), p.PutLook(ctx, d.Look), p.PutPersonAccount(ctx, d.Linked),
		p.PutMerge(ctx, d.Merge), p.PutAppealDecision(ctx, d.Appeal)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// read reads everything that d wrote, as d would have it; what cannot be read as it is is compared by its sums.
func (d drawn) read(t require, e *engine) (r drawn) {
	ctx := e.Context()
	r.Person = must[model.Person](t)(e.Person(ctx, d.Person.ID))
	r.Grant = only(t, must[[]model.RoleGrant](t)(e.GrantsOf(ctx, d.Person.ID)))
	r.Login = must[model.Login](t)(e.LoginNamed(ctx, d.Login.Name))
	r.Credential = must[model.Credential](t)(e.CredentialByHandle(ctx, d.Credential.Handle))
	r.Class = must[store.AccountClass](t)(e.ClassOf(ctx, d.Class.Account))
	r.Request = must[model.Request](t)(e.Store.Request(ctx, d.Request.ID))
	if keys := must[[]model.Key](t)(e.KeysOn(ctx, d.Request.ID)); len(keys) == 2 {
		r.Key, r.OwnersKey = keys[0], keys[1]
	}
	r.Takeover = only(t, must[[]store.Takeover](t)(e.Takeovers(ctx, d.Takeover.Account)))
	r.Sanction = only(t, must[[]model.Sanction](t)(e.Sanctions(ctx, d.Sanction.Account)))
	r.Strike = only(t, must[[]store.Strike](t)(e.Strikes(ctx, d.Strike.Account)))
	r.Policy = must[store.Policy](t)(e.Store.Policy(ctx, d.Policy.Hash))
	r.Recovery = must[store.Recovery](t)(e.Recovery(ctx, d.Recovery.ID))
	for _, f := range must[[]store.Freeze](t)(e.OpenFreezes(ctx)) {
		if f.ID == d.Freeze.ID {
			r.Freeze = f
		}
	}
	r.Charge, r.Veto, r.Appeal = d.Charge, d.Veto, d.Appeal
	if row := must[ledger.Row](t)(e.PrivilegedRow(ctx, "appeal_decisions", d.Appeal.Appeal.String())); row.Values["decision"] != string(d.Appeal.State) {
		t.Errorf("the appeal is %q, want %q", row.Values["decision"], d.Appeal.State)
	}
	count, reach, err := e.Charged(ctx, d.Charge.Person, d.Charge.At.Add(-time.Millisecond))
	if err != nil || count != 1 || reach != d.Charge.Reach {
		t.Errorf("charged %d accounts and a reach of %d (%v), want %d", count, reach, err, d.Charge.Reach)
	}
	if n := must[int64](t)(e.Vetoes(ctx, d.Veto.Person, d.Veto.Case, d.Request.State, time.Time{})); n != 1 {
		t.Errorf("%d vetoes, want 1", n)
	}
	r.Linked = must[store.PersonAccount](t)(e.LinkOf(ctx, d.Linked.Account))
	r.Merge = only(t, must[[]store.Merge](t)(e.MergesInto(ctx, d.Person.ID)))
	r.Erasure = must[store.Erasure](t)(e.Erasure(ctx, d.Erasure.Entry))
	value, _, err := e.Setting(ctx, d.Setting[0])
	if err != nil {
		t.Fatal(err)
	}
	r.Setting = [2]string{d.Setting[0], value}
	r.Purge = must[store.Purge](t)(e.Store.Purge(ctx, d.Purge.Account))
	r.Look = must[store.Look](t)(e.Store.Look(ctx, d.Look.Request, d.Look.Person))
	return r
}

// require is what helpers need of a test: T or rapid.T.
type require interface {
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

func must[T any](t require) func(T, error) T {
	return func(v T, err error) T {
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func only[T any](t require, list []T) T {
	if len(list) != 1 {
		t.Fatal(fmt.Sprintf("%d rows, want 1", len(list)))
	}
	return list[0]
}

// sameRows compares drawn rows but for the entry that each was last changed by.
var sameRows = cmp.Options{cmpopts.EquateEmpty(), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Leaf" }, cmp.Ignore())}

// automatic makes an entry of what nobody asked for: the fewest facts that an entry can have.
func (e *engine) automatic(fn func(ctx context.Context, p *store.PrivTx) error) error {
	return e.Privileged(e.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event = ledger.EventAutomatic
		return fn(e.Context(), p)
	})
}

func TestPrivilegedRowsAreReadAsTheyWereWritten(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		rapid.Check(t, func(t *rapid.T) {
			d := draw(t, e.IDs())
			var leaf int64
			err := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
				leaf = p.Leaf()
				return d.put(ctx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
			r := d.read(t, e)
			if diff := cmp.Diff(d, r, sameRows); diff != "" {
				t.Fatal(diff)
			}
			for _, got := range []int64{r.Person.Leaf, r.Grant.Leaf, r.Login.Leaf, r.Credential.Leaf, r.Class.Leaf, r.Request.Leaf,
				r.Key.Leaf, r.Sanction.Leaf, r.Strike.Leaf, r.Policy.Leaf, r.Freeze.Leaf, r.Recovery.Leaf,
				r.Purge.Leaf, r.Look.Leaf, r.Linked.Leaf, r.Merge.Leaf, r.Erasure.Leaf, r.OwnersKey.Leaf, r.Takeover.Leaf} {
				if got != leaf {
					t.Fatalf("a row names entry %d, not %d: %+v", got, leaf, r)
				}
			}
			again := draw(t, e.IDs()).as(d)
			if err := e.automatic(again.put); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(again, again.read(t, e), sameRows); diff != "" {
				t.Fatal(diff)
			}
		})
		e.replay()
	})
}

// as gives the rows the keys of other rows, so that putting them changes those.
func (d drawn) as(o drawn) drawn {
	d.Person.ID, d.Grant.ID, d.Grant.Person, d.Person.Grants = o.Person.ID, o.Grant.ID, o.Person.ID, nil
	d.Person.Grants = append(d.Person.Grants, d.Grant)
	d.Login.ID, d.Login.Person, d.Credential.ID = o.Login.ID, o.Person.ID, o.Credential.ID
	d.Credential.Login, d.Credential.Person = o.Login.ID, o.Person.ID
	d.Class.Account, d.Request.ID, d.Key.ID, d.Key.Request = o.Class.Account, o.Request.ID, o.Key.ID, o.Request.ID
	d.Sanction.ID, d.Strike.ID, d.Policy.Hash, d.Freeze.ID = o.Sanction.ID, o.Strike.ID, o.Policy.Hash, o.Freeze.ID
	d.Purge.Account, d.Look.ID, d.Look.Request, d.Look.Person = o.Purge.Account, o.Look.ID, o.Look.Request, o.Look.Person
	d.Appeal.Appeal = o.Appeal.Appeal
	d.Charge.ID, d.Veto.ID, d.Veto.Request, d.Setting[0] = o.Charge.ID, o.Veto.ID, o.Request.ID, o.Setting[0]
	d.Recovery.ID, d.Recovery.Person, d.Recovery.Login = o.Recovery.ID, o.Person.ID, o.Login.ID
	d.Linked.ID, d.Linked.Person, d.Merge.Person, d.Merge.Into = o.Linked.ID, o.Person.ID, o.Person.ID, o.Person.ID
	d.Erasure.Entry = o.Erasure.Entry
	d.OwnersKey.ID, d.OwnersKey.Request, d.Takeover.ID, d.Takeover.Account, d.Takeover.Request = o.OwnersKey.ID, o.Request.ID, o.Takeover.ID, o.Takeover.Account, o.Request.ID
	return d
}
