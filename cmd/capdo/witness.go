package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"capdo/internal/gateclient"
	"capdo/internal/seal"
)

// witness looks at the ledger's checkpoint once: it demands the proof that the
// ledger only grew since the last time, remembers it, and cosigns. A fork or a
// rollback ends with status 1 and is named.
func witness(ctx context.Context, w world) error {
	f := flags(w, "witness", "--dir DIR --name NAME --trust FILE [--url URL] [--origin NAME]")
	var r reader
	r.declare(f, w)
	dir := f.String("dir", w.or("CAPDO_WITNESS", ""), "folder of the witness: its key, what it saw; made when absent (CAPDO_WITNESS)")
	name := f.String("name", "", "name of the witness in its cosignatures")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if *dir == "" || *name == "" {
		return errors.New("--dir and --name are needed")
	}
	trust, err := r.keys()
	if err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	key, err := witnessKey(w, *dir)
	if err != nil {
		return err
	}
	cosigner, err := key.Cosigner(*name, w.clock())
	if err != nil {
		return err
	}
	r.memory = filepath.Join(*dir, "memory.json")
	var signed []byte
	err = r.remembering(func(m *gateclient.Memory) error {
		text, proof, err := c.Checkpoint(ctx, m.Size())
		if err != nil {
			return err
		}
		if _, err := m.Witness(text, r.origin, proof, trust); err != nil {
			return err
		}
		vs, err := trust.Notes(r.origin)
		if err != nil {
			return err
		}
		n, err := note.Open([]byte(text), vs)
		if err != nil {
			return err
		}
		signed, err = note.Sign(n, cosigner)
		return err
	})
	if errors.Is(err, gateclient.ErrFork) || errors.Is(err, gateclient.ErrRollback) {
		fmt.Fprintf(w.out, "%v\n", err)
		return errFound
	}
	if err != nil {
		return err
	}
	if err := writeNew(filepath.Join(*dir, "checkpoint"), signed); err != nil {
		return err
	}
	_, err = w.out.Write(signed)
	return err
}

// witnessKey loads the witness's own key, made at its first look.
func witnessKey(w world, dir string) (*seal.Key, error) {
	file := filepath.Join(dir, "key.json")
	b, err := os.ReadFile(file)
	if err == nil {
		t, err := seal.ParseJWKS(b)
		if err != nil {
			return nil, err
		}
		return seal.Load(dir, t[0])
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	k, err := seal.Make(seal.Ed25519, w.clock())
	if err == nil {
		err = k.Keep(dir)
	}
	if err != nil {
		return nil, err
	}
	if b, err = (seal.Trust{k.Public}).JWKS(); err != nil {
		return nil, err
	}
	return k, writeNew(file, b)
}
