// Package softkey is a WebAuthn authenticator in a file: it makes credentials and signs with them as a browser and its
// authenticator would, with nobody there to touch anything.
//
// It is for stores that were born as a demo and for tests, and for nothing else: whoever can read the file can sign.
// What it makes carries its own AAGUID, by which a real store must refuse to enrol it. It must never be asked to sign
// by anything that serves the network.
package softkey
