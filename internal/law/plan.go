package law

import "slices"

// What FullNeeds of PlanPolicy may say.
const (
	NeedsDeclared = "declared" // declared met with evidence that holds
	NeedsVerified = "verified" // checked by another person too
)

// PlanPolicy holds the choices of this service on how a plan is counted.
type PlanPolicy struct {
	FullNeeds       string       `json:"full_needs"`         // NeedsDeclared or NeedsVerified
	WithoutControls bool         `json:"without_controls"`   // a plan may be declared while no control is answered
	Unscanned       bool         `json:"unscanned_evidence"` // a file that no scanner saw, for want of one, counts as evidence
	SoonDays        int          `json:"soon_days"`          // days before its day at which something is due soon
	Notes           []PolicyNote `json:"notes"`              //
}

// Word is a key with its words, such as a role that may be named responsible.
type Word struct {
	Key  string `json:"key"`
	Says Text   `json:"says"`
}

// Escalation tells one role when something stays undone AfterDays after its
// day.
type Escalation struct {
	ID         string `json:"id"`
	AfterDays  int    `json:"after_days"`
	To         Role   `json:"to"`
	Cites      string `json:"cites"`
	Confidence string `json:"confidence"`
	Says       Text   `json:"says"`
}

// BudgetShare is the share of the yearly IT budget, in percent, that goes to
// security (CT 14/CT-TTg of 2019).
type BudgetShare struct {
	Percent    int    `json:"percent"`
	Cites      string `json:"cites"`
	Confidence string `json:"confidence"`
	Says       Text   `json:"says"`
}

// planLaw is plan.yaml compiled.
type planLaw struct {
	policy     PlanPolicy
	roles      []Word
	costs      []Word
	escalation []Escalation
	budget     BudgetShare
}

// PlanPolicy returns how a plan is counted.
func (b *Book) PlanPolicy() PlanPolicy {
	p := b.plan.policy
	p.Notes = slices.Clone(p.Notes)
	return p
}

// PlanRoles lists the roles that may be named responsible for a control.
func (b *Book) PlanRoles() []Word { return slices.Clone(b.plan.roles) }

// CostClasses lists the cost classes of a gap, cheapest first.
func (b *Book) CostClasses() []Word { return slices.Clone(b.plan.costs) }

// Escalations lists who is told when, soonest first.
func (b *Book) Escalations() []Escalation { return slices.Clone(b.plan.escalation) }

// BudgetShare returns the share that security takes of the IT budget.
func (b *Book) BudgetShare() BudgetShare { return b.plan.budget }

// rawPlan is plan.yaml.
type rawPlan struct {
	Policy struct {
		FullNeeds       rawSwitch[mark] `yaml:"full_needs"`
		WithoutControls rawSwitch[bool] `yaml:"declaration_without_controls"`
		Unscanned       rawSwitch[bool] `yaml:"unscanned_evidence"`
		SoonDays        rawSwitch[int]  `yaml:"soon_days"`
	} `yaml:"policy"`
	Roles      []rawNamed      `yaml:"roles"`
	Costs      []rawNamed      `yaml:"costs"`
	Escalation []rawEscalation `yaml:"escalation"`
	Budget     rawBudget       `yaml:"budget"`
}

type rawNamed struct {
	Key  mark `yaml:"key"`
	Text `yaml:",inline"`
}

type rawEscalation struct {
	rawEntry  `yaml:",inline"`
	AfterDays int  `yaml:"after_days"`
	To        mark `yaml:"to"`
}

type rawBudget struct {
	rawEntry `yaml:",inline"`
	Percent  int `yaml:"percent"`
}

// planList checks and compiles plan.yaml.
func (l *loader) planList(raw rawPlan) {
	of := mark{Value: "policy", Line: 1}
	p := raw.Policy
	l.book.plan.policy = PlanPolicy{
		FullNeeds:       l.Word(of, p.FullNeeds.Value, "full_needs", NeedsDeclared, NeedsVerified),
		WithoutControls: p.WithoutControls.Value, Unscanned: p.Unscanned.Value, SoonDays: p.SoonDays.Value,
		Notes: []PolicyNote{{"full_needs", l.text(of, p.FullNeeds.Note)}, {"declaration_without_controls", l.text(of, p.WithoutControls.Note)},
			{"unscanned_evidence", l.text(of, p.Unscanned.Note)}, {"soon_days", l.text(of, p.SoonDays.Note)}},
	}
	if p.SoonDays.Value < 1 {
		l.Add(1, "policy: soon_days must be at least 1")
	}
	l.book.plan.roles, l.book.plan.costs = l.named("roles", raw.Roles), l.named("costs", raw.Costs)
	last := -1
	for _, r := range raw.Escalation {
		cites := l.entry(EntryEscalation, r.rawEntry)
		if r.AfterDays <= last {
			l.Add(r.ID.Line, "%s: %d days do not come after %d", r.ID.Value, r.AfterDays, last)
		}
		last = r.AfterDays
		l.book.plan.escalation = append(l.book.plan.escalation, Escalation{ID: r.ID.Value, AfterDays: r.AfterDays, To: l.role(r.ID, r.To),
			Cites: printCites(cites, everyCite), Confidence: r.Confidence.Value, Says: r.Says})
	}
	if len(raw.Escalation) == 0 {
		l.Add(1, "nobody is told of what is overdue")
	}
	b := raw.Budget
	cites := l.entry(EntryBudget, b.rawEntry)
	if b.Percent < 1 || b.Percent > 100 {
		l.Add(b.ID.Line, "%s: %d percent", b.ID.Value, b.Percent)
	}
	l.book.plan.budget = BudgetShare{Percent: b.Percent, Cites: printCites(cites, everyCite), Confidence: b.Confidence.Value, Says: b.Says}
}

// named checks a list of words.
func (l *loader) named(what string, list []rawNamed) []Word {
	var out []Word
	for _, w := range list {
		if w.Key.Value == "" || slices.ContainsFunc(out, func(x Word) bool { return x.Key == w.Key.Value }) {
			l.Add(max(w.Key.Line, 1), "%s: %q is empty or given twice", what, w.Key.Value)
		}
		out = append(out, Word{w.Key.Value, l.text(w.Key, w.Text)})
	}
	if len(out) == 0 {
		l.Add(1, "no %s", what)
	}
	return out
}
