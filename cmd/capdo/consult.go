package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
)

// paperConsult is the kind of the letter by which another body is consulted; its
// edition is the dossier and the number of the request, "1-2".
const paperConsult = "consult"

// asked is a request for an opinion with what it is about.
type asked struct {
	code, name, owner string
	simulated         bool
	dossier           int
	level             law.Level
	approval.Consultation
}

// requestOf finds a request as its receiver sees it, else as those do who judge
// the dossier; its applicant finds none.
func (p *program) requestOf(ctx context.Context, a approval.Actor, q reportQuery) (asked, error) {
	lent, err := p.lent(ctx, a)
	if err != nil {
		return asked{}, err
	}
	receivers := []approval.Actor{a}
	for i := range lent {
		receivers = append(receivers, lent[i].Acting(a))
	}
	for _, by := range receivers {
		cases, err := p.panel().Consulted(ctx, by, "")
		if err != nil {
			return asked{}, err
		}
		for _, x := range cases {
			if x.Code == q.Code && q.Edition == fmt.Sprintf("%d-%d", x.Dossier, x.Request.No) {
				return asked{x.Code, x.Name, x.Owner, x.Origin == approval.Simulated, x.Dossier, x.Round.Level, x.Request}, nil
			}
		}
	}
	f, err := p.office.File(ctx, a, q.Code)
	if err != nil {
		return asked{}, err
	}
	if a.Capacity == law.RoleOperator {
		return asked{}, approval.ErrNotFound()
	}
	for _, d := range f.System.Dossiers {
		for _, r := range d.Requests() {
			if q.Edition == fmt.Sprintf("%d-%d", d.No, r.No) {
				return asked{f.System.Code, f.System.Name, f.System.Owner, f.System.Origin == approval.Simulated, d.No, d.Level, r.Consultation}, nil
			}
		}
	}
	return asked{}, approval.ErrNotFound()
}

// consultLetter gathers the letter of a request. It speaks of the day on which the
// request was made, whenever it is printed.
func (p *program) consultLetter(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	x, err := p.requestOf(ctx, a, q)
	if err != nil {
		return gathered{}, err
	}
	o, err := p.then(approval.AsOf{On: law.DayOf(x.At), Known: x.At.Add(time.Microsecond)}).official(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	as, err := p.office.AgencyList(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	body := map[string]approval.Agency{}
	for _, b := range as {
		body[b.Code] = b
	}
	o.Bases, o.Simulated, o.SignerTitle = nil, x.simulated, "Thủ trưởng cơ quan chủ trì thẩm định"
	o.Issuer = report.Issuer{Parent: body[x.By.Body].Formal(), Body: approval.Term("role", string(x.By.Capacity)).VI, Place: placeOf(body[x.By.Body])}
	l := report.ConsultLetter{Official: o, To: body[x.Asked].Formal(), Code: x.code, Name: x.name, Owner: body[x.owner].Formal(), Level: "Cấp độ " + strconv.Itoa(int(x.level)),
		Dossier: x.dossier, Round: x.Round, Digest: x.Digest, Question: x.Question, Due: string(x.Due)}
	return gathered{&l.Official, &l, func(w io.Writer) error { return report.Consult(w, l) }}, nil
}
