// Package reference decides what the guard decides, a second time and for clearness only: the design's table as it is
// printed there, the laws in the plainest words that compute, on a world that is given whole. Tests and keyturn prove hold
// the guard against it.
//
// It must share nothing with the guard: it imports the nouns only, and where it and the guard differ one of them is wrong.
package reference
