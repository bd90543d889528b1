package reconcile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// header is the only accepted first line.
func header() []string {
	return []string{"group", "no", "agency", "total", "approved", "approved_pct_printed",
		"deployed", "deployed_pct_printed", "reported"}
}

// Read parses the CSV described in the package comment. A file that breaks its
// rules gives a ReadError naming line, column and rule of every bad cell, and
// an empty Table; a failing reader gives that reader's error.
func Read(r io.Reader) (Table, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	start, err := in.Peek(1024)
	if err != nil && err != io.EOF {
		return Table{}, fmt.Errorf("read table: %w", err)
	}
	if len(start) >= 2 && (start[0] == 0xFF && start[1] == 0xFE || start[0] == 0xFE && start[1] == 0xFF) {
		return Table{}, ReadError{{Line: 1, Says: Text{"tệp mã hóa UTF-16; hãy lưu lại dạng CSV UTF-8",
			"file is UTF-16; save it as CSV UTF-8"}}}
	}
	if strings.HasPrefix(string(start), "\uFEFF") {
		if _, err := in.Discard(len("\uFEFF")); err != nil {
			return Table{}, fmt.Errorf("read table: skip byte order mark: %w", err)
		}
	}
	p := parser{csv: csv.NewReader(in)}
	p.csv.FieldsPerRecord = -1
	if first, _, _ := strings.Cut(string(start), "\n"); !strings.Contains(first, ",") && strings.Contains(first, ";") {
		p.csv.Comma = ';'
	}
	return p.read()
}

// parser collects rows and bad cells.
type parser struct {
	csv   *csv.Reader
	table Table
	bad   ReadError
}

func (p *parser) read() (Table, error) {
	seenHeader := false
	for {
		cells, err := p.csv.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return p.finish(seenHeader)
		case errors.As(err, &broken):
			p.fail(broken.Line, "", "", Text{"dấu ngoặc kép đặt sai", "misplaced quotation mark"})
			continue
		case err != nil:
			return Table{}, fmt.Errorf("read table: %w", err)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if !seenHeader {
			seenHeader = true
			if !p.header(cells) {
				return Table{}, p.bad
			}
			continue
		}
		p.record(cells)
	}
}

func (p *parser) finish(seenHeader bool) (Table, error) {
	if !seenHeader {
		p.fail(1, "", "", Text{"tệp rỗng, thiếu dòng tiêu đề", "empty file, the header is missing"})
	} else if len(p.bad) == 0 && len(p.table.Rows) == 0 {
		p.fail(2, "", "", Text{"không có dòng số liệu nào", "there is no data row"})
	}
	if len(p.bad) > 0 {
		return Table{}, p.bad
	}
	return p.table, nil
}

func (p *parser) fail(line int, column, value string, says Text) {
	p.bad = append(p.bad, CellError{Line: line, Column: column, Value: shorten(value), Says: says})
}

func (p *parser) header(cells []string) bool {
	want := header()
	for i, name := range want {
		if i >= len(cells) || !strings.EqualFold(cells[i], name) {
			got := ""
			if i < len(cells) {
				got = cells[i]
			}
			p.fail(1, name, got, Text{"tiêu đề phải là " + strings.Join(want, ","),
				"the header must be " + strings.Join(want, ",")})
			return false
		}
	}
	return p.padded(cells, len(want), 1)
}

// padded reports whether all cells from n on are empty, as spreadsheets pad them.
func (p *parser) padded(cells []string, n, line int) bool {
	for _, c := range cells[min(n, len(cells)):] {
		if c != "" {
			p.fail(line, "", "", Text{fmt.Sprintf("có %d ô, cần %d", len(cells), n),
				fmt.Sprintf("%d cells found, %d needed", len(cells), n)})
			return false
		}
	}
	return true
}

