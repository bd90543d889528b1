package keyring_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"capdo/internal/keyring"
)

func open(t *testing.T, dir string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(filepath.Join(dir, "tenants"), filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lock(t *testing.T, r *keyring.Ring, tenant, text string) []byte {
	t.Helper()
	_, to, err := r.Of(tenant)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unlock(t *testing.T, r *keyring.Ring, tenant string, b []byte) (string, error) {
	t.Helper()
	id, _, err := r.Of(tenant)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(b), id)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(plain)
	return string(text), err
}

// TestTenantsApart: what is locked for a tenant opens for it alone, in this
// process and in the next, before a rotation of the master and after.
func TestTenantsApart(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	locked := lock(t, r, "H56", "mật")
	for round := range 3 {
		if text, err := unlock(t, r, "H56", locked); err != nil || text != "mật" {
			t.Errorf("round %d: %q, %v", round, text, err)
		}
		if _, err := unlock(t, r, "H41", locked); err == nil {
			t.Errorf("round %d: another tenant's key opens it", round)
		}
		if round == 1 {
			if err := r.Rotate(); err != nil {
				t.Fatal(err)
			}
		}
		r = open(t, dir)
	}
	if err := os.Remove(filepath.Join(dir, "tenants", "H56.age")); err != nil {
		t.Fatal(err)
	}
	if _, err := unlock(t, open(t, dir), "H56", locked); err == nil {
		t.Error("the tenant's key is gone, and its documents open")
	}
}

// TestRotationCutOff: cut off at any step, every tenant's key opens at the next
// start, and the rotation can be run again.
func TestRotationCutOff(t *testing.T) {
	whole := t.TempDir()
	r := open(t, whole)
	locked := lock(t, r, "H56", "mật")
	before := read(t, whole)
	if err := r.Rotate(); err != nil {
		t.Fatal(err)
	}
	after := read(t, whole)
	if bytes.Equal(before["master.key"], after["master.key"]) || bytes.Equal(before["tenants/H56.age"], after["tenants/H56.age"]) {
		t.Fatal("nothing was rotated")
	}
	dir := t.TempDir()
	write(t, dir, before)
	write(t, dir, map[string][]byte{"master.key.next": after["master.key"]}) // cut off after the first step
	r = open(t, dir)
	if text, err := unlock(t, r, "H56", locked); err != nil || text != "mật" {
		t.Fatalf("%q, %v", text, err)
	}
	if err := r.Rotate(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir); !bytes.Equal(got["master.key"], after["master.key"]) {
		t.Error("the rotation did not go on with the master it had begun")
	}
	if text, err := unlock(t, open(t, dir), "H56", locked); err != nil || text != "mật" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestOpenRefuses: a master that others may read, or one that is gone.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	lock(t, open(t, dir), "H56", "mật")
	master := filepath.Join(dir, "master.key")
	try := func() string {
		if _, err := keyring.Open(filepath.Join(dir, "tenants"), master); err != nil {
			return err.Error()
		}
		return ""
	}
	if err := os.Chmod(master, 0o640); err != nil {
		t.Fatal(err)
	}
	if got := try(); !strings.Contains(got, "chmod 600") {
		t.Errorf("loose mode: %q", got)
	}
	if err := os.Remove(master); err != nil {
		t.Fatal(err)
	}
	if got := try(); !strings.Contains(got, "is gone") {
		t.Errorf("no master: %q", got)
	}
	r := open(t, t.TempDir())
	for _, tenant := range []string{"", ".", "..", "../H56", "a/b", ".hidden"} {
		if _, _, err := r.Of(tenant); err == nil {
			t.Errorf("a key for tenant %q", tenant)
		}
	}
}

// read reads every file below a folder.
func read(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"*.*", "tenants/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.ToSlash(rel)] = b
		}
	}
	return out
}

func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, b := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
