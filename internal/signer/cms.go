package signer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// The object identifiers of RFC 5652, RFC 5035 and RFC 5754.
func oidData() asn1.ObjectIdentifier       { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }
func oidSignedData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2} }
func oidContentType() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
}
func oidMessageDigest() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
}
func oidSigningTime() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
}
func oidSigningCertificateV2() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
}
func oidSHA256() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
}
func oidECDSA() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} }
func oidRSA() asn1.ObjectIdentifier   { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11} }

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version      int
	Algorithms   []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version            int
	SID                issuerAndSerial
	DigestAlgorithm    pkix.AlgorithmIdentifier
	Attributes         asn1.RawValue `asn1:"optional,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	Unsigned           asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// attributes are the signed attributes: signed as a SET, kept as [0].
type attributes struct {
	All []attribute `asn1:"set"`
}

// certificateIDs is SigningCertificateV2; the hash algorithm is the default,
// SHA-256, and left out.
type certificateIDs struct{ Certs []certificateID }

type certificateID struct {
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

// build makes the SignedData of a request with a certificate's key.
func build(r Request, key crypto.Signer, cert *x509.Certificate) ([]byte, error) {
	algorithm := pkix.AlgorithmIdentifier{Algorithm: oidECDSA()}
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		algorithm = pkix.AlgorithmIdentifier{Algorithm: oidRSA(), Parameters: asn1.NullRawValue}
	}
	set, err := signedAttributes(r, cert)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(set)
	sig, err := key.Sign(rand.Reader, h[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	kept := bytes.Clone(set)
	kept[0] = 0xA0
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256()}
	inner, err := asn1.Marshal(signedData{Version: 1, Algorithms: []pkix.AlgorithmIdentifier{sha}, Content: contentInfo{Type: oidData()},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: cert.Raw},
		Signers: []signerInfo{{Version: 1, SID: issuerAndSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber}, DigestAlgorithm: sha,
			Attributes: asn1.RawValue{FullBytes: kept}, SignatureAlgorithm: algorithm, Signature: sig}}})
	if err != nil {
		return nil, fmt.Errorf("encode signature: %w", err)
	}
	return asn1.Marshal(contentInfo{oidSignedData(), asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// signedAttributes is the SET of what is signed for a request, DER.
func signedAttributes(r Request, cert *x509.Certificate) ([]byte, error) {
	of := sha256.Sum256(cert.Raw)
	values := []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{
		{oidContentType(), oidData()}, {oidMessageDigest(), r.Digest[:]}, {oidSigningCertificateV2(), certificateIDs{[]certificateID{{Hash: of[:]}}}},
	}
	if r.Form == CAdES {
		values = append(values, struct {
			oid   asn1.ObjectIdentifier
			value any
		}{oidSigningTime(), r.At.UTC().Truncate(time.Second)})
	}
	var as attributes
	for _, v := range values {
		der, err := asn1.Marshal(v.value)
		if err != nil {
			return nil, fmt.Errorf("encode attribute: %w", err)
		}
		as.All = append(as.All, attribute{v.oid, []asn1.RawValue{{FullBytes: der}}})
	}
	der, err := asn1.Marshal(as)
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	var set asn1.RawValue
	if _, err := asn1.Unmarshal(der, &set); err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	return set.Bytes, nil
}

// Signed is what a signature that holds says.
type Signed struct {
	By   *x509.Certificate
	Time time.Time // as the signer says; zero for PAdES
}

// Check checks a signature over a digest: its form, its signer's key and the
// way of its certificate to roots, on a day.
func Check(der []byte, r Request, roots *x509.CertPool) (Signed, error) {
	sd, certs, err := parse(der)
	if err != nil {
		return Signed{}, err
	}
	si := sd.Signers[0]
	var cert *x509.Certificate
	above := x509.NewCertPool()
	for _, c := range certs {
		if c.SerialNumber.Cmp(si.SID.Serial) == 0 && bytes.Equal(c.RawIssuer, si.SID.Issuer.FullBytes) {
			cert = c
			continue
		}
		above.AddCert(c)
	}
	if cert == nil {
		return Signed{}, errors.New("check signature: the signer's certificate is not in it")
	}
	at, err := checkAttributes(si.Attributes.FullBytes, r, cert)
	if err != nil {
		return Signed{}, err
	}
	if err := checkKey(si, cert); err != nil {
		return Signed{}, err
	}
	if cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return Signed{}, errors.New("check signature: the certificate is not for signing")
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: above, CurrentTime: r.At, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return Signed{}, fmt.Errorf("check signature: %w", err)
	}
	return Signed{By: cert, Time: at}, nil
}

// parse reads a SignedData of one signer with nothing after it.
func parse(der []byte) (signedData, []*x509.Certificate, error) {
	var out contentInfo
	rest, err := asn1.Unmarshal(der, &out)
	if err != nil || len(rest) > 0 || !out.Type.Equal(oidSignedData()) {
		return signedData{}, nil, errors.New("check signature: no CMS signed data")
	}
	var sd signedData
	if rest, err = asn1.Unmarshal(out.Content.Bytes, &sd); err != nil || len(rest) > 0 {
		return signedData{}, nil, errors.New("check signature: the signed data cannot be read")
	}
	if !sd.Content.Type.Equal(oidData()) || len(sd.Content.Content.FullBytes) > 0 {
		return signedData{}, nil, errors.New("check signature: it is not detached")
	}
	if len(sd.Signers) != 1 {
		return signedData{}, nil, fmt.Errorf("check signature: %d signers", len(sd.Signers))
	}
	certs, err := x509.ParseCertificates(sd.Certificates.Bytes)
	if err != nil {
		return signedData{}, nil, fmt.Errorf("check signature: %w", err)
	}
	return sd, certs, nil
}

// checkAttributes compares the signed attributes with what they must be, and
// returns the signing time when the form has one.
func checkAttributes(kept []byte, r Request, cert *x509.Certificate) (at time.Time, err error) {
	if len(kept) == 0 {
		return at, errors.New("check signature: no signed attributes")
	}
	var as []attribute
	if rest, err := asn1.UnmarshalWithParams(kept, &as, "set,tag:0"); err != nil || len(rest) > 0 {
		return at, errors.New("check signature: the signed attributes cannot be read")
	}
	seen := map[string]bool{}
	for _, a := range as {
		if len(a.Values) != 1 || seen[a.Type.String()] || !a.fits(r, cert) {
			return at, fmt.Errorf("check signature: the signed attribute %v is not that of this document, form and certificate", a.Type)
		}
		seen[a.Type.String()] = true
		if a.Type.Equal(oidSigningTime()) {
			if _, err := asn1.Unmarshal(a.Values[0].FullBytes, &at); err != nil {
				return at, errors.New("check signature: the signing time cannot be read")
			}
		}
	}
	n := 3
	if r.Form == CAdES {
		n++
	}
	if len(seen) != n {
		return at, fmt.Errorf("check signature: %d signed attributes, %s has %d", len(seen), r.Form, n)
	}
	return at.UTC(), nil
}

// fits tells whether an attribute is one that the form has, with the value it
// must have. The issuer may be named in signing-certificate-v2.
func (a attribute) fits(r Request, cert *x509.Certificate) bool {
	der := a.Values[0].FullBytes
	switch {
	case a.Type.Equal(oidContentType()):
		var oid asn1.ObjectIdentifier
		rest, err := asn1.Unmarshal(der, &oid)
		return err == nil && len(rest) == 0 && oid.Equal(oidData())
	case a.Type.Equal(oidMessageDigest()):
		var d []byte
		rest, err := asn1.Unmarshal(der, &d)
		return err == nil && len(rest) == 0 && bytes.Equal(d, r.Digest[:])
	case a.Type.Equal(oidSigningCertificateV2()):
		var ids certificateIDs
		of := sha256.Sum256(cert.Raw)
		rest, err := asn1.Unmarshal(der, &ids)
		return err == nil && len(rest) == 0 && len(ids.Certs) > 0 && bytes.Equal(ids.Certs[0].Hash, of[:])
	}
	return a.Type.Equal(oidSigningTime()) && r.Form == CAdES
}

// checkKey checks the signature itself, over the attributes as a SET.
func checkKey(si signerInfo, cert *x509.Certificate) error {
	if !si.DigestAlgorithm.Algorithm.Equal(oidSHA256()) {
		return fmt.Errorf("check signature: digest %v, want SHA-256", si.DigestAlgorithm.Algorithm)
	}
	set := bytes.Clone(si.Attributes.FullBytes)
	set[0] = 0x31
	h := sha256.Sum256(set)
	switch k := cert.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if si.SignatureAlgorithm.Algorithm.Equal(oidECDSA()) && ecdsa.VerifyASN1(k, h[:], si.Signature) {
			return nil
		}
	case *rsa.PublicKey:
		if k.N.BitLen() >= 2048 && rsa.VerifyPKCS1v15(k, crypto.SHA256, h[:], si.Signature) == nil {
			return nil
		}
	}
	return errors.New("check signature: it is not that of the certificate's key")
}
