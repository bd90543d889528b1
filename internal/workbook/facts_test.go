package workbook_test

import (
	"bytes"
	"encoding/csv"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/store/storetest"
	"capdo/internal/workbook"
)

// lines are the lines of a table as CSV, and where its columns stand.
func (h *house) lines(b []byte) (lines [][]string, at map[string]int) {
	h.Helper()
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\uFEFF")))).ReadAll()
	if err != nil || len(lines) == 0 {
		h.Fatalf("%v: %s", err, b)
	}
	at = map[string]int{}
	for i, head := range lines[0] {
		at[head] = i
	}
	return lines, at
}

// asCSV writes lines.
func (h *house) asCSV(lines [][]string) []byte {
	h.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(lines); err != nil {
		h.Fatal(err)
	}
	return b.Bytes()
}

// TestFactsOutAndIn: the facts that decide the level stand in the table of the
// register; what was taken out comes back as the same, and what is filled in is
// stated, as an act of its own for each system, new or old.
func TestFactsOutAndIn(t *testing.T) {
	h := open(t)
	old := h.register(officer, "Cổng một cửa")
	stated := storetest.Lead(t, h.office, "H56", "Đã khai", storetest.Stated)
	table := func() ([][]string, map[string]int) {
		return h.lines(h.out(officer, "csv", workbook.Query{Form: workbook.Register}))
	}
	lines, at := table()
	if r := h.try(officer, upload(workbook.Register, "", h.asCSV(lines))); !r.Clean() || r.Same != 2 {
		t.Fatalf("taken out and brought back: %+v", r)
	}
	fill := func(line []string, values map[string]string) {
		for title, value := range values {
			i, ok := at[title]
			if !ok {
				t.Fatalf("there is no column %q in %q", title, lines[0])
			}
			line[i] = value
		}
	}
	facts := map[string]string{"Loại hệ thống": "Phục vụ người dân, doanh nghiệp", "Loại thông tin nhạy cảm nhất": "Thông tin cá nhân", "Hệ thống có phục vụ quốc phòng, an ninh không?": "Không", "Mức dịch vụ công trực tuyến": "Mức 4 hoặc dịch vụ công toàn trình",
		"Hệ thống có giải quyết thủ tục hành chính không?": "Có", "Dịch vụ trực tuyến có thuộc ngành, nghề đầu tư kinh doanh có điều kiện không?": "Không", "Số người sử dụng được xử lý thông tin riêng, thông tin cá nhân": "12.000", "Số người có dữ liệu cá nhân cơ bản được xử lý": "12000",
		"Số người có dữ liệu cá nhân nhạy cảm được xử lý": "0", "Hệ thống có phải chạy liên tục 24/7, không được ngừng ngoài kế hoạch không?": "Không", "Đây có phải hệ thống thông tin quốc gia phục vụ Chính phủ điện tử, Chính phủ số không?": "Không",
		"Hệ thống có lưu trữ tập trung dữ liệu đặc biệt quan trọng của quốc gia không?": "Không", "Hệ thống có dấu hiệu thuộc danh mục hệ thống thông tin quan trọng về an ninh quốc gia không?": "Không", "Đã có kết quả đánh giá rủi ro của hệ thống chưa?": "Có", "Cấp độ theo kết quả đánh giá rủi ro": "Cấp độ 3", "Cấp độ của các hệ thống thành phần": "2, 3"}
	fill(lines[1], facts)
	fresh := make([]string, len(lines[0]))
	fill(fresh, facts)
	fill(fresh, map[string]string{"Tên hệ thống thông tin": "Hệ thống mới", "Đơn vị vận hành": "Trung tâm CNTT", "Đơn vị chuyên trách tự vận hành": "Không", "Giai đoạn của hệ thống": "Đang vận hành", "Ngày đưa vào vận hành": "2020-01-01", "Chức năng, nhiệm vụ của hệ thống": "Tiếp nhận hồ sơ", "Đối tượng phục vụ": "Người dân", "Xác nhận là một hệ thống thông tin": "Có"})
	lines = append(lines, fresh)
	before := h.size()
	r, err := h.Import(ctx, officer, upload(workbook.Register, "", h.asCSV(lines)))
	if err != nil || !r.Done || r.Added != 1 || r.Changed != 1 || r.Same != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	if n := h.size() - before; n != 3 { // the facts of the old one; the new one, and its facts
		t.Errorf("%d entries", n)
	}
	for _, code := range []string{old.Code, "H56-0003"} {
		f, err := h.office.File(ctx, officer, code)
		if err != nil || f.System.Facts == nil || f.System.Facts.Type != "b" || *f.System.Facts.Users != 12000 || len(f.System.Facts.Components) != 2 || f.System.Facts.Named != 3 {
			t.Fatalf("%s: %v %+v", code, err, f.System.Facts)
		}
		if last := f.History[len(f.History)-1]; last.Act != approval.ActFacts || last.Detail["source"] != "d" || last.Detail["level_R331"] == "" {
			t.Errorf("%s: the last entry is %+v", code, last)
		}
	}
	again, _ := table()
	if r := h.try(officer, upload(workbook.Register, "", h.asCSV(again))); !r.Clean() || r.Same != 3 {
		t.Errorf("the second time: %+v", r)
	}
	for i := range again[1:] { // nothing said of the facts leaves them
		for title := range facts {
			again[i+1][at[title]] = ""
		}
	}
	if r := h.try(officer, upload(workbook.Register, "", h.asCSV(again))); !r.Clean() || r.Same != 3 {
		t.Errorf("emptied: %+v", r)
	}
	if f, err := h.office.File(ctx, officer, stated.Code); err != nil || f.System.Version != stated.Version {
		t.Errorf("what stood there already was stated again: %v", err)
	}
	h.verified()
}

// TestWaysToBreakFacts: what is wrong with a fact is told beside its cell.
func TestWaysToBreakFacts(t *testing.T) {
	h := world(t)
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Register})
	const kind, info, users, parts = "Loại hệ thống", "Loại thông tin nhạy cảm nhất", "Số người sử dụng được xử lý thông tin riêng, thông tin cá nhân", "Cấp độ của các hệ thống thành phần"
	internal := kind + "|2|Phục vụ hoạt động nội bộ"
	h.toldOf(workbook.Register, "", clean, []breach{
		{kind + "|2|Lạ", "E-CELL-CHOICE", kind, 2, "Phục vụ hoạt động nội bộ"},
		{internal, "E-ROW-REQUIRED", info, 2, "Chọn"},
		{internal + "&&" + info + "|2|Mật", "E-CELL-CHOICE", info, 2, "Thông tin công cộng"},
		{users + "|2|nhiều", "E-CELL-NUMBER", users, 2, "số nguyên"},
		{users + "|2|-5", "E-CELL-NUMBER", users, 2, "số nguyên"},
		{internal + "&&" + parts + "|2|2, 7", "E-ROW-LEVELS", parts, 2, "từ 1 đến 5"},
		{"Cấp độ theo kết quả đánh giá rủi ro|2|Cấp độ 9", "E-CELL-CHOICE", "Cấp độ theo kết quả đánh giá rủi ro", 2, "Cấp độ 1"},
	})
	h.verified()
}
