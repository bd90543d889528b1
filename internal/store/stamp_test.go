package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestIndexStaysLocked: who holds the register open holds the lock that tells other
// programs so (the index of the log, byte 128), however the counter is read.
func TestIndexStaysLocked(t *testing.T) {
	if storetest.OnPostgres() {
		t.Skip("a file's")
	}
	dir := t.TempDir()
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	info, err := os.Stat(filepath.Join(dir, store.FileName+"-shm"))
	if err != nil {
		t.Fatal(err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Skip("no table of locks: ", err)
	}
	mine := fmt.Sprintf(":%d 128 128", info.Sys().(*syscall.Stat_t).Ino)
	for line := range bytes.Lines(locks) {
		if bytes.Contains(line, []byte(mine)) && bytes.Contains(line, []byte(fmt.Sprint(" ", os.Getpid(), " "))) {
			return
		}
	}
	t.Errorf("no lock on byte 128 of the index:\n%s", locks)
}
