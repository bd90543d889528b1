package workbook

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// registerForm is the paper on which a system is registered.
func (o *Room) registerForm() (*forms.Form, error) {
	f, ok := o.Office.Shelf.Form("register", forms.AnyEdition)
	if !ok {
		return nil, fmt.Errorf("there is no form register")
	}
	return f, nil
}

// registerTable is the register as far as the actor sees it, of one owner only
// unless "".
func (o *Room) registerTable(ctx context.Context, a approval.Actor, owner string) (*table, error) {
	form, err := o.registerForm()
	if err != nil {
		return nil, err
	}
	code := codesOf("code", "Mã hệ thống", 14)
	code.Hint = "Mã do chương trình cấp. Để trống ở dòng đăng ký mới."
	t := &table{form: Register, frozen: 3, spare: 200}
	t.columns = append([]column{code, hidden("version", "Phiên bản")}, columnsOf(form, "name", "operator_unit", "operator_is_specialised", "stage", "started_on", "description", "served", "attest_system")...)
	for i := range t.columns {
		switch c := &t.columns[i]; c.key {
		case "name":
			c.Width, c.need = 42, true
		case "operator_unit":
			c.Width, c.need = 30, true
		case "operator_is_specialised":
			*c = c.withTitle("Đơn vị chuyên trách tự vận hành")
		case "stage":
			c.need = true
		case "attest_system":
			*c = c.withTitle("Xác nhận là một hệ thống thông tin").wide(24)
			c.Hint = "Chọn «Có» ở dòng đăng ký mới (NĐ 331/2026/NĐ-CP, Điều 7, Điều 8)."
		}
	}
	facts, err := o.factsForm()
	if err != nil {
		return nil, err
	}
	for _, f := range facts.Fields() {
		t.columns = append(t.columns, ofFact(f))
	}
	t.columns = append(t.columns, locked("owner", "Chủ quản", 12), locked("level", "Cấp độ", 10), locked("state", "Tình trạng", 18), locked("plan", "Phương án", 16), locked("until", "Hiệu lực đến", 14), locked("origin", "Nguồn bản ghi", 14))
	t.columns = append(t.columns, lacking(t, "name", "operator_unit", "stage", "description", "served"))
	t.guide = []string{
		"Trang «Sổ đăng ký»: mỗi dòng một hệ thống. Ô trắng được sửa; cột xám do chương trình ghi.",
		"Sửa hệ thống đã có: sửa ngay trên dòng mang mã của hệ thống, giữ nguyên mã.",
		"Đăng ký hệ thống mới: điền dòng trống ở cuối bảng, để trống mã; chọn «Có» ở cột xác nhận.",
		"Dữ kiện để xác định cấp độ: điền các cột từ «Loại hệ thống» đến «Cấp độ do Thủ tướng Chính phủ quyết định»; để trống tất cả các cột đó thì dữ kiện đã ghi giữ nguyên.",
		"Ngày ghi theo dạng ngày/tháng/năm, ví dụ 31/12/2026. Các cột có danh sách thả xuống chỉ nhận giá trị trong danh sách.",
		"Không gộp ô, không đặt công thức, không đổi tên cột và tên trang. Được đổi chỗ các cột và thêm cột riêng; cột riêng không được nhập.",
		"Nhập lại: chọn «Nhập từ Excel». Chương trình kiểm tra thử trước, chưa ghi gì; nếu có chỗ cần sửa, tải bản có ghi chú lỗi bên cạnh từng ô.",
		"Cấp độ, tình trạng, phương án không sửa ở đây: chúng theo hồ sơ, phê duyệt và khai báo trên hệ thống.",
	}
	t.rows = func(yield func([]string, error) bool) {
		now, terms := o.Clock(), approval.Terms()
		err := o.Systems.Each(ctx, a, func(s approval.System) error {
			if owner != "" && s.Owner != owner {
				return nil
			}
			if o.AsOf.On != "" {
				s.Version = 0 // of no version that can be amended
			}
			if !yield(t.ofSystem(&s, s.Standing(now), terms), nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			yield(nil, err)
		}
	}
	return t, nil
}

// lacking is a locked formula that names, as the row is typed, the first cell
// still to be filled in.
func lacking(t *table, keys ...string) column {
	f := `""`
	for i := len(keys) - 1; i >= 0; i-- {
		at := t.at(keys[i])
		f = fmt.Sprintf(`IF(%s%%d="","Nhập %s",%s)`, sheet.Letters(at+1), t.columns[at].Title, f)
	}
	first := sheet.Letters(t.at(keys[0]) + 1)
	last := sheet.Letters(t.at(keys[len(keys)-1]) + 1)
	return column{key: "lacking", Column: sheet.Column{Title: "Còn thiếu", Width: 26, Formula: fmt.Sprintf(`IF(COUNTA(%s%%d:%s%%d)=0,"",%s)`, first, last, f)}}
}

// ofSystem is a system as a row.
func (t *table) ofSystem(s *approval.System, st approval.Standing, terms map[string]law.Text) []string {
	level, until := "", ""
	if st.Approval != nil {
		level, until = strconv.Itoa(int(st.Approval.Level)), string(st.Approval.Until)
	} else if st.Proposed > 0 {
		level = strconv.Itoa(int(st.Proposed)) + " (đề xuất)"
	}
	v := map[string]string{"code": s.Code, "version": strconv.FormatInt(s.Version, 10), "name": s.Name, "operator_unit": s.OperatorUnit, "operator_is_specialised": yesNo(s.OperatorIsSpecialised),
		"stage": string(s.Stage), "started_on": string(s.StartedOn), "description": s.Description, "served": s.Served, "attest_system": "yes",
		"owner": s.Owner, "level": level, "state": terms["state."+st.State()].VI, "plan": terms["plan."+string(st.Plan)].VI, "until": until, "origin": terms["origin."+string(s.Origin)].VI}
	if s.Facts != nil {
		for key, value := range approval.FactAnswers(s.Facts.Facts) {
			v[key] = strings.ReplaceAll(value, "\n", ", ")
		}
	}
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = v[c.key]
	}
	return out
}

// factsForm is the paper on which the facts are stated that decide the level.
func (o *Room) factsForm() (*forms.Form, error) {
	f, ok := o.Office.Shelf.Form("facts", forms.AnyEdition)
	if !ok {
		return nil, fmt.Errorf("there is no form facts")
	}
	return f, nil
}

// ofFact is the column of a fact, under the short name of its question.
func ofFact(f *forms.Field) column {
	c := ofField(f).wide(20)
	if c.Hint == "" {
		c.Hint = f.Label.VI
	}
	if f.Name.VI != "" {
		c.Title = f.Name.VI
	}
	return c
}

// takeRegister judges the lines of a register, or carries them out.
func (o *Room) takeRegister(ctx context.Context, a approval.Actor, src sheet.Source, r *Report, dry bool) error {
	t, err := o.registerTable(ctx, a, "")
	if err != nil {
		return err
	}
	form, err := o.registerForm()
	if err != nil {
		return err
	}
	facts, err := o.factsForm()
	if err != nil {
		return err
	}
	papers := registerPapers{form, facts, forms.Context{Today: string(law.DayOf(o.Clock()))}}
	var at *places
	lines := func(yield func(approval.Line, error) bool) {
		stopped := false
		err := t.read(src, r, func(p *places, rec record) error {
			at = p
			if rec.wrong || yield(papers.line(rec), nil) {
				return nil
			}
			stopped = true
			return errStop
		})
		if err == nil && !dry && !r.Clean() {
			err = errStop // a row that cannot be read: none is written
		}
		if err != nil && !stopped {
			yield(approval.Line{}, err)
		}
	}
	var seq iter.Seq2[approval.Line, error] = lines
	done, err := o.Office.Enrol(ctx, a, seq, r.Source, dry, func(f approval.Fate) {
		if f.Refused != nil {
			r.Problems = append(r.Problems, refusedLine(at, f.Line.No, f.Refused)...)
			return
		}
		r.change(Change{Row: f.Line.No, Object: f.Code, Name: f.Line.Name, Did: f.Did, Fields: f.Fields})
	})
	r.Done = done && !dry && r.Clean()
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// registerPapers are the papers by which a line of the register is read.
type registerPapers struct {
	register, facts *forms.Form
	day             forms.Context
}

// stated are the facts that a line states, nil when it leaves all of them empty.
func (p registerPapers) stated(rec record) *approval.FactLine {
	in, said := url.Values{}, false
	for _, f := range p.facts.Fields() {
		if value := rec.values[f.ID]; value != "" {
			in.Set(f.ID, value)
			said = true
		}
	}
	if !said {
		return nil
	}
	l := &approval.FactLine{}
	answers, problems := p.facts.Parse(p.day, in)
	for _, x := range problems {
		l.Doubts = append(l.Doubts, approval.Finding{Field: x.Field, Rule: x.Code, Says: law.Text(x.Says)})
	}
	if len(l.Doubts) > 0 {
		return l
	}
	facts, err := approval.FactsOf(p.facts, answers)
	var refused *approval.Refusal
	if errors.As(err, &refused) {
		l.Doubts = refused.Findings
	}
	l.Facts = facts
	return l
}

// line reads a line of the register.
func (p registerPapers) line(rec record) approval.Line {
	in := url.Values{}
	for key, value := range rec.values {
		in.Set(key, value)
	}
	l := approval.Line{No: rec.row, Code: rec.values["code"]}
	if l.Code != "" {
		in.Set("attest_system", "yes")
	}
	l.Version, _ = strconv.ParseInt(rec.values["version"], 10, 64) // none: 0, which is stale
	answers, problems := p.register.Parse(p.day, in)
	specialised, _ := answers.Bool("operator_is_specialised")
	attested, _ := answers.Bool("attest_system")
	l.Registration = approval.Registration{Name: answers.Text("name"), OperatorUnit: answers.Text("operator_unit"), OperatorIsSpecialised: specialised,
		Stage: approval.Stage(answers.Text("stage")), Description: answers.Text("description"), Served: answers.Text("served"),
		StartedOn: law.Day(answers.Text("started_on")), Attested: attested}
	for _, x := range problems {
		l.Doubts = append(l.Doubts, approval.Finding{Field: x.Field, Rule: x.Code, Says: law.Text(x.Says)})
	}
	l.Facts = p.stated(rec)
	return l
}

// refusedLine puts the findings of a refusal beside the cells of a row.
func refusedLine(p *places, row int, r *approval.Refusal) []Problem {
	var out []Problem
	for _, f := range r.Findings {
		out = append(out, p.blame(row, f.Field, "E-ROW-"+upper(f.Rule), f.Cites, f.Says))
	}
	return out
}
