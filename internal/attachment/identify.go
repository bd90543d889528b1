package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // headers only
	_ "image/png"  // headers only
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Rules of refusal, stable.
const (
	RuleName     = "file-name"
	RuleType     = "file-type"
	RuleMismatch = "file-mismatch"
	RuleEmpty    = "file-empty"
	RuleTooBig   = "file-too-big"
	RuleFull     = "file-quota"
	RuleArchive  = "file-archive"
	RuleMacro    = "file-macro"
	RuleOutward  = "file-external"
	RulePicture  = "file-picture"
	RuleBroken   = "file-broken"
)

// field is the form field that a refusal of a file stands at.
const field = "file"

// refuse is a refusal of a file.
func refuse(rule, vi, en string) *approval.Refusal {
	return &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}}}
}

// Identify says what a file is by its content and refuses what is not on the
// list, what calls itself something else, and what could harm whoever opens it.
// name is cleaned already; declared is the media type of the sender.
func (l Limits) Identify(name, declared string, r io.ReaderAt, size int64) (Kind, error) {
	wanted := named(name)
	if wanted == "" {
		return "", refuseType()
	}
	if size == 0 {
		return "", refuse(RuleEmpty, "Tệp không có nội dung. Chọn tệp khác.", "The file is empty. Choose another file.")
	}
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read head of file: %w", err)
	}
	found := sniff(head)
	var err error
	switch found {
	case DOCX:
		found, err = l.inspectZip(r, size)
	case PNG, JPEG:
		err = l.inspectPicture(found, io.NewSectionReader(r, 0, size))
	case PDF:
		err = inspectPDF(r, size)
	case TXT:
		err = checkText(io.NewSectionReader(r, 0, size))
	}
	if err != nil {
		return "", err
	}
	if found != wanted || !declaredAs(found, declared) {
		return "", refuse(RuleMismatch, "Nội dung của tệp là "+word(found)+", không khớp với đuôi tên tệp hoặc kiểu tệp được khai. Đổi đuôi cho đúng nội dung hoặc chọn tệp khác.",
			"The file's content is "+word(found)+"; its extension or declared type says otherwise. Give it the right extension or choose another file.")
	}
	return found, nil
}

// word names a kind for people.
func word(k Kind) string { return strings.ToUpper(string(k)) }

func refuseType() *approval.Refusal {
	return refuse(RuleType, "Chọn tệp PDF, DOCX, XLSX, PNG, JPG, TXT hoặc P7S.", "Choose a PDF, DOCX, XLSX, PNG, JPG, TXT or P7S file.")
}

func broken(k Kind) *approval.Refusal {
	return refuse(RuleBroken, "Không đọc được tệp "+word(k)+": tệp bị hỏng hoặc bị cắt. Lưu lại tệp rồi chọn lại.",
		"The "+word(k)+" file cannot be read: it is damaged or cut short. Save it again and choose it again.")
}

// checkText: UTF-8 without control characters; otherwise the file is none of
// ours at all.
func checkText(r io.Reader) error {
	buf := make([]byte, 32<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		n += kept
		kept = 0
		for i := 0; i < n; {
			c, w := utf8.DecodeRune(buf[i:n])
			if c == utf8.RuneError && w <= 1 {
				if err == nil && !utf8.FullRune(buf[i:n]) {
					kept = copy(buf, buf[i:n])
					break
				}
				return refuseType()
			}
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f {
				return refuseType()
			}
			i += w
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read text: %w", err)
		}
	}
}

// inspectPDF: the file ends as a PDF does. What a PDF does inside is the
// scanner's matter; it is given out inert.
func inspectPDF(r io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 2048))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read tail of PDF: %w", err)
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return broken(PDF)
	}
	return nil
}

// inspectPicture reads the header only; the picture itself is never decoded.
func (l Limits) inspectPicture(k Kind, r io.Reader) error {
	c, format, err := image.DecodeConfig(r)
	if err != nil || format != string(k) || c.Width <= 0 || c.Height <= 0 {
		return broken(k)
	}
	if int64(c.Width) > l.Pixels/int64(c.Height) {
		return refuse(RulePicture, fmt.Sprintf("Ảnh có %d × %d điểm ảnh, lớn hơn mức %d triệu điểm ảnh. Giảm kích thước ảnh.", c.Width, c.Height, l.Pixels/1_000_000),
			fmt.Sprintf("The picture has %d × %d pixels, more than %d million. Make it smaller.", c.Width, c.Height, l.Pixels/1_000_000))
	}
	return nil
}

