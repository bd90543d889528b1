package approval

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capdo/internal/law"
)

// PlanInput declares how far the plan of the approved dossier is deployed.
type PlanInput struct {
	Status       PlanStatus
	On           law.Day // day the status was reached, not after today
	RoadmapUntil law.Day // part only: last day of the roadmap, after today
	Note         string
}

// Measured is how far the plan of a system is deployed as its controls say.
type Measured struct {
	Status       PlanStatus
	RoadmapUntil law.Day // last day of what lacks, part only; "" when something lacks without a day to come
	Undated      int     // gaps without a day
	Holds        law.Day // last day on which status and roadmap stay true by time alone; "" = no end
}

// MeasureFunc computes the plan of a system inside an act; false while no
// control of it is answered.
type MeasureFunc func(tx Tx, s System, now time.Time) (Measured, bool, error)

// measured makes a declaration say what the controls say, and refuses one that
// says otherwise. While no control is answered the officer's word stands, if
// the book allows it.
func (o *Office) measured(tx Tx, s *System, now time.Time, in *PlanInput) (basis Basis, holds law.Day, err error) {
	if o.Measure == nil {
		return ByWord, "", nil
	}
	m, ok, err := o.Measure(tx, *s, now)
	switch {
	case err != nil:
		return ByWord, "", err
	case !ok && !o.Book.PlanPolicy().WithoutControls:
		return ByWord, "", refuseField("status", "plan-without-controls", "", "Trả lời các biện pháp của phương án trước; tình trạng triển khai được tính từ đó.", "Answer the controls of the plan first; its state is computed from them.")
	case !ok:
		return ByWord, "", nil
	}
	if in.Status != "" && in.Status != m.Status {
		says := map[PlanStatus]struct{ vi, en string }{PlanNone: {"chưa triển khai", "not deployed"}, PlanPart: {"đã triển khai một phần", "deployed in part"}, PlanFull: {"đã triển khai đầy đủ", "deployed in full"}}[m.Status]
		return ByWord, "", refuseField("status", "plan-against-controls", "", "Theo các biện pháp đã trả lời, phương án "+says.vi+"; chọn đúng tình trạng này hoặc cập nhật các biện pháp.", "By its controls the plan is "+says.en+"; choose that, or update the controls.")
	}
	in.Status, in.RoadmapUntil = m.Status, m.RoadmapUntil
	return ByControls, m.Holds, nil
}

// check finds what is wrong with a declaration.
func (in PlanInput) check(day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	switch in.Status {
	case PlanNone, PlanPart, PlanFull:
	default:
		add("status", "status-missing", "Chọn tình trạng triển khai phương án", "Choose how far the plan is deployed")
	}
	switch {
	case in.On == "":
		add("on", "date-missing", "Nhập ngày đạt tình trạng này", "Enter the day this status was reached")
	case notADay(in.On):
		add("on", "date-invalid", "Ngày đạt tình trạng này phải là ngày có thật", "The day must exist in the calendar")
	case in.On > day:
		add("on", "date-in-future", "Ngày đạt tình trạng này phải từ hôm nay trở về trước", "The day must not be in the future")
	}
	if in.RoadmapUntil != "" && in.Status != PlanPart {
		add("roadmap_until", "roadmap-without-part", "Lộ trình chỉ khai khi phương án được triển khai một phần", "A roadmap belongs to a plan deployed in part")
	}
	switch {
	case in.RoadmapUntil == "":
	case notADay(in.RoadmapUntil):
		add("roadmap_until", "date-invalid", "Ngày hoàn thành lộ trình phải là ngày có thật", "The end of the roadmap must exist in the calendar")
	case in.RoadmapUntil <= day:
		add("roadmap_until", "roadmap-in-past", "Ngày hoàn thành lộ trình phải sau hôm nay", "The roadmap must end after today")
	}
	return fs
}

// DeclarePlan records the state of the plan of the approval in force.
func (o *Office) DeclarePlan(ctx context.Context, a Actor, code string, version int64, in PlanInput) (System, error) {
	return o.actIn(ctx, a, ActPlan, code, version, func(tx Tx, s *System, now time.Time) (map[string]string, error) {
		st := s.Standing(now)
		if err := o.guard(ActPlan, a, s, st, today(now)); err != nil {
			return nil, err
		}
		basis, holds, err := o.measured(tx, s, now, &in)
		if err != nil {
			return nil, err
		}
		if fs := in.check(today(now)); len(fs) > 0 {
			return nil, &Refusal{Invalid, fs}
		}
		s.Plans = append(s.Plans, Plan{Approval: st.Approval.No, Status: in.Status, On: in.On, RoadmapUntil: in.RoadmapUntil, Basis: basis, Holds: holds, Note: in.Note, By: a.Who(), At: now})
		return s.Plans[len(s.Plans)-1].detail(), nil
	})
}

