package store_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// smallDisk is a file system of its own, of a size in MiB.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib)); err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatalf("a file system of its own is required: %v", err)
		}
		t.Skipf("SKIPPED: no file system of its own: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk takes all the room that is left on a disk.
func fillDisk(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, endless{}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk took everything: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestDiskFull: a full disk refuses an act and loses nothing; the reserve lets
// what must be recorded be recorded; when that is gone too everything can still
// be read, and once there is room all goes on.
func TestDiskFull(t *testing.T) {
	storetest.SQLiteOnly(t)
	dir := smallDisk(t, 64)
	data := filepath.Join(dir, "data")
	clock := storetest.At("2026-11-25")
	o, s := storetest.OfficeIn(t, data, clock)
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Confirmed)
	regulator := storetest.Actor(law.RoleMPS, "G01")
	suspend := func() error {
		var err error
		term := law.DayOf(clock.T).AddDays(30)
		if _, err = o.Suspend(t.Context(), regulator, x.Code, version(t, s, x.Code), approval.SuspensionInput{Ground: "Sự cố", Number: "1/QĐ", Until: term}); err == nil {
			_, err = o.Reinstate(t.Context(), regulator, x.Code, version(t, s, x.Code), "Đã khắc phục", "1/QĐ")
		}
		return err
	}
	if err := suspend(); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	fillDisk(t, filler)
	var full *store.ErrFull
	var err error
	for range 2000 { // the journal has some room of its own
		if err = suspend(); err != nil {
			break
		}
	}
	if !errors.As(err, &full) || !full.Relieved {
		t.Fatalf("a full disk: %v", err)
	}
	if err := suspend(); err != nil {
		t.Errorf("the reserve was given up, and nothing can be recorded: %v", err)
	}
	for range 200 { // and now the reserve too
		fillDisk(t, filler)
		if err = suspend(); err != nil {
			break
		}
	}
	if !errors.As(err, &full) || full.Relieved || !strings.Contains(err.Error(), "reserve") {
		t.Fatalf("a full disk without a reserve: %v", err)
	}
	if _, err := o.File(t.Context(), regulator, x.Code); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
	if err := errors.Join(os.Remove(filler), s.Reserve()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "reserve")); err != nil {
		t.Errorf("the reserve was not made anew: %v", err)
	}
	if err := suspend(); err != nil {
		t.Error(err)
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
}

func version(t *testing.T, s *store.Store, code string) (v int64) {
	t.Helper()
	err := s.View(t.Context(), storetest.Actor(law.RoleMPS, "G01"), func(r approval.Reader) error {
		x, err := r.System(code)
		v = x.Version
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
