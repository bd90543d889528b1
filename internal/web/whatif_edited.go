package web

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"

	"capdo/internal/law"
	"capdo/internal/proof"
	"capdo/internal/whatif"
)

// whatIfFlaws is how many flaws of a book the page shows.
const whatIfFlaws = 100

// BookFlaw is what is wrong with an edited book, and where. Reason is in the
// words of the reader of YAML, which are English.
type BookFlaw struct{ Where, Reason string }

// whatIfEdited answers what an edited book does: as a page, or as the file the
// button asks for. The book is read in memory, asked, and forgotten.
func (s *site) whatIfEdited(v *visit) error {
	if s.WhatIf == nil {
		return s.absent(v)
	}
	if !mayAskWhatIf(v.actor()) {
		return v.message(http.StatusForbidden, "msg.403", v.t("wi.notyours"))
	}
	r, err := v.r.MultipartReader()
	if err != nil {
		return v.message(http.StatusUnprocessableEntity, "msg.422", v.t("wi.nobook"))
	}
	u, err := readBook(r)
	if err != nil {
		return err
	}
	p := s.whatIfBlank(v)
	a, flaws, err := s.whatIfAdopts(v, u, &p)
	if err != nil {
		return err
	}
	p.Flaws, p.FlawsLeft = v.bookFlaws(flaws)
	if p.BookError != "" || p.BookDayError != "" {
		p.Failed = true
		return v.show(http.StatusUnprocessableEntity, "what_if", p)
	}
	if kind := u.fields["as"]; (kind == "csv" || kind == "pdf") && s.WhatIfFile != nil {
		return s.whatIfSend(v, kind, a)
	}
	p.Asked = v.t("wi.asked.book", strings.Join(u.names(), ", "), a.Edited.Digest()[:12], v.Book.Digest()[:12], v.day(a.On))
	if err := s.whatIfAnswer(v, a, &p); err != nil {
		return err
	}
	return v.show(http.StatusOK, "what_if", p)
}

// whatIfAdopts reads the question of an edited book and notes on the page what
// is wrong with it.
func (s *site) whatIfAdopts(v *visit, u *bookUpload, p *WhatIfPage) (whatif.Adoption, proof.Flaws, error) {
	a := whatif.Adoption{Rules: law.RuleSet(u.fields["rules"]), On: v.today(), Book: v.Book, Today: v.today()}
	if on := u.fields["on"]; on != "" {
		day, ok := parseDay(on)
		if a.On = day; !ok {
			p.BookDayError = v.t("ov.badday")
		}
		p.BookOn = cmp.Or(v.day(day), on)
	}
	book, flaws, err := u.book()
	if err != nil {
		return a, nil, err
	}
	a.Edited = book
	p.BookRules = v.bookRuleSets(a.Rules)
	switch {
	case len(flaws) > 0:
		p.BookError = v.t("wi.badbook", v.num(len(flaws)))
	case book == nil:
		p.BookError = v.t("wi.nobook")
	case p.BookDayError == "":
		if _, err := a.Question(); err != nil {
			p.BookError = v.t("wi.norules")
		}
	}
	return a, flaws, nil
}

// whatIfSend sends the answer as a file.
func (s *site) whatIfSend(v *visit, kind string, a whatif.Adoption) error {
	var out bytes.Buffer
	if err := s.WhatIfFile(v.r.Context(), &out, v.actor(), kind, a); err != nil {
		return err
	}
	name := string(a.Rules)
	if a.Edited != nil {
		name = a.Edited.Digest()[:12]
	}
	return v.sendFile(file{kind: kind, name: "capdo-what-if-" + name + "-" + string(a.On), body: out.Bytes()})
}

// bookFlaws puts flaws into lines, the first hundred.
func (v *visit) bookFlaws(flaws proof.Flaws) (all []BookFlaw, left string) {
	for i, f := range flaws {
		if i == whatIfFlaws {
			return all, v.t("wi.flaws.left", v.num(len(flaws)-i))
		}
		all = append(all, BookFlaw{v.t("wi.where", f.File, f.Line), f.Reason})
	}
	return all, ""
}

// bookRuleSets are the rule sets to read an edited book under; first the one in
// force on the day.
func (v *visit) bookRuleSets(chosen law.RuleSet) []Option {
	all := append([]Option{{Label: v.t("wi.inforce")}}, v.ruleSetOptions(chosen)...)
	for i := range all {
		all[i].Chosen = all[i].Code == string(chosen)
	}
	return all
}
