package workbook

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/sheet"
)

// resultWords are what may be said of a control, as the pages say it.
func resultWords() (codes, labels []string) {
	return []string{string(plan.Met), string(plan.Partly), string(plan.NotMet), string(plan.NotApplicable), string(plan.Inherited)},
		[]string{"Đạt", "Đạt một phần", "Chưa đạt", "Không áp dụng", "Kế thừa từ nền tảng"}
}

// evidenceWords are the kinds of evidence, as the pages say them.
func evidenceWords() (codes, labels []string) {
	return []string{string(plan.Document), string(plan.Link), string(plan.File)},
		[]string{"Số văn bản", "Địa chỉ https", "Tệp đính kèm của hồ sơ"}
}

// words splits words of the law into codes and labels.
func words(ws []law.Word) (codes, labels []string) {
	for _, w := range ws {
		codes, labels = append(codes, w.Key), append(labels, w.Says.VI)
	}
	return codes, labels
}

// planTable is what the tables about a plan have in common.
func (o *Room) planTable(ctx context.Context, a approval.Actor, f Form, code string) (*table, *plan.Sheet, error) {
	s, err := o.Plans.Sheet(ctx, a, code, nil)
	if err != nil {
		return nil, nil, err
	}
	if !s.Known {
		return nil, nil, &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "no-level", Says: law.Text{
			VI: "Hệ thống chưa có cấp độ nên chưa có danh mục biện pháp; đề xuất cấp độ trước.", EN: "The system has no level yet, so no list of controls; propose a level first."}}}}
	}
	t := &table{form: f, system: code, meta: []sheet.Pair{{Name: "rules", Value: string(s.List.Rules)}, {Name: "level", Value: strconv.Itoa(int(s.List.Level))}}}
	t.guide = []string{"Hệ thống: " + s.System.Name + " (" + code + "), cấp độ " + strconv.Itoa(int(s.List.Level)) + ", bộ quy tắc " + string(s.List.Rules) + "."}
	return t, &s, nil
}

// checklistTable is the list of controls of a system, a control a row.
func (o *Room) checklistTable(ctx context.Context, a approval.Actor, code string) (*table, *plan.Sheet, error) {
	t, s, err := o.planTable(ctx, a, Checklist, code)
	if err != nil {
		return nil, nil, err
	}
	rc, rl := resultWords()
	role, roles := words(o.Book.PlanRoles())
	cost, costs := words(o.Book.CostClasses())
	result := listed("result", "Kết quả đáp ứng", rc, rl)
	result.need = true
	t.columns = []column{codesOf("key", "Mã biện pháp", 14), locked("clause", "Điều khoản", 22), locked("title", "Biện pháp", 52), locked("proof", "Bằng chứng nên có", 36), result,
		{key: "how", Column: sheet.Column{Title: "Cách đáp ứng, hoặc lý do không áp dụng", Width: 52}},
		{key: "origin", Column: sheet.Column{Title: "Mã nền tảng kế thừa", Width: 18}},
		listed("role", "Vai trò chịu trách nhiệm", role, roles), {key: "due", Column: sheet.Column{Title: "Hạn hoàn thành", Kind: sheet.Date, Width: 14}},
		listed("cost", "Mức kinh phí", cost, costs), {key: "note", Column: sheet.Column{Title: "Ghi chú", Width: 36}}, hidden("seen", "Dấu phiên bản"),
		{key: "lacking", Column: sheet.Column{Title: "Còn thiếu", Width: 26, Formula: `IF(E%d="","Chọn kết quả",IF(AND(E%d="Không áp dụng",F%d=""),"Nhập lý do",IF(AND(E%d="Kế thừa từ nền tảng",G%d=""),"Nhập mã nền tảng",IF(AND(OR(E%d="Chưa đạt",E%d="Đạt một phần"),I%d=""),"Nhập hạn",""))))`}}}
	t.frozen = 3
	t.guide = append(t.guide,
		"Trang «Bảng kiểm»: mỗi dòng một biện pháp của cấp độ này. Ô trắng được sửa; cột xám do chương trình ghi. Dòng để trống kết quả không được nhập.",
		"Không áp dụng thì ghi lý do; kế thừa thì ghi mã nền tảng; chưa đạt hoặc đạt một phần thì ghi hạn hoàn thành.",
		"Bằng chứng điền ở biểu mẫu «Danh sách bằng chứng».")
	t.rows = func(yield func([]string, error) bool) {
		for _, x := range s.States {
			if !yield(t.ofState(x), nil) {
				return
			}
		}
	}
	return t, s, nil
}