// inspectZip bounds an archive and tells a document from a workbook.
func (l Limits) inspectZip(r io.ReaderAt, size int64) (Kind, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return "", broken("zip")
	}
	if err := l.boundZip(z, size); err != nil {
		return "", err
	}
	kind, types := Kind(""), false
	for _, f := range z.File {
		switch f.Name {
		case "word/document.xml":
			kind = DOCX
		case "xl/workbook.xml":
			kind = XLSX
		case "[Content_Types].xml":
			types = true
			if err := l.part(f, noMacroType); err != nil {
				return "", err
			}
		}
		if strings.HasSuffix(strings.ToLower(f.Name), ".rels") {
			if err := l.part(f, noOutward); err != nil {
				return "", err
			}
		}
	}
	if kind == "" || !types {
		return "", refuseType()
	}
	return kind, nil
}

// boundZip looks at the directory of an archive before anything is unpacked.
func (l Limits) boundZip(z *zip.Reader, size int64) error {
	tooMuch := func() *approval.Refusal {
		return refuse(RuleArchive, "Tệp nén bên trong quá nhiều hoặc quá lớn so với kích thước tệp. Lưu lại tệp từ phần mềm soạn thảo rồi chọn lại.",
			"What is packed inside the file is too many or too large for its size. Save it again from your editor and choose it again.")
	}
	if len(z.File) > l.ZipEntries {
		return tooMuch()
	}
	var unpacked uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		unpacked += f.UncompressedSize64
		if unpacked > uint64(l.ZipUnpacked) || f.UncompressedSize64 > uint64(l.ZipUnpacked) || f.CompressedSize64 > uint64(size) ||
			f.UncompressedSize64 > 1<<16 && f.UncompressedSize64 > f.CompressedSize64*uint64(l.ZipRatio) {
			return tooMuch()
		}
		if f.Mode()&fs.ModeSymlink != 0 || f.Flags&1 != 0 || seen[name] || !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
			return refuse(RuleArchive, "Tệp chứa mục không được phép: liên kết, mục bị mã hóa, đường dẫn lạ hoặc mục trùng tên.",
				"The file holds what is not allowed: a link, an encrypted entry, a strange path or a name used twice.")
		}
		seen[name] = true
		if base := path.Base(name); base == "vbaproject.bin" || base == "vbadata.xml" || strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/activex/") || strings.Contains(name, "/embeddings/") && strings.HasSuffix(name, ".bin") {
			return refuseMacro()
		}
	}
	return nil
}

func refuseMacro() *approval.Refusal {
	return refuse(RuleMacro, "Tệp chứa macro hoặc mã nhúng. Lưu lại dưới dạng không có macro rồi chọn lại.",
		"The file holds macros or embedded code. Save it without macros and choose it again.")
}

// maxPart is the most of a small part that is read, in bytes.
const maxPart = 4 << 20

// part unpacks one small part, bounded, and looks through its XML.
func (l Limits) part(f *zip.File, look func(xml.StartElement) error) error {
	r, err := f.Open()
	if err != nil {
		return broken("zip")
	}
	defer r.Close() // read only
	d := xml.NewDecoder(io.LimitReader(r, maxPart))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("only UTF-8") }
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken("zip")
		}
		if el, ok := tok.(xml.StartElement); ok {
			if err := look(el); err != nil {
				return err
			}
		}
	}
}

// noMacroType: no part of the document is declared as one with macros.
func noMacroType(el xml.StartElement) error {
	for _, a := range el.Attr {
		v := strings.ToLower(a.Value)
		if a.Name.Local == "ContentType" && (strings.Contains(v, "macroenabled") || strings.Contains(v, "vbaproject") || strings.Contains(v, "activex")) {
			return refuseMacro()
		}
	}
	return nil
}

// noOutward: nothing outside the document is fetched when it is opened. A plain
// link that a reader may click is let be.
func noOutward(el xml.StartElement) error {
	outward, link := false, false
	for _, a := range el.Attr {
		switch a.Name.Local {
		case "TargetMode":
			outward = strings.EqualFold(a.Value, "External")
		case "Type":
			link = strings.HasSuffix(a.Value, "/hyperlink")
		}
	}
	if outward && !link {
		return refuse(RuleOutward, "Tệp lấy nội dung từ bên ngoài khi mở (mẫu, ảnh hoặc dữ liệu liên kết). Nhúng nội dung đó vào tệp rồi chọn lại.",
			"The file fetches content from elsewhere when opened (a template, a picture or linked data). Embed it and choose the file again.")
	}
	return nil
}
