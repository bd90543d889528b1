package law

import "slices"

// Book is the loaded law; it never changes and may be shared.
type Book struct {
	digest      string
	sources     []Source
	instruments []Instrument
	ruleSets    []RuleSetInfo
	tables      map[RuleSet]*table
	terms       []term
	authority   []authority
	lendings    []Lending
	policy      Policy
	lists       ListPolicy
	inspections []inspection
	required    []required
	reasons     []Reason
	entries     []entry
	calendar    calendar
	deadlines   []deadline
	reviews     []review
	transitions []Transition
	duties      []FieldDuty
	papers      []Paper
	triggers    []Trigger
	articles    []Article
	plan        planLaw
}

// Digest is the hex SHA-256 over the book's files, names and bytes: the same
// digest means the same law.
func (b *Book) Digest() string { return b.digest }

// RuleSetOn returns the rule set in force on d; false before the first one.
func (b *Book) RuleSetOn(d Day) (RuleSet, bool) {
	for _, s := range b.ruleSets {
		if d.within(s.From, s.Until) {
			return s.ID, true
		}
	}
	return "", false
}

// RuleSets lists the rule sets in the order of the book, oldest first.
func (b *Book) RuleSets() []RuleSetInfo { return slices.Clone(b.ruleSets) }

// Instruments lists the documents the book cites.
func (b *Book) Instruments() []Instrument { return slices.Clone(b.instruments) }

// Sources lists the legend of source keys.
func (b *Book) Sources() []Source { return slices.Clone(b.sources) }

// instrument finds a document by id.
func (b *Book) instrument(id string) (Instrument, bool) {
	i := slices.IndexFunc(b.instruments, func(x Instrument) bool { return x.ID == id })
	if i < 0 {
		return Instrument{}, false
	}
	return b.instruments[i], true
}

// Rule returns one level rule by id, e.g. "r85.9-2-c".
func (b *Book) Rule(id string) (Rule, bool) {
	for _, t := range b.tables {
		for _, r := range t.rows {
			if r.ID == id {
				return r.Rule.clone(), true
			}
		}
	}
	return Rule{}, false
}

// Rules lists the level rules evaluated under rs, in order; those of R116
// include the rows of R85 it refers to.
func (b *Book) Rules(rs RuleSet) []Rule {
	var out []Rule
	if t := b.tables[rs]; t != nil {
		for _, r := range t.rows {
			out = append(out, r.Rule.clone())
		}
	}
	return out
}