// ofState is a control as a row.
func (t *table) ofState(x plan.State) []string {
	var proof []string
	for _, p := range x.Control.Proof {
		proof = append(proof, p.VI)
	}
	v := map[string]string{"key": x.Control.Key, "clause": x.Control.Standard + ", " + x.Control.Clause, "title": x.Control.Title.VI, "proof": strings.Join(proof, "; "), "seen": "0"}
	if a := x.Answer; a != nil {
		v["result"], v["how"], v["origin"], v["role"], v["due"], v["cost"], v["note"] = string(a.Result), a.How, a.Origin, a.Role, string(a.Due), a.Cost, a.Note
		v["seen"] = strconv.Itoa(a.No)
	}
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = v[c.key]
	}
	return out
}

// evidenceTable is what is put forward as evidence, a piece a row.
func (o *Room) evidenceTable(ctx context.Context, a approval.Actor, code string) (*table, *plan.Sheet, error) {
	t, s, err := o.planTable(ctx, a, Evidence, code)
	if err != nil {
		return nil, nil, err
	}
	var keys, labels []string
	for _, x := range s.States {
		keys, labels = append(keys, x.Control.Key), append(labels, x.Control.Key+" – "+cut(x.Control.Title.VI, 90))
	}
	kc, kl := evidenceWords()
	key := listed("key", "Biện pháp", keys, labels)
	key.need, key.Width = true, 52
	t.columns = []column{key, listed("kind", "Loại bằng chứng", kc, kl), {key: "ref", Column: sheet.Column{Title: "Số văn bản, địa chỉ hoặc tên tệp", Width: 46}, need: true},
		{key: "on", Column: sheet.Column{Title: "Ngày", Kind: sheet.Date, Width: 14}}, {key: "until", Column: sheet.Column{Title: "Hết hiệu lực", Kind: sheet.Date, Width: 14}}, hidden("seen", "Dấu phiên bản")}
	t.frozen, t.spare = 1, 200
	t.guide = append(t.guide,
		"Trang «Bằng chứng»: mỗi dòng một bằng chứng của một biện pháp đã có kết quả. Các dòng của một biện pháp thay toàn bộ bằng chứng hiện có của biện pháp đó; biện pháp không có dòng nào thì giữ nguyên.",
		"Bỏ hết bằng chứng của một biện pháp: giữ một dòng của biện pháp đó và để trống các ô còn lại.")
	t.rows = func(yield func([]string, error) bool) {
		for _, x := range s.States {
			if x.Answer == nil {
				continue
			}
			for _, e := range x.Answer.Evidence {
				if !yield([]string{x.Control.Key, string(e.Kind), e.Ref, string(e.On), string(e.Until), strconv.Itoa(x.Answer.No)}, nil) {
					return
				}
			}
		}
	}
	return t, s, nil
}

// cut cuts a title for a drop-down.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// planTake is a table about a plan being read back.
type planTake struct {
	room   *Room
	sheet  *plan.Sheet
	report *Report
	at     *places
	rows   map[string]int // row by key of the control
	ins    []plan.AnswerInput
}

// state finds a control of the list.
func (e *planTake) state(key string) *plan.State {
	i := slices.IndexFunc(e.sheet.States, func(x plan.State) bool { return x.Control.Key == key })
	if i < 0 {
		return nil
	}
	return &e.sheet.States[i]
}

func (e *planTake) say(row int, key, code, vi, en string) {
	e.report.Problems = append(e.report.Problems, e.at.blame(row, key, code, "", law.Text{VI: vi, EN: en}))
}

