package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/review"
)

// ReviewDesk is the pages' way to what is said about dossiers.
type ReviewDesk interface {
	Remarks(ctx context.Context, a approval.Actor, code string, dossier int) ([]review.Remark, error)
	Say(ctx context.Context, a approval.Actor, code string, in review.Input) error
}

// DeskPage is a dossier being judged: the rules that matched, what changed, what
// is said, and the act that is next, on one page.
type DeskPage struct {
	Page
	System     *Identity
	Prev, Next string // addresses of the neighbours in the actor's queue, "" when none
	Due        *Tag
	By         string
	Round      string
	Version    int64 // 0: of a day that is over
	Digest     string
	Facts      []Fact
	Criteria   []Criterion
	Steps      []Step
	Bases      []Link // rounds to compare with
	Base       string // what the difference is since; "" when there is nothing to compare with
	Changes    []Change
	Same       string // how many fields did not change
	Plan       []ControlChanges
	Sections   []DeskSection // the whole dossier
	Folded     bool          // the whole dossier is folded: there is a difference to read first
	Opinions   *OpinionsPart // nil for the applicant
	Threads    []ThreadCard
	Open       int
	Letter     string // address of the letter of the last return
	Controls   string // address of the plan control by control, "" where there is none
	Say        *SayForm
	Errors     []ErrorLink // of a remark
	MarkSeen   bool
	Hold       *HoldForm // nil when this actor takes nothing in hand
	Acts       []ActLink
	Act        *Form // the first act that is the actor's
	Keys       KeysPart
	Under      string // by which delegation the act is the actor's, "" in the own capacity
}

// DeskSection is a heading of the dossier with its fields.
type DeskSection struct {
	Title  string
	Fields []DeskField
}

// DeskField is an answer with its way to the remarks on it.
type DeskField struct {
	Fact
	ID, Href, Remarks string
}

// Change is a field that differs between two rounds.
type Change struct {
	Label, Href   string
	Before, After []review.Piece
}

// SayForm is the form of a new remark.
type SayForm struct {
	Action  string
	Targets []Option
	Text    string
	Error   string
	Secret  bool   // the tick of internal
	on      string // what it is about, when the address does not say
}

// HoldForm is who has the dossier in hand, and what the actor may do about it.
type HoldForm struct {
	Action, Holder string
	Take, Mine     bool
	Colleagues     []Option
}

// ThreadCard is a thread as drawn.
type ThreadCard struct {
	ID, About, By, On, Text, Round string
	Where                          string // address of what it is about, "" for the whole dossier
	State                          Tag
	Internal                       bool
	Replies                        []ReplyLine
	Thread                         int
	Action                         string
	MayAnswer, MayResolve, MayOpen bool
}

// ReplyLine is one reply of a thread.
type ReplyLine struct{ What, By, On, Text string }

// deskShow shows the desk of the latest dossier.
func (s *site) deskShow(v *visit) error {
	said := SayForm{}
	if late, ok := v.early(); ok {
		said.Text, said.Secret, said.on = late.Get("text"), late.Get("internal") == "yes", late.Get("target")
	}
	return s.deskPage(v, http.StatusOK, said, nil)
}

