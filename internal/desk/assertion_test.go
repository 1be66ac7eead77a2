package desk_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

var b64 = base64.RawURLEncoding

// forge changes what an authenticator says and signs the change with the login's own key: everything about it is good
// but what was changed.
func (o *office) forge(t testing.TB, login string, response json.RawMessage, client func(map[string]any), data func([]byte)) json.RawMessage {
	t.Helper()
	var credential map[string]any
	if err := json.Unmarshal(response, &credential); err != nil {
		t.Fatal(err)
	}
	parts := credential["response"].(map[string]any)
	clientData, err1 := b64.DecodeString(parts["clientDataJSON"].(string))
	authenticatorData, err2 := b64.DecodeString(parts["authenticatorData"].(string))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if client != nil {
		said := map[string]any{}
		if err := json.Unmarshal(clientData, &said); err != nil {
			t.Fatal(err)
		}
		client(said)
		clientData, _ = json.Marshal(said)
	}
	if data != nil {
		data(authenticatorData)
	}
	hash := sha256.Sum256(clientData)
	digest := sha256.Sum256(slices.Concat(authenticatorData, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, o.privateKey(t, login), digest[:])
	if err != nil {
		t.Fatal(err)
	}
	parts["clientDataJSON"], parts["authenticatorData"] = b64.EncodeToString(clientData), b64.EncodeToString(authenticatorData)
	parts["signature"] = b64.EncodeToString(signature)
	forged, err := json.Marshal(credential)
	if err != nil {
		t.Fatal(err)
	}
	return forged
}

// privateKey is a login's, as its ring has it in a file.
func (o *office) privateKey(t testing.TB, login string) *ecdsa.PrivateKey {
	t.Helper()
	text, err := json.Marshal(o.Rings[login])
	if err != nil {
		t.Fatal(err)
	}
	var ring struct {
		Authenticators []struct {
			Credentials []struct {
				PrivateKey string `json:"private_key"`
			}
		}
	}
	if err := json.Unmarshal(text, &ring); err != nil {
		t.Fatal(err)
	}
	scalar, err := b64.DecodeString(ring.Authenticators[0].Credentials[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const userVerified = 1 << 2 // https://www.w3.org/TR/webauthn-3/#authdata-flags

// forgeries are the ways in which an answer with a good signature is not one to this desk.
var forgeries = map[string]struct {
	client func(map[string]any)
	data   func([]byte)
	words  string
}{
	"another origin":   {client: func(c map[string]any) { c["origin"] = "http://localhost:1" }},
	"another type":     {client: func(c map[string]any) { c["type"] = "webauthn.create" }},
	"from a frame":     {client: func(c map[string]any) { c["crossOrigin"] = true }},
	"no user verified": {data: func(d []byte) { d[32] &^= userVerified }},
	"another site":     {data: func(d []byte) { d[0] ^= 1 }},
}

func TestForgedKeyDoesNotStand(t *testing.T) {
	o := open(t)
	lead := o.signIn(t, "lead")
	q := o.signIn(t, "agent").ask(o.suspension("president"), http.StatusAccepted)
	path := "/api/v1/requests/" + q.ID + "/key"
	for what, f := range forgeries {
		answer := lead.assert("lead", lead.options(path+"/options", struct{}{}))
		forged := o.forge(t, "lead", answer, f.client, f.data)
		o.unchanged(t, what, 1, func() {
			lead.post(path, credential{Credential: forged}).is(http.StatusForbidden, `"law":"signed_for_this"`)
		})
		o.unchanged(t, "the unforged answer to the same challenge", 1, func() {
			lead.post(path, credential{Credential: answer}).is(http.StatusForbidden, "used already")
		})
	}
	// The forging itself is sound: without a change the answer stands.
	answer := lead.assert("lead", lead.options(path+"/options", struct{}{}))
	lead.post(path, credential{Credential: o.forge(t, "lead", answer, nil, nil)}).is(http.StatusAccepted)
}

func TestKeyIsForOneRequestAndOnePerson(t *testing.T) {
	o := open(t)
	agent, lead, gov := o.signIn(t, "agent"), o.signIn(t, "lead"), o.signIn(t, "gov")
	one := agent.ask(o.suspension("president"), http.StatusAccepted)
	other := agent.ask(o.suspension("newsroom"), http.StatusAccepted)
	key := func(q request) string { return "/api/v1/requests/" + q.ID + "/key" }
	sign := func(q request) credential {
		return credential{Credential: lead.assert("lead", lead.options(key(q)+"/options", struct{}{}))}
	}
	forOther := sign(other)
	o.unchanged(t, "a key for another request", 1, func() {
		lead.post(key(one), forOther).is(http.StatusForbidden, "for something else")
	})
	theirs := sign(one)
	o.unchanged(t, "somebody else's key", 1, func() {
		gov.post(key(one), theirs).is(http.StatusForbidden, "for something else")
	})
	// gov asks, but lead's passkey signs.
	_, err := o.Rings["lead"].Assert(o.url, gov.options(key(one)+"/options", struct{}{}))
	if err == nil {
		t.Error("gov's options allow lead's passkey")
	}
	once := sign(one)
	lead.post(key(one), once).is(http.StatusAccepted)
	o.unchanged(t, "a replayed key", 1, func() {
		lead.post(key(one), once).is(http.StatusConflict, "turned your key on this request already")
	})
	o.unchanged(t, "a key without a challenge of ours", 1, func() {
		gov.post(key(one), credential{Credential: o.forge(t, "gov", sign(other).Credential, func(c map[string]any) {
			c["challenge"] = b64.EncodeToString(make([]byte, 32))
		}, nil)}).is(http.StatusForbidden, "not handed out here")
	})
}

func TestForgedSignInMakesNoSession(t *testing.T) {
	o := open(t)
	c := o.stranger(t)
	options := func() json.RawMessage {
		return c.options("/api/v1/sign-in/options", map[string]string{"login": "lead"})
	}
	for what, f := range forgeries {
		answer := c.assert("lead", options())
		forged := o.forge(t, "lead", answer, f.client, f.data)
		o.unchanged(t, what, 0, func() {
			c.post("/api/v1/sign-in", credential{"lead", forged}).is(http.StatusUnauthorized, `"kind":"unauthenticated"`)
			c.post("/api/v1/sign-in", credential{"lead", answer}).is(http.StatusUnauthorized, "used already")
		})
	}
	answer := c.assert("lead", options())
	c.post("/api/v1/sign-in", credential{"agent", answer}).is(http.StatusUnauthorized, "not one of this login")
	answer = c.assert("lead", options())
	c.post("/api/v1/sign-in", credential{"lead", answer}).is(http.StatusCreated)
	c.post("/api/v1/sign-in", credential{"lead", answer}).is(http.StatusUnauthorized)
	if n := len(o.staff.Failures()); n != 1 {
		t.Fatalf("failures stand in %d lines, want one source and minute", n)
	}
	if f := o.staff.Failures()[0]; f.Source != "127.0.0.1" || f.Count != int64(2*len(forgeries)+2) {
		t.Errorf("counted %+v", f)
	}
	// A challenge for a key signs nobody in, and one for a sign-in turns no key.
	lead := o.signIn(t, "lead")
	q := o.signIn(t, "agent").ask(o.suspension("president"), http.StatusAccepted)
	path := "/api/v1/requests/" + q.ID + "/key"
	forKey := c.assert("lead", lead.options(path+"/options", struct{}{}))
	c.post("/api/v1/sign-in", credential{"lead", forKey}).is(http.StatusUnauthorized)
	forSignIn := c.assert("lead", options())
	lead.post(path, credential{Credential: forSignIn}).is(http.StatusForbidden, `"law":"signed_for_this"`)
}
