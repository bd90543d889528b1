package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// ChecklistPage is the plan of a system as a list of tasks: a group a line.
type ChecklistPage struct {
	Page
	System  *Identity
	Lead    string
	Measure string // what the controls amount to
	Word    string // what the officer last declared differs, or stands on word alone
	Numbers []Fact // declared, verified, expired: three numbers, never one
	Groups  []TaskRow
	Lists   []Link // the other rule set's list
	Links   []Link
}

// TaskRow is a group of controls with what is left of it.
type TaskRow struct {
	Href, Title, Clause, Count string
	State                      Tag
}

// listAsked reads the list a page is about from its address; nil is the one the
// system follows.
func (v *visit) listAsked(f *approval.File) *plan.List {
	rules := law.RuleSet(v.r.URL.Query().Get("rules"))
	at, ok := plan.ListOf(f.Standing, f.Current)
	if !ok || rules == "" || rules == at.Rules || len(v.Controls.For(rules, at.Level)) == 0 {
		return nil
	}
	to := plan.List{Rules: rules, Level: at.Level}
	for _, d := range f.Levels {
		if d.Rules == rules && d.Level != nil {
			to.Level = *d.Level
		}
	}
	return &to
}

// planSheet opens the file and the plan of the system the address names.
func (v *visit) planSheet() (f approval.File, s plan.Sheet, err error) {
	if v.Plans == nil || v.Controls == nil {
		return f, s, approval.ErrNotFound()
	}
	if f, err = v.fileFor(v.code()); err != nil {
		return f, s, err
	}
	s, err = v.Plans.Sheet(v.r.Context(), f.For, v.code(), v.listAsked(&f))
	return f, s, err
}

// planAt is an address below the system's plan, with the list asked for.
func (v *visit) planAt(path string, more ...string) string {
	q := url.Values{}
	if r := v.r.URL.Query().Get("rules"); r != "" {
		q.Set("rules", r)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	at := "/systems/" + v.code() + path
	if len(q) > 0 {
		at += "?" + q.Encode()
	}
	return at
}

// checklistShow shows the groups and the three numbers.
func (s *site) checklistShow(v *visit) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	p := ChecklistPage{Page: v.page(v.t("pl.title") + " – " + file.System.Name), System: v.identity(&file)}
	p.Simulated = file.System.Origin == approval.Simulated
	if !sheet.Known {
		p.Lead = v.t("ctl.nolevel")
		return v.show(http.StatusOK, "checklist", p)
	}
	n := sheet.Numbers
	p.Lead = v.t("pl.lead", int(sheet.List.Level), v.ruleSet(sheet.List.Rules), v.num(n.Answered()), v.num(n.Total))
	p.Numbers = []Fact{{Label: v.t("pl.declared"), Value: v.num(n.Declared)}, {Label: v.t("pl.verified"), Value: v.num(n.Verified)}, {Label: v.t("pl.expired"), Value: v.num(n.Expired)}}
	p.Measure, p.Word = v.measured(&file, sheet)
	for _, g := range v.groupsOf(sheet) {
		p.Groups = append(p.Groups, v.task(g))
	}
	for _, rs := range []law.RuleSet{law.R85, law.R331} {
		if rs != sheet.List.Rules {
			p.Lists = append(p.Lists, Link{Href: "/systems/" + v.code() + "/checklist?rules=" + string(rs), Text: v.t("pl.other", v.ruleSet(rs))})
		}
	}
	p.Links = []Link{{Href: v.planAt("/checklist-cards", "state", string(plan.Unanswered)), Text: v.t("pl.cards")}, {Href: v.planAt("/checklist-all"), Text: v.t("pl.all")}, {Href: v.planAt("/checklist-all", "state", string(plan.Unanswered)), Text: v.t("pl.unanswered", v.num(n.Unanswered))},
		{Href: v.planAt("/gaps"), Text: v.t("pl.gaps", v.num(len(sheet.Gaps)))}, {Href: "/systems/" + v.code() + "/watch", Text: v.t("wa.title")}}
	return v.show(http.StatusOK, "checklist", p)
}

// measured says what the controls amount to, and how it stands to the word.
func (v *visit) measured(f *approval.File, s plan.Sheet) (says, word string) {
	if s.Numbers.Answered() == 0 {
		if f.Standing.Plan != approval.PlanNone {
			word = v.t("pl.word", v.t("plan."+string(f.Standing.Plan)))
		}
		return v.t("pl.nothing"), word
	}
	says = v.t("pl.measure", v.t("plan."+string(s.Measure.Status)))
	switch {
	case s.Measure.RoadmapUntil != "":
		says += " " + v.t("pl.roadmap", v.day(s.Measure.RoadmapUntil))
	case s.Measure.Undated > 0:
		says += " " + v.t("pl.undated", v.num(s.Measure.Undated))
	}
	if v.listAsked(f) == nil && f.Standing.Approval != nil && f.Standing.Plan != s.Measure.Status {
		word = v.t("pl.differs", v.t("plan."+string(f.Standing.Plan)))
	}
	return says, word
}

// stateGroup is the controls of one chapter.
type stateGroup struct {
	key    string
	group  controls.Group
	clause string
	states []plan.State
}

// groupsOf puts the controls of a sheet under their chapters, in order.
func (v *visit) groupsOf(s plan.Sheet) []stateGroup {
	titles := map[string]controls.Group{}
	for _, g := range v.Controls.Groups(s.List.Rules) {
		titles[g.Key] = g
	}
	var all []stateGroup
	for _, x := range s.States {
		i := slices.IndexFunc(all, func(g stateGroup) bool { return g.key == x.Control.Group })
		if i < 0 {
			g := titles[x.Control.Group]
			i, all = len(all), append(all, stateGroup{key: x.Control.Group, group: g, clause: x.Control.Standard + " " + g.Clauses[s.List.Level]})
		}
		all[i].states = append(all[i].states, x)
	}
	return all
}

