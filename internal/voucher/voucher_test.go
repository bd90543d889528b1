package voucher

import (
	"errors"
	"testing"
	"time"

	"capdo/internal/seal"
)

func claim() Claim {
	return Claim{Kind: "system", Code: "H56-0001", Day: "2026-11-25", Size: 7262, Root: [32]byte{1}, Law: [32]byte{2}, Data: [16]byte{3}, File: [32]byte{4}, At: time.Unix(1_795_000_000, 0).UTC()}
}

func key(t *testing.T) *seal.Key {
	t.Helper()
	k, err := seal.Make(seal.ES256, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestToken: what was signed is what is read, the same claim has one token, and
// no character of it can be another.
func TestToken(t *testing.T) {
	k := key(t)
	token, err := claim().Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := claim().Sign(k); err != nil || again != token {
		t.Errorf("the same claim has two tokens: %v", err)
	}
	if c, err := Read(token, seal.Trust{k.Public}); err != nil || c != claim() {
		t.Errorf("read %+v: %v", c, err)
	}
	if _, err := Read(token, seal.Trust{key(t).Public}); !errors.Is(err, seal.ErrUntrusted) {
		t.Errorf("by another key: %v", err)
	}
	retired := k.Public
	retired.Until = claim().At.Add(-time.Second)
	if _, err := Read(token, seal.Trust{retired}); !errors.Is(err, seal.ErrUntrusted) {
		t.Errorf("by a key retired before: %v", err)
	}
	for i := range token {
		changed := []byte(token)
		if changed[i]++; changed[i] == '{' || changed[i] == '[' || changed[i] == ':' || changed[i] == '.' || changed[i] == '`' {
			changed[i] = 'B'
		}
		if string(changed) == token {
			continue
		}
		if c, err := Read(string(changed), seal.Trust{k.Public}); !errors.Is(err, seal.ErrUntrusted) {
			t.Fatalf("character %d may be another: %+v, %v", i, c, err)
		}
	}
}

func TestParseHash(t *testing.T) {
	const hash = "5f2b9c1e7a3d48f60b8ce1d2a94f7630c5d8e9fab1027364558697a8b9cadbec"
	for in, ok := range map[string]bool{hash: true, " 5F2B9C1E7A3D48F60B8CE1D2A94F7630 C5D8E9FAB1027364558697A8B9CADBEC\n": true, hash + "  paper.pdf": true, "sha256:" + hash: true,
		"": false, hash[1:]: false, hash + "00": false, "x" + hash[1:]: false} {
		h, got := ParseHash(in)
		if got != ok || ok && h[0] != 0x5f {
			t.Errorf("%q: %v", in, got)
		}
	}
}
