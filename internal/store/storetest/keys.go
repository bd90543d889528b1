package storetest

import (
	"path/filepath"
	"sync"

	"capdo/internal/keyring"
	"capdo/internal/store"
)

// Keys are those of a register in dir, made when something is first sealed.
func Keys(dir string) store.Sealer {
	return &keys{open: sync.OnceValues(func() (*keyring.Ring, error) {
		return keyring.Open(filepath.Join(dir, "keys", "tenants"), filepath.Join(dir, "keys", "master.key"))
	})}
}

type keys struct{ open func() (*keyring.Ring, error) }

// Seal implements store.Sealer.
func (k *keys) Seal(tenant, key, about string, plain []byte) (string, error) {
	r, err := k.open()
	if err != nil {
		return "", err
	}
	return r.Seal(tenant, key, about, plain)
}

// Unseal implements store.Sealer.
func (k *keys) Unseal(sealed, about string) ([]byte, error) {
	r, err := k.open()
	if err != nil {
		return nil, err
	}
	return r.Unseal(sealed, about)
}
