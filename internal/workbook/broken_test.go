package workbook_test

import (
	"strings"
	"testing"

	"capdo/internal/plan"
	"capdo/internal/store/storetest"
	"capdo/internal/workbook"
)

// general are the ways to break a table of any form, at one of its columns.
func general(title, sheet string) []breach {
	return []breach{
		{"!formula|" + title, "E-CELL-FORMULA", title, 2, "công thức"},
		{"!error|" + title, "E-CELL-ERROR", title, 2, "#REF!"},
		{"!merged|" + title, "E-FILE-MERGED", "", 0, "bỏ gộp"},
		{"!head-missing|" + title, "E-COLUMN-MISSING", title, 0, "Thiếu cột"},
		{"!head-twice|" + title, "E-COLUMN-TWICE", title, 0, "hai lần"},
		{"!sheet-renamed|" + title, "E-SHEET-MISSING", "", 0, sheet},
		{"!dde|" + title, "E-FILE-DDE", "", 0, "DDE"},
		{"!far-row|" + title, "E-FILE-HUGE-DIMENSION", "", 0, "100.000 dòng"},
		{"!far-column|" + title, "E-FILE-HUGE-DIMENSION", "", 0, "256 cột"},
	}
}

// TestTwentyWaysToBreakADossier: the statement of a dossier, taken out as a workbook.
func TestTwentyWaysToBreakADossier(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Stated).Code
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Dossier, System: code})
	const says = "Trả lời"
	h.toldOf(workbook.Dossier, code, clean, append(general(says, "Hồ sơ"), []breach{
		{says + "|2|Có thể", "E-CELL-CHOICE", says, 2, "Có; Không"},
		{says + "|17|Cấp độ 9", "E-CELL-CHOICE", says, 17, "Cấp độ 1; Cấp độ 2"},
		{says + "|17|ba", "E-CELL-CHOICE", says, 17, "Chọn trong danh mục"},
		{says + "|18|Thông tin mật", "E-CELL-CHOICE", says, 18, "Thông tin công cộng"},
		{says + "|18|Thông tin riêng; Không rõ", "E-CELL-CHOICE", says, 18, "Thông tin công cộng"},
		{says + "|24|tháng mười", "E-CELL-DATE", says, 24, "31/12/2026"},
		{says + "|24|31/02/2026", "E-CELL-DATE", says, 24, "không có trong lịch"},
		{says + "|27|01/05/26", "E-CELL-DATE", says, 27, "bốn chữ số"},
		{says + "|36|32/12/2026", "E-CELL-DATE", says, 36, "không có trong lịch"},
		{says + "|26|" + strings.Repeat("số ", 400), "E-CELL-TOO_LONG", says, 26, "tối đa"},
		{"Mã mục|9|pham_vi", "E-ROW-CODE-UNKNOWN", "Mã mục", 9, "giữ nguyên cột mã"},
		{"Mã mục|10|scope&&" + says + "|9|Một&&" + says + "|10|Hai", "E-ROW-CODE-TWICE", "Mã mục", 10, "dòng trên"},
		{"Dấu phiên bản|9|0.0.x&&" + says + "|9|Khác", "E-ROW-STALE", says, 9, "tải lại bảng"},
		{says + "|9|NFD", "E-CELL-NFC", says, 9, "dấu rời"},
	}...))
	h.verified()
}

