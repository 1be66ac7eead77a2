// Package passkey makes and checks WebAuthn credentials (https://www.w3.org/TR/webauthn-3/) for the staff desk and for members, so that
// the rest of the program never meets the library that does it.
//
// It is stateless. It must never choose a challenge, remember one, or look up a credential: whoever calls it does.
package passkey
