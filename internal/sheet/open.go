package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The limits of a workbook that is read.
const (
	MaxFile    = 10 << 20 // bytes
	MaxRows    = 100_000  // of a sheet
	maxColumns = 256
	maxParts   = 256
	maxPart    = 192 << 20 // unpacked bytes of one part
	maxWhole   = 320 << 20 // of all
	maxRatio   = 400       // unpacked to packed, of a part of more than a megabyte
	maxStrings = 1_000_000 // shared texts
	maxCell    = 32767     // bytes of a cell, as Excel counts its characters
	maxDepth   = 16        // of elements
)

// File is a workbook whose table of contents was found fit.
type File struct {
	zip     *zip.Reader
	sheets  []tab
	strings texts
	base    int // days to add: workbooks of old Macs count from 1904
	meta    map[string]string
}

// tab is a sheet by name with its part.
type tab struct{ name, part string }

// Open looks at a workbook of size bytes and refuses, by name, what no honest
// one holds. It unpacks the list of sheets and the shared texts, no more; the texts
// go to the shelf, so that memory does not grow with them; nil keeps them in memory.
func Open(r io.ReaderAt, size int64, shelf Shelf) (*File, error) {
	if size > MaxFile {
		return nil, refuse("too-large", "", "Tệp lớn hơn 10 MB; chia bảng thành nhiều tệp nhỏ hơn.", "The file is larger than 10 MB; split the table.")
	}
	start := make([]byte, 8)
	if _, err := r.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return nil, refuse("old-or-locked", "", "Tệp là Excel đời cũ (.xls) hoặc có mật khẩu mở tệp; bỏ mật khẩu và lưu lại dạng .xlsx.", "The file is an old .xls, or has a password; remove it and save as .xlsx.")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse("not-a-workbook", "", "Tệp không phải bảng tính .xlsx; lưu lại dạng .xlsx rồi tải lên.", "The file is no .xlsx workbook; save it as .xlsx.")
	}
	if err := contents(z); err != nil {
		return nil, err
	}
	if shelf == nil {
		shelf = &memory{}
	}
	f := &File{zip: z, strings: texts{shelf: shelf}}
	if err := f.workbook(); err != nil {
		return nil, err
	}
	return f, f.shared()
}

