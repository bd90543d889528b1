// Package keyring keeps the keys under which documents lie encrypted on disk.
//
// There are three layers (envelope encryption). Every document has a key of its
// own, made and kept by age in the head of its file; that key is wrapped to its
// tenant's identity; and the tenant's identity lies in FOLDER/TENANT.age wrapped
// to the master identity, which is one file that may lie elsewhere: on a medium
// that is not carried away with the data, or in the credentials of systemd.
// Whoever takes a tenant's file away makes all its documents unreadable at once.
// While a tenant's identity is turned the one to follow lies beside it, in
// TENANT.next.age: see Next.
//
// The identities are age's hybrid ones (ML-KEM-768 with X25519).
//
// Texts of the database that others must not read lie sealed under a key that
// follows from the tenant's identity: see Seal.
package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"filippo.io/age"
)

// suffix ends the name of a tenant's file.
const suffix = ".age"

// Ring opens and makes tenants' identities; it may be used by many goroutines.
type Ring struct {
	dir   string
	file  string // of the master; read anew when needed, another process may rotate it
	mu    sync.Mutex
	known map[string]*keys
	boxes sync.Map // of texts, by tenant and key: see box
}

// Open opens the ring whose tenants' files lie in dir and whose master lies in
// file, which is made when neither it nor any tenant's file is there. A master
// that others may read is an error, not a warning.
func Open(dir, file string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	r := &Ring{dir: dir, file: file, known: map[string]*keys{}}
	_, err := load(file)
	if errors.Is(err, fs.ErrNotExist) {
		var held []string
		if held, err = r.files(); err != nil {
			return nil, err
		}
		if len(held) > 0 {
			return nil, fmt.Errorf("open keyring: the master %s is gone, and %d tenants' keys are wrapped to it", file, len(held))
		}
		_, err = create(file)
	}
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	return r, nil
}

// Of returns what opens a tenant's documents, and the recipient to encrypt to.
// The tenant's identity is made at its first document.
func (r *Ring) Of(tenant string) (age.Identity, age.Recipient, error) {
	k, err := r.keys(tenant, true)
	if err != nil {
		return nil, nil, err
	}
	return k, k.last().Recipient(), nil
}

// first wraps a new identity to the master; to the next one when the master was
// rotated meanwhile. Where another process was faster, its identity is the
// tenant's.
func (r *Ring) first(name string, master *age.HybridIdentity) (*age.HybridIdentity, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, err
	}
	mine := name + "." + idOf(id)
	defer os.Remove(mine) // it has its name by then, or is of no use
	if err := wrap(mine, id, master.Recipient()); err != nil {
		return nil, err
	}
	if err := os.Link(mine, name); errors.Is(err, fs.ErrExist) {
		return unwrap(name, master)
	} else if err != nil {
		return nil, err
	}
	for {
		now, err := load(r.file)
		if err != nil || now.String() == master.String() {
			return id, errors.Join(err, syncDir(r.dir))
		}
		if err := wrap(name, id, now.Recipient()); err != nil {
			return nil, err
		}
		master = now
	}
}

// Rotate lets a new master follow the one in use. At every step either of the
// two opens every tenant's file, so that it may be cut off anywhere and run
// again.
func (r *Ring) Rotate() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	master, err := load(r.file)
	if err != nil {
		return fmt.Errorf("rotate master: %w", err)
	}
	next, err := load(r.file + ".next")
	if errors.Is(err, fs.ErrNotExist) {
		next, err = create(r.file + ".next")
	}
	if err != nil {
		return fmt.Errorf("rotate master: %w", err)
	}
	if err := r.rewrap([]age.Identity{master, next}, master.Recipient(), next.Recipient()); err != nil {
		return err
	}
	if err := os.Rename(r.file+".next", r.file); err != nil {
		return fmt.Errorf("rotate master: %w", err)
	}
	if err := syncDir(filepath.Dir(r.file)); err != nil {
		return err
	}
	return r.rewrap([]age.Identity{next}, next.Recipient())
}

// rewrap wraps every tenant's identity anew.
func (r *Ring) rewrap(by []age.Identity, to ...age.Recipient) error {
	names, err := r.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		id, err := unwrap(name, by...)
		if err == nil {
			err = wrap(name, id, to...)
		}
		if err != nil {
			return fmt.Errorf("rewrap %s: %w", name, err)
		}
	}
	return nil
}

// files lists the tenants' files.
func (r *Ring) files() ([]string, error) { return filepath.Glob(filepath.Join(r.dir, "*"+suffix)) }

// names is where a tenant's identity lies, and the one to follow it. Tenants come
// from the register; they are looked at again because they become a path.
func (r *Ring) names(tenant string) (name, next string, err error) {
	if tenant == "" || strings.HasPrefix(tenant, ".") || strings.HasSuffix(tenant+suffix, nextSuffix) || !filepath.IsLocal(tenant) || filepath.Base(tenant) != tenant {
		return "", "", fmt.Errorf("no key for a tenant %q", tenant)
	}
	return filepath.Join(r.dir, tenant+suffix), filepath.Join(r.dir, tenant+nextSuffix), nil
}

// unwrap reads a tenant's identity.
func unwrap(name string, by ...age.Identity) (*age.HybridIdentity, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(b), by...)
	if err != nil {
		return nil, err
	}
	if b, err = io.ReadAll(plain); err != nil {
		return nil, err
	}
	return age.ParseHybridIdentity(string(b))
}

// wrap writes a tenant's identity, whole or not at all.
func wrap(name string, id *age.HybridIdentity, to ...age.Recipient) error {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, id.String())
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return put(name, b.Bytes())
}

// load reads a master.
func load(file string) (*age.HybridIdentity, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %v; only its owner may read it (chmod 600)", file, info.Mode().Perm())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return age.ParseHybridIdentity(strings.TrimSpace(string(b)))
}

// create makes a master.
func create(file string) (*age.HybridIdentity, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return id, put(file, []byte(id.String()+"\n"))
}

// put writes a file that its owner alone may read, whole or not at all, and
// makes it durable.
func put(name string, b []byte) error {
	f, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
