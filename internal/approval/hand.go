package approval

import "time"

// May tells whether a may do an act on s at a moment; the error is the refusal.
// What is said in the act is not judged.
func (o *Office) May(act string, a Actor, s *System, at time.Time) error {
	if err := o.guard(act, a, s, s.Standing(at), today(at)); err != nil {
		return err
	}
	return nil
}

// Hand gives the dossier in hand of s to a to write on, opening one when there is
// none, and notes that the person had a hand in it. changed tells whether s has
// to be saved; no is the number of the dossier.
func (o *Office) Hand(a Actor, s *System, at time.Time) (changed bool, no int, err error) {
	if err := o.May(ActDraft, a, s, at); err != nil {
		return false, 0, err
	}
	form, rs, err := o.dossierForm(s, nil, today(at))
	if err != nil {
		return false, 0, err
	}
	d := s.Open()
	if d == nil {
		d, changed = s.begin(at), true
		d.Rules, d.Edition = rs, form.Edition
	}
	hands := len(d.Editors)
	d.touched(a.Person)
	return changed || len(d.Editors) > hands, d.No, nil
}

// begin opens a new dossier.
func (s *System) begin(at time.Time) *Dossier {
	s.Dossiers = append(s.Dossiers, Dossier{No: len(s.Dossiers) + 1, State: Draft, Levels: []LevelMark{{At: at}}})
	return s.Last()
}
