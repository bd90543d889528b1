package main

import (
	"context"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/report"
)

// systemReport gathers one system's standing and history, seen by a.
func (p *program) systemReport(ctx context.Context, a approval.Actor, code string, day law.Day) (report.SystemReport, error) {
	f, err := p.office.File(ctx, a, code)
	if err != nil {
		return report.SystemReport{}, err
	}
	r := report.SystemReport{}
	if r.Official, err = p.official(ctx, a); err != nil {
		return r, err
	}
	s := f.System
	st := f.Standing
	r.Simulated = s.Origin == approval.Simulated
	r.System = report.Identity{Code: s.Code, Name: s.Name, Owner: f.Owner.Formal(), Operator: s.OperatorUnit, Stage: approval.Term("stage", string(s.Stage)).VI}
	r.Level, r.Shadow = p.levels(f, st, day)
	for _, d := range s.Dossiers {
		r.Dossiers = append(r.Dossiers, report.Dossier{Code: s.Code + "/" + string(rune('0'+d.No%10)), State: approval.Term("dossier", string(d.State)).VI, Submitted: dayOf(d.SubmittedAt), Level: int(d.Level)})
	}
	for _, x := range s.Approvals {
		r.Approvals = append(r.Approvals, approvalLine(x))
	}
	if x := st.Approval; x != nil && st.Confirmed {
		r.Confirmation = &report.Confirmation{Day: dayOf(x.Confirmation.At), By: approval.Term("role", string(x.Confirmation.By.Capacity)).VI}
	}
	r.Plan = report.Plan{State: approval.Term("plan", string(st.Plan)).VI, Remark: roadmap(st)}
	for _, x := range s.Plans {
		if st.Approval != nil && x.Approval == st.Approval.No {
			r.Plan.Day = string(x.On)
		}
	}
	r.Gate = gateAnswer(gate.Decide(p.book, gate.Case{Provider: st, At: st.At}))
	for _, e := range f.History {
		r.History = append(r.History, report.Event{Time: stamp(e.At), Act: approval.Term("past", e.Act).VI, By: approval.Term("role", string(e.By.Capacity)).VI, Comment: comment(e)})
	}
	return r, nil
}

// roadmap says until when a plan deployed in part may go on.
func roadmap(st approval.Standing) string {
	if st.RoadmapUntil == "" {
		return ""
	}
	return "Lộ trình đến " + st.RoadmapUntil.Time().Format("02/01/2006")
}

func approvalLine(x approval.Approval) report.Approval {
	l := report.Approval{Number: x.Number, Day: string(x.DecidedOn), Authority: approval.Term("role", string(x.Authority)).VI, Level: int(x.Level), From: dayOf(x.From), Until: string(x.Until)}
	if x.Revocation != nil {
		l.Revoked, l.Reason = dayOf(x.Revocation.At), x.Revocation.Ground
	}
	return l
}

// levels are the level under the rules of the day, and under the other set.
func (p *program) levels(f approval.File, st approval.Standing, day law.Day) (report.Level, *report.Level) {
	current, _ := p.book.RuleSetOn(day)
	main := report.Level{RuleSet: string(current)}
	var shadow *report.Level
	for _, d := range f.Levels {
		l := p.clauses(d)
		if d.Rules == current || current == law.R116 && d.Rules == law.R85 {
			main = l
		} else {
			shadow = &l
		}
	}
	if st.Approval != nil && main.Level == 0 {
		main.Level = int(st.Approval.Level)
	}
	return main, shadow
}

// clauses names the clauses a determination follows from.
func (p *program) clauses(d law.Determination) report.Level {
	l := report.Level{RuleSet: string(d.Rules)}
	if d.Level != nil {
		l.Level = int(*d.Level)
	}
	for _, m := range d.Matched {
		c := report.Clause{Cite: m.Cites}
		if r, ok := p.book.Rule(m.ID); ok {
			c.Says = r.Says.VI
		}
		l.Clauses = append(l.Clauses, c)
	}
	return l
}

// gateAnswer puts the verdict into words.
func gateAnswer(v gate.Verdict) report.Gate {
	g := report.Gate{Open: v.Decision == gate.Allow, Answer: "Từ chối kết nối"}
	if g.Open {
		g.Answer = "Cho phép kết nối"
		if v.ValidUntil != nil {
			g.Answer += " đến trước " + stamp(*v.ValidUntil)
		}
	}
	for _, r := range v.Reasons {
		g.Reasons = append(g.Reasons, report.Reason{Code: r.Code, Says: r.Says.VI, Basis: r.Cites})
	}
	return g
}

// comment is what an entry says beside the act, in a fixed order.
func comment(e approval.Entry) string {
	var parts []string
	for _, key := range []string{"outcome", "number", "level", "status", "on", "roadmap_until", "until", "comment", "grounds", "ground", "note", "source"} {
		v := e.Detail[key]
		if v == "" {
			continue
		}
		switch key {
		case "outcome":
			v = approval.Term("outcome", v).VI
		case "status":
			v = approval.Term("plan", v).VI
		case "level":
			v = "cấp độ " + v
		case "on", "until", "roadmap_until":
			v = law.Day(v).Time().Format("02/01/2006")
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, "; ")
}
