package plan

import (
	"slices"

	"capdo/internal/law"
)

// Part is one field of an answer. Two people who write different parts of one
// answer do not meet; see merge.
type Part string

// The parts of an answer.
const (
	PartResult   Part = "result"
	PartHow      Part = "how"
	PartOrigin   Part = "origin"
	PartEvidence Part = "evidence"
	PartRole     Part = "role"
	PartDue      Part = "due"
	PartCost     Part = "cost"
	PartNote     Part = "note"
)

// Parts lists the parts of an answer in the order of the page.
func Parts() []Part {
	return []Part{PartResult, PartHow, PartOrigin, PartEvidence, PartRole, PartDue, PartCost, PartNote}
}

// Text is what a part says; of evidence nothing, which is no text.
func (in AnswerInput) Text(p Part) string {
	switch p {
	case PartResult:
		return string(in.Result)
	case PartHow:
		return in.How
	case PartOrigin:
		return in.Origin
	case PartRole:
		return in.Role
	case PartDue:
		return string(in.Due)
	case PartCost:
		return in.Cost
	case PartNote:
		return in.Note
	}
	return ""
}

// Take makes a part say what it says in from.
func (in *AnswerInput) Take(p Part, from AnswerInput) {
	switch p {
	case PartResult:
		in.Result = from.Result
	case PartHow:
		in.How = from.How
	case PartOrigin:
		in.Origin = from.Origin
	case PartEvidence:
		in.Evidence = from.Evidence
	case PartRole:
		in.Role = from.Role
	case PartDue:
		in.Due = law.Day(from.Text(p))
	case PartCost:
		in.Cost = from.Cost
	case PartNote:
		in.Note = from.Note
	}
}

// same tells whether a part says the same in both.
func (in AnswerInput) same(p Part, as AnswerInput) bool {
	if p == PartEvidence {
		return slices.Equal(in.Evidence, as.Evidence)
	}
	return in.Text(p) == as.Text(p)
}

// merge brings what one hand made of base (mine) together with what stands now.
// A part that only one of both changed is as that one left it. A part that both
// changed, and not to the same, stays as it stands now and is returned as a
// clash, for a person to choose: nothing is overwritten. Evidence is a set: what
// either added is there, what mine took off is not.
func merge(base, now, mine AnswerInput) (out AnswerInput, clashes []Part) {
	out = now
	for _, p := range Parts() {
		switch {
		case p == PartEvidence:
			out.Evidence = mergeEvidence(base.Evidence, now.Evidence, mine.Evidence)
		case mine.same(p, now) || mine.same(p, base):
		case base.same(p, now):
			out.Take(p, mine)
		default:
			clashes = append(clashes, p)
		}
	}
	return out, clashes
}

// mergeEvidence merges sets of evidence, in the order of now, then of mine.
func mergeEvidence(base, now, mine []Evidence) []Evidence {
	var out []Evidence
	for _, e := range now {
		if slices.Contains(mine, e) || !slices.Contains(base, e) {
			out = append(out, e)
		}
	}
	for _, e := range mine {
		if !slices.Contains(out, e) && !slices.Contains(base, e) {
			out = append(out, e)
		}
	}
	return out
}

// Filled lists the parts that say anything.
func (in AnswerInput) Filled() []Part {
	return slices.DeleteFunc(Parts(), func(p Part) bool { return in.Text(p) == "" && (p != PartEvidence || len(in.Evidence) == 0) })
}

// Over is what was says with the parts that in fills in put over it; evidence is
// added to what there is.
func (in AnswerInput) Over(was AnswerInput) AnswerInput {
	for _, p := range in.Filled() {
		if p == PartEvidence {
			was.Evidence = mergeEvidence(nil, was.Evidence, in.Evidence)
			continue
		}
		was.Take(p, in)
	}
	return was
}
