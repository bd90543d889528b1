package web_test

import (
	"net/url"
	"slices"
	"testing"
	"testing/fstest"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/web"
)

// sample is a form with every type of field and every kind of condition.
const sample = `id: sample
edition: any
title: {vi: "Mẫu", en: "Sample"}
submit: {vi: "Gửi", en: "Send"}
sections:
  - id: one
    title: {vi: "Các kiểu", en: "Types"}
    fields:
      - {id: kind, type: choice, label: {vi: "Loại", en: "Kind"}, required: true, options: [{code: a, label: {vi: "Một", en: "One"}}, {code: b, label: {vi: "Hai", en: "Two"}}]}
      - {id: many, type: choices, label: {vi: "Nhiều", en: "Many"}, options: [{code: x, label: {vi: "Ích", en: "X"}}, {code: y, label: {vi: "Y", en: "Y"}}]}
      - {id: sure, type: yesno, label: {vi: "Chắc không?", en: "Sure?"}, required: true}
      - {id: level, type: level, label: {vi: "Cấp độ", en: "Level"}}
      - {id: parts, type: levels, label: {vi: "Thành phần", en: "Parts"}}
      - {id: body, type: agency, label: {vi: "Cơ quan", en: "Body"}}
      - {id: mail, type: email, label: {vi: "Thư", en: "Mail"}}
      - {id: day, type: date, label: {vi: "Ngày", en: "Day"}}
      - {id: count, type: int, label: {vi: "Số", en: "Count"}}
      - {id: tick, type: check, label: {vi: "Xác nhận", en: "Confirm"}, required: true}
      - {id: secret, type: password, label: {vi: "Mật khẩu", en: "Password"}}
      - {id: long, type: longtext, label: {vi: "Dài", en: "Long"}, rows: 7}
  - id: two
    title: {vi: "Phụ thuộc", en: "Depending"}
    fields:
      - {id: if_a, type: text, label: {vi: "Khi một", en: "If one"}, show_if: {field: kind, is: a}}
      - {id: if_not, type: text, label: {vi: "Khi không", en: "If not"}, show_if: {not: {field: sure, is: "yes"}}}
      - {id: if_all, type: text, label: {vi: "Khi cả hai", en: "If both"}, show_if: {all: [{field: kind, in: [a, b]}, {field: sure, is: "yes"}]}}
      - {id: if_any, type: text, label: {vi: "Khi một trong hai", en: "If either"}, show_if: {any: [{field: count, filled: true}, {field: sure, is: "no"}]}}
      - {id: high, type: text, label: {vi: "Cấp cao", en: "High"}, levels: [4, 5]}
`

func sampleForm(t *testing.T) *forms.Form {
	t.Helper()
	shelf, err := forms.LoadFS(fstest.MapFS{"sample.yaml": {Data: []byte(sample)}})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := shelf.Form("sample", forms.AnyEdition)
	return f
}

// drawn gives the fields of a drawn form by id.
func drawn(f web.Form) map[string]web.Field {
	all := map[string]web.Field{}
	for _, s := range f.Sections {
		for _, x := range s.Fields {
			all[x.ID] = x
		}
	}
	return all
}

// TestControls: every type gets its control, and gives back what was typed.
func TestControls(t *testing.T) {
	in := url.Values{"kind": {"b"}, "many": {"x", "y"}, "sure": {"yes"}, "level": {"4"}, "parts": {"1, 9"}, "body": {"H56"}, "mail": {"a@b"},
		"day": {"31/2/2024"}, "count": {"1,5"}, "tick": {"yes"}, "secret": {"bi-mat"}, "long": {"hai\ndòng"}}
	fields := drawn(web.Draw("vi", sampleForm(t), forms.Context{}, in))
	for id, want := range map[string]struct {
		input, mode string
		group       bool
		options     int
	}{"kind": {"radio", "", true, 2}, "many": {"checkbox", "", true, 2}, "sure": {"radio", "", true, 2}, "level": {"radio", "", true, 5},
		"parts": {"text", "", false, 0}, "body": {"text", "", false, 1}, "mail": {"email", "", false, 0}, "day": {"text", "numeric", false, 0},
		"count": {"text", "numeric", false, 0}, "secret": {"password", "", false, 0}, "long": {"text", "", false, 0}} {
		got := fields[id]
		if got.Input != want.input || got.Mode != want.mode || got.Group != want.group || len(got.Options) != want.options {
			t.Errorf("%s: %+v", id, got)
		}
		if !got.Group && id != "body" && got.Value != in.Get(id) {
			t.Errorf("%s: %q is not what was typed", id, got.Value)
		}
		chosen := []string{}
		for _, o := range got.Options {
			if o.Chosen {
				chosen = append(chosen, o.Code)
			}
		}
		if len(got.Options) > 0 && !slices.Equal(chosen, in[id]) {
			t.Errorf("%s: chosen %v, want %v", id, chosen, in[id])
		}
	}
	if !fields["tick"].Chosen || fields["kind"].Optional || !fields["mail"].Optional {
		t.Error("tick or the mark of optional fields is wrong")
	}
	if first := fields["level"].Options[0].ID; first != "level" {
		t.Errorf("a link to the group would not find %q", first)
	}
}

