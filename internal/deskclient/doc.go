// Package deskclient speaks the desk's JSON API for programs: the command line, the drill, and scripts on call. It signs
// in and turns keys with a software key from a directory, as a browser does with a passkey.
//
// It has no way in but the desk's own listener: everything it does goes through the guard, with keys.
package deskclient
