package testkit

import (
	"os"
	"testing"
)

// Memory is a directory that costs no waiting for a disk, where the machine has one: for stores that need not survive
// anything. It is removed after the test.
func Memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keyturn-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
