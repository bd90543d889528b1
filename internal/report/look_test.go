package report_test

import (
	"bytes"
	"capdo/internal/report"
	"os"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	t0 := time.Now()
	var b bytes.Buffer
	if err := report.National(&b, national(t)); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(t0), b.Len())
	os.WriteFile("/tmp/national.pdf", b.Bytes(), 0o644)
	b.Reset()
	if err := report.System(&b, system()); err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/system.pdf", b.Bytes(), 0o644)
}
