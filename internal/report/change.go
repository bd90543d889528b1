package report

import (
	"fmt"
	"io"
)

// ChangeReport is the input of the report on what a change of law does to the
// register. Nothing in it has happened.
type ChangeReport struct {
	Official
	Before, After string // the two sides in words: rule set and day
	All           ChangeCount
	Moves         []Move // levels named before and after, changed ones only
	Agencies      []AgencyChange
	Systems       []SystemChange // the systems touched, at most the room's rows
	More          int            // touched systems left out of Systems
}

// ChangeCount counts what a change does to a set of systems.
type ChangeCount struct{ Systems, Raised, Lowered, Manual, Unstated, LosesGate, GainsGate, NeedsNew int }

// Move counts systems that go from one level to another; 0 is none named.
type Move struct{ From, To, Count int }

// AgencyChange is what a change does to one agency's systems.
type AgencyChange struct {
	Code, Name string
	ChangeCount
}

// SystemChange is one system touched. Lost says why the gate closes.
type SystemChange struct {
	Code, Name, Owner string
	From, To          int
	Unstated          bool // a fact is not stated, so that the levels are not compared
	GateFrom, GateTo  bool
	Lost              string
	New               int // controls asked anew
}

// Change writes what a change of law would do.
func Change(w io.Writer, r ChangeReport) (err error) {
	defer guard(&err)
	day, err := parseDay(r.Day)
	if err != nil {
		return fmt.Errorf("change report: %w", err)
	}
	if len(r.Systems)+len(r.Agencies) > maxRows {
		return fmt.Errorf("change report: %w", errTooLong)
	}
	about := "Tác động của việc thay đổi quy định về cấp độ\nđối với các hệ thống trong sổ đăng ký"
	s, err := newSheet(r.Official, "Báo cáo: Tác động của việc thay đổi quy định về cấp độ", day)
	if err != nil {
		return fmt.Errorf("change report: %w", err)
	}
	s.part(portrait)
	s.head(r.Official, day)
	s.title("Báo cáo", about)
	s.addressees(r.Addressees)
	s.bases(r.Bases)
	s.changeSums(r)
	s.changeAgencies(r.Agencies)
	closing := "Trên đây là kết quả tính thử trên sổ đăng ký; không có hồ sơ nào bị thay đổi. Danh sách hệ thống chịu tác động tại Phụ lục kèm theo./."
	s.need(10 + s.closeHeight(r.Official, closing))
	s.close(r.Official, closing)
	s.annexHead("Phụ lục", "Danh sách hệ thống chịu tác động", fmt.Sprintf("(Kèm theo Báo cáo số %s %s của %s)", mark(r.Official), longDate(day), orNone(clip(r.Issuer.Body, 150))))
	s.changeSystems(r)
	return s.write(w)
}

// changeSums says what was compared and how it came out.
func (s *sheet) changeSums(r ChangeReport) {
	s.section("1. Kết quả chung")
	s.say(fmt.Sprintf("So sánh %s với %s. Cấp độ đã phê duyệt được giữ nguyên khi tiêu chí thay đổi; hệ thống có cấp độ theo tiêu chí mới khác trước thuộc diện xem xét xác định lại.", orNone(r.Before), orNone(r.After)))
	a := r.All
	s.pairs([][2]string{
		{"Số hệ thống được xét", number(a.Systems)}, {"Cấp độ theo tiêu chí tăng", number(a.Raised)}, {"Cấp độ theo tiêu chí giảm", number(a.Lowered)},
		{"Cần người có thẩm quyền kết luận", number(a.Manual)}, {"Còn dữ kiện chưa khai, chưa so sánh được cấp độ", number(a.Unstated)}, {"Mất điều kiện kết nối", number(a.LosesGate)}, {"Được thêm điều kiện kết nối", number(a.GainsGate)},
		{"Cần bổ sung biện pháp bảo vệ", number(a.NeedsNew)},
	})
	if len(r.Moves) == 0 {
		return
	}
	s.needHeading(30)
	t := plain(sizeTable, []column{{55, "C"}, {55, "C"}, {55, "R"}}, "Từ", "Đến", "Số hệ thống")
	var rows [][]cell
	for _, m := range r.Moves {
		rows = append(rows, texts(levelName(m.From), levelName(m.To), number(m.Count)))
	}
	s.table(t, rows)
}

func (s *sheet) changeAgencies(agencies []AgencyChange) {
	s.section("2. Theo cơ quan")
	t := plain(sizeTable, []column{{42, "L"}, {18, "R"}, {14, "R"}, {14, "R"}, {18, "R"}, {19, "R"}, {20, "R"}, {20, "R"}},
		"Cơ quan", "Hệ thống", "Tăng", "Giảm", "Cần kết luận", "Chưa khai", "Mất điều kiện", "Cần biện pháp")
	var rows [][]cell
	for _, a := range agencies {
		rows = append(rows, texts(orNone(a.Name), number(a.Systems), number(a.Raised), number(a.Lowered), number(a.Manual), number(a.Unstated), number(a.LosesGate), number(a.NeedsNew)))
	}
	s.table(t, rows)
}

// changeSystems is the annex: the systems touched, on landscape pages.
func (s *sheet) changeSystems(r ChangeReport) {
	if r.More > 0 {
		s.say(fmt.Sprintf("Bảng nêu %s hệ thống đầu tiên; còn %s hệ thống khác, xem bản CSV.", number(len(r.Systems)), number(r.More)))
	}
	t := plain(sizeTable, []column{{12, "C"}, {28, "L"}, {78, "L"}, {40, "L"}, {24, "C"}, {24, "C"}, {22, "R"}, {30, "L"}},
		"STT", "Mã", "Tên hệ thống", "Chủ quản", "Cấp độ", "Kết nối", "Biện pháp mới", "Lý do")
	var rows [][]cell
	for i, x := range r.Systems {
		rows = append(rows, texts(number(i+1), x.Code, orNone(x.Name), orNone(x.Owner), levelsOf(x), beforeAfter(gateMark(x.GateFrom), gateMark(x.GateTo)), number(x.New), orNone(x.Lost)))
	}
	s.table(t, rows)
}

// levelsOf shows the levels before and after, or that they are not compared.
func levelsOf(x SystemChange) string {
	if x.Unstated {
		return "chưa khai đủ"
	}
	return beforeAfter(levelMark(x.From), levelMark(x.To))
}

// beforeAfter shows a value before and after, once when it stays.
func beforeAfter(from, to string) string {
	if from == to {
		return to
	}
	return from + " → " + to
}

func levelMark(level int) string {
	if level == 0 {
		return "?"
	}
	return fmt.Sprint(level)
}

func gateMark(open bool) string {
	if open {
		return "được"
	}
	return "không"
}
