package report_test

import (
	"os"
	"testing"
	"capdo/internal/report"
)

func TestZZDump(t *testing.T) {
	for _, o := range shelf(t).Officials() {
		for name, d := range map[string]report.FormDocument{"full": full(o), "blank": blank(o)} {
			if name == "blank" { d.Draft = true; d.Simulated = true }
			f, _ := os.Create("/tmp/forms-out/" + o.ID + "_" + o.Edition + "_" + name + ".pdf")
			if err := report.Form(f, d); err != nil { t.Error(err) }
			f.Close()
		}
	}
}
