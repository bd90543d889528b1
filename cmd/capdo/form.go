package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
)

// formCommand writes a paper that the decree prescribes, filled from the
// register: Mẫu 01–07 of a system, Mẫu 08 of an agency; or the dossier's own
// statement, on its form.
func formCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "form", "dossier SYSTEM | mau-01…mau-07 SYSTEM | mau-08 AGENCY [--edition r85|r331] [--on DAY] [--known DAY|TIME] [--data DIR] [-o FILE]")
	on := f.String("on", string(w.today()), "day of the data, YYYY-MM-DD")
	known := f.String("known", "", "up to when what was recorded counts: the end of a day, or an instant of RFC 3339 (default: the end of that day, now for today)")
	edition := f.String("edition", "", "edition of the paper (default: of the dossier, or of the day)")
	base := baseFlag(f)
	data := f.String("data", "", "folder of the register (CAPDO_DATA; default capdo-data, else the shipped world)")
	out := f.String("o", "", "file to write, - for standard output (default: a name of its own here)")
	rest, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	if len(rest) != 2 {
		return errors.New("name the paper and the system, or mau-08 and the agency")
	}
	if rest[0] != paperDossier && !strings.HasPrefix(rest[0], "mau-") {
		return fmt.Errorf("there is no paper %s", rest[0])
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	limit, err := readKnown(*known)
	if err != nil {
		return fmt.Errorf("--%w", err)
	}
	p, done, err := registerFor(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	p.public = *base
	q := reportQuery{Kind: rest[0], Code: rest[1], Day: day, Known: limit, Edition: *edition}
	if *out == "-" {
		return p.report(ctx, w.out, auditor(), q)
	}
	if *out == "" {
		*out = q.Kind + "-" + q.Code + ".pdf"
	}
	if err := p.writeReport(ctx, *out, q); err != nil {
		return err
	}
	fmt.Fprintln(w.out, *out)
	return nil
}

// form gathers one prescribed paper in the actor's scope.
func (p *program) form(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	fill := p.systemPaper
	if q.Kind == "mau-08" {
		fill = p.agencyPaper
	}
	d, err := fill(ctx, a, q)
	return gathered{&d.Official, &d, func(w io.Writer) error { return report.Form(w, d) }}, err
}

// blank finds the paper in an edition and puts the common head on it.
func (p *program) blank(ctx context.Context, a approval.Actor, q reportQuery, edition string) (report.FormDocument, error) {
	if q.Edition != "" {
		edition = q.Edition
	}
	paper, ok := p.shelf.Official(q.Kind, edition)
	if !ok {
		return report.FormDocument{}, fmt.Errorf("there is no paper %s of edition %s", q.Kind, edition)
	}
	o, err := p.official(ctx, a)
	if err != nil {
		return report.FormDocument{}, err
	}
	o.Bases, o.Issuer.Body, o.Issuer.Abbrev, o.SignerTitle = nil, "", "", "Thủ trưởng đơn vị"
	return report.FormDocument{Official: o, Paper: paper, Values: map[string]string{}}, nil
}

// editionOf is the edition of papers under a rule set.
func editionOf(rs law.RuleSet) string {
	if rs == law.R331 {
		return "r331"
	}
	return "r85"
}

// systemPaper fills in a paper about one system from its latest dossier.
func (p *program) systemPaper(ctx context.Context, a approval.Actor, q reportQuery) (report.FormDocument, error) {
	f, err := p.office.File(ctx, a, q.Code)
	if err != nil {
		return report.FormDocument{}, err
	}
	rs := f.Current
	last := f.System.Last()
	if last != nil && last.Rules != "" {
		rs = last.Rules
	}
	d, err := p.blank(ctx, a, q, editionOf(rs))
	if err != nil {
		return d, err
	}
	s := f.System
	d.Simulated, d.Issuer.Place = s.Origin == approval.Simulated, placeOf(f.Owner)
	v := d.Values
	v["system_name"], v["owner"], v["operator"], v["applicant"] = s.Name, f.Owner.Formal(), s.OperatorUnit, s.OperatorUnit
	v["specialised_unit"], v["standard"] = f.Owner.SpecialisedUnit, p.standardOf(d.Paper.Edition)
	if c := f.Competence; c != nil {
		v["regulator"] = approval.Term("role", string(c.Regulator)).VI
		v["appraiser"] = roleName(f, c.Appraise[0])
		v["authority"] = roleName(f, c.Approve[len(c.Approve)-1].Role)
	}
	if last == nil {
		d.Draft = true
		return d, nil
	}
	dossierValues(&d, last)
	return d, nil
}

// placeOf is where an agency dates its papers.
func placeOf(a approval.Agency) string {
	if a.Group == "province" {
		return a.Name
	}
	return "Hà Nội"
}

// roleName names who holds a role for a system: a unit of the owner by its
// name, a ministry by its own.
func roleName(f approval.File, role law.Role) string {
	switch role {
	case law.RoleOwner:
		return f.Owner.Formal()
	case law.RoleSpecialisedUnit:
		return f.Owner.SpecialisedUnit
	}
	return approval.Term("role", string(role)).VI
}

// dossierValues fills in what the dossier says of itself.
func dossierValues(d *report.FormDocument, x *approval.Dossier) {
	v := d.Values
	for slot, field := range map[string]string{"owner_mandate": "owner_mandate", "owner_position": "owner_position", "owner_address": "owner_address"} {
		v[slot] = x.Statement.Text(field)
	}
	if x.Level > 0 {
		v["level"] = strconv.Itoa(int(x.Level))
	}
	d.Listed, d.Draft = x.Listed, x.State.Editable()
	v["request_on"] = dayOf(x.SubmittedAt)
	for _, r := range x.Reviews {
		if r.Kind == approval.Appraisal {
			v["appraisal_on"] = dayOf(r.At)
			if r.Outcome == approval.FindFit || r.Outcome == approval.FindUnfit {
				v["outcome"] = string(r.Outcome)
			}
			if r.Outcome == approval.FindUnfit {
				v["unfit_points"] = r.Comment
			}
		}
	}
	for _, c := range x.Decisions {
		if c.Outcome == approval.Approve && c.Part != law.PartList && (d.Paper.ID == "mau-06" || d.Paper.ID == "mau-07") {
			d.Number, d.Dated = c.Number, string(c.DecidedOn)
		}
	}
}

// agencyPaper fills in the yearly report of an agency (Mẫu 08).
func (p *program) agencyPaper(ctx context.Context, a approval.Actor, q reportQuery) (report.FormDocument, error) {
	rs, ok := p.book.RuleSetOn(q.Day)
	if !ok {
		return report.FormDocument{}, fmt.Errorf("no rule set is in force on %s", q.Day)
	}
	d, err := p.blank(ctx, a, q, editionOf(rs))
	if err != nil {
		return d, err
	}
	agency, err := p.agency(ctx, a, q.Code)
	if err != nil {
		return d, err
	}
	d.Issuer.Place = placeOf(agency)
	v := d.Values
	v["owner"], v["specialised_unit"], v["period"] = agency.Formal(), agency.SpecialisedUnit, p.periodOf(q.Day)
	if c, err := p.book.Competence(law.Case{Level: 4, On: q.Day, Sector: agency.Sector}); err == nil {
		v["regulator"] = approval.Term("role", string(c.Regulator)).VI
	}
	classified := 0
	end := p.clock()
	rows := []map[string]string{}
	err = p.store.Each(ctx, a, func(s approval.System) error {
		st := s.Standing(end)
		if s.Owner != q.Code || !st.Registered || st.Retired {
			return nil
		}
		d.Simulated = d.Simulated || s.Origin == approval.Simulated
		if st.Proposed > 0 || st.Approval != nil {
			classified++
		}
		rows = append(rows, agencyRow(s, st, agency.Formal()))
		return nil
	})
	v["classified"] = strconv.Itoa(classified)
	d.Rows = map[string][]map[string]string{"systems": rows}
	return d, err
}

// agency finds an agency by code.
func (p *program) agency(ctx context.Context, a approval.Actor, code string) (approval.Agency, error) {
	all, err := p.office.AgencyList(ctx, a)
	if err != nil {
		return approval.Agency{}, err
	}
	for _, x := range all {
		if x.Code == code {
			return x, nil
		}
	}
	return approval.Agency{}, fmt.Errorf("the register has no agency %q", code)
}

// periodOf is the data period a day falls into, "" where the book knows none.
func (p *program) periodOf(day law.Day) string {
	from, until, ok := p.book.DataPeriod(day)
	if !ok {
		return ""
	}
	return dmy(from) + " – " + dmy(until)
}

// standardOf is the standard of basic requirements of an edition of papers.
func (p *program) standardOf(edition string) string {
	rs := law.R85
	if edition == editionOf(law.R331) {
		rs = law.R331
	}
	i, _ := p.book.Standard(rs)
	return i.Number
}

// agencyRow is a system's line in Mẫu 08, in the official words.
func agencyRow(s approval.System, st approval.Standing, owner string) map[string]string {
	status := map[approval.DossierState]string{approval.Draft: "drafting", approval.Returned: "drafting", approval.Submitted: "submitted", approval.Opined: "submitted",
		approval.Appraised: "appraised", approval.Unfit: "appraised", approval.Refused: "appraised", approval.Approved: "approved"}[st.Dossier]
	r := map[string]string{"system_name": s.Name, "owner": owner, "operator": s.OperatorUnit, "status": status, "plan": string(st.Plan)}
	if st.Proposed > 0 {
		r["level"] = strconv.Itoa(int(st.Proposed))
	}
	if x := st.Approval; x != nil {
		r["level"], r["status"] = strconv.Itoa(int(x.Level)), "approved"
		r["decision"] = strings.Join([]string{x.Number, dmy(x.DecidedOn), approval.Term("role", string(x.Authority)).VI}, ", ")
	}
	if d := s.Last(); d != nil {
		if n := d.Statement.Text("regulation_number"); n != "" {
			r["regulation"] = n
			if on, ok := d.Statement.Day("regulation_on"); ok {
				r["regulation"] += ", " + dmy(law.Day(on))
			}
		}
	}
	if st.RoadmapUntil != "" {
		r["full_by"] = string(st.RoadmapUntil)
	}
	if st.Inspected != "" {
		r["inspection"] = "periodic"
	}
	return r
}
