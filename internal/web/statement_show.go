package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/statement"
)

// Statements are what agencies report, beside the register.
type Statements interface {
	Take(ctx context.Context, a approval.Actor, s statement.Statement) (statement.Statement, error)
	Note(ctx context.Context, a approval.Actor, id string, notes []statement.Note) (statement.Statement, error)
	Show(ctx context.Context, a approval.Actor, id string) (statement.Comparison, error)
	List(ctx context.Context, a approval.Actor) ([]statement.Comparison, []approval.Agency, error)
}

// StatementsPage is what was reported, and who is silent.
type StatementsPage struct {
	Page
	Rows     []StatementRow
	Silent   string // who sent nothing for the latest day, "" where nobody is asked for
	New      string // address at which one is handed in, "" when the visitor may not
	National bool
}

// StatementRow is one statement of the list.
type StatementRow struct {
	Href, ID, Title, Agency, On, Reported, Register string
	Open                                            Tag
}

// StatementPage is one statement: reported, on the register, verified.
type StatementPage struct {
	Page
	Heading     string
	Facts       []Fact
	Figures     []FigureRow
	Lines       []MatchRow
	Matching    bool // some line waits, and the visitor may say what it is
	Differences []DifferenceRow
	Count       string // of all of them
	Kinds       []Link // to those of one kind
	More        string // how many of them are shown
	Action      string // "" when the visitor may only read
	Once        string
	Outcomes    []Option
	Owners      []Option
	Error       string
}

// FigureRow is a figure three times over.
type FigureRow struct{ Label, Reported, Cell, Register, Verified, Of string }

// MatchRow is a line of the list with what it may be.
type MatchRow struct {
	No                   int
	Cell, Name, Says     string
	Matched, MatchedHref string
	Choices              []CandidateOption
}

// CandidateOption is a system that a line may be.
type CandidateOption struct{ ID, Code, Name, Reason string }

// DifferenceRow is one difference with its life.
type DifferenceRow struct {
	ID, Key, Place, Says               string
	Reported, Register, Verified, Size string
	State                              Tag
	Owner                              string
	History                            []string
	Settled                            bool
	SystemHref, System                 string
}

