package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"capdo/forms"
	"capdo/internal/report"
)

// The head of page 1: cases, sizes and styles of Decree 30/2020, Appendix I.
func TestFormHeadFollowsTheDecree(t *testing.T) {
	type look struct {
		text, style string
		size        float64
	}
	common := []look{{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "B", 12}, {"Độc lập - Tự do - Hạnh phúc", "B", 13}, {"Lạng Sơn, ngày 22", "I", 13}}
	for id, looks := range map[string][]look{
		"mau-01": {{"ỦY BAN NHÂN DÂN", "", 12}, {"TRUNG TÂM", "B", 12}, {"Số: 07/TTCĐS", "", 13}, {"V/v đề nghị thẩm định,", "", 12}, {"Kính gửi: Sở", "", 13},
			{"Căn cứ Luật", "", 13}, {"Phần 1. Thông tin chung", "B", 13}, {"1. Tên hệ thống", "", 12}, {"1. Tài liệu mô tả", "", 13}},
		"mau-05": {{"Số: 07/TTr-TTCĐS", "", 13}, {"TỜ TRÌNH", "B", 14}, {"Về việc phê duyệt", "B", 13}, {"Kính gửi: Ủy ban", "", 13}, {"Căn cứ Luật", "I", 13}},
		"mau-06": {{"ỦY BAN NHÂN DÂN", "B", 12}, {"Số: 07/QĐ-UBND", "", 13}, {"QUYẾT ĐỊNH", "B", 14}, {"CHỦ TỊCH ỦY BAN", "B", 13}, {"Căn cứ Luật", "I", 13},
			{"QUYẾT ĐỊNH:", "B", 13}, {"Điều 1.", "B", 13}, {"Phê duyệt cấp độ", "", 13}, {"Điều 2. Tổ chức", "B", 13}, {"1. Trung tâm", "", 13}},
		"mau-08": {{"Số: 07/BC-UBND", "", 13}, {"BÁO CÁO", "B", 14}, {"Kính gửi: Bộ Công an.", "", 13}, {"1. Thông tin chung", "B", 13}, {"- Tổng số", "", 13}},
	} {
		p := formPages(t, full(paperOf(t, id, "r331")))[0]
		for _, l := range append(common, looks...) {
			if got := p.find(t, l.text); got.style != l.style || got.size != l.size {
				t.Errorf("%s, %s: style %q, %g pt; want %q, %g pt", id, l.text, got.style, got.size, l.style, l.size)
			}
		}
		number, place := p.find(t, "Số: "), p.find(t, "Lạng Sơn, ngày")
		if !near(number.y, place.y) {
			t.Errorf("%s: number at %.2f, place and date at %.2f", id, number.y, place.y)
		}
	}
}

// An official letter has its subject 6 pt under the number and no title.
func TestLetterHasASubject(t *testing.T) {
	p := formPages(t, full(paperOf(t, "mau-02", "r331")))[0]
	number, subject := p.find(t, "Số: "), p.find(t, "V/v")
	if gap := subject.y - number.y; gap < 6 || gap > 9 || subject.x > 100 {
		t.Errorf("subject %.2f mm under the number, at %.2f", gap, subject.x)
	}
	for _, i := range p.items {
		if i.size == 14 {
			t.Errorf("a letter with the title %q", i.text)
		}
	}
}

// An article opens in bold and goes on upright on the same line.
func TestArticleLead(t *testing.T) {
	p := formPages(t, full(paperOf(t, "mau-06", "r331")))[0]
	lead, rest := p.find(t, "Điều 1."), p.find(t, "Phê duyệt cấp độ")
	if !near(lead.y, rest.y) || !near(lead.x, 42.7) || rest.x < lead.x+12 || rest.x > lead.x+20 {
		t.Errorf("article at %.2f, %.2f; its text at %.2f, %.2f", lead.x, lead.y, rest.x, rest.y)
	}
}

// A number that comes with its symbol stands as it is.
func TestFormNumber(t *testing.T) {
	d := full(paperOf(t, "mau-06", "r331"))
	d.Number = "812/QĐ-CT"
	requireAll(t, formPages(t, d), []string{"Số: 812/QĐ-CT "})
	d.Number, d.Issuer.Abbrev = "", ""
	requireAll(t, formPages(t, d), []string{"Số: ………/QĐ-…… "})
}

