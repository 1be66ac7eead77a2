package desk_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"keyturn/internal/softkey"
	"keyturn/internal/staff"
)

type enrolment struct{ ID, URL, Login, Fingerprint string }

// invite has a login invite another; it returns the path under which the passkey is made.
func (c client) invite(login string) (enrolment, string) {
	c.t.Helper()
	var e enrolment
	c.post("/api/v1/enrolments", map[string]string{"login": login}).is(http.StatusCreated).in(&e)
	token, ok := strings.CutPrefix(e.URL, c.url+"/enrol/")
	if !ok {
		c.t.Fatalf("the invitation's address is %s", e.URL)
	}
	return e, "/api/v1/enrol/" + token
}

func (c client) register(key *softkey.Authenticator, path string) json.RawMessage {
	c.t.Helper()
	response, err := key.Register(c.url, c.options(path+"/options", struct{}{}))
	if err != nil {
		c.t.Fatal(err)
	}
	return response
}

type newKey struct {
	Name       string          `json:"name"`
	Credential json.RawMessage `json:"credential"`
}

// TestEnrolment makes a second passkey for a login, and signs in with it once the right people have enrolled it.
func TestEnrolment(t *testing.T) {
	o := open(t)
	admin, stranger := o.signIn(t, "admin"), o.stranger(t)
	e, path := admin.invite("gov")
	key := softkey.New("spare")
	first, again := stranger.register(key, path), stranger.register(softkey.New("thief"), path)
	o.unchanged(t, "making a passkey", 0, func() {
		var made enrolment
		stranger.post(path, newKey{"spare", first}).is(http.StatusCreated).in(&made)
		if made.ID != e.ID || made.Login != "gov" || len(made.Fingerprint) != 16 {
			t.Errorf("made %+v for %+v", made, e)
		}
		e.Fingerprint = made.Fingerprint
		stranger.post(path, newKey{"spare", first}).is(http.StatusConflict)
		stranger.post(path, newKey{"thief", again}).is(http.StatusConflict, "made for this invitation already")
		stranger.post(path+"/options", "{}").is(http.StatusConflict)
	})
	admin.get("/api/v1/enrolments").is(http.StatusOK, `"login":"gov"`, `"fingerprint":"`+e.Fingerprint+`"`, `"name":"Grace"`, `"name":"Amal"`)
	// It has no power yet.
	o.Rings["gov"].Authenticators = []*softkey.Authenticator{key}
	response, err := key.Assert(o.url, stranger.options("/api/v1/sign-in/options", struct{}{}))
	if err != nil {
		t.Fatal(err)
	}
	stranger.post("/api/v1/sign-in", credential{"gov", response}).is(http.StatusUnauthorized)

	q := admin.ask(map[string]any{"kind": "enroll_credential", "person": "gov", "reason": "a spare key",
		"params": map[string]string{"enrolment": e.ID}}, http.StatusAccepted)
	admin.get("/api/v1/requests/"+q.ID).is(http.StatusOK, "Grace gets the passkey "+e.Fingerprint)
	o.execute(t, q.ID, "admin", "security", "lead")
	o.signIn(t, "gov").get("/api/v1/me").is(http.StatusOK, `"name":"Grace"`)
	o.signIn(t, "admin").get("/api/v1/enrolments").is(http.StatusOK, "[]")
}

// execute turns keys on a request and waits for its time.
func (o *office) execute(t testing.TB, id string, logins ...string) {
	t.Helper()
	var q struct {
		EffectAt time.Time `json:"effect_at"`
	}
	for _, login := range logins {
		o.signIn(t, login).turn(id).in(&q)
	}
	if !q.EffectAt.IsZero() {
		o.Clock.Advance(q.EffectAt.Sub(o.Clock.Now()))
		o.Due()
	}
	o.signIn(t, logins[0]).get("/api/v1/requests/"+id).is(http.StatusOK, `"state":"executed"`)
}

