package report_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/report"
)

// TestAgainstChromium sets the same tables twice, here and by Chromium printing
// HTML, in turns in one run, and says how many times faster and how large in
// memory. CAPDO_BENCH names the rounds; without it the test only looks at the
// memory of the long list. The best round of each counts: whatever else the
// machine does only adds.
func TestAgainstChromium(t *testing.T) {
	if os.Getenv("CAPDO_TEST_SETS") != "" { // the process that is measured
		if err := report.WriteBrief(io.Discard, register(7008)); err != nil {
			t.Fatal(err)
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		line, _, _ := strings.Cut(peak, "\n")
		fmt.Println("peak", strings.TrimSpace(line))
		return
	}
	const most = 96 << 10 // kB
	if peak := peakOf(t); peak > most {
		t.Errorf("the list of 7,008 takes %d kB, at most %d", peak, most)
	} else {
		t.Logf("the list of 7,008: peak %d kB", peak)
	}
	rounds := 0
	if _, err := fmt.Sscan(os.Getenv("CAPDO_BENCH"), &rounds); err != nil || rounds < 1 {
		t.Log("CAPDO_BENCH names no rounds: not compared with Chromium")
		return
	}
	chromium := need(t, "chromium")
	n, list := national(t), register(7008)
	vouched(&n.Official)
	for _, c := range []struct {
		name string
		page string
		set  func() error
	}{
		{"national, 91 agencies with charts", asHTML(nationalRows(n)), func() error { return report.National(io.Discard, n) }},
		{"list of 7,008", asHTML(list.Annexes[0].Rows), func() error { return report.WriteBrief(io.Discard, list) }},
	} {
		ours, theirs := time.Hour, time.Hour
		for range rounds {
			start := time.Now()
			if err := c.set(); err != nil {
				t.Fatal(err)
			}
			ours = min(ours, time.Since(start))
			theirs = min(theirs, prints(t, chromium, c.page))
		}
		t.Logf("%s: %v here, %v by Chromium: 1/%.0f", c.name, ours.Round(time.Millisecond), theirs.Round(time.Millisecond), float64(theirs)/float64(ours))
		if ours*30 > theirs {
			t.Errorf("%s: more than 1/30 of Chromium's time", c.name)
		}
	}
}

// peakOf sets the long list in a process of its own and tells its peak, in kB.
func peakOf(t *testing.T) int {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run", "^TestAgainstChromium$")
	c.Env = append(os.Environ(), "CAPDO_TEST_SETS=1", "GOGC=30") // as capdo report runs
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := bytes.Cut(out, []byte("peak "))
	peak := 0
	if _, err := fmt.Sscan(string(line), &peak); !found || err != nil {
		t.Fatalf("no peak in %q: %v", out, err)
	}
	return peak
}

// nationalRows are the rows of the annexes of the national report.
func nationalRows(n report.NationalReport) (rows [][]string) {
	for _, a := range n.Agencies {
		rows = append(rows, []string{fmt.Sprint(a.No), a.Agency, fmt.Sprint(a.Total), fmt.Sprint(a.Register.Total), fmt.Sprint(a.Approved), fmt.Sprint(a.Register.Approved), fmt.Sprint(a.Deployed), fmt.Sprint(a.Register.Deployed), fmt.Sprint(a.ApprovedPct), fmt.Sprint(a.DeployedPct)})
	}
	return rows
}

// asHTML is a table with a head that repeats.
func asHTML(rows [][]string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><style>@page{size:A4 landscape;margin:20mm 15mm 20mm 30mm}body{font:11pt "Liberation Serif"}table{border-collapse:collapse;width:100%}td,th{border:.2mm solid;padding:0 1mm}tr{break-inside:avoid}</style><table><thead><tr>`)
	for range rows[0] {
		b.WriteString("<th>Cột</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range rows {
		b.WriteString("<tr>")
		for _, c := range r {
			b.WriteString("<td>" + html.EscapeString(c) + "</td>")
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</tbody></table>"
}

// prints tells how long Chromium takes to print a page.
func prints(t *testing.T, chromium, page string) time.Duration {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.html"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	said, err := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf="+out, "file://"+in).CombinedOutput()
	took := time.Since(start)
	if st, stat := os.Stat(out); err != nil || stat != nil || st.Size() == 0 {
		t.Fatalf("Chromium printed nothing: %v\n%s", err, said)
	}
	return took
}
