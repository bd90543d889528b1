package forms_test

import (
	"net/url"
	"slices"
	"testing"

	"capdo/forms"
)

const tree = `id: trial
edition: any
title: {vi: "Thử", en: "Trial"}
submit: {vi: "Gửi", en: "Send"}
sections:
  - id: one
    title: {vi: "Một", en: "One"}
    fields:
      - id: rented
        type: yesno
        label: {vi: "Có thuê dịch vụ không?", en: "Is it rented?"}
      - id: kinds
        type: choices
        label: {vi: "Loại thông tin", en: "Kinds"}
        options:
          - {code: open, label: {vi: "Mở", en: "Open"}}
          - {code: closed, label: {vi: "Kín", en: "Closed"}}
      - id: supplier
        type: text
        label: {vi: "Bên cung cấp", en: "Supplier"}
        show_if: {field: rented, is: "yes"}
        required: true
      - id: contract
        type: text
        label: {vi: "Hợp đồng", en: "Contract"}
        show_if: {field: supplier, filled: true}
        required_if: {any: [{field: kinds, is: closed}, {field: $level, in: [4, 5]}]}
  - id: two
    title: {vi: "Hai", en: "Two"}
    fields:
      - id: threats
        type: longtext
        label: {vi: "Nguy cơ", en: "Threats"}
        levels: [4, 5]
        required: true
      - id: trial_run
        type: date
        label: {vi: "Ngày chạy thử", en: "Trial run"}
        show_if:
          all:
            - {not: {field: $stage, is: operating}}
            - {field: $rules, in: [R331]}
      - id: live
        type: date
        label: {vi: "Ngày vận hành", en: "Day of going live"}
        show_if: {field: trial_run, filled: true}
        not_before: trial_run
`

func codes(problems []forms.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Field+" "+p.Code)
	}
	return all
}

func shown(sections []forms.Section) []string {
	var all []string
	for _, s := range sections {
		for _, f := range s.Fields {
			all = append(all, f.ID)
		}
	}
	return all
}

func TestConditions(t *testing.T) {
	f := trial(t, tree)
	low := forms.Context{Today: today, Level: 3, Rules: "R331", Stage: "operating"}
	high, newer, older := low, low, low
	high.Level, newer.Stage, older.Stage, older.Rules = 4, "new", "new", "R85"
	tests := []struct {
		name     string
		c        forms.Context
		in       url.Values
		problems []string
		shown    []string
	}{
		{"nothing", low, url.Values{}, nil, []string{"rented", "kinds"}},
		{"rented, no supplier", low, url.Values{"rented": {"yes"}}, []string{"supplier required"}, []string{"rented", "kinds", "supplier"}},
		{"rented, supplier blank", low, url.Values{"rented": {"yes"}, "supplier": {" \u200b "}}, []string{"supplier required"}, []string{"rented", "kinds", "supplier"}},
		{"rented, supplier", low, url.Values{"rented": {"yes"}, "supplier": {"X"}}, nil, []string{"rented", "kinds", "supplier", "contract"}},
		{"one of the kinds", low, url.Values{"rented": {"yes"}, "supplier": {"X"}, "kinds": {"open", "closed"}}, []string{"contract required"}, []string{"rented", "kinds", "supplier", "contract"}},
		{"by level", high, url.Values{"rented": {"yes"}, "supplier": {"X"}}, []string{"contract required", "threats required"}, []string{"rented", "kinds", "supplier", "contract", "threats"}},
		{"hidden answer does not count", low, url.Values{"rented": {"no"}, "supplier": {"X"}, "contract": {"1"}}, nil, []string{"rented", "kinds"}},
		{"fault in a hidden field", low, url.Values{"supplier": {"a\x00"}}, nil, []string{"rented", "kinds"}},
		{"all", newer, url.Values{"trial_run": {"2/11/2026"}}, nil, []string{"rented", "kinds", "trial_run", "live"}},
		{"not all", older, url.Values{"trial_run": {"2/11/2026"}}, nil, []string{"rented", "kinds"}},
		{"same day", newer, url.Values{"trial_run": {"2/11/2026"}, "live": {"2/11/2026"}}, nil, []string{"rented", "kinds", "trial_run", "live"}},
		{"day before", newer, url.Values{"trial_run": {"2/11/2026"}, "live": {"1/11/2026"}}, []string{"live not_before"}, []string{"rented", "kinds", "trial_run", "live"}},
		{"document order", high, url.Values{"threats": {"a\x00"}, "rented": {"?"}}, []string{"rented yesno", "threats control"}, []string{"rented", "kinds", "threats"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, problems := f.Parse(tt.c, tt.in)
			if got := codes(problems); !slices.Equal(got, tt.problems) {
				t.Errorf("problems %q, want %q", got, tt.problems)
			}
			if got := shown(f.Shown(tt.c, a)); !slices.Equal(got, tt.shown) {
				t.Errorf("shown %q, want %q", got, tt.shown)
			}
			for id := range a {
				if !slices.Contains(tt.shown, id) {
					t.Errorf("hidden %s has the answer %q", id, a[id])
				}
			}
		})
	}
}

// A draft lacks nothing, keeps what is hidden, and still refuses what cannot be
// read.
func TestDraft(t *testing.T) {
	f := trial(t, tree)
	c := forms.Context{Today: today, Level: 4, Rules: "R331", Stage: "new", Draft: true}
	a, problems := f.Parse(c, url.Values{"rented": {"no"}, "supplier": {"X"}, "contract": {"a\x00"}, "trial_run": {"2/11/2026"}, "live": {"1/11/2026"}})
	if len(problems) != 0 {
		t.Errorf("problems in a draft: %v", codes(problems))
	}
	if a["supplier"] != "X" || a["contract"] != "" || a["live"] != "2026-11-01" {
		t.Errorf("answers of the draft: %v", a)
	}
	if got := shown(f.Shown(c, a)); slices.Contains(got, "supplier") || slices.Contains(got, "contract") {
		t.Errorf("kept answers came into view: %v", got)
	}
	if _, problems = f.Parse(c, url.Values{"live": {"x"}, "trial_run": {"31/2/2026"}}); len(problems) != 1 || problems[0].Code != "no_such_day" {
		t.Errorf("unreadable draft: %v", codes(problems))
	}
	c.Draft = false
	if got := codes(f.Check(c, a)); !slices.Equal(got, []string{"threats required", "live not_before"}) {
		t.Errorf("check of the stored draft: %v", got)
	}
}

func TestShownSections(t *testing.T) {
	f := trial(t, tree)
	sections := f.Shown(asked, forms.Answers{})
	if len(sections) != 1 || sections[0].ID != "one" {
		t.Errorf("an empty section is shown: %v", sections)
	}
	if got := len(f.Sections[0].Fields); got != 4 {
		t.Errorf("Shown took fields out of the form: %d left", got)
	}
}
