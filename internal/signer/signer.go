// Package signer is the port to a digital signature that the law knows: that of
// a certificate of the state's own authority, or of a licensed one. capdo holds
// no such key. It hands a digest to an outside process, which asks whatever
// holds the key (a smart card, an HSM, a remote signing service), and gets back
// a detached CMS signature (RFC 5652) in one of two forms:
//
//	CAdES  ETSI EN 319 122-1, baseline B-B: signing-time among the signed attributes
//	PAdES  ETSI EN 319 142-1, baseline B-B: no signing-time; it stands in the PDF
//
// What comes back is not believed: Check reads it strictly (one signer, SHA-256,
// the signed attributes the form asks for and no other, the certificate that
// signing-certificate-v2 names) and follows the certificate to the roots that
// the installation trusts.
//
// # The outside process
//
// Command starts it for each signature, with the request on standard input as
// one JSON object and the answer on standard output as another:
//
//	{"v":1,"form":"PAdES","algorithm":"SHA-256","digest":"<64 hex digits>","purpose":"decision 12/QĐ-UBND","at":"2026-11-26T08:00:00Z"}
//	{"cms":"<DER in base64>"}    or    {"error":"the card is not in the reader"}
//
// SelfMade is such a signer with a CA of its own making. It is for trials: no
// law gives weight to what it signs, and its certificates say so.
package signer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Form is the form of a signature.
type Form string

// The forms.
const (
	CAdES Form = "CAdES"
	PAdES Form = "PAdES"
)

// Digest is a SHA-256: of a document, or of the byte ranges of a PDF.
type Digest [sha256.Size]byte

// String is the digest in hex.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Request is what is to be signed.
type Request struct {
	Form    Form
	Digest  Digest
	Purpose string // shown to whoever holds the key; never part of what is signed
	At      time.Time
}

// Port gets a digest signed. The answer is a detached CMS SignedData, DER; the
// caller checks it with Check before using it.
type Port interface {
	Sign(ctx context.Context, r Request) ([]byte, error)
}
