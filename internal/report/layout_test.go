package report_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/report"
)

func nationalPages(t testing.TB, n report.NationalReport) []page {
	t.Helper()
	var b bytes.Buffer
	if err := report.National(&b, n); err != nil {
		t.Fatal(err)
	}
	return readPDF(t, b.Bytes())
}

func systemPages(t testing.TB, r report.SystemReport) []page {
	t.Helper()
	var b bytes.Buffer
	if err := report.System(&b, r); err != nil {
		t.Fatal(err)
	}
	return readPDF(t, b.Bytes())
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.05 }

// The head of page 1: cases, sizes and styles of Decree 30/2020, Appendix I.
func TestHeadFollowsTheDecree(t *testing.T) {
	p := nationalPages(t, national(t))[0]
	for _, c := range []struct {
		text, style string
		size        float64
	}{
		{"BỘ CÔNG AN", "", 12},
		{"CỤC AN NINH MẠNG VÀ PHÒNG,", "B", 12},
		{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "B", 12},
		{"Độc lập - Tự do - Hạnh phúc", "B", 13},
		{"Số: 07/BC-A05", "", 13},
		{"Hà Nội, ngày 22 tháng 11 năm 2026", "I", 13},
		{"BÁO CÁO", "B", 14},
		{"Tình hình phê duyệt", "B", 13},
		{"Kính gửi:", "", 13},
		{"Căn cứ Luật", "I", 13},
		{"Báo cáo đặt cạnh nhau", "", 13},
	} {
		got := p.find(t, c.text)
		if got.style != c.style || got.size != c.size {
			t.Errorf("%s: style %q, %g pt; want %q, %g pt", c.text, got.style, got.size, c.style, c.size)
		}
	}
	number, place := p.find(t, "Số: "), p.find(t, "Hà Nội,")
	if !near(number.y, place.y) {
		t.Errorf("number at %.2f, place and date at %.2f: not on one line", number.y, place.y)
	}
	if first := p.find(t, "Báo cáo đặt cạnh nhau"); !near(first.x, 30+12.7) {
		t.Errorf("first line indented to %.2f mm, want 42.70", first.x)
	}
}

// Three rules: under the issuing body (1/3 to 1/2), under the motto (its whole
// length), under the title (1/3 to 1/2).
func TestHeadRules(t *testing.T) {
	p := nationalPages(t, national(t))[0]
	under := func(text, last string) (item, line) {
		first, below := p.find(t, text), p.find(t, last)
		for _, l := range p.lines {
			if gap := l.y1 - below.y; near(l.y1, l.y2) && gap > 0 && gap < 4 && l.x1 < first.x+60 && l.x2 > first.x {
				return first, l
			}
		}
		t.Fatalf("no rule under %q", last)
		return item{}, line{}
	}
	motto, rule := under("Độc lập", "Độc lập")
	if !near(rule.x1, motto.x) || !near((rule.x1+rule.x2)/2, 147.5) {
		t.Errorf("rule from %.2f to %.2f does not match the motto from %.2f about 147.50", rule.x1, rule.x2, motto.x)
	}
	for _, c := range []struct {
		widest, last string
		middle       float64
	}{{"CỤC AN NINH", "CÔNG NGHỆ CAO", 65}, {"Tình hình phê duyệt", "hệ thống thông tin tại", 112.5}} {
		text, rule := under(c.widest, c.last)
		width := 2 * (c.middle - text.x) // the text is centred
		if part := (rule.x2 - rule.x1) / width; part < 1./3 || part > 1./2 {
			t.Errorf("rule under %q is %.2f of its width", c.last, part)
		}
	}
}

// Margins 20/20/30/15; above and below stand only banner, page number and foot.
func TestNothingLeavesTheMargins(t *testing.T) {
	for name, pages := range map[string][]page{"national": nationalPages(t, national(t)), "system": systemPages(t, system())} {
		for n, p := range pages {
			for _, i := range p.items {
				furniture := i.y < 20 || i.size == 8 && i.y > p.h-15
				if i.x < 29.99 || i.x > p.w-15 || !furniture && i.y > p.h-20 {
					t.Errorf("%s, page %d: %q at %.1f, %.1f leaves the text area", name, n+1, i.text, i.x, i.y)
				}
			}
			for _, r := range p.rects {
				if r.x < 29.99 || r.x+r.w > p.w-14.99 || r.y > 20 && r.y+r.h > p.h-19.9 {
					t.Errorf("%s, page %d: box %+v leaves the text area", name, n+1, r)
				}
			}
		}
	}
}

