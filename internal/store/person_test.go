package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestPeopleHaveTheRolesThatWereNotRevoked(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		held := model.RoleGrant{ID: 12, Person: 1, Role: model.RoleLead, Sponsor: 2, GrantedAt: now}
		revoked := model.RoleGrant{ID: 11, Person: 1, Role: model.RoleAdmin, GrantedAt: now, RevokedAt: now.Add(time.Hour)}
		people := []model.Person{
			{ID: 1, Name: "ann", Team: "blue", Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentActive, EndsAt: now}},
			{ID: 2, Name: "bob", Employment: model.Employment{Kind: model.Contractor, Status: model.EmploymentEnded, EndsAt: now.Add(-time.Hour)}},
			{ID: 3, Name: "cyd", Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentNotice}},
			{ID: 4, Name: "dan", Employment: model.Employment{Kind: model.Contractor, Status: model.EmploymentActive, EndsAt: now.Add(time.Millisecond)}},
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			var errs []error
			for _, m := range people {
				errs = append(errs, p.PutPerson(ctx, m))
			}
			return errors.Join(append(errs, p.PutGrant(ctx, held), p.PutGrant(ctx, revoked))...)
		})
		people[0].Grants = []model.RoleGrant{held}
		if diff := cmp.Diff(people, got[[]model.Person](e)(e.People(ctx)), sameRows); diff != "" {
			t.Error(diff)
		}
		for _, want := range people {
			if diff := cmp.Diff(want, got[model.Person](e)(e.Person(ctx, want.ID)), sameRows); diff != "" {
				t.Error(diff)
			}
		}
		if diff := cmp.Diff([]model.RoleGrant{revoked, held}, got[[]model.RoleGrant](e)(e.GrantsOf(ctx, 1)), sameRows); diff != "" {
			t.Error(diff)
		}
		over := got[[]model.Person](e)(e.EmploymentsOver(ctx, now))
		if len(over) != 1 || over[0].ID != 1 {
			t.Errorf("over are the employments of %v, want only that of 1", over)
		}
		_, err := e.Person(ctx, 5)
		e.wantKind(err, model.KindNotFound)
	})
}

func TestLoginsAndCredentialsAreFound(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		logins := []model.Login{{ID: 21, Person: 1, Name: "ann"}, {ID: 22, Person: 1, Name: "ann-oncall"}}
		keys := []model.Credential{
			{ID: 31, Login: 21, Person: 1, Name: "laptop", Handle: []byte("one"), PublicKey: []byte{1}, EnrolledAt: now},
			{ID: 32, Login: 22, Person: 1, Name: "stolen", Handle: []byte("two"), EnrolledAt: now, RevokedAt: now},
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			errs := []error{p.PutPerson(ctx, model.Person{ID: 1})}
			for i := range logins {
				errs = append(errs, p.PutLogin(ctx, logins[i]), p.PutCredential(ctx, keys[i]))
			}
			return errors.Join(errs...)
		})
		if diff := cmp.Diff(logins, got[[]model.Login](e)(e.LoginsOf(ctx, 1)), sameRows); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(keys[:1], got[[]model.Credential](e)(e.CredentialsOf(ctx, 1)), sameRows); diff != "" {
			t.Error(diff)
		}
		for i := range logins {
			for _, l := range []model.Login{got[model.Login](e)(e.Login(ctx, logins[i].ID)), got[model.Login](e)(e.LoginNamed(ctx, logins[i].Name))} {
				if l != logins[i] {
					t.Errorf("got %+v, want %+v", l, logins[i])
				}
			}
			for _, c := range []model.Credential{got[model.Credential](e)(e.Credential(ctx, keys[i].ID)),
				got[model.Credential](e)(e.CredentialByHandle(ctx, keys[i].Handle))} {
				if diff := cmp.Diff(keys[i], c, sameRows); diff != "" {
					t.Error(diff)
				}
			}
		}
		taken := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
			return p.PutLogin(ctx, model.Login{ID: 23, Person: 1, Name: "ann"})
		})
		if !e.IsConflict(taken) {
			t.Errorf("a second login of the same name: %v", taken)
		}
		_, err1 := e.LoginNamed(ctx, "Ann")
		_, err2 := e.CredentialByHandle(ctx, []byte("three"))
		e.wantKind(err1, model.KindNotFound)
		e.wantKind(err2, model.KindNotFound)
	})
}
