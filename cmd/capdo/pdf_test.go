package main

import (
	"os/exec"
	"strings"
	"testing"
)

// pdfText is the text of a PDF as another program reads it.
func pdfText(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command(need(t, "pdftotext"), "-raw", "-enc", "UTF-8", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}
