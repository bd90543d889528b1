package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
	"capdo/internal/workbook"
)

// ImportPage is where a table is taken away and brought back.
type ImportPage struct {
	Page
	System  *Identity // nil of the register
	Heading string
	Lead    string
	Files   []Link
	Action  string // "" when the visitor may not bring one
	Error   string
	Errors  []ErrorLink
	Other   []Link // the other tables of the system
}

// ImportReportPage is what an import would do, or did.
type ImportReportPage struct {
	Page
	System   *Identity
	Heading  string
	Verdict  string
	Numbers  []Fact
	Problems []ProblemRow
	More     string // problems not shown
	Changes  []ChangeRow
	Fewer    string // changes not shown
	Ignored  string
	Copy     string // address of the copy with the errors in it, "" when nothing is wrong
	Action   string // "" when it cannot be carried out
	Again    string // address at which a table is brought
}

// ProblemRow is one thing to mend.
type ProblemRow struct{ Row, Cell, Column, Value, Says, Cites, Code string }

// ChangeRow is a row that would change the record.
type ChangeRow struct {
	Row, Object, Name, Fields string
	Did                       Tag
}

// problemsShown is how many problems the page lists; the copy has them all.
const problemsShown = 200

// importOf is the form that an import page is about; "" when there is none.
func (v *visit) importOf() workbook.Form {
	f := workbook.Form(v.r.PathValue("form"))
	if v.code() == "" {
		f = workbook.Register
	}
	for _, x := range workbook.Forms() {
		if x == f && x.OfSystem() == (v.code() != "") {
			return f
		}
	}
	return ""
}

// importShow shows the page of a table.
func (s *site) importShow(v *visit) error { return s.importPage(v, http.StatusOK, "") }

func (s *site) importPage(v *visit, status int, wrong string) error {
	form := v.importOf()
	if form == "" {
		return s.absent(v)
	}
	p := ImportPage{Heading: v.t("im.title", v.say(form.Title())), Lead: v.t("im.lead"), Files: v.tableFiles(form, v.code(), nil), Error: wrong}
	title := p.Heading
	if v.code() != "" {
		file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
		if err != nil {
			return err
		}
		p.System = v.identity(&file)
		title += " – " + file.System.Name
		for _, f := range workbook.Forms() {
			if f.OfSystem() && f != form {
				p.Other = append(p.Other, Link{Href: "/systems/" + v.code() + "/import/" + string(f), Text: v.say(f.Title())})
			}
		}
	}
	if v.actor().Capacity == law.RoleOperator {
		p.Action = v.r.URL.Path
	}
	if p.Page = v.page(title); wrong != "" {
		p.Failed, p.Errors = true, []ErrorLink{{Text: wrong, Href: "#file"}}
	}
	return v.show(status, "import", p)
}

// importTake takes a table in and goes on to what it would do.
func (s *site) importTake(v *visit) error {
	form := v.importOf()
	if form == "" {
		return s.absent(v)
	}
	if v.actor().Capacity != law.RoleOperator {
		return v.message(http.StatusForbidden, "msg.403", v.t("im.notyours"))
	}
	if v.code() != "" {
		if _, err := s.Office.File(v.r.Context(), v.actor(), v.code()); err != nil {
			return err
		}
	}
	parts, err := v.r.MultipartReader()
	if err != nil {
		return s.importPage(v, http.StatusUnprocessableEntity, v.t("im.choose"))
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return s.importPage(v, http.StatusUnprocessableEntity, v.t("im.choose"))
		}
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			continue
		}
		id, err := s.Tray.Put(v.account.Login, form, v.code(), part)
		var refused *sheet.Refused
		if errors.As(err, &refused) {
			return s.importPage(v, http.StatusUnprocessableEntity, v.say(law.Text(refused.Says)))
		}
		if err != nil {
			return err
		}
		return v.send("/import/" + id)
	}
}

// heldTable is the table that the address names, if this account holds it.
func (s *site) heldTable(v *visit) (workbook.Upload, error) {
	u, ok := s.Tray.Take(v.account.Login, v.r.PathValue("id"))
	if !ok {
		return u, &approval.Refusal{Kind: approval.NotFound, Findings: []approval.Finding{v.finding("", "im.gone")}}
	}
	return u, nil
}

