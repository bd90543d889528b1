package forms_test

import (
	"net/url"
	"strings"
	"testing"

	"capdo/forms"
)

// one wraps a single field in a form. Braces keep the YAML of a field short.
func one(t *testing.T, yaml string) *forms.Form {
	t.Helper()
	return trial(t, `id: trial
edition: any
title: {vi: "Thử", en: "Trial"}
submit: {vi: "Gửi", en: "Send"}
sections:
  - id: one
    fields:
      - {id: q, label: {vi: "Câu hỏi", en: "Question"}, `+yaml+`}
`)
}

const today = "2026-11-22"

var asked = forms.Context{Today: today, Level: 3, Rules: "R331", Stage: "operating"}

const twoOptions = `options: [{code: a, label: {vi: "Một", en: "One"}}, {code: "đ", label: {vi: "Hai", en: "Two"}}]`

// For every type: what is typed, the canonical value, or the problem.
func TestParse(t *testing.T) {
	long := strings.Repeat
	tests := []struct{ field, in, want, code string }{
		{"type: text", "  Hệ thống\u00a0 một  cửa\t ", "Hệ thống một cửa", ""},
		{"type: text", "Hệ thống", "Hệ thống", ""}, // NFC below
		{"type: text", "He\u0323\u0302 tho\u0302\u0301ng", "Hệ thống", ""},
		{"type: text", "He\u200b\u0323\u0302 tho\u0302\u0301ng\ufeff", "Hệ thống", ""},
		{"type: text", "\u200b \u3164 \u00ad", "", ""},
		{"type: text", "một\r\nhai", "một hai", ""},
		{"type: text", long("ệ", 255), long("ệ", 255), ""},
		{"type: text", long("e\u0323\u0302", 255), long("ệ", 255), ""},
		{"type: text", long("ệ", 256), "", "too_long"},
		{"type: text, max: 4", "năm", "năm", ""},
		{"type: text, max: 4", "năm ", "năm", ""},
		{"type: text, max: 3", "bốn.", "", "too_long"},
		{"type: text, min: 3", "ba", "", "too_short"},
		{"type: text, min: 3", "bốn", "bốn", ""},
		{"type: text", "a\x00b", "", "control"},
		{"type: text", "a\u0085b", "", "control"},
		{"type: text", "a\x7f", "", "control"},
		{"type: text", "a\u202eb", "", "direction"},
		{"type: text", "a\u200fb", "", "direction"},
		{"type: text", "a\u2066b", "", "direction"},
		{"type: text", "tốt \U0001F600", "", "unprintable"},
		{"type: text", "a\uFFFF", "", "unprintable"},
		{"type: text", "a\ue000", "", "unprintable"},
		{"type: text", "a\uFACF", "", "unprintable"}, // NFC lifts it above U+FFFF
		{"type: text", "a\xff", "", "encoding"},
		{"type: text", "a\xed\xa0\x80", "", "encoding"},
		{"type: text", "a\ufffd", "", "encoding"},
		{"type: text", long("a", 1<<18+1), "", "too_long"},
		{`type: text, check: "startswith=A", error: {check: {vi: "Bắt đầu bằng A", en: "Start with A"}}`, "An", "An", ""},
		{`type: text, check: "startswith=A", error: {check: {vi: "Bắt đầu bằng A", en: "Start with A"}}`, "Bn", "", "check"},

		{"type: longtext", " một \r\n\r\nhai\rba\u2028bốn \n", "một\n\nhai\nba\nbốn", ""},
		{"type: longtext", long("ệ", 4000), long("ệ", 4000), ""},
		{"type: longtext", long("ệ", 4001), "", "too_long"},
		{"type: longtext", "một\x1bhai", "", "control"},

		{"type: int", "1539", "1539", ""},
		{"type: int", "1.539", "1539", ""},
		{"type: int", "1 539", "1539", ""},
		{"type: int", "1\u202f539", "1539", ""},
		{"type: int", "1.234.567", "1234567", ""},
		{"type: int", "007", "7", ""},
		{"type: int", "0", "0", ""},
		{"type: int", "999.999.999.999", "999999999999", ""},
		{"type: int", "1000000000000", "", "max"},
		{"type: int", "9999999999999999", "", "int"},
		{"type: int", long("9", 400), "", "int"},
		{"type: int", "-1", "", "min"},
		{"type: int, min: -5", "-5", "-5", ""},
		{"type: int, min: -5", "-6", "", "min"},
		{"type: int, min: 0, max: 10", "10", "10", ""},
		{"type: int, min: 0, max: 10", "11", "", "max"},
		{"type: int", "1,539", "", "int"},
		{"type: int", "1.53", "", "int"},
		{"type: int", "1.5390", "", "int"},
		{"type: int", "1539.000", "", "int"},
		{"type: int", "0.539", "", "int"},
		{"type: int", ".539", "", "int"},
		{"type: int", "1..539", "", "int"},
		{"type: int", "1.539 000", "", "int"},
		{"type: int", "một", "", "int"},
		{"type: int", "-", "", "int"},
		{"type: int", "1e3", "", "int"},
		{"type: int", "１２", "", "int"},

		{"type: date", "31/12/2024", "2024-12-31", ""},
		{"type: date", "1/2/2024", "2024-02-01", ""},
		{"type: date", "01-02-2024", "2024-02-01", ""},
		{"type: date", "1.2.2024", "2024-02-01", ""},
		{"type: date", "2024-02-01", "2024-02-01", ""},
		{"type: date", "29/2/2024", "2024-02-29", ""},
		{"type: date", "29/2/2023", "", "no_such_day"},
		{"type: date", "31/02/2024", "", "no_such_day"},
		{"type: date", "0/1/2024", "", "no_such_day"},
		{"type: date", "1/13/2024", "", "no_such_day"},
		{"type: date", "1/1/1900", "1900-01-01", ""},
		{"type: date", "31/12/1899", "", "too_early"},
		{"type: date", "31/12/2199", "2199-12-31", ""},
		{"type: date", "1/1/2200", "", "too_late"},
		{"type: date", "31/12/24", "", "date"},
		{"type: date", "2024-2-1", "", "date"},
		{"type: date", "2024/02/01", "", "date"},
		{"type: date", "31-12/2024", "", "date"},
		{"type: date", "31/12", "", "date"},
		{"type: date", "31/12/2024/1", "", "date"},
		{"type: date", "+1/12/2024", "", "date"},
		{"type: date", "hôm nay", "", "date"},
		{"type: date", "2024-12-31T00:00:00Z", "", "date"},
		{"type: date, not_after_today: true", "22/11/2026", today, ""},
		{"type: date, not_after_today: true", "23/11/2026", "", "not_after_today"},
		{"type: date, not_before_today: true", "22/11/2026", today, ""},
		{"type: date, not_before_today: true", "21/11/2026", "", "not_before_today"},
		{"type: date, after_today: true", "23/11/2026", "2026-11-23", ""},
		{"type: date, after_today: true", "22/11/2026", "", "after_today"},

		{"type: yesno", "yes", "yes", ""},
		{"type: yesno", "Không", "no", ""},
		{"type: yesno", "Co\u0301", "yes", ""},
		{"type: yesno", "false", "no", ""},
		{"type: yesno", "", "", ""},
		{"type: yesno", "maybe", "", "yesno"},
		{"type: check", "yes", "yes", ""},
		{"type: check", "on", "yes", ""},
		{"type: check", "no", "", ""},
		{"type: check", "2", "", "tick"},

		{"type: choice, " + twoOptions, "a", "a", ""},
		{"type: choice, " + twoOptions, " đ ", "đ", ""},
		{"type: choice, " + twoOptions, "d", "", "choice"},
		{"type: choice, " + twoOptions, "A", "", "choice"},
		{"type: choices, " + twoOptions, "đ", "đ", ""},
		{"type: choices, " + twoOptions, "đ\na", "a\nđ", ""},
		{"type: choices, " + twoOptions, "a\nz", "", "choice"},
		{"type: choices, " + twoOptions, "a\x00", "", "control"},
		{"type: choices, max: 1, " + twoOptions, "a\nđ", "", "too_many"},
		{"type: choices, min: 2, " + twoOptions, "a", "", "too_few"},

		{"type: level", "1", "1", ""},
		{"type: level", "5", "5", ""},
		{"type: level", "0", "", "choice"},
		{"type: level", "6", "", "choice"},
		{"type: level", "33", "", "choice"},
		{"type: levels", "1, 2,3", "1\n2\n3", ""},
		{"type: levels", "3;1 1", "3\n1\n1", ""},
		{"type: levels", "1\n2", "1\n2", ""},
		{"type: levels", "1, 6", "", "levels"},
		{"type: levels", "12", "", "levels"},
		{"type: levels", ",", "", "levels"},
		{"type: levels", long("1 ", 50), long("1\n", 49) + "1", ""},
		{"type: levels", long("1 ", 51), "", "too_many"},

		{"type: email", "hop.thu@don-vi.gov.vn", "hop.thu@don-vi.gov.vn", ""},
		{"type: email", "hop.thu@", "", "email"},
		{"type: email", "hộp@don-vi.gov.vn", "", "email"},
		{"type: email", long("a", 244) + "@nhanh.com", long("a", 244) + "@nhanh.com", ""},
		{"type: email", long("a", 245) + "@nhanh.com", "", "too_long"},

		{"type: code", "H56.12", "H56.12", ""},
		{"type: code", "000.00.00.H41", "000.00.00.H41", ""},
		{"type: code", "canbo@bo-x", "canbo@bo-x", ""},
		{"type: code", "cán_bộ", "", "code"},
		{"type: code", ".ẩn", "", "code"},
		{"type: code", "-x", "", "code"},
		{"type: code", "a b", "", "code"},
		{"type: code", "a'--", "", "code"},
		{"type: code", long("a", 64), long("a", 64), ""},
		{"type: code", long("a", 65), "", "too_long"},
		{"type: agency", "G14", "G14", ""},
		{"type: agency", "<G14>", "", "code"},

		{"type: password", "  mật khẩu \u200b", "  mật khẩu \u200b", ""},
		{"type: password", "a\U0001F600b", "a\U0001F600b", ""},
		{"type: password", "ma\u0323\u0302t", "mật", ""},
		{"type: password", "a\x00", "", "unseen"},
		{"type: password", "a\xff", "", "encoding"},
		{"type: password", long("a", 128), long("a", 128), ""},
		{"type: password", long("a", 129), "", "too_long"},
		{"type: password, min: 8", "1234567", "", "too_short"},
	}
	seen := map[string]bool{"required": true, "repeated": true, "not_before": true} // tested below
	for _, tt := range tests {
		f := one(t, tt.field)
		got, problems := f.Parse(asked, url.Values{"q": {tt.in}})
		code := ""
		if len(problems) > 0 {
			code = problems[0].Code
		}
		if got.Text("q") != tt.want || code != tt.code || len(problems) > 1 {
			t.Errorf("%s: %.60q gave %.60q, %q; want %.60q, %q", tt.field, tt.in, got.Text("q"), code, tt.want, tt.code)
		}
		seen[code] = true
	}
	for code := range forms.Codes() {
		if !seen[code] {
			t.Errorf("no case shows the problem %q", code)
		}
	}
}

