package attachment

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// Kind is what a file is, by its bytes.
type Kind string

// The kinds that are taken in; everything else is refused.
const (
	PDF  Kind = "pdf"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	PNG  Kind = "png"
	JPEG Kind = "jpeg"
	TXT  Kind = "txt"
	P7S  Kind = "p7s" // a detached CMS signature
)

// kinds are the extensions and declared types of each kind. A browser that does
// not know a type declares application/octet-stream, or nothing.
func kinds() map[Kind]struct{ extensions, types []string } {
	return map[Kind]struct{ extensions, types []string }{
		PDF:  {[]string{".pdf"}, []string{"application/pdf"}},
		DOCX: {[]string{".docx"}, []string{"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}},
		XLSX: {[]string{".xlsx"}, []string{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}},
		PNG:  {[]string{".png"}, []string{"image/png"}},
		JPEG: {[]string{".jpg", ".jpeg"}, []string{"image/jpeg", "image/pjpeg"}},
		TXT:  {[]string{".txt"}, []string{"text/plain"}},
		P7S:  {[]string{".p7s"}, []string{"application/pkcs7-signature", "application/x-pkcs7-signature"}},
	}
}

// named is the kind that the extension of a name stands for, "" when none.
func named(name string) Kind {
	ext := strings.ToLower(path.Ext(name))
	for k, x := range kinds() {
		for _, e := range x.extensions {
			if e == ext {
				return k
			}
		}
	}
	return ""
}

// declaredAs tells whether a declared media type agrees with a kind.
func declaredAs(k Kind, media string) bool {
	media, _, _ = strings.Cut(strings.ToLower(media), ";")
	media = strings.TrimSpace(media)
	if media == "" || media == "application/octet-stream" {
		return true
	}
	for _, t := range kinds()[k].types {
		if t == media {
			return true
		}
	}
	return false
}

// CleanName is the name of a file as it is kept: the last element of a path,
// without control and direction characters, at most 120 letters, its extension
// kept. ok is false when nothing is left of it.
func CleanName(name string) (string, bool) {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r == utf8.RuneError, r >= 0x80 && r < 0xa0, r >= 0x200b && r <= 0x200f,
			r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	ext := path.Ext(name)
	stem := []rune(strings.TrimRight(strings.TrimSuffix(name, ext), " ."))
	if most := 120 - utf8.RuneCountInString(ext); len(stem) > most && most > 0 {
		stem = stem[:most]
	}
	if len(stem) == 0 || ext == "" {
		return "", false
	}
	return string(stem) + ext, true
}

// sniff is the kind that the first bytes of a file tell, "" when none of ours.
// A zip is told apart further by what stands in it (inspectZip).
func sniff(head []byte) Kind {
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return DOCX // or XLSX
	case signature(head):
		return P7S
	}
	return TXT // when every byte of it is text: see checkText
}

// signature tells whether bytes begin a CMS SignedData structure: a DER or BER
// SEQUENCE whose first element is the object id 1.2.840.113549.1.7.2; or the
// same in PEM.
func signature(head []byte) bool {
	if bytes.HasPrefix(head, []byte("-----BEGIN PKCS7-----")) || bytes.HasPrefix(head, []byte("-----BEGIN CMS-----")) {
		return true
	}
	oid := []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	if len(head) < 2 || head[0] != 0x30 {
		return false
	}
	skip := 2
	if head[1] > 0x80 {
		skip += int(head[1] & 0x7f)
	}
	return skip <= 6 && len(head) >= skip+len(oid) && bytes.Equal(head[skip:skip+len(oid)], oid)
}
