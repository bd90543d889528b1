package law_test

import (
	"testing"
	"time"

	"capdo/internal/law"
)

func TestParseDay(t *testing.T) {
	for _, good := range []string{"2024-02-29", "2026-08-19", "2027-12-31"} {
		if d, err := law.ParseDay(good); err != nil || string(d) != good {
			t.Errorf("%s: %q, %v", good, d, err)
		}
	}
	for _, bad := range []string{"", "2024-02-31", "2023-02-29", "2024-2-1", "01/02/2024", "2024-01-01T00:00:00Z", " 2024-01-01", "20240101"} {
		if d, err := law.ParseDay(bad); err == nil || d != "" {
			t.Errorf("%q was read as %q", bad, d)
		}
	}
}

func TestDayOfTurnsAtMidnightInVietNam(t *testing.T) {
	cases := map[string]law.Day{
		"2026-08-18T16:59:59Z":      "2026-08-18",
		"2026-08-18T17:00:00Z":      "2026-08-19",
		"2026-12-31T23:59:59+07:00": "2026-12-31",
	}
	for text, want := range cases {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := law.DayOf(at); got != want {
			t.Errorf("%s falls on %s, want %s", text, got, want)
		}
	}
	if got := law.DayOf(time.Time{}); got != "" {
		t.Errorf("zero time falls on %q", got)
	}
}

func TestDayTime(t *testing.T) {
	want := time.Date(2026, 8, 19, 0, 0, 0, 0, law.Zone())
	if got := law.Day("2026-08-19").Time(); !got.Equal(want) || law.DayOf(got) != "2026-08-19" {
		t.Errorf("got %v", got)
	}
	if got := law.Day("").Time(); !got.IsZero() {
		t.Errorf("none gives %v", got)
	}
}

func TestDayArithmetic(t *testing.T) {
	cases := []struct {
		got, want law.Day
	}{
		{law.Day("2024-02-28").AddDays(1), "2024-02-29"},
		{law.Day("2024-03-01").AddDays(-1), "2024-02-29"},
		{law.Day("2026-12-31").AddDays(1), "2027-01-01"},
		{law.Day("2026-07-01").AddMonths(6), "2027-01-01"},
		{law.Day("2026-07-01").AddMonths(12), "2027-07-01"},
		{law.Day("2024-01-31").AddMonths(1), "2024-02-29"},
		{law.Day("2025-01-31").AddMonths(1), "2025-02-28"},
		{law.Day("2025-03-31").AddMonths(-1), "2025-02-28"},
		{law.Day("2025-11-30").AddMonths(3), "2026-02-28"},
		{law.Day("").AddDays(1), ""},
		{law.Day("").AddMonths(1), ""},
	}
	for i, c := range cases {
		if c.got != c.want {
			t.Errorf("case %d: %q, want %q", i, c.got, c.want)
		}
	}
}
