package law_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

// weekdaysOff and weekendsWorked are the calendar of civil servants written a
// second time, as month and day.
var weekdaysOff = map[int]string{
	2016: "1-1 2-8 2-9 2-10 2-11 2-12 4-18 5-2 5-3 9-2",
	2017: "1-2 1-26 1-27 1-30 1-31 2-1 4-6 5-1 5-2 9-4",
	2018: "1-1 2-14 2-15 2-16 2-19 2-20 4-25 4-30 5-1 9-3 12-31",
	2019: "1-1 2-4 2-5 2-6 2-7 2-8 4-15 4-29 4-30 5-1 9-2",
	2020: "1-1 1-23 1-24 1-27 1-28 1-29 4-2 4-30 5-1 9-2",
	2021: "1-1 2-10 2-11 2-12 2-15 2-16 4-21 4-30 5-3 9-2 9-3",
	2022: "1-3 1-31 2-1 2-2 2-3 2-4 4-11 5-2 5-3 9-1 9-2",
	2023: "1-2 1-20 1-23 1-24 1-25 1-26 5-1 5-2 5-3 9-1 9-4",
	2024: "1-1 2-8 2-9 2-12 2-13 2-14 4-18 4-29 4-30 5-1 9-2 9-3",
	2025: "1-1 1-27 1-28 1-29 1-30 1-31 4-7 4-30 5-1 5-2 9-1 9-2",
	2026: "1-1 1-2 2-16 2-17 2-18 2-19 2-20 4-27 4-30 5-1 8-31 9-1 9-2 11-24",
	2027: "1-1 2-4 2-5 2-8 2-9 2-10 4-16 4-30 5-3 9-2 9-3 11-24",
}

var weekendsWorked = map[int]string{2019: "1-5 5-4", 2024: "5-4", 2025: "4-26", 2026: "1-10 8-22"}

func TestWorkingYearByYear(t *testing.T) {
	b := open(t)
	for year := 2016; year <= 2027; year++ {
		var off, worked []string
		for at := time.Date(year, 1, 1, 0, 0, 0, 0, law.Zone()); at.Year() == year; at = at.AddDate(0, 0, 1) {
			working, err := b.Working(law.DayOf(at))
			if err != nil {
				t.Fatal(err)
			}
			weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
			short := fmt.Sprintf("%d-%d", at.Month(), at.Day())
			if weekend && working {
				worked = append(worked, short)
			} else if !weekend && !working {
				off = append(off, short)
			}
		}
		if diff := cmp.Diff(weekdaysOff[year], strings.Join(off, " ")); diff != "" {
			t.Errorf("%d, weekdays off: %s", year, diff)
		}
		if diff := cmp.Diff(weekendsWorked[year], strings.Join(worked, " ")); diff != "" {
			t.Errorf("%d, weekends worked: %s", year, diff)
		}
	}
}

// TestFeastsOfTheMoon holds the first day of Tết and the day of Giỗ Tổ.
func TestFeastsOfTheMoon(t *testing.T) {
	want := map[int][2]law.Day{
		2016: {"2016-02-08", "2016-04-16"}, 2017: {"2017-01-28", "2017-04-06"}, 2018: {"2018-02-16", "2018-04-25"},
		2019: {"2019-02-05", "2019-04-14"}, 2020: {"2020-01-25", "2020-04-02"}, 2021: {"2021-02-12", "2021-04-21"},
		2022: {"2022-02-01", "2022-04-10"}, 2023: {"2023-01-22", "2023-04-29"}, 2024: {"2024-02-10", "2024-04-18"},
		2025: {"2025-01-29", "2025-04-07"}, 2026: {"2026-02-17", "2026-04-26"}, 2027: {"2027-02-06", "2027-04-16"},
	}
	b := open(t)
	for year, days := range want {
		feasts := map[string][]law.Day{}
		for _, h := range b.Holidays(year) {
			if h.Kind == law.HolidayFeast {
				feasts[h.Feast] = append(feasts[h.Feast], h.Day)
			}
		}
		tet := feasts["tet"]
		if len(tet) != 5 || days[0] < tet[1] || days[0] > tet[2] || tet[4] != tet[0].AddDays(4) {
			t.Errorf("%d: Tết on %v, its first day is %s", year, tet, days[0])
		}
		if diff := cmp.Diff([]law.Day{days[1]}, feasts["hung_kings"]); diff != "" {
			t.Errorf("%d: Giỗ Tổ: %s", year, diff)
		}
	}
}

func TestCalendars(t *testing.T) {
	b := open(t)
	list := b.Calendars()
	if len(list) != 12 || list[0].Year != 2016 || list[11].Year != 2027 {
		t.Fatalf("got %d years", len(list))
	}
	for _, y := range list {
		if want := y.Year < 2027; y.Complete != want || (y.Confidence == law.ConfidenceInferred) == want {
			t.Errorf("%d: complete %v, %s", y.Year, y.Complete, y.Confidence)
		}
		if y.Cites == "" || y.Says.VI == "" || y.Source == "" {
			t.Errorf("%d does not explain itself: %+v", y.Year, y)
		}
	}
}

