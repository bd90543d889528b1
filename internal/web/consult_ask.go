package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
)

// PanelDesk is the pages' way to the consultation of other bodies.
type PanelDesk interface {
	Ask(ctx context.Context, a approval.Actor, code string, in review.AskInput) error
	Withdraw(ctx context.Context, a approval.Actor, code string, ask int) error
	Answer(ctx context.Context, a approval.Actor, code string, in review.AnswerInput) error
	Consulted(ctx context.Context, a approval.Actor, code string) ([]review.Case, error)
}

// ConsultPage is the form by which the lead asks another body, and the form by
// which that body answers, with the round it is asked about.
type ConsultPage struct {
	Page
	Back, Heading   string
	Facts           []Fact
	Criteria        []Criterion
	Sections        []DeskSection // nil on the page of the lead
	Documents       []DocumentRow
	Letter          string // address of the letter, "" on the page of the lead
	Digest, Blocked string // why this person may not answer, "" when it may
	Under           string // by which delegation, "" in the own capacity
	Form            Form
}

// OpinionRow is one request to a body, on the desk.
type OpinionRow struct {
	Body, Round, Question, Due, Comment, By string
	Letter                                  string // address of the letter, "" where nobody writes one
	State                                   Tag
	Ask                                     int // to withdraw, 0 when this actor cannot
}

// OpinionsPart is what the desk says of the bodies consulted.
type OpinionsPart struct {
	Rows   []OpinionRow
	Ask    string // address of the form, "" when this actor does not lead
	Action string // of a withdrawal
}

// opinions fills in the bodies consulted; the applicant does not see them.
func (k desk) opinions(p *DeskPage) error {
	if k.Panel == nil || k.actor().Capacity == law.RoleOperator {
		return nil
	}
	names, err := k.bodyNames()
	if err != nil {
		return err
	}
	part := OpinionsPart{Action: k.at + "/consult/withdraw"}
	leads := k.Office.Leads(k.actor(), &k.file.System, k.now) == nil
	if leads {
		part.Ask = k.at + "/consult"
	}
	awaited := k.d.Awaited()
	for _, r := range k.d.Requests() {
		row := OpinionRow{Body: orElse(names[r.Asked], r.Asked), Round: k.t("desk.round", r.Round), Question: r.Question, Due: k.day(r.Due)}
		row.Letter = k.letterOf(k.at+"/consult.pdf", k.d.No, r.No)
		open := slices.ContainsFunc(awaited, func(x approval.Request) bool { return x.No == r.No })
		switch {
		case r.Answer != nil:
			row.State, row.Comment, row.By = k.outcome(r.Answer.Outcome), r.Answer.Comment, k.role(r.Answer.By.Capacity)+" · "+k.dated(r.Answer.At)
		case r.Withdrawn != nil:
			row.State = Tag{k.t("consult.withdrawn"), "grey"}
		case open && k.today() > r.Due:
			row.State = Tag{k.t("consult.late"), "red"}
		case open:
			row.State = Tag{k.t("consult.waiting"), "blue"}
		default:
			row.State = Tag{k.t("consult.closed"), "grey"}
		}
		if open && leads {
			row.Ask = r.No
		}
		part.Rows = append(part.Rows, row)
	}
	if leads || len(part.Rows) > 0 {
		p.Opinions = &part
	}
	return nil
}

// withConsultations is the history of a system with what was asked of other bodies
// about its dossiers, which the applicant does not see.
func (v *visit) withConsultations(f *approval.File) []approval.Entry {
	all := slices.Clone(f.History)
	if f.For.Capacity == law.RoleOperator {
		return all
	}
	for _, d := range f.System.Dossiers {
		for _, c := range d.Consulting {
			all = append(all, approval.Entry{At: c.At, By: c.By, Act: "consult-" + string(c.Kind), Detail: map[string]string{"asked": c.Asked, "outcome": string(c.Outcome)}})
		}
	}
	slices.SortStableFunc(all, func(a, b approval.Entry) int { return a.At.Compare(b.At) })
	return all
}

