package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
)

// The names of what travels along with a field: how it was seen, and which of
// two versions was chosen.
const (
	seenPrefix = "seen."
	takePrefix = "take."
)

// dossierDo saves the whole page, field by field, and hands the dossier in when
// that was asked. What clashes is shown as a choice and everything typed is kept.
func (s *site) dossierDo(d deed) func(*visit) error {
	return func(v *visit) error {
		if err := v.r.ParseForm(); err != nil {
			return fmt.Errorf("read form: %w", err)
		}
		ctx, again, err := v.once()
		if again {
			return v.send("/systems/" + v.code() + "?done=submit")
		}
		if err != nil {
			return err
		}
		file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
		if err != nil {
			return err
		}
		back := deedSheet{deed: d, file: &file, in: copyValues(v.r.PostForm)}
		inputs, problems := draftInputs(&file, back.in)
		saved, err := s.Office.SaveFields(v.r.Context(), v.actor(), v.code(), inputs)
		if err != nil {
			return s.refused(v, back, err)
		}
		if back.file, err = s.reread(v, &file); err != nil {
			return err
		}
		back.freshen(&saved, inputs)
		switch {
		case len(saved.Clashes) > 0:
			back.clashes, back.status = saved.Clashes, http.StatusConflict
			back.findings = append(v.clashFindings(saved.Clashes), findings(problems)...)
			return s.deedPage(v, back)
		case len(problems) > 0:
			back.status, back.findings = http.StatusUnprocessableEntity, findings(problems)
			return s.deedPage(v, back)
		case back.in.Get("do") == "save":
			return v.send("/systems/" + v.code() + "?done=draft")
		}
		return s.dossierSubmit(v, back, &saved, ctx)
	}
}

// reread loads the file again after something was saved.
func (s *site) reread(v *visit, was *approval.File) (*approval.File, error) {
	file, err := s.Office.File(v.r.Context(), v.actor(), was.System.Code)
	return &file, err
}

// draftInputs reads the fields that the page had, in the paper's order. A field
// for which theirs was chosen is left alone.
func draftInputs(file *approval.File, in url.Values) ([]approval.FieldInput, []forms.Problem) {
	c := file.FormContext
	c.Draft = true
	answers, problems := file.Form.Parse(c, in)
	bad := map[string]bool{}
	for _, p := range problems {
		bad[p.Field] = true
	}
	var inputs []approval.FieldInput
	for _, f := range file.Form.Fields() {
		seen, drawn := in[seenPrefix+f.ID]
		if !drawn || bad[f.ID] || in.Get(takePrefix+f.ID) == "theirs" {
			continue
		}
		inputs = append(inputs, approval.FieldInput{Field: f.ID, Value: answers[f.ID], Seen: seen[0]})
	}
	return inputs, problems
}

// freshen brings the page up to the record: each field with the tag it has now,
// but for one that clashes with what was typed, which stands against the tag a
// choice is made against. A field that was left alone shows what others wrote.
func (d *deedSheet) freshen(saved *approval.Saved, inputs []approval.FieldInput) {
	now := asTyped(d.file.Form, saved.Dossier.Statement)
	show := func(field string) {
		d.in[field] = now[field]
		d.in.Set(seenPrefix+field, saved.Dossier.Tag(field))
	}
	for _, x := range inputs {
		clash := slices.ContainsFunc(saved.Clashes, func(c approval.Clash) bool { return c.Field == x.Field })
		if clash || x.Value == saved.Dossier.Statement[x.Field] {
			d.in.Set(seenPrefix+x.Field, saved.Dossier.Tag(x.Field))
		} else {
			show(x.Field)
		}
	}
	for name := range d.in {
		if field, ok := strings.CutPrefix(name, takePrefix); ok && d.in.Get(name) == "theirs" {
			show(field)
		}
	}
}

// dossierSubmit hands the saved dossier in.
func (s *site) dossierSubmit(v *visit, back deedSheet, saved *approval.Saved, ctx onceContext) error {
	c := caseOf(back.deed, back.file, back.in)
	answers, problems := back.file.Form.Parse(c, back.file.Form.Values(saved.Dossier.Statement))
	if len(problems) > 0 {
		back.status, back.findings = http.StatusUnprocessableEntity, findings(problems)
		return s.deedPage(v, back)
	}
	if _, err := s.Office.Submit(ctx, v.actor(), v.code(), saved.System.Version, answers); err != nil {
		return s.refused(v, back, err)
	}
	return v.send("/systems/" + v.code() + "?done=submit")
}

// fieldSaid is the answer to a field that was saved.
type fieldSaid struct {
	Tag  string `json:"tag"`  // the field as it is now: its ETag
	Says string `json:"says"` // saved at
	By   string `json:"by"`   // by whom and when
}

