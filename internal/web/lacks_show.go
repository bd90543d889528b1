package web

import (
	"net/http"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/attachment"
)

// LacksPage is what a draft still lacks: three numbers, then each gap with its
// clause and the way to the field.
type LacksPage struct {
	Page
	System   *Identity
	Block    string
	Look     string
	Done     string
	Sections []LackSection
	JSON     string
	Submit   string // address of the dossier
}

// LackSection is the gaps of one section of the paper.
type LackSection struct {
	ID, Title string
	Gaps      []LackRow
}

// LackRow is one gap.
type LackRow struct {
	Says, Cites, Href string
	Mark              Tag
}

// lacksOf reads what a draft lacks. It is the applicant's, and readable by
// whoever sees the system.
func (s *site) lacksOf(v *visit) (approval.File, approval.Gaps, error) {
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return file, approval.Gaps{}, err
	}
	var docs []approval.Attached
	no := len(file.System.Dossiers)
	if file.System.Open() == nil {
		no++
	}
	err = s.Office.Store.View(v.r.Context(), v.actor(), func(r approval.Reader) (err error) {
		docs, err = r.Attached(v.code(), attachment.Dossier(no).String())
		return err
	})
	return file, s.Office.Gaps(&file, draftedStatement(s.Book, &file), docs), err
}

// lacksShow shows the list of gaps.
func (s *site) lacksShow(v *visit) error {
	file, g, err := s.lacksOf(v)
	if err != nil {
		return err
	}
	at := "/systems/" + v.code() + "/dossier"
	p := LacksPage{System: v.identity(&file), JSON: at + "/gaps.json", Submit: at,
		Block: v.num(g.Block), Look: v.num(g.Look), Done: v.num(g.Done) + "/" + v.num(g.Of)}
	if !slices.Contains(file.Acts, approval.ActDraft) {
		p.Submit = ""
	}
	titles := []LackSection{{ID: "", Title: v.t("lack.facts")}}
	for _, x := range file.Form.Sections {
		titles = append(titles, LackSection{ID: x.ID, Title: x.Title.In(v.lang)})
	}
	for _, section := range append(titles, LackSection{ID: "documents", Title: v.t("lack.documents")}) {
		for _, x := range g.Gaps {
			if x.Section == section.ID {
				section.Gaps = append(section.Gaps, v.lackRow(&file, x))
			}
		}
		if len(section.Gaps) > 0 {
			p.Sections = append(p.Sections, section)
		}
	}
	p.Page = v.page(v.t("lack.title") + " – " + file.System.Name)
	p.Simulated = file.System.Origin == approval.Simulated
	return v.show(http.StatusOK, "lacks", p)
}

// lackRow is one gap with the way to where it is mended.
func (v *visit) lackRow(file *approval.File, x approval.Gap) LackRow {
	r := LackRow{Says: v.say(x.Says), Cites: x.Cites, Mark: Tag{v.t("lack.block"), "red"}}
	if x.Severity == approval.Attention {
		r.Mark = Tag{v.t("lack.look"), "yellow"}
	}
	if slices.Contains(file.Acts, approval.ActDraft) {
		r.Href = lackHref(v.code(), x)
	}
	return r
}

// lackHref is the address of the field that mends a gap.
func lackHref(code string, x approval.Gap) string {
	at := "/systems/" + code
	switch {
	case x.Section == "documents":
		return at + "/documents"
	case x.Field != "":
		return at + "/dossier#" + x.Field
	}
	if fact, ok := strings.CutPrefix(x.Rule, "fact-missing."); ok {
		return at + "/facts#" + fact
	}
	return at + "/facts"
}

// lacksJSON is the same list for machines.
func (s *site) lacksJSON(v *visit) error {
	_, g, err := s.lacksOf(v)
	if err != nil {
		return err
	}
	type row struct {
		approval.Gap
		Href string `json:"href"`
	}
	rows := make([]row, len(g.Gaps))
	for i, x := range g.Gaps {
		rows[i] = row{x, lackHref(v.code(), x)}
	}
	return v.json(http.StatusOK, struct {
		System string `json:"system"`
		approval.Gaps
		Rows []row `json:"gaps"`
	}{v.code(), g, rows})
}
