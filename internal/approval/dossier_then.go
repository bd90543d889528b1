package approval

import (
	"slices"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// LevelMark is the level that a dossier proposes from an instant on, 0 for none.
type LevelMark struct {
	Level law.Level `json:"level"`
	At    time.Time `json:"at"`
}

// marks notes the level at an instant. Dossiers begun before there were marks go on
// without.
func (d *Dossier) marks(at time.Time) {
	n := len(d.Levels)
	switch {
	case n == 0 || d.Levels[n-1].Level == d.Level:
		return
	case d.Levels[n-1].At.Equal(at):
		d.Levels = slices.Clone(d.Levels)
		d.Levels[n-1].Level = d.Level
	default:
		d.Levels = append(slices.Clip(d.Levels), LevelMark{d.Level, at})
	}
}

// levelAt is the level the dossier proposed at t, as far as it was noted.
func (d *Dossier) levelAt(t time.Time) law.Level {
	if len(d.Levels) == 0 {
		return d.Level
	}
	var l law.Level
	for _, m := range d.Levels {
		if !m.At.After(t) {
			l = m.Level
		}
	}
	return l
}

// roundAt is the latest round handed in by t, nil when none is kept.
func (d *Dossier) roundAt(t time.Time) *Round {
	for i := len(d.Rounds) - 1; i >= 0; i-- {
		if !d.Rounds[i].At.After(t) {
			return &d.Rounds[i]
		}
	}
	return nil
}

// stated is what the dossier says at t, as far as it was handed in.
func (d *Dossier) stated(t time.Time) forms.Answers {
	if r := d.roundAt(t); r != nil {
		return r.Submission.Statement
	}
	return d.Statement
}

// stateAt is the state of the dossier at t, as far as its dated records tell;
// known is false when nothing of the dossier is on record by t. A draft without a
// mark of its beginning stands as it is now.
func (d *Dossier) stateAt(t time.Time) (state DossierState, known bool) {
	r := d.roundAt(t)
	switch {
	case len(d.Levels) > 0 && d.Levels[0].At.After(t):
		return "", false
	case d.SubmittedAt.IsZero(): // withdrawn only with its system
		return Draft, true
	case r != nil:
		return d.judgedAt(r.Digest, t), true
	case len(d.Levels) > 0:
		return Draft, true
	case d.SubmittedAt.After(t): // of an earlier round only its return is dated
		back := slices.ContainsFunc(d.Reviews, func(r Review) bool { return r.Outcome == SendBack && !r.At.After(t) })
		return Returned, back
	}
	return d.judgedAt(d.Digest, t), true
}

// judgedAt is the state at t of the round with a digest, handed in by then.
func (d *Dossier) judgedAt(digest string, t time.Time) DossierState {
	state, later := Submitted, d.State == Withdrawn || d.Digest != digest
	for _, r := range d.Reviews {
		later = later || r.At.After(t)
		if next, ok := (ReviewInput{Kind: r.Kind, Outcome: r.Outcome}).next(); ok && r.Digest == digest && !r.At.After(t) {
			state = next
		}
	}
	for _, r := range d.Receipts {
		later = later || r.At.After(t)
		if !r.Complete && r.Digest == digest && !r.At.After(t) {
			state = Returned
		}
	}
	for _, x := range d.Decisions {
		later = later || x.At.After(t)
	}
	if later { // of several deciders the last one settles
		return state
	}
	return d.State
}

// then is the dossier without what was recorded at or after a limit; false when
// nothing of it was there. What a draft said is not undone here: see Unsay.
func (d Dossier) then(limit time.Time) (Dossier, bool) {
	t := limit.Add(-time.Microsecond)
	state, known := d.stateAt(t)
	if !known {
		return d, false
	}
	before := func(at time.Time) bool { return at.Before(limit) }
	level, r := d.levelAt(t), d.roundAt(t)
	switch {
	case r != nil && r.Digest != d.Digest:
		x := r.Submission
		d.Rules, d.Edition, d.Facts, d.Determination, d.Documents = x.Rules, r.Edition, x.Facts, x.Determination, x.Documents
		if len(d.Fields) == 0 { // else its saves tell, also what was written since
			d.Statement = x.Statement
		}
		d.Digest, d.SubmittedBy, d.SubmittedAt = r.Digest, r.By, r.At
		d.Listed = x.Determination != nil && x.Determination.Listed()
	case r == nil && len(d.Rounds) > 0 && len(d.Levels) > 0:
		d.Facts, d.Determination, d.Documents, d.Listed = nil, nil, nil, false
		d.Digest, d.SubmittedBy, d.SubmittedAt = "", Who{}, time.Time{}
	}
	d.State, d.Level = state, level
	d.Levels = kept(d.Levels, func(x *LevelMark) bool { return before(x.At) })
	d.Rounds = kept(d.Rounds, func(x *Round) bool { return before(x.At) })
	d.Reviews = kept(d.Reviews, func(x *Review) bool { return before(x.At) })
	d.Receipts = kept(d.Receipts, func(x *Receipt) bool { return before(x.At) })
	d.Decisions = kept(d.Decisions, func(x *Decision) bool { return before(x.At) })
	d.Consulting = kept(d.Consulting, func(x *Consultation) bool { return before(x.At) })
	return d, true
}

// Unsay takes back what was written into the fields of the dossiers; saves are in
// the order of their versions.
func (s *System) Unsay(saves []FieldSave) {
	for _, x := range slices.Backward(saves) {
		if x.Dossier < 1 || x.Dossier > len(s.Dossiers) {
			continue
		}
		d := &s.Dossiers[x.Dossier-1]
		d.Statement = unsaid(d.Statement, x)
	}
}

// unsaid is a statement in which a field says again what it said before.
func unsaid(st forms.Answers, x FieldSave) forms.Answers {
	out := forms.Answers{}
	for k, v := range st {
		out[k] = v
	}
	if x.Was == "" {
		delete(out, x.Field)
	} else {
		out[x.Field] = x.Was
	}
	return out
}
