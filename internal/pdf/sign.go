package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// holeSize is the room for a signature, in bytes: a chain of certificates fits.
const holeSize = 12 << 10

// Signing is a file that only lacks the signature itself (ETSI EN 319 142-1,
// PAdES baseline; ISO 32000-1, 12.8): an incremental update with an invisible
// field on page 1. The bytes before it stay as they are.
type Signing struct {
	file []byte
	hole int // where the hexadecimal digits of the signature begin
}

// Prepare makes a file of Finish ready to be signed at an instant.
func Prepare(file []byte, at time.Time) (*Signing, error) {
	f, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("prepare to sign: %w", err)
	}
	_, table, err := crossReference(file)
	if err != nil {
		return nil, fmt.Errorf("prepare to sign: %w", err)
	}
	trailer := regexp.MustCompile(`trailer\n<</Size (\d+)/Root (\d+) 0 R(/Info \d+ 0 R/ID\[[^]]*\])>>\n`).FindSubmatch(file[table:])
	if trailer == nil {
		return nil, fmt.Errorf("prepare to sign: %w: its trailer is not ours", errForeign)
	}
	root, err := strconv.Atoi(string(trailer[2]))
	if err != nil || root >= len(f.objects) || !bytes.HasPrefix(f.objects[root], []byte("<</Type/Catalog")) {
		return nil, fmt.Errorf("prepare to sign: %w: no catalog", errForeign)
	}
	page, field := pageObject(1), len(f.objects)
	signature, empty := field+1, field+2
	w := &writer{}
	w.Write(file)
	w.set(root, bytes.Replace(f.objects[root], []byte("<</Type/Catalog"), fmt.Appendf(nil, "<</Type/Catalog/AcroForm<</Fields[%d 0 R]/SigFlags 3>>", field), 1))
	w.set(page, bytes.Replace(f.objects[page], []byte("<</Type /Page\n"), fmt.Appendf(nil, "<</Type /Page\n/Annots[%d 0 R]\n", field), 1))
	w.setf(field, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/V %d 0 R/P %d 0 R/Rect[0 0 0 0]/F 132/AP<</N %d 0 R>>>>", signature, page, empty)
	const ranges = "[0 %010d %010d %010d]"
	w.setf(signature, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M%s/ByteRange"+ranges+"/Contents<%0*d>>>", date(at), 0, 0, 0, 2*holeSize, 0)
	w.set(empty, stream("/Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<<>>", nil))
	start := w.Len()
	w.WriteString("xref\n")
	for _, n := range []int{page, root} {
		fmt.Fprintf(w, "%d 1\n%010d 00000 n \n", n, w.table[n])
	}
	fmt.Fprintf(w, "%d 3\n", field)
	for _, n := range []int{field, signature, empty} {
		fmt.Fprintf(w, "%010d 00000 n \n", w.table[n])
	}
	fmt.Fprintf(w, "trailer\n<</Size %d/Root %d 0 R%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", empty+1, root, trailer[3], table, start)
	out := w.Bytes()
	at0 := w.table[signature]
	hole := at0 + bytes.Index(out[at0:], []byte("/Contents<")) + len("/Contents<")
	end := hole + 2*holeSize + 1
	place := at0 + bytes.Index(out[at0:], []byte("/ByteRange")) + len("/ByteRange")
	copy(out[place:], fmt.Appendf(nil, ranges, hole-1, end, len(out)-end))
	return &Signing{out, hole}, nil
}

// Digest is the SHA-256 of what the signature speaks of: the whole file but the
// signature.
func (s *Signing) Digest() [32]byte {
	h := sha256.New()
	h.Write(s.file[:s.hole-1]) // a hash takes all
	h.Write(s.file[s.hole+2*holeSize+1:])
	return [32]byte(h.Sum(nil))
}

// Close puts the signature in, a detached CMS.
func (s *Signing) Close(cms []byte) ([]byte, error) {
	if len(cms) > holeSize {
		return nil, fmt.Errorf("close signature: %d bytes, there is room for %d", len(cms), holeSize)
	}
	hex.Encode(s.file[s.hole:], cms)
	return s.file, nil
}

// ErrUpdate says that what stands behind a sealed file is no signature of ours.
var ErrUpdate = errors.New("something other than a signature was added to the file")

// Signature takes the signature off a sealed file that was signed once: the CMS
// and the digest that it must speak of. That the update adds the signature and
// nothing else is checked by making it again.
func (o Opened) Signature() (cms []byte, digest [32]byte, err error) {
	said := regexp.MustCompile(`/SubFilter/ETSI\.CAdES\.detached/M\(D:(\d{14}[+-]\d\d'\d\d)'\)`).FindSubmatch(o.Rest)
	if said == nil {
		return nil, digest, ErrUpdate
	}
	at, err := time.Parse("20060102150405-07'00", string(said[1]))
	if err != nil {
		return nil, digest, ErrUpdate
	}
	s, err := Prepare(o.Sealed, at)
	if err != nil {
		return nil, digest, fmt.Errorf("%w: %w", ErrUpdate, err)
	}
	file := append(bytes.Clone(o.Sealed), o.Rest...)
	if len(file) != len(s.file) {
		return nil, digest, ErrUpdate
	}
	blank := bytes.Clone(file)
	contents := file[s.hole : s.hole+2*holeSize]
	copy(blank[s.hole:], bytes.Repeat([]byte("0"), 2*holeSize))
	if !bytes.Equal(blank, s.file) {
		return nil, digest, ErrUpdate
	}
	der := make([]byte, holeSize)
	if _, err := hex.Decode(der, contents); err != nil {
		return nil, digest, ErrUpdate
	}
	return trimmed(der), s.Digest(), nil
}

// trimmed cuts the zeros that fill the room behind a DER value.
func trimmed(der []byte) []byte {
	if der[1] < 0x80 {
		return der[:min(len(der), 2+int(der[1]))]
	}
	n, size := int(der[1]&0x7f), 0
	for _, b := range der[2:min(len(der), 2+min(n, 4))] {
		size = size<<8 | int(b)
	}
	return der[:min(len(der), 2+n+size)]
}
