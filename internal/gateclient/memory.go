package gateclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"capdo/internal/ledger"
	"capdo/internal/seal"
)

// The two ways in which a service shows somebody another history.
var (
	ErrRollback = ledger.ErrRollback
	ErrFork     = ledger.ErrFork
)

// Memory is what a reader has seen. The zero value has seen nothing.
type Memory struct {
	Lists      map[string]Mark `json:"lists"`      // by address of the list, or "snapshot/PLATFORM"
	Checkpoint string          `json:"checkpoint"` // the largest, signed
}

// Mark is how far something was seen.
type Mark struct {
	IAT     int64 `json:"iat"`
	Version int64 `json:"version"`
}

// Remember reads a memory; a file that is not there is an empty one.
func Remember(name string) (*Memory, error) {
	m := &Memory{Lists: map[string]Mark{}}
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read memory: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("read memory %s: %w", name, err)
	}
	if m.Lists == nil {
		return nil, fmt.Errorf("read memory %s: it remembers nothing", name)
	}
	return m, nil
}

// Keep writes the memory, whole or not at all.
func (m *Memory) Keep(name string) error {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("keep memory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".memory-")
	if err != nil {
		return fmt.Errorf("keep memory: %w", err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep memory: %w", err), os.Remove(f.Name()))
	}
	return nil
}

// mark refuses what is older than was seen, and remembers.
func (m *Memory) mark(name string, now Mark) error {
	if was := m.Lists[name]; now.IAT < was.IAT || now.Version < was.Version {
		return fmt.Errorf("%w: %s signed at %d of version %d, seen at %d of version %d", ErrRollback, name, now.IAT, now.Version, was.IAT, was.Version)
	}
	m.Lists[name] = now
	return nil
}

// Size is that of the largest checkpoint seen.
func (m *Memory) Size() int64 {
	c, _ := m.seen()
	return c.Size
}

// seen is the checkpoint in memory; it was checked when it came.
func (m *Memory) seen() (ledger.Checkpoint, error) {
	if m.Checkpoint == "" {
		return ledger.Checkpoint{}, nil
	}
	return body(m.Checkpoint)
}

func body(note string) (ledger.Checkpoint, error) {
	i := bytes.Index([]byte(note), []byte("\n\n"))
	if i < 0 {
		return ledger.Checkpoint{}, errors.New("checkpoint: it is no note")
	}
	return ledger.ParseCheckpoint(note[:i+1])
}

// Witness takes a signed checkpoint and the proof that it continues the one in
// memory, and remembers it. A fork or a rollback is refused, and named.
func (m *Memory) Witness(note, origin string, proof []ledger.Hash, trust seal.Trust) (ledger.Checkpoint, error) {
	vs, err := trust.Notes(origin)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, _, err := ledger.OpenCheckpoint(note, origin, vs)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	was, err := m.seen()
	if err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("memory: %w", err)
	}
	if was.Origin == "" {
		was.Origin = origin
	}
	if err := ledger.CheckConsistency(proof, was, c); err != nil {
		return ledger.Checkpoint{}, err
	}
	m.Checkpoint = note
	return c, nil
}