// fieldSave saves one field: PUT or PATCH, form-encoded like the page itself,
// under If-Match. 428 without it; 412 with both versions when it is stale; 422
// when the value cannot be read.
func (s *site) fieldSave(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read field: %w", err)
	}
	id, seen := v.r.PathValue("field"), strings.Trim(strings.TrimPrefix(v.r.Header.Get("If-Match"), "W/"), `"`)
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	if _, ok := file.Form.Field(id); !ok {
		return s.absent(v)
	}
	if seen == "" {
		return v.says(http.StatusPreconditionRequired, v.t("field.ifmatch"))
	}
	in := url.Values{id: v.r.PostForm[id], seenPrefix + id: {seen}}
	inputs, problems := draftInputs(&file, in)
	for _, p := range problems {
		return v.says(http.StatusUnprocessableEntity, p.Says.In(v.lang))
	}
	saved, err := s.Office.SaveFields(v.r.Context(), v.actor(), v.code(), inputs)
	if err != nil {
		return err
	}
	if len(saved.Clashes) > 0 {
		return v.clashFragment(&file, saved.Clashes[0])
	}
	tag := saved.Dossier.Tag(id)
	v.w.Header().Set("ETag", `"`+tag+`"`)
	return v.json(http.StatusOK, fieldSaid{tag, v.t("save.at", clockTime(v.now)), v.savedBy(saved.Dossier, id, v.today0())})
}

// fieldShow gives one field as it is, with its ETag.
func (s *site) fieldShow(v *visit) error {
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	id := v.r.PathValue("field")
	if _, ok := file.Form.Field(id); !ok {
		return s.absent(v)
	}
	d := file.System.Open()
	if d == nil {
		d = &approval.Dossier{No: len(file.System.Dossiers) + 1}
	}
	v.w.Header().Set("ETag", `"`+d.Tag(id)+`"`)
	return v.json(http.StatusOK, struct {
		Field   string `json:"field"`
		Value   string `json:"value"`
		Version int64  `json:"version"`
		By      string `json:"by"`
	}{id, d.Statement[id], d.Fields[id].Version, v.savedBy(d, id, v.today0())})
}

// json writes an answer for machines.
func (v *visit) json(status int, x any) error {
	b, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	v.refusing(status)
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b) // the client may be gone; nothing to do about it
	return nil
}

// says answers one sentence for machines.
func (v *visit) says(status int, text string) error {
	return v.json(status, struct {
		Says string `json:"says"`
	}{text})
}

// tags are how each field of the draft is seen on the page: as posted, else as
// it is and as it is shown.
func tags(file *approval.File, in url.Values) map[string]string {
	d := file.System.Open()
	if d == nil {
		d = &approval.Dossier{No: len(file.System.Dossiers) + 1}
	}
	c := file.FormContext
	c.Draft = true
	shown, _ := file.Form.Parse(c, in)
	all := map[string]string{}
	for _, f := range file.Form.Fields() {
		all[f.ID] = in.Get(seenPrefix + f.ID)
		if all[f.ID] == "" {
			all[f.ID] = approval.FieldTag(d.No, d.Fields[f.ID].Version, shown[f.ID])
		}
	}
	return all
}

// dress gives each field of a drawn draft its tag, who saved it last, and what
// clashes.
func (v *visit) dress(form *Form, d *deedSheet) {
	form.Autosave = "/systems/" + d.file.System.Code + "/dossier/fields"
	form.SaveLine = v.t("save.never")
	all, draft := tags(d.file, d.in), d.file.System.Open()
	for i := range form.Sections {
		for j := range form.Sections[i].Fields {
			f := &form.Sections[i].Fields[j]
			f.Seen = all[f.ID]
			if draft != nil && draft.Fields[f.ID].Version > 0 {
				f.SavedBy, f.History = v.savedBy(draft, f.ID, v.today0()), form.Autosave+"/"+f.ID+"/history"
			}
			k := slices.IndexFunc(d.clashes, func(c approval.Clash) bool { return c.Field == f.ID })
			if k >= 0 {
				f.Clash = v.clash(d.file.Form, d.clashes[k])
			}
		}
	}
}

// drafting is what stands around the form of a dossier.
func (v *visit) drafting(file *approval.File) *Drafting {
	at := "/systems/" + file.System.Code
	d := &Drafting{Present: v.present(file, ""), Links: []Link{{Href: at + "/dossier/gaps", Text: v.t("lack.link")}, {Href: at + "/dossier/copy", Text: v.t("copy.link")}}}
	if v.Documents != nil {
		d.Links = append(d.Links, Link{Href: at + "/documents", Text: v.t("doc.link")})
	}
	return d
}

// savedBy says who saved a field last and when, "" when nobody did.
func (v *visit) savedBy(d *approval.Dossier, field string, today time.Time) string {
	mark, ok := d.Fields[field]
	if !ok {
		return ""
	}
	if mark.From != "" {
		return v.t("save.from", v.nameOf(mark.By), mark.From, v.moment(mark.At, today))
	}
	return v.t("save.by", v.nameOf(mark.By), v.moment(mark.At, today))
}