// task is a group as a line of the list of tasks.
func (v *visit) task(g stateGroup) TaskRow {
	n := plan.Count(g.states)
	row := TaskRow{Href: v.planAt("/checklist/" + g.key), Title: orElse(v.say(g.group.Title), g.key), Clause: g.clause,
		Count: v.t("pl.count", v.num(n.Answered()), v.num(n.Total))}
	switch {
	case n.Expired > 0:
		row.State = Tag{v.t("pl.task.expired", v.num(n.Expired)), "red"}
	case n.Answered() == 0:
		row.State = Tag{v.t("pl.task.none"), "grey"}
	case n.Unanswered > 0:
		row.State = Tag{v.t("pl.task.some"), "blue"}
	default:
		row.State = Tag{v.t("pl.task.done"), "bare"}
	}
	return row
}

// resultTag shows a result.
func (v *visit) resultTag(s plan.State) Tag {
	tone := map[plan.Result]string{plan.Unanswered: "grey", plan.Met: "bare", plan.Partly: "yellow", plan.NotMet: "red", plan.NotApplicable: "grey", plan.Inherited: "blue"}
	return Tag{v.t("result." + string(s.Result)), tone[s.Result]}
}

// standTags say whether a control is verified, or why it no longer holds.
func (v *visit) standTags(s plan.State) []Tag {
	var all []Tag
	if s.Expired {
		all = append(all, Tag{v.t("lapse." + string(s.Because)), "red"})
	}
	if s.Verified {
		all = append(all, Tag{v.t("pl.isverified"), "green"})
	}
	return all
}

// ChecklistAllPage is every control of the plan in one table.
type ChecklistAllPage struct {
	Page
	System *Identity
	Action string
	Rules  string
	States []Option
	Count  string
	Rows   []AllRow
	Back   string
	Bulk   string // address of the form that sets the same on several, "" for who may not
	State  string // filter
	Set    *ControlForm
}

// AllRow is a control in the table.
type AllRow struct {
	Href, Key, Clause, Title, How, Role, Due, Cost, By string
	Result                                             Tag
	Tags                                               []Tag
	Files                                              []FileForm
}

// checklistAll shows the whole list, filtered by the address.
func (s *site) checklistAll(v *visit) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	want := v.r.URL.Query().Get("state")
	p := ChecklistAllPage{Page: v.page(v.t("pl.all") + " – " + file.System.Name), System: v.identity(&file), Action: "/systems/" + v.code() + "/checklist-all", Rules: v.r.URL.Query().Get("rules"), Back: v.planAt("/checklist")}
	p.Simulated = file.System.Origin == approval.Simulated
	for _, x := range []string{"unanswered", "met", "partly", "not_met", "not_applicable", "inherited"} {
		p.States = append(p.States, Option{Code: x, Label: v.t("result." + x), Chosen: x == want})
	}
	for _, x := range []string{"declared", "verified", "unverified", "expired"} {
		p.States = append(p.States, Option{Code: x, Label: v.t("pl." + x), Chosen: x == want})
	}
	for _, x := range sheet.States {
		if !matches(x, want) {
			continue
		}
		p.Rows = append(p.Rows, v.allRow(x))
	}
	if v.mayAnswer(&file) && len(p.Rows) > 0 {
		p.Bulk, p.State, p.Set = v.planAt("/checklist-bulk"), want, v.bulkForm(len(p.Rows))
	}
	p.Count = v.t("pl.rows", v.num(len(p.Rows)), v.num(len(sheet.States)))
	return v.show(http.StatusOK, "checklist_all", p)
}

// matches tells whether a control is among those asked for.
func matches(s plan.State, want string) bool {
	switch want {
	case "":
		return true
	case "declared":
		return s.Declared
	case "verified":
		return s.Verified
	case "unverified":
		return s.Declared && !s.Verified
	case "expired":
		return s.Expired
	}
	return string(s.Result) == want
}

func (v *visit) allRow(x plan.State) AllRow {
	row := AllRow{Href: v.planAt("/checklist/"+x.Control.Group) + "#" + fieldID("c", x.Control.Key), Key: x.Control.Key, Clause: x.Control.Standard + ", " + x.Control.Clause,
		Title: v.say(x.Control.Title), Result: v.resultTag(x), Tags: v.standTags(x)}
	if a := x.Answer; a != nil {
		row.How, row.Role, row.Due, row.Cost = a.How, v.planRole(a.Role), v.day(a.Due), v.costClass(a.Cost)
		row.By = v.t("pl.by", a.By.Account, v.when(a.At))
		if x.Result == plan.Inherited && a.Origin != "" {
			row.How = v.t("pl.from", a.Origin)
		}
	}
	return row
}

// planRole names a responsible role.
func (v *visit) planRole(key string) string { return v.wordOf(v.Book.PlanRoles(), key) }

// costClass names a cost class.
func (v *visit) costClass(key string) string { return v.wordOf(v.Book.CostClasses(), key) }

func (v *visit) wordOf(ws []law.Word, key string) string {
	for _, w := range ws {
		if w.Key == key {
			return v.say(w.Says)
		}
	}
	return key
}

// fieldID is the id of a field about a control.
func fieldID(part, key string) string { return fmt.Sprintf("%s-%s", part, key) }