// stale tells whether the control was answered since the table was taken.
func (e *planTake) stale(x *plan.State, rec record) bool {
	no := 0
	if x.Answer != nil {
		no = x.Answer.No
	}
	return rec.values["seen"] != "" && rec.values["seen"] != strconv.Itoa(no)
}

func (e *planTake) sayStale(row int) {
	e.say(row, "key", "E-ROW-STALE", "Biện pháp này vừa được trả lời trên hệ thống sau khi tải bảng về; tải lại bảng để xem câu trả lời mới.", "This control was answered since the table was taken; take it again.")
}

func (e *planTake) unknown(row int, key string) {
	e.say(row, "key", "E-ROW-CODE-UNKNOWN", "Mã biện pháp «"+short(key)+"» không có trong danh mục của cấp độ này; giữ nguyên cột mã.", "The list of this level has no control “"+short(key)+"”; keep the column of codes.")
}

// takeChecklist judges the answers brought back, or gives them.
func (o *Room) takeChecklist(ctx context.Context, a approval.Actor, src sheet.Source, r *Report, dry bool) error {
	t, s, err := o.checklistTable(ctx, a, r.System)
	if err != nil {
		return err
	}
	e := planTake{room: o, sheet: s, report: r, rows: map[string]int{}}
	if err := t.read(src, r, func(p *places, rec record) error { e.at = p; e.control(rec); return nil }); err != nil {
		return err
	}
	return e.answer(ctx, a, dry)
}

// control reads the row of a control.
func (e *planTake) control(rec record) {
	v := rec.values
	x := e.state(v["key"])
	switch {
	case rec.wrong:
		return
	case x == nil:
		e.unknown(rec.row, v["key"])
		return
	case e.rows[v["key"]] != 0:
		e.say(rec.row, "key", "E-ROW-CODE-TWICE", "Biện pháp này đã có ở dòng trên; mỗi biện pháp chỉ một dòng.", "This control stands on a line above; it takes one.")
		return
	}
	e.rows[v["key"]] = rec.row
	in := plan.AnswerInput{Key: v["key"], Result: plan.Result(v["result"]), How: v["how"], Origin: v["origin"], Role: v["role"], Due: law.Day(v["due"]), Cost: v["cost"], Note: v["note"]}
	if x.Answer != nil {
		in.Seen, in.Evidence = x.Answer.No, x.Answer.Evidence
	}
	switch {
	case in.Result == "" && x.Answer == nil && in.How+in.Origin+in.Role+string(in.Due)+in.Cost+in.Note == "":
		e.report.change(Change{Row: rec.row, Did: "same"}) // not answered yet
	case in.Result == "":
		e.say(rec.row, "result", "E-ROW-RESULT-MISSING", "Chọn kết quả đáp ứng của biện pháp này.", "Choose the result of this control.")
	case x.Answer != nil && x.Answer.Says(in):
		e.report.change(Change{Row: rec.row, Did: "same"})
	case e.stale(x, rec):
		e.sayStale(rec.row)
	default:
		e.ins = append(e.ins, in)
		e.report.change(Change{Row: rec.row, Object: in.Key, Name: x.Control.Title.VI, Did: did(x.Answer == nil)})
	}
}

func did(fresh bool) string {
	if fresh {
		return "added"
	}
	return "changed"
}

