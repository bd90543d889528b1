package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"capdo/forms"
	"capdo/internal/report"
)

func formPages(t testing.TB, d report.FormDocument) []page {
	t.Helper()
	var b bytes.Buffer
	if err := report.Form(&b, d); err != nil {
		t.Fatalf("%s %s: %v", d.Paper.ID, d.Paper.Edition, err)
	}
	return readPDF(t, b.Bytes())
}

// paperOf finds a blank.
func paperOf(t testing.TB, id, edition string) *forms.Official {
	t.Helper()
	o, ok := shelf(t).Official(id, edition)
	if !ok {
		t.Fatalf("no %s in edition %s", id, edition)
	}
	return o
}

// eachPaper runs on every official paper of every edition.
func eachPaper(t *testing.T, run func(t *testing.T, o *forms.Official)) {
	t.Helper()
	for _, o := range shelf(t).Officials() {
		t.Run(o.ID+"_"+o.Edition, func(t *testing.T) { run(t, o) })
	}
}

// hostile is a paper with one text in every place.
func hostile(o *forms.Official, text string) report.FormDocument {
	d := blank(o)
	d.Issuer = report.Issuer{Parent: text, Body: text, Abbrev: text, Place: text}
	d.Number, d.SignerTitle, d.Draft, d.Simulated, d.Listed = text, text, true, true, true
	d.Bases, d.Recipients, d.Ledger.Root, d.LawDigest = []string{text}, []string{text, text}, text, text
	d.Values = map[string]string{}
	for _, s := range forms.Slots() {
		if s.Kind != forms.SlotRows {
			d.Values[s.ID] = text
		}
	}
	row := map[string]string{}
	for _, b := range o.Body {
		if b.Wide != nil {
			for _, c := range b.Wide.Columns[1:] {
				row[c.ID] = text
			}
			d.Rows = map[string][]map[string]string{b.Wide.Slot: {row, {}, row}}
		}
	}
	return d
}

func TestAnyTextIsSetOnForms(t *testing.T) {
	texts := []string{"emoji 😀👩‍👩‍👧 end", "abc\xe1\xff", "{owner} {nb} %d <no value>", "No\u0302\u0309i va\u0300 U\u0309y ban", "x\x00y\x1bz\u200b\u2028a\r\n\tb",
		strings.Repeat("W", 10_000), strings.Repeat("từ ", 2_000), "\u00A0\u00A0"}
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		for _, text := range texts {
			pages := formPages(t, hostile(o, text))
			inMargins(t, pages)
			for n, p := range pages {
				for _, i := range p.items {
					if strings.ContainsAny(i.text, "\uFFFD\u0000\n\r\t") {
						t.Errorf("%.20q: page %d holds %q", text, n+1, i.text)
					}
				}
			}
			if len(pages) > 100 {
				t.Errorf("%.20q: %d pages", text, len(pages))
			}
			if got := allText(pages); strings.HasPrefix(text, "No") && !strings.Contains(got, "Nổi và Ủy ban") {
				t.Errorf("NFD text is not set in NFC")
			}
		}
	})
}

// inMargins: nothing but the furniture of a page leaves its text area.
func inMargins(t *testing.T, pages []page) {
	t.Helper()
	for n, p := range pages {
		for _, i := range p.items {
			furniture := i.y < 20 || i.size == 8 && i.y > p.h-15
			if i.x < 29.99 || i.x > p.w-15 || !furniture && i.y > p.h-20 {
				t.Errorf("page %d: %.20q at %.1f, %.1f leaves the text area", n+1, i.text, i.x, i.y)
			}
		}
		for _, r := range p.rects {
			if r.x < 29.99 || r.x+r.w > p.w-14.99 || r.y > 20 && r.y+r.h > p.h-19.9 {
				t.Errorf("page %d: box %+v leaves the text area", n+1, r)
			}
		}
	}
}

// A blank paper is dotted where a hand is to write, and full of nothing else.
func TestBlankForms(t *testing.T) {
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		pages := formPages(t, blank(o))
		text := allText(pages)
		for _, bad := range []string{"<no value>", "%!", "{", "}", "<nil>", "map["} {
			if strings.Contains(text, bad) {
				t.Errorf("the blank holds %q", bad)
			}
		}
		for _, want := range []string{"Số: ………/", "……………, ngày …… tháng …… năm ………", "ĐẠI DIỆN CỦA CƠ QUAN, TỔ CHỨC", strings.Repeat("…", 18)} {
			if !strings.Contains(text, want) {
				t.Errorf("the blank lacks %q", want)
			}
		}
		d := blank(o)
		d.Values = map[string]string{"system_name": " \u200b\n", "owner": "\u00a0", "applicant": "", "level": " "}
		if again := allText(formPages(t, d)); again != text {
			t.Error("values without a letter are not taken as empty")
		}
	})
}

