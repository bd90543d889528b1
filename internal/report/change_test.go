package report_test

import (
	"bytes"
	"strings"
	"testing"

	"capdo/internal/report"
)

func change() report.ChangeReport {
	o := official()
	o.Bases, o.Addressees = nil, nil
	return report.ChangeReport{Official: o, Before: "bộ quy tắc R85 tại ngày 22/11/2026", After: "bộ quy tắc R331 tại ngày 02/07/2027",
		All:      report.ChangeCount{Systems: 7008, Raised: 101, Lowered: 270, LosesGate: 3957, NeedsNew: 5323},
		Moves:    []report.Move{{From: 2, To: 3, Count: 101}, {From: 3, To: 2, Count: 270}, {From: 3, To: 0, Count: 4}},
		Agencies: []report.AgencyChange{{Code: "H56", Name: "Thanh Hóa", ChangeCount: report.ChangeCount{Systems: 856, Lowered: 12}}},
		Systems: []report.SystemChange{{Code: "H56-S0001", Name: "Hệ thống một cửa điện tử", Owner: "Thanh Hóa", From: 3, To: 2, GateFrom: true, Lost: "G08", New: 31},
			{Code: "H56-S0002", Name: "Cổng \U0001F600 e\u0302\u0301", Owner: "", From: 0, To: 2, GateTo: true}},
		More: 5}
}

// TestChange: same input, same bytes; the figures and the systems stand in the
// text; hostile text does no harm.
func TestChange(t *testing.T) {
	var a, b bytes.Buffer
	if err := report.Change(&a, change()); err != nil {
		t.Fatal(err)
	}
	if err := report.Change(&b, change()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same input gave other bytes")
	}
	needPdftotext(t)
	text := asOthersRead(t, a.Bytes())
	for _, want := range []string{"7.008", "Thanh Hóa", "H56-S0001", "3 → 2", "được → không", "G08", "Chưa xác định", "còn 5 hệ thống khác", "DỮ LIỆU MÔ PHỎNG"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the text", want)
		}
	}
}

func TestChangeRefuses(t *testing.T) {
	bad := change()
	bad.Day = "someday"
	if err := report.Change(&bytes.Buffer{}, bad); err == nil {
		t.Error("a day that is none: no error")
	}
	long := change()
	long.Systems = make([]report.SystemChange, 20_001)
	if err := report.Change(&bytes.Buffer{}, long); err == nil {
		t.Error("too many rows: no error")
	}
}
