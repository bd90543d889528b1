package report_test

import (
	"bytes"
	"strings"
	"testing"

	"capdo/internal/reconcile"
	"capdo/internal/report"
)

// TestNationalStandsAlone: without a printed table nothing is set beside the
// register, and nobody is said to be silent.
func TestNationalStandsAlone(t *testing.T) {
	n := national(t)
	n.Stated, n.Source = nil, ""
	for i := range n.Agencies {
		a := &n.Agencies[i]
		a.Row = reconcile.Row{Line: a.Line, Group: a.Group, No: a.No, Agency: a.Agency, Blank: true}
	}
	for i := range n.Levels {
		n.Levels[i].Stated = 0
	}
	var b bytes.Buffer
	if err := report.National(&b, n); err != nil {
		t.Fatal(err)
	}
	text := allText(readPDF(t, b.Bytes()))
	for _, want := range []string{"7.008", "Phụ lục II", "Thanh Hóa", "Cộng"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, never := range []string{"đã in", "chưa báo cáo", "Phụ lục III", "chưa khớp"} {
		if strings.Contains(text, never) {
			t.Errorf("a report without a printed table says %q", never)
		}
	}
}
