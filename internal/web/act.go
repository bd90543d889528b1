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
)

// deed is an act as a page: where it stands, which paper it takes, what the
// paper starts with, and how it is handed to the office.
type deed struct {
	act    string // as in approval.Acts
	path   string // /systems/{code}/path, and the key of the words when done
	form   string // id on the shelf
	judged bool   // the dossier in hand is shown beside the form, and its digest travels along
	start  func(*law.Book, *approval.File) forms.Answers
	do     func(context.Context, *approval.Office, filled) error
}

// filled is a form as it came in, read and complete in itself.
type filled struct {
	actor   approval.Actor
	code    string
	version int64
	digest  string
	draft   bool
	form    *forms.Form
	answers forms.Answers
}

// deeds lists the acts on a registered system.
func deeds() []deed {
	return []deed{
		{act: approval.ActFacts, path: "facts", form: "facts", start: statedFacts, do: factsState},
		{act: approval.ActSubmit, path: "dossier", form: "dossier", start: draftedStatement},
		{act: approval.ActOpinion, path: "opinion", form: "opinion", judged: true, do: opinionGive},
		{act: approval.ActReceive, path: "receipt", form: "receipt", judged: true, do: receiptGive},
		{act: approval.ActReview, path: "appraisal", form: "appraisal", judged: true, do: appraisalGive},
		{act: approval.ActDecide, path: "decision", form: "decision", judged: true, do: decisionTake},
		{act: approval.ActConfirm, path: "confirmation", form: "confirmation", judged: true, do: confirmationGive},
		{act: approval.ActSuspend, path: "suspension", form: "suspension", do: suspensionTake},
		{act: approval.ActReinstate, path: "reinstatement", form: "reinstatement", do: reinstatementTake},
		{act: approval.ActRevoke, path: "revocation", form: "revocation", do: revocationTake},
		{act: approval.ActPlan, path: "plan", form: "plan", do: planDeclare},
		{act: approval.ActInspect, path: "inspection", form: "inspection", do: inspectionRecord},
		{act: approval.ActRetire, path: "retirement", form: "retirement", do: systemRetire},
	}
}

// checkForms makes sure that the shelf has the paper of every act.
func (s *site) checkForms() error {
	for _, d := range append(slices.Clone(s.deeds), deed{form: "sign_in"}, deed{form: "subscription"}, deed{form: "delegation"}, deed{form: "withdrawal"}, deed{form: "consultation"}, deed{form: "consultation_opinion"}, deed{form: "register"}, deed{form: "enrol"}, deed{form: "enrol_first"}, deed{form: "enrol_code"}, deed{form: "sure"}, deed{form: "password"}) {
		known := slices.ContainsFunc(s.Shelf.Forms(), func(f *forms.Form) bool { return f.ID == d.form })
		if !known {
			return fmt.Errorf("no form %s on the shelf", d.form)
		}
	}
	for _, id := range append(linkForms(), gatewayForms()...) {
		if _, err := s.form(id); err != nil {
			return err
		}
	}
	return nil
}

// ActPage is the page of one act on one system.
type ActPage struct {
	Page
	System     *Identity   // nil while registering
	Submission *Submission // the dossier in hand, for who judges it
	Assistant  string      // address of the level assistant, on the page of the facts
	Form       Form
	Drafting   *Drafting // on the page of a dossier
	Under      string    // by which delegation it is done, "" in the own capacity
}

// Drafting is what the page of a dossier says around its form.
type Drafting struct {
	Present string // who else has it open
	Links   []Link
}

// paperOf is the form of an act: of the dossier in its own edition.
func (s *site) paperOf(d deed, file *approval.File) (*forms.Form, error) {
	if d.form == "dossier" {
		return file.Form, nil
	}
	return s.form(d.form)
}

// deedShow shows the form of an act, filled with what is known.
func (s *site) deedShow(d deed) func(*visit) error {
	return func(v *visit) error {
		file, err := v.fileFor(v.code(), d.act)
		if err != nil {
			return err
		}
		if !slices.Contains(file.Acts, d.act) {
			return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
		}
		form, err := s.paperOf(d, &file)
		if err != nil {
			return err
		}
		in := url.Values{}
		if d.start != nil {
			in = asTyped(form, d.start(s.Book, &file))
		}
		sheet := deedSheet{deed: d, file: &file, in: in, status: http.StatusOK}
		if late, ok := v.early(); ok {
			sheet.in, sheet.late = late, true
		}
		v.w.Header().Set("ETag", versionTag(file.System.Version))
		return s.deedPage(v, sheet)
	}
}

// deedSheet is an act's page about to be drawn.
type deedSheet struct {
	deed     deed
	file     *approval.File
	in       url.Values
	findings []approval.Finding
	clashes  []approval.Clash
	late     bool // what stands on it was sent after the session had ended
	status   int
}

// deedPage draws the page of an act.
func (s *site) deedPage(v *visit, d deedSheet) error {
	form, err := s.paperOf(d.deed, d.file)
	if err != nil {
		return err
	}
	p := ActPage{System: v.identity(d.file), Form: v.paperForm(d, form), Under: v.underNote(d.file.For.Under)}
	if d.deed.form == "dossier" {
		v.dress(&p.Form, &d)
		p.Drafting = v.drafting(d.file)
	}
	if d.deed.act == approval.ActFacts {
		p.Assistant = "/systems/" + d.file.System.Code + "/assistant"
	}
	if d.deed.judged {
		if p.Submission, err = v.submission(d.file); err != nil {
			return err
		}
	}
	p.Page = v.page(p.Form.Title + " – " + d.file.System.Name)
	p.Simulated = d.file.System.Origin == approval.Simulated
	p.Failed = len(d.findings) > 0
	if d.deed.form == "dossier" {
		p.Script = v.script.path
	}
	if d.late {
		p.Flash = v.t("save.kept")
	}
	return v.show(d.status, "act", p)
}

