package passkey

import (
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

const (
	minChallenge = 16 // bytes: https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges
	maxUserID    = 64 // bytes: https://www.w3.org/TR/webauthn-3/#user-handle
)

// algorithms are the kinds of key that the desk takes, the best liked first.
func algorithms() []protocol.CredentialParameter {
	var all []protocol.CredentialParameter
	for _, alg := range []webauthncose.COSEAlgorithmIdentifier{
		webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256,
	} {
		all = append(all, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: alg})
	}
	return all
}

// CreationOptions is what a page gives to PublicKeyCredential.parseCreationOptionsFromJSON to make a credential.
// userID (1 to 64 bytes) names the login and must hold nothing about its person; exclude are the handles of the
// credentials that the login has already.
func (rp RelyingParty) CreationOptions(challenge, userID []byte, userName, displayName string, exclude [][]byte) (json.RawMessage, error) {
	if len(challenge) < minChallenge || len(userID) == 0 || len(userID) > maxUserID {
		return nil, fmt.Errorf("making passkey options: %d bytes of challenge, %d of user ID", len(challenge), len(userID))
	}
	return json.Marshal(protocol.PublicKeyCredentialCreationOptions{
		RelyingParty: protocol.RelyingPartyEntity{
			CredentialEntity: protocol.CredentialEntity{Name: rp.Name},
			ID:               rp.ID,
		},
		User: protocol.UserEntity{
			CredentialEntity: protocol.CredentialEntity{Name: userName},
			DisplayName:      displayName,
			ID:               protocol.URLEncodedBase64(userID),
		},
		Challenge:             challenge,
		Parameters:            algorithms(),
		CredentialExcludeList: descriptors(exclude),
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:      protocol.ResidentKeyRequirementPreferred,
			UserVerification: protocol.VerificationRequired,
		},
		Attestation: protocol.PreferNoAttestation,
	})
}

// RequestOptions is what a page gives to PublicKeyCredential.parseRequestOptionsFromJSON to sign with one of the
// credentials whose handles are in allow, or with any discoverable one when allow is empty.
func (rp RelyingParty) RequestOptions(challenge []byte, allow [][]byte) (json.RawMessage, error) {
	if len(challenge) < minChallenge {
		return nil, fmt.Errorf("making passkey options: %d bytes of challenge", len(challenge))
	}
	return json.Marshal(protocol.PublicKeyCredentialRequestOptions{
		Challenge:          challenge,
		RelyingPartyID:     rp.ID,
		AllowedCredentials: descriptors(allow),
		UserVerification:   protocol.VerificationRequired,
	})
}

func descriptors(handles [][]byte) []protocol.CredentialDescriptor {
	var all []protocol.CredentialDescriptor
	for _, h := range handles {
		all = append(all, protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: h})
	}
	return all
}
