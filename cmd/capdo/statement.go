package main

import (
	"context"
	"io"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
)

// paperDossier is the kind of report that is the dossier's own printed page.
const paperDossier = "dossier"

// statement gathers the statement of a system's latest dossier in the actor's
// scope; before there is one, the blank that it would be written on.
func (p *program) statement(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	f, err := p.office.File(ctx, a, q.Code)
	if err != nil {
		return gathered{}, err
	}
	o, err := p.official(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	s := f.System
	rs := law.RuleSet(f.FormContext.Rules)
	d := report.StatementDocument{Official: o, Form: f.Form, Context: f.FormContext, Draft: true, Duties: map[string]string{},
		System: report.Identity{Code: s.Code, Name: s.Name, Owner: f.Owner.Formal(), Operator: s.OperatorUnit, Stage: approval.Term("stage", string(s.Stage)).VI}}
	d.Simulated = s.Origin == approval.Simulated
	d.Issuer = report.Issuer{Parent: f.Owner.Formal(), Body: s.OperatorUnit, Place: placeOf(f.Owner)}
	d.Bases, d.SignerTitle = nil, "Thủ trưởng đơn vị vận hành"
	if s.Facts != nil {
		d.Level = p.clauses(p.book.Determine(rs, s.Facts.Facts))
	}
	if x := s.Last(); x != nil {
		if len(x.Statement) > 0 {
			d.Answers = x.Statement
		}
		d.Draft, d.Context.Level = x.State.Editable(), int(x.Level)
		if !d.Draft {
			d.SubmittedOn, d.Digest = dayOf(x.SubmittedAt), x.Digest
			d.Context.Today = d.SubmittedOn
		}
		if x.Determination != nil && !d.Draft {
			d.Level = p.clauses(*x.Determination)
		}
	}
	for _, duty := range p.book.Compulsory(rs, law.Level(max(d.Context.Level, int(law.MinLevel)))) {
		d.Duties[duty.Field] = duty.Cites
	}
	return gathered{&d.Official, &d, func(w io.Writer) error { return report.Statement(w, d) }}, nil
}
