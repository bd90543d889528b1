package whatif

import (
	"fmt"
	"slices"

	"capdo/internal/law"
)

// Adoption is the question a rule officer puts, on the page and by command: a
// rule set adopted on a day, or an edited book read on that day.
type Adoption struct {
	Book   *law.Book   // the book in force here
	Edited *law.Book   // an edited book; nil asks of the rule set alone
	Rules  law.RuleSet // "" with an edited book: the one in force on On
	On     law.Day
	Today  law.Day
}

// Question puts an adoption as a comparison. A rule set is held, on its day,
// against the regime it follows or precedes, today. An edited book is held
// against the book here under the same rule set on the same day, so that what
// differs is the edit and nothing else. The error names a rule set that a book
// does not have, or a day without one.
func (a Adoption) Question() (Question, error) {
	if a.Edited == nil {
		was := law.R85
		if a.Rules == law.R85 {
			was = law.R331
		}
		if err := has(a.Book, a.Rules); err != nil {
			return Question{}, err
		}
		return Question{Before: Side{a.Book, was, a.Today}, After: Side{a.Book, a.Rules, a.On}}, nil
	}
	var q Question
	for _, x := range []struct {
		side *Side
		book *law.Book
	}{{&q.Before, a.Book}, {&q.After, a.Edited}} {
		rs := a.Rules
		if rs == "" {
			in, ok := x.book.RuleSetOn(a.On)
			if !ok {
				return Question{}, fmt.Errorf("no rule set is in force on %s", a.On)
			}
			rs = in
		}
		if err := has(x.book, rs); err != nil {
			return Question{}, err
		}
		*x.side = Side{x.book, rs, a.On}
	}
	return q, nil
}

// has refuses a rule set that the book does not hold.
func has(b *law.Book, rs law.RuleSet) error {
	if !slices.ContainsFunc(b.RuleSets(), func(x law.RuleSetInfo) bool { return x.ID == rs }) {
		return fmt.Errorf("the book has no rule set %q", rs)
	}
	return nil
}
