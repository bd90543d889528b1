package web

import (
	"net/http"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
)

// ControlsPage is what the level of a system asks to be fulfilled, and how far
// that carries under the new law.
type ControlsPage struct {
	Page
	System *Identity
	Lead   string
	Note   string
	Count  string
	Groups []ControlGroup
	Gap    *GapView // nil under the newest rules, which leave no gap
	NoGap  string
	Duties []LevelDuty
}

// LevelDuty is what the law, beside the catalogue, asks at the level today.
type LevelDuty struct{ Says, Note, Cites, Sure string }

// ControlGroup is a chapter with its controls.
type ControlGroup struct {
	ID, Title, Clause string
	Rows              []ControlRow
}

// ControlRow is one control in words.
type ControlRow struct {
	Clause, Title, Note, Condition, Proof, Review, Sure string
	Thresholds                                          []string
	Unmet                                               string // old controls that would have to be met as well
}

// GapView is what a deployed plan is worth under the new rules.
type GapView struct {
	Lead, Assumed, Due string
	Parts              []GapPart
}

// GapPart is the controls of one worth.
type GapPart struct {
	ID, Title, Says string
	Count           int
	Rows            []ControlRow
}

// ruledLevel is a level with the rules that its list is taken from.
type ruledLevel struct {
	rules law.RuleSet
	level law.Level
}

// controlsShow lists the controls of a system and the gap to the new law.
func (s *site) controlsShow(v *visit) error {
	if s.Controls == nil {
		return s.absent(v)
	}
	file, err := v.fileFor(v.code())
	if err != nil {
		return err
	}
	p := ControlsPage{Page: v.page(v.t("ctl.title") + " – " + file.System.Name), System: v.identity(&file)}
	p.Simulated = file.System.Origin == approval.Simulated
	at, key := listOf(&file)
	if !at.level.Valid() {
		p.Lead = v.t("ctl.nolevel")
		return v.show(http.StatusOK, "controls", p)
	}
	list := s.Controls.For(at.rules, at.level)
	p.Lead = v.t(key, int(at.level), v.ruleSet(at.rules))
	p.Count, p.Groups = v.t("ctl.count", v.num(len(list))), v.controlGroups(at, list)
	for _, x := range s.Controls.Standards(at.rules) {
		p.Note = strings.TrimSpace(p.Note + " " + x.Name + ": " + v.say(x.Title) + ".")
	}
	if at.rules == law.R331 {
		p.NoGap = v.t("gap.none")
	} else {
		p.Gap = v.gap(&file, at)
	}
	p.Duties = v.levelDuties(at.level, file.Standing.Approval != nil && file.Standing.Approval.Listed)
	return v.show(http.StatusOK, "controls", p)
}

// levelDuties are the tasks, measures and other duties that the law in force
// today puts on a system of the level.
func (v *visit) levelDuties(level law.Level, listed bool) []LevelDuty {
	var all []LevelDuty
	for _, a := range v.Book.Articles(law.ArticleCase{On: v.today(), Level: level, Listed: listed}) {
		switch a.Kind {
		case law.ArticleTask, law.ArticleMeasure, law.ArticleDuty, law.ArticleSeparation:
			all = append(all, LevelDuty{v.say(a.Says), v.say(a.Note), a.Cites, v.sure(a.Confidence)})
		}
	}
	return all
}

// listOf is the list a system follows: that of its approval, else of the level
// proposed under the rules in force; key is how the page says so.
func listOf(f *approval.File) (at ruledLevel, key string) {
	if a := f.Standing.Approval; a != nil {
		return ruledLevel{a.Rules, a.Level}, "ctl.approved"
	}
	return ruledLevel{f.Current, f.Standing.Proposed}, "ctl.proposed"
}

// controlGroups puts a list, which is in clause order, under its chapters.
func (v *visit) controlGroups(at ruledLevel, list []controls.Control) []ControlGroup {
	titles := map[string]controls.Group{}
	for _, g := range v.Controls.Groups(at.rules) {
		titles[g.Key] = g
	}
	var all []ControlGroup
	place := map[string]int{}
	for _, c := range list {
		i, known := place[c.Group]
		if !known {
			g := titles[c.Group]
			i = len(all)
			place[c.Group] = i
			all = append(all, ControlGroup{ID: "g-" + c.Group, Title: orElse(v.say(g.Title), c.Group), Clause: strings.TrimSpace(c.Standard + " " + g.Clauses[at.level])})
		}
		all[i].Rows = append(all[i].Rows, v.control(c))
	}
	return all
}

// control is one control in words.
func (v *visit) control(c controls.Control) ControlRow {
	row := ControlRow{Clause: c.Standard + ", " + c.Clause, Title: v.say(c.Title), Note: v.say(c.Note), Condition: v.say(c.Condition),
		Sure: v.sure(c.Confidence), Review: "–"}
	var proof []string
	for _, x := range c.Proof {
		proof = append(proof, v.say(x))
	}
	row.Proof = strings.Join(proof, "; ")
	if c.ReviewMonths > 0 {
		row.Review = v.t("cal.every", c.ReviewMonths)
	}
	for _, x := range c.Thresholds {
		row.Thresholds = append(row.Thresholds, v.say(x.Name)+": "+x.Value)
	}
	return row
}

// gap is what the approved plan carries over to the new rules, if it is
// deployed as declared: every old control is met when the plan is full, none
// otherwise. The new list is that of the level the new rules name, else of the
// level kept.
func (v *visit) gap(f *approval.File, at ruledLevel) *GapView {
	to := ruledLevel{law.R331, at.level}
	for _, d := range f.Levels {
		if d.Rules == to.rules && d.Level != nil {
			to.level = *d.Level
		}
	}
	g := &GapView{Lead: v.t("gap.lead", int(to.level), v.ruleSet(to.rules)), Assumed: v.t("gap.notfull")}
	met := map[string]bool{}
	if f.Standing.Plan == approval.PlanFull {
		g.Assumed = v.t("gap.full")
		for _, c := range v.Controls.For(at.rules, at.level) {
			met[c.Key] = true
		}
	}
	if due, cites, ok := v.Book.ConformityDue(at.rules); ok {
		g.Due = v.t("gap.due", v.day(due), cites)
	}
	found := v.Controls.Carry(at.rules, at.level, to.rules, to.level, met)
	for _, x := range []struct {
		key  string
		list []controls.Carried
	}{{"new", found.New}, {"partly", found.Partly}, {"covered", found.Covered}} {
		part := GapPart{ID: "gap-" + x.key, Title: v.t("gap." + x.key), Says: v.t("gap." + x.key + ".says"), Count: len(x.list)}
		for _, k := range x.list {
			row := v.control(k.Control)
			row.Unmet = strings.Join(k.Unmet, ", ")
			part.Rows = append(part.Rows, row)
		}
		g.Parts = append(g.Parts, part)
	}
	return g
}
