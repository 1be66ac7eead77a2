// Package desk is the staff console: its JSON API (docs/DESK_API.md) and its pages, on a listener of their own.
//
// It tells the guard what people ask for, and people what the guard answers, in words. It must never decide whether
// something may happen, never write a privileged row, and never show anything of the desk without a session.
package desk
