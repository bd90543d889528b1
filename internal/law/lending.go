package law

import "slices"

// Lending says of one act whether who may do it may lend it, in writing, to
// another person of the same body.
type Lending struct {
	ID         string `json:"id"`
	Act        string `json:"act"` // as the ledger names it
	Lent       bool   `json:"lent"`
	Cites      string `json:"cites"`
	Confidence string `json:"confidence"`
	Says       Text   `json:"says"`
}

// Lendings lists what the book says of each act, in its order.
func (b *Book) Lendings() []Lending { return slices.Clone(b.lendings) }

// Lends tells whether an act may be lent; one that the book does not name may
// not.
func (b *Book) Lends(act string) bool {
	return slices.ContainsFunc(b.lendings, func(x Lending) bool { return x.Act == act && x.Lent })
}

// Judges tells whether the law, on some day and at some level, gives a role a
// part in judging dossiers.
func (b *Book) Judges(r Role) bool {
	return slices.ContainsFunc(b.terms, func(t term) bool { return t.role == r }) || slices.ContainsFunc(b.authority, func(a authority) bool {
		named := append(slices.Clone(a.answer.Appraise), a.answer.Opinion)
		for _, roles := range a.in {
			named = append(named, roles...)
		}
		for _, p := range a.answer.Approve {
			named = append(named, p.Role)
		}
		return slices.Contains(named, r)
	})
}

type rawLending struct {
	rawEntry `yaml:",inline"`
	Act      mark `yaml:"act"`
	Lent     bool `yaml:"lent"`
}

// lendingList checks and compiles what authority.yaml says of lending.
func (l *loader) lendingList(raw []rawLending) {
	for _, r := range raw {
		cites := l.entry(EntryLending, r.rawEntry)
		if r.Act.Value == "" || slices.ContainsFunc(l.book.lendings, func(x Lending) bool { return x.Act == r.Act.Value }) {
			l.Add(r.ID.Line, "%s: act %q is empty or given twice", r.ID.Value, r.Act.Value)
		}
		l.book.lendings = append(l.book.lendings, Lending{ID: r.ID.Value, Act: r.Act.Value, Lent: r.Lent, Cites: printCites(cites, everyCite), Confidence: r.Confidence.Value, Says: r.Says})
	}
	if len(raw) == 0 {
		l.Add(1, "nothing is said of lending")
	}
}
