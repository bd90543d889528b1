package workbook_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/plan"
	"capdo/internal/sheet"
	"capdo/internal/store/storetest"
	"capdo/internal/workbook"
)

// edit is a CSV table with cells changed: by the first cell of a row, a column
// by its title.
func edit(t *testing.T, table []byte, change map[string]map[string]string) []byte {
	t.Helper()
	src, err := sheet.OpenCSV(bytes.NewReader(table), int64(len(table)))
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	var s sheet.Sheet
	var rows [][]sheet.Cell
	err = src.Rows("", func(l sheet.Line) error {
		if head == nil {
			for _, c := range l.Cells {
				head = append(head, c.Value)
				s.Columns = append(s.Columns, sheet.Column{Title: c.Value})
			}
			return nil
		}
		row := make([]sheet.Cell, len(head))
		for i, title := range head {
			row[i].Value = l.At(i + 1).Value
			if v, ok := change[l.At(1).Value][title]; ok {
				row[i].Value = v
			}
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Rows = func(yield func([]sheet.Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := sheet.WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imported carries a table out and expects it to be done.
func (h *house) imported(u workbook.Upload) workbook.Report {
	h.Helper()
	if r := h.try(officer, u); !r.Clean() {
		h.Fatalf("dry run: %+v", r.Problems)
	}
	r, err := h.Import(ctx, officer, u)
	if err != nil || !r.Done {
		h.Fatalf("import: %v %+v", err, r)
	}
	return r
}

func TestDossierOutAndIn(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Stated).Code
	q := workbook.Query{Form: workbook.Dossier, System: code}
	table := h.out(officer, "csv", q)
	before := h.size()
	r := h.imported(upload(workbook.Dossier, code, edit(t, table, map[string]map[string]string{
		"proposed_level": {"Trả lời": "Cấp độ 3"}, "scope": {"Trả lời": "Trung tâm dữ liệu tỉnh"}, "risk_assessed_on": {"Trả lời": "31/10/2026"}})))
	if r.Changed != 3 || h.size() != before+1 {
		t.Errorf("%d entries, %+v", h.size()-before, r)
	}
	f, err := h.office.File(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	st := f.System.Open().Statement
	if st["proposed_level"] != "3" || st["scope"] != "Trung tâm dữ liệu tỉnh" || st["risk_assessed_on"] != "2026-10-31" {
		t.Errorf("statement: %v", st)
	}
	again := h.out(officer, "csv", q)
	if r := h.try(officer, upload(workbook.Dossier, code, again)); !r.Clean() || r.Changed != 0 {
		t.Errorf("its own table: %+v", r)
	}
	// The table taken before knows nothing of what was saved since.
	old := edit(t, table, map[string]map[string]string{"scope": {"Trả lời": "Chỗ khác"}, "risk_assessed_on": {"Trả lời": "31/02/2026"}, "proposed_level": {"Trả lời": "Cấp độ 9"}})
	stale := h.try(officer, upload(workbook.Dossier, code, old))
	codes := ""
	for _, p := range stale.Problems {
		codes += p.Code + " "
	}
	if !strings.Contains(codes, "E-ROW-STALE") || !strings.Contains(codes, "E-CELL-DATE") || !strings.Contains(codes, "E-CELL-CHOICE") {
		t.Errorf("problems: %+v", stale.Problems)
	}
	if r, err := h.Import(ctx, officer, upload(workbook.Dossier, code, old)); err != nil || r.Done {
		t.Errorf("%v %+v", err, r)
	}
	h.verified()
}

func TestChecklistAndEvidenceOutAndIn(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Confirmed).Code
	q := workbook.Query{Form: workbook.Checklist, System: code}
	table := h.out(officer, "csv", q)
	keys := firstKeys(t, table)
	good := edit(t, table, map[string]map[string]string{keys[0]: {"Kết quả đáp ứng": "Đạt", "Cách đáp ứng, hoặc lý do không áp dụng": "Đã làm"},
		keys[1]: {"Kết quả đáp ứng": "Chưa đạt", "Hạn hoàn thành": "31/12/2026"}})
	before := h.size()
	if r := h.imported(upload(workbook.Checklist, code, good)); r.Added != 2 || h.size() != before+1 {
		t.Errorf("%d entries, %+v", h.size()-before, r)
	}
	wrong := edit(t, table, map[string]map[string]string{keys[0]: {"Kết quả đáp ứng": "Chưa đạt"}, keys[2]: {"Kết quả đáp ứng": "Không áp dụng"}, keys[3]: {"Ghi chú": "x"}, keys[4]: {"Mã biện pháp": "ZZ.9"}})
	got := map[string]bool{}
	for _, p := range h.try(officer, upload(workbook.Checklist, code, wrong)).Problems {
		got[p.Code] = p.Row > 1 && p.Cell != ""
	}
	for _, code := range []string{"E-ROW-STALE", "E-ROW-RESULT-MISSING", "E-ROW-CODE-UNKNOWN"} {
		if !got[code] {
			t.Errorf("no %s beside a cell: %v", code, got)
		}
	}
	// What only the act itself finds stands beside its cell too.
	reason := edit(t, h.out(officer, "csv", q), map[string]map[string]string{keys[2]: {"Kết quả đáp ứng": "Không áp dụng"}})
	if r := h.try(officer, upload(workbook.Checklist, code, reason)); len(r.Problems) != 1 || r.Problems[0].Code != "E-ROW-REASON-MISSING" || r.Problems[0].Column != "Cách đáp ứng, hoặc lý do không áp dụng" || r.Problems[0].Row != 4 {
		t.Errorf("%+v", r.Problems)
	}
	h.evidence(t, code, keys)
	h.verified()
}

func (h *house) evidence(t *testing.T, code string, keys []string) {
	head := "Biện pháp,Loại bằng chứng,\"Số văn bản, địa chỉ hoặc tên tệp\",Ngày,Hết hiệu lực\n"
	up := func(rows string) workbook.Upload { return upload(workbook.Evidence, code, []byte(head+rows)) }
	if r := h.imported(up(keys[0] + ",Số văn bản,12/QĐ-STTTT,01/02/2026,01/02/2027\n" + keys[0] + ",Địa chỉ https,https://tinh.gov.vn/a,,\n")); r.Changed != 1 {
		t.Errorf("%+v", r)
	}
	s, err := h.plans.Sheet(ctx, officer, code, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := s.States[0].Answer
	if a.Result != plan.Met || a.How != "Đã làm" || len(a.Evidence) != 2 || a.Evidence[0].Until != "2027-02-01" || a.Evidence[1].Kind != plan.Link {
		t.Errorf("answer: %+v", a)
	}
	for rows, want := range map[string]string{
		keys[5] + ",Số văn bản,1/QĐ,,\n":                   "E-ROW-NOT-ANSWERED",
		keys[0] + ",Địa chỉ https,javascript:alert(1),,\n": "E-ROW-EVIDENCE-LINK",
		keys[0] + ",Số văn bản,1/QĐ,01/02/2090,\n":         "E-ROW-DATE-IN-FUTURE",
		keys[0] + ",,1/QĐ,,\n":                             "E-ROW-REQUIRED",
		"không có,Số văn bản,1/QĐ,,\n":                     "E-CELL-CHOICE",
	} {
		if r := h.try(officer, up(rows)); len(r.Problems) != 1 || r.Problems[0].Code != want || r.Problems[0].Row != 2 {
			t.Errorf("%s: want %s, got %+v", rows, want, r.Problems)
		}
	}
	if r := h.imported(up(keys[0] + ",,,,\n")); r.Changed != 1 {
		t.Errorf("%+v", r)
	}
}

// firstKeys are the first cells of a CSV table's rows.
func firstKeys(t *testing.T, table []byte) (keys []string) {
	t.Helper()
	src, err := sheet.OpenCSV(bytes.NewReader(table), int64(len(table)))
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Rows("", func(l sheet.Line) error { keys = append(keys, l.At(1).Value); return nil }); err != nil {
		t.Fatal(err)
	}
	return keys[1:]
}

// A table of one form is not taken for another.
func TestOtherFormsAreRefused(t *testing.T) {
	h := open(t)
	code := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Confirmed).Code
	checklist := h.out(officer, "xlsx", workbook.Query{Form: workbook.Checklist, System: code})
	if r := h.try(officer, upload(workbook.Register, "", checklist)); len(r.Problems) != 1 || r.Problems[0].Code != "E-SHEET-MISSING" {
		t.Errorf("%+v", r.Problems)
	}
	second := storetest.Lead(t, h.office, "H56", "Hệ thống khác", storetest.Confirmed).Code
	if r := h.try(officer, upload(workbook.Checklist, second, checklist)); len(r.Problems) != 1 || r.Problems[0].Code != "E-FILE-OTHER-FORM" {
		t.Errorf("%+v", r.Problems)
	}
	if r := h.try(officer, upload(workbook.Register, "", []byte("PK\x03\x04"))); len(r.Problems) != 1 || r.Problems[0].Code != "E-FILE-NOT-A-WORKBOOK" {
		t.Errorf("%+v", r.Problems)
	}
}

// JSON has every row under its stable keys.
func TestJSON(t *testing.T) {
	h := world(t)
	var got struct {
		Meta map[string]string
		Rows []map[string]string
	}
	if err := json.Unmarshal(h.out(officer, "json", workbook.Query{Form: workbook.Register, Head: approval.Head{Size: 7, Root: "ab"}}), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 2 || got.Rows[1]["name"] != "=Hệ thống -@quản lý" || got.Rows[0]["started_on"] != "2020-01-01" || got.Meta["schema"] != "capdo/register" || got.Meta["ledger_size"] != "7" {
		t.Errorf("%+v", got)
	}
}
