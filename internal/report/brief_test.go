package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"capdo/internal/report"
)

func brief(rows int) report.Brief {
	b := report.Brief{Official: official(), About: "Tình hình thử", Closing: "Trên đây là báo cáo thử./."}
	b.Sections = []report.Section{{Title: "Số liệu", Texts: []string{"Một đoạn."}, Facts: [][2]string{{"Tổng số", "12"}},
		Bars: &report.Bars{Name: "Tỷ lệ theo cấp độ", Parts: [2]string{"đã phê duyệt", "triển khai đầy đủ"}, Rows: []report.Bar{{Name: "Cấp độ 1", First: 3, Second: 1, All: 4}, {Name: "Cấp độ 2"}}}}}
	g := report.Grid{Columns: []report.Column{{"STT", 10, "C"}, {"Tên", 80, "L"}, {"Ghi chú", 60, "L"}}, Left: 7}
	for i := range rows {
		g.Rows = append(g.Rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("Hệ thống số %d", i+1), strings.Repeat("Còn thiếu xác nhận. ", i%5)})
	}
	b.Annexes = []report.Annex{{Title: "Danh sách", Grid: g}}
	return b
}

// TestBrief: what is handed in stands there, heads repeat, no row stands alone
// on the last page, and what was left out is said.
func TestBrief(t *testing.T) {
	for _, rows := range []int{0, 1, 25, 26, 27, 28, 200} {
		var b bytes.Buffer
		if err := report.WriteBrief(&b, brief(rows)); err != nil {
			t.Fatal(err)
		}
		pages := readPDF(t, b.Bytes())
		text := allText(pages)
		for _, want := range []string{"TÌNH HÌNH THỬ", "1. Số liệu", "Một đoạn.", "75,0% (3/4)", "còn 7 dòng không in", "bảng tính"} {
			if !strings.Contains(strings.ToUpper(text), strings.ToUpper(want)) {
				t.Errorf("%d rows: no %q", rows, want)
			}
		}
		annex := 0
		for _, p := range pages {
			if p.w > p.h {
				annex++
				p.find(t, "STT")
				if n := strings.Count(p.text(), "Hệ thống số"); rows > 1 && n < 2 {
					t.Errorf("%d rows: %d on a page of the annex", rows, n)
				}
			}
		}
		if annex == 0 || rows == 0 && !strings.Contains(text, "Không có.") {
			t.Errorf("%d rows: %d pages of annex", rows, annex)
		}
	}
}

// TestBriefStops: whoever watches may end it, and too many rows are refused.
func TestBriefStops(t *testing.T) {
	enough, n := errors.New("enough"), 0
	b := brief(200)
	b.Row = func() error {
		if n++; n > 50 {
			return enough
		}
		return nil
	}
	if err := report.WriteBrief(&bytes.Buffer{}, b); !errors.Is(err, enough) || n != 51 {
		t.Errorf("after %d rows: %v", n, err)
	}
	if err := report.WriteBrief(&bytes.Buffer{}, brief(report.MaxRows+1)); err == nil {
		t.Error("more rows than a paper takes")
	}
}
