package forms_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"capdo/forms"
)

// letter and order are small papers that load; the tests below break one thing
// each.
const letter = `schema: official/v1
id: mau-02
edition: r331
title: {vi: "Thử", en: "Trial"}
model: "Mẫu thử"
kind: CV
about: "đề nghị thẩm định {system_name}"
from: applicant
to: ["{appraiser}"]
bases: ["Căn cứ Luật"]
numbering: part
body:
  - section: "Thông tin chung"
  - fields: {marks: number, rows: [{label: "Tên", value: "{system_name}"}]}
  - list: {marks: dash, items: [{text: "Ý kiến", levels: [4, 5]}]}
  - text: "Đề nghị {appraiser} xem xét."
  - wide:
      slot: systems
      title: "Danh sách"
      columns:
        - {id: no, label: "STT", width: 9, align: C}
        - {id: status, label: "Tình trạng", width: 20, align: L, words: [{code: draft, text: "Đang dự thảo"}, {code: sent, text: "Đã gửi"}]}
      counts:
        - {slot: total, where: [{column: status, in: [sent]}]}
basis: ["Điều 1"]
confidence: high
`

const order = `schema: official/v1
id: mau-02
edition: r331
title: {vi: "Thử", en: "Trial"}
model: "Mẫu thử"
kind: QĐ
about: "phê duyệt"
from: owner
authority: "{authority}"
numbering: plain
body:
  - article: {title: "Thi hành", clauses: [{text: "{applicant} thi hành.", points: ["Ngay"]}]}
basis: ["Điều 1"]
confidence: high
`

const paperFile = "official/mau-02_r331.yaml"

func loadOfficial(name, text string) (*forms.Shelf, error) {
	return forms.LoadFS(fstest.MapFS{"trial.yaml": {Data: []byte(good)}, name: {Data: []byte(text)}})
}

// Every fault is refused at its own line.
func TestOfficialRefuses(t *testing.T) {
	tests := []struct{ name, paper, old, new, want string }{
		{"unknown key", letter, "about:", "abuot:", ":7: field abuot not found"},
		{"unknown key in a block", letter, "slot: systems", "slto: systems", "field slto not found"},
		{"schema", letter, "official/v1", "official/v2", `:1: schema "official/v2" is not one of official/v1`},
		{"id", letter, "id: mau-02", "id: form-2", `:2: id "form-2" is not of the form mau-06`},
		{"file name", letter, "edition: r331", "edition: r85", ":2: paper mau-02 in edition r85 belongs in official/mau-02_r85.yaml"},
		{"English title", letter, `, en: "Trial"`, "", ":4: title (en) is missing"},
		{"kind", letter, "kind: CV", "kind: BB", `:6: kind "BB" is not one of QĐ, TTr, BC, CV`},
		{"unknown slot", letter, `thẩm định {system_name}"`, `thẩm định {name}"`, `:7: nobody knows the slot "name"`},
		{"unknown slot of a field", letter, `value: "{system_name}"`, `value: "{systen_name}"`, `:14: nobody knows the slot "systen_name"`},
		{"unknown slot of an addressee", letter, `to: ["{appraiser}"]`, `to: ["{apraiser}"]`, `:9: nobody knows the slot "apraiser"`},
		{"rows within a text", letter, "Đề nghị {appraiser}", "Đề nghị {systems}", ":16: slot systems holds rows"},
		{"open brace", letter, "xem xét.", "xem xét {", ":16: a brace is not closed"},
		{"closed brace", letter, "xem xét.", "xem xét }", ":16: a brace is not closed"},
		{"NFD", letter, "Căn cứ", "Ca\u0306n cứ", ":10: a text is not in NFC"},
		{"outer space", letter, `"Căn cứ Luật"`, `"Căn cứ Luật "`, ":10: a text has outer spaces"},
		{"zero width", letter, "Thông tin chung", "Thông\u200btin", ":13: a text has a character"},
		{"from", letter, "from: applicant", "from: total", `:8: "total" is no slot of kind line`},
		{"no addressee", letter, `to: ["{appraiser}"]`, "to: []", ":6: an authority and articles make a decision"},
		{"letter that decides", letter, "kind: CV", "kind: QĐ", ":6: an authority and articles make a decision"},
		{"decision with addressees", order, "numbering:", "to: [\"Bộ\"]\nnumbering:", ":6: an authority"},
		{"decision without articles", order, `article: {title: "Thi hành", clauses: [{text: "{applicant} thi hành.", points: ["Ngay"]}]}`, `text: "Thi hành"`, ":6: an authority"},
		{"article without words", order, `title: "Thi hành", `, "", ":12: an article has either a title or a text"},
		{"unknown slot of a point", order, `"Ngay"`, `"Ngay {khi}"`, `:12: nobody knows the slot "khi"`},
		{"numbering", letter, "numbering: part", "numbering: roman", `:11: numbering "roman" is not one of`},
		{"two shapes", letter, `  - text: "Đề nghị`, `  - section: "A"
    text: "Đề nghị`, ":16: a block is one of"},
		{"no shape", letter, `  - section: "Thông tin chung"`, "  - listed: true", ":13: a block is one of"},
		{"marks", letter, "marks: dash", "marks: star", `:15: marks "star" is not one of`},
		{"empty list", letter, `items: [{text: "Ý kiến", levels: [4, 5]}]`, "items: []", ":15: nothing stands under the marks"},
		{"levels", letter, "[4, 5]", "[5, 4]", ":15: levels rise"},
		{"ends on a list", letter, `  - text: "Đề nghị {appraiser} xem xét."`, "", ":12: the letter of mau-02 does not end on"},
		{"ends on a text for some", letter, `xem xét."`, "xem xét.\"\n    listed: true", ":12: the letter of mau-02 does not end on"},
		{"text after the table", letter, "basis:", "  - text: \"Hết.\"\nbasis:", ":25: nothing follows a wide table"},
		{"rows of no kind", letter, "slot: systems", "slot: total", `:18: "total" is no slot of kind rows`},
		{"column twice", letter, "id: status", "id: no", ":22: column no stands twice"},
		{"column without width", letter, "width: 20", "width: 0", ":22: column status has no width"},
		{"align", letter, "align: L", "align: J", `:22: align "J" is not one of`},
		{"word twice", letter, "code: sent", "code: draft", ":22: word draft stands twice"},
		{"count of no column", letter, "column: status", "column: state", `:24: the count names "state"`},
		{"count of no word", letter, "in: [sent]", "in: [gone]", `:24: column status never says "gone"`},
		{"count in no slot", letter, "slot: total", "slot: level", `:24: "level" is no slot of kind count`},
		{"no basis", letter, `basis: ["Điều 1"]`, "basis: []", ":1: paper mau-02 names no basis"},
		{"confidence", letter, "confidence: high", "confidence: total", `:26: confidence "total" is not one of`},
		{"doubt without a note", letter, "confidence: high", "confidence: medium", ":26: paper mau-02 is not sure of itself"},
		{"two documents", letter, "kind: CV", "---\nkind: CV", ":1: more than one document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(tt.paper, tt.old) {
				t.Fatalf("the paper has no %q", tt.old)
			}
			_, err := loadOfficial(paperFile, strings.Replace(tt.paper, tt.old, tt.new, 1))
			if err == nil || !strings.Contains(err.Error(), paperFile) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %q in it", err, tt.want)
			}
		})
	}
}

