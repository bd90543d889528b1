package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
)

// The acts on a plan, as the ledger names them.
const (
	ActAnswer   = "plan-answer"
	ActCheck    = "plan-check"
	ActOffer    = "plan-offer"
	ActFinding  = "plan-finding"
	ActClosing  = "plan-closing"
	ActDeed     = "plan-deed"
	ActIncident = "plan-incident"
	ActReport   = "plan-report"
	ActYear     = "year"
	ActRenew    = "plan-renew" // names why, in entries of plans that follow; see Room.Renew
)

// AnswerInput answers one control. Seen is the number of the answer the officer
// saw, 0 for none: another answer meanwhile is a conflict, answers to other
// controls are not.
type AnswerInput struct {
	Key      string
	Seen     int
	Result   Result
	How      string
	Origin   string
	Evidence []Evidence
	Role     string
	Due      law.Day
	Cost     string
	Note     string
}

// Limits of what is typed.
const (
	maxText     = 4000
	maxEvidence = 20
)

// Answer answers controls of a list; rows that say what is already said are
// left out. The first row refused refuses all.
func (o *Room) Answer(ctx context.Context, a approval.Actor, code string, at List, ins []AnswerInput) (Plan, error) {
	return o.act(ctx, a, ActAnswer, code, func(d *deed) (map[string]string, error) {
		return d.answer(at, ins)
	})
}

// errRehearsed undoes what was only tried.
var errRehearsed = errors.New("rehearsed")

// Rehearse judges what Answer would do, and undoes it.
func (o *Room) Rehearse(ctx context.Context, a approval.Actor, code string, at List, ins []AnswerInput) (Plan, error) {
	now := o.now()
	var out Plan
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		var err error
		out, err = o.actIn(tx, a, ActAnswer, code, now, func(d *deed) (map[string]string, error) { return d.answer(at, ins) })
		return cmp.Or(err, errRehearsed)
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return out, err
}

func (d *deed) answer(at List, ins []AnswerInput) (map[string]string, error) {
	if err := d.only(law.RoleOperator); err != nil {
		return nil, err
	}
	var keys []string
	var fs []approval.Finding
	for _, in := range ins {
		in = in.trimmed()
		if in.Result != Inherited {
			in.Origin = ""
		}
		old := d.plan.answerOf(at, in.Key)
		var unjoined []approval.Finding
		in.Evidence, unjoined = d.plan.joined(AttachedTo(in.Key), in.Evidence, old)
		if old != nil && old.Says(in) {
			continue
		}
		if seen := seenOf(old); seen != in.Seen {
			return nil, changed(in.Key, old)
		}
		if !d.listed(at, in.Key) {
			fs = append(fs, notListed(in.Key))
			continue
		}
		fs = append(fs, d.wrong(in)...)
		fs = append(fs, of(in.Key, unjoined)...)
		d.say(at, in)
		keys = append(keys, in.Key)
	}
	if len(fs) > 0 {
		return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
	}
	if len(keys) == 0 {
		return nil, ErrNothing()
	}
	return map[string]string{"rules": string(at.Rules), "level": fmt.Sprint(at.Level), "controls": strings.Join(keys, " ")}, nil
}

// listed tells whether a list has a control.
func (d *deed) listed(at List, key string) bool {
	return slices.ContainsFunc(d.Lists.For(at.Rules, at.Level), func(c controls.Control) bool { return c.Key == key })
}

func notListed(key string) approval.Finding {
	return finding(key, "control-not-in-list", "Biện pháp "+key+" không thuộc danh mục của cấp độ này; chọn biện pháp trong danh mục", "Control "+key+" is not in the list of this level; choose one of the list")
}

// say adds an answer.
func (d *deed) say(at List, in AnswerInput) {
	d.plan.Answers = append(d.plan.Answers, Answer{Mark: d.mark(), List: at, Key: in.Key, Result: in.Result, How: in.How, Origin: in.Origin,
		Evidence: in.Evidence, Role: in.Role, Due: in.Due, Cost: in.Cost, Note: in.Note})
}

// ErrNothing is the refusal of an act that says nothing new.
func ErrNothing() *approval.Refusal {
	return refuse(approval.Invalid, "", "nothing-new", "", "Chưa có câu trả lời nào thay đổi; sửa câu trả lời rồi lưu.", "No answer changed; change one and save.")
}

