package law_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"capdo/internal/law"
)

// dues lists deadlines as "day id", with the addressee where there is one.
func dues(list []law.Deadline) []string {
	out := []string{}
	for _, d := range list {
		s := string(d.Day) + " " + strings.TrimPrefix(d.ID, "deadline.")
		if d.Addressee != "" {
			s += " -> " + string(d.Addressee)
		}
		out = append(out, s)
	}
	return out
}

func TestDeadlines(t *testing.T) {
	cases := []struct {
		from, to law.Day
		want     []string
	}{
		{"2023-01-01", "2023-12-31", []string{
			"2023-05-31 tt12-review", "2023-12-14 cutoff.r85", "2023-12-19 report-owner.r85 -> owner", "2023-12-24 report-centre.r85 -> mic"}},
		{"2024-01-01", "2024-12-31", []string{
			"2024-04-29 cd33-review -> mic", "2024-09-30 ct09-approve", "2024-12-14 cutoff.r85",
			"2024-12-19 report-owner.r85 -> owner", "2024-12-24 report-centre.r85 -> mic", "2024-12-31 ct09-deploy"}},
		{"2025-12-01", "2025-12-31", []string{
			"2025-12-14 cutoff.r85", "2025-12-19 report-owner.r85 -> owner", "2025-12-24 report-centre.r85 -> mps"}},
		{"2026-11-22", "2027-01-31", []string{
			"2026-12-14 cutoff.r331", "2026-12-19 report-owner.r331 -> owner", "2026-12-24 report-centre.r331 -> mps",
			"2026-12-30 nd278-connect", "2027-01-01 investment", "2027-01-14 types.r331"}},
		{"2026-06-15", "2026-10-15", []string{
			"2026-07-01 start-luat116", "2026-07-01 start-business-2026", "2026-07-24 start-tcvn14423",
			"2026-08-19 start-nd331", "2026-09-30 start-qd1875", "2026-09-30 list-check"}},
		{"2027-02-01", "2027-09-30", []string{
			"2027-03-01 start-business-2027", "2027-07-01 kept-level", "2027-07-01 investment-conform",
			"2027-07-01 products", "2027-09-30 list-check"}},
		{"2027-12-15", "2027-12-14", []string{}},
	}
	b := open(t)
	for _, c := range cases {
		if diff := cmp.Diff(c.want, dues(b.Deadlines(c.from, c.to))); diff != "" {
			t.Errorf("%s to %s: %s", c.from, c.to, diff)
		}
	}
}

func TestDeadlinesShowTheLastSafeDay(t *testing.T) {
	b := open(t)
	list := b.Deadlines("2026-12-24", "2026-12-24")
	if len(list) != 1 {
		t.Fatalf("got %v", dues(list))
	}
	d := list[0]
	if d.Day != "2026-12-24" || d.Named != "2026-12-25" || !d.Exclusive || d.Kind != law.DeadlineYearly || !slices.Contains(d.By, law.RoleOwner) {
		t.Errorf("got %+v", d)
	}
	if list := b.Deadlines("2026-12-25", "2026-12-25"); len(list) != 0 {
		t.Errorf("the named day itself is still safe: %v", dues(list))
	}
}

// TestDeadlineBeforeNewYear: a text that says "before 1 January" is due in the
// old year.
func TestDeadlineBeforeNewYear(t *testing.T) {
	book := copyBook(t)
	damage(t, book, "deadlines.yaml", "day: 01-15", "day: 01-01")
	b, err := law.LoadFS(book)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2027-12-31 types.r331"}
	if diff := cmp.Diff(want, dues(b.Deadlines("2027-12-31", "2027-12-31"))); diff != "" {
		t.Error(diff)
	}
}

// dueRow is what the edge test reads of a row itself.
type dueRow struct {
	ID, Kind, Day, From, Until string
	Exclusive                  bool
}

