package law

import "strings"

// rawEntry is what every cited entry of the book carries.
type rawEntry struct {
	ID         mark      `yaml:"id"`
	Cites      []rawCite `yaml:"cites"`
	Confidence mark      `yaml:"confidence"`
	Source     mark      `yaml:"source"`
	Says       Text      `yaml:"says"`
	Note       Text      `yaml:"note"`
}

type rawCite struct {
	Instrument mark   `yaml:"instrument"`
	Ref        string `yaml:"ref"`
}

// The kinds of entry, as ByInstrument names them.
const (
	EntryRuleSet    = "ruleset"
	EntryRule       = "rule"
	EntryTerm       = "term"
	EntryAuthority  = "authority"
	EntryInspection = "inspection"
	EntryRequired   = "required_level"
	EntryReason     = "reason"
	EntryCalendar   = "calendar"
	EntryFeast      = "feast"
	EntryCounting   = "counting"
	EntryDeadline   = "deadline"
	EntryReview     = "review"
	EntryTransition = "transition"
	EntryField      = "field"
	EntryPaper      = "paper"
	EntryTrigger    = "trigger"
	EntryProvision  = "provision"
	EntryEscalation = "escalation"
	EntryBudget     = "budget"
	EntryLending    = "lending"
)

// entry is what the book keeps of every cited entry.
type entry struct {
	kind, id, confidence string
	says                 Text
	cites                []cited
}

// loader joins the files of a book while it is being read.
type loader struct {
	lint
	book    *Book
	ids     map[string]string // id -> file of its entry
	sources map[string]bool
	cited   map[string]bool
}

// unique refuses an id used twice anywhere in the book.
func (l *loader) unique(id mark) {
	if id.Value == "" {
		l.Add(max(id.Line, 1), "entry without id")
		return
	}
	if before, ok := l.ids[id.Value]; ok {
		l.Add(id.Line, "duplicate id %q, first in %s", id.Value, before)
		return
	}
	l.ids[id.Value] = l.File
}

// trust checks confidence and source keys.
func (l *loader) trust(id, confidence, source mark) {
	l.Word(id, confidence, "confidence", ConfidenceHigh, ConfidenceMedium, ConfidenceLow, ConfidenceInferred)
	for key := range strings.SplitSeq(source.Value, ", ") {
		if !l.sources[key] {
			l.Add(source.Or(id).Line, "%s: source %q is not in the legend", id.Value, key)
		}
	}
}

// entry checks the common part of an entry, resolves its citations and keeps
// it for the view by instrument.
func (l *loader) entry(kind string, e rawEntry) []cited {
	l.unique(e.ID)
	l.trust(e.ID, e.Confidence, e.Source)
	l.text(e.ID, e.Says)
	if e.Note != (Text{}) {
		l.text(e.ID, e.Note)
	}
	if len(e.Cites) == 0 {
		l.Add(e.ID.Line, "%s: cites nothing", e.ID.Value)
	}
	out := l.cites(e.ID, e.Cites)
	l.book.entries = append(l.book.entries, entry{kind, e.ID.Value, e.Confidence.Value, e.Says, out})
	return out
}

// cites resolves citations.
func (l *loader) cites(id mark, list []rawCite) []cited {
	var out []cited
	for _, c := range list {
		of, ok := l.book.instrument(c.Instrument.Value)
		if !ok {
			l.Add(c.Instrument.Or(id).Line, "%s: cites unknown instrument %q", id.Value, c.Instrument.Value)
		}
		l.cited[c.Instrument.Value] = true
		out = append(out, cited{Citation{c.Instrument.Value, c.Ref}, of})
	}
	return out
}

// ruleSet checks the name of a rule set.
func (l *loader) ruleSet(of, m mark) RuleSet {
	for _, s := range l.book.ruleSets {
		if string(s.ID) == m.Value {
			return s.ID
		}
	}
	l.Add(m.Or(of).Line, "%s: unknown rule set %q", of.Value, m.Value)
	return RuleSet(m.Value)
}

// role checks a role word; none is allowed where absent.
func (l *loader) role(of, m mark) Role {
	if m.Line == 0 {
		return ""
	}
	return Role(l.Word(of, m, "role", string(RoleOperator), string(RoleSpecialisedUnit),
		string(RoleIndependentCouncil), string(RoleOwner), string(RoleMIC), string(RoleMPS),
		string(RoleMOD), string(RoleCipherCommittee), string(RolePrimeMinister)))
}