func TestOfficialAndDigest(t *testing.T) {
	bare, err := load(t, "trial.yaml", good)
	if err != nil {
		t.Fatal(err)
	}
	one, err := loadOfficial(paperFile, letter)
	if err != nil {
		t.Fatal(err)
	}
	other, err := loadOfficial(paperFile, letter+"# a remark\n")
	if err != nil {
		t.Fatal(err)
	}
	if bare.Digest() == one.Digest() || one.Digest() == other.Digest() {
		t.Error("the digest passes over the official papers")
	}
	if o, ok := one.Official("mau-02", "r331"); !ok || o.Kind != forms.KindLetter || len(o.Body) != 5 {
		t.Errorf("found %v, %v", o, ok)
	}
	if _, ok := one.Official("mau-02", "r85"); ok {
		t.Error("found an edition that is not there")
	}
	if len(bare.Officials()) != 0 || len(one.Forms()) != 1 {
		t.Error("forms and official papers are mixed")
	}
	if _, err := loadOfficial(paperFile, order); err != nil {
		t.Errorf("the decision: %v", err)
	}
}

func TestOfficialsShipped(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	used := map[string]bool{}
	for _, o := range shelf.Officials() {
		got = append(got, o.ID[4:]+" "+o.Edition+" "+o.Kind+" "+o.Confidence)
		for _, text := range slotTexts(o) {
			for _, p := range forms.Pieces(text) {
				used[p.Slot] = true
			}
			if o.Edition == "r85" && (strings.Contains(text, "an ninh mạng") || strings.Contains(text, "331/2026")) {
				t.Errorf("%s of the older decree speaks of the newer: %s", o.ID, text)
			}
			if o.Edition == "r331" && (strings.Contains(text, "an toàn thông tin") || strings.Contains(text, "85/2016")) {
				t.Errorf("%s of the newer decree speaks of the older: %s", o.ID, text)
			}
		}
	}
	want := []string{"01 r331 CV high", "01 r85 CV medium", "02 r331 CV high", "02 r85 CV medium", "03 r331 CV high", "03 r85 CV medium",
		"04 r331 CV high", "04 r85 CV medium", "05 r331 TTr high", "05 r85 TTr medium", "06 r331 QĐ high", "06 r85 QĐ medium",
		"07 r331 QĐ high", "08 r331 BC high", "08 r85 BC inferred"}
	if !slices.Equal(got, want) {
		t.Errorf("official papers: %q", got)
	}
	for _, s := range forms.Slots() {
		if !used[s.ID] {
			t.Errorf("no paper has the slot %s", s.ID)
		}
	}
}

