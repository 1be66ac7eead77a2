package testkit

import "os"

// Size is how large a test is: usual, or large under make test-long, which sets KEYTURN_TEST_LONG.
func Size[T any](usual, large T) T {
	if os.Getenv("KEYTURN_TEST_LONG") != "" {
		return large
	}
	return usual
}
