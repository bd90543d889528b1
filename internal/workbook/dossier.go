package workbook

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// The columns of a dossier: what is asked stands still, the answer is open.
func dossierColumns() []column {
	seen := hidden("seen", "Dấu phiên bản")
	return []column{codesOf("field", "Mã mục", 24), locked("section", "Phần", 26), locked("label", "Nội dung", 46),
		{key: "value", Column: sheet.Column{Title: "Trả lời", Width: 70}, need: true},
		locked("how", "Cách ghi", 34), locked("duty", "Bắt buộc", 12), seen,
		{key: "lacking", Column: sheet.Column{Title: "Còn thiếu", Width: 18, Formula: `IF(AND(F%d="Có",D%d=""),"Nhập trả lời","")`}}}
}

// dossierTable is the statement of the dossier in hand of a system, else of one
// yet to be opened.
func (o *Room) dossierTable(ctx context.Context, a approval.Actor, code string) (*table, *approval.File, error) {
	file, err := o.Office.File(ctx, a, code)
	if err != nil {
		return nil, nil, err
	}
	if file.Form == nil {
		return nil, nil, &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "no-form", Says: law.Text{
			VI: "Chưa có biểu mẫu hồ sơ cho hệ thống này.", EN: "There is no dossier form for this system yet."}}}}
	}
	t := &table{form: Dossier, system: code, columns: dossierColumns(), frozen: 1, drops: map[int]column{}}
	t.meta = []sheet.Pair{{Name: "edition", Value: file.Form.Edition}}
	t.guide = []string{
		"Hệ thống: " + file.System.Name + " (" + code + ").",
		"Trang «Hồ sơ»: mỗi dòng một mục của thuyết minh. Chỉ ghi vào cột «Trả lời»; cột xám do chương trình ghi.",
		"Mục có danh sách thả xuống chỉ nhận giá trị trong danh sách; mục nhận nhiều giá trị thì cách nhau bằng dấu chấm phẩy.",
		"Nhập lại: chọn «Nhập từ Excel» trên trang của hệ thống. Nội dung được lưu vào bản nháp; gửi hồ sơ trên trang của hệ thống.",
	}
	d := inHand(&file.System)
	var rows [][]string
	for _, s := range file.Form.Sections {
		for _, f := range s.Fields {
			c := ofField(&f)
			if f.Type == "password" {
				continue
			}
			if c.Kind == sheet.Pick && !c.many {
				t.drops[len(rows)+2] = c
			}
			rows = append(rows, []string{f.ID, s.Title.VI, f.Label.VI, dossierShown(&f, d.Statement[f.ID]), howTo(&f), map[bool]string{true: "Có"}[f.Required], d.Tag(f.ID), ""})
		}
	}
	t.rows = func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
	return t, &file, nil
}

// inHand is the dossier that a statement is written into: the open one, or one
// to come, as empty as it will be.
func inHand(s *approval.System) *approval.Dossier {
	if d := s.Open(); d != nil {
		return d
	}
	return &approval.Dossier{No: len(s.Dossiers) + 1}
}

// dossierShown is an answer as the officer reads and writes it.
func dossierShown(f *forms.Field, value string) string {
	if f.Type == "longtext" || f.Type == "text" {
		return value
	}
	return f.Show(value).VI
}

// howTo says how an answer is written.
func howTo(f *forms.Field) string {
	if f.Hint.VI != "" {
		return f.Hint.VI
	}
	switch f.Type {
	case "date":
		return "Ngày/tháng/năm, ví dụ 31/12/2026"
	case "int":
		return "Số nguyên, ví dụ 1539"
	case "levels":
		return "Các cấp độ cách nhau bằng dấu phẩy, ví dụ 2, 3"
	case "choices":
		var all []string
		for _, o := range f.Options {
			all = append(all, o.Label.VI)
		}
		return "Một hoặc nhiều: " + strings.Join(all, "; ")
	}
	return ""
}

