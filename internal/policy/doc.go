// Package policy is the desk's policy as data: a typed table of whose keys each command takes on each class of account,
// and Cedar text (https://docs.cedarpolicy.com) that says who may request, sign, see, veto and decline. Both stand in
// one immutable Bundle with one hash, which every request, decision and leaf names.
//
// It answers questions and compares bundles. It must never open a store, serve HTTP, read a clock or a file, or decide
// whether a law holds: the guard asks the laws first, and what policy allows is still subject to them. What is missing
// or in doubt here is an error or a refusal, never a permission.
package policy
