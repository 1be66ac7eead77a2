package web

import (
	"testing"

	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