func TestFormFurniture(t *testing.T) {
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		for _, marked := range []bool{true, false} {
			d := full(o)
			d.Draft, d.Simulated = marked, marked
			pages := formPages(t, d)
			inMargins(t, pages)
			for n, p := range pages {
				text := p.text()
				if strings.Contains(text, "DỰ THẢO") != marked || strings.Contains(text, "DỮ LIỆU MÔ PHỎNG – ") != marked {
					t.Errorf("page %d: draft and banner, want %v", n+1, marked)
				}
				want := []string{"Sổ ghi: 28.114 mục, gốc 5f2b9c1e7a3d48f60b8c…", "bộ quy tắc: sha256:9d1c0e7f2b3a4…", "Số liệu tính đến ngày 22/11/2026", "Lập theo " + o.Model}
				for _, w := range want {
					if !strings.Contains(text, w) {
						t.Errorf("page %d lacks %q", n+1, w)
					}
				}
				if strings.Contains(text, "chưa đối chiếu với bản gốc") == (o.Confidence == "high") {
					t.Errorf("page %d: how sure the blank is", n+1)
				}
			}
		}
	})
}

// No page ends on a heading or on words that announce something, and the
// signature has company, however long the paper.
func TestFormPagesEndWell(t *testing.T) {
	for _, id := range []string{"mau-01", "mau-04", "mau-06", "mau-08"} {
		for n := range 12 {
			d := full(paperOf(t, id, "r331"))
			long := strings.Repeat("Nội dung kéo dài để dời các phần sau xuống dưới. ", 5*n)
			d.Values["coordinators_opinion"], d.Values["other_duties"], d.Values["owner_mandate"], d.Values["applicant"] = long, long, long, strings.TrimSpace("Trung tâm "+long)
			letter := formPages(t, d)
			if id == "mau-08" {
				letter = portraitPages(letter)
			}
			for i, p := range letter {
				if last := lowest(p); i < len(letter)-1 && (last.style == "B" || strings.HasSuffix(last.text, ":")) {
					t.Errorf("%s, %d: page %d ends on %q", id, n, i+1, last.text)
				}
			}
			last := letter[len(letter)-1]
			company := 0
			for _, i := range last.items {
				if i.size == 13 && i.style == "" && i.y > 20 {
					company++
				}
			}
			if company == 0 || !strings.Contains(last.text(), "GIÁM ĐỐC") || !strings.Contains(last.text(), "Nơi nhận:") {
				t.Errorf("%s, %d: the signature stands alone", id, n)
			}
		}
	}
}

func portraitPages(pages []page) []page {
	for i, p := range pages {
		if p.w > p.h {
			return pages[:i]
		}
	}
	return pages
}

// lowest is the last line of the text area.
func lowest(p page) item {
	var last item
	for _, i := range p.items {
		if i.y >= last.y && i.y < p.h-20 {
			last = i
		}
	}
	return last
}

// counters reads the counters off the first page of the report.
func counters(t *testing.T, pages []page) map[string]int {
	t.Helper()
	text := strings.Join(strings.Fields(allText(portraitPages(pages))), " ")
	out := map[string]int{}
	for slot, lead := range map[string]string{"total": "phạm vi quản lý: ", "classified": "loại hình): ", "dossier_built": "đã xây dựng hồ sơ đề xuất cấp độ: ",
		"appraised": "đã được thẩm định hồ sơ đề xuất cấp độ: ", "approved": "đã được phê duyệt cấp độ: ", "inspected": "định kỳ theo quy định: "} {
		_, rest, ok := strings.Cut(text, lead)
		if !ok {
			t.Fatalf("no counter %s", slot)
		}
		digits, _, _ := strings.Cut(rest, ";")
		var n int
		if _, err := fmt.Sscan(strings.ReplaceAll(digits, ".", ""), &n); err != nil {
			t.Fatalf("counter %s: %q", slot, digits)
		}
		out[slot] = n
	}
	return out
}

