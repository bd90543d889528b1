package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBundleCommand: what is carried away is checked offline; a changed byte is
// found, the entry named; a rotated key goes on checking.
func TestBundleCommand(t *testing.T) {
	dir := t.TempDir()
	data, file, trust := filepath.Join(dir, "data"), filepath.Join(dir, "b"), filepath.Join(dir, "jwks")
	say := func(want int, args ...string) string {
		t.Helper()
		o := capdo(t, "", args...)
		if o.status != want {
			t.Fatalf("%v: status %d\n%s%s", args, o.status, o.out, o.err)
		}
		return o.out
	}
	say(statusOK, "seed", "--data", data)
	say(statusOK, "bundle", "--data", data, "--out", file)
	if out := say(statusOK, "key", "list", "--data", data); strings.Count(out, "signs") != 2 {
		t.Errorf("keys:\n%s", out)
	}
	say(statusOK, "key", "rotate", "--data", data)
	say(statusOK, "key", "rotate", "--alg", "Ed25519", "--data", data)
	say(statusUsage, "key", "rotate", "--alg", "HS256", "--data", data)
	say(statusOK, "verify", "--data", data)
	if err := os.WriteFile(trust, []byte(say(statusOK, "key", "list", "--jwks", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	say(statusOK, "verify", "--bundle", file)
	say(statusOK, "verify", "--bundle", file, "--trust", trust)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(b), "\n7 ") + 90
	b[at] ^= 4
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := say(statusFound, "verify", "--bundle", file); !strings.Contains(out, "entry 7: ") {
		t.Errorf("entry 7 is not named:\n%s", out)
	}
	other := filepath.Join(dir, "other")
	say(statusOK, "seed", "--data", other)
	say(statusOK, "bundle", "--data", other, "--out", file)
	say(statusFound, "verify", "--bundle", file, "--trust", trust)
}
