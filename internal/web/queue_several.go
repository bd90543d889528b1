package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// mostAtOnce bounds how many acts one page carries out.
const mostAtOnce = queueLength

// SeveralPage is one act on several systems: chosen, confirmed, done. Each is an
// act of its own with its own entry, and may fail by itself.
type SeveralPage struct {
	Page
	Heading string
	Count   string // how many are meant, in words
	Signed  bool   // one signature for all comes next
	Systems SeveralTable
	Form    *Form // nil once done
}

// SeveralTable lists the systems of a joint act, and once it is known what came of
// each.
type SeveralTable struct {
	Caption string
	Rows    []SeveralRow
	Told    bool // outcomes are
}

// SeveralRow is one system of a joint act. Outcome and Reasons are set once it
// was tried.
type SeveralRow struct {
	Href, Name, Code, Owner, Level, Round, Digest string
	Under                                         string // by which delegation, "" in the own capacity
	Outcome                                       *Tag
	Reasons                                       []string
}

// several is what a joint act is about to be done on.
type several struct {
	deed  deed
	files []*approval.File
	seen  []severalItem // as the person saw them
}

// severalItem is one system as the confirming page showed it.
type severalItem struct {
	code, digest string
	version      int64
}

// both is a phrase in both languages.
func (s *site) both(key string) law.Text { return law.Text{VI: s.words[key].vi, EN: s.words[key].en} }

// severalOf reads which act is meant, and on what.
func (s *site) severalOf(v *visit, in url.Values, codes []string) (several, error) {
	i := slices.IndexFunc(s.deeds, func(d deed) bool { return d.judged && d.act == in.Get("act") })
	if i < 0 || len(codes) == 0 {
		return several{}, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Rule: "none-chosen", Says: s.both("several.none")}}}
	}
	if len(codes) > mostAtOnce {
		return several{}, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Rule: "too-many", Says: s.both("several.most")}}}
	}
	x := several{deed: s.deeds[i]}
	for _, code := range codes {
		file, err := v.fileFor(code, x.deed.act)
		if err != nil {
			return several{}, err
		}
		x.files = append(x.files, &file)
	}
	return x, nil
}

// severalShow shows what was chosen, with one form for all.
func (s *site) severalShow(v *visit) error {
	q := v.r.URL.Query()
	codes := slices.Compact(slices.Sorted(slices.Values(q["code"])))
	x, err := s.severalOf(v, q, codes)
	if err != nil {
		return err
	}
	return s.severalPage(v, x, deedSheet{deed: x.deed, in: url.Values{}, status: http.StatusOK})
}

// severalPage draws the confirming page: it names the count and each dossier's
// digest, which travels along.
func (s *site) severalPage(v *visit, x several, d deedSheet) error {
	d.file = x.files[0]
	form, err := v.deedForm(d)
	if err != nil {
		return err
	}
	p := SeveralPage{Page: v.page(v.t("several.title", v.t("act."+x.deed.act), len(x.files))), Count: v.t("several.count", len(x.files))}
	p.Heading, p.Systems.Caption, p.Form, p.Failed, p.Signed = p.Title, p.Title, &form, len(d.findings) > 0, v.signs(x.deed)
	form.Action, form.Cancel, form.Hidden = "/queue/several", "/queue", []Hidden{{"act", x.deed.act}}
	for i := range form.Buttons {
		form.Buttons[i].Text = v.t("several.button", form.Buttons[i].Text, len(x.files))
	}
	for i, f := range x.files {
		item := severalItem{code: f.System.Code, version: f.System.Version}
		if last := f.System.Last(); last != nil {
			item.digest = last.Digest
		}
		if i < len(x.seen) {
			item = x.seen[i]
		}
		form.Hidden = append(form.Hidden, Hidden{"item", item.code + "|" + strconv.FormatInt(item.version, 10) + "|" + item.digest})
		p.Systems.Rows = append(p.Systems.Rows, v.severalRow(f))
		p.Simulated = p.Simulated || f.System.Origin == approval.Simulated
	}
	return v.show(d.status, "several", p)
}

// severalRow is one system in words.
func (v *visit) severalRow(f *approval.File) SeveralRow {
	id := v.identity(f)
	r := SeveralRow{Href: "/systems/" + f.System.Code + "/review", Name: f.System.Name, Code: f.System.Code, Owner: id.OwnerName, Level: id.Level, Under: v.underNote(f.For.Under)}
	if d := f.System.Last(); d != nil {
		r.Round, r.Digest = v.t("desk.round", d.LastRound()), d.Digest
	}
	return r
}

