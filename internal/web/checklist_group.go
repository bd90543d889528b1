package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// GroupPage is one group of controls to be answered or checked, or one control
// of it as a card.
type GroupPage struct {
	Page
	System       *Identity
	Heading      string
	Clause       string
	Action       string
	Errors       []ErrorLink
	MayAnswer    bool
	MayCheck     bool
	Rows         []ControlForm
	Back         string
	Before, Next *Link
	Left         string
	Autosave     string // base of the fields' addresses, "" where nothing is saved by itself
	Query        string // of those addresses: the list asked for
	SaveLine     string
	Present      string // who else has the plan open
	Upload       string // what files may be, "" where none are taken in
	Cards, Again string // address of the cards; of the whole list where the filter is empty
	Card         bool   // one control a page
	NextKey      string // of the next card, "" on the last
}

// ControlForm is one control as a set of fields.
type ControlForm struct {
	ID, Key, Clause, Title, Note, Condition, Proof, Review string
	Thresholds                                             []string
	Result                                                 Tag
	Tags                                                   []Tag
	Said                                                   string // who said it when
	Seen                                                   int
	Results                                                []Option
	How, Origin, Due, Notes                                string
	Roles, Costs                                           []Option
	Evidence                                               []EvidenceForm
	Files                                                  []FileForm
	FilesAt                                                string // where files are taken off
	Upload                                                 bool
	Clash                                                  *ClashView
	Carried                                                string // what the older list says, nothing is taken over
	Checked                                                string // what another person said
	Past                                                   []string
	Answer                                                 int    // number of the answer to be checked, 0 none
	Open                                                   bool   // something in the fold is to be mended
	Remark                                                 string // address of the form of a remark on it, "" for who makes none
}

// EvidenceForm is one piece of evidence.
type EvidenceForm struct {
	ID, Ref, On, Until string
	Kinds              []Option
}

// FileForm is a document attached to a control, which may be its evidence.
type FileForm struct {
	ID, Name, Href, Digest, On, Until string
	No                                int
	State                             Tag
	Evidence                          bool // the answer names it
}

// answered is a group page that comes back: what still stands as typed, what
// clashes, what is to be mended.
type answered struct {
	typed    map[string]plan.AnswerInput
	clashes  map[string]plan.Clash
	findings []approval.Finding
	status   int
}

// groupShow shows a group; with what was sent to it after the session had ended.
func (s *site) groupShow(v *visit) error {
	back := answered{status: http.StatusOK}
	if in, ok := v.early(); ok {
		_, sheet, err := v.planSheet()
		if err != nil {
			return err
		}
		back.typed = map[string]plan.AnswerInput{}
		for _, a := range typedAnswers(in, sheet) {
			back.typed[a.Key] = a
		}
		back.findings = []approval.Finding{v.finding("", "save.kept")}
	}
	return v.groupPage(back)
}

// groupPage draws a group.
func (v *visit) groupPage(back answered) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	groups := v.groupsOf(sheet)
	i := slices.IndexFunc(groups, func(g stateGroup) bool { return g.key == v.r.PathValue("group") })
	if i < 0 {
		return v.absent(v)
	}
	g := groups[i]
	p := GroupPage{Heading: orElse(v.say(g.group.Title), g.key), Clause: g.clause, Action: v.planAt("/checklist/" + g.key), Back: v.planAt("/checklist")}
	if i > 0 {
		p.Before = &Link{Href: v.planAt("/checklist/" + groups[i-1].key), Text: v.t("pl.before", orElse(v.say(groups[i-1].group.Title), groups[i-1].key))}
	}
	for k := 1; k < len(groups); k++ { // the next group with something left, round the list
		n := groups[(i+k)%len(groups)]
		if plan.Count(n.states).Unanswered > 0 {
			p.Next = &Link{Href: v.planAt("/checklist/" + n.key), Text: v.t("pl.next", orElse(v.say(n.group.Title), n.key))}
			break
		}
	}
	n := plan.Count(g.states)
	p.Left = v.t("pl.left", v.num(n.Unanswered), v.num(n.Total))
	p.Cards = v.planAt("/checklist-cards", "at", g.states[0].Control.Key)
	return v.controlsPage(p, &file, sheet, g.states, back)
}

