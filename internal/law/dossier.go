package law

import "slices"

// The moments at which a part of the dossier has to be there.
const (
	AtSubmission = "submission"
	AtApproval   = "approval"
)

// FieldDuty says that a field of the dossier form is compulsory. Field is the
// id of the form.
type FieldDuty struct {
	ID         string    `json:"id"`
	Field      string    `json:"field"`
	Rules      []RuleSet `json:"rules"`
	Levels     []Level   `json:"levels"`
	At         string    `json:"at"` // submission or approval
	Cites      string    `json:"cites"`
	Confidence string    `json:"confidence"`
	Source     string    `json:"source"`
	Says       Text      `json:"says"`
	Note       Text      `json:"note"`
}

// Paper is a document of the dossier. Form is the number of the decree's form,
// "" where it has none.
type Paper struct {
	ID         string    `json:"id"`
	Rules      []RuleSet `json:"rules"`
	Levels     []Level   `json:"levels"`
	At         string    `json:"at"`
	Form       string    `json:"form"`
	Cites      string    `json:"cites"`
	Confidence string    `json:"confidence"`
	Source     string    `json:"source"`
	Says       Text      `json:"says"`
	Note       Text      `json:"note"`
}

// The effects of a trigger.
const (
	TriggerRedetermine = "redetermine" // the level is determined anew
	TriggerReassess    = "reassess"    // the risk is assessed anew
)

// EventLevelDiffers is the event that the facts lead to another level than the
// approved one.
const EventLevelDiffers = "level_differs"

// Trigger is an event after which level or risk is looked at again.
type Trigger struct {
	ID         string    `json:"id"`
	Event      string    `json:"event"`
	Effect     string    `json:"effect"`
	Fields     []string  `json:"fields,omitempty"` // facts and fields of the dossier whose change is the event
	Rules      []RuleSet `json:"rules"`
	Cites      string    `json:"cites"`
	Confidence string    `json:"confidence"`
	Source     string    `json:"source"`
	Says       Text      `json:"says"`
	Note       Text      `json:"note"`
}

// Compulsory lists the fields compulsory for a dossier of level l under rs, in
// the order of the form.
func (b *Book) Compulsory(rs RuleSet, l Level) []FieldDuty {
	out := []FieldDuty{}
	for _, d := range b.duties {
		if slices.Contains(d.Rules, rs) && slices.Contains(d.Levels, l) {
			d.Rules, d.Levels = slices.Clone(d.Rules), slices.Clone(d.Levels)
			out = append(out, d)
		}
	}
	return out
}

// Papers lists the documents of a dossier of level l under rs.
func (b *Book) Papers(rs RuleSet, l Level) []Paper {
	out := []Paper{}
	for _, p := range b.papers {
		if slices.Contains(p.Rules, rs) && slices.Contains(p.Levels, l) {
			p.Rules, p.Levels = slices.Clone(p.Rules), slices.Clone(p.Levels)
			out = append(out, p)
		}
	}
	return out
}

// Triggers lists the events that call for a new determination or a new risk
// assessment under rs.
func (b *Book) Triggers(rs RuleSet) []Trigger {
	out := []Trigger{}
	for _, t := range b.triggers {
		if slices.Contains(t.Rules, rs) {
			t.Rules, t.Fields = slices.Clone(t.Rules), slices.Clone(t.Fields)
			out = append(out, t)
		}
	}
	return out
}