// deskPage draws the desk, with the remark as it was typed.
func (s *site) deskPage(v *visit, status int, said SayForm, errs []ErrorLink) error {
	file, err := v.deskFile()
	if err != nil {
		return err
	}
	d := file.System.Last()
	rs, err := s.Review.Remarks(v.r.Context(), file.For, file.System.Code, d.No)
	if err != nil {
		return err
	}
	k := desk{v, &file, d, review.Threads(rs, file.For), "/systems/" + file.System.Code + "/review"}
	p := DeskPage{Page: v.page(v.t("desk.title") + ": " + file.System.Name), System: v.identity(&file), Version: file.System.Version,
		Digest: d.Digest, Facts: v.dossierFacts(d), Steps: v.steps(d), Round: v.t("desk.round", d.LastRound()), Under: v.underNote(file.For.Under)}
	if v.past() {
		p.Version = 0 // how often a system was saved is not taken back
	}
	p.Keys = v.deskKeys(&p.Page)
	p.Simulated, p.Failed, p.Errors = file.System.Origin == approval.Simulated, len(errs) > 0, errs
	if d.Determination != nil {
		p.Criteria = v.criteria(*d.Determination)
	}
	k.compare(&p, rs)
	if p.Plan, err = k.between(&file, k.sinceRound(d, k.base(rs))...); err != nil {
		return err
	}
	p.Sections = k.sections()
	if len(d.Documents) > 0 {
		p.Facts = append(p.Facts, Fact{Label: v.t("desk.documents"), Value: enclosed(d.Documents), Long: true})
	}
	if err := k.opinions(&p); err != nil {
		return err
	}
	p.Threads, p.Open = k.cards(), len(review.Open(k.threads))
	if lastReturn(d) != nil {
		p.Letter = k.at + "/letter"
	}
	if s.Plans != nil {
		p.Controls = "/systems/" + file.System.Code + "/checklist"
	}
	if err := k.may(&p, said); err != nil {
		return err
	}
	return v.show(status, "desk", p)
}

// deskFile is the file of the dossier on the desk, for whoever the visitor may be
// at it: who does the next act, else who remarks.
func (v *visit) deskFile() (approval.File, error) {
	file, err := v.fileOf(v.code(), func(f *approval.File) bool {
		return slices.ContainsFunc(v.deeds, func(d deed) bool {
			return (d.judged || d.act == approval.ActSubmit) && slices.Contains(f.Acts, d.act)
		})
	}, judges)
	if d := file.System.Last(); err == nil && (d == nil || d.LastRound() == 0 || v.Review == nil) {
		err = approval.ErrNotFound()
	}
	return file, err
}

// desk is a desk about to be drawn, for who sees the file.
type desk struct {
	*visit
	file    *approval.File
	d       *approval.Dossier
	threads []review.Thread
	at      string
}

// actor is who sits at the desk: the visitor, or the visitor under a delegation.
func (k desk) actor() approval.Actor { return k.file.For }

// may fills in what the actor may do: neighbours in the queue, the next act, a
// remark.
func (k desk) may(p *DeskPage, said SayForm) error {
	items, err := k.queue()
	if err != nil {
		return err
	}
	for i, it := range items {
		if it.Code != k.file.System.Code {
			continue
		}
		p.Due, p.By = k.due(it)
		if i > 0 {
			p.Prev = "/systems/" + items[i-1].Code + "/review"
		}
		if i < len(items)-1 {
			p.Next = "/systems/" + items[i+1].Code + "/review"
		}
	}
	p.Acts = k.actLinks(k.file.Acts)
	for _, d := range k.deeds {
		if !d.judged || !slices.Contains(k.file.Acts, d.act) {
			continue
		}
		form, err := k.deedForm(deedSheet{deed: d, file: k.file, in: url.Values{}})
		if err != nil {
			return err
		}
		p.Act = &form
		break
	}
	if k.speaks() {
		if err := k.hold(p); err != nil {
			return err
		}
		said.Action, said.Targets, p.MarkSeen = k.at+"/remarks", k.targets(said), true
		p.Say = &said
	}
	return nil
}

// hold fills in who has the dossier in hand.
func (k desk) hold(p *DeskPage) error {
	if k.Roster == nil || k.file.System.Open() == nil {
		return nil
	}
	held, colleagues, err := k.Roster.Holders(k.r.Context(), k.actor())
	if err != nil {
		return err
	}
	now := held[review.HoldObject(k.file.System.Code, k.d.No)]
	p.Hold = &HoldForm{Action: k.at + "/hold", Holder: now.Shown, Take: now.Holder == "", Mine: now.Holder == k.actor().Person}
	for _, c := range colleagues {
		if c.Person != k.actor().Person {
			p.Hold.Colleagues = append(p.Hold.Colleagues, Option{Code: c.Login, Label: c.Name})
		}
	}
	return nil
}