// changed is the refusal of an answer to what another hand answered meanwhile.
func changed(key string, old *Answer) *approval.Refusal {
	if old == nil {
		return refuse(approval.Stale, key, "answer-changed", "", "Biện pháp "+key+" chưa có câu trả lời nào; tải lại trang rồi lưu lại.", "Control "+key+" has no answer yet; reload the page and save again.")
	}
	return refuse(approval.Stale, key, "answer-changed", "",
		"Biện pháp "+key+" vừa được "+old.By.Account+" trả lời lúc "+old.At.In(law.Zone()).Format("15:04 02/01/2006")+". Xem câu trả lời mới rồi lưu lại; chưa có gì bị ghi đè.",
		"Control "+key+" was answered by "+old.By.Account+" meanwhile. Look at the new answer and save again; nothing was overwritten.")
}

func seenOf(a *Answer) int {
	if a == nil {
		return 0
	}
	return a.No
}

// trimmed drops empty evidence and spaces.
func (in AnswerInput) trimmed() AnswerInput {
	in.How, in.Origin, in.Note = clean(in.How), clean(in.Origin), clean(in.Note)
	in.Evidence = slices.DeleteFunc(slices.Clone(in.Evidence), func(e Evidence) bool { return clean(e.Ref) == "" && e.Document == 0 && e.On == "" && e.Until == "" })
	for i := range in.Evidence {
		in.Evidence[i].Ref = clean(in.Evidence[i].Ref)
	}
	if len(in.Evidence) == 0 {
		in.Evidence = nil
	}
	return in
}

// Says tells whether the answer already says what in does.
func (a *Answer) Says(in AnswerInput) bool {
	was := a.input()
	was.Seen = in.Seen
	return reflect.DeepEqual(was, in)
}

// input is what an answer says, as seen; nothing at all where there is none.
func (a *Answer) input() AnswerInput {
	if a == nil {
		return AnswerInput{}
	}
	return AnswerInput{a.Key, a.No, a.Result, a.How, a.Origin, a.Evidence, a.Role, a.Due, a.Cost, a.Note}
}

func finding(field, rule, vi, en string) approval.Finding {
	return approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}
}

// wrong finds what is wrong with an answer.
func (d *deed) wrong(in AnswerInput) []approval.Finding {
	var fs []approval.Finding
	add := func(part, rule, vi, en string) {
		fs = append(fs, finding(in.Key+part, rule, in.Key+": "+vi, in.Key+": "+en))
	}
	if !slices.Contains(Results(), in.Result) {
		add("", "result-missing", "chọn kết quả", "choose the result")
	}
	if in.Result == NotApplicable && in.How == "" {
		add(".how", "reason-missing", "nhập lý do không áp dụng", "enter why it does not apply")
	}
	if in.Result == Inherited {
		fs = append(fs, d.wrongOrigin(in)...)
	}
	if len(in.How) > maxText || len(in.Note) > maxText {
		add(".how", "too-long", "cách đáp ứng và ghi chú tối đa 4.000 ký tự", "the description and the note take at most 4,000 characters")
	}
	if in.Role != "" && !known(d.Book.PlanRoles(), in.Role) {
		add(".role", "role-unknown", "chọn vai trò chịu trách nhiệm trong danh sách", "choose the responsible role from the list")
	}
	if in.Cost != "" && !known(d.Book.CostClasses(), in.Cost) {
		add(".cost", "cost-unknown", "chọn mức kinh phí trong danh sách", "choose the cost class from the list")
	}
	if in.Due != "" && in.Due.Time().IsZero() {
		add(".due", "date-invalid", "nhập hạn là ngày có thật, ví dụ 31/12/2026", "enter a due day that exists, such as 31/12/2026")
	}
	return append(fs, of(in.Key, WrongEvidence(in.Evidence, d.day))...)
}

// of makes findings about evidence those of a control.
func of(key string, fs []approval.Finding) []approval.Finding {
	var out []approval.Finding
	for _, f := range fs {
		out = append(out, finding(key+".evidence", f.Rule, key+": "+f.Says.VI, key+": "+f.Says.EN))
	}
	return out
}

func known(ws []law.Word, key string) bool {
	return slices.ContainsFunc(ws, func(w law.Word) bool { return w.Key == key })
}