func TestHolidays(t *testing.T) {
	want := []string{
		"2026-01-01 feast Tết Dương lịch (high)", "2026-01-02 swap_off Nghỉ hoán đổi dịp Tết Dương lịch (high)",
		"2026-01-10 swap_work Làm bù dịp Tết Dương lịch (high)", "2026-02-16 feast Tết Nguyên đán (high)",
		"2026-02-17 feast Tết Nguyên đán (high)", "2026-02-18 feast Tết Nguyên đán (high)",
		"2026-02-19 feast Tết Nguyên đán (high)", "2026-02-20 feast Tết Nguyên đán (high)",
		"2026-04-26 feast Giỗ Tổ Hùng Vương (high)", "2026-04-27 in_lieu Nghỉ bù Giỗ Tổ Hùng Vương (high)",
		"2026-04-30 feast Ngày Chiến thắng 30/4 (high)", "2026-05-01 feast Ngày Quốc tế lao động 01/5 (high)",
		"2026-08-22 swap_work Làm bù dịp Quốc khánh (high)", "2026-08-31 swap_off Nghỉ hoán đổi dịp Quốc khánh (high)",
		"2026-09-01 feast Quốc khánh (high)", "2026-09-02 feast Quốc khánh (high)",
		"2026-11-23 proposed_off Đề xuất nghỉ hoán đổi dịp Ngày Văn hóa Việt Nam (low)",
		"2026-11-24 feast Ngày Văn hóa Việt Nam (high)",
		"2026-11-28 proposed_on Đề xuất làm bù dịp Ngày Văn hóa Việt Nam (low)",
	}
	b := open(t)
	var got []string
	for _, h := range b.Holidays(2026) {
		got = append(got, fmt.Sprintf("%s %s %s (%s)", h.Day, h.Kind, h.Name.VI, h.Confidence))
		if h.Name.EN == "" || h.Source == "" {
			t.Errorf("%s does not explain itself", h.Day)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if list := b.Holidays(2015); list == nil || len(list) != 0 {
		t.Errorf("2015 has %v", list)
	}
	if list := b.Holidays(2019); list[1].Day != "2019-01-05" || list[1].Kind != law.HolidaySwapWork {
		t.Errorf("the day worked for the swap of 2018 is missing: %v", list[1])
	}
}

func TestWorkingRefusesYearsWithoutCalendar(t *testing.T) {
	b := open(t)
	for day, year := range map[law.Day]int{"2015-12-31": 2015, "2028-01-01": 2028} {
		_, err := b.Working(day)
		none, ok := errors.AsType[*law.NoCalendarError](err)
		if !ok || none.Year != year || !strings.Contains(none.Text().VI, fmt.Sprint(year)) || !strings.Contains(none.Text().EN, fmt.Sprint(year)) || !strings.HasSuffix(err.Error(), fmt.Sprint(year)) {
			t.Errorf("%s: %v", day, err)
		}
	}
	for _, day := range []law.Day{"", "2026-02-30", "today"} {
		if _, err := b.Working(day); err == nil || errors.As(err, new(*law.NoCalendarError)) {
			t.Errorf("%q: %v", day, err)
		}
	}
	if _, err := b.AddWorkingDays("2027-12-30", 5); !errors.As(err, new(*law.NoCalendarError)) {
		t.Errorf("counting into 2028: %v", err)
	}
	if _, err := b.WorkingDaysBetween("2015-12-30", "2016-01-05"); !errors.As(err, new(*law.NoCalendarError)) {
		t.Errorf("counting from 2015: %v", err)
	}
}

func TestAddWorkingDays(t *testing.T) {
	cases := []struct {
		from law.Day
		n    int
		want law.Day
	}{
		{"2026-11-20", 0, "2026-11-20"},
		{"2026-11-20", 1, "2026-11-23"}, // Friday, then Monday; the swap is only proposed
		{"2026-11-23", 1, "2026-11-25"}, // over Culture Day
		{"2026-11-25", 2, "2026-11-27"},
		{"2026-11-25", 3, "2026-11-30"}, // Saturday 28 November is only proposed to be worked
		{"2026-02-13", 1, "2026-02-23"}, // over Tết
		{"2026-08-21", 1, "2026-08-22"}, // a Saturday worked by swap
		{"2026-08-28", 1, "2026-09-03"}, // over National Day with its swap
		{"2018-12-28", 2, "2019-01-03"}, // over the swap at the turn of the year
		{"2019-01-04", 1, "2019-01-05"},
		{"2025-04-29", 1, "2025-05-05"},
		{"2026-09-02", 15, "2026-09-23"},
		{"2026-09-02", 25, "2026-10-07"},
	}
	b := open(t)
	for _, c := range cases {
		got, err := b.AddWorkingDays(c.from, c.n)
		if err != nil || got != c.want {
			t.Errorf("%s + %d: %s, %v, want %s", c.from, c.n, got, err, c.want)
		}
		back, err := b.WorkingDaysBetween(c.from, got)
		if err != nil || back != c.n {
			t.Errorf("%s to %s: %d, %v, want %d", c.from, got, back, err, c.n)
		}
		if forth, err := b.WorkingDaysBetween(got, c.from); err != nil || forth != -c.n {
			t.Errorf("%s back to %s: %d, %v", got, c.from, forth, err)
		}
	}
	for _, bad := range []struct {
		from law.Day
		n    int
	}{{"2026-11-20", -1}, {"", 1}, {"2026-13-01", 0}} {
		if _, err := b.AddWorkingDays(bad.from, bad.n); err == nil {
			t.Errorf("%q + %d was counted", bad.from, bad.n)
		}
	}
	if _, err := b.WorkingDaysBetween("", "2026-01-01"); err == nil {
		t.Error("counted from no day")
	}
}
