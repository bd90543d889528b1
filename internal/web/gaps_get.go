package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/plan"
)

// GapsPage is what lacks: what, by when, by whom, at what cost class.
type GapsPage struct {
	Page
	System  *Identity
	Lead    string
	Count   string
	Rows    []AllRow
	Files   []Link
	Back    string
	Declare string // address of the declaration, "" when it may not be made now
}

// gapsShow shows the gaps as the dated roadmap.
func (s *site) gapsShow(v *visit) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	p := GapsPage{Page: v.page(v.t("ga.title") + " – " + file.System.Name), System: v.identity(&file), Back: v.planAt("/checklist")}
	p.Simulated = file.System.Origin == approval.Simulated
	p.Lead, _ = v.measured(&file, sheet)
	p.Count = v.t("ga.count", v.num(len(sheet.Gaps)))
	for _, g := range sheet.Gaps {
		p.Rows = append(p.Rows, v.gapRow(g))
	}
	p.Files = []Link{{Href: v.planAt("/gaps.csv"), Text: v.t("ga.csv")}}
	if s.GapsPDF != nil {
		p.Files = append(p.Files, Link{Href: v.planAt("/gaps.pdf"), Text: v.t("ga.pdf")})
	}
	for _, a := range file.Acts {
		if a == approval.ActPlan {
			p.Declare = "/systems/" + v.code() + "/plan"
		}
	}
	return v.show(http.StatusOK, "gaps", p)
}

// gapRow is one gap in words.
func (v *visit) gapRow(g plan.Gap) AllRow {
	row := AllRow{Key: g.Key, Clause: g.Clause, Title: v.say(g.What), How: g.Note, Role: v.planRole(g.Role), Due: v.day(g.Due), Cost: v.costClass(g.Cost)}
	if g.Finding > 0 {
		row.Href, row.Result, row.Clause = "/systems/"+v.code()+"/watch#finding-"+strconv.Itoa(g.Finding), Tag{v.t("ga.finding"), "red"}, v.t("ga.finding")
		return row
	}
	row.Href = v.planAt("/checklist/"+g.Group) + "#" + fieldID("c", g.Key)
	row.Result = v.resultTag(plan.State{Result: g.Result})
	for i, f := range g.Files {
		row.Files = append(row.Files, v.fileForm(fmt.Sprintf("%s.%d", g.Key, i), f))
	}
	if g.Because != "" {
		row.Tags = []Tag{{v.t("lapse." + string(g.Because)), "red"}}
	}
	return row
}

// gapsCSV sends the gaps as a table.
func (s *site) gapsCSV(v *visit) error {
	_, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets read UTF-8 by it
	w := csv.NewWriter(&b)
	rows := [][]string{{v.t("col.system"), v.t("ctl.clause"), v.t("ctl.what"), v.t("pl.result"), v.t("pl.due"), v.t("pl.role"), v.t("pl.cost"), v.t("pl.note"), v.t("pl.files")}}
	for _, g := range sheet.Gaps {
		r := v.gapRow(g)
		result := r.Result.Text
		for _, t := range r.Tags {
			result += "; " + t.Text
		}
		var files []string
		for _, f := range r.Files {
			files = append(files, f.Name+" ("+f.State.Text+") SHA-256 "+f.Digest)
		}
		rows = append(rows, []string{v.code(), r.Clause, r.Title, result, string(g.Due), r.Role, r.Cost, r.How, strings.Join(files, "; ")})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cellText(row[i])
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+v.code()+`-gaps.csv"`)
	_, _ = v.w.Write(b.Bytes()) // the client may be gone; nothing to do about it
	return nil
}

// cellText keeps a spreadsheet from taking a text for a formula.
func cellText(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}

// gapsPDF sends the gaps as an official paper.
func (s *site) gapsPDF(v *visit) error {
	if s.GapsPDF == nil {
		return s.absent(v)
	}
	_, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.GapsPDF(v.r.Context(), &b, v.actor(), sheet); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/pdf")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+v.code()+`-gaps.pdf"`)
	_, _ = v.w.Write(b.Bytes()) // the client may be gone; nothing to do about it
	return nil
}
