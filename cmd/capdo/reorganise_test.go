package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSimulatedWorld: what commands make of the simulated world, the one that
// changes it last.
func TestSimulatedWorld(t *testing.T) {
	dir := t.TempDir()
	if r := capdo(t, "", "seed", "--data", dir, "--simulated"); r.status != statusOK {
		t.Fatalf("seed: %+v", r)
	}
	t.Run("whatif", func(t *testing.T) { tryWhatIf(t, dir) })
	t.Run("form", func(t *testing.T) { tryForm(t, dir) })
	t.Run("reorganise", func(t *testing.T) { tryReorganise(t, dir) })
}

// tryReorganise: the reorganisations of 2025 on the world of 2024; the
// papers of either day show the bodies of that day, and nothing is lost.
func tryReorganise(t *testing.T, dir string) {
	r := capdo(t, "", "reorganise", "--data", dir, "--duplicates")
	if r.status != statusOK || !strings.Contains(r.out, "2025-03-01: 2 bodies founded") || !strings.Contains(r.out, "2025-07-01: 23 bodies founded, 52 ended") || !strings.Contains(r.out, "pairs proposed") {
		t.Fatalf("%+v", r)
	}
	if r := capdo(t, "", "reorganise", "--data", dir); r.status != statusUsage {
		t.Errorf("a second time: %+v", r)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK {
		t.Errorf("verify: %+v", r)
	}
	for day, want := range map[string]string{"2024-06-30": "Hà Giang", "2025-12-31": "Lào Cai"} {
		out := filepath.Join(t.TempDir(), day+".pdf")
		if r := capdo(t, "", "report", "national", "--on", day, "--data", dir, "-o", out); r.status != statusOK {
			t.Fatalf("report of %s: %+v", day, r)
		}
		text := pdfText(t, out)
		if !strings.Contains(text, "7.008") || !strings.Contains(text, want) {
			t.Errorf("report of %s: no 7.008 or %s", day, want)
		}
		if old := strings.Contains(text, "Thừa Thiên Huế"); old != (day == "2024-06-30") {
			t.Errorf("report of %s: Thừa Thiên Huế shown %t", day, old)
		}
		if gone := strings.Contains(text, "Hà Giang"); gone != (day == "2024-06-30") {
			t.Errorf("report of %s: Hà Giang shown %t", day, gone)
		}
	}
}

// tryForm: prescribed papers of a system and of an agency.
func tryForm(t *testing.T, dir string) {
	tests := []struct{ paper, code, want string }{
		{"mau-06", "H35-S0002", "QUYẾT ĐỊNH"},
		{"mau-05", "H35-S0002", "Ủy ban nhân dân tỉnh Lai Châu"},
		{"mau-08", "H35", "15/12/2025"},
		{"dossier", "H35-S0002", "Thuyết minh đề xuất cấp độ"},
	}
	for _, tt := range tests {
		out := filepath.Join(t.TempDir(), "paper.pdf")
		if r := capdo(t, "", "form", tt.paper, tt.code, "--data", dir, "-o", out); r.status != statusOK {
			t.Errorf("%s: %+v", tt.paper, r)
			continue
		}
		if text := pdfText(t, out); !strings.Contains(text, tt.want) || !strings.Contains(text, "MÔ PHỎNG") {
			t.Errorf("%s has no %q", tt.paper, tt.want)
		}
	}
	for _, args := range [][]string{{"form"}, {"form", "mau-99", "H35-S0002", "--data", dir}, {"form", "mau-01", "H35-S9999", "--data", dir}, {"form", "system", "H35-S0002", "--data", dir}, {"form", "dossier", "H35-S9999", "--data", dir}, {"form", "mau-08", "Z99", "--data", dir}} {
		if r := capdo(t, "", args...); r.status != statusUsage {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// tryWhatIf: adopting the new rule set, and a book edited in a folder.
func tryWhatIf(t *testing.T, dir string) {
	if r := capdo(t, "", "whatif", "--on", "2027-07-02", "--data", dir); r.status != statusOK || !strings.Contains(r.out, "3957 lose the gate") {
		t.Errorf("%+v", r)
	}
	if r := capdo(t, "", "whatif", "--on", "2027-07-01", "--data", dir, "--csv"); r.status != statusOK || !strings.HasPrefix(r.out, "code,name,owner") {
		t.Errorf("csv: status %d, %.80q", r.status, r.out)
	}
	paper := filepath.Join(t.TempDir(), "whatif.pdf")
	if r := capdo(t, "", "whatif", "--on", "2027-07-02", "--data", dir, "--pdf", paper); r.status != statusOK || !isPDF(paper) {
		t.Errorf("pdf: %+v", r)
	}
	edited := editedBook(t, "levels-r331.yaml", "100000", "10000")
	r := capdo(t, "", "law", "diff", "-", edited, "--data", dir)
	if r.status != statusOK || strings.Contains(r.out, " 0 raised") {
		t.Errorf("a lower threshold raises nobody: %+v", r)
	}
	if err := os.WriteFile(filepath.Join(edited, "gate.yaml"), []byte("reasons: []\nsurprise: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "law", "diff", "-", edited, "--data", dir); r.status != statusUsage || !strings.Contains(r.err, "gate.yaml:2") {
		t.Errorf("a bad book: %+v", r)
	}
}

// editedBook copies the shipped book and changes one word in one file.
func editedBook(t *testing.T, file, old, with string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../internal/law/book")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", file, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, with)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
