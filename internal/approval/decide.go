package approval

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capdo/internal/law"
)

// ReviewInput is an opinion or an appraisal of the submission with that digest.
type ReviewInput struct {
	Kind    ReviewKind
	Outcome Outcome // agree, disagree; fit, unfit, return
	Comment string  // compulsory unless agree or fit
	Digest  string
}

// act returns the act that the kind of review is.
func (in ReviewInput) act() string {
	if in.Kind == Opinion {
		return ActOpinion
	}
	return ActReview
}

// next returns the state a review leads to; ok is false for an outcome the
// kind does not know.
func (in ReviewInput) next() (st DossierState, ok bool) {
	st, ok = map[ReviewKind]map[Outcome]DossierState{
		Opinion:   {Agree: Opined, Disagree: Opined},
		Appraisal: {FindFit: Appraised, FindUnfit: Unfit, SendBack: Returned},
	}[in.Kind][in.Outcome]
	return st, ok
}

// Review gives the professional opinion or the appraisal. An appraisal finds
// the dossier fit or unfit, or returns it with comments.
func (o *Office) Review(ctx context.Context, a Actor, code string, version int64, in ReviewInput) (System, error) {
	state, ok := in.next()
	if !ok {
		return System{}, refuseField("outcome", "outcome-missing", "", "Chọn kết luận", "Choose a conclusion")
	}
	if in.Outcome != Agree && in.Outcome != FindFit && strings.TrimSpace(in.Comment) == "" {
		return System{}, refuseField("comment", "comment-missing", "", "Nhập lý do hoặc nội dung cần bổ sung", "Enter the reason or what is to be added")
	}
	return o.act(ctx, a, in.act(), code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(in.act(), a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		d := s.Open()
		if d.Digest != in.Digest {
			return nil, ErrStale()
		}
		if wait := o.awaiting(d, today(now)); wait != nil && in.Kind == Appraisal {
			return nil, wait
		}
		if late := o.outOfTime(s, d, today(now)); late != nil && in.Outcome == FindFit {
			return nil, late
		}
		d.Reviews = append(d.Reviews, Review{Kind: in.Kind, Outcome: in.Outcome, Comment: in.Comment, Digest: d.Digest, By: a.Who(), At: now})
		d.State = state
		return map[string]string{"dossier": fmt.Sprint(d.No), "outcome": string(in.Outcome), "comment": in.Comment, "digest": d.Digest}, nil
	})
}

// DecisionInput is an authority's decision on the submission with that digest.
type DecisionInput struct {
	Outcome   Outcome // approve, refuse
	Digest    string
	Number    string  // of the decision; compulsory to approve
	DecidedOn law.Day // not after today, not before the appraisal
	Until     law.Day // last valid day, "" = no term
	Grounds   string  // compulsory to refuse
}

// Decide approves or refuses, for the part that the law gives to the actor's
// capacity. When every part is approved a new Approval is in force from now.
func (o *Office) Decide(ctx context.Context, a Actor, code string, version int64, in DecisionInput) (System, error) {
	return o.act(ctx, a, ActDecide, code, version, func(s *System, now time.Time) (map[string]string, error) {
		day := today(now)
		if err := o.guard(ActDecide, a, s, s.Standing(now), day); err != nil {
			return nil, err
		}
		d := s.Open()
		if d.Digest != in.Digest {
			return nil, ErrStale()
		}
		c, err := o.handling(s, d, day)
		if err != nil {
			return nil, err
		}
		if late := o.outOfTime(s, d, in.DecidedOn); late != nil && in.Outcome == Approve {
			return nil, late
		}
		if fs := in.check(d, c, day); len(fs) > 0 {
			return nil, &Refusal{Invalid, fs}
		}
		x := Decision{Part: partOf(c, a.Capacity), Outcome: in.Outcome, Number: in.Number, DecidedOn: in.DecidedOn,
			Until: in.Until, Grounds: in.Grounds, Digest: d.Digest, By: a.Who(), At: now}
		d.Decisions = append(d.Decisions, x)
		s.settle(d, c, now)
		return map[string]string{"dossier": fmt.Sprint(d.No), "outcome": string(in.Outcome), "part": x.Part, "number": in.Number,
			"level": fmt.Sprint(d.Level), "grounds": in.Grounds, "until": string(in.Until), "digest": d.Digest}, nil
	})
}