// Numbers stand centred in the top margin, not on the first page of a part;
// each annex counts for itself.
func TestPageNumbers(t *testing.T) {
	var got []string
	for _, p := range nationalPages(t, national(t)) {
		number := ""
		for _, i := range p.items {
			if i.y > 10 && i.y < 20 {
				number += i.text
				if i.size != 13 || i.style != "" || math.Abs(i.x-(30+(p.w-45)/2)) > 3 {
					t.Errorf("page number %q: %+v", number, i)
				}
			}
		}
		for _, i := range p.items {
			if strings.HasPrefix(i.text, "Phụ lục I") && i.size == 14 {
				number = i.text
			}
		}
		got = append(got, number)
	}
	if diff := cmp.Diff(strings.Split("|2|3|4|5|Phụ lục I|2|Phụ lục II|2|3|Phụ lục III|2|3", "|"), got); diff != "" {
		t.Error(diff)
	}
}

func TestAnnexesAreLandscape(t *testing.T) {
	annexes := false
	for n, p := range nationalPages(t, national(t)) {
		annexes = annexes || strings.Contains(p.text(), "(Kèm theo Báo cáo số 07/BC-A05 ngày 22 tháng 11 năm 2026 của Cục An ninh mạng")
		if wide := p.w > p.h; wide != annexes {
			t.Errorf("page %d: landscape %v, in the annexes %v", n+1, wide, annexes)
		}
		if !near(p.w+p.h, 210+297) && math.Abs(p.w+p.h-507) > 0.2 {
			t.Errorf("page %d is %.1f by %.1f mm, not A4", n+1, p.w, p.h)
		}
	}
	if !annexes {
		t.Error("no annex")
	}
}

// Every page of a table repeats its head, and no page ends on a heading.
func TestHeadsRepeatAndHeadingsStay(t *testing.T) {
	pages := nationalPages(t, national(t))
	for n, p := range pages {
		if p.w > p.h && (!strings.Contains(p.text(), "STT") || !strings.Contains(p.text(), "Đã in")) {
			t.Errorf("page %d has no table head", n+1)
		}
	}
	for n, p := range append(pages, systemPages(t, system())...) {
		var last item
		for _, i := range p.items {
			if i.y > last.y && i.y < p.h-20 {
				last = i
			}
		}
		if last.style == "B" && last.size >= 12 && last.x < 60 {
			t.Errorf("page %d ends on the heading %q", n+1, last.text)
		}
	}
}

// The signature never stands on a page without text.
func TestSignatureHasCompany(t *testing.T) {
	for events := 0; events < 60; events += 3 {
		r := system()
		for i := 0; i < events; i++ {
			r.History = append(r.History, r.History[i%3])
		}
		pages := systemPages(t, r)
		last := pages[len(pages)-1].text()
		for _, want := range []string{"Trên đây là", "CỤC TRƯỞNG", "(chữ ký, dấu)", "Nơi nhận:", "- Như trên;", "- Lưu: VT, A05."} {
			if !strings.Contains(last, want) {
				t.Errorf("with %d more events the last page lacks %q", events, want)
			}
		}
	}
}

func TestEveryPageCarriesBannerAndFoot(t *testing.T) {
	for _, simulated := range []bool{true, false} {
		n := national(t)
		n.Simulated = simulated
		for i, p := range nationalPages(t, n) {
			if strings.Contains(p.text(), "DỮ LIỆU MÔ PHỎNG – ") != simulated {
				t.Errorf("page %d: banner, want %v", i+1, simulated)
			}
			for _, want := range []string{"Sổ ghi: 28.114 mục, gốc 5f2b9c1e7a3d48f60b8c…", "bộ quy tắc: sha256:9d1c0e7f2b3a4…",
				"Số liệu tính đến ngày 22/11/2026"} {
				if !strings.Contains(p.text(), want) {
					t.Errorf("page %d lacks %q", i+1, want)
				}
			}
		}
		if got := strings.Count(allText(nationalPages(t, n)), "có dữ liệu mô phỏng"); (got == 10) != simulated || (got == 0) == simulated {
			t.Errorf("simulated %v: %d captions say so", simulated, got)
		}
	}
}
