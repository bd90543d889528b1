package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSign: a paper signed in itself is what poppler calls valid and total, is
// still for the archive and as it was issued; one flipped byte, or anything added, is
// found. Any other file gets a signature beside it.
func TestSign(t *testing.T) {
	pdfsig, qpdf, openssl := need(t, "pdfsig"), need(t, "qpdf"), need(t, "openssl")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	say := func(want int, holds string, args ...string) {
		t.Helper()
		if o := capdo(t, "", args...); o.status != want || !strings.Contains(o.out+o.err, holds) {
			t.Errorf("%v: status %d\n%s%s\nwant %d and %q", args, o.status, o.out, o.err, want, holds)
		}
	}
	say(statusOK, "", "seed", "--data", at("data"))
	say(statusOK, "", "report", "national", "--on", "2024-06-30", "--data", at("data"), "-o", at("p.pdf"))
	say(statusOK, "p-signed.pdf", "sign", at("p.pdf"), "--trial", at("trial"))
	say(statusUsage, "either --with or --trial", "sign", at("p.pdf"))
	out, err := exec.Command(pdfsig, at("p-signed.pdf")).CombinedOutput()
	for _, want := range []string{"Signature Validation: Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "SHA-256"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("pdfsig (%v) does not say %q:\n%s", err, want, out)
		}
	}
	if out, err := exec.Command(qpdf, "--check", at("p-signed.pdf")).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
	ca := at("trial/trial-ca.pem")
	say(statusOK, "signed  by ", "verify", "--pdf", at("p-signed.pdf"), "--data", at("data"), "--roots", ca)
	signed, err := os.ReadFile(at("p-signed.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	keep := func(name string, b []byte) string {
		t.Helper()
		if err := os.WriteFile(at(name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	hole := bytes.Index(signed, []byte("/Contents<")) + 200
	flipped := bytes.Clone(signed)
	if flipped[hole] ^= 1; flipped[hole] == '/' || flipped[hole] == ':' {
		flipped[hole] = '5'
	}
	say(statusFound, "signature", "verify", "--pdf", keep("flipped.pdf", flipped), "--data", at("data"), "--roots", ca)
	moved := bytes.Replace(signed, []byte("/Rect[0 0 0 0]"), []byte("/Rect[0 0 9 9]"), 1)
	say(statusFound, "other than a signature", "verify", "--pdf", keep("moved.pdf", moved), "--data", at("data"))
	say(statusFound, "other than a signature", "verify", "--pdf", keep("more.pdf", append(bytes.Clone(signed), "%\n"...)), "--data", at("data"))

	keep("bundle", []byte("any file"))
	say(statusOK, "bundle.p7s", "sign", at("bundle"), "--trial", at("trial"))
	if out, err := exec.Command(openssl, "cms", "-verify", "-inform", "DER", "-in", at("bundle.p7s"), "-content", at("bundle"), "-binary", "-CAfile", ca, "-purpose", "any").CombinedOutput(); err != nil {
		t.Errorf("openssl: %v\n%s", err, out)
	}
}
