package report

import (
	"fmt"
	"io"
)

// GapsReport is the input of the list of what a system's plan lacks: its
// roadmap when every line has a day.
type GapsReport struct {
	Official
	Code, Name, Owner            string
	List                         string // level and rule set in words
	Status                       string // how far the plan is deployed, in words, as its controls say
	Roadmap                      string // last day of what lacks, "2006-01-02"; "" when there is no roadmap
	Total, Declared              int
	Verified, Expired, Undecided int // Undecided: controls without an answer
	Rows                         []GapLine
	Files                        []GapFile
}

// GapFile is a file that what lacks rests, or rested, on.
type GapFile struct {
	Clause, Name, State string
	SHA256              string // hex
}

// GapLine is one thing that lacks.
type GapLine struct {
	Clause, What, State string
	Due                 string // "2006-01-02", "" none yet
	Role, Cost          string
}

// Gaps writes what a plan lacks.
func Gaps(w io.Writer, r GapsReport) (err error) {
	defer guard(&err)
	day, err := parseDay(r.Day)
	if err != nil {
		return fmt.Errorf("gaps report: %w", err)
	}
	if len(r.Rows) > maxRows {
		return fmt.Errorf("gaps report: %w", errTooLong)
	}
	s, err := newSheet(r.Official, "Báo cáo: Nội dung còn thiếu và lộ trình thực hiện phương án", day)
	if err != nil {
		return fmt.Errorf("gaps report: %w", err)
	}
	s.part(portrait)
	s.head(r.Official, day)
	s.title("Báo cáo", "Nội dung còn thiếu và lộ trình thực hiện phương án\nbảo đảm an toàn, an ninh mạng của hệ thống thông tin")
	s.addressees(r.Addressees)
	s.bases(r.Bases)
	s.section("1. Hệ thống")
	s.pairs([][2]string{{"Tên hệ thống", orNone(r.Name)}, {"Mã", orNone(r.Code)}, {"Chủ quản", orNone(r.Owner)}, {"Danh mục", orNone(r.List)}})
	s.section("2. Kết quả theo từng biện pháp")
	s.pairs([][2]string{{"Số biện pháp", number(r.Total)}, {"Chưa trả lời", number(r.Undecided)}, {"Đã khai là đạt hoặc không áp dụng", number(r.Declared)},
		{"Đã được người khác kiểm tra", number(r.Verified)}, {"Đã khai nhưng không còn giá trị", number(r.Expired)}, {"Tình trạng triển khai tính được", orNone(r.Status)}, {"Lộ trình kết thúc", dayOrNone(r.Roadmap)}})
	closing := fmt.Sprintf("Trên đây là %s nội dung còn thiếu; danh sách và thời hạn tại Phụ lục kèm theo./.", number(len(r.Rows)))
	s.need(10 + s.closeHeight(r.Official, closing))
	s.close(r.Official, closing)
	s.annexHead("Phụ lục", "Nội dung còn thiếu, thời hạn và trách nhiệm", fmt.Sprintf("(Kèm theo Báo cáo số %s %s của %s)", mark(r.Official), longDate(day), orNone(clip(r.Issuer.Body, 150))))
	t := plain(sizeTable, []column{{12, "C"}, {46, "L"}, {82, "L"}, {36, "L"}, {24, "C"}, {34, "L"}, {24, "L"}},
		"STT", "Điều khoản", "Nội dung", "Tình trạng", "Hạn", "Trách nhiệm", "Kinh phí")
	var rows [][]cell
	for i, x := range r.Rows {
		rows = append(rows, texts(number(i+1), orNone(x.Clause), orNone(x.What), orNone(x.State), dayOrNone(x.Due), orNone(x.Role), orNone(x.Cost)))
	}
	s.table(t, rows)
	s.gapFiles(r.Files)
	return s.write(w)
}

// gapFiles lists the files behind what lacks; no hash is wider than its column.
func (s *sheet) gapFiles(files []GapFile) {
	if len(files) == 0 {
		return
	}
	s.section("Tệp bằng chứng của các nội dung trên")
	t := plain(sizeTable, []column{{12, "C"}, {50, "L"}, {78, "L"}, {34, "L"}, {84, "L"}}, "STT", "Điều khoản", "Tên tệp", "Trạng thái", "SHA-256")
	var rows [][]cell
	for i, f := range files {
		hash := f.SHA256
		if half := len(hash) / 2; half > 0 {
			hash = hash[:half] + " " + hash[half:]
		}
		rows = append(rows, texts(number(i+1), orNone(f.Clause), orNone(f.Name), orNone(f.State), orNone(hash)))
	}
	s.table(t, rows)
}

// dayOrNone shows a day as 31/12/2026, or that there is none.
func dayOrNone(day string) string {
	t, err := parseDay(day)
	if err != nil {
		return orNone("")
	}
	return t.Format("02/01/2006")
}
