package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/forms"
)

// Copied is what a dossier took over from a like system's.
type Copied struct {
	Saved
	From    string // code of the system
	Dossier int    // number of its dossier
}

// ActCopy is the draft that takes over fields of a like system's dossier. It is
// an act of its own in the ledger, and may be done by whoever may draft.
const ActCopy = "copy-statement"

// copyable tells whether a field may be taken over from a like system: never a
// day, which must be fresh; never the level and its grounds, which follow from
// this system's own facts; never the regulation's number, which is an approval.
func copyable(f *forms.Field) bool {
	switch f.ID {
	case "proposed_level", "basis_detail", "info_types", answerInvestment, "risk_summary", "regulation_number", "regulation_issuer":
		return false
	}
	return f.Type != "date"
}

// Copyable returns the fields of the statement d that form lets be taken over
// and that into leaves open, in the form's order. Nothing already written is
// replaced.
func Copyable(form *forms.Form, d *Dossier, into forms.Answers) []*forms.Field {
	var fs []*forms.Field
	for _, f := range form.Fields() {
		if copyable(f) && strings.TrimSpace(d.Statement[f.ID]) != "" && strings.TrimSpace(into[f.ID]) == "" {
			fs = append(fs, f)
		}
	}
	return fs
}

// CopyStatement takes over the chosen fields of the last dossier of another
// system in the actor's scope. Each keeps from where it came; facts, decisions
// and days are never taken over. Fields that were filled meanwhile stay as they
// are, so that sending the same again changes nothing.
func (o *Office) CopyStatement(ctx context.Context, a Actor, code, from string, fields []string) (Copied, error) {
	now := o.now()
	out := Copied{From: from}
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		source, err := tx.System(from)
		if err != nil {
			return err
		}
		old := source.Last()
		if from == code || old == nil || len(old.Statement) == 0 {
			return refuse(Invalid, "nothing-to-copy", "", "Chọn một hệ thống khác đã có hồ sơ.", "Choose another system that has a dossier.")
		}
		out.Dossier = old.No
		s, before, err := o.draftOf(tx, a, code, now)
		if err != nil {
			return err
		}
		if out.Fields, err = o.copyInto(a, &s, &source, fields, now); err != nil {
			return err
		}
		out.System = s
		if len(out.Fields) == 0 {
			return refuse(Invalid, "nothing-to-copy", "", "Không còn ô trống nào để chép: chọn ít nhất một nội dung mà hồ sơ này chưa có.", "There is nothing left to copy: choose at least one item that this dossier does not say yet.")
		}
		if err := tx.Save(&s); err != nil {
			return err
		}
		out.System, out.Saved.Dossier = s, s.Open()
		return o.append(tx, a, ActCopy, &s, before, now, map[string]string{"dossier": fmt.Sprint(s.Open().No), "from": from,
			"from_dossier": fmt.Sprint(old.No), "fields": strings.Join(out.Fields, " ")})
	})
	return out, err
}

// copyInto takes over what may be and is chosen.
func (o *Office) copyInto(a Actor, s, source *System, chosen []string, now time.Time) (copied []string, err error) {
	if _, _, err := o.Hand(a, s, now); err != nil {
		return nil, err
	}
	d := s.Open()
	if err := o.rulesOf(s, d, now); err != nil {
		return nil, err
	}
	form, _, err := o.dossierForm(s, d.Statement, today(now))
	if err != nil {
		return nil, err
	}
	for _, f := range Copyable(form, source.Last(), d.Statement) {
		if !slices.Contains(chosen, f.ID) {
			continue
		}
		if err := d.put(FieldSave{Field: f.ID, Value: source.Last().Statement[f.ID], From: source.Code, By: a.Who(), At: now}); err != nil {
			return nil, err
		}
		copied = append(copied, f.ID)
	}
	d.proposed(now)
	return copied, nil
}
