package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// GroupPage is one group of controls to be answered or checked.
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

// groupShow shows a group.
func (s *site) groupShow(v *visit) error {
	return v.groupPage(nil, nil, http.StatusOK)
}

// groupPage draws a group, with what was typed when it was refused.
func (v *visit) groupPage(typed url.Values, fs []approval.Finding, status int) error {
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
	title := orElse(v.say(g.group.Title), g.key)
	p := GroupPage{Page: v.page(title + " – " + file.System.Name), System: v.identity(&file), Heading: title, Clause: g.clause,
		Action: v.planAt("/checklist/" + g.key), Back: v.planAt("/checklist")}
	p.Simulated, p.Failed = file.System.Origin == approval.Simulated, len(fs) > 0
	p.MayAnswer = v.actor().Capacity == law.RoleOperator && v.actor().Body == file.System.Owner && file.System.Retirement == nil
	p.MayCheck = plan.MayCheck(v.actor(), file.System.Owner) && file.System.Retirement == nil
	old, err := v.older(&file, sheet)
	if err != nil {
		return err
	}
	remark := v.remarkAt(&file)
	for _, x := range g.states {
		row := v.controlForm(x, sheet.Plan, typed, old[x.Control.Key])
		if remark != "" {
			row.Remark = remark + url.QueryEscape("control:"+row.Key) + "#say"
		}
		p.Rows = append(p.Rows, row)
	}
	for _, f := range fs {
		for i := range p.Rows {
			p.Rows[i].Open = p.Rows[i].Open || strings.HasPrefix(f.Field, p.Rows[i].Key+".")
		}
		p.Errors = append(p.Errors, ErrorLink{Href: anchor(f.Field, g.states), Text: v.say(f.Says), Cites: f.Cites})
	}
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
	return v.show(status, "checklist_group", p)
}

// anchor is the field a finding is about: KEY or KEY.part.
func anchor(field string, ss []plan.State) string {
	for _, s := range ss {
		key := s.Control.Key
		part, ok := strings.CutPrefix(field, key+".")
		switch {
		case field == key:
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
		old, err := v.Plans.Sheet(v.r.Context(), v.actor(), f.System.Code, &at)
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

// controlForm is a control with its fields.
func (v *visit) controlForm(x plan.State, p plan.Plan, typed url.Values, old string) ControlForm {
	key, c := x.Control.Key, v.control(x.Control)
	f := ControlForm{ID: fieldID("c", key), Key: key, Clause: c.Clause, Title: c.Title, Note: c.Note, Condition: c.Condition, Proof: c.Proof, Review: c.Review,
		Thresholds: c.Thresholds, Result: v.resultTag(x), Tags: v.standTags(x), Carried: old}
	in := plan.AnswerInput{Key: key}
	if a := x.Answer; a != nil {
		in = plan.AnswerInput{Key: key, Seen: a.No, Result: a.Result, How: a.How, Origin: a.Origin, Evidence: a.Evidence, Role: a.Role, Due: a.Due, Cost: a.Cost, Note: a.Note}
		f.Said, f.Answer = v.t("pl.by", a.By.Account, v.when(a.At)), a.No
	} else {
		f.Carried = old
	}
	if typed.Has("seen." + key) {
		in = typedAnswer(typed, key)
	}
	f.Seen, f.How, f.Origin, f.Notes = in.Seen, in.How, in.Origin, in.Note
	f.Due = v.day(in.Due)
	for _, r := range plan.Results() {
		f.Results = append(f.Results, Option{ID: fieldID("r-"+string(r), key), Code: string(r), Label: v.t("result." + string(r)), Chosen: r == in.Result})
	}
	f.Roles, f.Costs = v.wordOptions(v.Book.PlanRoles(), in.Role), v.wordOptions(v.Book.CostClasses(), in.Cost)
	for i := 0; i <= len(in.Evidence); i++ { // one more, empty
		e := plan.Evidence{Kind: plan.Document}
		if i < len(in.Evidence) {
			e = in.Evidence[i]
		}
		f.Evidence = append(f.Evidence, v.evidenceForm(fmt.Sprintf("%s.%d", key, i), e))
	}
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

func (v *visit) evidenceForm(id string, e plan.Evidence) EvidenceForm {
	f := EvidenceForm{ID: id, Ref: e.Ref, On: v.day(e.On), Until: v.day(e.Until)}
	for _, k := range []plan.EvidenceKind{plan.Document, plan.Link, plan.File} {
		f.Kinds = append(f.Kinds, Option{Code: string(k), Label: v.t("evidence." + string(k)), Chosen: k == e.Kind})
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

// dayTyped reads a day as people write it; what is no day stays as typed, for
// the room to refuse.
func dayTyped(s string) law.Day {
	if d, ok := parseDay(s); ok {
		return d
	}
	return law.Day(strings.TrimSpace(s))
}

// typedAnswer reads the fields of one control.
func typedAnswer(in url.Values, key string) plan.AnswerInput {
	get := func(part string) string { return line(in.Get(part + "." + key)) }
	seen, _ := strconv.Atoi(get("seen")) // what is no number was never seen: 0
	a := plan.AnswerInput{Key: key, Seen: seen, Result: plan.Result(get("r")), How: get("how"), Origin: get("origin"), Role: get("role"), Due: dayTyped(get("due")), Cost: get("cost"), Note: get("note")}
	for i := 0; i < 30 && in.Has(fmt.Sprintf("er.%s.%d", key, i)); i++ {
		a.Evidence = append(a.Evidence, typedEvidence(in, fmt.Sprintf("%s.%d", key, i)))
	}
	return a
}

func typedEvidence(in url.Values, id string) plan.Evidence {
	return plan.Evidence{Kind: plan.EvidenceKind(in.Get("ek." + id)), Ref: line(in.Get("er." + id)), On: dayTyped(in.Get("eo." + id)), Until: dayTyped(in.Get("eu." + id))}
}

// blank tells whether nothing was typed about a control.
func blank(a plan.AnswerInput) bool {
	said := a.How + a.Origin + a.Role + string(a.Due) + a.Cost + a.Note + string(a.Result)
	for _, e := range a.Evidence {
		said += e.Ref + string(e.On) + string(e.Until)
	}
	return said == ""
}

// groupDo records the answers, or the checks, of a group.
func (s *site) groupDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	in := v.r.PostForm
	var answers []plan.AnswerInput
	var checks []plan.CheckInput
	for _, x := range sheet.States {
		key := x.Control.Key
		if in.Has("seen." + key) {
			if a := typedAnswer(in, key); !blank(a) {
				answers = append(answers, a)
			}
		}
		if o := in.Get("check." + key); o != "" {
			no, _ := strconv.Atoi(in.Get("answer." + key)) // no number is no answer: refused
			checks = append(checks, plan.CheckInput{Answer: no, Outcome: plan.Outcome(o), Note: line(in.Get("checknote." + key))})
		}
	}
	if in.Get("do") == "check" {
		_, err = s.Plans.Check(v.r.Context(), v.actor(), file.System.Code, checks)
	} else {
		_, err = s.Plans.Answer(v.r.Context(), v.actor(), file.System.Code, sheet.List, answers)
	}
	var r *approval.Refusal
	if errors.As(err, &r) && r.Kind != approval.NotFound && !(r.Kind == approval.Forbidden && r.Findings[0].Rule == "wrong-actor") {
		return v.groupPage(in, r.Findings, statusOf(r.Kind))
	}
	if err != nil {
		return err
	}
	return v.send(v.planAt("/checklist/"+v.r.PathValue("group"), "done", "checklist"))
}
