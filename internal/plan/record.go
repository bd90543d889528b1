package plan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// FindingInput is a finding of an inspection.
type FindingInput struct {
	On       law.Day
	Says     string
	Key      string // control concerned, "" none
	Critical bool
	Role     string
	Due      law.Day
	Cost     string
}

// Find records a finding, which stands among the gaps until it is closed.
func (o *Room) Find(ctx context.Context, a approval.Actor, code string, in FindingInput) (Plan, error) {
	return o.act(ctx, a, ActFinding, code, func(d *deed) (map[string]string, error) {
		if !MayCheck(a, d.system.Owner) && d.only(law.RoleOperator) != nil {
			return nil, wrongActor()
		}
		in.Says = clean(in.Says)
		var fs []approval.Finding
		if in.Says == "" || len(in.Says) > maxText {
			fs = append(fs, finding("says", "text-missing", "Nhập nội dung phát hiện, tối đa 4.000 ký tự", "Enter the finding, at most 4,000 characters"))
		}
		fs = append(fs, day("on", in.On, "ngày phát hiện", "the day of the finding", d.day)...)
		if in.Due == "" || in.Due.Time().IsZero() || in.Due < in.On {
			fs = append(fs, finding("due", "date-missing", "Nhập hạn khắc phục từ ngày phát hiện trở đi, ví dụ 31/12/2026", "Enter by when it will be mended, not before the finding, such as 31/12/2026"))
		}
		if !known(d.Book.PlanRoles(), in.Role) {
			fs = append(fs, finding("role", "role-unknown", "Chọn vai trò chịu trách nhiệm trong danh sách", "Choose the responsible role from the list"))
		}
		if in.Cost != "" && !known(d.Book.CostClasses(), in.Cost) {
			fs = append(fs, finding("cost", "cost-unknown", "Chọn mức kinh phí trong danh sách", "Choose the cost class from the list"))
		}
		if len(fs) > 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		d.plan.Findings = append(d.plan.Findings, Finding{Mark: d.mark(), On: in.On, Says: in.Says, Key: clean(in.Key), Critical: in.Critical, Role: in.Role, Due: in.Due, Cost: in.Cost})
		return map[string]string{"finding": fmt.Sprint(d.plan.Version), "due": string(in.Due)}, nil
	})
}

// day checks a day that must have come.
func day(field string, on law.Day, vi, en string, today law.Day) []approval.Finding {
	switch {
	case on == "" || on.Time().IsZero():
		return []approval.Finding{finding(field, "date-missing", "Nhập "+vi+", ví dụ 31/12/2026", "Enter "+en+", such as 31/12/2026")}
	case on > today:
		return []approval.Finding{finding(field, "date-in-future", "Nhập "+vi+" từ hôm nay trở về trước", "Enter "+en+" not in the future")}
	}
	return nil
}

// Did records a periodic activity that was done.
func (o *Room) Did(ctx context.Context, a approval.Actor, code string, in Deed) (Plan, error) {
	return o.act(ctx, a, ActDeed, code, func(d *deed) (map[string]string, error) {
		if err := d.only(law.RoleOperator, law.RoleSpecialisedUnit); err != nil {
			return nil, err
		}
		var fs []approval.Finding
		if !slices.Contains(Activities(d.Book), in.Activity) {
			fs = append(fs, finding("activity", "activity-unknown", "Chọn hoạt động định kỳ trong danh sách", "Choose the periodic activity from the list"))
		}
		fs = append(fs, day("on", in.On, "ngày thực hiện", "the day it was done", d.day)...)
		if clean(in.Performer) == "" {
			fs = append(fs, finding("performer", "performer-missing", "Nhập đơn vị thực hiện", "Enter the unit that did it"))
		}
		if len(fs) > 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		d.plan.Deeds = append(d.plan.Deeds, Deed{Mark: d.mark(), Activity: in.Activity, On: in.On, Number: clean(in.Number), Performer: clean(in.Performer)})
		return map[string]string{"activity": in.Activity, "on": string(in.On)}, nil
	})
}

// Activities lists the periodic activities the book knows, of whole bodies and
// of keeping things left out.
func Activities(b *law.Book) []string {
	var out []string
	for _, rs := range b.RuleSets() {
		for l := law.Level(1); l.Valid(); l++ {
			for _, r := range b.Reviews(rs.ID, l) {
				if !r.Retention && !r.Body && !slices.Contains(out, r.Activity) {
					out = append(out, r.Activity)
				}
			}
		}
	}
	return out
}

// IncidentInput is an incident as it is first recorded.
type IncidentInput struct {
	Happened time.Time
	Severe   bool
	AtOnce   bool
	Says     string
}