// contents judges the table of contents.
func contents(z *zip.Reader) error {
	if len(z.File) > maxParts {
		return refuse("zip-bomb", "", "Tệp chứa quá nhiều phần bên trong; lưu lại từ Excel rồi tải lên.", "The file holds too many parts; save it again from Excel.")
	}
	seen := map[string]bool{}
	var whole uint64
	for _, p := range z.File {
		lower := strings.ToLower(p.Name)
		switch {
		case !norm.NFC.IsNormalString(p.Name) || strings.Contains(p.Name, `\`) || strings.HasPrefix(p.Name, "/") || path.Clean(p.Name) != strings.TrimSuffix(p.Name, "/") || strings.HasPrefix(p.Name, ".."):
			return refuse("part-name", p.Name, "Tệp chứa phần có tên bất thường; lưu lại từ Excel rồi tải lên.", "The file holds a part with an odd name; save it again from Excel.")
		case seen[lower]:
			return refuse("duplicate-part", p.Name, "Tệp chứa hai phần cùng tên; lưu lại từ Excel rồi tải lên.", "Two parts of the file bear one name; save it again from Excel.")
		case p.Flags&1 != 0:
			return refuse("old-or-locked", p.Name, "Tệp có mật khẩu; bỏ mật khẩu rồi tải lên.", "The file has a password; remove it.")
		}
		seen[lower] = true
		if err := hostile(lower, p.Name); err != nil {
			return err
		}
		if whole += p.UncompressedSize64; p.UncompressedSize64 > maxPart || whole > maxWhole ||
			p.UncompressedSize64 > 1<<20 && p.UncompressedSize64/maxRatio > p.CompressedSize64 {
			return refuse("zip-bomb", p.Name, "Tệp nén bất thường: khi giải nén lớn quá mức cho phép. Lưu lại từ Excel rồi tải lên.", "The file is packed abnormally: unpacked it exceeds the limit. Save it again from Excel.")
		}
	}
	if !seen["xl/workbook.xml"] || !seen["[content_types].xml"] {
		return refuse("not-a-workbook", "", "Tệp không phải bảng tính .xlsx; lưu lại dạng .xlsx rồi tải lên.", "The file is no .xlsx workbook; save it as .xlsx.")
	}
	return nil
}

// hostile refuses parts that run, fetch or embed something.
func hostile(lower, name string) error {
	in := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(lower, p) })
	}
	switch {
	case in("vbaproject", "vbadata", "xl/macrosheets", "xl/dialogsheets", "customui/"):
		return refuse("macro", name, "Tệp có macro; lưu lại dạng .xlsx không macro.", "The file holds macros; save it as .xlsx without macros.")
	case in("xl/externallinks"):
		return refuse("external-link", name, "Tệp có liên kết tới tệp khác; ngắt liên kết (Data → Edit Links) rồi lưu lại.", "The file links to other files; break the links and save again.")
	case in("xl/connections", "xl/querytables", "xl/datamodel", "xl/model/", "xl/webextensions"):
		return refuse("data-connection", name, "Tệp có kết nối lấy dữ liệu từ nơi khác; xóa kết nối rồi lưu lại.", "The file fetches data from elsewhere; remove the connection and save again.")
	case in("xl/embeddings", "xl/activex", "oleobject", "xl/ctrlprops"):
		return refuse("embedded-object", name, "Tệp có đối tượng nhúng; xóa đối tượng rồi lưu lại.", "The file holds embedded objects; remove them and save again.")
	}
	return nil
}

// part opens a part under the limit; names are compared without case.
func (f *File) part(name string) (io.ReadCloser, bool, error) {
	for _, p := range f.zip.File {
		if strings.EqualFold(p.Name, name) {
			r, err := p.Open()
			if err != nil {
				return nil, false, refuse("broken", name, "Tệp bị hỏng; mở bằng Excel, lưu lại rồi tải lên.", "The file is damaged; open it in Excel and save it again.")
			}
			return struct {
				io.Reader
				io.Closer
			}{io.LimitReader(r, maxPart), r}, true, nil
		}
	}
	return nil, false, nil
}

// walk reads the elements of a part. f sees start and end elements and text;
// it returns errDone to stop.
func (f *File) walk(name string, see func(xml.Token) error) error {
	r, ok, err := f.part(name)
	if err != nil || !ok {
		return err
	}
	defer r.Close() // read only
	d := xml.NewDecoder(r)
	for depth := 0; ; {
		t, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF) && depth == 0:
			return nil
		case err != nil:
			return refuse("broken", name, "Tệp bị hỏng; mở bằng Excel, lưu lại rồi tải lên.", "The file is damaged; open it in Excel and save it again.")
		}
		switch t.(type) {
		case xml.Directive: // where entities would be declared
			return refuse("entity", name, "Tệp có khai báo thực thể XML, một cách tấn công đã biết; lưu lại từ Excel rồi tải lên.", "The file declares XML entities, a known attack; save it again from Excel.")
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refuse("zip-bomb", name, "Tệp có cấu trúc lồng nhau bất thường; lưu lại từ Excel rồi tải lên.", "The file is nested abnormally; save it again from Excel.")
			}
		case xml.EndElement:
			depth--
		}
		if err := see(t); err != nil {
			if errors.Is(err, errDone) {
				return nil
			}
			return err
		}
	}
}

// errDone ends a walk before the end of the part.
var errDone = errors.New("done")

// attr is an attribute by its local name.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// workbook reads the list of sheets.
func (f *File) workbook() error {
	to := map[string]string{}
	if err := f.relations("xl/_rels/workbook.xml.rels", to); err != nil {
		return err
	}
	err := f.walk("xl/workbook.xml", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "workbookPr" && (attr(e, "date1904") == "1" || attr(e, "date1904") == "true"):
			f.base = 1462
		case e.Name.Local == "sheet":
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			name := attr(e, "name")
			if !norm.NFC.IsNormalString(name) {
				return refuse("sheet-name", name, "Tên trang tính ghi bằng dấu rời; đặt lại tên trang tính như biểu mẫu.", "A sheet's name is written with marks apart; restore its name.")
			}
			f.sheets = append(f.sheets, tab{name, to[id]})
		}
		return nil
	})
	return err
}

// relations reads what a part points to, and refuses what lies outside the
// file; addresses behind cells are left alone, for nobody follows them.
func (f *File) relations(part string, to map[string]string) error {
	return f.walk(part, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" {
			return nil
		}
		kind, target := attr(e, "Type"), attr(e, "Target")
		if strings.EqualFold(attr(e, "TargetMode"), "External") && !strings.HasSuffix(kind, "/hyperlink") {
			return refuse("external-link", part, "Tệp có liên kết tới tệp khác; ngắt liên kết (Data → Edit Links) rồi lưu lại.", "The file links to other files; break the links and save again.")
		}
		if after, absolute := strings.CutPrefix(target, "/"); absolute {
			to[attr(e, "Id")] = after
		} else {
			to[attr(e, "Id")] = path.Join("xl", target)
		}
		return nil
	})
}

// shared reads the shared texts.
func (f *File) shared() error {
	var b strings.Builder
	in, reading := 0, false // phonetic guides ("rPh") are not text
	err := f.walk("xl/sharedStrings.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				in++
			case "t":
				reading = in == 0
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				in--
			case "t":
				reading = false
			case "si":
				if f.strings.len() >= maxStrings || b.Len() > 4*maxCell {
					return refuse("zip-bomb", "xl/sharedStrings.xml", "Tệp chứa quá nhiều chữ; chia bảng thành nhiều tệp nhỏ hơn.", "The file holds too much text; split the table.")
				}
				if err := f.strings.add(composed(b.String())); err != nil {
					return err
				}
				b.Reset()
			}
		case xml.CharData:
			if reading {
				b.Write(t)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.strings.ready()
}

// Names implements Source.
func (f *File) Names() []string {
	var names []string
	for _, s := range f.sheets {
		if s.name != metaSheet {
			names = append(names, s.name)
		}
	}
	return names
}
