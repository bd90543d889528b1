package controls

import (
	"strings"

	"capdo/internal/law"
	reader "capdo/internal/proof" // this room has proofs of its own
)

// lint gathers every flaw of the catalogues as "file:line: reason".
type lint struct{ reader.Sheet }

// mark is a scalar that remembers its line; Line 0 means absent.
type mark = reader.Mark

// confidence checks a word for how sure an entry is.
func (l *lint) confidence(of, m mark) string {
	return l.Word(of, m, "confidence", "high", "medium", "low", "inferred")
}

// text checks that both languages are there.
func (l *lint) text(of mark, t law.Text) law.Text {
	if t.VI == "" || t.EN == "" {
		l.Add(of.Line, "%s: every text must be given in vi and en", of.Value)
	}
	return law.Text{VI: strings.TrimSpace(t.VI), EN: strings.TrimSpace(t.EN)}
}

// note checks a text that may be absent.
func (l *lint) note(of mark, t law.Text) law.Text {
	if t == (law.Text{}) {
		return t
	}
	return l.text(of, t)
}

// ruleSets checks the names of rule sets.
func (l *lint) ruleSets(of mark, list []mark) []law.RuleSet {
	if len(list) == 0 {
		l.Add(of.Line, "%s: names no rule set", of.Value)
	}
	var out []law.RuleSet
	for _, m := range list {
		out = append(out, law.RuleSet(l.Word(of, m, "rule set", string(law.R85), string(law.R116), string(law.R331))))
	}
	return out
}