// judges tells whether who sees a file may remark on its latest dossier: by the
// law, and with no hand of the applicant's in it.
func judges(f *approval.File) bool {
	d := f.System.Last()
	return f.Competence != nil && d != nil && review.Judges(f.For, &f.System, *f.Competence) && d.HandOf(f.For.Person) != "edit"
}

// speaks tells whether whoever sits at the desk remarks on the dossier.
func (k desk) speaks() bool { return !k.past() && judges(k.file) }

// fields walks the fields of the dossier form and of the facts, the sections in
// the order of the papers.
func (k desk) fields(visit func(section forms.Section, f *forms.Field, facts bool)) {
	c := forms.Context{Level: int(k.d.Level), Rules: string(k.d.Rules), Stage: string(k.file.System.Stage)}
	if form, ok := k.Shelf.Form("dossier", k.d.Edition); ok {
		for _, s := range form.Shown(c, k.d.Statement) {
			for i := range s.Fields {
				visit(s, &s.Fields[i], false)
			}
		}
	}
	if form, err := k.form("facts"); err == nil && k.d.Facts != nil {
		for _, s := range form.Shown(c, approval.FactAnswers(*k.d.Facts)) {
			for i := range s.Fields {
				visit(s, &s.Fields[i], true)
			}
		}
	}
}

// sections are the whole dossier, each field with the remarks on it.
func (k desk) sections() []DeskSection {
	var all []DeskSection
	k.fields(func(s forms.Section, f *forms.Field, facts bool) {
		answers, title := k.d.Statement, s.Title.In(k.lang)
		if facts {
			answers = approval.FactAnswers(*k.d.Facts)
		}
		if len(all) == 0 || all[len(all)-1].Title != title {
			all = append(all, DeskSection{Title: title})
		}
		x := DeskField{Fact: k.answered(f, answers), ID: "f-" + f.ID}
		n := 0
		for _, t := range k.threads {
			if t.Target == "field:"+f.ID {
				n++
			}
		}
		switch {
		case n > 0:
			x.Href, x.Remarks = "#about-"+f.ID, k.t("desk.remarks", n)
		case k.speaks():
			x.Href, x.Remarks = k.at+"?about=field:"+f.ID+"#say", k.t("desk.remark")
		}
		all[len(all)-1].Fields = append(all[len(all)-1].Fields, x)
	})
	return all
}

// base is the round to compare with: the one the address names, else that of the
// actor's own last look.
func (k desk) base(rs []review.Remark) int {
	if n, err := strconv.Atoi(k.r.URL.Query().Get("from")); err == nil {
		return n
	}
	return review.Looked(rs, k.d, k.actor().Person)
}

// compare fills in the difference since the base.
func (k desk) compare(p *DeskPage, rs []review.Remark) {
	last := k.d.LastRound()
	base := k.base(rs)
	for _, r := range k.d.Rounds[:max(len(k.d.Rounds)-1, 0)] {
		p.Bases = append(p.Bases, Link{Href: k.at + "?from=" + strconv.Itoa(r.No), Text: k.t("desk.round", r.No), Here: r.No == base})
	}
	if base < 1 || base > len(k.d.Rounds) || last > len(k.d.Rounds) {
		return
	}
	p.Base = k.t("desk.since", base)
	p.Folded = true
	if base == last {
		p.Same = k.t("desk.nothing", last)
		return
	}
	before, after := k.d.Rounds[base-1].Submission, k.d.Rounds[last-1].Submission
	same := 0
	k.fields(func(_ forms.Section, f *forms.Field, facts bool) {
		a, b := before.Statement, after.Statement
		if facts && (before.Facts == nil || after.Facts == nil) {
			return
		}
		if facts {
			a, b = approval.FactAnswers(*before.Facts), approval.FactAnswers(*after.Facts)
		}
		if a[f.ID] == b[f.ID] {
			same++
			return
		}
		p.Changes = append(p.Changes, change(k.voice, f, a, b))
	})
	if a, b := enclosed(before.Documents), enclosed(after.Documents); a != b {
		f := forms.Field{Type: "longtext", Label: forms.Text{VI: k.site.words["desk.documents"].vi, EN: k.site.words["desk.documents"].en}}
		p.Changes = append(p.Changes, change(k.voice, &f, forms.Answers{"": a}, forms.Answers{"": b}))
	}
	p.Same = k.t("desk.same", same)
}