// takeDossier judges the statement brought back, or saves it into the draft.
func (o *Room) takeDossier(ctx context.Context, a approval.Actor, src sheet.Source, r *Report, dry bool) error {
	t, file, err := o.dossierTable(ctx, a, r.System)
	if err != nil {
		return err
	}
	if err := o.Office.May(approval.ActDraft, a, &file.System, o.Clock()); err != nil {
		return err
	}
	e := dossierTake{form: file.Form, draft: inHand(&file.System), report: r, seen: map[string]bool{}}
	if err := t.read(src, r, func(p *places, rec record) error { e.row(p, rec); return nil }); err != nil {
		return err
	}
	if dry || !r.Clean() || len(e.in) == 0 {
		r.Done = !dry && r.Clean()
		return nil
	}
	_, err = o.Office.SaveStatement(ctx, a, r.System, e.in)
	r.Done = err == nil
	return err
}

// dossierTake is a statement being read back.
type dossierTake struct {
	form   *forms.Form
	draft  *approval.Dossier
	report *Report
	seen   map[string]bool
	in     []approval.FieldInput
}

func (e *dossierTake) row(p *places, rec record) {
	r, id := e.report, rec.values["field"]
	field, ok := e.form.Field(id)
	say := func(key, code, vi, en string) {
		r.Problems = append(r.Problems, p.blame(rec.row, key, code, "", law.Text{VI: vi, EN: en}))
	}
	switch {
	case rec.wrong:
		return
	case !ok:
		say("field", "E-ROW-CODE-UNKNOWN", "Mã mục «"+short(id)+"» không có trong biểu mẫu; giữ nguyên cột mã.", "The form has no field “"+short(id)+"”; keep the column of codes.")
		return
	case e.seen[id]:
		say("field", "E-ROW-CODE-TWICE", "Mục này đã có ở dòng trên; mỗi mục chỉ một dòng.", "This field stands on a line above; it takes one.")
		return
	}
	e.seen[id] = true
	value, problem := readField(e.form, field, rec.values["value"])
	if problem != nil {
		problem.Row, problem.Column = rec.row, p.table.columns[p.table.at("value")].Title
		problem.Cell = sheet.Ref(p.in["value"], rec.row)
		problem.Value = short(rec.values["value"])
		r.Problems = append(r.Problems, *problem)
		return
	}
	if value == e.draft.Statement[id] {
		r.change(Change{Row: rec.row, Did: "same"})
		return
	}
	if rec.values["seen"] != e.draft.Tag(id) {
		say("value", "E-ROW-STALE", "Mục này vừa được sửa trên hệ thống sau khi tải bảng về; tải lại bảng để xem nội dung mới.", "This field was changed since the table was taken; take it again to see the new text.")
		return
	}
	e.in = append(e.in, approval.FieldInput{Field: id, Value: value, Seen: rec.values["seen"]})
	r.change(Change{Row: rec.row, Object: id, Name: field.Label.VI, Did: "changed"})
}

// readField reads an answer by its field, as the page would.
func readField(form *forms.Form, f *forms.Field, text string) (string, *Problem) {
	if text == "" {
		return "", nil
	}
	c := ofField(f)
	in := url.Values{f.ID: {text}}
	if c.Kind == sheet.Pick {
		value, bad := c.choice(text)
		if bad != nil {
			return "", bad
		}
		in[f.ID] = strings.Split(value, "\n")
	} else if x := (sheet.Found{Value: text}); c.Kind == sheet.Date {
		if len(text) == 5 && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
			x.Number = true // a cell that the spreadsheet took for a day
		}
		value, bad := readDay(x, false)
		if bad != nil {
			return "", bad
		}
		in[f.ID] = []string{value}
	}
	answers, problems := form.Parse(forms.Context{Draft: true}, in)
	i := slices.IndexFunc(problems, func(x forms.Problem) bool { return x.Field == f.ID })
	if i >= 0 {
		return "", &Problem{Code: "E-CELL-" + upper(problems[i].Code), Says: law.Text(problems[i].Says)}
	}
	if f.Type == "check" && answers[f.ID] == "" {
		return "", nil
	}
	return answers[f.ID], nil
}
