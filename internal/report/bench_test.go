package report_test

import (
	"fmt"
	"io"
	"testing"

	"capdo/internal/report"
)

// register is a list of systems as long as the nation's, in eight columns.
func register(rows int) report.Brief {
	b := report.Brief{Official: official(), About: "Danh mục hệ thống thông tin", Closing: "Trên đây là danh mục./."}
	vouched(&b.Official)
	b.Sections = []report.Section{{Title: "Số liệu chung", Facts: [][2]string{{"Tổng số", fmt.Sprint(rows)}}}}
	g := report.Grid{Columns: []report.Column{{"STT", 12, "C"}, {"Mã", 26, "L"}, {"Tên hệ thống", 80, "L"}, {"Chủ quản", 46, "L"}, {"Cấp độ", 15, "C"}, {"Phê duyệt", 30, "L"}, {"Phương án", 30, "L"}, {"Kiểm tra", 24, "C"}}}
	for i := range rows {
		g.Rows = append(g.Rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("H%02d-%04d", i%91, i), fmt.Sprintf("Hệ thống quản lý hồ sơ, tài liệu điện tử số %d của Sở Thông tin và Truyền thông", i), "Ủy ban nhân dân tỉnh Thanh Hóa", fmt.Sprint(1 + i%5), fmt.Sprintf("%d/QĐ-UBND", i), "Đã triển khai đầy đủ", "18/6/2024"})
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
