package main

import (
	"context"
	"io"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/report"
)

// paperGaps is the kind of report on what a plan lacks.
const paperGaps = "gaps"

// gapsPaper writes what a plan lacks today as an official paper.
func (p *program) gapsPaper(ctx context.Context, w io.Writer, a approval.Actor, s plan.Sheet) error {
	x, err := p.believed(ctx, time.Time{})
	if err != nil {
		return err
	}
	return p.gapsPaperThen(ctx, w, a, gapsThen{x, s})
}

// gapsThen is what a plan lacked at a point in both times.
type gapsThen struct {
	asOf  approval.AsOf
	sheet plan.Sheet
}

// gapsPaperThen writes what a plan lacked. A paper made under another list of
// controls than the system's own is a trial.
func (p *program) gapsPaperThen(ctx context.Context, w io.Writer, a approval.Actor, s gapsThen) error {
	then := p.then(s.asOf)
	q := reportQuery{Kind: paperGaps, Code: s.sheet.System.Code, Day: s.asOf.On}
	own, err := then.plans.Sheet(ctx, a, s.sheet.System.Code, nil)
	if err != nil {
		return err
	}
	if own.List != s.sheet.List {
		q.Kind = paperTrial
	}
	g, err := then.gapsOf(ctx, a, s.sheet)
	if err != nil {
		return err
	}
	return p.issue(ctx, w, q, g)
}

// gaps gathers what a plan lacks by the system's own list.
func (p *program) gaps(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	s, err := p.plans.Sheet(ctx, a, q.Code, nil)
	if err != nil {
		return gathered{}, err
	}
	return p.gapsOf(ctx, a, s)
}

func (p *program) gapsOf(ctx context.Context, a approval.Actor, s plan.Sheet) (gathered, error) {
	o, err := p.official(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	file, err := p.office.File(ctx, a, s.System.Code)
	if err != nil {
		return gathered{}, err
	}
	o.Simulated = s.System.Origin == approval.Simulated
	n, terms := s.Numbers, approval.Terms()
	r := report.GapsReport{Official: o, Code: s.System.Code, Name: s.System.Name, Owner: file.Owner.Formal(), List: "Cấp độ " + string('0'+rune(s.List.Level)) + ", bộ quy định " + string(s.List.Rules),
		Status: "Chưa trả lời biện pháp nào", Roadmap: string(s.Measure.RoadmapUntil), Total: n.Total, Declared: n.Declared, Verified: n.Verified, Expired: n.Expired, Undecided: n.Unanswered}
	if n.Answered() > 0 {
		r.Status = terms["plan."+string(s.Measure.Status)].VI
	}
	for _, g := range s.Gaps {
		for _, f := range g.Files {
			r.Files = append(r.Files, report.GapFile{Clause: g.Clause, Name: f.Ref, State: fileState(f.State), SHA256: f.SHA256})
		}
		r.Rows = append(r.Rows, report.GapLine{Clause: g.Clause, What: g.What.VI, State: gapState(g), Due: string(g.Due), Role: wordOf(p.book.PlanRoles(), g.Role), Cost: wordOf(p.book.CostClasses(), g.Cost)})
	}
	return gathered{&r.Official, &r, func(w io.Writer) error { return report.Gaps(w, r) }}, nil
}

// gapState says how a gap stands, in the words of the pages.
func gapState(g plan.Gap) string {
	switch {
	case g.Finding > 0:
		return "Phát hiện khi kiểm tra"
	case g.Because != "":
		return "Không còn giá trị"
	}
	return map[plan.Result]string{plan.Unanswered: "Chưa trả lời", plan.Partly: "Đạt một phần", plan.NotMet: "Chưa đạt"}[g.Result]
}

// fileState says in words what became of a file.
func fileState(state string) string {
	return map[string]string{"clean": "Đã quét, sạch", "unscanned": "Chưa quét", "held": "Đang chờ quét", "quarantined": "Bị cách ly", "removed": "Đã gỡ"}[state]
}

// wordOf names a key of the book.
func wordOf(ws []law.Word, key string) string {
	for _, w := range ws {
		if w.Key == key {
			return w.Says.VI
		}
	}
	return key
}