// deedForm is the form of an act, ready to be drawn on any page.
func (v *visit) deedForm(d deedSheet) (Form, error) {
	form, err := v.paperOf(d.deed, d.file)
	if err != nil {
		return Form{}, err
	}
	return v.paperForm(d, form), nil
}

// paperForm draws the paper of an act with what travels along: the version of
// the record and, for a judgement, the digest of what is judged.
func (v *visit) paperForm(d deedSheet, form *forms.Form) Form {
	at := "/systems/" + d.file.System.Code
	f := v.draw(paper{form: form, context: caseOf(d.deed, d.file, d.in), in: d.in, findings: d.findings, action: at + "/" + d.deed.path})
	f.Cancel, f.Buttons = at, buttons(v.voice, d.deed, form)
	f.Hidden = []Hidden{{"version", strconv.FormatInt(d.file.System.Version, 10)}, onceToken()}
	if last := d.file.System.Last(); d.deed.judged && last != nil {
		f.Hidden = append(f.Hidden, Hidden{"digest", last.Digest})
	}
	return f
}

// buttons are the buttons of an act: a dossier may also be saved unfinished,
// and an act that ends something is red.
func buttons(v voice, d deed, form *forms.Form) []Button {
	send := Button{Text: form.Submit.In(v.lang), Class: "button"}
	switch d.form {
	case "dossier":
		send.Name, send.Value = "do", "submit"
		return []Button{send, {Name: "do", Value: "save", Text: v.t("form.save"), Class: "button second"}}
	case "revocation", "retirement", "suspension":
		send.Class = "button stop"
	}
	return []Button{send}
}

// caseOf is what the paper may ask about the case. The level of a dossier is
// the one being proposed on the very paper.
func caseOf(d deed, file *approval.File, in url.Values) forms.Context {
	c := file.FormContext
	if n, err := strconv.Atoi(in.Get("proposed_level")); d.form == "dossier" && err == nil {
		c.Level = n
	}
	return c
}

// doer is what answers the form of an act.
func (s *site) doer(d deed) func(*visit) error {
	if d.form == "dossier" {
		return s.dossierDo(d)
	}
	return s.deedDo(d)
}

// versionTag is the ETag of the page of an act: the version of the record that
// its hidden field names too.
func versionTag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// deedDo carries an act out: reads the paper, asks the office, and either goes
// on to the system's page or shows the form again with what is wrong.
func (s *site) deedDo(d deed) func(*visit) error {
	return func(v *visit) error {
		if err := v.r.ParseForm(); err != nil {
			return fmt.Errorf("read form: %w", err)
		}
		ctx, done, err := v.once()
		if done {
			return v.send("/systems/" + v.code() + "?done=" + d.path)
		}
		if err != nil {
			return err
		}
		file, err := v.fileFor(v.code(), d.act)
		if err != nil {
			return err
		}
		if match := v.r.Header.Get("If-Match"); match != "" && match != versionTag(file.System.Version) {
			r := approval.ErrStale()
			return v.message(http.StatusPreconditionFailed, v.headingOf(r.Kind), v.sayings(r)...)
		}
		again := deedSheet{deed: d, file: &file, in: copyValues(v.r.PostForm)}
		in, problems, err := s.read(v, again)
		if err != nil {
			return err
		}
		if len(problems) > 0 && !slices.Contains(file.Acts, d.act) {
			return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
		}
		if len(problems) > 0 {
			again.status, again.findings = http.StatusUnprocessableEntity, findings(problems)
			return s.deedPage(v, again)
		}
		if asked, err := s.word(v, &in, again); asked || err != nil {
			return err
		}
		if err := d.do(ctx, s.Office, in); err != nil {
			return s.refused(v, again, err)
		}
		return v.send("/systems/" + in.code + "?done=" + d.path)
	}
}

// read reads the paper of an act from the request.
func (s *site) read(v *visit, d deedSheet) (filled, []forms.Problem, error) {
	form, err := s.paperOf(d.deed, d.file)
	if err != nil {
		return filled{}, nil, err
	}
	in := filled{actor: d.file.For, code: d.file.System.Code, digest: d.in.Get("digest"), form: form}
	in.version, _ = strconv.ParseInt(d.in.Get("version"), 10, 64) // not a number: version 0, which is stale
	in.draft = d.deed.form == "dossier" && d.in.Get("do") == "save"
	c := caseOf(d.deed, d.file, d.in)
	c.Draft = in.draft
	var problems []forms.Problem
	in.answers, problems = form.Parse(c, d.in)
	return in, problems, nil
}

// refused shows the form again when the office said no to what is on it, with
// the input kept and the record as it is now; other errors go on.
func (s *site) refused(v *visit, d deedSheet, err error) error {
	r, ok := refusal(err)
	if !ok || r.Kind == approval.NotFound || r.Kind == approval.Forbidden {
		return err
	}
	file, err := v.fileFor(d.file.System.Code, d.deed.act)
	if err != nil {
		return err
	}
	d.file, d.findings, d.status = &file, r.Findings, statusOf(r.Kind)
	return s.deedPage(v, d)
}

// asTyped turns answers into input as a person would have typed it.
func asTyped(form *forms.Form, answers forms.Answers) url.Values {
	in := form.Values(answers)
	for _, f := range form.Fields() {
		switch value := in.Get(f.ID); f.Type {
		case "date", "int", "levels":
			if value != "" {
				in.Set(f.ID, f.Show(value).VI)
			}
		}
	}
	return in
}