// Happen records an incident; its clocks run from when it happened.
func (o *Room) Happen(ctx context.Context, a approval.Actor, code string, in IncidentInput) (Plan, error) {
	return o.act(ctx, a, ActIncident, code, func(d *deed) (map[string]string, error) {
		if err := d.only(law.RoleOperator, law.RoleSpecialisedUnit); err != nil {
			return nil, err
		}
		var fs []approval.Finding
		if in.Happened.IsZero() || in.Happened.After(d.now) {
			fs = append(fs, finding("happened", "time-missing", "Nhập ngày, giờ xảy ra sự cố, không sau lúc này", "Enter when it happened, not later than now"))
		}
		if in.Says = clean(in.Says); in.Says == "" || len(in.Says) > maxText {
			fs = append(fs, finding("says", "text-missing", "Nhập mô tả sự cố, tối đa 4.000 ký tự", "Describe the incident in at most 4,000 characters"))
		}
		if len(fs) > 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		d.plan.Incidents = append(d.plan.Incidents, Incident{Mark: d.mark(), Happened: in.Happened.UTC().Truncate(time.Second), Severe: in.Severe, AtOnce: in.AtOnce, Says: in.Says})
		return map[string]string{"incident": fmt.Sprint(d.plan.Version), "severe": fmt.Sprint(in.Severe)}, nil
	})
}

// ReportInput is a report sent about an incident, or its end.
type ReportInput struct {
	Incident int
	Step     Step
	Sent     time.Time
	Number   string
	Says     string
}

// Report records what was sent about an incident. It ends only when every
// report its clocks ask for was sent.
func (o *Room) Report(ctx context.Context, a approval.Actor, code string, in ReportInput) (Plan, error) {
	return o.act(ctx, a, ActReport, code, func(d *deed) (map[string]string, error) {
		if err := d.only(law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(d.plan.Incidents, func(x Incident) bool { return x.No == in.Incident })
		if i < 0 || d.plan.reported(in.Incident, Closed) != nil {
			return nil, refuse(approval.Conflict, "", "incident-not-open", "", "Sự cố này không có hoặc đã kết thúc.", "There is no such incident, or it is closed.")
		}
		x := d.plan.Incidents[i]
		if err := d.reportable(x, in); err != nil {
			return nil, err
		}
		d.plan.Reports = append(d.plan.Reports, Report{Mark: d.mark(), Incident: in.Incident, Step: in.Step, Sent: in.Sent.UTC().Truncate(time.Second), Number: clean(in.Number), Says: clean(in.Says)})
		return map[string]string{"incident": fmt.Sprint(in.Incident), "step": string(in.Step)}, nil
	})
}

func (d *deed) reportable(x Incident, in ReportInput) error {
	if !slices.Contains([]Step{AtOnce, First, Full, Closed}, in.Step) {
		return refuse(approval.Invalid, "step", "step-missing", "", "Chọn loại báo cáo", "Choose the kind of report")
	}
	if d.plan.reported(x.No, in.Step) != nil {
		return refuse(approval.Conflict, "step", "step-done", "", "Báo cáo này đã được ghi.", "This report is recorded already.")
	}
	if in.Sent.Before(x.Happened) || in.Sent.After(d.now) {
		return refuse(approval.Invalid, "sent", "time-missing", "", "Nhập thời điểm gửi từ lúc xảy ra sự cố đến lúc này", "Enter when it was sent, between the incident and now")
	}
	if in.Step != Closed {
		return nil
	}
	for _, c := range Clocks(d.Book, *d.plan, x) {
		if c.Done == nil {
			return refuse(approval.Conflict, "step", "report-missing", c.Cites, "Chưa ghi đủ báo cáo phải gửi; ghi báo cáo rồi kết thúc sự cố.", "A report that has to be sent is missing; record it, then close the incident.")
		}
	}
	return nil
}

// reported returns a report of a step, nil when none.
func (p *Plan) reported(incident int, step Step) *Report {
	for i := range p.Reports {
		if r := &p.Reports[i]; r.Incident == incident && r.Step == step {
			return r
		}
	}
	return nil
}

// Clock is one clock of an incident.
type Clock struct {
	Step       Step
	Due        time.Time // last moment in time
	Done       *Report
	Says       law.Text
	Cites      string
	Confidence string
}

// Clocks lists the clocks that run for an incident, from the duties in force
// when it happened (NĐ 331/2026 Điều 31.2.d): none under older law.
func Clocks(b *law.Book, p Plan, x Incident) []Clock {
	var out []Clock
	for _, c := range []struct {
		step Step
		id   string
		runs bool
	}{{AtOnce, "deadline.incident-at-once", x.AtOnce}, {First, "deadline.incident-first", x.Severe}, {Full, "deadline.incident-report", x.Severe}} {
		if !c.runs {
			continue
		}
		for _, d := range b.Duties(law.DayOf(x.Happened)) {
			if d.ID == c.id {
				out = append(out, Clock{c.step, d.Offset.After(x.Happened), p.reported(x.No, c.step), d.Says, d.Cites, d.Confidence})
			}
		}
	}
	return out
}
