package storetest

import (
	"path/filepath"
	"testing"

	"capdo/internal/attachment"
	"capdo/internal/keyring"
)

// Blobs is a folder for documents with keys of its own, which go with the test.
func Blobs(t testing.TB, dir string) attachment.Blobs {
	t.Helper()
	keys := t.TempDir()
	ring, err := keyring.Open(filepath.Join(keys, "tenants"), filepath.Join(keys, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return attachment.Blobs{Dir: dir, Keys: ring}
}