// check finds what is wrong with a decision as such.
func (in DecisionInput) check(d *Dossier, c law.Competence, day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, cites, vi, en string) {
		fs = append(fs, Finding{field, rule, cites, law.Text{VI: vi, EN: en}})
	}
	switch in.Outcome {
	case RefuseIt:
		if strings.TrimSpace(in.Grounds) == "" {
			add("grounds", "grounds-missing", "", "Nhập lý do không phê duyệt", "Enter the grounds of refusal")
		}
		return fs
	case Approve:
	default:
		add("outcome", "outcome-missing", "", "Chọn kết luận", "Choose a conclusion")
		return fs
	}
	if strings.TrimSpace(in.Number) == "" {
		add("number", "number-missing", "", "Nhập số quyết định", "Enter the number of the decision")
	}
	appraised := appraisedOn(d)
	switch {
	case in.DecidedOn == "":
		add("decided_on", "date-missing", "", "Nhập ngày quyết định", "Enter the day of the decision")
	case notADay(in.DecidedOn):
		add("decided_on", "date-invalid", "", "Ngày quyết định phải là ngày có thật", "The day of the decision must exist in the calendar")
	case in.DecidedOn > day:
		add("decided_on", "date-in-future", "", "Ngày quyết định phải từ hôm nay trở về trước", "The day of the decision must not be in the future")
	case in.DecidedOn < appraised:
		add("decided_on", "date-before-appraisal", c.Cites, "Ngày quyết định phải từ ngày thẩm định ("+dmy(appraised)+") trở đi", "The day of the decision must not be before the appraisal ("+string(appraised)+")")
	}
	if on, ok := d.Statement.Day("regulation_on"); c.RegulationFirst && (!ok || law.Day(on) > in.DecidedOn && in.DecidedOn != "") {
		add("decided_on", "regulation-first", c.Cites, "Quy chế bảo đảm an toàn phải được ban hành trước ngày phê duyệt hồ sơ", "The security regulation must be issued before the dossier is approved")
	}
	switch {
	case in.Until == "":
	case notADay(in.Until):
		add("valid_until", "date-invalid", "", "Thời hạn hiệu lực phải là ngày có thật", "The last valid day must exist in the calendar")
	case in.Until < day:
		add("valid_until", "until-in-past", "", "Thời hạn hiệu lực phải từ hôm nay trở đi", "The term must not end before today")
	}
	return fs
}

// appraisedOn returns the day of the last appraisal.
func appraisedOn(d *Dossier) law.Day {
	for i := len(d.Reviews) - 1; i >= 0; i-- {
		if d.Reviews[i].Kind == Appraisal {
			return law.DayOf(d.Reviews[i].At)
		}
	}
	return ""
}

// notADay tells whether a day that was given is not in the calendar.
func notADay(d law.Day) bool {
	_, err := law.ParseDay(string(d))
	return err != nil
}

// dmy prints a day as officials write it.
func dmy(d law.Day) string { return d.Time().Format("02/01/2006") }

// settle draws the consequence of the latest decision: refused, approved when
// every part is, or still waiting for another part.
func (s *System) settle(d *Dossier, c law.Competence, now time.Time) {
	last := d.Decisions[len(d.Decisions)-1]
	if last.Outcome == RefuseIt {
		d.State = Refused
		return
	}
	for _, p := range c.Approve {
		if !d.decided(p.Part) {
			return
		}
	}
	d.State = Approved
	main := mainDecision(d)
	s.Approvals = append(s.Approvals, Approval{No: len(s.Approvals) + 1, Dossier: d.No, Level: d.Level, Rules: d.Rules, Listed: d.Listed,
		Authority: main.By.Capacity, Number: main.Number, DecidedOn: main.DecidedOn, From: now, Until: main.Until})
}

// mainDecision is the decision that carries the approval: on the level, or at
// level 5 the owner's on the plan.
func mainDecision(d *Dossier) Decision {
	for _, x := range d.Decisions {
		if x.Outcome == Approve && x.Part != "list" && x.Digest == d.Digest {
			return x
		}
	}
	return d.Decisions[len(d.Decisions)-1]
}

// Confirm puts the regulator's confirmation on the approval in force.
func (o *Office) Confirm(ctx context.Context, a Actor, code string, version int64, note string) (System, error) {
	return o.act(ctx, a, ActConfirm, code, version, func(s *System, now time.Time) (map[string]string, error) {
		st := s.Standing(now)
		if err := o.guard(ActConfirm, a, s, st, today(now)); err != nil {
			return nil, err
		}
		s.Approvals[st.Approval.No-1].Confirmation = &Confirmation{Note: note, By: a.Who(), At: now}
		return map[string]string{"approval": fmt.Sprint(st.Approval.No), "note": note}, nil
	})
}

// RevocationInput is the ground, and the number of the decision if it has one.
type RevocationInput struct{ Ground, Number string }

// Revoke ends the approval in force at once: by the regulator or by the
// authority that gave it.
func (o *Office) Revoke(ctx context.Context, a Actor, code string, version int64, in RevocationInput) (System, error) {
	if strings.TrimSpace(in.Ground) == "" {
		return System{}, refuseField("ground", "ground-missing", "", "Nhập lý do thu hồi", "Enter the ground of revocation")
	}
	return o.act(ctx, a, ActRevoke, code, version, func(s *System, now time.Time) (map[string]string, error) {
		st := s.Standing(now)
		if err := o.guard(ActRevoke, a, s, st, today(now)); err != nil {
			return nil, err
		}
		s.Approvals[st.Approval.No-1].Revocation = &Revocation{Ground: in.Ground, Number: in.Number, By: a.Who(), At: now}
		return map[string]string{"approval": fmt.Sprint(st.Approval.No), "ground": in.Ground, "number": in.Number}, nil
	})
}
