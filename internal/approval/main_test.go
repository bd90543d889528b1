package approval_test

import (
	"os"
	"testing"

	"capdo/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, false)) }