// TestTwentyWaysToBreakAChecklist: the answers to the controls of a level.
func TestTwentyWaysToBreakAChecklist(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Confirmed).Code
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Checklist, System: code})
	const result, how, due = "Kết quả đáp ứng", "Cách đáp ứng, hoặc lý do không áp dụng", "Hạn hoàn thành"
	const met, unmet = "&&" + result + "|2|Đạt", "&&" + result + "|2|Chưa đạt"
	h.toldOf(workbook.Checklist, code, clean, append(general(result, "Bảng kiểm"), []breach{
		{result + "|2|Được", "E-CELL-CHOICE", result, 2, "Đạt; Đạt một phần"},
		{"Vai trò chịu trách nhiệm|2|Giám đốc" + met, "E-CELL-CHOICE", "Vai trò chịu trách nhiệm", 2, "Chọn trong danh mục"},
		{"Mức kinh phí|2|Nhiều" + met, "E-CELL-CHOICE", "Mức kinh phí", 2, "Chọn trong danh mục"},
		{due + "|2|cuối năm" + unmet, "E-CELL-DATE", due, 2, "31/12/2026"},
		{due + "|2|31/02/2027" + unmet, "E-CELL-DATE", due, 2, "không có trong lịch"},
		{due + "|2|01/01/27" + unmet, "E-CELL-DATE", due, 2, "bốn chữ số"},
		{result + "|2|Không áp dụng", "E-ROW-REASON-MISSING", how, 2, "lý do"},
		{result + "|2|Kế thừa từ nền tảng", "E-ROW-ORIGIN-MISSING", "Mã nền tảng kế thừa", 2, "nền tảng"},
		{result + "|2|Kế thừa từ nền tảng&&Mã nền tảng kế thừa|2|G99-X", "E-ROW-ORIGIN-OFFERS-NOT", "Mã nền tảng kế thừa", 2, "chọn nền tảng khác"},
		{"Ghi chú|2|x", "E-ROW-RESULT-MISSING", result, 2, "Chọn kết quả"},
		{"Mã biện pháp|2|ZZ.9" + met, "E-ROW-CODE-UNKNOWN", "Mã biện pháp", 2, "giữ nguyên cột mã"},
		{"Mã biện pháp|3|RR.process&&" + result + "|3|Đạt" + met, "E-ROW-CODE-TWICE", "Mã biện pháp", 3, "dòng trên"},
		{"Dấu phiên bản|2|7" + met, "E-ROW-STALE", "Mã biện pháp", 2, "tải lại bảng"},
		{how + "|2|NFD" + met, "E-CELL-NFC", how, 2, "dấu rời"},
	}...))
	h.verified()
}

// TestTwentyWaysToBreakEvidence: the list of evidence.
func TestTwentyWaysToBreakEvidence(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Confirmed).Code
	s, err := h.plans.Sheet(ctx, officer, code, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.plans.Answer(ctx, officer, code, s.List, []plan.AnswerInput{{Key: "RR.process", Result: plan.Met, How: "Đã làm"}}); err != nil {
		t.Fatal(err)
	}
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Evidence, System: code})
	const control, kind, ref, on, until = "Biện pháp", "Loại bằng chứng", "Số văn bản, địa chỉ hoặc tên tệp", "Ngày", "Hết hiệu lực"
	// piece is a piece of evidence in row 2, the first of two cells wrong.
	piece := func(wrong string, cells ...string) string {
		all := map[string]string{control: "RR.process", kind: "Số văn bản", ref: "12/QĐ"}
		for _, c := range append(cells, wrong) {
			title, value, _ := strings.Cut(c, "|")
			all[title] = value
		}
		var parts []string
		for _, title := range []string{control, kind, ref, on, until, "Dấu phiên bản"} {
			if v, ok := all[title]; ok {
				parts = append(parts, title+"|2|"+v)
			}
		}
		return strings.Join(parts, "&&")
	}
	h.toldOf(workbook.Evidence, code, clean, append(general(ref, "Bằng chứng"), []breach{
		{piece(control + "|"), "E-ROW-REQUIRED", control, 2, "Chọn biện pháp"},
		{piece(control + "|ZZ.9"), "E-CELL-CHOICE", control, 2, "Chọn trong danh mục"},
		{piece(control + "|RR.treat"), "E-ROW-NOT-ANSWERED", control, 2, "trả lời ở bảng kiểm"},
		{piece(kind + "|Ảnh"), "E-CELL-CHOICE", kind, 2, "Số văn bản; Địa chỉ https"},
		{piece(kind + "|"), "E-ROW-REQUIRED", kind, 2, "Chọn loại"},
		{piece(ref + "|"), "E-ROW-REQUIRED", ref, 2, "Nhập số văn bản"},
		{piece(ref+"|javascript:alert(1)", kind+"|Địa chỉ https"), "E-ROW-EVIDENCE-LINK", ref, 2, "https"},
		{piece(on + "|01/02/2090"), "E-ROW-DATE-IN-FUTURE", on, 2, "hôm nay"},
		{piece(on + "|đầu năm"), "E-CELL-DATE", on, 2, "31/12/2026"},
		{piece(on + "|31/02/2026"), "E-CELL-DATE", on, 2, "không có trong lịch"},
		{piece(on + "|01/02/26"), "E-CELL-DATE", on, 2, "bốn chữ số"},
		{piece(until + "|mãi mãi"), "E-CELL-DATE", until, 2, "31/12/2026"},
		{piece(until+"|01/01/2026", on+"|01/02/2026"), "E-ROW-EVIDENCE-ENDS", until, 2, "ngày"},
		{piece("Dấu phiên bản|9"), "E-ROW-STALE", control, 2, "tải lại bảng"},
		{piece(ref + "|NFD"), "E-CELL-NFC", ref, 2, "dấu rời"},
	}...))
	h.verified()
}

