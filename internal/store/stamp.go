package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// stamp reads the counter of commits that SQLite keeps in the shared memory of
// the write-ahead log (https://www.sqlite.org/walformat.html, 2.1: iChange). It
// moves with every commit of every process on the file, at the instant at which
// the commit becomes visible to others, and costs a load from memory. The memory
// stays mapped as long as the process runs: somebody may be reading it. The file
// stays open as long as the database: to close it would drop every lock that the
// process holds on it (fcntl), and the next program that looks into the register,
// seeing none, would cut the memory away under this one.
type stamp struct {
	memory []byte
	file   *os.File
}

// The wal-index header: its version, and the counter.
const (
	walVersionAt = 0
	walVersion   = 3007000
	walChangeAt  = 8
	walHeader    = 136
)

// openStamp maps the header; the database must be open in WAL mode.
func openStamp(path string) (s stamp, err error) {
	if s.file, err = os.Open(path + "-shm"); err != nil {
		return s, fmt.Errorf("open the index of the log: %w", err)
	}
	if s.memory, err = syscall.Mmap(int(s.file.Fd()), 0, walHeader, syscall.PROT_READ, syscall.MAP_SHARED); err != nil {
		return s, fmt.Errorf("map the index of the log: %w", err)
	}
	if v := binary.NativeEndian.Uint32(s.memory[walVersionAt:]); v != walVersion {
		return s, fmt.Errorf("the index of the log has format %d, want %d", v, walVersion)
	}
	return s, nil
}

// now is the counter.
func (s stamp) now() uint64 { return uint64(binary.NativeEndian.Uint32(s.memory[walChangeAt:])) }

// close lets the file go, once; the memory stays mapped.
func (s stamp) close() error {
	if err := s.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