func TestWhoInvites(t *testing.T) {
	o := open(t)
	for _, login := range []string{"admin", "security", "lead"} {
		o.signIn(t, login).invite("agent")
	}
	for _, login := range []string{"agent", "gov", "auditor", "lastday"} {
		o.signIn(t, login).post("/api/v1/enrolments", map[string]string{"login": "agent"}).is(http.StatusForbidden)
	}
	admin, lead := o.signIn(t, "admin"), o.signIn(t, "lead")
	q := admin.ask(map[string]any{"kind": "set_employment", "person": "lead", "reason": "has given notice",
		"params": map[string]string{"status": "notice"}}, http.StatusAccepted)
	admin.turn(q.ID).is(http.StatusCreated)
	lead.post("/api/v1/enrolments", map[string]string{"login": "agent"}).is(http.StatusForbidden, "nobody who is leaving")
	admin.post("/api/v1/enrolments", map[string]string{"login": "nobody"}).is(http.StatusNotFound)
	o.Clock.Advance(9 * time.Hour)
	admin.post("/api/v1/enrolments", map[string]string{"login": "lastday"}).is(http.StatusConflict, "employment of Bastian has ended")
}

func TestInvitationThatDoesNotHold(t *testing.T) {
	o := open(t)
	admin, stranger := o.signIn(t, "admin"), o.stranger(t)
	_, path := admin.invite("gov")
	_, other := admin.invite("gov")
	response := stranger.register(softkey.New("key"), path)
	o.unchanged(t, "bad enrolments", 0, func() {
		stranger.post(path, newKey{"", response}).is(http.StatusBadRequest, `"field":"name"`)
		stranger.post(path, newKey{strings.Repeat("x", 61), response}).is(http.StatusBadRequest, `"field":"name"`)
		stranger.post(other, newKey{"key", response}).is(http.StatusForbidden, "not handed out for this invitation")
		stranger.post(path, newKey{"key", response}).is(http.StatusForbidden, "used already")
	})
	// Another origin: the authenticator of a page that is not the desk's.
	elsewhere, err := softkey.New("key").Register("http://localhost:1", stranger.options(path+"/options", struct{}{}))
	if err != nil {
		t.Fatal(err)
	}
	stranger.post(path, newKey{"key", elsewhere}).is(http.StatusForbidden, "on another site")
	// An authenticator that holds a passkey of this login makes no second one.
	if _, err := o.Rings["gov"].Authenticators[0].Register(o.url, stranger.options(path+"/options", struct{}{})); err == nil {
		t.Error("the options exclude no passkey that the login has")
	}
	late := stranger.register(softkey.New("key"), path)
	o.Clock.Advance(staff.InvitationLife)
	stranger.post(path, newKey{"key", late}).is(http.StatusNotFound, "has expired")
	stranger.post(path+"/options", "{}").is(http.StatusNotFound)
	stranger.get(strings.Replace(path, "/api/v1", "", 1)).is(http.StatusNotFound, "has expired", "<html")
}

// TestPasskeyIsOneLoginsOnly makes the same passkey again for another login, as an authenticator of one's own making can.
func TestPasskeyIsOneLoginsOnly(t *testing.T) {
	o := open(t)
	admin, stranger := o.signIn(t, "admin"), o.stranger(t)
	rp := virtualwebauthn.RelyingParty{ID: "localhost", Origin: o.url, Name: "desk"}
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != 77 { // it drops leading zeros of coordinates, against RFC 9053 section 7.1.1
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	register := func(path string) newKey {
		options, err := virtualwebauthn.ParseAttestationOptions(string(stranger.options(path+"/options", struct{}{})))
		if err != nil {
			t.Fatal(err)
		}
		response := virtualwebauthn.CreateAttestationResponse(rp, virtualwebauthn.NewAuthenticator(), key, *options)
		return newKey{"key", json.RawMessage(response)}
	}
	e, path := admin.invite("agent")
	stranger.post(path, register(path)).is(http.StatusCreated)
	q := admin.ask(map[string]any{"kind": "enroll_credential", "person": "agent", "reason": "a second key",
		"params": map[string]string{"enrolment": e.ID}}, http.StatusAccepted)
	o.execute(t, q.ID, "admin", "security", "lead")
	_, other := o.signIn(t, "admin").invite("agent2")
	stranger.post(other, register(other)).is(http.StatusConflict, "enrolled already")
}
