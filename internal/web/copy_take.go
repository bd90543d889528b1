package web

import (
	"fmt"
	"net/http"

	"capdo/internal/approval"
)

// CopyPage is the way to take over fields from a like system's dossier: find the
// system, look at what would come over, choose.
type CopyPage struct {
	Page
	System  *Identity
	Query   string
	Found   []Link
	None    bool // the search found nothing
	From    *CopySource
	Action  string
	Once    string
	Errors  []ErrorLink
	Dossier string
}

// CopySource is the system chosen and what of it may come over.
type CopySource struct {
	Code, Name, No string
	Rows           []CopyRow
}

// CopyRow is one field that may come over.
type CopyRow struct{ ID, Label, Value string }

// copyFound is how many systems a search offers.
const copyFound = 20

// copyShow searches, or shows what of a chosen system may come over.
func (s *site) copyShow(v *visit) error { return s.copyPage(v, http.StatusOK, nil) }

// copyPage draws the page.
func (s *site) copyPage(v *visit, status int, fs []approval.Finding) error {
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	if err := s.Office.May(approval.ActDraft, v.actor(), &file.System, v.now); err != nil {
		return err
	}
	at := "/systems/" + v.code() + "/dossier"
	p := CopyPage{System: v.identity(&file), Query: v.r.URL.Query().Get("q"), Action: at + "/copy", Once: onceToken().Value, Dossier: at}
	if from := v.r.URL.Query().Get("from"); from != "" {
		err = s.copySource(v, &p, &file, from)
	} else {
		err = s.copySearch(v, &p)
	}
	if err != nil {
		return err
	}
	for _, f := range fs {
		p.Errors = append(p.Errors, ErrorLink{Text: v.say(f.Says)})
	}
	p.Page = v.page(v.t("copy.title") + " – " + file.System.Name)
	p.Failed = len(fs) > 0
	return v.show(status, "copy", p)
}

// copySearch finds systems in the actor's own scope that have a dossier.
func (s *site) copySearch(v *visit, p *CopyPage) error {
	found, err := s.Office.Find(v.r.Context(), v.actor(), approval.Filter{Text: p.Query})
	if err != nil {
		return err
	}
	for _, r := range found.Rows {
		if r.Code != v.code() && r.Proposed+r.Level > 0 && len(p.Found) < copyFound {
			p.Found = append(p.Found, Link{Href: p.Action + "?from=" + r.Code, Text: r.Name + " (" + r.Code + ")"})
		}
	}
	p.None = len(p.Found) == 0
	return nil
}

// copySource shows what of a system's last dossier may come over.
func (s *site) copySource(v *visit, p *CopyPage, file *approval.File, from string) error {
	source, err := s.Office.File(v.r.Context(), v.actor(), from)
	if err != nil {
		return err
	}
	p.From = &CopySource{Code: from, Name: source.System.Name}
	d, into := source.System.Last(), &approval.Dossier{}
	if d == nil || from == v.code() {
		return nil
	}
	if open := file.System.Open(); open != nil {
		into = open
	}
	p.From.No = fmt.Sprint(d.No)
	for _, f := range approval.Copyable(file.Form, d, into.Statement) {
		p.From.Rows = append(p.From.Rows, CopyRow{ID: f.ID, Label: f.Label.In(v.lang), Value: f.Show(d.Statement[f.ID]).In(v.lang)})
	}
	return nil
}

// copyTake takes the chosen fields over.
func (s *site) copyTake(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read copy: %w", err)
	}
	back := "/systems/" + v.code() + "/dossier?done=copy"
	ctx, done, err := v.once()
	if done {
		return v.send(back)
	}
	if err != nil {
		return err
	}
	_, err = s.Office.CopyStatement(ctx, v.actor(), v.code(), v.r.PostForm.Get("from"), v.r.PostForm["field"])
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		q := v.r.URL.Query()
		q.Set("from", v.r.PostForm.Get("from"))
		v.r.URL.RawQuery = q.Encode()
		return s.copyPage(v, http.StatusUnprocessableEntity, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send(back)
}
