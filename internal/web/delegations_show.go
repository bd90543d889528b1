package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// DelegationsPage is what an account lent and was lent, and the form that lends.
type DelegationsPage struct {
	Page
	Given, Received []DelegationRow
	Delegates       []approval.Delegate
	Form            *Form // nil for an account that has nothing to lend
}

// DelegationPage is one delegation, with the form that ends it.
type DelegationPage struct {
	Page
	Row    DelegationRow
	State  Tag
	Facts  []Fact
	Form   *Form // nil for who may not end it, or when it ended
	Number string
}

// DelegationRow is one delegation in words.
type DelegationRow struct {
	ID, Number, Who, Login, Capacity, Levels, Systems, Term string
	State                                                   Tag
}

// under are the delegations by which the visitor may act today.
func (v *visit) under() ([]approval.Delegation, error) {
	if v.Delegations == nil {
		return nil, nil
	}
	return v.Delegations.Received(v.r.Context(), v.actor())
}

// fileFor is the file of a system for whoever the visitor may be in one of the
// acts: in the own capacity when that allows one, else under the first
// delegation that does, else as fileOf without a wish.
func (v *visit) fileFor(code string, acts ...string) (approval.File, error) {
	return v.fileOf(code, func(f *approval.File) bool {
		return slices.ContainsFunc(f.Acts, func(act string) bool { return slices.Contains(acts, act) })
	})
}

// fileOf is the file of a system for whoever the visitor may be: the first wish
// that comes true in the own capacity, or under a delegation, decides; when none
// does, the own capacity where that sees the system, else the first delegation
// under which it is seen.
func (v *visit) fileOf(code string, wishes ...func(*approval.File) bool) (approval.File, error) {
	own, err := v.Office.File(v.r.Context(), v.actor(), code)
	if r, refused := refusal(err); err != nil && (!refused || r.Kind != approval.NotFound) {
		return own, err
	}
	var files []approval.File
	if err == nil {
		files = append(files, own)
	}
	if err == nil && (len(wishes) == 0 || wishes[0](&own)) {
		return own, nil
	}
	lent, failed := v.under()
	if failed != nil {
		return own, failed
	}
	for i := range lent {
		file, failed := v.Office.File(v.r.Context(), lent[i].Acting(v.actor()), code)
		if _, refused := refusal(failed); failed != nil && !refused {
			return own, failed
		}
		if failed == nil {
			files = append(files, file)
		}
	}
	for _, wish := range wishes {
		if i := slices.IndexFunc(files, func(f approval.File) bool { return wish(&f) }); i >= 0 {
			return files[i], nil
		}
	}
	if len(files) == 0 {
		return own, err
	}
	return files[0], nil
}

// underNote says by which delegation somebody acts, "" for the own capacity.
func (v *visit) underNote(d *approval.Delegation) string {
	if d == nil {
		return ""
	}
	return v.t("dg.under", d.Number, v.role(d.By.Capacity))
}

// delegationsShow shows what the account lent and was lent.
func (s *site) delegationsShow(v *visit) error {
	return s.delegationsPage(v, http.StatusOK, url.Values{}, nil)
}

// delegationsPage draws the page, with a form as it was sent when it was refused.
func (s *site) delegationsPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	if s.Delegations == nil {
		return s.absent(v)
	}
	all, err := s.Delegations.Store.DelegationsOf(v.r.Context(), v.account.Login)
	if err != nil {
		return err
	}
	p := DelegationsPage{Page: v.page(v.t("dg.title"))}
	for i := range all {
		if all[i].By.Account == v.account.Login {
			p.Given = append(p.Given, v.delegationRow(&all[i]))
		} else {
			p.Received = append(p.Received, v.delegationRow(&all[i]))
		}
	}
	if s.Delegations.May(v.actor()) {
		if p.Delegates, err = s.Delegations.Store.Delegates(v.r.Context(), v.actor()); err != nil {
			return err
		}
		form, err := s.form("delegation")
		if err != nil {
			return err
		}
		drawn := v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, action: "/delegations"})
		p.Form = &drawn
	}
	p.Failed = len(fs) > 0
	return v.show(status, "delegations", p)
}

