package report_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"capdo/internal/reconcile"
	"capdo/internal/report"
)

// nasty are texts that broke PDF libraries, or might.
func nasty() []string {
	return []string{
		"", " ", "\n\n\n", "emoji 😀👩‍👩‍👧 end", "abc\xe1", "\xff\xfe\xfd", strings.Repeat("W", 10_000),
		strings.Repeat("ắ", 12_000), "No\u0302\u0309i", "a\u0300\u0301\u0302\u0303\u0304", "x\x00y\x1bz", "(\\)[]<<>>%",
		"שלום عربى", "漢字", "\uFFFF\uFFFE\uFFFD", "\u200b\u00ad\ufeff\u2028\u2029", "{nb}", "\U0010FFFF",
		strings.Repeat("từ ", 2_000), "\u00A0\u00A0", "\t\r\n", "\r", "%d %s %!",
	}
}

// filled puts one text into every string of both reports.
func filled(text string) (report.NationalReport, report.SystemReport) {
	o := report.Official{Day: "2026-11-22", Issuer: report.Issuer{Parent: text, Body: text, Abbrev: text, Place: text},
		Number: text, Addressees: []string{text, text}, Bases: []string{text}, Recipients: []string{text}, SignerTitle: text,
		Ledger: report.Ledger{Size: -5, Root: text}, LawDigest: text, Simulated: true}
	src := report.Source{Document: text, Section: text, Row: -1}
	row := reconcile.Row{Group: reconcile.Ministry, Agency: text, Total: 3, Approved: 4, ApprovedPct: 9, Deployed: 5, Reported: true}
	n := report.NationalReport{Official: o, Source: text,
		Stated:    []report.Stated{{Key: text, Value: 1, Source: src}, {Key: "total", Value: -7, Source: src}},
		Agencies:  []report.AgencyRow{{Row: row, Code: text, Source: src}, {Row: row, Register: report.Counts{Total: -1, Approved: 2, Deployed: -3}}},
		Levels:    []report.LevelRow{{Level: -1, Register: report.Counts{Total: -1, Approved: 1, Deployed: 9}}},
		Deadlines: []report.Deadline{{Task: text, Day: text, Basis: text}}, Notes: []string{text}}
	s := report.SystemReport{Official: o,
		System:       report.Identity{Code: text, Name: text, Owner: text, Operator: text, Stage: text},
		Level:        report.Level{Level: -2, RuleSet: text, Clauses: []report.Clause{{Cite: text, Says: text}}},
		Shadow:       &report.Level{Level: 99, RuleSet: text},
		Dossiers:     []report.Dossier{{Code: text, State: text, Submitted: text}},
		Approvals:    []report.Approval{{Number: text, Day: text, Authority: text, From: text, Until: text, Revoked: text, Reason: text}},
		Confirmation: &report.Confirmation{Number: text, Day: text, By: text, Until: text},
		Plan:         report.Plan{State: text, Day: text, Remark: text},
		Gate:         report.Gate{Answer: text, Reasons: []report.Reason{{Code: text, Says: text, Basis: text}}},
		History:      []report.Event{{Time: text, Act: text, By: text, Comment: text}}}
	return n, s
}

// mustSurvive writes both reports and reads them back.
func mustSurvive(t testing.TB, text string) []page {
	n, s := filled(text)
	return append(nationalPages(t, n), systemPages(t, s)...)
}

func TestAnyTextIsSet(t *testing.T) {
	for _, text := range nasty() {
		pages := mustSurvive(t, text)
		for n, p := range pages {
			for _, i := range p.items {
				if strings.ContainsAny(i.text, "\uFFFD\u0000\n\r\t") {
					t.Errorf("%.20q: page %d holds %q", text, n+1, i.text)
				}
			}
		}
		if len(pages) > 1000 {
			t.Errorf("%.20q: %d pages", text, len(pages))
		}
	}
}

