// Package moderation is the desk's work before a command is made: reports come together as cases, cases are read,
// resolved and reopened, and what a request will do is put into words.
//
// It must never decide whether a command may happen, nor do one: that is the guard's. Opening and closing a case hides
// nothing and takes no keys.
package moderation
