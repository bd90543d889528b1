package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"capdo/internal/reconcile"
)

// maxRows bounds a report: pages are held in memory until they are handed over.
const maxRows = 20_000

var errTooLong = errors.New("too many rows for a paper; take an export instead")

const nationalAbout = "Tình hình phê duyệt cấp độ và triển khai phương án bảo đảm an toàn " +
	"hệ thống thông tin tại các bộ, ngành, địa phương"

// national is the report being written: the input and what follows from it.
type national struct {
	*sheet
	in       NationalReport
	day      time.Time
	check    reconcile.Result
	register reconcile.Sums // the register's counts per group
	sections int            // numbered so far, as are tables and figures
	tables   int
	figures  int
}

// National writes the national report with its three annexes. The error says
// what is wrong with the day or the writer; no text makes it fail.
func National(w io.Writer, n NationalReport) (err error) {
	defer guard(&err)
	day, err := parseDay(n.Day)
	if err != nil {
		return fmt.Errorf("national report: %w", err)
	}
	if len(n.Agencies)+len(n.Levels)+len(n.Stated) > maxRows {
		return fmt.Errorf("national report: %w", errTooLong)
	}
	s, err := newSheet(n.Official, "Báo cáo: "+nationalAbout, day)
	if err != nil {
		return fmt.Errorf("national report: %w", err)
	}
	r := &national{sheet: s, in: n, day: day}
	r.compute()
	if r.alone() {
		r.standAlone()
		r.statements("III")
		return s.write(w)
	}
	r.letter()
	r.annex("I", "Bộ, ngành", reconcile.Ministry)
	r.annex("II", "Địa phương", reconcile.Province)
	r.differences()
	r.statements("IV")
	r.seal()
	return s.write(w)
}

// compute checks the printed table and adds up the register.
func (r *national) compute() {
	var printed reconcile.Table
	var register []reconcile.Row
	last := 0
	for _, a := range r.in.Agencies {
		last = max(last, a.Line)
		printed.Rows = append(printed.Rows, a.Row)
		register = append(register, reconcile.Row{Group: a.Group, Reported: a.Register.Total > 0, Total: a.Register.Total,
			Approved: a.Register.Approved, Deployed: a.Register.Deployed})
	}
	for i, st := range r.in.Stated { // after the table, in the order given
		printed.Expects = append(printed.Expects,
			reconcile.Expect{Line: last + 1 + i, Name: "expect_" + st.Key, Value: st.Value})
	}
	r.check = reconcile.Check(printed)
	r.register = reconcile.SumOf(register)
}

// letter is the paper itself, before its annexes.
func (r *national) letter() {
	r.part(portrait)
	r.head(r.in.Official, r.day)
	r.title("Báo cáo", nationalAbout)
	r.addressees(r.in.Addressees)
	r.bases(r.in.Bases)
	r.situation()
	r.levels()
	r.belowHalf()
	r.discrepancies()
	r.reportedInWords("IV")
	r.deadlines()
	r.proposals()
	r.settle()
	r.close(r.in.Official, "Trên đây là báo cáo "+lowerFirst(nationalAbout)+". Số liệu chi tiết và danh sách các chỗ "+
		"chưa khớp tại các Phụ lục I, II và III kèm theo./.")
}

// section sets the next main heading: "II. SỐ LIỆU CHƯA KHỚP".
func (r *national) section(title string) {
	r.sections++
	r.heading([]string{"I", "II", "III", "IV", "V"}[min(r.sections, 5)-1] + ". " + strings.ToUpper(title))
}

// tableName and figureName number what they name.
func (r *national) tableName(name string) string {
	r.tables++
	return fmt.Sprintf("Bảng %d. %s", r.tables, name)
}

func (r *national) figureName(name string) string {
	r.figures++
	return fmt.Sprintf("Hình %d. %s", r.figures, name)
}

// stated finds a figure quoted in the text.
func (r *national) stated(key string) (int, bool) {
	for _, s := range r.in.Stated {
		if s.Key == key {
			return s.Value, true
		}
	}
	return 0, false
}

// missingNames lists the bodies that did not report.
func (r *national) missingNames() []string {
	var names []string
	for _, a := range r.in.Agencies {
		if !a.Reported {
			names = append(names, a.Agency)
		}
	}
	return names
}

func (r *national) source() string {
	if strings.TrimSpace(r.in.Source) == "" {
		return "văn bản đã phát hành"
	}
	return r.in.Source
}

func lowerFirst(s string) string {
	runes := []rune(s)
	if len(runes) == 0 {
		return s
	}
	return strings.ToLower(string(runes[:1])) + string(runes[1:])
}
