package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// Draft is a finished file that may still lack its seal.
type Draft struct {
	w       *writer
	trailer string
	seal    int    // number of the seal's object, 0: the file has none
	prefix  string // of the seal's address
}

// ErrSeal is in every error about a file whose seal does not hold.
var ErrSeal = errors.New("the file is not as it was sealed")

// Digest is the digest of everything but the seal's token.
func (d *Draft) Digest() [32]byte { return digest(d.w.Bytes(), d.w.lines(), d.trailer, d.prefix) }

func digest(body, lines []byte, trailer, prefix string) [32]byte {
	h := sha256.New()
	var size [8]byte
	for _, part := range [][]byte{body, lines, []byte(trailer), []byte(prefix)} {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:]) // a hash takes all
		h.Write(part)
	}
	return [32]byte(h.Sum(nil))
}

// Plain is the file of a draft that has no seal.
func (d *Draft) Plain() []byte { return d.end(nil) }

// Seal is the file with a seal that draws an address: the prefix and a token,
// ASCII without a slash.
func (d *Draft) Seal(token string) ([]byte, error) {
	if d.seal == 0 || strings.Contains(token, "/") {
		return nil, errors.New("seal file: it has no place for a seal, or the token has a slash")
	}
	address := d.prefix + token
	drawn, box, err := draw(address)
	if err != nil {
		return nil, err
	}
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	if _, err := zw.Write(drawn); err != nil {
		return nil, fmt.Errorf("seal file: %w", err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("seal file: %w", err)
	}
	return d.end(sealObject(d.seal, address, box, z.Bytes())), nil
}

// end puts the seal, the table and the trailer behind the other objects.
func (d *Draft) end(seal []byte) []byte {
	body, lines := d.w.Bytes(), d.w.lines()
	if seal != nil {
		lines = fmt.Appendf(lines, "%010d 00000 n \n", len(body))
	}
	out := make([]byte, 0, len(body)+len(seal)+len(lines)+len(d.trailer)+100)
	out = append(append(out, body...), seal...)
	table := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n", len(lines)/entrySize)
	out = append(append(out, lines...), d.trailer...)
	return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", table)
}

// sealObject is the whole object of a seal.
func sealObject(n int, address string, box int, data []byte) []byte {
	dict := fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %d %[1]d]/Matrix[%[2]s 0 0 %[2]s 0 0]/Resources<<>>/Capdo %[3]s/Filter/FlateDecode",
		box, fmt.Sprintf("%.8f", 1/float64(box)), literal(address))
	return append(append(fmt.Appendf(nil, "%d 0 obj\n", n), stream(dict, data)...), "endobj\n"...)
}

// quiet is the white round a QR code, in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// draw draws the QR code of an address as rectangles, one for each run of dark
// modules, in a square of box modules.
func draw(address string) (drawn []byte, box int, err error) {
	if i := strings.IndexFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }); i >= 0 {
		return nil, 0, fmt.Errorf("seal file: %q is no address", address)
	}
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, 0, fmt.Errorf("seal file: %w", err)
	}
	drawn, box = []byte("0 g\n"), code.Size+2*quiet
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				drawn = fmt.Appendf(drawn, "%d %d %d 1 re\n", x+quiet, box-quiet-1-y, run)
				x += run
			}
		}
	}
	return append(drawn, "f\n"...), box, nil
}

// Opened is what a sealed file says: the address up to its last slash, the token
// after it. Rest is what stands behind the file as it
// was sealed: a signature, or something that was added.
type Opened struct {
	Prefix, Token string
	Digest        [32]byte
	Sealed        []byte // the file as it was sealed
	Rest          []byte
}

// eof ends a file.
var eof = []byte("%%EOF\n")

// Open reads the seal of a file. The caller asks what the address says of the
// digest. A file without a seal, and one whose seal is drawn otherwise than its
// address says, is an ErrSeal.
func Open(raw []byte) (Opened, error) {
	err := fmt.Errorf("%w: it has no seal", ErrSeal)
	for end := 0; ; {
		i := bytes.Index(raw[end:], eof)
		if i < 0 {
			return Opened{}, err
		}
		end += i + len(eof)
		var o Opened
		if o, err = openAt(raw[:end]); err == nil {
			o.Rest = raw[end:]
			return o, nil
		}
	}
}

// openAt reads the seal of a file that ends here.
func openAt(raw []byte) (Opened, error) {
	table, at, err := crossReference(raw)
	if err != nil {
		return Opened{}, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	n := len(table) - 1
	from := table[n]
	if from > at {
		return Opened{}, fmt.Errorf("%w: the seal stands behind the table", ErrSeal)
	}
	object := raw[from:at]
	_, after, ok := bytes.Cut(object, []byte("/Capdo ("))
	address, _, closed := bytes.Cut(after, []byte(")/Filter/FlateDecode/Length "))
	if !ok || !closed {
		return Opened{}, fmt.Errorf("%w: the last object is no seal", ErrSeal)
	}
	unescaped := strings.NewReplacer(`\\`, `\`, `\(`, "(", `\)`, ")").Replace(string(address))
	if err := drawnAs(object, n, unescaped); err != nil {
		return Opened{}, err
	}
	head := fmt.Appendf(nil, "xref\n0 %d\n", n+1)
	lines := raw[at+len(head):]
	lines = lines[:(n+1)*entrySize]
	rest := raw[at+len(head)+len(lines):]
	end := fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at)
	trailer, ok := strings.CutSuffix(string(rest), end)
	if !ok || string(lines[n*entrySize:]) != fmt.Sprintf("%010d 00000 n \n", from) {
		return Opened{}, fmt.Errorf("%w: the table is not in its one form", ErrSeal)
	}
	cut := strings.LastIndexByte(unescaped, '/') + 1
	o := Opened{Prefix: unescaped[:cut], Token: unescaped[cut:], Sealed: raw}
	o.Digest = digest(raw[:from], lines[:n*entrySize], trailer, o.Prefix)
	return o, nil
}

// drawnAs checks that an object is the seal of an address.
func drawnAs(object []byte, n int, address string) error {
	drawn, box, err := draw(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSeal, err)
	}
	_, data, _ := bytes.Cut(object, []byte(">>\nstream\n"))
	data, ok := bytes.CutSuffix(data, []byte("\nendstream\nendobj\n"))
	if !ok || !bytes.Equal(object, sealObject(n, address, box, data)) {
		return fmt.Errorf("%w: the seal is not in its one form", ErrSeal)
	}
	compressed := bytes.NewReader(data)
	z, err := zlib.NewReader(compressed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSeal, err)
	}
	found, err := io.ReadAll(io.LimitReader(z, int64(len(drawn))+1))
	if err != nil || !bytes.Equal(found, drawn) || compressed.Len() > 0 {
		return fmt.Errorf("%w: the code drawn is not the address", ErrSeal)
	}
	return nil
}
