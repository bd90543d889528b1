package web

import (
	"net/http"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/workbook"
)

// SystemPage is everything about one system.
type SystemPage struct {
	Page
	System     *Identity
	Gate       Verdict
	Missing    []Missing
	Acts       []ActLink
	Current    string
	Levels     []LevelCard
	Facts      []Fact
	Competence []Fact
	Dossiers   []DossierCard
	Approvals  []ApprovalRow
	Plan       []Fact
	History    []Event
	Changed    *ChangedCard // nil when nothing differs from what was approved
	Owners     *Owners      // nil when the owner never changed
	Papers     []Link
	Report     string
	Assistant  string // address of the level assistant, "" when facts may not be stated now
	Desk       string // address of the reviewer's desk, "" while nothing was handed in
	Links      string // address of its connections, "" when there are no such pages
	Controls   string // address of the list of controls
	Checklist  string // address of the plan control by control
	Tables     []Link // what of it can be taken away and brought back as a table
}

// Missing is a step that still lacks; Href is set when this actor may take it.
type Missing struct{ Says, Cites, Href, Act, Who string }

// ActLink is an act the actor may do now.
type ActLink struct {
	Href, Text string
	First      bool
}

// LevelCard is the level by one rule set.
type LevelCard struct {
	Title, Level string
	Current      bool
	Manual       bool // a person must decide
	Badge        Tag
	Notes        []string
	Criteria     []Criterion
}

// systemShow shows a system: the gate's answer first, then what is missing.
func (s *site) systemShow(v *visit) error {
	file, err := v.fileFor(v.code())
	if err != nil {
		return err
	}
	p := SystemPage{Page: v.page(file.System.Name + " (" + file.System.Code + ")"), System: v.identity(&file)}
	p.System.Self, p.Simulated = true, file.System.Origin == approval.Simulated
	p.Gate = v.verdict(s.Gate.Ask(v.r.Context(), gate.Question{Provider: file.System.Code, At: v.now}))
	p.Missing, p.Acts = v.missing(&file), v.actLinks(file.Acts)
	p.Current, p.Levels = v.t("sys.levels.now", v.ruleSet(file.Current)), v.levelCards(&file)
	p.Facts, p.Competence = v.statedFacts(&file), v.competence(file.Competence)
	p.Dossiers, p.Approvals = v.dossierCards(&file), v.approvalRows(&file)
	p.Plan, p.History = v.planFacts(&file), v.events(v.withConsultations(&file))
	p.Papers = v.papers(&file)
	if p.Changed, err = v.changedCard(&file); err != nil {
		return err
	}
	if p.Owners, err = v.owners(&file); err != nil {
		return err
	}
	at := "/systems/" + file.System.Code
	p.Links = s.connectionsOf(&file)
	if s.Reports != nil {
		p.Report = at + "/report.pdf"
	}
	if slices.Contains(file.Acts, approval.ActFacts) {
		p.Assistant = at + "/assistant"
	}
	if d := file.System.Last(); d != nil && d.LastRound() > 0 && s.Review != nil {
		p.Desk = at + "/review"
	}
	if s.Controls != nil {
		p.Controls = at + "/controls"
	}
	if s.Plans != nil {
		p.Checklist = at + "/checklist"
	}
	if s.Tables != nil {
		for _, f := range []workbook.Form{workbook.Dossier, workbook.Checklist, workbook.Evidence} {
			p.Tables = append(p.Tables, Link{Href: at + "/import/" + string(f), Text: v.say(f.Title())})
		}
		if s.OSCAL != nil {
			p.Tables = append(p.Tables, Link{Href: at + "/tables/ssp.json", Text: v.t("tb.ssp")}, Link{Href: at + "/tables/poam.json", Text: v.t("tb.poam")})
		}
	}
	return v.show(http.StatusOK, "system", p)
}

// pathOf is the page on which an act is done, "" when it has none.
func (s *site) pathOf(act string) string {
	if act == approval.ActDraft {
		act = approval.ActSubmit
	}
	for _, d := range s.deeds {
		if d.act == act {
			return d.path
		}
	}
	return ""
}

// missing are the steps that still lack, each with who may take it.
func (v *visit) missing(f *approval.File) []Missing {
	var all []Missing
	for _, x := range f.Missing {
		m := Missing{Says: v.say(x.Says), Cites: x.Cites}
		act := strings.TrimPrefix(x.Rule, "step.")
		if path := v.pathOf(act); slices.Contains(f.Acts, act) && path != "" {
			m.Href, m.Act = "/systems/"+f.System.Code+"/"+path, v.t("act."+act)
		}
		m.Who = v.whoDoes(act, f.Competence)
		all = append(all, m)
	}
	return all
}

