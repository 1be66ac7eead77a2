package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests and fails them when goroutines are left over at the end:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// It does not return.
func Main(m *testing.M) { goleak.VerifyTestMain(m) }
