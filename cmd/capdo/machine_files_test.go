package main

import (
	"context"
	"crypto/x509/pkix"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"capdo/internal/machine"
	"capdo/internal/store/storetest"
)

// TestPairFiles: a certificate that was replaced counts at the next handshake;
// half of a change, or a broken file, leaves the one before.
func TestPairFiles(t *testing.T) {
	dir, ca := t.TempDir(), newAuthority(t)
	p := &pairFiles{cert: filepath.Join(dir, "server.pem"), key: filepath.Join(dir, "server.key")}
	if _, err := p.get(nil); err == nil {
		t.Fatal("a certificate without files")
	}
	get := func() []byte {
		t.Helper()
		c, err := p.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificate[0]
	}
	ca.write(t, dir)
	first := get()
	key, err := os.ReadFile(p.key)
	if err != nil {
		t.Fatal(err)
	}
	ca.write(t, dir)
	second := get()
	if slices.Equal(first, second) || !slices.Equal(second, get()) {
		t.Error("the certificate that was replaced goes on")
	}
	for _, odd := range [][]byte{key, []byte("x"), nil} { // another's key, no key, nothing
		if err := os.WriteFile(p.key, odd, 0o600); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(second, get()) {
			t.Error("a broken change counts")
		}
	}
	ca.write(t, dir)
	if slices.Equal(second, get()) {
		t.Error("after a broken change the next does not count")
	}
}

// TestOwnersFollowTheRegister: who owns a system is known from memory until the
// register changes, and then is what it says.
func TestOwnersFollowTheRegister(t *testing.T) {
	ctx := context.Background()
	y := newYard(t, ctx)
	reach := machine.Reach{Agencies: []string{"H56"}, Platforms: []string{"NDXP"}}
	cert := y.ca.issue(t, pkix.Name{CommonName: "gw"})
	y.pin("gw", cert, "", reach)
	c := y.client(false, cert)
	for range 2 {
		if got := y.ask(c, y.own, ""); got != "200 allow G99" {
			t.Fatal(got)
		}
		if got := y.ask(c, y.his, ""); got != "403 deny F04" {
			t.Fatal(got)
		}
	}
	if len(y.p.owners.of) != 2 {
		t.Errorf("known: %v", y.p.owners.of)
	}
	next := storetest.Lead(t, y.p.office, "H56", "Mới", storetest.Deployed).Code // anything committed
	if got := y.ask(c, next, ""); got != "200 allow G99" || len(y.p.owners.of) != 1 {
		t.Errorf("%s, and known: %v", got, y.p.owners.of)
	}
}