// TestDeadlinesAtTheirEdges reads the rows again and looks at each on the days
// around it.
func TestDeadlinesAtTheirEdges(t *testing.T) {
	b := open(t)
	has := func(list []law.Deadline, id string) bool {
		return slices.ContainsFunc(list, func(d law.Deadline) bool { return d.ID == id })
	}
	for _, r := range dueRows(t) {
		named := []law.Day{law.Day(r.Day)}
		if r.Kind == law.DeadlineYearly {
			named = nil
			for _, year := range []string{"2022-", "2023-", "2025-", "2026-", "2027-", "2099-"} {
				named = append(named, law.Day(year+r.Day))
			}
		}
		for _, day := range named {
			in := r.Kind == law.DeadlineOnce || string(day) >= r.From && (r.Until == "" || string(day) <= r.Until)
			if r.Day == "" {
				continue
			}
			last := day
			if r.Exclusive {
				last = day.AddDays(-1)
			}
			for offset, want := range map[int]bool{-1: false, 0: in, 1: false} {
				at := last.AddDays(offset)
				if got := has(b.Deadlines(at, at), r.ID); got != want {
					t.Errorf("%s is due on %s: %v, want %v", r.ID, at, got, want)
				}
			}
		}
		if r.Day == "" {
			from, until := law.Day(r.From), law.Day(r.Until)
			if has(b.Duties(from.AddDays(-1)), r.ID) || !has(b.Duties(from), r.ID) || !has(b.Duties(from.AddDays(1)), r.ID) {
				t.Errorf("%s does not begin on %s", r.ID, from)
			}
			if until != "" && (!has(b.Duties(until), r.ID) || has(b.Duties(until.AddDays(1)), r.ID)) {
				t.Errorf("%s does not end on %s", r.ID, until)
			}
		}
	}
}

// dueRows reads the rows of deadlines.yaml.
func dueRows(t *testing.T) []dueRow {
	t.Helper()
	text, err := os.ReadFile("book/deadlines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Deadlines []dueRow }
	if err := yaml.Unmarshal(text, &file); err != nil || len(file.Deadlines) < 40 {
		t.Fatalf("%d rows, %v", len(file.Deadlines), err)
	}
	return file.Deadlines
}

func TestDuties(t *testing.T) {
	b := open(t)
	want := map[law.Day]string{
		"2019-06-06": "",
		"2019-06-07": "budget four-layers",
		"2022-10-01": "budget four-layers csdlqg before-operation",
		"2026-08-19": "incident-first incident-report incident-at-once unclassified budget four-layers csdlqg before-operation.r331",
		"2026-11-22": "incident-first incident-report incident-at-once minutes unclassified budget four-layers csdlqg before-operation.r331",
	}
	for day, ids := range want {
		var got []string
		for _, d := range b.Duties(day) {
			got = append(got, strings.TrimPrefix(d.ID, "deadline."))
			if d.Day != "" || d.Named != "" || (d.Kind == law.DeadlineEvent) != (d.Offset != law.Offset{}) {
				t.Errorf("%s: %+v", day, d)
			}
		}
		if diff := cmp.Diff(ids, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", day, diff)
		}
	}
}

func TestOffsetAfter(t *testing.T) {
	at := time.Date(2026, 11, 22, 23, 30, 0, 0, law.Zone())
	cases := []struct {
		offset law.Offset
		want   time.Time
	}{
		{law.Offset{AtOnce: true}, at},
		{law.Offset{Hours: 24}, time.Date(2026, 11, 23, 23, 30, 0, 0, law.Zone())},
		{law.Offset{Hours: 72}, time.Date(2026, 11, 25, 23, 30, 0, 0, law.Zone())},
		{law.Offset{Months: 6}, time.Date(2027, 5, 23, 0, 0, 0, 0, law.Zone())},
	}
	for _, c := range cases {
		if got := c.offset.After(at); !got.Equal(c.want) {
			t.Errorf("%+v: %s, want %s", c.offset, got, c.want)
		}
	}
}

func TestDeadlinesExplainThemselves(t *testing.T) {
	b := open(t)
	all := append(b.Deadlines("2016-01-01", "2099-12-31"), b.Duties("2026-11-22")...)
	for _, d := range all {
		if d.Says.VI == "" || d.Says.EN == "" || d.Who.VI == "" || d.Who.EN == "" || d.Cites == "" || d.Confidence == "" || d.Source == "" {
			t.Errorf("%s does not explain itself: %+v", d.ID, d)
		}
	}
	first := b.Deadlines("2026-12-24", "2026-12-24")[0]
	first.By[0], first.Rules[0] = "anyone", "R1"
	if again := b.Deadlines("2026-12-24", "2026-12-24")[0]; again.By[0] != law.RoleOwner || again.Rules[0] != law.R331 {
		t.Errorf("a reader changed the book: %+v", again)
	}
}
