package web

import (
	"capdo/internal/approval"
	"capdo/internal/plan"
	"capdo/internal/review"
)

// ControlChanges are the controls of a plan that are answered otherwise at one
// moment than at another.
type ControlChanges struct {
	Since string // between which moments, in words
	Count int
	Few   bool // few enough to be seen at once
	Rows  []Change
}

// fewChanges are as many as are shown unfolded.
const fewChanges = 8

// moments are two moments of a plan, with the words for what lies between.
type moments struct {
	says     string
	was, now plan.Moment
}

// between compares the plan of a system at pairs of moments; pairs between which
// nothing changed are left out.
func (v *visit) between(f *approval.File, pairs ...moments) ([]ControlChanges, error) {
	if v.Plans == nil || len(pairs) == 0 {
		return nil, nil
	}
	p, err := v.Plans.Plan(v.r.Context(), f.For, f.System.Code)
	if err != nil {
		return nil, err
	}
	var all []ControlChanges
	for _, m := range pairs {
		ds := v.Plans.Between(&p, m.was, m.now)
		if len(ds) == 0 {
			continue
		}
		c := ControlChanges{Since: m.says, Count: len(ds), Few: len(ds) <= fewChanges}
		for _, d := range ds {
			c.Rows = append(c.Rows, v.controlChange(f.System.Code, d))
		}
		all = append(all, c)
	}
	return all, nil
}

// controlChange is one control before and after, in the parts that differ.
func (v *visit) controlChange(system string, d plan.Differs) Change {
	c := Change{Label: v.t("desk.control", d.Key), Href: "/systems/" + system + "/checklist/" + d.Group + "#" + fieldID("c", d.Key)}
	for _, x := range review.Diff(v.partsOf(d.Parts, d.Was), v.partsOf(d.Parts, d.Now)) {
		if x.Op != "ins" {
			c.Before = append(c.Before, x)
		}
		if x.Op != "del" {
			c.After = append(c.After, x)
		}
	}
	return c
}

// roundAt is the plan as it stood when a round was handed in.
func roundAt(r approval.Round) plan.Moment {
	return plan.Moment{At: r.At, List: plan.List{Rules: r.Submission.Rules, Level: r.Submission.Level}}
}

// sinceRound are the moments from a round of a dossier to its last one, and from
// that to now: what was judged is the plan of the last round.
func (v *visit) sinceRound(d *approval.Dossier, base int) []moments {
	var all []moments
	n := len(d.Rounds)
	if n == 0 {
		return nil
	}
	last := roundAt(d.Rounds[n-1])
	if base >= 1 && base < n {
		all = append(all, moments{v.t("diff.rounds", base, n), roundAt(d.Rounds[base-1]), last})
	}
	return append(all, moments{v.t("diff.since", n), last, plan.Moment{List: last.List}})
}

// sinceApproval are the moments from the round that was approved to now.
func (v *visit) sinceApproval(f *approval.File) []moments {
	x := f.Standing.Approval
	if x == nil || x.Dossier < 1 || x.Dossier > len(f.System.Dossiers) {
		return nil
	}
	d := &f.System.Dossiers[x.Dossier-1]
	if len(d.Rounds) == 0 {
		return nil
	}
	was := roundAt(d.Rounds[len(d.Rounds)-1])
	was.List = plan.List{Rules: x.Rules, Level: x.Level}
	return []moments{{v.t("diff.approved", x.Dossier), was, plan.Moment{List: was.List}}}
}
