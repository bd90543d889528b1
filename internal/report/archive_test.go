package report_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"capdo/internal/pdf"
	"capdo/internal/report"
)

// need finds an outside program and skips aloud without it;
// CAPDO_TEST_REQUIRE=all forbids skipping.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
		t.Fatalf("%s is missing and CAPDO_TEST_REQUIRE=all", program)
	}
	if err != nil {
		t.Skipf("%s is missing: what this test asks is not checked", program)
	}
	return path
}

// vouched makes a paper carry a code; what it says is as long as a real token.
func vouched(o *report.Official) {
	o.CheckAt = "https://capdo.example.vn/r/"
	o.Vouch = func(digest [32]byte) (string, error) {
		return fmt.Sprintf("%x%s", digest, strings.Repeat("aB3-_z", 50)), nil
	}
}

// kinds are papers of every make, each with its code, made once.
func kinds(t testing.TB) map[string][]byte {
	t.Helper()
	kindsOnce.Do(func() { kindsMade = makeKinds(t) })
	return kindsMade
}

var (
	kindsOnce sync.Once
	kindsMade map[string][]byte
)

func makeKinds(t testing.TB) map[string][]byte {
	t.Helper()
	n, s, c, g := national(t), system(), change(), gaps()
	f := full(paperOf(t, "mau-08", "r331"))
	vouched(&n.Official)
	vouched(&s.Official)
	vouched(&c.Official)
	vouched(&g.Official)
	vouched(&f.Official)
	var b [5]bytes.Buffer
	for i, err := range []error{report.National(&b[0], n), report.System(&b[1], s), report.Change(&b[2], c), report.Gaps(&b[3], g), report.Form(&b[4], f)} {
		if err != nil {
			t.Fatalf("paper %d: %v", i, err)
		}
	}
	return map[string][]byte{"national": b[0].Bytes(), "system": b[1].Bytes(), "change": b[2].Bytes(), "gaps": b[3].Bytes(), "mau-08": b[4].Bytes()}
}

// files writes the papers into a folder.
func files(t testing.TB) (names []string) {
	t.Helper()
	dir := t.TempDir()
	made := kinds(t)
	for _, name := range slices.Sorted(maps.Keys(made)) {
		b := made[name]
		name = filepath.Join(dir, name+".pdf")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// Other programs must find nothing to complain of.
func TestOthersOpenPapers(t *testing.T) {
	qpdf, mutool, pdfinfo := need(t, "qpdf"), need(t, "mutool"), need(t, "pdfinfo")
	for _, name := range files(t) {
		for _, args := range [][]string{{qpdf, "--check", name}, {mutool, "draw", "-o", os.DevNull, "-F", "txt", name}, {mutool, "show", name, "outline"}, {pdfinfo, name}} {
			out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
			out = bytes.ReplaceAll(out, []byte("warning: ICC support is not available\n"), nil) // of Debian's mutool
			if err != nil || bytes.Contains(bytes.ToLower(out), []byte("warning")) || bytes.Contains(out, []byte("rror:")) {
				t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
			}
		}
	}
}

// PDF/A-1b by the one validator that Debian has: Apache PDFBox Preflight.
func TestPapersAreForTheArchive(t *testing.T) {
	java := need(t, "java")
	var jars []string
	for _, jar := range []string{"preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api"} {
		jar = "/usr/share/java/" + jar + ".jar"
		if _, err := os.Stat(jar); err != nil {
			if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
				t.Fatal(err)
			}
			t.Skipf("PDF/A is not checked: %v", err)
		}
		jars = append(jars, jar)
	}
	for _, name := range files(t)[:2] { // each takes a second or two; they differ in what is set, not in how
		out, err := exec.Command(java, "-cp", strings.Join(jars, ":"), "org.apache.pdfbox.preflight.Validator_A1b", name).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("is a valid PDF/A-1b file")) {
			t.Errorf("%s: %v\n%s", filepath.Base(name), err, out)
		}
	}
}

// The structure holds every word that stands on the pages but for the
// furniture, tables have heads, figures have words.
func TestPapersCanBeReadAloud(t *testing.T) {
	pdfinfo := need(t, "pdfinfo")
	for _, name := range files(t) {
		base := filepath.Base(name)
		if base != "system.pdf" && base != "gaps.pdf" {
			continue // poppler reads a page anew for each element, which takes long
		}
		out, err := exec.Command(pdfinfo, "-struct-text", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		s := string(out)
		for _, want := range []string{"Document\n", "H1 (block)", "Table (block)", "TR\n", "TH", "TD", "/Scope /Column"} {
			if !strings.Contains(s, want) {
				t.Errorf("%s: no %q in the structure", base, want)
			}
		}
		if strings.Contains(s, "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI") {
			t.Errorf("%s: furniture stands in the structure", base)
		}
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", "\n", " ").Replace(s)), " ")
		for i, p := range readPDF(t, file) {
			for _, it := range p.items {
				if inText := it.y > 20 && it.y < p.h-15; inText && !strings.Contains(said, strings.ReplaceAll(strings.Join(strings.Fields(it.text), " "), `"`, "")) {
					t.Errorf("%s, page %d: %q is not in the structure", base, i+1, it.text)
				}
			}
		}
		if n := strings.Count(string(file), "/S/Figure/"); n == 0 || n != strings.Count(string(file), "/Alt <FEFF") {
			t.Errorf("%s: %d figures, not all with words", base, n)
		}
	}
}

// The code can be read from the page as a camera sees it, and holds what was
// vouched for.
func TestCodeCanBeRead(t *testing.T) {
	pdftoppm, zbarimg := need(t, "pdftoppm"), need(t, "zbarimg")
	for _, name := range files(t) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		o, err := pdf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		page := ""
		for i, p := range readPDF(t, file) {
			if strings.Contains(p.text(), "capdo verify --pdf") {
				page = fmt.Sprint(i + 1)
			}
		}
		picture := strings.TrimSuffix(name, ".pdf")
		if out, err := exec.Command(pdftoppm, "-r", "200", "-f", page, "-l", page, "-singlefile", "-png", name, picture).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		read, err := exec.Command(zbarimg, "-q", "--raw", picture+".png").Output()
		if err != nil || strings.TrimSpace(string(read)) != o.Prefix+o.Token || !strings.HasPrefix(o.Token, fmt.Sprintf("%x", o.Digest)) {
			t.Errorf("%s: read %.60q (%v), want %.60q", filepath.Base(name), read, err, o.Prefix+o.Token)
		}
	}
}