// slotTexts lists all texts of a paper that may have slots, and its rows slots.
func slotTexts(o *forms.Official) []string {
	all := slices.Concat([]string{o.About, o.Authority, "{" + o.From + "}"}, o.To, o.Bases, o.Recipients)
	for _, b := range o.Body {
		all = append(all, b.Text, b.Section)
		if b.Fields != nil {
			for _, r := range b.Fields.Rows {
				all = append(all, r.Label, r.Value)
			}
		}
		if b.List != nil {
			for _, i := range b.List.Items {
				all = append(all, i.Text)
			}
		}
		if b.Article != nil {
			all = append(all, b.Article.Title, b.Article.Text)
			for _, c := range b.Article.Clauses {
				all = append(append(all, c.Text), c.Points...)
			}
		}
		if b.Wide != nil {
			all = append(append(all, b.Wide.Title, "{"+b.Wide.Slot+"}"), b.Wide.Notes...)
		}
	}
	return all
}

// The list of slots is closed, bilingual and without doubles.
func TestSlots(t *testing.T) {
	kinds := []string{forms.SlotLine, forms.SlotShort, forms.SlotLong, forms.SlotDay, forms.SlotCount, forms.SlotRows}
	seen := map[string]bool{}
	for _, s := range forms.Slots() {
		if seen[s.ID] || s.Label.VI == "" || s.Label.EN == "" || !slices.Contains(kinds, s.Kind) {
			t.Errorf("slot %+v", s)
		}
		seen[s.ID] = true
		if found, ok := forms.SlotOf(s.ID); !ok || found.ID != s.ID {
			t.Errorf("slot %s is not found", s.ID)
		}
	}
	if _, ok := forms.SlotOf(""); ok {
		t.Error("found a slot without a name")
	}
}

func TestPieces(t *testing.T) {
	tests := []struct {
		text string
		want []forms.Piece
	}{
		{"", nil},
		{"Số", []forms.Piece{{Text: "Số"}}},
		{"{owner}", []forms.Piece{{Slot: "owner"}}},
		{"{owner}{level} và {operator}.", []forms.Piece{{Slot: "owner"}, {Slot: "level"}, {Text: " và "}, {Slot: "operator"}, {Text: "."}}},
	}
	for _, tt := range tests {
		if got := forms.Pieces(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %+v", tt.text, got)
		}
	}
}

func TestSayAndCount(t *testing.T) {
	words := []forms.Word{{Code: "a", Text: "Anh"}, {Code: "b", Text: "Bình"}}
	for value, want := range map[string]string{"a": "Anh", "a\nb": "Anh; Bình", "": "", "c": "c", "a\nc": "a\nc", "Anh": "Anh"} {
		if got := forms.Say(words, value); got != want {
			t.Errorf("%q is said as %q, want %q", value, got, want)
		}
	}
	rows := []map[string]string{{"s": "a"}, {"s": "b", "i": "x\ny"}, {"s": "b"}, {}}
	for want, c := range map[int]forms.Count{
		4: {},
		3: {Where: []forms.Match{{Column: "s", In: []string{"a", "b"}}}},
		1: {Where: []forms.Match{{Column: "s", In: []string{"b"}}, {Column: "i", In: []string{"y"}}}},
		0: {Where: []forms.Match{{Column: "i", In: []string{"x\ny"}}}},
	} {
		if got := c.Of(rows); got != want {
			t.Errorf("%+v counts %d, want %d", c, got, want)
		}
	}
}

func TestAsked(t *testing.T) {
	only := forms.Item{Levels: []int{4, 5}}
	for _, tt := range []struct {
		item   forms.Item
		level  int
		listed bool
		want   bool
	}{{forms.Item{}, 1, false, true}, {only, 0, false, true}, {only, 3, false, false}, {only, 3, true, true}, {only, 4, false, true}} {
		if got := tt.item.Asked(tt.level, tt.listed); got != tt.want {
			t.Errorf("%+v at level %d, listed %v: %v", tt.item, tt.level, tt.listed, got)
		}
	}
}

// The words of Mẫu 08 are the decree's, letter by letter.
func TestWordsOfTheReport(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"status":     {"Đang dự thảo", "Đã gửi thẩm định", "Đã thẩm định", "Đã được phê duyệt"},
		"plan":       {"Chưa triển khai", "Đã triển khai một số hạng mục", "Đã triển khai đầy đủ"},
		"inspection": {"Trước khi đưa vào sử dụng", "Định kỳ"},
	}
	for _, edition := range []string{"r331", "r85"} {
		o, _ := shelf.Official("mau-08", edition)
		w := o.Body[len(o.Body)-1].Wide
		got := map[string][]string{}
		for _, c := range w.Columns {
			for _, word := range c.Words {
				got[c.ID] = append(got[c.ID], word.Text)
			}
		}
		if len(w.Columns) != 12 || !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %d columns, %q", edition, len(w.Columns), got)
		}
	}
}
