// Package voucher is what was issued on paper, or as a PDF, and can be checked
// afterwards by anyone.
//
// # The token
//
// Every paper carries a token that a key of the service signed: a COSE_Sign1
// (see package seal) of the type "capdo-paper" whose payload is the CBOR array
//
//	[kind, code, day, size, root, law, data, file, iat]
//
// kind and code name the paper ("system", "H56-0001"; "national", ""); day is
// the day it speaks of; size and root are the ledger's head it was made from;
// law is the digest of the book of law; data is the first 16 bytes of the
// SHA-256 of what was set, without the head and the law; file is the digest of
// the file but for the token (pdf.Opened); iat is the second of the ledger's last
// entry. The same record and day give the same token and the same bytes.
//
// The token stands, in base64url, at the end of the address that the QR code
// holds. Offline it is checked by Check with the public keys; online the page of
// that address says besides what is so today (State).
//
// # What is kept
//
// Of every paper handed out its token is kept, and the SHA-256 of every file with
// what a key signed of it (Handed), so that a bare hash can be looked up and
// nobody without a key can name a false file. Issuing is no act on the register and
// leaves no entry in the ledger: the next paper would be another one.
package voucher
