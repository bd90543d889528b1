package approval

import (
	"fmt"
	"slices"

	"capdo/forms"
	"capdo/internal/law"
)

// answerInvestment is the field of the dossier form that says whether the system
// was under investment before the law changed (NĐ 331/2026 Điều 39.1).
const answerInvestment = "under_investment"

// underInvestment tells whether a statement says so. A system in operation is
// not under investment, whatever an older draft says.
func underInvestment(s *System, st forms.Answers) bool {
	return s.Stage != Operating && st.Text(answerInvestment) == "yes"
}

// procedure is the rule set by which a statement about s is made and judged on a
// day, and the transition that prescribes it, with an empty ID when none does.
func (o *Office) procedure(s *System, st forms.Answers, day law.Day) (law.RuleSet, law.Transition, error) {
	return procedure(o.Book, s, st, day)
}

func procedure(b *law.Book, s *System, st forms.Answers, day law.Day) (law.RuleSet, law.Transition, error) {
	rs, t, ok := b.Procedure(law.ProcedureCase{On: day, UnderInvestment: underInvestment(s, st)})
	if !ok {
		return "", t, fmt.Errorf("dossier form: no rule set in force on %s", day)
	}
	return rs, t, nil
}

// dossierForm returns the dossier form for a statement about s on a day: of the
// rule set in force, or of the one whose procedure the transition prescribes.
func (o *Office) dossierForm(s *System, st forms.Answers, day law.Day) (*forms.Form, law.RuleSet, error) {
	rs, _, err := o.procedure(s, st, day)
	if err != nil {
		return nil, "", err
	}
	f, ok := o.Shelf.Form("dossier", edition(rs))
	if !ok {
		return nil, "", fmt.Errorf("dossier form: no edition %s", edition(rs))
	}
	return f, rs, nil
}

// handling asks the law who handles dossier d on a day.
func (o *Office) handling(s *System, d *Dossier, day law.Day) (law.Competence, error) {
	return Handling(o.Book, s, d, day)
}

// Handling is who handles dossier d of s on a day, and by when: by the rules in
// force, or by the older procedure where a transition prescribes it.
func Handling(b *law.Book, s *System, d *Dossier, day law.Day) (law.Competence, error) {
	c := law.Case{Level: d.Level, On: day, Sector: s.Sector, Listed: d.Listed, OperatedBySpecialisedUnit: s.OperatorIsSpecialised}
	if rs, t, err := procedure(b, s, d.Statement, day); err == nil && t.ID != "" {
		c.Rules = rs
	}
	return b.Competence(c)
}

// outOfTime refuses to go on with a dossier made by the old procedure once the
// law no longer prescribes it: it is to be made anew under the rules in force.
func (o *Office) outOfTime(s *System, d *Dossier, on law.Day) *Refusal {
	if !underInvestment(s, d.Statement) {
		return nil
	}
	if rs, t, err := o.procedure(s, d.Statement, on); err != nil || t.ID != "" || rs == d.Rules {
		return nil
	}
	for _, t := range o.Book.Transitions() {
		if t.Effect == law.TransitionProcedure && t.Procedure == d.Rules && t.Until != "" && on > t.Until {
			return refuse(Conflict, t.ID, t.Cites,
				"Thủ tục cũ chỉ áp dụng đến hết ngày "+dmy(t.Until)+"; trả lại hoặc từ chối hồ sơ để lập lại theo quy định đang có hiệu lực.",
				"The old procedure ended with "+string(t.Until)+"; return or refuse the dossier, to be made again under the rules in force.")
		}
	}
	return nil
}

// FormContext is what the dossier form may ask about the system, and what the
// law makes compulsory on it: the fields asked at submission and, where the
// regulation has to stand before the approval, those asked then.
func (o *Office) FormContext(s *System, c forms.Context, day law.Day) forms.Context {
	c.Today, c.Stage = string(day), string(s.Stage)
	if _, t, ok := o.Book.Procedure(law.ProcedureCase{On: day, UnderInvestment: true}); ok && t.ID != "" && s.Stage != Operating {
		c.Transition = "investment"
	}
	rs := law.RuleSet(c.Rules)
	first, err := o.Book.Competence(law.Case{Level: law.MinLevel, On: day, Rules: rs})
	c.Compulsory = map[string][]int{}
	for l := law.MinLevel; l <= law.MaxLevel; l++ {
		for _, d := range o.Book.Compulsory(rs, l) {
			asked := d.At == law.AtSubmission || err == nil && first.RegulationFirst
			if asked && !slices.Contains(c.Compulsory[d.Field], int(l)) {
				c.Compulsory[d.Field] = append(c.Compulsory[d.Field], int(l))
			}
		}
	}
	return c
}
