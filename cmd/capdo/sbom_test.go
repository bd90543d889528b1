package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestComponents builds the program twice, in two folders: the same bytes. Its
// bill of materials lists what go version -m finds in it, no more and no less.
func TestComponents(t *testing.T) {
	var made [2]string
	var bytesOf [2][]byte
	for i := range made {
		made[i] = filepath.Join(t.TempDir(), "capdo")
		c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", made[i], ".")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		b, err := os.ReadFile(made[i])
		if err != nil {
			t.Fatal(err)
		}
		bytesOf[i] = b
	}
	if !bytes.Equal(bytesOf[0], bytesOf[1]) {
		t.Error("two builds of the same source differ")
	}
	if wd, err := os.Getwd(); err != nil || bytes.Contains(bytesOf[0], []byte(wd)) {
		t.Errorf("the program tells where it was built: %v", err)
	}
	out, err := exec.Command(made[0], "sbom").Output()
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(out, &b); err != nil || b.Format != "CycloneDX" {
		t.Fatalf("%v: %s", err, out)
	}
	var listed []string
	for _, c := range b.Components {
		if c.Type == "library" {
			listed = append(listed, c.Name+" "+c.Version)
			if len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64 {
				t.Errorf("%s has no hash", c.Name)
			}
		}
	}
	out, err = exec.Command("go", "version", "-m", made[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) >= 3 && (f[0] == "dep" || f[0] == "=>") {
			if f[0] == "=>" {
				found = found[:len(found)-1]
			}
			found = append(found, f[1]+" "+f[2])
		}
	}
	slices.Sort(found)
	slices.Sort(listed)
	if len(found) < 10 || !slices.Equal(found, listed) {
		t.Errorf("in the program %v\non the bill %v", found, listed)
	}
}