// letterOf is the address of the letter of a request.
func (v *visit) letterOf(at string, dossier, ask int) string {
	if v.Reports == nil {
		return ""
	}
	return at + "?ask=" + strconv.Itoa(dossier) + "-" + strconv.Itoa(ask)
}

// consultLetter sends the letter by which a body was asked, to that body and to
// who judges the dossier.
func (s *site) consultLetter(v *visit) error {
	return s.report(v, "consult@"+v.r.URL.Query().Get("ask"), v.code())
}

// bodyNames are the names of all bodies by code.
func (v *visit) bodyNames() (map[string]string, error) {
	as, err := v.Office.AgencyList(v.r.Context(), v.actor())
	return v.names(as), err
}

// consultShow shows the form by which the lead asks another body.
func (s *site) consultShow(v *visit) error {
	return s.consultPage(v, http.StatusOK, url.Values{}, nil)
}

func (s *site) consultPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	file, err := v.leading()
	if err != nil {
		return err
	}
	if err := s.Office.Leads(file.For, &file.System, v.now); err != nil {
		return err
	}
	as, err := s.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	as = slices.DeleteFunc(as, func(x approval.Agency) bool { return x.EndedOn != "" || x.Code == file.System.Owner })
	form, err := s.form("consultation")
	if err != nil {
		return err
	}
	at := "/systems/" + file.System.Code + "/review"
	p := ConsultPage{Back: at, Heading: file.System.Name, Digest: file.System.Open().Digest, Under: v.underNote(file.For.Under),
		Form: v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, agencies: as, action: at + "/consult"})}
	p.Form.Cancel, p.Form.Hidden = at, []Hidden{{"digest", p.Digest}}
	p.Page = v.page(p.Form.Title + " – " + file.System.Name)
	p.Simulated, p.Failed = file.System.Origin == approval.Simulated, len(fs) > 0
	return v.show(status, "consult", p)
}

// leading is the file of the system for whoever the visitor may be to lead its
// appraisal: in the own capacity, else under a delegation.
func (v *visit) leading() (approval.File, error) {
	if v.Panel == nil {
		return approval.File{}, approval.ErrNotFound()
	}
	return v.fileOf(v.code(), func(f *approval.File) bool { return v.Office.Leads(f.For, &f.System, v.now) == nil })
}

// consultAsk sends a request to another body.
func (s *site) consultAsk(v *visit) error {
	form, err := s.consultForm(v, "consultation")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 {
		return s.consultPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	file, err := v.leading()
	if err != nil {
		return err
	}
	err = s.Panel.Ask(v.r.Context(), file.For, v.code(), review.AskInput{Body: answers.Text("body"), Question: answers.Text("question"), Due: law.Day(answers.Text("due")), Digest: v.r.PostForm.Get("digest")})
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.consultPage(v, http.StatusUnprocessableEntity, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/systems/" + v.code() + "/review?done=consult#opinions")
}

// consultForm reads the request and finds the paper it is on.
func (s *site) consultForm(v *visit, id string) (*forms.Form, error) {
	if s.Panel == nil {
		return nil, approval.ErrNotFound()
	}
	if err := v.r.ParseForm(); err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	return s.form(id)
}

// consultWithdraw takes a request back.
func (s *site) consultWithdraw(v *visit) error {
	if _, err := s.consultForm(v, "consultation"); err != nil {
		return err
	}
	ask, _ := strconv.Atoi(v.r.PostForm.Get("ask")) // not a number: no request
	file, err := v.leading()
	if err != nil {
		return err
	}
	if err := s.Panel.Withdraw(v.r.Context(), file.For, v.code(), ask); err != nil {
		return err
	}
	return v.send("/systems/" + v.code() + "/review?done=withdrawal#opinions")
}
