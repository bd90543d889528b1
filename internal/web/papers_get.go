package web

import (
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// agencyReport is the one prescribed paper that is about an agency and not
// about a system: the yearly report.
const agencyReport = "mau-08"

// dossierPaper is the statement of the dossier on its own form.
const dossierPaper = "dossier"

// paperSystem sends the dossier's own page or a prescribed paper about a system.
func (s *site) paperSystem(v *visit) error {
	kind, ok := strings.CutSuffix(v.r.PathValue("paper"), ".pdf")
	if !ok || kind == agencyReport || kind != dossierPaper && !s.prescribed(kind) {
		return s.absent(v)
	}
	return s.report(v, kind, v.code())
}

// paperAgency sends the yearly report of an agency. Whoever does not see the
// agency's systems gets no paper rather than an empty one.
func (s *site) paperAgency(v *visit) error {
	agencies, err := s.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(agencies, func(a approval.Agency) bool { return a.Code == v.code() })
	if !known || !v.sees(v.code()) {
		return s.absent(v)
	}
	return s.report(v, agencyReport, v.code())
}

// prescribed tells whether the shelf has a paper, in whatever edition.
func (s *site) prescribed(kind string) bool {
	for _, o := range s.Shelf.Officials() {
		if o.ID == kind {
			return true
		}
	}
	return false
}

// papers are the links to the prescribed papers: those about the system in the
// edition of its dossier, the agency's in the edition of today's rules. There
// are none while nobody writes reports.
func (v *visit) papers(f *approval.File) []Link {
	if v.Reports == nil {
		return nil
	}
	rules := f.Current
	if d := f.System.Last(); d != nil && d.Rules != "" {
		rules = d.Rules
	}
	all := []Link{{Href: "/systems/" + f.System.Code + "/papers/" + dossierPaper + ".pdf", Text: v.t("paper.dossier", strings.ToUpper(f.Form.Edition))}}
	for _, o := range v.Shelf.Officials() {
		href, edition := "/systems/"+f.System.Code, editionOf(rules)
		if o.ID == agencyReport {
			href, edition = "/agencies/"+f.System.Owner, editionOf(f.Current)
		}
		if o.Edition == edition {
			all = append(all, Link{Href: href + "/papers/" + o.ID + ".pdf", Text: v.t("paper.no", strings.TrimPrefix(o.ID, "mau-"), o.Title.In(v.lang))})
		}
	}
	return all
}

// editionOf is the edition of the papers under a rule set.
func editionOf(rs law.RuleSet) string {
	if rs == law.R331 {
		return "r331"
	}
	return "r85"
}