// The counters of Mẫu 08 are the rows of its table, counted here again from
// what the table prints; figures handed in beside the rows do not count.
func TestCountersAddUp(t *testing.T) {
	for _, edition := range []string{"r331", "r85"} {
		for _, n := range []int{0, 1, 40, 3000} {
			d := full(paperOf(t, "mau-08", edition))
			d.Rows["systems"] = systems(n)
			d.Values["classified"], d.Values["total"], d.Values["approved"] = fmt.Sprint(n), "999999", "999999"
			pages := formPages(t, d)
			got := counters(t, pages)
			approved, appraised, built, inspected := 0, 0, 0, 0
			for _, r := range systems(n) {
				switch r["status"] {
				case "approved":
					approved++
					if strings.HasSuffix(r["inspection"], "periodic") {
						inspected++
					}
				case "appraised":
					appraised++
				case "submitted":
					built++
				}
			}
			want := map[string]int{"total": n, "classified": n, "dossier_built": built + appraised + approved, "appraised": appraised + approved,
				"approved": approved, "inspected": inspected}
			for slot := range want {
				if got[slot] != want[slot] {
					t.Errorf("%s, %d rows: %s is %d, want %d", edition, n, slot, got[slot], want[slot])
				}
			}
			wide := pages[len(portraitPages(pages)):]
			if printed := strings.Count(strings.Join(strings.Fields(allText(wide)), " "), "điều hành số "); printed != n {
				t.Errorf("%s: %d of %d rows printed", edition, printed, n)
			}
		}
	}
}

// Twelve numbered columns on landscape pages, repeated on each; the annex
// counts its own pages.
func TestWideTable(t *testing.T) {
	d := full(paperOf(t, "mau-08", "r331"))
	pages := formPages(t, d)
	wide := pages[len(portraitPages(pages)):]
	if len(wide) < 3 {
		t.Fatalf("%d landscape pages", len(wide))
	}
	for n, p := range wide {
		text := p.text()
		if p.w < p.h || !strings.Contains(text, "STT") || !strings.Contains(text, "(1) (2) (3) (4) (5) (6) (7) (8) (9) (10) (11) (12)") {
			t.Errorf("page %d of the annex has no head: %.80q", n+1, text)
		}
		number := ""
		for _, i := range p.items {
			if i.y > 10 && i.y < 20 {
				number += i.text
			}
		}
		if want := fmt.Sprint(n + 1); number != want && n > 0 || n == 0 && number != "" {
			t.Errorf("page %d of the annex is numbered %q", n+1, number)
		}
	}
	if note := wide[0].find(t, "Cột (7), (8)"); note.size != 9 || note.y > wide[0].find(t, "STT").y {
		t.Errorf("the note does not stand above the table: %+v", note)
	}
	text := strings.Join(strings.Fields(allText(wide)), " ")
	for _, want := range []string{"Phụ lục", "(Kèm theo Báo cáo số 07/BC-UBND ngày 22 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh Lạng Sơn)", "31/12/2026", "30/6/2027",
		"Đang dự thảo", "Đã gửi thẩm định", "Đã thẩm định", "Đã được phê duyệt", "Chưa triển khai", "Trước khi đưa vào sử dụng; Định kỳ"} {
		if !strings.Contains(text, want) {
			t.Errorf("the annex lacks %q", want)
		}
	}
	for _, code := range []string{"drafting", "submitted", "before_use", "periodic"} {
		if strings.Contains(text, code) {
			t.Errorf("the annex prints the code %q", code)
		}
	}
}

// An empty table has numbered rows to write in, two lines high.
func TestBlankTable(t *testing.T) {
	pages := formPages(t, blank(paperOf(t, "mau-08", "r331")))
	p := pages[len(portraitPages(pages))]
	if first, second := p.find(t, "1"), p.find(t, "2"); second.y-first.y < 8 || !near(p.find(t, "10").y-first.y, 9*(second.y-first.y)) {
		t.Errorf("rows %.2f mm high", second.y-first.y)
	}
}

// Addressees of the caller stand in place of those of the blank.
func TestFormAddressees(t *testing.T) {
	d := full(paperOf(t, "mau-02", "r331"))
	d.Addressees = []string{"Bộ Công an", "Bộ Quốc phòng"}
	d.Bases = []string{"Căn cứ Quyết định số 15/2025/QĐ-UBND"}
	requireAll(t, formPages(t, d), []string{"Kính gửi: - Bộ Công an; - Bộ Quốc phòng.", "đối với hệ thống thông tin; Căn cứ Quyết định số 15/2025/QĐ-UBND."})
	d.Addressees, d.Issuer = nil, report.Issuer{}
	p := formPages(t, d)[0]
	if body := p.find(t, "TRUNG TÂM CHUYỂN ĐỔI SỐ"); body.style != "B" || math.Abs(body.size-12) > 0 {
		t.Errorf("the issuer is not taken from its slot: %+v", body)
	}
}
