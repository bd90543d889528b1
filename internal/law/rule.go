package law

import "slices"

// The kinds of level rule.
const (
	KindLevel        = "level"        // the condition gives a fixed level
	KindComposite    = "composite"    // the highest component gives the level
	KindStated       = "stated"       // a stated fact gives the level; manual when none is stated
	KindRaise        = "raise"        // a stated fact raises a lower result
	KindManual       = "manual"       // a person must decide
	KindFlag         = "flag"         // marks the system, gives no level
	KindResult       = "result"       // marks a system whose result is at least Level
	KindPrecondition = "precondition" // to be confirmed by a person; not evaluated
)

// The two rules that put a system into the list of systems important to
// national security (NĐ 331 Articles 16, 17, 20.4).
const (
	ruleListedBySigns  = "r331.16-1"
	ruleListedByResult = "r331.16-4"
)

// Rule is one row of a level table. Level is nil for kinds that only flag or
// take the level from the facts; for KindResult it is the result watched for.
type Rule struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Rules      RuleSet    `json:"rules"`
	Cites      []Citation `json:"cites"`
	Printed    string     `json:"printed"` // Cites as text
	Level      *Level     `json:"level"`
	Confidence string     `json:"confidence"`
	Source     string     `json:"source"`
	Says       Text       `json:"says"`
	Note       Text       `json:"note"`
}

// Determination is the answer to "which level". Slices are never nil, so that
// JSON shows [] rather than null.
type Determination struct {
	Rules      RuleSet  `json:"rules"`
	Level      *Level   `json:"level"`      // nil when no rule gave one
	Manual     bool     `json:"manual"`     // a person must decide or confirm
	Incomplete []string `json:"incomplete"` // absent facts that matter, in the order of Facts
	Matched    []Match  `json:"matched"`    // in the order of the table
}

// Match is one rule that matched. Level is nil for rules that only flag.
type Match struct {
	ID    string `json:"id"`
	Cites string `json:"cites"`
	Level *Level `json:"level"`
}

// Listed reports whether the system belongs to the list of systems important
// to national security, so that the level 5 procedure applies (NĐ 331 Articles
// 16.4 and 20.4).
func (d Determination) Listed() bool {
	return slices.ContainsFunc(d.Matched, func(m Match) bool { return lists(m.ID) })
}

// lists reports whether a matched rule puts the system into that list.
func lists(id string) bool { return id == ruleListedBySigns || id == ruleListedByResult }

// clone copies a rule so that no caller can change the book.
func (r Rule) clone() Rule {
	r.Cites = append([]Citation(nil), r.Cites...)
	if r.Level != nil {
		l := *r.Level
		r.Level = &l
	}
	return r
}
