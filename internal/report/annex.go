package report

import (
	"fmt"
	"strings"

	"capdo/internal/reconcile"
)

// openAnnex starts an annex on a landscape page with its own page numbers.
func (s *sheet) openAnnex(o Official, roman, title, dated string) {
	s.annexHead("Phụ lục "+roman, title, fmt.Sprintf("(Kèm theo Báo cáo số %s %s của %s)", mark(o), dated,
		orNone(clip(o.Issuer.Body, 150))))
}

// annexHead names an annex and the paper it belongs to.
func (s *sheet) annexHead(name, title, with string) {
	s.part(landscape)
	s.bookmark(1, name+". "+title)
	s.element(roleTitle, func() {
		s.font("B", sizeAnnex)
		s.y, _ = s.centred(name, marginLeft, s.y, s.width())
		s.font("B", sizeBody)
		s.y, _ = s.centred(strings.ToUpper(title), marginLeft, s.y, s.width())
	})
	s.element(roleText, func() {
		s.font("I", sizeBody)
		s.y, _ = s.centred(with, marginLeft+25, s.y, s.width()-50)
	})
	s.y += 3
	if s.simulated != "" {
		s.set(upperFirst(strings.Trim(s.simulated, " ()")), paragraph{style: "B", size: 11, align: "C"})
	}
}

// annexTable is the grid of Annexes I and II.
func annexTable(first string) table {
	t := table{size: sizeTable, cols: []column{{10, "C"}, {75, "L"}, {14, "R"}, {15, "R"},
		{14, "R"}, {15, "R"}, {14, "R"}, {15, "R"}, {13, "R"}, {13, "R"}, {12, "R"}, {15, "R"}, {15, "R"}, {13, "C"}}}
	t.labels = []label{
		{"Tổng số HTTT", 2, 0, 2, 1}, {"HTTT đã phê duyệt", 4, 0, 2, 1}, {"HTTT triển khai đầy đủ", 6, 0, 2, 1},
		{"Tỷ lệ phê duyệt (%)", 8, 0, 2, 1}, {"Tỷ lệ triển khai (%)", 10, 0, 3, 1},
		{"Đã in", 2, 1, 1, 1}, {"Sổ đăng ký", 3, 1, 1, 1}, {"Đã in", 4, 1, 1, 1}, {"Sổ đăng ký", 5, 1, 1, 1},
		{"Đã in", 6, 1, 1, 1}, {"Sổ đăng ký", 7, 1, 1, 1}, {"Đã in", 8, 1, 1, 1}, {"Tính lại", 9, 1, 1, 1},
		{"Đã in", 10, 1, 1, 1}, {"Trên tổng số", 11, 1, 1, 1}, {"Trên đã duyệt", 12, 1, 1, 1},
		{"STT", 0, 0, 1, 2}, {first, 1, 0, 1, 2}, {"Chú thích", 13, 0, 1, 2},
	}
	return t
}

// annex is one group's table, printed figures beside the register.
func (r *national) annex(roman, first, group string) {
	title := "Số liệu của các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ"
	if group == reconcile.Province {
		title = "Số liệu của các tỉnh, thành phố trực thuộc Trung ương"
	}
	r.openAnnex(r.in.Official, roman, title, longDate(r.day))
	var rows [][]cell
	var used []string
	var printed, register []reconcile.Row
	for _, a := range r.in.Agencies {
		if a.Group != group {
			continue
		}
		kinds := r.kindsOf(a)
		used = append(used, kinds...)
		rows = append(rows, annexRow(a, kinds))
		printed = append(printed, a.Row)
		register = append(register, reconcile.Row{Total: a.Register.Total, Approved: a.Register.Approved,
			Deployed: a.Register.Deployed})
	}
	rows = append(rows, styled("B", sumOfAnnex(reconcile.SumOf(printed).All, reconcile.SumOf(register).All)))
	r.sheet.table(annexTable(first), rows)
	r.key(used)
}

// kindsOf lists what is marked in an agency's row.
func (r *national) kindsOf(a AgencyRow) []string {
	var kinds []string
	for _, f := range r.check.Findings {
		if f.Kind != reconcile.SumDiffers && f.Line == a.Line && f.Agency == a.Agency {
			kinds = append(kinds, f.Kind)
		}
	}
	if a.Register != (Counts{a.Total, a.Approved, a.Deployed}) {
		kinds = append(kinds, registerDiffers)
	}
	return kinds
}

func annexRow(a AgencyRow, kinds []string) []cell {
	codes := make([]string, len(kinds))
	for i, k := range kinds {
		codes[i] = reasonOf(k).code
	}
	g := a.Register
	row := []cell{{text: fmt.Sprint(a.No)}, {text: a.Agency}}
	if !a.Reported {
		row = append(row, cell{text: none}, cell{text: number(g.Total)}, cell{text: none}, cell{text: number(g.Approved)},
			cell{text: none}, cell{text: number(g.Deployed)}, cell{text: "chưa báo cáo", span: 5, style: "I", align: "C"})
		return append(row, cell{text: strings.Join(codes, ", ")})
	}
	row = append(row, texts(number(a.Total), number(g.Total), number(a.Approved), number(g.Approved),
		number(a.Deployed), number(g.Deployed), number(a.ApprovedPct), pct(a.Approved, a.Total),
		number(a.DeployedPct), pct(a.Deployed, a.Total), pct(a.Deployed, a.Approved), strings.Join(codes, ", "))...)
	if reconcile.DeployedFit(a.Row) == reconcile.FitApproved || reconcile.DeployedFit(a.Row) == reconcile.FitNeither {
		row[10].style = "B" // the printed figure that does not fit
	}
	return row
}

func sumOfAnnex(p, g reconcile.Sum) []cell {
	return append([]cell{{text: "Cộng", span: 2, align: "C"}}, texts(number(p.Total), number(g.Total), number(p.Approved),
		number(g.Approved), number(p.Deployed), number(g.Deployed), none, pct(p.Approved, p.Total), none,
		pct(p.Deployed, p.Total), pct(p.Deployed, p.Approved), "")...)
}

func pct(n, d int) string {
	p, ok := reconcile.Pct(n, d)
	if !ok {
		return none
	}
	return number(p)
}

// key explains the marks used in an annex and how the columns were computed.
func (r *national) key(used []string) {
	p := paragraph{size: sizeTable, align: "L", keep: leading(sizeTable)}
	r.set("“Đã in”: "+r.source()+". “Sổ đăng ký”: tính đến ngày "+shortDate(r.in.Day)+
		". Các tỷ lệ tính lại từ số đã in, làm tròn đến số nguyên gần nhất, nửa đơn vị làm tròn lên.", p)
	var parts []string
	for _, why := range reasons() {
		for _, u := range used {
			if u == why.kind {
				parts = append(parts, why.code+": "+why.text)
				break
			}
		}
	}
	if len(parts) > 0 {
		r.set("Chú thích – "+strings.Join(parts, "; ")+".", paragraph{size: sizeTable, align: "L"})
	}
}
