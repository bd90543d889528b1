package plan

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Clash is an answer of which another hand changed some parts since it was seen.
type Clash struct {
	Key               string
	Parts             []Part
	Was, Theirs, Mine AnswerInput
	By                approval.Who // whose theirs is
	At                time.Time
}

// Saved is what became of answers that were saved part by part.
type Saved struct {
	Plan    Plan
	List    List
	Keys    []string // of the controls whose answer changed
	Clashes []Clash  // whose parts were left as they stand
	Wrong   []approval.Finding
}

// Now is the answer of a control as it stands after what was saved.
func (s Saved) Now(key string) AnswerInput {
	in := s.Plan.answerOf(s.List, key).input()
	in.Key = key
	return in
}

// Tag names that answer: its number, 0 for none.
func (s Saved) Tag(key string) string { return strconv.Itoa(s.Now(key).Seen) }

// PartOf is the control and the part that a finding of Wrong is about.
func (s Saved) PartOf(f approval.Finding) (key string, part Part) {
	for _, p := range Parts() {
		if key, ok := strings.CutSuffix(f.Field, "."+string(p)); ok {
			return key, p
		}
	}
	return f.Field, PartResult
}

// errUnchanged ends a transaction in which nothing was to be written.
var errUnchanged = errors.New("nothing changed")

// Save saves answers part by part, each as far as it goes: what another hand
// changed meanwhile comes back as a clash, what cannot be read or is not so
// comes back as a finding, and everything else is saved. An answer may be half
// written: a control without a result is unanswered, one that does not apply
// without a reason is not declared. Saving what stands there changes nothing.
//
// Quietly is how a page saves by itself: what would change the declared plan,
// and with it the answer of the gate, then waits for the person to say so.
func (o *Room) Save(ctx context.Context, a approval.Actor, code string, at List, ins []AnswerInput, quietly bool) (Saved, error) {
	var out Saved
	p, err := o.act(ctx, a, ActAnswer, code, func(d *deed) (map[string]string, error) {
		out = Saved{Plan: *d.plan, List: at}
		if err := d.only(law.RoleOperator); err != nil {
			return nil, err
		}
		var parts []string
		for _, in := range ins {
			changed, err := d.save(at, in, quietly, &out)
			if err != nil {
				return nil, err
			}
			if len(changed) > 0 {
				out.Keys = append(out.Keys, in.Key)
				parts = append(parts, in.Key+":"+join(changed))
			}
		}
		if len(out.Keys) == 0 {
			return nil, errUnchanged
		}
		return map[string]string{"rules": string(at.Rules), "level": string('0' + rune(at.Level)), "controls": strings.Join(out.Keys, " "), "parts": strings.Join(parts, " ")}, nil
	})
	if errors.Is(err, errUnchanged) {
		return out, nil
	}
	out.Plan = p
	return out, err
}

func join(ps []Part) string {
	var all []string
	for _, p := range ps {
		all = append(all, string(p))
	}
	return strings.Join(all, ",")
}

// save saves the parts of one answer and returns those that changed.
func (d *deed) save(at List, in AnswerInput, quietly bool, out *Saved) ([]Part, error) {
	if !d.listed(at, in.Key) {
		out.Wrong = append(out.Wrong, notListed(in.Key))
		return nil, nil
	}
	old := d.plan.answerOf(at, in.Key)
	now, base := old.input(), AnswerInput{}
	if seen := d.plan.answer(in.Seen); seen != nil && seen.Key == in.Key && seen.List == at {
		base = seen.input()
	}
	in = in.trimmed()
	var unjoined []approval.Finding
	in.Evidence, unjoined = d.plan.joined(AttachedTo(in.Key), in.Evidence, old)
	next, clashes := merge(base, now, in)
	if len(clashes) > 0 {
		out.Clashes = append(out.Clashes, Clash{in.Key, clashes, base, now, in, old.who(), old.at()})
	}
	next.Key = in.Key
	d.mend(&next, now, unjoined, out)
	if quietly {
		if err := d.wait(at, &next, now, out); err != nil {
			return nil, err
		}
	}
	changed := slices.DeleteFunc(Parts(), func(p Part) bool { return next.same(p, now) })
	if len(changed) > 0 {
		d.say(at, next)
	}
	return changed, nil
}

// who answered, nobody where there is no answer.
func (a *Answer) who() approval.Who {
	if a == nil {
		return approval.Who{}
	}
	return a.By
}

func (a *Answer) at() time.Time {
	if a == nil {
		return time.Time{}
	}
	return a.At
}

// mend puts back the parts of next that cannot stand as written, and says why.
// What only lacks something yet is said and stays.
func (d *deed) mend(next *AnswerInput, now AnswerInput, unjoined []approval.Finding, out *Saved) {
	for _, f := range append(d.wrong(*next), of(next.Key, unjoined)...) {
		_, part := out.PartOf(f)
		switch f.Rule {
		case "result-missing":
			if next.Result == "" {
				continue // not chosen yet; the page says so
			}
		case "reason-missing", "origin-missing":
			out.Wrong = append(out.Wrong, f)
			continue
		case "too-long":
			next.Take(PartNote, now)
			part = PartHow
		}
		if !next.same(part, now) {
			out.Wrong = append(out.Wrong, f)
		}
		next.Take(part, now)
	}
}

// wait puts back the parts on which the declared plan depends, if saving them
// would change it.
func (d *deed) wait(at List, next *AnswerInput, now AnswerInput, out *Saved) error {
	changes, err := d.changes(at, *next)
	if err != nil || !changes {
		return err
	}
	for _, p := range []Part{PartResult, PartHow, PartOrigin, PartEvidence, PartDue} {
		if p != PartHow || next.Result == NotApplicable {
			next.Take(p, now)
		}
	}
	out.Wrong = append(out.Wrong, finding(next.Key, "waits-for-save", next.Key+": thay đổi này làm thay đổi tình trạng phương án đã khai; chọn Lưu câu trả lời để ghi", next.Key+": this changes the declared state of the plan; choose Save answers to record it"))
	return nil
}

// changes tells whether the declared plan would be another one with an answer.
func (d *deed) changes(at List, in AnswerInput) (bool, error) {
	if !d.system.ByControls(d.now) {
		return false, nil
	}
	tried := *d.plan
	tried.Answers = append(slices.Clip(tried.Answers), Answer{Mark: Mark{No: int(tried.Version) + 1}, List: at, Key: in.Key, Result: in.Result, How: in.How, Origin: in.Origin, Evidence: in.Evidence, Due: in.Due})
	sheet, err := d.sheet(d.tx, &d.system, &tried, d.now)
	if err != nil {
		return false, err
	}
	s := d.system
	_, changed := s.Follow(sheet.Measure, d.actor.Who(), d.now)
	return changed, nil
}