// controlsPage draws controls as sets of fields on a page that is begun.
func (v *visit) controlsPage(p GroupPage, file *approval.File, sheet plan.Sheet, states []plan.State, back answered) error {
	p.Page, p.System = v.page(p.Heading+" – "+file.System.Name), v.identity(file)
	p.Simulated, p.Failed = file.System.Origin == approval.Simulated, len(back.findings) > 0
	p.MayAnswer = v.mayAnswer(file)
	p.MayCheck = v.mayCheck(file)
	if p.MayAnswer && len(states) > 0 {
		p.Script, p.SaveLine, p.Present = v.script.path, v.t("save.never"), v.presentAtPlan(sheet, "")
		p.Autosave = "/systems/" + v.code() + "/checklist/" + states[0].Control.Group + "/fields"
		if rules := v.r.URL.Query().Get("rules"); rules != "" {
			p.Query = "?" + url.Values{"rules": {rules}}.Encode()
		}
		if v.Documents != nil {
			p.Upload = v.t("doc.rules", int(v.Documents.Limits.File>>20), int(v.Documents.Limits.Object>>20))
		}
	}
	old, err := v.older(file, sheet)
	if err != nil {
		return err
	}
	remark := v.remarkAt(file)
	for _, x := range states {
		f := v.controlForm(x, sheet.Plan, back.typed, old[x.Control.Key])
		if remark != "" {
			f.Remark = remark + url.QueryEscape("control:"+f.Key) + "#say"
		}
		if f.Upload = p.Upload != ""; f.Upload {
			f.FilesAt = documentsOf(v.code(), attachment.Control(x.Control.Key))
		}
		if c, ok := back.clashes[x.Control.Key]; ok {
			f.Clash, f.Open = v.answerClash(c, f.Seen), true
		}
		p.Rows = append(p.Rows, f)
	}
	for _, f := range back.findings {
		for i := range p.Rows {
			p.Rows[i].Open = p.Rows[i].Open || strings.HasPrefix(f.Field, p.Rows[i].Key+".")
		}
		p.Errors = append(p.Errors, ErrorLink{Href: anchor(f.Field, states), Text: v.say(f.Says), Cites: f.Cites})
	}
	return v.show(back.status, "checklist_group", p)
}

// mayAnswer: the operating unit of the owner answers, while the system lives.
func (v *visit) mayAnswer(f *approval.File) bool {
	return !v.past() && v.actor().Capacity == law.RoleOperator && v.actor().Body == f.System.Owner && f.System.Retirement == nil
}

// mayCheck: who checks the plans of the owner, while the system lives.
func (v *visit) mayCheck(f *approval.File) bool {
	return !v.past() && plan.MayCheck(v.actor(), f.System.Owner) && f.System.Retirement == nil
}

// anchor is the field a finding is about: KEY or KEY.part.
func anchor(field string, ss []plan.State) string {
	for _, s := range ss {
		key := s.Control.Key
		part, ok := strings.CutPrefix(field, key+".")
		switch {
		case field == key || ok && part == string(plan.PartResult):
			return "#" + fieldID("r-"+string(plan.Met), key)
		case ok && part == "evidence":
			return "#" + fieldID("er", key+".0")
		case ok && !strings.Contains(part, "."):
			return "#" + fieldID(part, key)
		}
	}
	return ""
}

// older says, by control, what the answers under the other rule set are worth
// here. Nothing is marked by it.
func (v *visit) older(f *approval.File, s plan.Sheet) (map[string]string, error) {
	out := map[string]string{}
	seen := map[plan.List]bool{}
	for i := len(s.Plan.Answers) - 1; i >= 0; i-- {
		at := s.Plan.Answers[i].List
		if at == s.List || seen[at] {
			continue
		}
		seen[at] = true
		old, err := v.Plans.Sheet(v.r.Context(), f.For, f.System.Code, &at)
		if err != nil {
			return nil, err
		}
		met, said := map[string]bool{}, map[string]plan.State{}
		for _, x := range old.States {
			met[x.Control.Key], said[x.Control.Key] = x.Holds() && x.Result != plan.NotApplicable, x
		}
		gap := v.Controls.Carry(at.Rules, at.Level, s.List.Rules, s.List.Level, met)
		for worth, list := range map[string][]controls.Carried{"same": gap.Covered, "partly": gap.Partly} {
			for _, k := range list {
				if out[k.Control.Key] == "" {
					out[k.Control.Key] = v.worthOf(k, worth, said)
				}
			}
		}
	}
	return out, nil
}

