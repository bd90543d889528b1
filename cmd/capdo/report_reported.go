package main

import (
	"context"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
	"capdo/internal/statement"
)

// mostOpen is how many open differences the national report prints.
const mostOpen = 2000

// reported sets beside the register what the bodies reported themselves: of each
// its latest table of the day or before. Who sent none is silent, which is not
// zero.
func (p *program) reported(ctx context.Context, a approval.Actor, n *report.NationalReport) error {
	all, agencies, err := (&statement.Office{Store: p.store, Book: p.book, Clock: p.clock}).List(ctx, a)
	if err != nil {
		return err
	}
	latest := map[string]*statement.Comparison{}
	for i := range all { // the latest first
		if s := &all[i].Statement; s.On <= p.as.On && latest[s.Agency] == nil {
			latest[s.Agency] = &all[i]
		}
	}
	if len(latest) == 0 {
		return nil
	}
	for _, x := range agencies { // a body that has ended since may have left something open
		x = x.On(p.as.On)
		c := latest[x.Code]
		switch {
		case c != nil:
			n.Statements = append(n.Statements, statementRow(x.Name, c))
			openRows(n, x.Name, c)
		case x.Reports() && x.ExistsOn(p.as.On):
			n.Silent = append(n.Silent, x.Name)
		}
	}
	return nil
}

// statementRow is a body's table beside the register.
func statementRow(name string, c *statement.Comparison) report.StatementRow {
	row := report.StatementRow{ID: c.Statement.ID, Agency: name, Day: string(c.Statement.On)}
	for i, f := range []statement.Field{statement.Total, statement.Approved, statement.Deployed} {
		for _, x := range c.Figures {
			if x.Field != f {
				continue
			}
			row.Figures[i].Register, row.Figures[i].Verified = x.Register, x.Verified
			if x.Reported != nil {
				row.Figures[i].Reported = x.Reported.Text
			}
		}
	}
	return row
}

// openRows adds what of a table nobody settled.
func openRows(n *report.NationalReport, name string, c *statement.Comparison) {
	for _, d := range c.Differences {
		switch {
		case d.Settled != nil:
		case len(n.Open) == mostOpen:
			n.MoreOpen++
		default:
			x := report.OpenRow{ID: c.Statement.ID, Agency: name, Kind: statement.KindOf(d.Kind).VI, What: strings.TrimSpace(d.System + " " + d.Says.VI), Reported: d.Reported, Register: d.Register, Verified: d.Verified, Size: d.Size}
			if d.Owner != "" {
				x.Owner = approval.Term("role", string(law.Role(d.Owner))).VI
			}
			if d.Cell != "" {
				x.What += " (ô " + d.Cell + ")"
			}
			n.Open = append(n.Open, x)
		}
	}
}
