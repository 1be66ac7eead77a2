// Package approval is the life of a request and the counting of keys, as pure functions: what is signed, who counts,
// what is still missing, which state follows which.
//
// It must never read a store or a clock, and never decide whether a person may sign: the guard asks the laws and the
// policy that, and hands over only the keys that stand.
package approval
