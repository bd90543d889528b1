package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// CheckInput is another person's word on one answer, named by its number, or on the
// closing of a finding.
type CheckInput struct {
	Answer  int
	Closing int // 0: on an answer
	Outcome Outcome
	Note    string // compulsory unless accepted
}

// Check records checks. The specialised unit or an independent council of the
// owner, the owner, or the competent ministry checks; never the person who
// answered, and only the answer that stands.
func (o *Room) Check(ctx context.Context, a approval.Actor, code string, ins []CheckInput) (Plan, error) {
	return o.act(ctx, a, ActCheck, code, func(d *deed) (map[string]string, error) {
		if !MayCheck(a, d.system.Owner) {
			return nil, wrongActor()
		}
		var said []string
		for _, in := range ins {
			if err := d.check(in); err != nil {
				return nil, err
			}
			what := fmt.Sprint(in.Answer)
			if in.Closing > 0 {
				what = fmt.Sprintf("closing-%d", in.Closing)
			}
			said = append(said, what+":"+string(in.Outcome))
		}
		if len(said) == 0 {
			return nil, ErrNothing()
		}
		return map[string]string{"checks": strings.Join(said, " ")}, nil
	})
}

// MayCheck tells whether an actor may check answers about systems of an owner.
func MayCheck(a approval.Actor, owner string) bool {
	switch a.Capacity {
	case law.RoleMPS, law.RoleMIC, law.RoleMOD, law.RoleCipherCommittee:
		return true
	case law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner:
		return a.Body == owner
	}
	return false
}

func (d *deed) check(in CheckInput) error {
	if in.Note = clean(in.Note); in.Closing > 0 {
		return d.checkClosing(in)
	}
	x := d.plan.answer(in.Answer)
	if x == nil || d.plan.answerOf(x.List, x.Key).No != x.No {
		return refuse(approval.Stale, "", "answer-replaced", "", "Câu trả lời này đã được thay bằng câu trả lời mới hơn; xem lại rồi kiểm tra.", "This answer was replaced by a newer one; look at it and check again.")
	}
	if x.By.Person == d.actor.Person {
		return refuse(approval.Forbidden, x.Key, "four-eyes", "", x.Key+": người trả lời không tự kiểm tra; cần người khác kiểm tra.", x.Key+": whoever answered may not check it; another person has to.")
	}
	was := d.plan.checked(x.No)
	switch in.Outcome {
	case Accepted:
		if x.Result == Inherited {
			return refuse(approval.Conflict, x.Key, "checked-at-origin", "", x.Key+": biện pháp kế thừa được kiểm tra tại nền tảng gốc.", x.Key+": what is inherited is checked at its origin.")
		}
		if x.Result != Met && (x.Result != NotApplicable || x.How == "") {
			return refuse(approval.Conflict, x.Key, "nothing-declared", "", x.Key+": chỉ chấp nhận câu trả lời Đạt hoặc Không áp dụng.", x.Key+": only an answer met or not applicable can be accepted.")
		}
	case Lacking, Withdrawn:
		if in.Note == "" {
			return refuse(approval.Invalid, x.Key, "note-missing", "", x.Key+": nhập nội dung cần bổ sung hoặc lý do thu hồi.", x.Key+": enter what lacks, or why it is withdrawn.")
		}
		if in.Outcome == Withdrawn && (was == nil || was.Outcome != Accepted) {
			return refuse(approval.Conflict, x.Key, "nothing-accepted", "", x.Key+": chưa có kết quả chấp nhận để thu hồi.", x.Key+": there is no acceptance to withdraw.")
		}
	default:
		return refuse(approval.Invalid, x.Key, "outcome-missing", "", x.Key+": chọn kết quả kiểm tra.", x.Key+": choose the outcome of the check.")
	}
	d.plan.Checks = append(d.plan.Checks, Check{Mark: d.mark(), Answer: x.No, Outcome: in.Outcome, Note: in.Note})
	return nil
}

// Offer states which controls of a list a platform offers; only controls that
// are declared may be offered. It replaces the offer before it; no keys end it.
func (o *Room) Offer(ctx context.Context, a approval.Actor, code string, at List, keys []string, to Audience) (Plan, error) {
	return o.act(ctx, a, ActOffer, code, func(d *deed) (map[string]string, error) {
		if err := d.only(law.RoleOperator); err != nil {
			return nil, err
		}
		if to != OwnBody && to != EveryBody {
			return nil, refuse(approval.Invalid, "to", "audience-missing", "", "Chọn đối tượng được kế thừa", "Choose who may inherit")
		}
		for _, k := range keys {
			x := d.plan.answerOf(at, k)
			if x == nil || x.Result != Met && x.Result != Inherited {
				return nil, refuse(approval.Invalid, "keys", "offer-not-met", "", k+": chỉ cung cấp biện pháp đã trả lời Đạt", k+": only a control answered as met can be offered")
			}
		}
		keys = slices.Compact(slices.Sorted(slices.Values(keys)))
		d.plan.Offers = append(d.plan.Offers, Offer{Mark: d.mark(), List: at, Keys: keys, To: to})
		return map[string]string{"rules": string(at.Rules), "level": fmt.Sprint(at.Level), "controls": strings.Join(keys, " "), "to": string(to)}, nil
	})
}
