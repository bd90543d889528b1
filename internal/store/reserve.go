package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// reserveName is a file of zeros beside the database that keeps room on the disk.
// When the disk is full it is given up, so that what must still be recorded (a
// revocation, a suspension) can be, while somebody makes room; it is made anew
// when there is some.
const (
	reserveName = "reserve"
	reserveSize = 16 << 20 // bytes; some thousand acts
)

// ErrFull is the error of a write that found the disk full. Room was made for
// the next ones if Relieved.
type ErrFull struct {
	Relieved bool
	err      error
}

func (e *ErrFull) Error() string {
	if e.Relieved {
		return "the disk is full; its reserve was given up, try again: " + e.err.Error()
	}
	return "the disk is full, and so is its reserve: " + e.err.Error()
}

func (e *ErrFull) Unwrap() error { return e.err }

// relieve gives the reserve up when a write failed for want of room.
func (e *sqlite) relieve(err error) error {
	var code *driver.Error
	if err == nil || !errors.Is(err, syscall.ENOSPC) && (!errors.As(err, &code) || code.Code()&0xff != sqlite3.SQLITE_FULL) {
		return err
	}
	return &ErrFull{os.Remove(e.reserve) == nil, err}
}

// keepReserve makes the reserve when it is not there and the disk has twice its
// room to spare.
func (e *sqlite) keepReserve() error {
	if info, err := os.Stat(e.reserve); err == nil && info.Size() == reserveSize {
		return nil
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(e.reserve), &disk); err != nil {
		return fmt.Errorf("keep reserve: %w", err)
	}
	if int64(disk.Bavail)*disk.Bsize < 3*reserveSize {
		return nil
	}
	f, err := os.OpenFile(e.reserve+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep reserve: %w", err)
	}
	if err = syscall.Fallocate(int(f.Fd()), 0, 0, reserveSize); errors.Is(err, syscall.EOPNOTSUPP) {
		_, err = io.CopyN(f, zeros{}, reserveSize)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("keep reserve: %w", err), os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), e.reserve)
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Reserve makes the reserve anew where there is room for it.
func (s *Store) Reserve() error { return s.e.keepReserve() }
