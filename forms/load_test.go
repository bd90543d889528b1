package forms_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"capdo/forms"
)

// good is a small form that loads; the tests below break one thing each.
const good = `id: trial
edition: any
title: {vi: "Thử", en: "Trial"}
submit: {vi: "Gửi", en: "Send"}
sections:
  - id: one
    fields:
      - id: kind
        type: choice
        label: {vi: "Loại", en: "Kind"}
        options:
          - {code: x, label: {vi: "Ích", en: "Ex"}}
          - {code: "đ", label: {vi: "Đê", en: "De"}}
        required: true
      - id: number
        type: text
        label: {vi: "Số hiệu", en: "Number"}
        hint: {vi: "Ví dụ 12/QĐ", en: "Such as 12/QĐ"}
        show_if: {field: kind, is: x}
        check: "containsany=0123456789"
        error:
          check: {vi: "Số hiệu phải có chữ số", en: "Number must have a digit"}
      - id: since
        type: date
        label: {vi: "Từ ngày", en: "Since"}
      - id: until
        type: date
        label: {vi: "Đến ngày", en: "Until"}
        not_before: since
`

func load(t *testing.T, name, text string) (*forms.Shelf, error) {
	t.Helper()
	return forms.LoadFS(fstest.MapFS{name: {Data: []byte(text)}})
}

