// Package bench measures what Keyturn's members and staff wait for, each beside what this machine can do at best in the
// same run: a bare net/http handler that serves the same bytes, and a bare append, or a bare SQLite transaction, that
// waits for the disk.
//
// It reports medians and ratios, and never judges: machines are noisy.
package bench