// whoDoes names the capacity that takes a step.
func (v *visit) whoDoes(act string, c *law.Competence) string {
	switch {
	case act == approval.ActFacts || act == approval.ActSubmit || act == approval.ActPlan:
		return v.role(law.RoleOperator)
	case c == nil:
		return ""
	case act == approval.ActOpinion:
		return v.role(c.Opinion)
	case act == approval.ActReview:
		return v.roles(c.Appraise)
	case act == approval.ActDecide:
		return v.approvers(*c)
	case act == approval.ActConfirm:
		return v.role(c.Regulator)
	}
	return ""
}

// approvers names who approves, with the part where there are several.
func (v *visit) approvers(c law.Competence) string {
	var names []string
	for _, p := range c.Approve {
		name := v.role(p.Role)
		if len(c.Approve) > 1 {
			name += " (" + v.t("part."+p.Part) + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// actLinks are the acts the actor may do, the draft folded into its submission;
// an act that ends something never stands out.
func (v *visit) actLinks(acts []string) []ActLink {
	var all []ActLink
	for _, act := range acts {
		if act == approval.ActDraft {
			continue
		}
		ends := act == approval.ActRevoke || act == approval.ActRetire || act == approval.ActSuspend
		all = append(all, ActLink{Href: "/systems/" + v.code() + "/" + v.pathOf(act), Text: v.t("act." + act), First: len(all) == 0 && !ends})
	}
	return all
}

// levelCards are the levels by both rule sets.
func (v *visit) levelCards(f *approval.File) []LevelCard {
	var all []LevelCard
	for _, d := range f.Levels {
		all = append(all, v.levelCard(d, d.Rules == f.Current))
	}
	return all
}

// levelCard is what one rule set makes of the facts.
func (v *visit) levelCard(d law.Determination, current bool) LevelCard {
	c := LevelCard{Title: v.ruleSet(d.Rules), Level: v.level(0), Current: current, Manual: d.Manual,
		Badge: Tag{v.t("sys.levels.now1"), "blue"}, Criteria: v.criteria(d)}
	if d.Level != nil {
		c.Level = v.level(*d.Level)
	}
	if d.Manual {
		c.Notes = append(c.Notes, v.t("sys.manual"))
	}
	if len(d.Incomplete) > 0 {
		c.Notes = append(c.Notes, v.t("sys.incomplete", v.factLabels(d.Incomplete)))
	}
	if d.Listed() {
		c.Notes = append(c.Notes, v.t("sys.listed"))
	}
	return c
}

// factLabels names facts by the questions of the facts form.
func (v *visit) factLabels(ids []string) string {
	form, err := v.form("facts")
	if err != nil {
		return strings.Join(ids, "; ")
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		if f, ok := form.Field(id); ok {
			names[i] = strings.TrimSuffix(orElse(f.Name.In(v.lang), f.Label.In(v.lang)), "?")
		}
	}
	return strings.Join(names, "; ")
}

// statedFacts are the facts on record in the words of the facts form.
func (v *visit) statedFacts(f *approval.File) []Fact {
	form, err := v.form("facts")
	if err != nil || f.System.Facts == nil {
		return nil
	}
	answers := statedFacts(v.Book, f)
	var all []Fact
	for _, s := range form.Shown(f.FormContext, answers) {
		for i := range s.Fields {
			if x := v.answered(&s.Fields[i], answers); x.Value != "" {
				all = append(all, x)
			}
		}
	}
	return all
}

// competence says who handles the system, and by which clause.
func (v *visit) competence(c *law.Competence) []Fact {
	if c == nil {
		return nil
	}
	all := []Fact{{Label: v.t("f.prepare"), Value: v.role(c.Prepare)}}
	if c.Opinion != "" {
		all = append(all, Fact{Label: v.t("f.opinion"), Value: v.role(c.Opinion)})
	}
	return append(all,
		Fact{Label: v.t("f.appraise"), Value: v.roles(c.Appraise) + v.within(c.Appraisal)},
		Fact{Label: v.t("f.approve"), Value: v.approvers(*c) + v.within(c.Approval)},
		Fact{Label: v.t("f.regulator"), Value: v.role(c.Regulator)},
		Fact{Label: v.t("f.cites"), Value: c.Cites})
}

// within writes a time limit in brackets, "" when there is none.
func (v *visit) within(l law.Limit) string {
	if l.Days == 0 {
		return ""
	}
	key := "due.days"
	if l.Working {
		key = "due.workdays"
	}
	return " (" + v.t(key, l.Days) + ")"
}