func trial(t *testing.T, text string) *forms.Form {
	t.Helper()
	shelf, err := load(t, "trial.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := shelf.Form("trial", "any")
	if !ok {
		t.Fatal("the trial form is not on the shelf")
	}
	return f
}

// Every fault is refused at its own line.
func TestLoadRefuses(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "        required: true", "        requred: true", "trial.yaml:14: field requred not found"},
		{"key twice", "        required: true", "        type: text", `trial.yaml:14: mapping key "type" already defined`},
		{"unknown key in a condition", "{field: kind, is: x}", "{field: kind, iz: x}", "trial.yaml:19: field iz not found"},
		{"unquoted colon", `{vi: "Loại", en: "Kind"}`, `{vi: Loại: gì, en: Kind}`, "trial.yaml:9: did not find"},
		{"tag unknown to validator", `"containsany=0123456789"`, `"nosuchtag"`, `trial.yaml:20: field number: check tag "nosuchtag" is not on the list`},
		{"tag across fields", `"containsany=0123456789"`, `"required_if=Kind x"`, `trial.yaml:20: field number: check tag "required_if" is not`},
		{"url tag", `"containsany=0123456789"`, `"url"`, `trial.yaml:20: field number: check tag "url" is not`},
		{"tag with a bad number", `"containsany=0123456789"`, `"max=abc"`, `trial.yaml:20: field number: check "max=abc" does not compile`},
		{"bad tag behind an alternative", `"containsany=0123456789"`, `"len=6|len=x"`, `trial.yaml:20: field number: check "len=x" does not compile`},
		{"check without a message", "          check: {vi", "          max: {vi", "trial.yaml:20: field number has a check but no message"},
		{"message for no problem", "          check: {vi", "          chekc: {vi", `trial.yaml:22: field number has a message for the unknown problem "chekc"`},
		{"check on a choice", "        required: true", `        check: "min=1"`, "trial.yaml:14: field kind: a check belongs to text"},
		{"English missing", `{vi: "Loại", en: "Kind"}`, `{vi: "Loại"}`, "trial.yaml:10: label (en) is missing"},
		{"Vietnamese missing", `{vi: "Ích", en: "Ex"}`, `{en: "Ex"}`, "trial.yaml:12: label (vi) is missing"},
		{"label missing", "        label: {vi: \"Số hiệu\", en: \"Number\"}\n", "", "trial.yaml:15: label (vi) is missing"},
		{"half a hint", `, en: "Such as 12/QĐ"`, "", "trial.yaml:18: hint (en) is missing"},
		{"title missing", `title: {vi: "Thử", en: "Trial"}`, `title: {}`, "trial.yaml:3: title (vi) is missing"},
		{"NFD label", "Loại", "Loa\u0323i", "trial.yaml:10: label (vi) is not in NFC"},
		{"zero-width in a label", "Loại", "Lo\u200bại", "trial.yaml:10: label (vi) has a character that cannot be kept"},
		{"outer space", `"Kind"`, `"Kind "`, "trial.yaml:10: label (en) has outer spaces"},
		{"scolding", `"Số hiệu phải có chữ số"`, `"Số hiệu không hợp lệ"`, "trial.yaml:22: check (vi) has the word hợp lệ"},
		{"begging", `"Số hiệu phải có chữ số"`, `"Vui lòng nhập số hiệu"`, "trial.yaml:22: check (vi) has the word vui lòng"},
		{"scolding in English", `"Number must have a digit"`, `"Invalid number"`, "trial.yaml:22: check (en) has the word invalid"},
		{"two sentences in a hint", `"Ví dụ 12/QĐ"`, `"Ghi số. Rồi ghi chữ"`, "trial.yaml:18: hint (vi) has more than one sentence"},
		{"address in a hint", `"Ví dụ 12/QĐ"`, `"Xem https://example.org"`, "trial.yaml:18: hint (vi) has an address"},
		{"dangling show_if", "{field: kind, is: x}", "{field: knd, is: x}", `trial.yaml:19: the condition names "knd", which is no field above it`},
		{"show_if of a field below", "{field: kind, is: x}", "{field: since, filled: true}", `trial.yaml:19: the condition names "since"`},
		{"show_if of itself", "{field: kind, is: x}", "{field: number, filled: true}", `trial.yaml:19: the condition names "number"`},
		{"show_if of no option", "{field: kind, is: x}", "{field: kind, is: d}", `trial.yaml:19: kind is never "d"`},
		{"show_if in no option", "{field: kind, is: x}", "{any: [{field: kind, in: [x, z]}]}", `trial.yaml:19: kind is never "z"`},
		{"show_if of no level", "{field: kind, is: x}", "{field: $level, in: [3, 6]}", `trial.yaml:19: $level is never "6"`},
		{"show_if of no pseudo-field", "{field: kind, is: x}", "{field: $when, filled: true}", `trial.yaml:19: the condition names "$when"`},
		{"condition of two shapes", "{field: kind, is: x}", "{field: kind, is: x, not: {field: kind, is: x}}", "trial.yaml:19: a condition is one of"},
		{"condition asks two things", "{field: kind, is: x}", "{field: kind, is: x, filled: true}", "trial.yaml:19: a condition is one of"},
		{"condition asks nothing", "{field: kind, is: x}", "{field: kind}", "trial.yaml:19: a condition is one of"},
		{"condition without a field", "{field: kind, is: x}", "{is: x, all: [{field: kind, is: x}]}", "trial.yaml:19: a condition is one of"},
		{"nested condition", "{field: kind, is: x}", "{not: {all: [{field: nope, is: x}]}}", `trial.yaml:19: the condition names "nope"`},
		{"dangling not_before", "not_before: since", "not_before: snce", `trial.yaml:29: not_before of field until names no date above it`},
		{"not_before of a text", "not_before: since", "not_before: number", `trial.yaml:29: not_before of field until names no date above it`},
		{"day rule on a text", "        check: \"containsany", "        after_today: true\n        check: \"containsany", "trial.yaml:15: field number has rules for days but is no date"},
		{"unknown type", "type: choice", "type: radio", `trial.yaml:9: field kind has the unknown type "radio"`},
		{"options on a text", "type: choice", "type: text", "trial.yaml:11: field kind: options belong to choice"},
		{"option twice", `code: "đ"`, "code: x", `trial.yaml:13: option code "x" of field kind is blank, untidy or stands twice`},
		{"option blank", "code: x", `code: ""`, `trial.yaml:12: option code "" of field kind`},
		{"field twice", "- id: since", "- id: number", "trial.yaml:23: field number stands twice"},
		{"field id", "- id: since", "- id: Since-day", `trial.yaml:23: id "Since-day" is not of small letters`},
		{"field id with a dash", "- id: since", "- id: since-day", "trial.yaml:23: id \"since-day\" is not of small letters"},
		{"field id from a digit", "- id: since", "- id: 1st", "trial.yaml:23: id \"1st\" is not of small letters"},
		{"field id missing", "- id: since\n        type: date", "- type: date", "trial.yaml:23: id \"\" is not of small letters"},
		{"section without fields", "  - id: one\n", "  - id: none\n  - id: one\n", "trial.yaml:6: section none has no field"},
		{"section twice", "  - id: one\n", "  - id: one\n    fields: []\n  - id: one\n", "trial.yaml:8: section one stands twice"},
		{"sections without titles", "  - id: one\n", "  - id: none\n  - id: one\n", "trial.yaml:7: title (vi) is missing"},
		{"id against file name", "id: trial", "id: trail", "trial.yaml:1: form trail in edition any belongs in trail.yaml"},
		{"edition against file name", "edition: any", "edition: r85", "trial.yaml:1: form trial in edition r85 belongs in trial_r85.yaml"},
		{"level out of range", "        required: true", "        levels: [4, 6]", "trial.yaml:14: level 6 of field kind is not from 1 to 5"},
		{"required twice over", "        check: \"containsany", "        required: true\n        required_if: {field: kind, is: x}\n        check: \"containsany", "trial.yaml:21: field number is required and required_if"},
		{"max on a date", "        not_before: since", "        max: 3", "trial.yaml:27: type date of field until has no min or max"},
		{"min above max", "        check: \"containsany", "        min: 9\n        max: 8\n        check: \"containsany", "trial.yaml:20: min of field number is above its max"},
		{"max too great", "        check: \"containsany", "        max: 20001\n        check: \"containsany", "trial.yaml:20: max of field number is above 20000 characters"},
		{"rows on a text", "        check: \"containsany", "        rows: 3\n        check: \"containsany", "trial.yaml:20: rows belong to a longtext"},
		{"two documents", "submit:", "---\nsubmit:", "trial.yaml:1: more than one document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("the good form has no %q", tt.old)
			}
			_, err := load(t, "trial.yaml", strings.Replace(good, tt.old, tt.new, 1))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %q in it", err, tt.want)
			}
		})
	}
}