// takeEvidence judges the evidence brought back, or puts it in.
func (o *Room) takeEvidence(ctx context.Context, a approval.Actor, src sheet.Source, r *Report, dry bool) error {
	t, s, err := o.evidenceTable(ctx, a, r.System)
	if err != nil {
		return err
	}
	e := planTake{room: o, sheet: s, report: r, rows: map[string]int{}}
	of := map[string][]plan.Evidence{}
	var order []string
	err = t.read(src, r, func(p *places, rec record) error {
		e.at = p
		if key, piece, ok := e.piece(rec); ok {
			if e.rows[key] == 0 {
				e.rows[key], order = rec.row, append(order, key)
			}
			if piece != (plan.Evidence{}) {
				of[key] = append(of[key], piece)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range order {
		x := e.state(key)
		in := plan.AnswerInput{Key: key, Seen: x.Answer.No, Result: x.Answer.Result, How: x.Answer.How, Origin: x.Answer.Origin, Evidence: of[key], Role: x.Answer.Role, Due: x.Answer.Due, Cost: x.Answer.Cost, Note: x.Answer.Note}
		if x.Answer.Says(in) {
			r.change(Change{Row: e.rows[key], Did: "same"})
			continue
		}
		e.ins = append(e.ins, in)
		r.change(Change{Row: e.rows[key], Object: key, Name: x.Control.Title.VI, Did: "changed"})
	}
	return e.answer(ctx, a, dry)
}

// piece reads the row of a piece of evidence; false when it cannot be used.
func (e *planTake) piece(rec record) (key string, piece plan.Evidence, ok bool) {
	v := rec.values
	x := e.state(v["key"])
	switch {
	case rec.wrong:
		return "", piece, false
	case v["key"] == "":
		e.say(rec.row, "key", "E-ROW-REQUIRED", "Chọn biện pháp của bằng chứng này.", "Choose the control of this evidence.")
	case x == nil:
		e.unknown(rec.row, v["key"])
	case x.Answer == nil:
		e.say(rec.row, "key", "E-ROW-NOT-ANSWERED", "Biện pháp này chưa có kết quả; trả lời ở bảng kiểm rồi mới ghi bằng chứng.", "This control has no answer yet; answer it in the checklist first.")
	case e.stale(x, rec):
		e.sayStale(rec.row)
	case v["kind"] == "" && v["ref"]+v["on"]+v["until"] != "":
		e.say(rec.row, "kind", "E-ROW-REQUIRED", "Chọn loại bằng chứng.", "Choose the kind of evidence.")
	case v["ref"] == "" && v["kind"]+v["on"]+v["until"] != "":
		e.say(rec.row, "ref", "E-ROW-REQUIRED", "Nhập số văn bản, địa chỉ hoặc tên tệp của bằng chứng.", "Enter the number, address or file of the evidence.")
	default:
		piece = plan.Evidence{Kind: plan.EvidenceKind(v["kind"]), Ref: v["ref"], On: law.Day(v["on"]), Until: law.Day(v["until"])}
		if piece.Ref == "" {
			return v["key"], piece, true
		}
		at := map[string]string{"evidence-link": "ref", "evidence-ends": "until", "date-in-future": "on"}
		wrong := plan.WrongEvidence([]plan.Evidence{piece}, law.DayOf(e.room.Clock()))
		for _, f := range wrong {
			e.say(rec.row, at[f.Rule], "E-ROW-"+upper(f.Rule), f.Says.VI, f.Says.EN)
		}
		return v["key"], piece, len(wrong) == 0
	}
	return "", piece, false
}

// answer gives the answers in one act, or rehearses it.
func (e *planTake) answer(ctx context.Context, a approval.Actor, dry bool) error {
	r := e.report
	if len(e.ins) == 0 || !dry && !r.Clean() {
		r.Done = !dry && r.Clean()
		return nil
	}
	act := e.room.Plans.Answer
	if dry {
		act = e.room.Plans.Rehearse
	}
	_, err := act(ctx, a, r.System, e.sheet.List, e.ins)
	refused, ok := err.(*approval.Refusal)
	if !ok || refused.Kind == approval.NotFound || refused.Kind == approval.Forbidden {
		r.Done = err == nil && !dry
		return err
	}
	for _, f := range refused.Findings {
		key, part, _ := strings.Cut(f.Field, ".")
		for e.rows[key] == 0 && part != "" { // keys hold dots themselves
			var next string
			next, part, _ = strings.Cut(part, ".")
			key += "." + next
		}
		column := part
		if e.at.table.at(column) < 0 {
			column = "key"
		}
		p := e.at.blame(e.rows[key], column, "E-ROW-"+upper(f.Rule), f.Cites, f.Says)
		r.Problems = append(r.Problems, p)
	}
	return nil
}
