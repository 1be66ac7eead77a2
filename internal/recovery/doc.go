// Package recovery is about the keys that are kept sealed for the day on which the people who hold keys have lost them:
// who makes them, what they sign, and how many of them it takes. It is values and pure functions.
// It must never read a store or decide anything: what a signed statement leads to is for the guard to say.
package recovery
