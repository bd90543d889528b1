package attachment_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/attachment"
)

// part is one entry of an archive.
type part struct{ name, body string }

// zipped packs parts into an archive.
func zipped(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	typesPlain = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`
	typesMacro = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`
)

func docx(t testing.TB, more ...part) []byte {
	return zipped(t, append([]part{{"[Content_Types].xml", typesPlain}, {"word/document.xml", "<w:document/>"}}, more...)...)
}

func xlsx(t testing.TB, more ...part) []byte {
	return zipped(t, append([]part{{"[Content_Types].xml", typesPlain}, {"xl/workbook.xml", "<workbook/>"}}, more...)...)
}

// rels is a part with one relation to elsewhere.
func rels(name, kind string) part {
	return part{name, `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="http://x.test/a" TargetMode="External"/></Relationships>`}
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// claims writes the header of a PNG that claims a size, and nothing else.
func claims(w, h uint32) []byte {
	ihdr := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(ihdr[4:], w)
	binary.BigEndian.PutUint32(ihdr[8:], h)
	ihdr[12], ihdr[13] = 8, 0
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

func jpegOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	pdf    = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
	cms    = []byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x80}
	octets = "application/octet-stream"
)

// TestGoodFiles: what is on the list is taken in, however the sender declares it.
func TestGoodFiles(t *testing.T) {
	for _, x := range []struct {
		name, declared string
		body           []byte
		want           attachment.Kind
	}{
		{"a.pdf", "application/pdf", pdf, attachment.PDF},
		{"A.PDF", octets, pdf, attachment.PDF},
		{"a.docx", "", docx(t), attachment.DOCX},
		{"b.docx", "", docx(t, rels("word/_rels/document.xml.rels", "hyperlink")), attachment.DOCX},
		{"a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx(t), attachment.XLSX},
		{"a.png", "image/png", pngOf(t, 9, 7), attachment.PNG},
		{"a.jpg", "image/jpeg", jpegOf(t), attachment.JPEG},
		{"a.jpeg", "", jpegOf(t), attachment.JPEG},
		{"a.txt", "text/plain; charset=utf-8", []byte("Quy chế bảo đảm an toàn\r\n\tĐiều 1"), attachment.TXT},
		{"long.txt", "", []byte(strings.Repeat("Điện ", 40_000)), attachment.TXT},
		{"a.pdf.p7s", "application/pkcs7-signature", cms, attachment.P7S},
		{"b.p7s", "", []byte("-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n"), attachment.P7S},
	} {
		got, err := attachment.Default().Identify(x.name, x.declared, bytes.NewReader(x.body), int64(len(x.body)))
		if err != nil || got != x.want {
			t.Errorf("%s: %q, %v; want %q", x.name, got, err, x.want)
		}
	}
}

// bad is one file that is refused, and by which rule.
type bad struct {
	name, declared string
	body           []byte
	rule           string
}

// badFiles is the corpus of what must not come in.
func badFiles(t testing.TB) []bad {
	all := []bad{
		{"a.pdf", "application/pdf", nil, attachment.RuleEmpty},
		{"a.pdf", "", []byte("%PDF-1.7 cut short"), attachment.RuleBroken},
		{"a.pdf", "", docx(t), attachment.RuleMismatch},
		{"a.pdf", "", pngOf(t, 1, 1), attachment.RuleMismatch},
		{"a.pdf", "", []byte("plain text"), attachment.RuleMismatch},
		{"a.pdf", "", []byte("<html><script>alert(1)</script>"), attachment.RuleMismatch},
		{"a.pdf", "", append([]byte("GIF89a"), pdf...), attachment.RuleMismatch},
		{"a.pdf", "text/html", pdf, attachment.RuleMismatch},
		{"a.pdf", "image/png", pdf, attachment.RuleMismatch},
		{"a.docx", "", xlsx(t), attachment.RuleMismatch},
		{"a.xlsx", "", docx(t), attachment.RuleMismatch},
		{"a.docx", "application/pdf", docx(t), attachment.RuleMismatch},
		{"a.docx", "", zipped(t, part{"a.txt", "x"}), attachment.RuleType},
		{"a.docx", "", zipped(t, part{"word/document.xml", "<x/>"}), attachment.RuleType},
		{"a.docx", "", zipped(t, part{"META-INF/MANIFEST.MF", "x"}, part{"A.class", "x"}), attachment.RuleType},
		{"a.docx", "", docx(t)[:40], attachment.RuleBroken},
		{"a.docx", "", []byte("PK\x03\x04 and nothing more"), attachment.RuleBroken},
		{"a.docx", "", docx(t, part{"word/vbaProject.bin", "x"}), attachment.RuleMacro},
		{"a.docx", "", docx(t, part{"word/VBAPROJECT.BIN", "x"}), attachment.RuleMacro},
		{"a.docx", "", docx(t, part{"word/vbaData.xml", "x"}), attachment.RuleMacro},
		{"a.docx", "", docx(t, part{"word/activeX/activeX1.bin", "x"}), attachment.RuleMacro},
		{"a.docx", "", docx(t, part{"word/embeddings/oleObject1.bin", "x"}), attachment.RuleMacro},
		{"a.xlsx", "", xlsx(t, part{"xl/vbaProject.bin", "x"}), attachment.RuleMacro},
		{"a.xlsx", "", xlsx(t, part{"xl/macrosheets/sheet1.xml", "x"}), attachment.RuleMacro},
		{"a.docx", "", zipped(t, part{"[Content_Types].xml", typesMacro}, part{"word/document.xml", "<x/>"}), attachment.RuleMacro},
		{"a.docx", "", zipped(t, part{"[Content_Types].xml", "<Types"}, part{"word/document.xml", "<x/>"}), attachment.RuleBroken},
		{"a.docx", "", zipped(t, part{"[Content_Types].xml", "<?xml version=\"1.0\" encoding=\"utf-16\"?><Types/>"}, part{"word/document.xml", "<x/>"}), attachment.RuleBroken},
		{"a.docx", "", docx(t, part{"../../etc/passwd", "x"}), attachment.RuleArchive},
		{"a.docx", "", docx(t, part{"/etc/passwd", "x"}), attachment.RuleArchive},
		{"a.docx", "", docx(t, part{"word//x", "x"}), attachment.RuleArchive},
		{"a.docx", "", docx(t, part{"word/document.xml", "again"}), attachment.RuleArchive},
		{"a.docx", "", docx(t, part{"WORD/DOCUMENT.XML", "again"}), attachment.RuleArchive},
		{"a.docx", "", docx(t, part{"word/bomb", strings.Repeat("0", 8<<20)}), attachment.RuleArchive},
		{"a.png", "", claims(40_000, 40_000), attachment.RulePicture},
		{"a.png", "", claims(1<<31-1, 1<<31-1), attachment.RuleBroken},
		{"a.png", "", claims(0, 10), attachment.RuleBroken},
		{"a.png", "", []byte("\x89PNG\r\n\x1a\n"), attachment.RuleBroken},
		{"a.png", "", jpegOf(t), attachment.RuleMismatch},
		{"a.jpg", "", pngOf(t, 2, 2), attachment.RuleMismatch},
		{"a.jpg", "", []byte("\xff\xd8\xff\xe0 no picture"), attachment.RuleBroken},
		{"a.png", "", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), attachment.RuleMismatch},
		{"a.txt", "", []byte("MZ\x90\x00\x03"), attachment.RuleType},
		{"a.txt", "", []byte("\x7fELF\x02"), attachment.RuleType},
		{"a.txt", "", []byte("half a letter \xc4"), attachment.RuleType},
		{"a.txt", "", []byte("\xff\xfeU\x00T\x00F\x00"), attachment.RuleType},
		{"a.txt", "", []byte("bell\a"), attachment.RuleType},
		{"a.txt", "", []byte("escape \x1b[2J"), attachment.RuleType},
		{"a.txt", "text/html", []byte("text"), attachment.RuleMismatch},
		{"a.txt", "", pdf, attachment.RuleMismatch},
		{"a.p7s", "", []byte{0x30, 0x03, 0x02, 0x01, 0x00}, attachment.RuleType},
		{"a.p7s", "", []byte("text"), attachment.RuleMismatch},
		{"a.p7s", "", pdf, attachment.RuleMismatch},
	}
	for _, kind := range []string{"attachedTemplate", "image", "oleObject", "frame", "subDocument"} {
		all = append(all, bad{"a.docx", "", docx(t, rels("word/_rels/settings.xml.rels", kind)), attachment.RuleOutward})
	}
	for _, kind := range []string{"externalLinkPath", "image"} {
		all = append(all, bad{"a.xlsx", "", xlsx(t, rels("xl/_rels/workbook.xml.rels", kind)), attachment.RuleOutward})
	}
	for _, ext := range []string{"exe", "html", "svg", "js", "docm", "xlsm", "doc", "xls", "zip", "rtf", "lnk", "iso", "htm", "eml"} {
		all = append(all, bad{"a." + ext, "", pdf, attachment.RuleType})
	}
	return append(all, bad{"noext", "", pdf, attachment.RuleType}, crowded(t), linked(t), locked(t))
}

