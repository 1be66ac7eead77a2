package staff_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/softkey"
	"keyturn/internal/staff"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// real is the staff of a store that is no demo, with one lead.
func real(t *testing.T, clock *testkit.Clock) (*staff.Staff, *store.Store, string) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	const url = "https://desk.example"
	rp, err := passkey.NewRelyingParty(url, "desk")
	if err != nil {
		t.Fatal(err)
	}
	_, registered, err := demo.MakeRing(rp, "lead")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	err = guard.Born(t.Context(), st, guard.Birth{Policy: bundle,
		Settings: guard.Settings{URL: "https://example.org", DeskURL: url, WaitDivisor: 1, HighProfileAt: guard.HighProfileAt},
		Founders: []guard.Founder{{Name: "Leila", Team: "support", Roles: []model.Role{model.RoleLead},
			Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentActive},
			Logins:     []guard.FounderLogin{{Name: "lead", Credentials: []guard.FounderCredential{{Name: "key", Registered: registered}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(t.Context(), st, clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s, err := staff.New(t.Context(), staff.Config{Store: st, Guard: g, Software: []byte(softkey.AAGUID), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s, st, url
}

func TestSoftwareKeyIsForDemosOnly(t *testing.T) {
	s, st, url := real(t, testkit.NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)))
	login, err := st.LoginNamed(t.Context(), "lead")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := s.Invite(t.Context(), login.Person, "lead")
	if err != nil {
		t.Fatal(err)
	}
	options, err := s.EnrolmentOptions(t.Context(), inv.Token)
	if err != nil {
		t.Fatal(err)
	}
	response, err := softkey.New("soft").Register(url, options)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Enrol(t.Context(), inv.Token, "soft", response)
	if model.KindOf(err) != model.KindForbidden || !strings.Contains(err.Error(), "software key") {
		t.Errorf("a software key in a real store: %v", err)
	}
	if e, err := st.Enrolment(t.Context(), inv.ID); err != nil || len(e.Handle) > 0 {
		t.Errorf("it was kept: %+v, %v", e, err)
	}
}

func TestSecretsAreKeptHashed(t *testing.T) {
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC))
	s, st, _ := real(t, clock)
	login, err := st.LoginNamed(t.Context(), "lead")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := s.Invite(t.Context(), login.Person, "lead")
	if err != nil {
		t.Fatal(err)
	}
	e, err := st.Enrolment(t.Context(), inv.ID)
	if err != nil || len(e.TokenHash) != 32 || strings.Contains(string(e.TokenHash), inv.Token) {
		t.Errorf("the invitation is kept as %+v (%v)", e, err)
	}
	if !e.ExpiresAt.Equal(clock.Now().Add(staff.InvitationLife)) {
		t.Errorf("it expires at %v", e.ExpiresAt)
	}
}
