package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"capdo/internal/seal"
)

var noon = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

func made(t *testing.T, alg string) *seal.Key {
	t.Helper()
	k, err := seal.Make(alg, noon)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFile(t *testing.T) {
	for _, alg := range []string{seal.ES256, seal.Ed25519} {
		dir := filepath.Join(t.TempDir(), "keys")
		k := made(t, alg)
		if err := k.Keep(dir); err != nil {
			t.Fatal(err)
		}
		if err := k.Keep(dir); err == nil {
			t.Error("a key was written over")
		}
		back, err := seal.Load(dir, k.Public)
		if err != nil {
			t.Fatal(err)
		}
		sig, err := back.Sign([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if err := (seal.Trust{k.Public}).Check(k.ID, alg, []byte("x"), sig, noon); err != nil {
			t.Error(err)
		}
		path := filepath.Join(dir, k.ID+".pem")
		for _, c := range []struct {
			name string
			mode os.FileMode
		}{{path, 0o640}, {path, 0o604}, {dir, 0o750}} {
			was, err := os.Stat(c.name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(c.name, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := seal.Load(dir, k.Public); err == nil || !strings.Contains(err.Error(), "open to others") {
				t.Errorf("%s with mode %o: %v", c.name, c.mode, err)
			}
			if err := os.Chmod(c.name, was.Mode()); err != nil {
				t.Fatal(err)
			}
		}
		other := made(t, alg)
		if _, err := seal.Load(dir, other.Public); err == nil {
			t.Error("a key without a file was loaded")
		}
		if err := os.Rename(path, filepath.Join(dir, other.ID+".pem")); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Load(dir, other.Public); err == nil || !strings.Contains(err.Error(), "another key") {
			t.Errorf("the file of another key: %v", err)
		}
	}
	if _, err := seal.Make("HS256", noon); err == nil {
		t.Error("HS256 was made")
	}
}

type claims struct {
	IAT int64  `json:"iat"`
	Sub string `json:"sub"`
}

// TestJWTEveryBit: no bit of a token may change, and it is of one type only.
func TestJWTEveryBit(t *testing.T) {
	k := made(t, seal.ES256)
	trust := seal.Trust{made(t, seal.ES256).Public, k.Public}
	token, err := k.JWT("a+jwt", claims{noon.Unix(), "x"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.Detach("b")
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"pay", "", "load"} {
		if _, err := d.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	jws, err := d.Sign()
	if err != nil {
		t.Fatal(err)
	}
	var c claims
	if err := trust.JWT(token, "a+jwt", &c); err != nil || c.Sub != "x" {
		t.Fatal(err, c)
	}
	if err := trust.Detached(jws, "b", []byte("payload"), noon); err != nil {
		t.Fatal(err)
	}
	for i := range len(token) * 8 {
		b := []byte(token)
		b[i/8] ^= 1 << (i % 8)
		if err := trust.JWT(string(b), "a+jwt", &c); !errors.Is(err, seal.ErrUntrusted) {
			t.Fatalf("byte %d bit %d: %v", i/8, i%8, err)
		}
	}
	for i := range len(jws) * 8 {
		b := []byte(jws)
		b[i/8] ^= 1 << (i % 8)
		if err := trust.Detached(string(b), "b", []byte("payload"), noon); !errors.Is(err, seal.ErrUntrusted) {
			t.Fatalf("detached, byte %d bit %d: %v", i/8, i%8, err)
		}
	}
	for name, err := range map[string]error{
		"another type":               trust.JWT(token, "c+jwt", &c),
		"an unknown key":             trust[:1].JWT(token, "a+jwt", &c),
		"no key":                     seal.Trust{}.JWT(token, "a+jwt", &c),
		"a detached one":             trust.JWT(jws, "b", &c),
		"a token taken for detached": trust.Detached(token, "a+jwt", nil, noon),
		"another payload":            trust.Detached(jws, "b", []byte("payloae"), noon),
		"none":                       trust.JWT("eyJhbGciOiJub25lIiwia2lkIjoi"+strings.Split(token, ".")[0][28:]+"."+strings.Split(token, ".")[1]+".", "a+jwt", &c),
		"empty":                      trust.JWT("", "a+jwt", &c),
	} {
		if !errors.Is(err, seal.ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	retired := k.Public
	retired.Until = noon.Add(-time.Second)
	if err := (seal.Trust{retired}).JWT(token, "a+jwt", &c); err == nil {
		t.Error("signed after the key was retired")
	}
}

func TestJWKS(t *testing.T) {
	a, b := made(t, seal.ES256), made(t, seal.Ed25519)
	b.Until = noon.Add(time.Hour)
	set, err := seal.Trust{a.Public, b.Public}.JWKS()
	if err != nil {
		t.Fatal(err)
	}
	back, err := seal.ParseJWKS(set)
	if err != nil || len(back) != 2 || back[0] != a.Public || back[1] != b.Public {
		t.Errorf("%v %+v", err, back)
	}
	for _, bad := range []string{"", "{}", `{"keys":[]}`, strings.Replace(string(set), a.ID, b.ID, 1), strings.Replace(string(set), `"P-256"`, `"P-384"`, 1)} {
		if _, err := seal.ParseJWKS([]byte(bad)); err == nil {
			t.Errorf("read: %s", bad)
		}
	}
}

func TestNote(t *testing.T) {
	k := made(t, seal.Ed25519)
	s, err := k.Note("capdo.test")
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Sign(&note.Note{Text: "x\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	vs, err := seal.Trust{k.Public}.Notes("capdo.test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(n, vs); err != nil {
		t.Error(err)
	}
	if _, err := made(t, seal.ES256).Note("capdo.test"); err == nil {
		t.Error("ES256 signs notes")
	}
}

// TestCheckIsOfOneAlgorithm: a key checks what it signed, by its own algorithm.
func TestCheckIsOfOneAlgorithm(t *testing.T) {
	msg := []byte("message")
	for alg, other := range map[string]string{seal.ES256: seal.Ed25519, seal.Ed25519: seal.ES256} {
		k := made(t, alg)
		trust := seal.Trust{k.Public}
		sig, err := k.Sign(msg)
		if err != nil {
			t.Fatal(err)
		}
		if err := trust.Check(k.ID, alg, msg, sig, noon); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		bad := slices.Clone(sig)
		bad[40] ^= 1
		for name, err := range map[string]error{
			"another algorithm": trust.Check(k.ID, other, msg, sig, noon),
			"another message":   trust.Check(k.ID, alg, []byte("massage"), sig, noon),
			"another signature": trust.Check(k.ID, alg, msg, bad, noon),
			"half a signature":  trust.Check(k.ID, alg, msg, sig[:32], noon),
		} {
			if !errors.Is(err, seal.ErrUntrusted) {
				t.Errorf("%s, %s: %v", alg, name, err)
			}
		}
	}
}
