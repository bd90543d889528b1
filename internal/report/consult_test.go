package report_test

import (
	"bytes"
	"strings"
	"testing"

	"capdo/internal/report"
)

// TestConsult: same input, same bytes; whom, what and until when stand in the text.
func TestConsult(t *testing.T) {
	o := official()
	o.Bases, o.Addressees = nil, nil
	l := report.ConsultLetter{Official: o, To: "Ủy ban nhân dân tỉnh Nghệ An", Code: "H56-0001", Name: "Hệ thống một cửa điện tử", Owner: "Ủy ban nhân dân tỉnh Thanh Hóa", Level: "Cấp độ 3", Dossier: 1, Round: 2,
		Digest: strings.Repeat("0123456789abcdef", 4), Question: "Có trùng phạm vi không?", Due: "2026-11-25"}
	var a, b bytes.Buffer
	if err := report.Consult(&a, l); err != nil {
		t.Fatal(err)
	}
	if err := report.Consult(&b, l); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("the same input gave other bytes, %v", err)
	}
	needPdftotext(t)
	text := asOthersRead(t, a.Bytes())
	for _, want := range []string{"Nghệ An", "H56-0001", "lần gửi thứ 2", "Có trùng phạm vi không?", "25/11/2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the text", want)
		}
	}
	l.Day = "no day"
	if report.Consult(&a, l) == nil {
		t.Error("a letter of no day was written")
	}
}