// enclosed lists the documents of a round, each with the start of its hash.
func enclosed(ds []approval.Enclosure) string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Name + " (" + d.SHA256[:min(12, len(d.SHA256))] + "…)"
	}
	return strings.Join(lines, "\n")
}

// change is one field before and after.
func change(v voice, f *forms.Field, a, b forms.Answers) Change {
	c := Change{Label: f.Label.In(v.lang), Href: "#f-" + f.ID}
	for _, x := range review.Diff(f.Show(a[f.ID]).In(v.lang), f.Show(b[f.ID]).In(v.lang)) {
		if x.Op != "ins" {
			c.Before = append(c.Before, x)
		}
		if x.Op != "del" {
			c.After = append(c.After, x)
		}
	}
	return c
}

// targets are what a remark may be about.
func (k desk) targets(said SayForm) []Option {
	all := []Option{{Code: "", Label: k.t("desk.whole")}}
	k.fields(func(_ forms.Section, f *forms.Field, _ bool) {
		all = append(all, Option{Code: "field:" + f.ID, Label: f.Label.In(k.lang)})
	})
	given := orElse(orElse(k.r.PostForm.Get("target"), k.r.URL.Query().Get("about")), said.on)
	if strings.HasPrefix(given, "control:") {
		all = append(all, Option{Code: given, Label: k.about(given)})
	}
	return choose("target", []string{given}, all...)
}

// about names a target in words.
func (k desk) about(target string) string {
	kind, key, _ := strings.Cut(target, ":")
	name := key
	switch kind {
	case "":
		name = k.t("desk.whole")
	case "control":
		name, _ = k.control(key)
	}
	k.fields(func(_ forms.Section, f *forms.Field, _ bool) {
		if kind == "field" && f.ID == key {
			name = f.Label.In(k.lang)
		}
	})
	return name
}

// control names a control of the dossier's list, and tells the group of the list
// that it stands in; "" when the list has it not.
func (k desk) control(key string) (name, group string) {
	if k.Controls != nil {
		for _, c := range k.Controls.For(k.d.Rules, k.d.Level) {
			if c.Key == key {
				return k.t("desk.control", key) + ": " + k.say(c.Title), c.Group
			}
		}
	}
	return k.t("desk.control", key), ""
}

// where is the address of what a remark is about: the applicant is led to where
// it is mended, everyone else to where it is read.
func (k desk) where(target string) string {
	kind, key, _ := strings.Cut(target, ":")
	system := "/systems/" + k.file.System.Code
	switch kind {
	case "field":
		page := system + "/dossier#"
		k.fields(func(_ forms.Section, f *forms.Field, facts bool) {
			if facts && f.ID == key {
				page = system + "/facts#"
			}
		})
		if k.d.State.Editable() && slices.Contains(k.file.Acts, approval.ActSubmit) {
			return page + key
		}
		return "#f-" + key
	case "control":
		if _, group := k.control(key); group != "" && k.Plans != nil {
			return system + "/checklist/" + group + "#" + fieldID("c", key)
		}
	}
	return ""
}

// lastReturn is when the dossier last went back to its applicant, nil when it
// never did.
func lastReturn(d *approval.Dossier) *returned {
	var last *returned
	for _, r := range d.Reviews {
		if r.Outcome == approval.SendBack {
			last = &returned{r.By, r.At, r.Comment, d.RoundOf(r.Digest)}
		}
	}
	for _, r := range d.Receipts {
		if !r.Complete && (last == nil || r.At.After(last.at)) {
			last = &returned{r.By, r.At, r.Lacks, r.Round}
		}
	}
	return last
}
