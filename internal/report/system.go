package report

import (
	"fmt"
	"io"
	"strings"
)

// System writes the standing of one system on the day.
func System(w io.Writer, r SystemReport) (err error) {
	defer guard(&err)
	day, err := parseDay(r.Day)
	if err != nil {
		return fmt.Errorf("system report: %w", err)
	}
	if len(r.History)+len(r.Dossiers)+len(r.Approvals)+len(r.Gate.Reasons) > maxRows {
		return fmt.Errorf("system report: %w", errTooLong)
	}
	about := "Tình trạng cấp độ và kết nối của hệ thống\n" + clip(orNone(r.System.Name), 250)
	s, err := newSheet(r.Official, "Báo cáo: "+strings.ReplaceAll(about, "\n", " "), day)
	if err != nil {
		return fmt.Errorf("system report: %w", err)
	}
	s.part(portrait)
	s.head(r.Official, day)
	s.title("Báo cáo", about)
	s.addressees(r.Addressees)
	s.bases(r.Bases)
	s.identity(r.System)
	s.gate(r.Gate)
	s.level(r.Level, r.Shadow)
	s.dossiers(r.Dossiers)
	s.approvals(r.Approvals)
	s.securing(r.Confirmation, r.Plan)
	s.history(r.History)
	closing := "Trên đây là tình trạng của hệ thống, tính đến ngày " + shortDate(r.Day) + "./."
	s.need(s.sealHeight() + s.closeHeight(r.Official, closing))
	s.heading("8. Dấu kiểm của số liệu")
	s.seal()
	s.close(r.Official, closing)
	return s.write(w)
}

// pairs is a table of two columns: what, and its value.
func (s *sheet) pairs(rows [][2]string) {
	t := plain(12, []column{{50, "L"}, {115, "L"}}, "Nội dung", "Thông tin")
	var out [][]cell
	for _, r := range rows {
		out = append(out, []cell{{text: r[0], style: "B"}, {text: orNone(r[1])}})
	}
	s.table(t, out)
}

// section starts a numbered part with its table; simulated data are named.
func (s *sheet) section(title string) {
	s.needHeading(30)
	s.heading(title + s.simulated)
}

func (s *sheet) identity(i Identity) {
	s.section("1. Hệ thống")
	s.pairs([][2]string{{"Mã hệ thống", i.Code}, {"Tên hệ thống", i.Name}, {"Chủ quản", i.Owner},
		{"Đơn vị vận hành", i.Operator}, {"Giai đoạn", i.Stage}})
}

// gate comes early: it is what most readers look for.
func (s *sheet) gate(g Gate) {
	s.section("2. Trả lời cho cổng kết nối, chia sẻ dữ liệu")
	word := "CHƯA ĐỦ ĐIỀU KIỆN KẾT NỐI"
	if g.Open {
		word = "ĐỦ ĐIỀU KIỆN KẾT NỐI"
	}
	if g.Answer != "" {
		word += " – " + g.Answer
	}
	s.set(word, paragraph{style: "B", size: sizeBody, align: "L", indent: firstIndent})
	if len(g.Reasons) == 0 {
		s.say("Không có lý do từ chối.")
		return
	}
	t := plain(sizeTable, []column{{20, "C"}, {88, "L"}, {57, "L"}}, "Mã", "Lý do", "Căn cứ")
	var rows [][]cell
	for _, r := range g.Reasons {
		rows = append(rows, texts(orNone(r.Code), orNone(r.Says), orNone(r.Basis)))
	}
	s.table(t, rows)
}

func (s *sheet) level(now Level, shadow *Level) {
	s.section("3. Cấp độ")
	s.lead(levelInWords("Theo quy định đang áp dụng", now))
	s.clauses(now.Clauses)
	if shadow != nil {
		s.lead(levelInWords("Để tham khảo, theo bộ quy tắc còn lại", *shadow))
		s.clauses(shadow.Clauses)
	}
}

// lead is a paragraph that belongs to the table after it.
func (s *sheet) lead(text string) {
	s.set(text, paragraph{size: sizeBody, align: "J", indent: firstIndent, keep: tableStart})
}