// crowded is an archive of too many entries.
func crowded(t testing.TB) bad {
	var parts []part
	for i := range 2001 {
		parts = append(parts, part{fmt.Sprintf("word/x%d", i), ""})
	}
	return bad{"a.docx", "", docx(t, parts...), attachment.RuleArchive}
}

// linked is an archive with a symbolic link in it.
func linked(t testing.TB) bad {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "word/link"}
	h.SetMode(0o777 | 1<<27) // fs.ModeSymlink
	if _, err := z.CreateHeader(h); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bad{"a.docx", "", b.Bytes(), attachment.RuleArchive}
}

// locked is an archive with an encrypted entry.
func locked(t testing.TB) bad {
	body := bytes.Clone(docx(t))
	at := bytes.LastIndex(body, []byte("PK\x01\x02"))
	body[at+8] |= 1
	return bad{"a.docx", "", body, attachment.RuleArchive}
}

// TestBadFiles: 0 of the corpus come in, each refused by its rule, in both
// languages.
func TestBadFiles(t *testing.T) {
	all := badFiles(t)
	if len(all) < 60 {
		t.Fatalf("%d bad files, want 60 at least", len(all))
	}
	for i, x := range all {
		_, err := attachment.Default().Identify(x.name, x.declared, bytes.NewReader(x.body), int64(len(x.body)))
		var r *approval.Refusal
		if !errors.As(err, &r) || r.Findings[0].Rule != x.rule || r.Findings[0].Says.VI == "" || r.Findings[0].Says.EN == "" {
			t.Errorf("%d, %s as %q (%d bytes): %v, want %s", i, x.name, x.declared, len(x.body), err, x.rule)
		}
	}
}

// FuzzIdentify: whatever comes, it is a kind or a refusal, and no panic.
func FuzzIdentify(f *testing.F) {
	for _, x := range badFiles(f)[:40] {
		f.Add(x.name, x.body)
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		kind, err := attachment.Default().Identify(name, "", bytes.NewReader(body), int64(len(body)))
		var r *approval.Refusal
		if err != nil && !errors.As(err, &r) {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil && kind == "" {
			t.Errorf("%q: neither kind nor refusal", name)
		}
		if clean, ok := attachment.CleanName(name); ok && (strings.ContainsAny(clean, "/\\\x00\n\r\"") || len([]rune(clean)) > 121) {
			t.Errorf("%q is kept as %q", name, clean)
		}
	})
}
