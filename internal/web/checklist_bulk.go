package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"capdo/internal/plan"
)

// ConfirmPage lists what an act on many things will change, one by one, before
// it is done.
type ConfirmPage struct {
	Page
	System        *Identity // nil when the things are systems
	Heading, Lead string
	What, Go      string // what a row is; the button
	Action, Back  string
	Errors        []ErrorLink
	Hidden        []Hidden
	Rows          []ConfirmRow
}

// ConfirmRow is one thing with what changes of it, nothing when all of it is so
// already.
type ConfirmRow struct {
	Name, Sub string
	Changes   []string
}

// bulkTyped reads what is to be set, from fields named after key: the parts that
// were filled in. What was left empty stays as it is on each.
func bulkTyped(in url.Values, key string) plan.AnswerInput {
	set := typedAnswer(in, key, nil)
	set.Evidence = slices.DeleteFunc(set.Evidence, func(e plan.Evidence) bool { return e.Ref == "" })
	return set
}

// changes says what differs from an answer once set is put over it.
func (v *visit) changes(set, was plan.AnswerInput) (all []string) {
	next := set.Over(was)
	for _, p := range set.Filled() {
		if p == plan.PartEvidence {
			for _, e := range next.Evidence[len(was.Evidence):] {
				all = append(all, v.t("cf.evidence", e.Ref))
			}
			continue
		}
		if before, after := v.partsOf([]plan.Part{p}, was), v.partsOf([]plan.Part{p}, next); before != after {
			all = append(all, v.t("cf.from", before, after))
		}
	}
	return all
}

// answerOfState is what a control says now.
func answerOfState(x plan.State) plan.AnswerInput {
	if x.Answer == nil {
		return plan.AnswerInput{Key: x.Control.Key}
	}
	return typedAnswer(nil, x.Control.Key, x.Answer)
}

// answersBulk sets the same on several controls of one plan: on those chosen, or
// on all that match the filter. It is first shown what changes of each; each is
// then saved as it was seen there.
func (s *site) answersBulk(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	if !v.mayAnswer(&file) {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
	}
	in, all := v.r.PostForm, v.r.PostForm.Get("which") == "all"
	set := bulkTyped(in, "all")
	var states []plan.State
	for _, x := range sheet.States {
		if all && matches(x, in.Get("state")) || !all && slices.Contains(in["key"], x.Control.Key) {
			states = append(states, x)
		}
	}
	p := ConfirmPage{Page: v.page(v.t("cf.title") + " – " + file.System.Name), System: v.identity(&file), Heading: v.t("cf.title"), What: v.t("ctl.what"), Go: v.t("cf.go", v.num(len(states))),
		Action: v.planAt("/checklist-bulk"), Back: v.planAt("/checklist-all", "state", in.Get("state")), Lead: v.t("cf.lead", v.num(len(states)))}
	if in.Get("confirm") == "yes" && len(states) > 0 {
		var answers []plan.AnswerInput
		for _, x := range states {
			seen := typedAnswer(nil, x.Control.Key, seenAnswer(&sheet.Plan, in.Get(seenPrefix+x.Control.Key)))
			answers = append(answers, set.Over(seen))
		}
		saved, err := s.Plans.Save(v.r.Context(), v.actor(), v.code(), sheet.List, answers, false)
		if err != nil {
			return err
		}
		if len(saved.Clashes)+len(saved.Wrong) == 0 {
			return v.send(v.planAt("/checklist-all", "state", in.Get("state"), "done", "checklist"))
		}
		return v.bulkLeft(p, sheet, set, saved, in)
	}
	if len(states) == 0 || len(set.Filled()) == 0 {
		p.Failed, p.Errors, p.Lead = true, []ErrorLink{{Text: v.t("cf.nothing")}}, ""
		return v.show(http.StatusUnprocessableEntity, "confirm", p)
	}
	v.bulkRows(&p, states, set, in)
	return v.show(http.StatusOK, "confirm", p)
}

// bulkRows lists the controls with what changes of each, and what the button
// sends: the controls listed here, as they were seen here.
func (v *visit) bulkRows(p *ConfirmPage, states []plan.State, set plan.AnswerInput, in url.Values) {
	for _, name := range []string{"state", "r.all", "how.all", "origin.all", "role.all", "due.all", "cost.all", "note.all"} {
		p.Hidden = append(p.Hidden, Hidden{name, in.Get(name)})
	}
	for _, x := range states {
		was := answerOfState(x)
		p.Hidden = append(p.Hidden, Hidden{"key", was.Key}, Hidden{seenPrefix + was.Key, strconv.Itoa(was.Seen)})
		p.Rows = append(p.Rows, ConfirmRow{Name: v.say(x.Control.Title), Sub: was.Key + " · " + x.Control.Standard + ", " + x.Control.Clause, Changes: v.changes(set, was)})
	}
}

// bulkLeft shows the controls that another hand changed meanwhile, or that what
// is set does not fit, to be looked at again; the others are saved.
func (v *visit) bulkLeft(p ConfirmPage, was plan.Sheet, set plan.AnswerInput, saved plan.Saved, in url.Values) error {
	sheet, err := v.Plans.Sheet(v.r.Context(), v.actor(), v.code(), &was.List)
	if err != nil {
		return err
	}
	left := map[string]bool{}
	for _, c := range saved.Clashes {
		left[c.Key] = true
		p.Errors = append(p.Errors, ErrorLink{Text: v.say(v.clashFinding(c).Says)})
	}
	for _, f := range saved.Wrong {
		key, _ := saved.PartOf(f)
		left[key] = true
		p.Errors = append(p.Errors, ErrorLink{Text: v.say(f.Says)})
	}
	states := slices.DeleteFunc(sheet.States, func(x plan.State) bool { return !left[x.Control.Key] })
	p.Failed, p.Lead, p.Go = true, v.t("cf.left", v.num(len(saved.Keys)), v.num(len(states))), v.t("cf.go", v.num(len(states)))
	v.bulkRows(&p, states, set, in)
	status := http.StatusConflict
	if len(saved.Clashes) == 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "confirm", p)
}

// bulkForm is the form below a table of controls, for who may answer them.
func (v *visit) bulkForm(rows int) *ControlForm {
	f := v.controlForm(plan.State{Result: plan.Unanswered}, plan.Plan{}, nil, "")
	f.ID, f.Key, f.Title = "c-all", "all", v.t("cf.title")
	for i := range f.Results {
		f.Results[i].ID = fmt.Sprintf("r-%s-all", f.Results[i].Code)
	}
	f.Evidence, f.Said = nil, v.t("cf.all", v.num(rows))
	return &f
}