// What the typeface lacks is shown as a box, and long words stay in the margins.
func TestForeignTextIsMarkedAndCut(t *testing.T) {
	if text := allText(mustSurvive(t, "A漢😀B")); !strings.Contains(text, "A□□B") {
		t.Error("missing glyphs are not marked")
	}
	r := system()
	r.History[0].Comment = strings.Repeat("W", 10_000)
	set := 0
	for _, p := range systemPages(t, r) {
		for _, i := range p.items {
			if i.y < p.h-20 && strings.HasPrefix(i.text, "WW") {
				set += len(i.text)
			}
			if i.y > p.h-20 && i.size > 8 {
				t.Fatalf("%.10q stands below the margin", i.text)
			}
		}
	}
	if set != 10_000 {
		t.Errorf("%d letters of a long word were set, want 10000", set)
	}
}

func FuzzAnyText(f *testing.F) {
	for _, text := range nasty() {
		if len(text) < 200 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 {
			return
		}
		n, s := filled(text)
		if err := report.National(io.Discard, n); err != nil {
			t.Fatal(err)
		}
		if err := report.System(io.Discard, s); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSameInputSameBytes(t *testing.T) {
	sum := func() [2][32]byte {
		var n, s bytes.Buffer
		if err := errors.Join(report.National(&n, national(t)), report.System(&s, system())); err != nil {
			t.Error(err)
		}
		return [2][32]byte{sha256.Sum256(n.Bytes()), sha256.Sum256(s.Bytes())}
	}
	want := sum()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		for range 4 {
			if sum() != want {
				t.Fatalf("other bytes with GOMAXPROCS=%d", procs)
			}
		}
	}
	var together sync.WaitGroup
	for range 6 {
		together.Go(func() {
			if sum() != want {
				t.Error("other bytes when written side by side")
			}
		})
	}
	together.Wait()
}

func TestOtherDayOtherBytes(t *testing.T) {
	n := national(t)
	var a, b bytes.Buffer
	first := report.National(&a, n)
	n.Day = "2024-12-30"
	if err := errors.Join(first, report.National(&b, n)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(a.Bytes(), []byte("(D:20261122000000+07'00')")) || !bytes.Contains(b.Bytes(), []byte("(D:20241230000000+07'00')")) {
		t.Error("the day is not the date of creation")
	}
	text := allText(readPDF(t, b.Bytes()))
	if !strings.Contains(text, "Đến ngày báo cáo, thời hạn còn 1 ngày.") || !strings.Contains(text, "thời hạn đã qua 91 ngày.") {
		t.Error("deadlines do not follow the day")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestErrors(t *testing.T) {
	for _, day := range []string{"", "2026-13-01", "22/11/2026", "2026-11-22T00:00:00Z"} {
		n, s := national(t), system()
		n.Day, s.Day = day, day
		for _, err := range []error{report.National(io.Discard, n), report.System(io.Discard, s)} {
			if err == nil || !strings.Contains(err.Error(), "is not of the form 2006-01-02") {
				t.Errorf("day %q: %v", day, err)
			}
		}
	}
	if err := report.National(brokenWriter{}, national(t)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writer's error lost: %v", err)
	}
	long := system()
	long.History = make([]report.Event, 30_000)
	if err := report.System(io.Discard, long); err == nil {
		t.Error("a report beyond all measure was written")
	}
}

// An empty report is still a paper.
func TestEmptyReports(t *testing.T) {
	n := report.NationalReport{Official: report.Official{Day: "2026-01-02"}}
	text := allText(nationalPages(t, n))
	for _, want := range []string{"Số: ………/BC", "……………, ngày 02 tháng 01 năm 2026", "không phát hiện chỗ chưa khớp",
		"Không có chỗ chưa khớp.", "- Lưu: VT."} {
		if !strings.Contains(text, want) {
			t.Errorf("empty report lacks %q", want)
		}
	}
	systemPages(t, report.SystemReport{Official: n.Official})
}
