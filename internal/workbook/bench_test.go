package workbook_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"capdo/internal/sheet"
	"capdo/internal/workbook"
)

// tenThousand is a register of that many new systems, as officers fill it in.
func tenThousand(t testing.TB, h *house, n int) []byte {
	t.Helper()
	titles := []string{"Mã hệ thống", "Phiên bản", "Tên hệ thống thông tin", "Đơn vị vận hành", "Đơn vị chuyên trách tự vận hành", "Giai đoạn của hệ thống", "Ngày đưa vào vận hành", "Chức năng, nhiệm vụ của hệ thống", "Đối tượng phục vụ", "Xác nhận là một hệ thống thông tin"}
	var s sheet.Sheet
	for _, title := range titles {
		c := sheet.Column{Title: title}
		if strings.HasPrefix(title, "Ngày") {
			c.Kind = sheet.Date
		}
		s.Columns = append(s.Columns, c)
	}
	s.Name = "Sổ đăng ký"
	s.Rows = func(yield func([]sheet.Cell, error) bool) {
		for i := range n {
			if !yield([]sheet.Cell{{}, {}, {Value: fmt.Sprintf("Hệ thống thông tin chuyên ngành số %d", i)}, {Value: "Trung tâm Công nghệ thông tin"}, {Value: "Không"}, {Value: "Đang vận hành"},
				{Value: "2024-12-31"}, {Value: fmt.Sprintf("Tiếp nhận và xử lý hồ sơ nghiệp vụ nhóm %d", i%97)}, {Value: "Người dân, doanh nghiệp"}, {Value: "Có"}}, nil) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, sheet.Book{Sheets: []sheet.Sheet{s}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const rowsOfBench = 10_000

func reportRows(b *testing.B, size int) {
	b.Helper()
	b.ReportMetric(float64(rowsOfBench)*float64(max(b.N, 1))/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/rowsOfBench, "bytes/row")
	b.ReportAllocs()
}

func BenchmarkTry(b *testing.B) {
	h := open(b)
	file := tenThousand(b, h, rowsOfBench)
	b.ResetTimer()
	for b.Loop() {
		if r := h.try(officer, upload(workbook.Register, "", file)); r.Added != rowsOfBench {
			b.Fatalf("%+v", r.Problems[:1])
		}
	}
	reportRows(b, len(file))
}

func BenchmarkImport(b *testing.B) {
	size := 0
	for b.Loop() {
		b.StopTimer()
		h := open(b)
		file := tenThousand(b, h, rowsOfBench)
		b.StartTimer()
		r, err := h.Import(ctx, officer, upload(workbook.Register, "", file))
		if err != nil || !r.Done {
			b.Fatalf("%v %+v", err, r)
		}
		size = len(file)
	}
	reportRows(b, size)
}

// BenchmarkAmend brings 10,000 systems back, each with another name.
func BenchmarkAmend(b *testing.B) {
	h := open(b)
	if r, err := h.Import(ctx, officer, upload(workbook.Register, "", tenThousand(b, h, rowsOfBench))); err != nil || !r.Done {
		b.Fatal(err)
	}
	size := 0
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		csv := strings.ReplaceAll(string(h.out(officer, "csv", workbook.Query{Form: workbook.Register})), "Trung tâm", fmt.Sprintf("Trung tâm %d", i))
		b.StartTimer()
		r, err := h.Import(ctx, officer, upload(workbook.Register, "", []byte(csv)))
		if err != nil || !r.Done || r.Changed != rowsOfBench {
			b.Fatalf("%v %+v", err, r)
		}
		size = len(csv)
	}
	reportRows(b, size)
}

func BenchmarkExport(b *testing.B) {
	h := open(b)
	if r, err := h.Import(ctx, officer, upload(workbook.Register, "", tenThousand(b, h, rowsOfBench))); err != nil || !r.Done {
		b.Fatal(err)
	}
	for _, kind := range []string{"xlsx", "csv", "json"} {
		b.Run(kind, func(b *testing.B) {
			var n counter
			for b.Loop() {
				n = 0
				if err := h.Export(context.Background(), &n, officer, kind, workbook.Query{Form: workbook.Register}); err != nil {
					b.Fatal(err)
				}
			}
			reportRows(b, int(n))
		})
	}
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
