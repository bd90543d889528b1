package signer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// The names in the certificates of a trial: nobody shall take them for the real
// thing.
const (
	trialCA     = "capdo – CA thử nghiệm, không có giá trị pháp lý"
	trialSigner = "capdo – chữ ký thử nghiệm, không có giá trị pháp lý"
	trialLife   = 397 * 24 * time.Hour
)

// The files of a SelfMade signer.
const (
	caFile   = "trial-ca.pem"     // the root; what whoever checks has to trust
	certFile = "trial-signer.pem" // the certificate
	keyFile  = "trial-signer.key" // PKCS #8, mode 0600
)

// SelfMade signs with a key of its own under a CA of its own. For trials.
type SelfMade struct {
	key      *ecdsa.PrivateKey
	cert, ca *x509.Certificate
}

// OpenSelfMade opens the signer kept in a folder, and makes it there when the
// folder holds none.
func OpenSelfMade(dir string, at time.Time) (*SelfMade, error) {
	if _, err := os.Stat(filepath.Join(dir, keyFile)); errors.Is(err, os.ErrNotExist) {
		if err := makeTrial(dir, at); err != nil {
			return nil, err
		}
	}
	s := &SelfMade{}
	var err error
	if s.ca, err = readCertificate(filepath.Join(dir, caFile)); err != nil {
		return nil, err
	}
	if s.cert, err = readCertificate(filepath.Join(dir, certFile)); err != nil {
		return nil, err
	}
	der, err := readPEM(filepath.Join(dir, keyFile), "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("open trial signer: %w", err)
	}
	key, ok := k.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(s.cert.PublicKey) {
		return nil, errors.New("open trial signer: the key is not the certificate's")
	}
	s.key = key
	return s, nil
}

// Sign implements Port.
func (s *SelfMade) Sign(_ context.Context, r Request) ([]byte, error) {
	return build(r, s.key, s.cert)
}

// Roots is what has to be trusted for its signatures to hold.
func (s *SelfMade) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.ca)
	return pool
}

// makeTrial makes the CA, forgets its key, and keeps the signer's.
func makeTrial(dir string, at time.Time) error {
	caKey, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	serial, err3 := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("make trial signer: %w", err)
	}
	named := func(name string, serial *big.Int) *x509.Certificate {
		return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Country: []string{"VN"}}, NotBefore: at.Add(-time.Hour), NotAfter: at.Add(trialLife), BasicConstraintsValid: true}
	}
	root := named(trialCA, big.NewInt(1))
	root.IsCA, root.KeyUsage = true, x509.KeyUsageCertSign
	leaf := named(trialSigner, serial)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	caDER, err1 := x509.CreateCertificate(rand.Reader, root, root, &caKey.PublicKey, caKey)
	if err1 != nil {
		return fmt.Errorf("make trial signer: %w", err1)
	}
	ca, err1 := x509.ParseCertificate(caDER)
	if err1 != nil {
		return fmt.Errorf("make trial signer: %w", err1)
	}
	leafDER, err1 := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	keyDER, err2 := x509.MarshalPKCS8PrivateKey(key)
	if err := errors.Join(err1, err2, os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("make trial signer: %w", err)
	}
	return errors.Join(writePEM(filepath.Join(dir, caFile), "CERTIFICATE", caDER), writePEM(filepath.Join(dir, certFile), "CERTIFICATE", leafDER),
		writePEM(filepath.Join(dir, keyFile), "PRIVATE KEY", keyDER))
}

// ReadRoots reads the certificates of a PEM file that an installation trusts.
func ReadRoots(path string) (*x509.CertPool, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("read roots: %s holds no certificate", path)
	}
	return pool, nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	der, err := readPEM(path, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return c, nil
}

func readPEM(path, kind string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open trial signer: %w", err)
	}
	block, rest := pem.Decode(b)
	if block == nil || block.Type != kind || len(rest) > 0 {
		return nil, fmt.Errorf("open trial signer: %s holds no %s", path, kind)
	}
	return block.Bytes, nil
}

func writePEM(path, kind string, der []byte) error {
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("make trial signer: %w", err)
	}
	return nil
}