func TestParseSeveralValues(t *testing.T) {
	twice := url.Values{"q": {"a", "a"}}
	if _, problems := one(t, "type: choice, "+twoOptions).Parse(asked, twice); len(problems) != 1 || problems[0].Code != "repeated" {
		t.Errorf("a choice sent twice: %v", problems)
	}
	got, problems := one(t, "type: choices, "+twoOptions).Parse(asked, url.Values{"q": {"đ", "", "a", "đ"}})
	if got.Text("q") != "a\nđ" || len(problems) != 0 {
		t.Errorf("choices: %q %v", got, problems)
	}
	if in := one(t, "type: choices, "+twoOptions).Values(got)["q"]; len(in) != 2 {
		t.Errorf("two choices go back into %d boxes", len(in))
	}
	many := url.Values{"q": make([]string, 1000)}
	if _, problems = one(t, "type: choices, "+twoOptions).Parse(asked, many); len(problems) != 1 {
		t.Errorf("a thousand choices: %v", problems)
	}
	got, problems = one(t, "type: text").Parse(asked, url.Values{"other": {"x"}, "q": nil})
	if len(got) != 0 || len(problems) != 0 {
		t.Errorf("unknown names: %v %v", got, problems)
	}
}

// Parse leaves the input alone: the page shows it as typed.
func TestParseKeepsInput(t *testing.T) {
	in := url.Values{"q": {" 31/02/2024 "}}
	got, problems := one(t, "type: date").Parse(asked, in)
	if in.Get("q") != " 31/02/2024 " || len(got) != 0 || len(problems) != 1 {
		t.Errorf("input %q, answers %v, problems %v", in, got, problems)
	}
	if want := "Ngày 31/02/2024 không có trong lịch"; problems[0].Says.VI != want {
		t.Errorf("got %q, want %q", problems[0].Says.VI, want)
	}
}

func TestAnswers(t *testing.T) {
	a := forms.Answers{"n": "1539", "y": "yes", "d": "2024-12-31", "l": "1\n3", "t": "x"}
	if n, ok := a.Int("n"); n != 1539 || !ok {
		t.Errorf("Int: %d %t", n, ok)
	}
	if _, ok := a.Int("t"); ok {
		t.Error("x is no number")
	}
	if yes, given := a.Bool("y"); !yes || !given {
		t.Error("y is yes")
	}
	if yes, given := a.Bool("none"); yes || given {
		t.Error("no answer is neither yes nor no")
	}
	if yes, given := (forms.Answers{"y": "no"}).Bool("y"); yes || !given {
		t.Error("no is given and not yes")
	}
	if day, ok := a.Day("d"); day != "2024-12-31" || !ok {
		t.Errorf("Day: %q %t", day, ok)
	}
	if _, ok := a.Day("none"); ok {
		t.Error("no day was given")
	}
	if got := a.Ints("l"); len(got) != 2 || got[1] != 3 {
		t.Errorf("Ints: %v", got)
	}
	if a.List("none") != nil {
		t.Error("a blank list has no items")
	}
}