// Every value handed in for a slot of the paper stands on it.
func TestFullForms(t *testing.T) {
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		text := strings.Join(strings.Fields(allText(formPages(t, full(o)))), " ")
		for slot, v := range values() {
			s, _ := forms.SlotOf(slot)
			if !onPaper(o, slot) || s.Kind == forms.SlotDay || s.Kind == forms.SlotLong {
				continue
			}
			if v = forms.Say(s.Words, v); !strings.Contains(strings.ToUpper(text), strings.ToUpper(v)) {
				t.Errorf("%s lacks %s: %q", o.ID, slot, v)
			}
		}
		if strings.Contains(text, "………") {
			t.Error("a full paper is still dotted")
		}
	})
}

// onPaper tells whether the body of a paper has the slot.
func onPaper(o *forms.Official, slot string) bool {
	return strings.Contains(fmt.Sprintf("%+v", bodyOf(o)), "{"+slot+"}")
}

// bodyOf gathers what the blocks of a paper say, tables left out.
func bodyOf(o *forms.Official) []any {
	var all []any
	for _, b := range o.Body {
		switch {
		case b.Fields != nil:
			all = append(all, *b.Fields)
		case b.List != nil:
			all = append(all, *b.List)
		case b.Article != nil:
			all = append(all, *b.Article)
		default:
			all = append(all, b.Text)
		}
	}
	return all
}

func TestDecision(t *testing.T) {
	for _, edition := range []string{"r331", "r85"} {
		d := full(paperOf(t, "mau-06", edition))
		text := allText(formPages(t, d))
		at := -1
		for _, want := range []string{"ỦY BAN NHÂN DÂN", "Số: 07/QĐ-UBND", "QUYẾT ĐỊNH", "Về việc phê duyệt cấp độ", "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH", "Căn cứ Luật",
			"Xét đề nghị của Trung tâm Chuyển đổi số tại Tờ trình số 19/TTr-TTCĐS ngày 20 tháng 10 năm 2026.", "QUYẾT ĐỊNH:", "Điều 1.", "Phê duyệt cấp độ hệ thống thông tin đối với",
			"2. Cấp độ hệ thống thông tin: 3.", "TCVN 14423:2026", "Điều 2. Tổ chức thực hiện", "Điều 3. Điều khoản thi hành", "thi hành Quyết định này.", "Nơi nhận:", "- Như Điều 3;"} {
			next := strings.Index(strings.Join(strings.Fields(text[at+1:]), " "), want)
			if next < 0 {
				t.Fatalf("%s: no %q after what comes before it", edition, want)
			}
			text, at = strings.Join(strings.Fields(text[at+1:]), " ")[next:], 0
		}
		if all := allText(formPages(t, d)); strings.Contains(all, "Kính gửi") || strings.Contains(all, "Như trên") {
			t.Errorf("%s: a decision is addressed to nobody", edition)
		}
	}
}

func TestAppraisal(t *testing.T) {
	d := full(paperOf(t, "mau-04", "r331"))
	requireAll(t, formPages(t, d), []string{"Kính gửi: Trung tâm Chuyển đổi số.", "văn bản số 112/TTCĐS ngày 04 tháng 9", "Phần 1. Hồ sơ, tài liệu thẩm định",
		"Phần 2. Căn cứ pháp lý", "Phần 3. Tổ chức thẩm định", "3. Hình thức thẩm định: tổ chức họp và lấy ý kiến bằng văn bản", "Phần 4. Ý kiến thẩm định",
		"Công an tỉnh đề nghị bổ sung sơ đồ mạng", "Phần 5. Kết luận", "là phù hợp với cấp độ 3 được đề xuất."})
	d.Values["outcome"], d.Values["unfit_points"] = "unfit", "Phương án dự phòng."
	requireAll(t, formPages(t, d), []string{"là chưa phù hợp với cấp độ 3", "Nội dung chưa phù hợp (nếu có): Phương án dự phòng."})
	delete(d.Values, "outcome")
	requireAll(t, formPages(t, d), []string{"là phù hợp / chưa phù hợp với cấp độ 3"})
}

