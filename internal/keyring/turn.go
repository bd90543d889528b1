package keyring

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"filippo.io/age"
)

// nextSuffix ends the name of the file of the identity that is to follow a
// tenant's, beside the file of that.
const nextSuffix = ".next" + suffix

// keys are a tenant's identities: the one in use and, while it is turned, the one
// to follow it.
type keys struct {
	now, next *age.HybridIdentity
	id        string         // of now
	seen      [2]fs.FileInfo // their files when they were read, nil for none
}

// idOf names an identity: the beginning of the SHA-256 of what is encrypted to.
func idOf(id *age.HybridIdentity) string {
	sum := sha256.Sum256([]byte(id.Recipient().String()))
	return hex.EncodeToString(sum[:8])
}

// last is the identity that new documents are encrypted to.
func (k *keys) last() *age.HybridIdentity {
	if k.next != nil {
		return k.next
	}
	return k.now
}

// named is the identity with an id, nil for none.
func (k *keys) named(key string) *age.HybridIdentity {
	for _, id := range []*age.HybridIdentity{k.now, k.next} {
		if id != nil && idOf(id) == key {
			return id
		}
	}
	return nil
}

// Unwrap implements age.Identity: either opens.
func (k *keys) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := k.last().Unwrap(stanzas)
	if errors.Is(err, age.ErrIncorrectIdentity) && k.next != nil {
		return k.now.Unwrap(stanzas)
	}
	return key, err
}

// Under is the identity of a tenant with an id.
func (r *Ring) Under(tenant, key string) (age.Identity, error) {
	k, err := r.keys(tenant, false)
	if err != nil {
		return nil, err
	}
	if id := k.named(key); id != nil {
		return id, nil
	}
	return nil, fmt.Errorf("the key %s of tenant %s is not at hand", key, tenant)
}

// Keys are the ids of a tenant's identities: the one in use first.
func (r *Ring) Keys(tenant string) ([]string, error) {
	k, err := r.keys(tenant, false)
	if err != nil {
		return nil, err
	}
	all := []string{idOf(k.now)}
	if k.next != nil {
		all = append(all, idOf(k.next))
	}
	return all, nil
}

// keys reads a tenant's identities, unless they are as they were when read last:
// another process may turn them. They are made where there are none and may be.
func (r *Ring) keys(tenant string, may bool) (*keys, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, next, err := r.names(tenant)
	if err != nil {
		return nil, err
	}
	seen := [2]fs.FileInfo{infoOf(name), infoOf(next)}
	if k := r.known[tenant]; k != nil && same(k.seen[0], seen[0]) && same(k.seen[1], seen[1]) {
		return k, nil
	}
	k, err := r.read(name, next, may)
	if err != nil {
		return nil, fmt.Errorf("key of tenant %s: %w", tenant, err)
	}
	k.id = idOf(k.now)
	if k.seen = seen; seen[0] == nil {
		k.seen[0] = infoOf(name) // made just now
	}
	r.known[tenant] = k
	return k, nil
}

// read reads a tenant's identities from its files.
func (r *Ring) read(name, next string, may bool) (*keys, error) {
	master, err := load(r.file)
	if err != nil {
		return nil, err
	}
	k := &keys{}
	k.now, err = unwrap(name, master)
	if may && errors.Is(err, fs.ErrNotExist) {
		k.now, err = r.first(name, master)
	}
	if err != nil {
		return nil, err
	}
	if k.next, err = unwrap(next, master); errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	return k, err
}

// infoOf is the state of a file, nil for none.
func infoOf(name string) fs.FileInfo {
	info, err := os.Stat(name)
	if err != nil {
		return nil
	}
	return info
}

// same tells whether a file is the one it was.
func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// Next makes the identity that is to follow a tenant's, unless it is there, and
// returns its id. From then on new documents are encrypted to it, and either
// opens. What follows is the caller's: seal under it what lies under the one in
// use, and then call Turned. Cut off anywhere, all of it can be done again.
func (r *Ring) Next(tenant string) (string, error) {
	k, err := r.keys(tenant, true)
	if err != nil {
		return "", err
	}
	if k.next != nil {
		return idOf(k.next), nil
	}
	_, next, err := r.names(tenant)
	if err != nil {
		return "", err
	}
	master, err := load(r.file)
	if err != nil {
		return "", fmt.Errorf("next key of tenant %s: %w", tenant, err)
	}
	id, err := r.first(next, master)
	if err != nil {
		return "", fmt.Errorf("next key of tenant %s: %w", tenant, err)
	}
	return idOf(id), nil
}

// Turned lets the identity with an id, which Next made, take the place of the one
// before it, which is gone then: nothing that still lies under it can be opened.
func (r *Ring) Turned(tenant, key string) error {
	k, err := r.keys(tenant, false)
	if err != nil {
		return err
	}
	switch {
	case k.next != nil && idOf(k.next) == key:
	case k.next == nil && idOf(k.now) == key:
		return nil // cut off after the last step
	default:
		return fmt.Errorf("turn key of tenant %s: %s is not to follow", tenant, key)
	}
	name, next, err := r.names(tenant)
	if err != nil {
		return err
	}
	if err := os.Rename(next, name); err != nil {
		return fmt.Errorf("turn key of tenant %s: %w", tenant, err)
	}
	return syncDir(r.dir)
}
