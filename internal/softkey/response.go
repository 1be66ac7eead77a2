package softkey

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data: https://www.w3.org/TR/webauthn-3/#authdata-flags.
const (
	userPresent  = 1 << 0
	userVerified = 1 << 2
	attestedData = 1 << 6
)

// COSE key parameters of a P-256 key: RFC 9053 §7.1.1.
const (
	coseType, coseEC2   = 1, 2
	coseAlg             = 3
	coseCurve, coseP256 = -1, 1
	coseX, coseY        = -2, -3
)

// clientData is https://www.w3.org/TR/webauthn-3/#dictdef-collectedclientdata, its members in the order in which
// browsers write them.
type clientData struct {
	Type        string    `json:"type"`
	Challenge   base64url `json:"challenge"`
	Origin      string    `json:"origin"`
	CrossOrigin bool      `json:"crossOrigin"`
}

func newClientData(kind string, challenge []byte, origin string) clientData {
	return clientData{Type: kind, Challenge: challenge, Origin: origin}
}

// publicKeyCredential is what PublicKeyCredential.toJSON gives:
// https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson and #dictdef-authenticationresponsejson.
type publicKeyCredential[R attestation | assertion] struct {
	Attachment string    `json:"authenticatorAttachment"`
	Extensions struct{}  `json:"clientExtensionResults"`
	ID         base64url `json:"id"`
	RawID      base64url `json:"rawId"`
	Response   R         `json:"response"`
	Type       string    `json:"type"`
}

func newPublicKeyCredential[R attestation | assertion](handle base64url, response R) publicKeyCredential[R] {
	return publicKeyCredential[R]{
		Attachment: "platform", ID: handle, RawID: handle, Response: response, Type: publicKeyType,
	}
}

type attestation struct {
	AttestationObject  base64url `json:"attestationObject"`
	AuthenticatorData  base64url `json:"authenticatorData"`
	ClientData         base64url `json:"clientDataJSON"`
	PublicKey          base64url `json:"publicKey"` // SubjectPublicKeyInfo, DER
	PublicKeyAlgorithm int       `json:"publicKeyAlgorithm"`
	Transports         []string  `json:"transports"`
}

type assertion struct {
	AuthenticatorData base64url `json:"authenticatorData"`
	ClientData        base64url `json:"clientDataJSON"`
	Signature         base64url `json:"signature"`
	UserHandle        base64url `json:"userHandle"`
}

// creationResponse carries no attestation statement, as a browser's answer when none was asked for.
func creationResponse(c credential, key *ecdsa.PrivateKey, client clientData) ([]byte, error) {
	clientJSON, err := json.Marshal(client)
	if err != nil {
		return nil, err
	}
	attested, err := attestedCredential(c.ID, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	data := authenticatorData(c.RPID, userPresent|userVerified|attestedData, attested)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	return json.Marshal(newPublicKeyCredential(c.ID, attestation{
		AttestationObject: object, AuthenticatorData: data, ClientData: clientJSON,
		PublicKey: spki, PublicKeyAlgorithm: es256, Transports: []string{"internal"},
	}))
}

func requestResponse(c credential, key *ecdsa.PrivateKey, client clientData) ([]byte, error) {
	clientJSON, err := json.Marshal(client)
	if err != nil {
		return nil, err
	}
	data := authenticatorData(c.RPID, userPresent|userVerified, nil)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest(data, clientJSON))
	if err != nil {
		return nil, err
	}
	return json.Marshal(newPublicKeyCredential(c.ID, assertion{
		AuthenticatorData: data, ClientData: clientJSON, Signature: signature, UserHandle: c.UserHandle,
	}))
}

// authenticatorData is https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data. The counter stays at zero, which says
// that there is none.
func authenticatorData(rpID string, flags byte, attested []byte) []byte {
	rp := sha256.Sum256([]byte(rpID))
	return slices.Concat(rp[:], []byte{flags, 0, 0, 0, 0}, attested)
}

// attestedCredential is https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data.
func attestedCredential(handle []byte, public *ecdsa.PublicKey) ([]byte, error) {
	point, err := public.Bytes()
	if err != nil {
		return nil, err
	}
	x, y := point[1:33], point[33:] // after the byte that says "uncompressed" (SEC 1 §2.3.3)
	cose, err := webauthncbor.Marshal(map[int]any{
		coseType: coseEC2, coseAlg: es256, coseCurve: coseP256, coseX: x, coseY: y,
	})
	if err != nil {
		return nil, err
	}
	size := binary.BigEndian.AppendUint16(nil, uint16(len(handle)))
	return slices.Concat([]byte(AAGUID), size, handle, cose), nil
}
