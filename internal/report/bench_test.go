package report_test

import (
	"fmt"
	"io"
	"testing"

	"capdo/internal/report"
)

// register is a list of systems as long as the nation's, in the twelve columns of
// the decree's form 08.
func register(rows int) report.Brief {
	b := report.Brief{Official: official(), About: "Danh mục hệ thống thông tin", Closing: "Trên đây là danh mục./."}
	vouched(&b.Official)
	b.Sections = []report.Section{{Title: "Số liệu chung", Facts: [][2]string{{"Tổng số", fmt.Sprint(rows)}}}}
	g := report.Grid{Size: 9, Columns: []report.Column{{"STT", 10, "C"}, {"Tên hệ thống", 40, "L"}, {"Mã", 20, "L"}, {"Chủ quản", 30, "L"}, {"Đơn vị vận hành", 28, "L"}, {"Giai đoạn", 18, "L"}, {"Cấp độ đề xuất", 13, "C"}, {"Cấp độ phê duyệt", 13, "C"},
		{"Số, ngày quyết định", 26, "L"}, {"Tình trạng hồ sơ", 22, "L"}, {"Triển khai phương án", 22, "L"}, {"Kiểm tra, đánh giá", 18, "C"}}}
	for i := range rows {
		g.Rows = append(g.Rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("Hệ thống quản lý hồ sơ, tài liệu điện tử số %d của Sở Thông tin và Truyền thông", i), fmt.Sprintf("H%02d-%04d", i%91, i), "Ủy ban nhân dân tỉnh Thanh Hóa", "Trung tâm Công nghệ thông tin", "Đang vận hành", fmt.Sprint(1 + i%5), fmt.Sprint(1 + i%5),
			fmt.Sprintf("%d/QĐ-UBND, 18/6/2024", i), "Đã được phê duyệt", "Triển khai đầy đủ", "18/6/2024"})
	}
	b.Annexes = []report.Annex{{Title: "Danh mục", Grid: g}}
	return b
}

func BenchmarkInventory(b *testing.B) {
	in := register(7008)
	for b.Loop() {
		if err := report.WriteBrief(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNational(b *testing.B) {
	n := national(b)
	vouched(&n.Official)
	for b.Loop() {
		if err := report.National(io.Discard, n); err != nil {
			b.Fatal(err)
		}
	}
}