// TestConditions: fields excluded by the answers are left out; fields that may
// yet apply are drawn with the condition in words.
func TestConditions(t *testing.T) {
	for _, c := range []struct {
		name  string
		level int
		in    url.Values
		want  map[string]string // drawn fields of the second section with their words
	}{
		{"nothing answered", 0, nil, map[string]string{
			"if_a": "Chỉ trả lời nếu «Loại» là Một.", "if_not": "Chỉ trả lời nếu không phải trường hợp trả lời Có cho «Chắc không?».",
			"if_all": "Chỉ trả lời nếu «Loại» là Một hoặc Hai và trả lời Có cho «Chắc không?».",
			"if_any": "Chỉ trả lời nếu đã trả lời «Số» hoặc trả lời Không cho «Chắc không?».",
			"high":   "Chỉ trả lời nếu «cấp độ đề xuất» là 4, 5."}},
		{"half answered", 3, url.Values{"kind": {"b"}}, map[string]string{
			"if_not": "Chỉ trả lời nếu không phải trường hợp trả lời Có cho «Chắc không?».",
			"if_all": "Chỉ trả lời nếu trả lời Có cho «Chắc không?».",
			"if_any": "Chỉ trả lời nếu đã trả lời «Số» hoặc trả lời Không cho «Chắc không?»."}},
		{"all answered", 4, url.Values{"kind": {"a"}, "sure": {"yes"}, "count": {"1"}}, map[string]string{"if_a": "", "if_all": "", "if_any": "", "high": ""}},
	} {
		f := web.Draw("vi", sampleForm(t), forms.Context{Level: c.level}, c.in)
		got := map[string]string{}
		for _, s := range f.Sections[1:] {
			for _, x := range s.Fields {
				got[x.ID] = x.When
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: drawn %v", c.name, got)
		}
		for id, words := range c.want {
			if have, ok := got[id]; !ok || have != words {
				t.Errorf("%s: %s says %q, want %q", c.name, id, have, words)
			}
		}
	}
}

// TestFindings: a finding with a field stands beside it, one without in the
// summary only, with its clause.
func TestFindings(t *testing.T) {
	f := web.Draw("en", sampleForm(t), forms.Context{}, nil,
		approval.Finding{Field: "kind", Rule: "a", Says: law.Text{VI: "Chọn loại", EN: "Choose a kind"}},
		approval.Finding{Field: "gone", Rule: "b", Cites: "Điều 1", Says: law.Text{VI: "Không có", EN: "Gone"}})
	want := []web.ErrorLink{{Href: "#kind", Text: "Choose a kind"}, {Text: "Gone", Cites: "Điều 1"}}
	if !slices.Equal(f.Errors, want) {
		t.Errorf("summary %+v", f.Errors)
	}
	if x := drawn(f)["kind"]; x.Error != "Choose a kind" || x.Described != "kind-error" {
		t.Errorf("field %+v", x)
	}
}

// TestFactsForm joins the facts form with the law: the same names, and facts
// survive the way to the form and back.
func TestFactsForm(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	form, ok := shelf.Form("facts", forms.AnyEdition)
	if !ok {
		t.Fatal("no facts form")
	}
	for _, f := range form.Fields() {
		if !slices.Contains(law.FactNames(), f.ID) {
			t.Errorf("%s is no fact of the law", f.ID)
		}
	}
	for _, name := range law.FactNames() {
		if _, ok := form.Field(name); !ok {
			t.Errorf("the form does not ask for %s", name)
		}
	}
	n, grade, l := 12000, 4, law.Level(3)
	want := law.Facts{Type: "đ", Info: "personal", HandlesTTHC: true, DVCTTLevel: &grade, Users: &n, RiskAssessed: true, RiskLevel: &l, Components: []law.Level{2, 3, 2}}
	got, err := approval.FactsOf(form, approval.FactAnswers(want))
	if err != nil {
		t.Fatal(err)
	}
	if got.Type != want.Type || *got.Users != n || *got.RiskLevel != l || !slices.Equal(got.Components, want.Components) || !got.HandlesTTHC || got.Need24x7 {
		t.Errorf("facts come back as %+v", got)
	}
}
