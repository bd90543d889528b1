package law_test

import (
	"errors"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

func TestDue(t *testing.T) {
	working, calendar := law.Limit{Days: 5, Working: true}, law.Limit{Days: 15}
	at := func(state string, due law.Day, left int) law.ClockState {
		return law.ClockState{State: state, Due: due, Left: left}
	}
	out := func(from, until law.Day) []law.Pause { return []law.Pause{{From: from, Until: until}} }
	cases := []struct {
		name  string
		run   law.ClockRun
		today law.Day
		want  law.ClockState
	}{
		{"no limit", law.ClockRun{Start: "2026-09-07"}, "2026-09-08", at("none", "", 0)},
		{"no valid dossier yet", law.ClockRun{Limit: working}, "2026-09-08", at("none", "", 0)},
		{"received tomorrow", law.ClockRun{Start: "2026-09-09", Limit: working}, "2026-09-08", at("none", "", 0)},
		// Monday 7 September: days 1 to 5 are 8, 9, 10, 11 and 14 September.
		{"day of receipt", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-07", at("running", "2026-09-14", 5)},
		{"four left", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-08", at("running", "2026-09-14", 4)},
		{"three left", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-09", at("due_soon", "2026-09-14", 3)},
		{"weekend before", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-13", at("due_soon", "2026-09-14", 1)},
		{"last day", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-14", at("due", "2026-09-14", 0)},
		{"one late", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-15", at("overdue", "2026-09-14", -1)},
		{"weekend after", law.ClockRun{Start: "2026-09-07", Limit: working}, "2026-09-20", at("overdue", "2026-09-14", -4)},
		// Sent back on the 9th with 3 days left, returned on the 16th.
		{"day sent back", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "")}, "2026-09-09", at("paused", "", 3)},
		{"still out", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "")}, "2026-10-20", at("paused", "", 3)},
		{"day it returned", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "2026-09-16")}, "2026-09-16", at("due_soon", "2026-09-21", 3)},
		{"seen before it returned", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "2026-09-16")}, "2026-09-15", at("paused", "", 3)},
		{"seen before it left", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "2026-09-16")}, "2026-09-08", at("running", "2026-09-14", 4)},
		{"sent back and returned in a day", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-09", "2026-09-09")}, "2026-09-10", at("due_soon", "2026-09-14", 2)},
		{"sent back when late", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-15", "")}, "2026-09-16", at("overdue", "2026-09-14", -2)},
		{"sent back on the last day", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: out("2026-09-14", "")}, "2026-09-14", at("due", "2026-09-14", 0)},
		{"twice", law.ClockRun{Start: "2026-09-07", Limit: working, Pauses: []law.Pause{{From: "2026-09-08", Until: "2026-09-10"}, {From: "2026-09-11", Until: "2026-09-18"}}}, "2026-09-21", at("due_soon", "2026-09-23", 2)},
		// Calendar days: 15 days after 5 March 2024 is the 20th.
		{"calendar", law.ClockRun{Start: "2024-03-05", Limit: calendar}, "2024-03-15", at("running", "2024-03-20", 5)},
		{"calendar soon", law.ClockRun{Start: "2024-03-05", Limit: calendar}, "2024-03-17", at("due_soon", "2024-03-20", 3)},
		{"calendar late", law.ClockRun{Start: "2024-03-05", Limit: calendar}, "2024-03-24", at("overdue", "2024-03-20", -4)},
		{"calendar to a Saturday", law.ClockRun{Start: "2024-03-01", Limit: calendar}, "2024-03-16", at("due_soon", "2024-03-18", 2)},
		{"calendar to Tết", law.ClockRun{Start: "2024-01-24", Limit: calendar}, "2024-02-01", at("running", "2024-02-15", 14)},
		{"calendar with a pause", law.ClockRun{Start: "2024-03-05", Limit: calendar, Pauses: out("2024-03-07", "2024-03-12")}, "2024-03-12", at("running", "2024-03-25", 13)},
		{"calendar, out over the end", law.ClockRun{Start: "2024-03-01", Limit: calendar, Pauses: out("2024-03-16", "2024-03-18")}, "2024-03-19", at("due", "2024-03-19", 0)},
		{"calendar, out at the end", law.ClockRun{Start: "2024-03-01", Limit: calendar, Pauses: out("2024-03-16", "")}, "2024-03-17", at("paused", "", 0)},
	}
	b := open(t)
	for _, c := range cases {
		got, err := b.Due(c.run, c.today)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestDueIsProvisional(t *testing.T) {
	cases := []struct {
		name  string
		run   law.ClockRun
		today law.Day
		want  bool
	}{
		{"known days", law.ClockRun{Start: "2026-11-02", Limit: law.Limit{Days: 5, Working: true}}, "2026-11-03", false},
		{"over a proposed swap", law.ClockRun{Start: "2026-11-18", Limit: law.Limit{Days: 7, Working: true}}, "2026-11-22", true},
		{"into 2027", law.ClockRun{Start: "2026-12-28", Limit: law.Limit{Days: 15, Working: true}}, "2026-12-28", true},
		{"calendar days over a proposed swap", law.ClockRun{Start: "2026-11-18", Limit: law.Limit{Days: 15}}, "2026-11-22", false},
		{"calendar days that end in 2027", law.ClockRun{Start: "2026-12-28", Limit: law.Limit{Days: 15}}, "2026-12-28", true},
	}
	b := open(t)
	for _, c := range cases {
		if got, err := b.Due(c.run, c.today); err != nil || got.Provisional != c.want {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestDueRefuses(t *testing.T) {
	limit := law.Limit{Days: 5, Working: true}
	cases := map[string]struct {
		run   law.ClockRun
		today law.Day
	}{
		"no today":            {law.ClockRun{Start: "2026-09-07", Limit: limit}, ""},
		"no such start":       {law.ClockRun{Start: "2026-09-31", Limit: limit}, "2026-10-01"},
		"negative limit":      {law.ClockRun{Start: "2026-09-07", Limit: law.Limit{Days: -1}}, "2026-09-08"},
		"pause before start":  {law.ClockRun{Start: "2026-09-07", Limit: limit, Pauses: []law.Pause{{"2026-09-01", "2026-09-08"}}}, "2026-09-08"},
		"pause ends first":    {law.ClockRun{Start: "2026-09-07", Limit: limit, Pauses: []law.Pause{{"2026-09-09", "2026-09-08"}}}, "2026-09-08"},
		"open pause not last": {law.ClockRun{Start: "2026-09-07", Limit: limit, Pauses: []law.Pause{{"2026-09-08", ""}, {"2026-09-09", ""}}}, "2026-09-09"},
		"pauses overlap":      {law.ClockRun{Start: "2026-09-07", Limit: limit, Pauses: []law.Pause{{"2026-09-08", "2026-09-12"}, {"2026-09-09", ""}}}, "2026-09-09"},
	}
	b := open(t)
	for name, c := range cases {
		if got, err := b.Due(c.run, c.today); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, err := b.Due(law.ClockRun{Start: "2027-12-20", Limit: limit, Pauses: []law.Pause{{"2027-12-21", "2028-01-03"}}}, "2028-01-04")
	if !errors.As(err, new(*law.NoCalendarError)) {
		t.Errorf("into 2028: %v", err)
	}
}

// TestDueAgreesWithCounting: without pauses the due day of a working limit is
// the n-th working day, and what is left shrinks by one with each of them.
func TestDueAgreesWithCounting(t *testing.T) {
	b, r := open(t), rand.New(rand.NewSource(9))
	for range 500 {
		start := law.Day("2016-01-04").AddDays(r.Intn(3900))
		run := law.ClockRun{Start: start, Limit: law.Limit{Days: 1 + r.Intn(25), Working: true}}
		want, err := b.AddWorkingDays(start, run.Limit.Days)
		if err != nil {
			t.Fatal(err)
		}
		today := start.AddDays(r.Intn(60))
		got, err := b.Due(run, today)
		if err != nil || got.Due != want {
			t.Fatalf("%+v: %+v, %v, want %s", run, got, err, want)
		}
		next, err := b.Due(run, today.AddDays(1))
		if err != nil {
			t.Fatal(err)
		}
		working, err := b.Working(today.AddDays(1))
		if err != nil || (got.Left-next.Left == 1) != working || got.Left < next.Left {
			t.Errorf("%+v: %d left on %s, %d the day after, working %v, %v", run, got.Left, today, next.Left, working, err)
		}
		if late := got.State == law.ClockOverdue; late != (today > want) || late && got.Left > 0 {
			t.Errorf("%+v on %s: %+v", run, today, got)
		}
	}
}
