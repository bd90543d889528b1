// Package statuslist is the IETF Token Status List (draft-ietf-oauth-status-list)
// as this service issues and reads it: one signed list that says of every system
// whether it may connect, for gateways that must go on while nobody answers.
//
// # The list
//
// Two bits a place, place i in byte i/4, the least significant bits first:
//
//	0  VALID      the system may connect
//	1  INVALID    it may not: no approval in force, revoked, lapsed, out of scope
//	2  SUSPENDED  it may not for now: something that can be mended is lacking
//	3  not deployed: the plan of its approved dossier is not deployed in full
//
// A place that nobody has is INVALID, and one beyond the end is an error: zero
// bits would be VALID. The bytes are compressed by zlib; what counts are the
// bytes after inflating.
//
// # The token
//
// As a JWT, type statuslist+jwt, ES256:
//
//	sub          address of the list         iat, exp  Unix seconds
//	ttl          seconds after which to ask again
//	status_list  {"bits":2,"lst":base64url}
//	capdo        {"version":ledger size,"usable":[s1,s2,s3,s4,s5]}
//
// As a CWT, type statuslist+cwt, the same claims in COSE_Sign1 (tag 18), keys 2
// sub, 4 exp, 6 iat, 65533 status_list, 65534 ttl, "capdo". Exactly one encoding
// is taken: deterministic CBOR (RFC 8949, 4.2.1).
//
// # How old a list may be
//
// Fresh until iat + ttl. Then stale but usable, by the level of the system asked
// about: until iat + usable[level-1] seconds, never beyond exp. Then no answer
// but a denial. Half-way through the usable time the reader is warned.
package statuslist

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
)

// Status is what the list says of a system.
type Status byte

// The statuses.
const (
	Valid Status = iota
	Invalid
	Suspended
	NotDeployed
)

// String names a status.
func (s Status) String() string {
	return [...]string{"VALID", "INVALID", "SUSPENDED", "NOT_DEPLOYED"}[s&3]
}

// List is the bytes of a list, uncompressed.
type List struct {
	Bits  int // a place: 1 or 2
	Bytes []byte
}

// New returns a list of n places, all INVALID, the rest of the last byte too.
func New(n int) List { return List{2, bytes.Repeat([]byte{0x55}, (n+3)/4)} }

// Set gives a place its status.
func (l List) Set(place int, s Status) {
	shift := uint(place%4) * 2
	l.Bytes[place/4] = l.Bytes[place/4]&^(3<<shift) | byte(s&3)<<shift
}

// ErrOutside is the answer about a place beyond the end.
var ErrOutside = errors.New("the place is outside the list")

// At returns the status of a place.
func (l List) At(place int) (Status, error) {
	if place < 0 || l.Bits != 1 && l.Bits != 2 || place >= len(l.Bytes)*8/l.Bits {
		return Invalid, ErrOutside
	}
	at := place * l.Bits
	return Status(l.Bytes[at/8]>>(at%8)) & (1<<l.Bits - 1), nil
}

// Grow gives the list n places at least, new ones INVALID.
func (l *List) Grow(n int) {
	for len(l.Bytes) < (n+3)/4 {
		l.Bytes = append(l.Bytes, 0x55)
	}
}

// pieceLen is how many bytes of a list are compressed by themselves.
const pieceLen = 16 << 10

// Pieces keeps the compressed pieces of a list, so that packing it again costs
// what changed. The zero value has none.
type Pieces struct{ all []piece }

type piece struct {
	plain, flat []byte
	last        bool
}

// deflate compresses the bytes of a list (RFC 1950).
func (p *Pieces) deflate(b []byte) ([]byte, error) {
	out, sum := []byte{0x78, 0xDA}, adler32.Checksum(b)
	for i, last := 0, false; !last; i++ {
		part := b[:min(len(b), pieceLen)]
		b, last = b[len(part):], len(part) == len(b)
		if i == len(p.all) {
			p.all = append(p.all, piece{})
		}
		x := &p.all[i]
		if x.flat == nil || x.last != last || !bytes.Equal(x.plain, part) {
			flat, err := flatten(part, last)
			if err != nil {
				return nil, err
			}
			*x = piece{bytes.Clone(part), flat, last}
		}
		out = append(out, x.flat...)
	}
	return binary.BigEndian.AppendUint32(out, sum), nil
}

// flatten compresses a piece (RFC 1951).
func flatten(b []byte, last bool) ([]byte, error) {
	var o bytes.Buffer
	z, err := flate.NewWriter(&o, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(b)
	if last {
		err = errors.Join(err, z.Close()) // before the bytes are looked at
	} else {
		err = errors.Join(err, z.Flush())
	}
	return o.Bytes(), err
}

// maxBytes bounds a list after inflating: 64 million places.
const maxBytes = 16 << 20

// Inflate reads compressed bytes, of which nothing may be left over.
func Inflate(b []byte, bits int) (List, error) {
	if bits != 1 && bits != 2 {
		return List{}, fmt.Errorf("a list of %d bits a place is not read here", bits)
	}
	in := bytes.NewReader(b)
	z, err := zlib.NewReader(in)
	if err != nil {
		return List{}, fmt.Errorf("inflate list: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, maxBytes+1))
	switch {
	case err != nil:
		return List{}, fmt.Errorf("inflate list: %w", err)
	case len(out) > maxBytes:
		return List{}, errors.New("inflate list: it is too long")
	case in.Len() > 0:
		return List{}, errors.New("inflate list: something follows it")
	}
	return List{bits, out}, nil
}

// InflateText reads compressed bytes in base64url, as lst in JSON.
func InflateText(lst string, bits int) (List, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(lst)
	if err != nil {
		return List{}, fmt.Errorf("read lst: %w", err)
	}
	return Inflate(b, bits)
}