// importTry shows what the table would do.
func (s *site) importTry(v *visit) error {
	u, err := s.heldTable(v)
	if err != nil {
		return err
	}
	r, err := s.Tables.Try(v.r.Context(), v.actor(), u)
	if err != nil {
		return err
	}
	return s.importReport(v, http.StatusOK, &r)
}

// importCarry carries the table out: all of it, or nothing.
func (s *site) importCarry(v *visit) error {
	u, err := s.heldTable(v)
	if err != nil {
		return err
	}
	r, err := s.Tables.Import(v.r.Context(), v.actor(), u)
	if err != nil {
		return err
	}
	if !r.Done {
		return s.importReport(v, http.StatusUnprocessableEntity, &r)
	}
	s.Tray.Drop(v.account.Login, v.r.PathValue("id"))
	return s.importReport(v, http.StatusOK, &r)
}

// importCopy sends the table back with what has to be mended beside each cell.
func (s *site) importCopy(v *visit) error {
	u, err := s.heldTable(v)
	if err != nil {
		return err
	}
	r, err := s.Tables.Try(v.r.Context(), v.actor(), u)
	if err != nil {
		return err
	}
	return v.file(string(u.Form)+"-can-sua.xlsx", mediaOf("xlsx"), func(w io.Writer) error { return s.Tables.Returned(v.r.Context(), w, v.actor(), u, r) })
}

// importReport draws what an import would do, or did.
func (s *site) importReport(v *visit, status int, r *workbook.Report) error {
	at := "/import/" + v.r.PathValue("id")
	p := ImportReportPage{Heading: v.t("im.title", v.say(r.Form.Title())), Again: "/import"}
	title := p.Heading
	if r.System != "" {
		file, err := s.Office.File(v.r.Context(), v.actor(), r.System)
		if err != nil {
			return err
		}
		p.System, p.Again = v.identity(&file), "/systems/"+r.System+"/import/"+string(r.Form)
		title += " – " + file.System.Name
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"im.rows", r.Rows}, {"im.added", r.Added}, {"im.changed", r.Changed}, {"im.same", r.Same}, {"im.wrong", r.Wrong}} {
		p.Numbers = append(p.Numbers, Fact{Label: v.t(x.key), Value: v.num(x.n)})
	}
	switch {
	case r.Done:
		p.Verdict = v.t("im.done")
	case !r.Clean():
		p.Verdict, p.Copy = v.t("im.mend", v.num(len(r.Problems))), at+"/copy"
	case r.Added+r.Changed == 0:
		p.Verdict = v.t("im.nothing")
	default:
		p.Verdict, p.Action = v.t("im.ready"), at
	}
	p.list(v, r)
	p.Page = v.page(title)
	return v.show(status, "import_report", p)
}

// list fills in the tables of the page.
func (p *ImportReportPage) list(v *visit, r *workbook.Report) {
	for i, x := range r.Problems {
		if i == problemsShown {
			p.More = v.t("im.more", v.num(len(r.Problems)-problemsShown))
			break
		}
		row := ProblemRow{Cell: x.Cell, Column: x.Column, Value: x.Value, Says: v.say(x.Says), Cites: x.Cites, Code: x.Code}
		if x.Row > 0 {
			row.Row = strconv.Itoa(x.Row)
		}
		p.Problems = append(p.Problems, row)
	}
	for _, x := range r.Changes {
		tone := map[string]string{"added": "green", "changed": "blue"}[x.Did]
		row := ChangeRow{Row: strconv.Itoa(x.Row), Object: x.Object, Name: x.Name, Did: Tag{v.t("im.did." + x.Did), tone}}
		for i, f := range x.Fields {
			if i > 0 {
				row.Fields += ", "
			}
			row.Fields += v.fieldName(f)
		}
		p.Changes = append(p.Changes, row)
	}
	if n := r.Added + r.Changed - len(r.Changes); n > 0 {
		p.Fewer = v.t("im.fewer", v.num(n))
	}
	for i, head := range r.Ignored {
		if i == 0 {
			p.Ignored = v.t("im.ignored") + " "
		} else {
			p.Ignored += "; "
		}
		p.Ignored += "«" + head + "»"
	}
}

// fieldName names a field of the registration by its form.
func (v *visit) fieldName(id string) string {
	if id == "facts" {
		return v.t("act.facts")
	}
	form, err := v.form("register")
	if err != nil {
		return id
	}
	f, ok := form.Field(id)
	if !ok {
		return id
	}
	return f.Label.In(v.lang)
}