// What must come along depends on the level; a listed system follows level 5
// and asks to be put on the list.
func TestDocumentsByLevel(t *testing.T) {
	for _, tt := range []struct {
		level             string
		listed            bool
		opinion, appraise bool
	}{{"2", false, false, false}, {"3", false, false, true}, {"3", true, true, true}, {"4", false, true, true}, {"", false, true, true}} {
		d := full(paperOf(t, "mau-05", "r331"))
		d.Values["level"], d.Listed = tt.level, tt.listed
		text := allText(formPages(t, d))
		if got := strings.Contains(text, "Ý kiến chuyên môn của đơn vị chuyên trách"); got != tt.opinion {
			t.Errorf("level %q, listed %v: opinion asked: %v", tt.level, tt.listed, got)
		}
		if got := strings.Contains(text, "Ý kiến thẩm định của cơ quan"); got != tt.appraise {
			t.Errorf("level %q, listed %v: appraisal asked: %v", tt.level, tt.listed, got)
		}
		d.Paper = paperOf(t, "mau-02", "r331")
		if got := strings.Contains(allText(formPages(t, d)), "an ninh quốc gia"); got != tt.listed {
			t.Errorf("level %q, listed %v: asks for the list: %v", tt.level, tt.listed, got)
		}
	}
}

func TestFormSameInputSameBytes(t *testing.T) {
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		d := full(o)
		var a, b, c bytes.Buffer
		before := maps.Clone(d.Values)
		if err := errors.Join(report.Form(&a, d), report.Form(&b, full(o))); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Error("same input, other bytes")
		}
		if !maps.Equal(before, d.Values) || len(d.Recipients) != 1 {
			t.Error("the input was changed")
		}
		d.Dated = "2026-12-01"
		if err := report.Form(&c, d); err != nil || bytes.Equal(a.Bytes(), c.Bytes()) {
			t.Errorf("other day, same bytes (%v)", err)
		}
	})
}

func TestFormErrors(t *testing.T) {
	o := paperOf(t, "mau-08", "r331")
	for name, tt := range map[string]struct {
		spoil func(d *report.FormDocument)
		want  string
	}{
		"no blank":       {func(d *report.FormDocument) { d.Paper = nil }, "no blank"},
		"day":            {func(d *report.FormDocument) { d.Day = "22/11/2026" }, "is not of the form 2006-01-02"},
		"dated":          {func(d *report.FormDocument) { d.Dated = "today" }, "is not of the form 2006-01-02"},
		"slot":           {func(d *report.FormDocument) { d.Values["onwer"] = "A" }, `nobody knows the slot "onwer"`},
		"rows as a text": {func(d *report.FormDocument) { d.Values["systems"] = "A" }, `nobody knows the slot "systems"`},
		"rows":           {func(d *report.FormDocument) { d.Rows["total"] = nil }, `nobody knows the rows "total"`},
		"column":         {func(d *report.FormDocument) { d.Rows["systems"][1]["no"] = "1" }, `systems has no column "no"`},
		"bound":          {func(d *report.FormDocument) { d.Values["classified"] = "41" }, "classified is 41 of 40 rows"},
		"too long":       {func(d *report.FormDocument) { d.Rows["systems"] = make([]map[string]string, 20_001) }, "too many rows"},
	} {
		d := full(o)
		tt.spoil(&d)
		if err := report.Form(io.Discard, d); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "official paper: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := report.Form(brokenWriter{}, full(o)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writer's error lost: %v", err)
	}
}

// What poppler reads must be the same letters. CAPDO_TEST_REQUIRE=all forbids
// skipping.
func TestFormTextAsOthersReadIt(t *testing.T) {
	needPdftotext(t)
	eachPaper(t, func(t *testing.T, o *forms.Official) {
		d := full(o)
		d.Values["system_name"] = norm.NFD.String(d.Values["system_name"])
		var b bytes.Buffer
		if err := report.Form(&b, d); err != nil {
			t.Fatal(err)
		}
		text := asOthersRead(t, b.Bytes())
		want := []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Lạng Sơn, ngày 22 tháng 11 năm 2026", o.About, "Nơi nhận:", "Lập theo " + o.Model}
		if o.ID != "mau-08" {
			want = append(want, values()["system_name"])
		} else {
			want = append(want, "Hệ thống quản lý văn bản và điều hành số 40", "Đã triển khai một số hạng mục")
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("pdftotext does not read %q", w)
			}
		}
	})
}