// TestJSONComesBack: every form goes out as JSON and comes back the same; hostile and
// broken files are refused by name.
func TestJSONComesBack(t *testing.T) {
	h := world(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng hai cửa", storetest.Confirmed).Code
	for _, form := range workbook.Forms() {
		q := workbook.Query{Form: form}
		if form.OfSystem() {
			q.System = code
		}
		table := h.out(officer, "json", q)
		if form == workbook.Dossier {
			continue // the dossier is decided: nothing can be written into it
		}
		if r := h.try(officer, upload(form, q.System, table)); !r.Clean() || r.Added+r.Changed > 0 {
			t.Errorf("%s: its own table: %+v", form, r)
		}
	}
	table := string(h.out(officer, "json", workbook.Query{Form: workbook.Register}))
	renamed := strings.Replace(table, "Cổng một cửa", "Cổng một cửa (tên mới)", 1)
	if r, err := h.Import(ctx, officer, upload(workbook.Register, "", []byte(renamed))); err != nil || !r.Done || r.Changed != 1 {
		t.Fatalf("renamed: %v %+v", err, r)
	}
	for text, want := range map[string]string{
		`{"rows":[{"code":"H56-0001","code":"H56-0002"}]}`: "E-FILE-DUPLICATE-KEY",
		`{"rows":[{"name":["a"]}]}`:                        "E-FILE-NOT-A-TABLE",
		`{"rows":[{"name":{"a":1}}]}`:                      "E-FILE-NOT-A-TABLE",
		`{"other":[]}`:                                     "E-FILE-NOT-A-TABLE",
		`{"rows":[{"name":"x"}`:                            "E-FILE-BROKEN",
		`{"rows":[]} {}`:                                   "E-FILE-NOT-A-TABLE",
		`{"rows":[{"name":"x"}]}`:                          "E-COLUMN-MISSING",
	} {
		if r := h.try(officer, upload(workbook.Register, "", []byte(text))); len(r.Problems) == 0 || r.Problems[0].Code != want {
			t.Errorf("%s: want %s, got %+v", text, want, r.Problems)
		}
	}
	wrong := strings.Replace(string(h.out(officer, "json", workbook.Query{Form: workbook.Register})), `"stage":"operating"`, `"stage":"running"`, 1)
	if r := h.try(officer, upload(workbook.Register, "", []byte(wrong))); len(r.Problems) != 1 || r.Problems[0].Code != "E-CELL-CHOICE" || r.Problems[0].Row != 2 {
		t.Errorf("%+v", r.Problems)
	}
	h.verified()
}
