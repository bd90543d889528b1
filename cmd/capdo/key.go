package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"capdo/internal/seal"
	"capdo/internal/store"
)

// keyFolder is where the private parts of the keys lie in the data folder.
const keyFolder = "keys"

// keyCommand lists the keys, or lets a new one follow one in use.
func keyCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "key", "list [--jwks] | rotate [--alg ES256|Ed25519|master] | turn --owner CODE   [--data DIR]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	alg := f.String("alg", seal.ES256, "which key to rotate: ES256 signs lists and tokens, Ed25519 checkpoints, master wraps the keys of documents")
	owner := f.String("owner", "", "turn: code of the body whose texts and documents come to lie under a new key")
	jwks := f.Bool("jwks", false, "list: print the public parts as a JWK set, to be given to readers")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if len(rest) == 0 || !slices.Contains([]string{"list", "rotate", "turn"}, rest[0]) {
		return errors.New("say list, rotate or turn")
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if rest[0] == "turn" {
		return p.turnKey(ctx, *owner, func(what string) error {
			_, err := fmt.Fprintln(w.out, what)
			return err
		})
	}
	if rest[0] == "rotate" && *alg == "master" {
		return p.ring.Rotate()
	}
	if rest[0] == "rotate" {
		return p.rotateKey(ctx, w, filepath.Join(*data, keyFolder), *alg)
	}
	keys, err := p.store.Keys(ctx)
	if err != nil {
		return err
	}
	if *jwks {
		b, err := keys.JWKS()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w.out, "%s\n", b)
		return err
	}
	for _, k := range keys {
		state := "signs"
		if !k.Until.IsZero() {
			state = "retired " + k.Until.Format("2006-01-02T15:04:05Z")
		} else if _, err := seal.Load(filepath.Join(*data, keyFolder), k); err != nil {
			state = err.Error()
		}
		fmt.Fprintf(w.out, "%s  %s  made %s  %s\n", k.ID, k.Alg, k.Made.Format("2006-01-02T15:04:05Z"), state)
	}
	return nil
}

// rotateKey makes a key that follows the one in use; both sign the entry. The
// old private part is removed once the entry is written.
func (p *program) rotateKey(ctx context.Context, w world, dir, alg string) error {
	keys, err := p.store.Keys(ctx)
	if err != nil {
		return err
	}
	for _, public := range keys {
		if public.Alg != alg || !public.Until.IsZero() {
			continue
		}
		old, err := seal.Load(dir, public)
		if err != nil {
			return err
		}
		next, err := seal.Make(alg, p.clock())
		if err == nil {
			err = next.Keep(dir)
		}
		if err != nil {
			return err
		}
		if err := p.store.RotateKey(ctx, keeper(), p.book.Digest(), old, next); err != nil {
			return errors.Join(err, seal.Forget(dir, next.ID))
		}
		fmt.Fprintf(w.out, "%s follows %s\n", next.ID, old.ID)
		return seal.Forget(dir, old.ID)
	}
	return fmt.Errorf("no key of %s is in use; capdo serve makes one", alg)
}

// makeKeys makes the keys that a register lacks: at its first start, both.
func (p *program) makeKeys(ctx context.Context, dir string) error {
	known, err := p.store.Keys(ctx)
	if err != nil {
		return err
	}
	for _, alg := range []string{seal.ES256, seal.Ed25519} {
		used := false
		for _, k := range known {
			used = used || k.Alg == alg && k.Until.IsZero()
		}
		if used {
			continue
		}
		k, err := seal.Make(alg, p.clock())
		if err == nil {
			err = k.Keep(dir)
		}
		if err != nil {
			return err
		}
		err = p.store.AddKeys(ctx, keeper(), p.book.Digest(), k)
		if err == nil {
			continue
		}
		if gone := seal.Forget(dir, k.ID); gone != nil || !errors.Is(err, store.ErrKeyInUse) { // else another replica made one meanwhile
			return errors.Join(err, gone)
		}
	}
	return nil
}

// signer loads the key of an algorithm that signs today.
func (p *program) signer(ctx context.Context, dir, alg string) (*seal.Key, error) {
	known, err := p.store.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		if k.Alg == alg && k.Until.IsZero() {
			return seal.Load(dir, k)
		}
	}
	return nil, fmt.Errorf("no key of %s is in use", alg)
}

// writeNew writes a file that its owner alone may read, whole or not at all.
func writeNew(name string, b []byte) error {
	tmp := name + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, name)
}
