// Package moderation is the desk's work before a command is made: reports are weighed and come together as cases, cases
// are put in order, read, worked on, resolved and reopened, and what a request will do is put into words.
//
// It must never decide whether a command may happen, nor do one: that is the guard's. Nothing that is done with a case
// hides anything or takes keys.
package moderation
