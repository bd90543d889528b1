package approval

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// Changed is how a system differs from what was approved: its facts as stated
// since, and the dossier drawn up since. It lasts until the next approval. The
// gate's view does not depend on it.
type Changed struct {
	Approval int // number of the approval compared with
	Dossier  int // the one that was approved
	Since    time.Time
	Facts    []string // names of the facts that differ
	Fields   []string // ids of the fields of the dossier that differ
	Before   forms.Answers
	After    forms.Answers
	WasFacts *law.Facts
	NowFacts *law.Facts
	Material []Finding // what the book makes of it, each with its clause
	Redecide bool      // a new determination is asked for
	DueBy    law.Day   // to open it, "" when none is asked for or the calendar does not reach so far
	DueLimit int       // working days, a choice of this program
	Underway bool      // a dossier for it is in hand
}

// changed compares a system with what was approved; nil when nothing differs or
// nothing is in force.
func (o *Office) changed(s *System, st Standing, rs law.RuleSet) (*Changed, error) {
	if st.Approval == nil || st.Approval.Dossier < 1 || st.Approval.Dossier > len(s.Dossiers) {
		return nil, nil
	}
	was := &s.Dossiers[st.Approval.Dossier-1]
	c := &Changed{Approval: st.Approval.No, Dossier: was.No, Before: was.Statement, After: was.Statement, WasFacts: was.Facts}
	if s.Facts != nil && was.Facts != nil && s.Facts.At.After(was.SubmittedAt) {
		var err error
		if c.Facts, err = differing(*was.Facts, s.Facts.Facts); err != nil {
			return nil, err
		}
		c.NowFacts, c.Since = &s.Facts.Facts, s.Facts.At
	}
	if d := s.Open(); d != nil && d.No > was.No {
		c.After, c.Underway = d.Statement, true
		for id, x := range d.Statement {
			if was.Statement[id] != x {
				c.Fields = append(c.Fields, id)
			}
		}
		for id := range was.Statement {
			if _, kept := d.Statement[id]; !kept {
				c.Fields = append(c.Fields, id)
			}
		}
		slices.Sort(c.Fields)
	}
	if len(c.Facts)+len(c.Fields) == 0 {
		return nil, nil
	}
	return c, o.weigh(c, st.Approval.Level, rs)
}

// differing names the facts in which a and b differ, in the order of the law.
func differing(a, b law.Facts) ([]string, error) {
	var as, bs map[string]json.RawMessage
	for _, x := range []struct {
		f  law.Facts
		to *map[string]json.RawMessage
	}{{a, &as}, {b, &bs}} {
		text, err := json.Marshal(x.f)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, x.to); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, n := range law.FactNames() {
		if !bytes.Equal(as[n], bs[n]) {
			names = append(names, n)
		}
	}
	return names, nil
}

// weigh asks the book which changes are material, and by when a new
// determination is opened.
func (o *Office) weigh(c *Changed, approved law.Level, rs law.RuleSet) error {
	named := law.Level(0)
	if len(c.Facts) > 0 {
		if det := o.Book.Determine(rs, *c.NowFacts); det.Level != nil {
			named = *det.Level
		}
	}
	for _, t := range o.Book.Triggers(rs) {
		hit := t.Event == law.EventLevelDiffers && named != 0 && named != approved
		for _, f := range t.Fields {
			hit = hit || slices.Contains(c.Facts, f) || slices.Contains(c.Fields, f)
		}
		if !hit {
			continue
		}
		c.Material = append(c.Material, Finding{Rule: t.ID, Cites: t.Cites, Says: t.Says})
		c.Redecide = c.Redecide || t.Effect == law.TriggerRedetermine
	}
	if !c.Redecide {
		return nil
	}
	c.DueLimit = o.Book.Policy().RedetermineDays
	var unknown *law.NoCalendarError
	due, err := o.Book.AddWorkingDays(law.DayOf(c.Since), c.DueLimit)
	if err != nil && !errors.As(err, &unknown) {
		return err
	}
	c.DueBy = due
	return nil
}

// redetermine is the step that a material change asks for.
func (c *Changed) redetermine(step func(rule, vi, en string)) {
	if c == nil || !c.Redecide || c.Underway {
		return
	}
	vi, en := "Dữ kiện đã thay đổi sau phê duyệt và dẫn đến cấp độ khác: lập hồ sơ xác định lại cấp độ", "The facts changed after the approval and lead to another level: draw up a dossier for a new determination"
	if c.DueBy != "" {
		vi, en = vi+" trước hết ngày "+dmy(c.DueBy), en+" by "+string(c.DueBy)
	}
	n := strconv.Itoa(c.DueLimit)
	step("step.submit", vi+" ("+n+" ngày làm việc, do hệ thống đặt).", en+" ("+n+" working days, set by this service).")
}