// delegationGive lends the visitor's capacity.
func (s *site) delegationGive(v *visit) error {
	if s.Delegations == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	form, err := s.form("delegation")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 && s.Delegations.May(v.actor()) {
		return s.delegationsPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	in := approval.DelegationInput{To: strings.TrimSpace(answers.Text("to")), Systems: strings.Fields(answers.Text("systems")), Number: answers.Text("number"),
		From: dayOf(answers, "from_on"), Until: dayOf(answers, "until_on"), DocumentOn: dayOf(answers, "document_on")}
	for _, w := range strings.Fields(answers.Text("levels")) {
		n, _ := strconv.Atoi(w) // not a number: no level, which is refused
		in.Levels = append(in.Levels, law.Level(n))
	}
	d, err := s.Delegations.Give(v.r.Context(), v.actor(), in)
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.delegationsPage(v, http.StatusUnprocessableEntity, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/delegations/" + d.ID + "?done=dg")
}

// dayOf is the day a field states, "" when none.
func dayOf(a forms.Answers, id string) law.Day {
	d, _ := a.Day(id)
	return law.Day(d)
}

// delegationShow shows one delegation that the account gave or received.
func (s *site) delegationShow(v *visit) error {
	return s.delegationPage(v, http.StatusOK, url.Values{}, nil)
}

// delegationPage draws one delegation.
func (s *site) delegationPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	if s.Delegations == nil {
		return s.absent(v)
	}
	all, err := s.Delegations.Store.DelegationsOf(v.r.Context(), v.account.Login)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(d approval.Delegation) bool { return d.ID == v.r.PathValue("id") })
	if i < 0 {
		return s.absent(v)
	}
	d := &all[i]
	p := DelegationPage{Page: v.page(v.t("dg.one", d.Number)), Row: v.delegationRow(d), Number: d.Number}
	p.State, p.Failed = p.Row.State, len(fs) > 0
	p.Facts = []Fact{{Label: v.t("dg.by"), Value: v.post(d.FromName, d.By.Account)}, {Label: v.t("dg.to"), Value: v.post(d.ToName, d.To)},
		{Label: v.t("dg.capacity"), Value: p.Row.Capacity}, {Label: v.t("dg.levels"), Value: p.Row.Levels}, {Label: v.t("dg.systems"), Value: p.Row.Systems},
		{Label: v.t("dg.term"), Value: p.Row.Term}, {Label: v.t("dg.document"), Value: v.t("dg.document.of", d.Number, v.day(d.DocumentOn))}}
	if d.End != nil {
		p.Facts = append(p.Facts, Fact{Label: v.t("dg.ended"), Value: v.dated(d.End.At) + " – " + d.End.Ground})
	}
	if d.End == nil && d.By.Account == v.account.Login {
		form, err := s.form("withdrawal")
		if err != nil {
			return err
		}
		drawn := v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, action: "/delegations/" + d.ID + "/end"})
		drawn.Buttons = []Button{{Text: form.Submit.In(v.lang), Class: "button stop"}}
		p.Form = &drawn
	}
	return v.show(status, "delegation", p)
}

// delegationEnd withdraws a delegation.
func (s *site) delegationEnd(v *visit) error {
	if s.Delegations == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	form, err := s.form("withdrawal")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 {
		return s.delegationPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	id := v.r.PathValue("id")
	err = s.Delegations.Withdraw(v.r.Context(), v.actor(), id, answers.Text("ground"))
	if r, ok := refusal(err); ok && r.Kind == approval.NotFound {
		return s.absent(v)
	}
	if err != nil {
		return err
	}
	return v.send("/delegations/" + id + "?done=dg.end")
}

// post names an account by its post and sign-in name.
func (v *visit) post(name, login string) string { return orElse(name, login) + " (" + login + ")" }

// delegationRow is a delegation in the visitor's words.
func (v *visit) delegationRow(d *approval.Delegation) DelegationRow {
	r := DelegationRow{ID: d.ID, Number: d.Number, Who: orElse(d.ToName, d.To), Login: d.To, Capacity: v.role(d.By.Capacity), Systems: strings.Join(d.Systems, ", "),
		Term: v.t("dg.days", v.day(d.From), v.day(d.Until))}
	if d.By.Account != v.account.Login {
		r.Who, r.Login = orElse(d.FromName, d.By.Account), d.By.Account
	}
	if r.Systems == "" {
		r.Systems = v.t("dg.all")
	}
	levels := make([]string, len(d.Levels))
	for i, l := range d.Levels {
		levels[i] = v.level(l)
	}
	r.Levels = strings.Join(levels, ", ")
	state := d.State(v.today())
	r.State = Tag{v.t("dg.is." + state), map[string]string{approval.DelegationInForce: "green", approval.DelegationComing: "blue"}[state]}
	if r.State.Tone == "" {
		r.State.Tone = "grey"
	}
	return r
}
