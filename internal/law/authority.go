package law

import "slices"

// rawAuthority is authority.yaml.
type rawAuthority struct {
	Terms   []rawTerm      `yaml:"terms"`
	Rows    []rawAuthorRow `yaml:"rows"`
	Lending []rawLending   `yaml:"lending"`
}

type rawTerm struct {
	rawEntry `yaml:",inline"`
	Kind     mark    `yaml:"kind"`
	Role     mark    `yaml:"role"`
	Levels   []Level `yaml:"levels"`
	From     mark    `yaml:"from"`
	Until    mark    `yaml:"until"`
}

type rawAuthorRow struct {
	rawEntry     `yaml:",inline"`
	Rules        mark            `yaml:"rules"`
	Levels       []Level         `yaml:"levels"`
	Listed       mark            `yaml:"listed"`
	From         mark            `yaml:"from"`
	Until        mark            `yaml:"until"`
	Prepare      mark            `yaml:"prepare"`
	Opinion      mark            `yaml:"opinion"`
	Appraise     []mark          `yaml:"appraise"`
	AppraiseIn   map[mark][]mark `yaml:"appraise_in"`
	Approve      []rawPart       `yaml:"approve"`
	InvalidReply Limit           `yaml:"invalid_reply"`
	Appraisal    Limit           `yaml:"appraisal"`
	Approval     Limit           `yaml:"approval"`
}

type rawPart struct {
	Part mark `yaml:"part"`
	Role mark `yaml:"role"`
}

// The kinds of term.
const (
	termRegulator       = "regulator"
	termIndependent     = "independent"
	termRegulationFirst = "regulation_first"
	termRiskFirst       = "risk_first"
	termAppraisalFirst  = "appraisal_first"
)

// term is a dated statement over a group of levels.
type term struct {
	span
	kind   string
	role   Role
	levels []Level
}

// authority is a dated row; answer holds all but what terms add.
type authority struct {
	span
	levels []Level
	listed string // "yes", "no", "" = either
	in     map[Sector][]Role
	answer Competence
}

// authority checks and compiles authority.yaml.
func (l *loader) authority(raw rawAuthority) {
	for i, r := range raw.Terms {
		t := l.term(r)
		for j, other := range l.book.terms[:i] {
			if other.kind == t.kind && other.meets(t.span) && overlap(other.levels, t.levels) {
				l.Add(r.ID.Line, "%s: overlaps %s", r.ID.Value, raw.Terms[j].ID.Value)
			}
		}
		l.book.terms = append(l.book.terms, t)
	}
	for i, r := range raw.Rows {
		a := l.authorityRow(r)
		for _, other := range l.book.authority[:i] {
			if a.clashes(other) {
				l.Add(r.ID.Line, "%s: overlaps %s", r.ID.Value, other.answer.ID)
			}
		}
		l.book.authority = append(l.book.authority, a)
	}
	l.lendingList(raw.Lending)
}

// term checks one term.
func (l *loader) term(r rawTerm) term {
	l.entry(EntryTerm, r.rawEntry)
	l.levels(r.ID, r.Levels)
	kind := l.Word(r.ID, r.Kind, "kind", termRegulator, termIndependent,
		termRegulationFirst, termRiskFirst, termAppraisalFirst)
	needs := kind == termRegulator || kind == termIndependent
	if needs != (r.Role.Line > 0) {
		l.Add(r.ID.Line, "%s: role does not fit kind %s", r.ID.Value, kind)
	}
	return term{l.span(r.ID, r.From, r.Until), kind, l.role(r.ID, r.Role), r.Levels}
}

// authorityRow checks one row.
func (l *loader) authorityRow(r rawAuthorRow) authority {
	cites := l.entry(EntryAuthority, r.rawEntry)
	l.levels(r.ID, r.Levels)
	a := authority{span: l.span(r.ID, r.From, r.Until), levels: r.Levels, in: map[Sector][]Role{}}
	if r.Listed.Line > 0 {
		a.listed = l.Word(r.ID, r.Listed, "listed", "yes", "no")
	}
	a.answer = Competence{
		ID: r.ID.Value, Cites: printCites(cites, everyCite), Rules: l.ruleSet(r.ID, r.Rules),
		Prepare: l.role(r.ID, r.Prepare), Opinion: l.role(r.ID, r.Opinion),
		Appraise: l.roles(r.ID, r.Appraise), InvalidReply: r.InvalidReply,
		Appraisal: r.Appraisal, Approval: r.Approval,
		Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says,
	}
	for s, list := range r.AppraiseIn {
		a.in[Sector(l.Word(r.ID, s, "sector", sectorWords()...))] = l.roles(r.ID, list)
	}
	for _, p := range r.Approve {
		l.Word(r.ID, p.Part, "part", PartLevel, PartPlan, PartList)
		a.answer.Approve = append(a.answer.Approve, ApprovalPart{p.Part.Value, l.role(r.ID, p.Role)})
	}
	if a.answer.Prepare == "" || len(a.answer.Appraise) == 0 || len(a.answer.Approve) == 0 {
		l.Add(r.ID.Line, "%s: needs prepare, appraise and approve", r.ID.Value)
	}
	return a
}

// roles checks a list of roles.
func (l *loader) roles(of mark, list []mark) []Role {
	var out []Role
	for _, m := range list {
		out = append(out, l.role(of, m))
	}
	return out
}

// clashes reports whether two rows answer the same case.
func (a authority) clashes(b authority) bool {
	return a.answer.Rules == b.answer.Rules && a.meets(b.span) && overlap(a.levels, b.levels) &&
		(a.listed == b.listed || a.listed == "" || b.listed == "")
}

// overlap reports whether two lists share a level.
func overlap(a, b []Level) bool {
	return slices.ContainsFunc(a, func(l Level) bool { return slices.Contains(b, l) })
}

// sectorWords lists the sectors.
func sectorWords() []string {
	return []string{string(SectorCivil), string(SectorDefence), string(SectorPublicSecurity), string(SectorCipher)}
}
