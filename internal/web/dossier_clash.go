package web

import (
	"net/http"
	"net/url"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// ClashView is a field that two people changed, as a choice of three columns.
type ClashView struct {
	ID, Tag, TheirsTyped string
	Says, TheirsName     string
	Was, Theirs, Yours   string
	Fragment             bool // for the script: buttons, which send nothing by themselves
}

// clash shows both versions of a field.
func (v *visit) clash(form *forms.Form, c approval.Clash) *ClashView {
	name, at := v.nameOf(c.By), v.moment(c.At, v.today0())
	f, _ := form.Field(c.Field)
	show := func(value string) string { return f.Show(value).In(v.lang) }
	typed := url.Values{c.Field: asTyped(form, forms.Answers{c.Field: c.Theirs})[c.Field]}
	return &ClashView{ID: c.Field, Tag: c.Tag, TheirsTyped: typed.Encode(), Says: v.t("clash.says", name, at), TheirsName: v.t("clash.theirs.of", name, at),
		Was: show(c.Was), Theirs: show(c.Theirs), Yours: show(c.Yours)}
}

// clashFragment answers a stale save with both versions: 412 and the present tag.
func (v *visit) clashFragment(file *approval.File, c approval.Clash) error {
	v.w.Header().Set("ETag", `"`+c.Tag+`"`)
	return v.clashPart(v.clash(file.Form, c))
}

// clashPart answers 412 with both versions, as a piece of a page for the script.
func (v *visit) clashPart(view *ClashView) error {
	view.Fragment = true
	body, err := v.pages.part(v.lang, "act", "clash", view)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(http.StatusPreconditionFailed)
	_, _ = v.w.Write(body) // the client may be gone; nothing to do about it
	return nil
}

// clashFindings says at the head of the page which fields clash.
func (v *visit) clashFindings(cs []approval.Clash) []approval.Finding {
	vi, en := voice{vietnamese, v.site.words}, voice{english, v.site.words}
	fs := make([]approval.Finding, len(cs))
	for i, c := range cs {
		name, at := v.nameOf(c.By), v.moment(c.At, v.today0())
		fs[i] = approval.Finding{Field: c.Field, Rule: "field-stale", Says: law.Text{VI: vi.t("clash.says", name, at), EN: en.t("clash.says", name, at)}}
	}
	return fs
}

// nameOf is what the account behind a record is called. Whoever reads it works
// on the same dossier.
func (v *visit) nameOf(w approval.Who) string {
	a, ok, err := v.Desk.Store.Account(v.r.Context(), w.Account)
	switch {
	case err == nil && ok && a.Name != "":
		return a.Name
	case w.Account != "":
		return w.Account
	}
	return v.t("clash.someone")
}

// today0 is the moment of the visit, by which others are told.
func (v *visit) today0() time.Time { return v.now }

// clockTime writes a time of day.
func clockTime(t time.Time) string { return t.In(law.Zone()).Format("15:04") }

// moment writes a moment: the time of day, with the day when it is not today.
func (v *visit) moment(t, now time.Time) string {
	if law.DayOf(t) == law.DayOf(now) {
		return clockTime(t)
	}
	return v.when(t)
}

// HistoryPage is every value a field of the draft had.
type HistoryPage struct {
	Page
	System *Identity
	Title2 string
	Rows   []HistoryRow
}

// HistoryRow is one value that one person gave.
type HistoryRow struct{ By, At, Stamp, Value string }

// fieldHistory shows every value a field had, newest first.
func (s *site) fieldHistory(v *visit) error {
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	f, ok := file.Form.Field(v.r.PathValue("field"))
	last := file.System.Last()
	if !ok || last == nil {
		return s.absent(v)
	}
	saves, err := s.Office.FieldHistory(v.r.Context(), v.actor(), v.code(), last.No, f.ID)
	if err != nil {
		return err
	}
	p := HistoryPage{System: v.identity(&file), Title2: v.t("hist.title", f.Label.In(v.lang))}
	for i := len(saves) - 1; i >= 0; i-- {
		x := saves[i]
		by := v.nameOf(x.By)
		if x.From != "" {
			by = v.t("save.from", by, x.From, clockTime(x.At))
		}
		p.Rows = append(p.Rows, HistoryRow{By: by, At: v.when(x.At), Stamp: stamp(x.At), Value: f.Show(x.Value).In(v.lang)})
	}
	p.Page = v.page(p.Title2)
	return v.show(http.StatusOK, "history", p)
}
