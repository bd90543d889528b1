package reconcile_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/reconcile"
)

const head = "group,no,agency,total,approved,approved_pct_printed,deployed,deployed_pct_printed,reported\n"

func annex(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/annex9.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, file string) reconcile.Table {
	t.Helper()
	table, err := reconcile.Read(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestReadShippedAnnex(t *testing.T) {
	table := read(t, annex(t))
	if len(table.Rows) != 91 {
		t.Fatalf("%d rows, want 91", len(table.Rows))
	}
	want := reconcile.Row{Line: 92, Group: "province", No: 63, Agency: "Yên Bái", Total: 38, Approved: 38,
		ApprovedPct: 100, Deployed: 12, DeployedPct: 32, Reported: true}
	if diff := cmp.Diff(want, table.Rows[90]); diff != "" {
		t.Errorf("last row (-want +got):\n%s", diff)
	}
}

// The same table must come out of every way a spreadsheet may save it.
func TestReadDialects(t *testing.T) {
	want := read(t, annex(t))
	plain := strings.ReplaceAll(annex(t), "\r\n", "\n")
	semicolons := strings.ReplaceAll(strings.ReplaceAll(plain, `"Bộ Văn hóa, Thể thao và Du lịch"`, "COMMA"), ",", ";")
	for name, file := range map[string]string{
		"byte order mark": "\uFEFF" + plain,
		"crlf":            strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last newline": strings.TrimRight(plain, "\n"),
		"semicolons":      strings.ReplaceAll(semicolons, "COMMA", "Bộ Văn hóa, Thể thao và Du lịch"),
		"padded cells":    strings.ReplaceAll(plain, "\n", ",,\n"),
		"empty tail":      plain + ",,,,,,,,\n\n",
		"percent signs":   strings.ReplaceAll(plain, ",100,", ",100%,"),
	} {
		if name == "percent signs" { // counts of 100 are not percentages
			file = strings.ReplaceAll(file, "135,79,100%", "135,79,100")
		}
		if diff := cmp.Diff(want, read(t, file)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadThousandsAndExpects(t *testing.T) {
	table := read(t, head+"expect_total,7.206\nministry,1,A,1.539,1539,100%,0,0,yes\nexpect_province_deployed,3275,,\n")
	want := reconcile.Table{
		Rows: []reconcile.Row{{Line: 3, Group: "ministry", No: 1, Agency: "A", Total: 1539, Approved: 1539,
			ApprovedPct: 100, Reported: true}},
		Expects: []reconcile.Expect{{Line: 2, Name: "expect_total", Value: 7206},
			{Line: 4, Name: "expect_province_deployed", Value: 3275}},
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Error(diff)
	}
}

// Each case breaks one rule; the message must name line, column and rule.
func TestReadNamesTheRule(t *testing.T) {
	const ok = "ministry,1,A,10,5,50,2,20,yes\n"
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "line 1: empty file"},
		{"header only", head, "line 2: there is no data row"},
		{"header misspelt", "group,no,agency,sum\n", `line 1, column total: "sum": the header must be group,no`},
		{"header short", "group,no\n", "line 1, column agency: the header must be"},
		{"header long", strings.TrimSpace(head) + ",note\n", "line 1: 10 cells found, 9 needed"},
		{"utf-16", "\xff\xfeg\x00", "line 1: file is UTF-16"},
		{"group", head + "city,1,A,10,5,50,2,20,yes\n", `line 2, column group: "city": must be ministry or province`},
		{"ordinal", head + "ministry,0,A,10,5,50,2,20,yes\n", "line 2, column no: \"0\": ordinals start at 1"},
		{"no name", head + "ministry,1, ,10,5,50,2,20,yes\n", "line 2, column agency: the agency's name is missing"},
		{"bad utf-8", head + "ministry,1,A\xe1,10,5,50,2,20,yes\n", "line 2, column agency: \"A\uFFFD\": not valid UTF-8"},
		{"control", head + "ministry,1,\"A\nB\",10,5,50,2,20,yes\n", "line 2, column agency: \"A\\nB\": holds a control"},
		{"negative", head + "ministry,1,A,-10,5,50,2,20,yes\n", `line 2, column total: "-10": a negative number`},
		{"decimal comma", head + "ministry,1,A,10,\"76,5\",50,2,20,yes\n", `line 2, column approved: "76,5": a comma marks decimals`},
		{"decimal pct", head + "ministry,1,A,10,5,\"76,5%\",2,20,yes\n", `column approved_pct_printed: "76,5%": a comma`},
		{"dot", head + "ministry,1,A,10.5,5,50,2,20,yes\n", `column total: "10.5": a dot may only separate`},
		{"dot zero", head + "ministry,1,A,0.539,5,50,2,20,yes\n", `column total: "0.539": a dot may only separate`},
		{"dot first", head + "ministry,1,A,.539,5,50,2,20,yes\n", `column total: ".539": a dot may only separate`},
		{"word", head + "ministry,1,A,10,5,50,2,two,yes\n", `column deployed_pct_printed: "two": not a whole number`},
		{"too big", head + "ministry,1,A,99999999999999999999,5,50,2,20,yes\n", "number too large"},
		{"empty number", head + "ministry,1,A,,5,50,2,20,yes\n", "line 2, column total: empty cell"},
		{"reported", head + "ministry,1,A,10,5,50,2,20,maybe\n", `column reported: "maybe": must be yes or no`},
		{"contradiction", head + "ministry,1,A,10,5,50,2,20,no\n", "marked as not reported, yet"},
		{"short row", head + ok + "ministry,2,B,10\n", "line 3: 4 cells found, 9 needed"},
		{"long row", head + ok + strings.TrimSpace(ok) + ",x\n", "line 3: 10 cells found, 9 needed"},
		{"quote", head + ok + "ministry,2,B\"x,10,5,50,2,20,yes\n", "line 3: misplaced quotation mark"},
		{"expect unknown", head + ok + "expect_sum,1\n", `line 3, column group: "expect_sum": unknown name; accepted are expect_total`},
		{"expect twice", head + ok + "expect_total,1\nexpect_total,2\n", "line 4, column expect_total: already stated"},
		{"expect empty", head + ok + "expect_total\n", "line 3, column expect_total: empty cell"},
		{"expect decimal", head + ok + "expect_total,\"7,206\"\n", `column expect_total: "7,206": a comma marks decimals`},
	} {
		table, err := reconcile.Read(strings.NewReader(c.file))
		var bad reconcile.ReadError
		if !errors.As(err, &bad) || len(bad) != 1 {
			t.Errorf("%s: error %v, want exactly one bad cell", c.name, err)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %q, want it to hold %q", c.name, err, c.want)
		}
		if bad[0].Says.VI == "" || len(table.Rows) != 0 {
			t.Errorf("%s: no Vietnamese text, or rows returned with the error", c.name)
		}
	}
}

func TestReadCollectsEveryBadCell(t *testing.T) {
	_, err := reconcile.Read(strings.NewReader(head + "x,0,,a,b,c,d,e,f\n" + "ministry,1,A,1,1,100,1,-1,yes\n"))
	var bad reconcile.ReadError
	if !errors.As(err, &bad) {
		t.Fatal(err)
	}
	var got []string
	for _, c := range bad {
		got = append(got, c.Column)
	}
	want := []string{"group", "agency", "reported", "total", "approved", "approved_pct_printed", "deployed",
		"deployed_pct_printed", "deployed_pct_printed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadErrorIsBounded(t *testing.T) {
	_, err := reconcile.Read(strings.NewReader(head + strings.Repeat("x\n", 5000)))
	if err == nil || len(err.Error()) > 5000 || !strings.Contains(err.Error(), "... and 4950 more") {
		t.Errorf("message of %d bytes does not tell the rest", len(err.Error()))
	}
}

func TestReadPassesOnReaderErrors(t *testing.T) {
	broken := errors.New("disk gone")
	for _, r := range []io.Reader{
		iotest.ErrReader(broken),
		io.MultiReader(strings.NewReader(head+strings.Repeat("ministry,1,A,1,1,100,1,100,yes\n", 200)), iotest.ErrReader(broken)),
	} {
		if _, err := reconcile.Read(r); !errors.Is(err, broken) {
			t.Errorf("error %v does not wrap the reader's", err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "ministry,1,A,10,5,50,2,20,yes\nexpect_total,7.206\n"))
	f.Add([]byte("\uFEFF" + strings.ReplaceAll(head, ",", ";") + "province;1;\"B\";0;0;0;0;0;no"))
	f.Add([]byte("\xff\xfe\"\n,,,"))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := reconcile.Read(strings.NewReader(string(file)))
		if (err == nil) != (len(table.Rows) > 0) {
			t.Fatalf("%d rows with error %v", len(table.Rows), err)
		}
		for _, f := range reconcile.Check(table).Findings {
			if f.Line < 1 || f.Says.VI == "" || f.Says.EN == "" || strings.Contains(f.Says.VI+f.Says.EN, "%!") {
				t.Fatalf("unfinished finding %+v", f)
			}
		}
	})
}
