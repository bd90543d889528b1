package store_test

import (
	"os"
	"testing"

	"capdo/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if place := os.Getenv(migrateVar); place != "" {
		migrateAndExit(place)
	}
	if dir := os.Getenv(workerVar); dir != "" {
		workAndExit(dir)
	}
	os.Exit(storetest.Main(m, true))
}
