package plan

import (
	"context"
	"fmt"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// AttachedToFinding names a finding as the object a document is attached to, as
// package attachment writes it.
func AttachedToFinding(no int) string { return fmt.Sprintf("finding:%d", no) }

// End is how the closing of a finding stands: the latest one of it.
type End struct {
	Closing
	Check   *Check // latest of this closing, nil when none
	Because Lapse  // why it no longer closes, "" while it does
}

// Verified tells whether another person accepted the closing, and it stands.
func (e End) Verified() bool {
	return e.Because == "" && e.Check != nil && e.Check.Outcome == Accepted
}

// EndOf returns how the closing of a finding stands; false when it was never
// closed. It closes nothing any more once a file it rests on was removed or
// quarantined, or another person found it lacking; nothing yet while a file waits
// for the scanner. unscanned tells that a file that no scanner saw counts.
func (p *Plan) EndOf(finding int, unscanned bool) (End, bool) {
	for i := len(p.Closings) - 1; i >= 0; i-- {
		if c := p.Closings[i]; c.Finding == finding {
			e := End{Closing: c, Check: p.checkedClosing(c.No)}
			if e.Because = p.lapsed(c.Evidence, unscanned); e.Because == "" && e.Check != nil && e.Check.Outcome != Accepted {
				e.Because = LapsedWithdrawn
			}
			return e, true
		}
	}
	return End{}, false
}

// Open lists the findings that no closing ends.
func (p *Plan) Open(unscanned bool) []Finding {
	return slices.DeleteFunc(slices.Clone(p.Findings), func(f Finding) bool {
		e, ended := p.EndOf(f.No, unscanned)
		return ended && e.Because == ""
	})
}

// checkedClosing returns the latest check of a closing, nil when none.
func (p *Plan) checkedClosing(no int) *Check {
	for i := len(p.Checks) - 1; i >= 0; i-- {
		if p.Checks[i].Closing == no {
			return &p.Checks[i]
		}
	}
	return nil
}

// ClosingInput closes a finding.
type ClosingInput struct {
	Finding  int
	Evidence []Evidence // documents by number, links, files attached to the finding; at least one
	Note     string
}

// Close closes a finding with evidence.
func (o *Room) Close(ctx context.Context, a approval.Actor, code string, in ClosingInput) (Plan, error) {
	return o.act(ctx, a, ActClosing, code, func(d *deed) (map[string]string, error) {
		if !MayCheck(a, d.system.Owner) && d.only(law.RoleOperator) != nil {
			return nil, wrongActor()
		}
		if !slices.ContainsFunc(d.plan.Open(d.Book.PlanPolicy().Unscanned), func(f Finding) bool { return f.No == in.Finding }) {
			return nil, refuse(approval.Conflict, "", "finding-not-open", "", "Phát hiện này không có hoặc đã được đóng.", "There is no such finding, or it is closed already.")
		}
		es := AnswerInput{Evidence: in.Evidence}.trimmed().Evidence
		es, fs := d.plan.joined(AttachedToFinding(in.Finding), es, nil)
		fs = append(fs, WrongEvidence(es, d.day)...)
		if len(es) == 0 {
			fs = append(fs, finding("evidence", "evidence-missing", "Nhập bằng chứng khắc phục", "Enter evidence that it is mended"))
		}
		if len(fs) > 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		d.plan.Closings = append(d.plan.Closings, Closing{Mark: d.mark(), Finding: in.Finding, Evidence: es, Note: clean(in.Note)})
		return map[string]string{"finding": fmt.Sprint(in.Finding), "closing": fmt.Sprint(d.plan.Version)}, nil
	})
}

// checkClosing records another person's word on the closing of a finding: on the
// one that stands, by who may check answers, never by who closed.
func (d *deed) checkClosing(in CheckInput) error {
	i := slices.IndexFunc(d.plan.Closings, func(c Closing) bool { return c.No == in.Closing })
	if i < 0 {
		return refuse(approval.Stale, "", "closing-replaced", "", "Việc đóng phát hiện này không có; xem lại trang.", "There is no such closing of a finding; look at the page again.")
	}
	c := d.plan.Closings[i]
	if e, _ := d.plan.EndOf(c.Finding, d.Book.PlanPolicy().Unscanned); e.No != c.No {
		return refuse(approval.Stale, "", "closing-replaced", "", "Phát hiện này đã được đóng lại bằng bằng chứng khác; xem lại rồi kiểm tra.", "The finding was closed again with other evidence; look at it and check again.")
	} else if e.Because != "" && e.Because != LapsedWithdrawn && in.Outcome == Accepted {
		return refuse(approval.Conflict, "", "closing-lapsed", "", "Tệp bằng chứng của việc đóng không còn hoặc chưa được quét; cần đóng lại bằng tệp khác.", "The file that closed it is gone, or was not scanned yet; close it again with another.")
	}
	if c.By.Person == d.actor.Person {
		return refuse(approval.Forbidden, "", "four-eyes", "", "Người đóng phát hiện không tự kiểm tra; cần người khác kiểm tra.", "Whoever closed the finding may not check it; another person has to.")
	}
	was := d.plan.checkedClosing(c.No)
	switch in.Outcome {
	case Accepted:
	case Lacking, Withdrawn:
		if in.Note == "" {
			return refuse(approval.Invalid, "note", "note-missing", "", "Nhập nội dung cần bổ sung hoặc lý do thu hồi.", "Enter what lacks, or why it is withdrawn.")
		}
		if in.Outcome == Withdrawn && (was == nil || was.Outcome != Accepted) {
			return refuse(approval.Conflict, "", "nothing-accepted", "", "Chưa có kết quả chấp nhận để thu hồi.", "There is no acceptance to withdraw.")
		}
	default:
		return refuse(approval.Invalid, "outcome", "outcome-missing", "", "Chọn kết quả kiểm tra.", "Choose the outcome of the check.")
	}
	d.plan.Checks = append(d.plan.Checks, Check{Mark: d.mark(), Closing: c.No, Outcome: in.Outcome, Note: in.Note})
	return nil
}