// worthOf says which old answers lead to a control, and how sure the link is.
func (v *visit) worthOf(k controls.Carried, worth string, said map[string]plan.State) string {
	var parts []string
	for _, n := range k.Links {
		x, ok := said[n.From]
		if n.Kind == controls.LinkRelated || !ok || x.Answer == nil {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s (%s): %s. %s", n.From, x.Control.Clause, v.sure(n.Confidence), v.t("result."+string(x.Result)), x.Answer.How))
	}
	return v.t("pl.carry."+worth) + " " + strings.Join(parts, "; ")
}

// controlForm is a control with its fields, as they are or as still typed.
func (v *visit) controlForm(x plan.State, p plan.Plan, typed map[string]plan.AnswerInput, old string) ControlForm {
	key, c := x.Control.Key, v.control(x.Control)
	f := ControlForm{ID: fieldID("c", key), Key: key, Clause: c.Clause, Title: c.Title, Note: c.Note, Condition: c.Condition, Proof: c.Proof, Review: c.Review,
		Thresholds: c.Thresholds, Result: v.resultTag(x), Tags: v.standTags(x), Carried: old}
	in := plan.AnswerInput{Key: key}
	if a := x.Answer; a != nil {
		in = plan.AnswerInput{Key: key, Seen: a.No, Result: a.Result, How: a.How, Origin: a.Origin, Evidence: a.Evidence, Role: a.Role, Due: a.Due, Cost: a.Cost, Note: a.Note}
		f.Said, f.Answer = v.t("pl.by", a.By.Account, v.when(a.At)), a.No
	}
	if t, ok := typed[key]; ok {
		in = t
	}
	f.Seen, f.How, f.Origin, f.Notes = in.Seen, in.How, in.Origin, in.Note
	f.Due = v.day(in.Due)
	for _, r := range plan.Results() {
		f.Results = append(f.Results, Option{ID: fieldID("r-"+string(r), key), Code: string(r), Label: v.t("result." + string(r)), Chosen: r == in.Result})
	}
	f.Roles, f.Costs = v.wordOptions(v.Book.PlanRoles(), in.Role), v.wordOptions(v.Book.CostClasses(), in.Cost)
	v.evidenceForms(&f, p, in.Evidence)
	if k := x.Check; k != nil {
		f.Checked = v.t("pl.checked", v.t("check."+string(k.Outcome)), k.By.Account, v.when(k.At)) + " " + k.Note
	}
	for _, a := range p.Answers {
		if a.Key == key && x.Answer != nil && a.List == x.Answer.List && a.No != x.Answer.No {
			f.Past = append(f.Past, v.t("result."+string(a.Result))+". "+v.t("pl.by", a.By.Account, v.when(a.At))+" "+a.How)
		}
	}
	return f
}

// evidenceForms are the pieces of evidence that are written, with an empty one
// more, and the files attached to the control.
func (v *visit) evidenceForms(f *ControlForm, p plan.Plan, es []plan.Evidence) {
	named, attached := map[int]bool{}, p.FilesOf(plan.AttachedTo(f.Key))
	for _, e := range es {
		if e.Kind == plan.File && e.Document > 0 {
			if i := slices.IndexFunc(attached, func(d approval.Attached) bool { return d.No == e.Document }); i >= 0 {
				e.Ref, e.SHA256 = attached[i].Name, attached[i].SHA256 // as typed it has a number only
			}
			named[e.Document] = true
			x := v.fileForm(fmt.Sprintf("%s.%d", f.Key, len(f.Files)), p.FileNow(e))
			x.Evidence = true
			f.Files = append(f.Files, x)
			continue
		}
		f.Evidence = append(f.Evidence, v.evidenceForm(fmt.Sprintf("%s.%d", f.Key, len(f.Evidence)), e))
	}
	f.Evidence = append(f.Evidence, v.evidenceForm(fmt.Sprintf("%s.%d", f.Key, len(f.Evidence)), plan.Evidence{Kind: plan.Document}))
	for _, d := range attached {
		if !named[d.No] {
			e := plan.Evidence{Kind: plan.File, Document: d.No, Ref: d.Name, SHA256: d.SHA256}
			f.Files = append(f.Files, v.fileForm(fmt.Sprintf("%s.%d", f.Key, len(f.Files)), p.FileNow(e)))
		}
	}
}

// fileForm is one file, with its address where it is given out.
func (v *visit) fileForm(id string, f plan.FileNow) FileForm {
	state := attachment.State(f.State)
	x := FileForm{ID: id, No: f.Document, Name: f.Ref, Digest: f.SHA256, On: v.day(f.On), Until: v.day(f.Until), State: Tag{v.t("doc.state." + f.State), documentTone(state)}}
	if v.Documents != nil && v.Documents.Serves(state) {
		x.Href = "/systems/" + v.code() + "/documents/" + strconv.Itoa(f.Document)
	}
	return x
}

// evidenceForm is one piece of evidence that is written. A file by its name
// alone stands in old answers only.
func (v *visit) evidenceForm(id string, e plan.Evidence) EvidenceForm {
	f := EvidenceForm{ID: id, Ref: e.Ref, On: v.day(e.On), Until: v.day(e.Until)}
	for _, k := range []plan.EvidenceKind{plan.Document, plan.Link, plan.File} {
		if k != plan.File || e.Kind == plan.File {
			f.Kinds = append(f.Kinds, Option{Code: string(k), Label: v.t("evidence." + string(k)), Chosen: k == e.Kind})
		}
	}
	return f
}

func (v *visit) wordOptions(ws []law.Word, chosen string) []Option {
	var all []Option
	for _, w := range ws {
		all = append(all, Option{Code: w.Key, Label: v.say(w.Says), Chosen: w.Key == chosen})
	}
	return all
}
