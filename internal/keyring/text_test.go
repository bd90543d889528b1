package keyring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSeal: what was sealed is opened as what it is and by its tenant's key, also
// after the master was rotated; nothing else is opened, and no key is made to
// open something.
func TestSeal(t *testing.T) {
	dir := t.TempDir()
	text := []byte("điểm yếu")
	sealed, err := open(t, dir).Seal("H56", "", "plan:H56-0001/1", text)
	if err != nil || strings.Contains(sealed, string(text)) {
		t.Fatal(err, sealed)
	}
	if again, err := open(t, dir).Seal("H56", "", "plan:H56-0001/1", text); err != nil || again == sealed {
		t.Errorf("the same text is sealed alike: %v", err)
	}
	if err := open(t, dir).Rotate(); err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, dir).Unseal(sealed, "plan:H56-0001/1"); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened %q: %v", got, err)
	}
	if _, err := open(t, dir).Unseal(sealed, "plan:H56-0001/2"); err == nil {
		t.Error("opened as another text")
	}
	if _, err := open(t, t.TempDir()).Unseal(sealed, "plan:H56-0001/1"); err == nil {
		t.Error("opened under other keys")
	}
	if _, err := open(t, dir).Seal("H41", "", "x", text); err != nil { // so that H41 has a key
		t.Fatal(err)
	}
	if _, err := open(t, dir).Unseal(strings.Replace(sealed, "H56", "H41", 1), "plan:H56-0001/1"); err == nil {
		t.Error("opened as another tenant's")
	}
	same := open(t, dir)
	for i := range len(sealed) * 8 {
		b := []byte(sealed)
		b[i/8] ^= 1 << (i % 8)
		if _, err := same.Unseal(string(b), "plan:H56-0001/1"); err == nil {
			t.Fatalf("byte %d bit %d: opened", i/8, i%8)
		}
	}
	file := filepath.Join(dir, "tenants", "H56.age")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Unseal(sealed, "plan:H56-0001/1"); err == nil {
		t.Error("opened though the tenant's key was taken away")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a key was made to open something")
	}
}