func (p *parser) record(cells []string) {
	line, _ := p.csv.FieldPos(0)
	switch {
	case !slices.ContainsFunc(cells, func(c string) bool { return c != "" }):
		// a line of separators only: spreadsheets leave them at the end
	case strings.HasPrefix(cells[0], "expect_"):
		p.expect(line, cells)
	case len(cells) < len(header()):
		p.fail(line, "", "", Text{fmt.Sprintf("có %d ô, cần %d", len(cells), len(header())),
			fmt.Sprintf("%d cells found, %d needed", len(cells), len(header()))})
	case p.padded(cells, len(header()), line):
		p.row(line, cells)
	}
}

func (p *parser) expect(line int, cells []string) {
	name := cells[0]
	if !slices.Contains(ExpectNames(), name) {
		all := strings.Join(ExpectNames(), ", ")
		p.fail(line, "group", name, Text{"tên không được nhận; các tên được nhận: " + all,
			"unknown name; accepted are " + all})
		return
	}
	if slices.ContainsFunc(p.table.Expects, func(e Expect) bool { return e.Name == name }) {
		p.fail(line, name, "", Text{"đã nêu ở dòng trước", "already stated on an earlier line"})
		return
	}
	if len(cells) < 2 {
		cells = append(cells, "")
	}
	if p.padded(cells, 2, line) {
		p.table.Expects = append(p.table.Expects,
			Expect{Line: line, Name: name, Value: p.number(line, name, cells[1], whole)})
	}
}

func (p *parser) row(line int, cells []string) {
	before := len(p.bad)
	r := Row{Line: line, Group: cells[0], Agency: cells[2], Reported: cells[8] == "yes"}
	if r.Group != Ministry && r.Group != Province {
		p.fail(line, "group", cells[0], Text{"phải là ministry hoặc province", "must be ministry or province"})
	}
	if r.No = p.number(line, "no", cells[1], whole); r.No == 0 && before == len(p.bad) {
		p.fail(line, "no", cells[1], Text{"số thứ tự bắt đầu từ 1", "ordinals start at 1"})
	}
	p.name(line, r.Agency)
	if cells[8] != "yes" && cells[8] != "no" {
		p.fail(line, "reported", cells[8], Text{"phải là yes hoặc no", "must be yes or no"})
	}
	r.Blank = cells[8] == "no" && strings.Join(cells[3:8], "") == ""
	if !r.Blank {
		p.figures(&r, cells)
	}
	if len(p.bad) == before {
		p.table.Rows = append(p.table.Rows, r)
	}
}

func (p *parser) name(line int, agency string) {
	switch {
	case agency == "":
		p.fail(line, "agency", "", Text{"thiếu tên cơ quan", "the agency's name is missing"})
	case !utf8.ValidString(agency):
		p.fail(line, "agency", agency, Text{"không phải UTF-8", "not valid UTF-8"})
	case strings.ContainsFunc(agency, unicode.IsControl):
		p.fail(line, "agency", agency, Text{"có ký tự điều khiển", "holds a control character"})
	}
}

func (p *parser) figures(r *Row, cells []string) {
	h := header()
	r.Total = p.number(r.Line, h[3], cells[3], whole)
	r.Approved = p.number(r.Line, h[4], cells[4], whole)
	r.ApprovedPct = p.number(r.Line, h[5], cells[5], percent)
	r.Deployed = p.number(r.Line, h[6], cells[6], whole)
	r.DeployedPct = p.number(r.Line, h[7], cells[7], percent)
	if cells[8] == "no" && r.Total+r.Approved+r.ApprovedPct+r.Deployed+r.DeployedPct > 0 {
		p.fail(r.Line, h[8], "no", Text{"ghi là chưa báo cáo nhưng có số liệu khác 0",
			"marked as not reported, yet figures other than 0 are given"})
	}
}

func (p *parser) number(line int, column, cell string, parse func(string) (int, Text)) int {
	n, says := parse(cell)
	if says != (Text{}) {
		p.fail(line, column, cell, says)
	}
	return n
}