// detail is what the ledger says of a declaration.
func (p Plan) detail() map[string]string {
	basis := "declared"
	if p.Basis == ByControls {
		basis = "controls"
	}
	d := map[string]string{"approval": fmt.Sprint(p.Approval), "status": string(p.Status), "on": string(p.On), "roadmap_until": string(p.RoadmapUntil), "basis": basis}
	if p.Holds != "" {
		d["holds"] = string(p.Holds)
	}
	return d
}

// Follow makes the declared plan of s say what its controls say at now, where
// they take something away: a lesser status, a shorter roadmap, an earlier end
// by time. A later end of the same status is followed too; a higher status and a
// longer roadmap wait for a declaration. The plan rests on its controls from then
// on. by is whose act it was.
func (s *System) Follow(m Measured, by Who, now time.Time) (detail map[string]string, changed bool) {
	st := s.Standing(now)
	p := s.declared(st, now)
	if p == nil {
		return nil, false
	}
	next := *p
	next.Basis = ByControls
	next.Status, next.RoadmapUntil, next.Holds = m.Status, m.RoadmapUntil, m.Holds
	rank := map[PlanStatus]int{PlanNone: 0, PlanPart: 1, PlanFull: 2}
	switch {
	case rank[m.Status] > rank[st.Plan]:
		next.Status, next.RoadmapUntil = st.Plan, st.RoadmapUntil
		if next.Holds = st.PlanHolds; m.Holds != "" && (next.Holds == "" || m.Holds < next.Holds) {
			next.Holds = m.Holds
		}
	case m.Status == st.Plan:
		next.RoadmapUntil = min(m.RoadmapUntil, st.RoadmapUntil)
	}
	if next.Status != PlanFull && next.RoadmapUntil == "" {
		next.Holds = "" // nothing is left that could end
	}
	if p.Basis == next.Basis && next.Status == st.Plan && next.RoadmapUntil == st.RoadmapUntil && next.Holds == st.PlanHolds {
		return nil, false
	}
	next.On, next.By, next.At, next.Note = today(now), by, now, ""
	s.Plans = append(s.Plans, next)
	return next.detail(), true
}

// Declared returns the declaration of the approval in force that stands at now.
func (s *System) Declared(now time.Time) (Plan, bool) {
	p := s.declared(s.Standing(now), now)
	if p == nil {
		return Plan{}, false
	}
	return *p, true
}

// ByControls tells whether the declared plan of the approval in force was
// computed from the controls.
func (s *System) ByControls(now time.Time) bool {
	p := s.declared(s.Standing(now), now)
	return p != nil && p.Basis == ByControls
}

// declared is the latest declaration for the approval in force, nil when none.
func (s *System) declared(st Standing, t time.Time) *Plan {
	for i := len(s.Plans) - 1; i >= 0 && st.Approval != nil; i-- {
		if p := &s.Plans[i]; p.Approval == st.Approval.No && !t.Before(p.At) {
			return p
		}
	}
	return nil
}

// InspectionInput records a check that took place.
type InspectionInput struct {
	Kind         InspectionKind
	On           law.Day // not after today
	Number       string
	Performer    string
	OpenCritical int // open critical findings, >= 0
}

// check finds what is wrong with an inspection record.
func (in InspectionInput) check(day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	switch in.Kind {
	case InspectionCheck, InspectionRisk, InspectionMinutes:
	default:
		add("kind", "kind-missing", "Chọn loại kiểm tra, đánh giá", "Choose the kind of check")
	}
	switch {
	case in.On == "":
		add("on", "date-missing", "Nhập ngày thực hiện", "Enter the day it took place")
	case notADay(in.On):
		add("on", "date-invalid", "Ngày thực hiện phải là ngày có thật", "The day must exist in the calendar")
	case in.On > day:
		add("on", "date-in-future", "Ngày thực hiện phải từ hôm nay trở về trước", "The day must not be in the future")
	}
	if strings.TrimSpace(in.Performer) == "" {
		add("performer", "performer-missing", "Nhập đơn vị thực hiện", "Enter who performed it")
	}
	if in.OpenCritical < 0 {
		add("open_critical", "negative", "Số phát hiện nghiêm trọng phải từ 0 trở lên", "The number of critical findings must not be negative")
	}
	return fs
}

// Inspect records an inspection, a risk assessment or connection minutes.
func (o *Office) Inspect(ctx context.Context, a Actor, code string, version int64, in InspectionInput) (System, error) {
	return o.act(ctx, a, ActInspect, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActInspect, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		if fs := in.check(today(now)); len(fs) > 0 {
			return nil, &Refusal{Invalid, fs}
		}
		s.Inspections = append(s.Inspections, Inspection{Kind: in.Kind, On: in.On, Number: in.Number, Performer: in.Performer, OpenCritical: in.OpenCritical, By: a.Who(), At: now})
		return map[string]string{"kind": string(in.Kind), "on": string(in.On), "performer": in.Performer}, nil
	})
}