// itemsOf reads the systems of a joint act as the person saw them, each once.
func itemsOf(in url.Values) (items []severalItem, codes []string) {
	for _, item := range in["item"] {
		part := strings.SplitN(item, "|", 3)
		if len(part) != 3 || slices.Contains(codes, part[0]) {
			continue
		}
		version, _ := strconv.ParseInt(part[1], 10, 64) // not a number: version 0, which is stale
		items, codes = append(items, severalItem{part[0], part[2], version}), append(codes, part[0])
	}
	return items, codes
}

// severalDo carries the act out on each, one after the other, and tells what
// came of each.
func (s *site) severalDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	in := v.r.PostForm
	seen, codes := itemsOf(in)
	x, err := s.severalOf(v, in, codes)
	if err != nil {
		return err
	}
	x.seen = seen
	var all []filled
	for i, file := range x.files {
		sheet := deedSheet{deed: x.deed, file: file, in: copyValues(in), status: http.StatusUnprocessableEntity}
		one, problems, err := s.read(v, sheet)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			sheet.findings = findings(problems)
			return s.severalPage(v, x, sheet)
		}
		one.version, one.digest = seen[i].version, seen[i].digest
		all = append(all, one)
	}
	if asked, err := s.severalWord(v, x, all); asked || err != nil {
		return err
	}
	return s.severalDone(v, x, all)
}

// severalWord makes sure that weighty acts bear their actor's word, given once for
// all of them. What had changed by then since the person saw it is left out of
// it, and what changes later is a signature on another record: the office refuses
// both as stale, and the others stand.
func (s *site) severalWord(v *visit, x several, all []filled) (asked bool, err error) {
	if !s.signs(x.deed) {
		return false, nil
	}
	in := v.r.PostForm
	wants, whose, err := s.wanted(v, x, all, in["left"])
	if err != nil {
		return false, err
	}
	words, wrong, err := s.given(v, in, wants)
	if err != nil {
		return false, err
	}
	for i := range words {
		whose[i].bears(&words[i])
	}
	in["left"] = x.moved()
	if words != nil || len(in["left"]) == len(x.files) {
		return false, nil
	}
	if wants, _, err = s.wanted(v, x, all, in["left"]); err != nil {
		return false, err
	}
	back := url.Values{"act": {x.deed.act}, "code": x.codes()}
	return true, s.signPage(v, asking{wants: wants, sheet: deedSheet{deed: x.deed, file: x.files[0], in: in}, several: v.toSign(x, in["left"]),
		back: "/queue/several?" + back.Encode(), wrong: wrong})
}

// wanted are the statements on the systems that are not left out, and the acts
// they are on.
func (s *site) wanted(v *visit, x several, all []filled, left []string) (wants []identity.Statement, whose []*filled, err error) {
	for i := range all {
		if slices.Contains(left, all[i].code) {
			continue
		}
		want, err := s.statement(v, &all[i], deedSheet{deed: x.deed, file: x.files[i]})
		if err != nil {
			return nil, nil, err
		}
		wants, whose = append(wants, want), append(whose, &all[i])
	}
	return wants, whose, nil
}

// moved are the codes of the systems that changed since the person saw them.
func (x several) moved() []string {
	var all []string
	for i, f := range x.files {
		if f.System.Version != x.seen[i].version {
			all = append(all, f.System.Code)
		}
	}
	return all
}

// toSign lists what is signed together, and what is left out.
func (v *visit) toSign(x several, left []string) *SeveralTable {
	t := SeveralTable{Caption: v.t("several.what"), Told: true}
	for _, f := range x.files {
		row := v.severalRow(f)
		row.Outcome = &Tag{v.t("several.signed"), "blue"}
		if slices.Contains(left, f.System.Code) {
			row.Outcome, row.Reasons = &Tag{v.t("several.left"), "red"}, v.sayings(approval.ErrStale())
		}
		t.Rows = append(t.Rows, row)
	}
	return &t
}

// codes are those of the systems.
func (x several) codes() []string {
	all := make([]string, len(x.files))
	for i, f := range x.files {
		all[i] = f.System.Code
	}
	return all
}

// severalDone does the acts and shows what came of each.
func (s *site) severalDone(v *visit, x several, all []filled) error {
	p := SeveralPage{Page: v.page(v.t("several.done")), Heading: v.t("several.done"), Systems: SeveralTable{Caption: v.t("several.done"), Told: true}}
	done := 0
	for i, one := range all {
		row := v.severalRow(x.files[i])
		err := x.deed.do(v.r.Context(), s.Office, one)
		r, refused := refusal(err)
		switch {
		case refused:
			row.Outcome, row.Reasons = &Tag{v.t("several.refused"), "red"}, v.sayings(r)
		case err != nil:
			return err
		default:
			done++
			row.Outcome = &Tag{v.t("several.ok"), "green"}
		}
		p.Systems.Rows = append(p.Systems.Rows, row)
	}
	p.Count = v.t("several.result", done, len(all))
	return v.show(http.StatusOK, "several", p)
}