// wrongOrigin: what is inherited names a platform that offers it now.
func (d *deed) wrongOrigin(in AnswerInput) []approval.Finding {
	if in.Origin == "" {
		return []approval.Finding{finding(in.Key+".origin", "origin-missing", in.Key+": nhập mã nền tảng được kế thừa", in.Key+": enter the code of the platform it is inherited from")}
	}
	if in.Origin == d.system.Code {
		return []approval.Finding{finding(in.Key+".origin", "origin-self", in.Key+": hệ thống không kế thừa từ chính nó; nhập mã nền tảng khác", in.Key+": a system does not inherit from itself; enter another platform")}
	}
	src, ok, err := d.tx.Platform(in.Origin)
	if err == nil && ok {
		for _, o := range src.Plan.Offers {
			if slices.Contains(o.Keys, in.Key) {
				return nil
			}
		}
	}
	return []approval.Finding{finding(in.Key+".origin", "origin-offers-not", in.Key+": nền tảng "+in.Origin+" không cung cấp biện pháp này cho hệ thống của bạn; chọn nền tảng khác hoặc tự trả lời", in.Key+": platform "+in.Origin+" does not offer this control to your system; choose another or answer it yourself")}
}

// WrongEvidence finds what is wrong with pieces of evidence; the day is today.
func WrongEvidence(es []Evidence, day law.Day) []approval.Finding {
	var fs []approval.Finding
	if len(es) > maxEvidence {
		fs = append(fs, finding("", "evidence-many", "mỗi biện pháp nhận tối đa 20 bằng chứng", "a control takes at most 20 pieces of evidence"))
	}
	for _, e := range es {
		switch {
		case e.Ref == "" && e.Document == 0:
			fs = append(fs, finding("", "evidence-missing", "nhập tên tệp, địa chỉ hoặc số văn bản của bằng chứng", "enter the file, address or number of the evidence"))
		case e.Kind != File && e.Kind != Link && e.Kind != Document:
			fs = append(fs, finding("", "evidence-kind", "chọn loại bằng chứng", "choose the kind of evidence"))
		case e.Kind == Link && !safeLink(e.Ref):
			fs = append(fs, finding("", "evidence-link", "địa chỉ bằng chứng phải bắt đầu bằng https://", "the address of evidence must begin with https://"))
		case e.On != "" && e.On.Time().IsZero() || e.Until != "" && e.Until.Time().IsZero():
			fs = append(fs, finding("", "date-invalid", "ngày của bằng chứng phải là ngày có thật, ví dụ 31/12/2026", "the days of evidence must exist, such as 31/12/2026"))
		case e.On > day:
			fs = append(fs, finding("", "date-in-future", "ngày của bằng chứng phải từ hôm nay trở về trước", "evidence must not be dated in the future"))
		case e.Until != "" && e.Until < e.On:
			fs = append(fs, finding("", "evidence-ends", "ngày hết hạn của bằng chứng phải từ ngày của bằng chứng trở đi", "evidence must not end before its day"))
		}
	}
	return fs
}

// safeLink: an absolute https address.
func safeLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// only: the actor acts in one of the capacities for the owner.
func (d *deed) only(roles ...law.Role) error {
	if slices.Contains(roles, d.actor.Capacity) && d.actor.Body == d.system.Owner {
		return nil
	}
	return wrongActor()
}

func wrongActor() *approval.Refusal {
	return refuse(approval.Forbidden, "", "wrong-actor", "", "Tài khoản của bạn không có vai trò thực hiện thao tác này.", "Your account does not have the role for this act.")
}

// Bulk answers one control on each of several systems of the actor's body, each
// an act of its own on the list that system follows: on that with the answer of
// number seen, by system, and no other. What in leaves empty stays as it is.
// Refused says why, by system; the others are done.
func (o *Room) Bulk(ctx context.Context, a approval.Actor, seen map[string]int, rules law.RuleSet, in AnswerInput) (done []string, refused map[string]*approval.Refusal, err error) {
	refused = map[string]*approval.Refusal{}
	for _, code := range slices.Sorted(maps.Keys(seen)) {
		_, err := o.act(ctx, a, ActAnswer, code, func(d *deed) (map[string]string, error) {
			now, _ := d.Book.RuleSetOn(d.day)
			at, ok := ListOf(d.st, now)
			if !ok || at.Rules != rules {
				return nil, refuse(approval.Conflict, "", "other-list", "", "Hệ thống theo danh mục khác; trả lời trên trang của hệ thống.", "The system follows another list; answer on its own page.")
			}
			mine := in.trimmed().Over(d.plan.answerOf(at, in.Key).input())
			mine.Key, mine.Seen = in.Key, seen[code]
			detail, err := d.answer(at, []AnswerInput{mine})
			if detail != nil {
				detail["bulk"] = fmt.Sprint(len(seen))
			}
			return detail, err
		})
		if r, ok := err.(*approval.Refusal); ok {
			refused[code] = r
		} else if err != nil {
			return done, refused, err
		} else {
			done = append(done, code)
		}
	}
	return done, refused, nil
}