// statementsShow lists what was reported.
func (s *site) statementsShow(v *visit) error {
	all, agencies, err := s.Statements.List(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, a := range agencies {
		names[a.Code] = a.Name
	}
	p := StatementsPage{Page: v.page(v.t("st.title")), National: v.actor().National()}
	if !v.past() && statement.May(v.actor(), v.actor().Body) {
		p.New = "/statements/new"
	}
	var ss []statement.Statement
	for i := range all {
		c := &all[i]
		ss = append(ss, c.Statement)
		row := StatementRow{Href: "/statements/" + c.Statement.ID, ID: c.Statement.ID, Title: c.Statement.Title, Agency: orElse(names[c.Statement.Agency], c.Statement.Agency), On: v.day(c.Statement.On),
			Reported: v.t("none"), Register: v.num(c.Figures[0].Register), Open: Tag{v.t("st.open", v.num(c.Open())), "yellow"}}
		if f := c.Figures[0].Reported; f != nil {
			row.Reported = f.Text
		}
		if c.Open() == 0 {
			row.Open = Tag{v.t("st.settled"), "bare"}
		}
		p.Rows = append(p.Rows, row)
	}
	if p.National && len(ss) > 0 {
		var annex []approval.Agency
		for _, a := range agencies {
			if a.Group != "outside" {
				annex = append(annex, a)
			}
		}
		silent := statement.Silent(annex, ss, ss[0].On)
		list := make([]string, 0, len(silent))
		for _, a := range silent {
			list = append(list, a.Name)
		}
		p.Silent = v.t("st.silent", v.day(ss[0].On), v.num(len(silent)), strings.Join(list, "; "))
	}
	return v.show(http.StatusOK, "statements", p)
}

// statementShow shows one statement.
func (s *site) statementShow(v *visit) error { return s.statementPage(v, http.StatusOK, "") }

func (s *site) statementPage(v *visit, status int, wrong string) error {
	c, err := s.Statements.Show(v.r.Context(), v.actor(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	st := &c.Statement
	p := StatementPage{Heading: st.Title, Error: wrong, Facts: []Fact{{Label: v.t("st.id"), Value: st.ID}, {Label: v.t("col.agency"), Value: v.agencyName(st.Agency)}, {Label: v.t("st.on"), Value: v.day(st.On)},
		{Label: v.t("st.by"), Value: v.nameOf(st.By) + ", " + v.when(st.At)}, {Label: v.t("st.source"), Value: orElse(st.Source, v.t("st.typed"))}}}
	for _, f := range c.Figures {
		p.Figures = append(p.Figures, v.figureRow(f))
	}
	if !v.past() && statement.May(v.actor(), st.Agency) {
		p.Action, p.Once = "/statements/"+st.ID, onceToken().Value
	}
	for _, m := range c.Lines {
		row := v.matchRow(m)
		p.Matching = p.Matching || p.Action != "" && !m.Said
		p.Lines = append(p.Lines, row)
	}
	p.Count, p.Kinds = v.num(len(c.Differences)), v.differenceKinds(&c)
	kind := v.r.URL.Query().Get("kind")
	for i, d := range c.Differences {
		switch {
		case kind != "" && d.Kind != kind:
		case len(p.Differences) == differencesShown:
			p.More = v.t("st.more", v.num(differencesShown))
		default:
			p.Differences = append(p.Differences, v.differenceRow(i, d))
		}
	}
	for _, o := range statement.Outcomes() {
		p.Outcomes = append(p.Outcomes, Option{Code: string(o), Label: v.t("st.outcome." + string(o))})
	}
	for _, r := range statement.Owners() {
		p.Owners = append(p.Owners, Option{Code: string(r), Label: v.role(r)})
	}
	p.Page = v.page(p.Heading + " – " + st.ID)
	p.Failed = wrong != ""
	return v.show(status, "statement", p)
}

// differencesShown is how many differences a page lists.
const differencesShown = 100

// differenceKinds are the kinds of difference there are, each with its count.
func (v *visit) differenceKinds(c *statement.Comparison) []Link {
	n := map[string]int{}
	var order []string
	for _, d := range c.Differences {
		if n[d.Kind] == 0 {
			order = append(order, d.Kind)
		}
		n[d.Kind]++
	}
	var all []Link
	for _, k := range order {
		all = append(all, Link{Href: "/statements/" + c.Statement.ID + "?kind=" + k, Text: v.say(statement.KindOf(k)) + " (" + v.num(n[k]) + ")", Here: v.r.URL.Query().Get("kind") == k})
	}
	return all
}

// agencyName is the name of an agency, its code where it is not known.
func (v *visit) agencyName(code string) string {
	agencies, err := v.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return code
	}
	for _, a := range agencies {
		if a.Code == code {
			return a.Name
		}
	}
	return code
}

// figureRow is a figure three times over, in words.
func (v *visit) figureRow(t statement.Triple) FigureRow {
	percent := t.Field == statement.ApprovedPct || t.Field == statement.DeployedPct
	show := func(n int) string {
		if percent {
			return strconv.Itoa(n) + "%"
		}
		return v.num(n)
	}
	row := FigureRow{Label: v.t("st.field." + string(t.Field)), Reported: v.t("st.notprinted"), Register: show(t.Register), Verified: show(t.Verified)}
	if t.Reported != nil {
		row.Reported, row.Cell = t.Reported.Text, t.Reported.Cell
	}
	var of []string
	for _, f := range statement.Fields() {
		if p, ok := t.Of[string(f)]; ok {
			of = append(of, v.t("st.over."+string(f), p))
		}
	}
	row.Of = strings.Join(of, "; ")
	return row
}

// matchRow is a line with what it is, or may be.
func (v *visit) matchRow(m statement.Matched) MatchRow {
	row := MatchRow{No: m.Line.No, Cell: m.Line.Cell, Name: m.Line.Name}
	switch {
	case m.Said && m.Code != "":
		row.Matched, row.MatchedHref = m.Code+" "+m.Name, "/systems/"+m.Code
	case m.Said:
		row.Says = v.t("st.absent")
	}
	if m.Said {
		return row
	}
	for i, c := range m.Candidates {
		row.Choices = append(row.Choices, CandidateOption{ID: fmt.Sprintf("m-%d-%d", m.Line.No, i), Code: c.Code, Name: c.Name, Reason: v.say(c.Reason)})
	}
	return row
}

// differenceRow is a difference in words.
func (v *visit) differenceRow(i int, d statement.Difference) DifferenceRow {
	row := DifferenceRow{ID: "d-" + strconv.Itoa(i), Key: d.Key, Place: d.Cell, Says: v.say(d.Says), Reported: v.said(d, d.Reported), Register: v.said(d, d.Register), Verified: v.said(d, d.Verified),
		Size: fmt.Sprintf("%+d", d.Size), State: Tag{v.t("st.state.open"), "yellow"}, System: d.System}
	if d.System != "" {
		row.SystemHref = "/systems/" + d.System
	}
	if d.Owner != "" {
		row.Owner = v.role(law.Role(d.Owner))
	}
	if d.Settled != nil {
		row.Settled, row.State = true, Tag{v.t("st.outcome." + string(d.Settled.Outcome)), "bare"}
	}
	for _, n := range d.History {
		text := v.t("st.note."+string(n.Kind)) + ": "
		switch n.Kind {
		case statement.Assign:
			text += v.role(law.Role(n.Owner))
		case statement.Resolve:
			text += v.t("st.outcome."+string(n.Outcome)) + ". " + n.Comment
		default:
			text += n.Comment
		}
		row.History = append(row.History, text+" ("+v.nameOf(n.By)+", "+v.when(n.At)+")")
	}
	return row
}

// said puts the codes of a difference into words.
func (v *visit) said(d statement.Difference, value string) string {
	switch {
	case value == "":
		return v.t("none")
	case d.Kind == statement.ApprovalDiffer:
		return v.t("st.approved." + value)
	case d.Kind == statement.PlanDiffers:
		return v.t("plan." + value)
	}
	return value
}