func TestLoadReportsAllFaults(t *testing.T) {
	bad := strings.NewReplacer("type: choice", "type: radio", "not_before: since", "not_before: nope").Replace(good)
	_, err := load(t, "trial.yaml", bad)
	if err == nil || !strings.Contains(err.Error(), "trial.yaml:9:") || !strings.Contains(err.Error(), "trial.yaml:29:") {
		t.Errorf("want both faults, got %v", err)
	}
}

func TestLoadEmpty(t *testing.T) {
	if _, err := forms.LoadFS(fstest.MapFS{}); err == nil {
		t.Error("a shelf without forms loaded")
	}
	if _, err := load(t, "trial.yaml", ""); err == nil || !strings.Contains(err.Error(), "trial.yaml:1:") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := load(t, "trial.yaml", good); err != nil {
		t.Errorf("the good form: %v", err)
	}
}

func TestEditions(t *testing.T) {
	old := strings.Replace(good, "edition: any", "edition: r85", 1)
	late := strings.Replace(good, "edition: any", "edition: r331", 1)
	shelf, err := forms.LoadFS(fstest.MapFS{"trial_r85.yaml": {Data: []byte(old)}, "trial_r331.yaml": {Data: []byte(late)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, edition := range []string{"r85", "r331"} {
		if f, ok := shelf.Form("trial", edition); !ok || f.Edition != edition {
			t.Errorf("edition %s not found", edition)
		}
	}
	if _, ok := shelf.Form("trial", "any"); ok {
		t.Error("found an edition any that is not there")
	}
	if all := shelf.Forms(); len(all) != 2 || all[0].Edition != "r331" {
		t.Errorf("forms are not sorted: %v", all)
	}
	_, err = forms.LoadFS(fstest.MapFS{"trial.yaml": {Data: []byte(good)}, "trial_r85.yaml": {Data: []byte(old)}})
	if err == nil || !strings.Contains(err.Error(), "trial_r85.yaml:1:") {
		t.Errorf("edition any beside r85: %v", err)
	}
}

func TestDigest(t *testing.T) {
	one, err := load(t, "trial.yaml", good)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := load(t, "trial.yaml", good)
	other, _ := load(t, "trial.yaml", good+"# a remark\n")
	if len(one.Digest()) != 64 || one.Digest() != again.Digest() || one.Digest() == other.Digest() {
		t.Errorf("digests: %s %s %s", one.Digest(), again.Digest(), other.Digest())
	}
}
