package report_test

import (
	"bytes"
	"strings"
	"testing"

	"capdo/internal/report"
)

func gaps() report.GapsReport {
	o := official()
	o.Bases, o.Addressees = nil, nil
	return report.GapsReport{Official: o, Code: "H56-0001", Name: "Hệ thống một cửa điện tử", Owner: "Thanh Hóa", List: "Cấp độ 3, R331", Status: "Triển khai một phần", Roadmap: "2027-03-31",
		Total: 86, Declared: 84, Verified: 12, Expired: 1, Undecided: 1,
		Rows: []report.GapLine{{Clause: "TCVN 14423:2026, 5.1.2.1", What: "Quy trình quản lý rủi ro", State: "Chưa đạt", Due: "2027-03-31", Role: "Đơn vị vận hành", Cost: "Mua sắm nhỏ"},
			{What: "Cổng \U0001F600 e\u0302\u0301"}},
		Files: []report.GapFile{{Clause: "TCVN 14423:2026, 5.1.2.1", Name: "Biên bản.pdf", State: "Đã gỡ", SHA256: strings.Repeat("0123456789abcdef", 4)}}}
}

// TestGaps: same input, same bytes; the numbers and the lines stand in the text.
func TestGaps(t *testing.T) {
	var a, b bytes.Buffer
	if err := report.Gaps(&a, gaps()); err != nil {
		t.Fatal(err)
	}
	if err := report.Gaps(&b, gaps()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same input gave other bytes")
	}
	needPdftotext(t)
	text := asOthersRead(t, a.Bytes())
	for _, want := range []string{"H56-0001", "84", "31/03/2027", "Chưa đạt", "Mua sắm nhỏ", "Triển khai một phần", "Biên bản.pdf", "Đã gỡ", strings.Repeat("0123456789abcdef", 2)} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the text", want)
		}
	}
	bad := gaps()
	bad.Day = "someday"
	if err := report.Gaps(&bytes.Buffer{}, bad); err == nil {
		t.Error("a day that is none: no error")
	}
}