func levelInWords(lead string, l Level) string {
	if l.Level <= 0 {
		return fmt.Sprintf("%s (%s), cấp độ chưa xác định được.", lead, orNone(l.RuleSet))
	}
	return fmt.Sprintf("%s (%s), hệ thống thuộc cấp độ\u00A0%d.", lead, orNone(l.RuleSet), l.Level)
}

func (s *sheet) clauses(clauses []Clause) {
	if len(clauses) == 0 {
		return
	}
	t := plain(sizeTable, []column{{52, "L"}, {113, "L"}}, "Điều khoản", "Nội dung áp dụng")
	var rows [][]cell
	for _, c := range clauses {
		rows = append(rows, texts(orNone(c.Cite), orNone(c.Says)))
	}
	s.table(t, rows)
}

func (s *sheet) dossiers(dossiers []Dossier) {
	s.section("4. Hồ sơ đề xuất cấp độ")
	if len(dossiers) == 0 {
		s.say("Chưa có hồ sơ.")
		return
	}
	t := plain(sizeTable, []column{{55, "L"}, {30, "C"}, {35, "C"}, {45, "L"}},
		"Mã hồ sơ", "Cấp độ đề xuất", "Ngày gửi", "Tình trạng")
	var rows [][]cell
	for _, d := range dossiers {
		rows = append(rows, texts(orNone(d.Code), levelOrNone(d.Level), orNone(shortDate(d.Submitted)), orNone(d.State)))
	}
	s.table(t, rows)
}

func levelOrNone(level int) string {
	if level <= 0 {
		return none
	}
	return fmt.Sprint(level)
}

func (s *sheet) approvals(approvals []Approval) {
	s.section("5. Quyết định phê duyệt")
	if len(approvals) == 0 {
		s.say("Chưa có quyết định.")
		return
	}
	t := plain(sizeTable, []column{{34, "L"}, {23, "C"}, {38, "L"}, {14, "C"}, {30, "C"}, {26, "L"}},
		"Số", "Ngày ký", "Cơ quan phê duyệt", "Cấp độ", "Hiệu lực", "Thu hồi")
	var rows [][]cell
	for _, a := range approvals {
		until := "không thời hạn"
		if a.Until != "" {
			until = "đến " + shortDate(a.Until)
		}
		revoked := none
		if a.Revoked != "" {
			revoked = strings.TrimRight(shortDate(a.Revoked)+": "+a.Reason, ": ")
		}
		rows = append(rows, texts(orNone(a.Number), orNone(shortDate(a.Day)), orNone(a.Authority), levelOrNone(a.Level),
			"từ "+orNone(shortDate(a.From))+"\n"+until, revoked))
	}
	s.table(t, rows)
}

// securing is the security plan and the confirmation handed to the gateway.
func (s *sheet) securing(c *Confirmation, p Plan) {
	s.section("6. Phương án bảo đảm an toàn và xác nhận")
	rows := [][2]string{{"Phương án", p.State}, {"Ngày hoàn thành", shortDate(p.Day)}, {"Ghi chú", p.Remark}}
	if c == nil {
		rows = append(rows, [2]string{"Xác nhận an toàn", "Chưa có"})
	} else {
		rows = append(rows, [2]string{"Xác nhận an toàn", fmt.Sprintf("Số %s, ngày %s, do %s; có giá trị đến %s",
			orNone(c.Number), orNone(shortDate(c.Day)), orNone(c.By), orNone(shortDate(c.Until)))})
	}
	s.pairs(rows)
}

func (s *sheet) history(events []Event) {
	s.section("7. Quá trình")
	if len(events) == 0 {
		s.say("Chưa ghi nhận việc nào.")
		return
	}
	t := plain(sizeTable, []column{{32, "L"}, {38, "L"}, {42, "L"}, {53, "L"}},
		"Thời điểm", "Việc", "Tư cách thực hiện", "Ý kiến")
	var rows [][]cell
	for _, e := range events {
		rows = append(rows, texts(orNone(e.Time), orNone(e.Act), orNone(e.By), orNone(e.Comment)))
	}
	s.table(t, rows)
}
