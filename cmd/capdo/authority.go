package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// demoAuthority is a certificate authority of the demo's own: it lives in the
// demo's folder, issues for this machine, and ends in a month.
type demoAuthority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  time.Time
}

// demoCerts is how long its certificates live.
const demoCerts = 30 * 24 * time.Hour

// newDemoAuthority makes one and writes its certificate, ca.pem; its key stays
// in memory and dies with the program.
func newDemoAuthority(dir string, now time.Time) (*demoAuthority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a := &demoAuthority{dir: dir, key: key, now: now}
	own := a.template("capdo demo CA")
	own.IsCA, own.BasicConstraintsValid, own.MaxPathLenZero, own.KeyUsage = true, true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, own, own, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	return a, a.write("ca.pem", "CERTIFICATE", der)
}

// template is a certificate of this authority without its use.
func (a *demoAuthority) template(name string) *x509.Certificate {
	return &x509.Certificate{SerialNumber: new(big.Int).SetBytes([]byte(rand.Text()[:16])), Subject: pkix.Name{CommonName: name, Organization: []string{"capdo demo"}},
		NotBefore: a.now.Add(-time.Hour), NotAfter: a.now.Add(demoCerts), KeyUsage: x509.KeyUsageDigitalSignature}
}

// issue makes a key and a certificate, and writes NAME.pem and NAME.key.
func (a *demoAuthority) issue(name string, use x509.ExtKeyUsage) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := a.template(name)
	c.ExtKeyUsage = []x509.ExtKeyUsage{use}
	if use == x509.ExtKeyUsageServerAuth {
		c.DNSNames, c.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return fmt.Errorf("issue %s: %w", name, err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(a.write(name+".pem", "CERTIFICATE", der), a.write(name+".key", "PRIVATE KEY", secret))
}

// write writes one PEM file that its owner alone may read.
func (a *demoAuthority) write(name, kind string, der []byte) error {
	return os.WriteFile(filepath.Join(a.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
