package web

import (
	"net/http"
	"net/url"
	"slices"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
)

// AskedRow is one request to the actor's body, in the queue.
type AskedRow struct {
	Href, Code, Name, OwnerName, Question, By string
	Under                                     string // by which delegation, "" in the own capacity
	Due                                       Tag
	Simulated                                 bool
}

// consultations lists what the actor's body is asked about, what is due first standing
// first.
func (v *visit) consultations() ([]AskedRow, error) {
	if v.Panel == nil {
		return nil, nil
	}
	cases, err := v.owed("")
	if err != nil || len(cases) == 0 {
		return nil, err
	}
	names, err := v.bodyNames()
	if err != nil {
		return nil, err
	}
	var all []AskedRow
	for _, x := range cases {
		row := AskedRow{Href: "/consultations/" + x.Code, Code: x.Code, Name: x.Name, OwnerName: orElse(names[x.Owner], x.Owner), Question: x.Request.Question,
			By: v.t("consult.by", v.day(x.Request.Due)), Under: v.underNote(x.by.Under), Due: v.askedDue(x.Request.Due), Simulated: x.Origin == approval.Simulated}
		all = append(all, row)
	}
	return all, nil
}

// askedCase is a request with who the visitor may be to answer it.
type askedCase struct {
	review.Case
	by approval.Actor
}

// owed lists what the visitor may answer, in the own capacity and then under
// delegations, each request once; of one system when code is not "", and then
// ErrNotFound when there is nothing.
func (v *visit) owed(code string) ([]askedCase, error) {
	if v.Panel == nil {
		return nil, approval.ErrNotFound()
	}
	lent, err := v.under()
	if err != nil {
		return nil, err
	}
	answering := []approval.Actor{v.actor()}
	for i := range lent {
		answering = append(answering, lent[i].Acting(v.actor()))
	}
	var all []askedCase
	for _, by := range answering {
		cases, err := v.Panel.Consulted(v.r.Context(), by, code)
		if r, refused := refusal(err); err != nil && (!refused || r.Kind != approval.NotFound) {
			return nil, err
		}
		for _, x := range cases {
			if !slices.ContainsFunc(all, func(y askedCase) bool {
				return x.Code == y.Code && x.Dossier == y.Dossier && x.Request.No == y.Request.No
			}) {
				all = append(all, askedCase{x, by})
			}
		}
	}
	if code != "" && len(all) == 0 {
		return nil, approval.ErrNotFound()
	}
	return all, nil
}

// askedDue is the tag of a day to answer by.
func (v *visit) askedDue(due law.Day) Tag {
	switch {
	case v.today() > due:
		return Tag{v.t("consult.late"), "red"}
	case v.today() == due:
		return Tag{v.t("consult.today"), "yellow"}
	}
	return Tag{v.t("consult.waiting"), "blue"}
}

// consultedShow shows a consulted body the round it is asked about.
func (s *site) consultedShow(v *visit) error {
	return s.consultedPage(v, http.StatusOK, url.Values{}, nil)
}

func (s *site) consultedPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	cases, err := v.owed(v.code())
	if err != nil {
		return err
	}
	x := cases[0]
	form, err := s.form("consultation_opinion")
	if err != nil {
		return err
	}
	names, err := v.bodyNames()
	if err != nil {
		return err
	}
	at := "/consultations/" + x.Code
	p := ConsultPage{Back: "/queue", Heading: x.Name, Digest: x.Request.Digest, Sections: v.lentSections(x), Under: v.underNote(x.by.Under),
		Form: v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, action: at})}
	p.Facts = []Fact{{Label: v.t("col.owner"), Value: orElse(names[x.Owner], x.Owner)}, {Label: v.t("col.level"), Value: v.level(x.Round.Level)},
		{Label: v.t("f.round"), Value: v.num(x.Request.Round)}, {Label: v.t("consult.from"), Value: v.role(x.Request.By.Capacity) + " – " + orElse(names[x.Request.By.Body], x.Request.By.Body)},
		{Label: v.t("consult.question"), Value: x.Request.Question, Long: true}, {Label: v.t("consult.due"), Value: v.day(x.Request.Due)}}
	p.Letter = v.letterOf(at+"/letter.pdf", x.Dossier, x.Request.No)
	if err := v.enclosures(&p, x, at); err != nil {
		return err
	}
	if x.Round.Determination != nil {
		p.Criteria = v.criteria(*x.Round.Determination)
	}
	if x.Hand != "" {
		p.Blocked = v.sayings(approval.ErrFourEyes())[0]
	}
	p.Form.Cancel, p.Form.Hidden = "/queue", []Hidden{{"digest", x.Request.Digest}}
	p.Page = v.page(v.t("consult.title") + ": " + x.Name)
	p.Simulated, p.Failed = x.Origin == approval.Simulated, len(fs) > 0
	return v.show(status, "consult", p)
}

// enclosures are the documents of the round, each to be opened where this server
// gives it out.
func (v *visit) enclosures(p *ConsultPage, x askedCase, at string) error {
	if v.Documents == nil || len(x.Round.Documents) == 0 {
		return nil
	}
	docs, err := v.Documents.Enclosed(v.r.Context(), x.by, x.Code)
	for i := range docs {
		p.Documents = append(p.Documents, v.documentRow(&docs[i], at+"/documents", false))
	}
	return err
}

// lentSections are the fields of the round as they were handed in.
func (v *visit) lentSections(x askedCase) []DeskSection {
	d := approval.Dossier{No: x.Dossier, Edition: x.Edition, Rules: x.Round.Rules, Level: x.Round.Level, Statement: x.Round.Statement, Facts: x.Round.Facts}
	k := desk{v, &approval.File{For: x.by, System: approval.System{Code: x.Code, Stage: x.Stage}}, &d, nil, ""}
	return k.sections()
}

// consultedAnswer gives the opinion of the actor's body.
func (s *site) consultedAnswer(v *visit) error {
	form, err := s.consultForm(v, "consultation_opinion")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 {
		return s.consultedPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	cases, err := v.owed(v.code())
	if err != nil {
		return err
	}
	err = s.Panel.Answer(v.r.Context(), cases[0].by, v.code(), review.AnswerInput{Outcome: approval.Outcome(answers.Text("outcome")), Comment: answers.Text("comment"), Digest: v.r.PostForm.Get("digest")})
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.consultedPage(v, http.StatusUnprocessableEntity, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/queue?done=consulted")
}
