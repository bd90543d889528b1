package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// edition names the edition of the dossier form under a rule set. In the gap
// between the laws the older paper serves as reference.
func edition(rs law.RuleSet) string {
	if rs == law.R331 {
		return "r331"
	}
	return "r85"
}

// Draft saves the statement as far as it goes; nothing is checked for
// completeness. It opens a new dossier when none is in hand.
func (o *Office) Draft(ctx context.Context, a Actor, code string, version int64, st forms.Answers) (System, error) {
	return o.act(ctx, a, ActDraft, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActDraft, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		d, err := o.write(a, s, st, now)
		if err != nil {
			return nil, err
		}
		return map[string]string{"dossier": fmt.Sprint(d.No)}, nil
	})
}

// write puts the statement into the dossier in hand, opening one if needed.
func (o *Office) write(a Actor, s *System, st forms.Answers, now time.Time) (*Dossier, error) {
	form, rs, err := o.dossierForm(s, st, today(now))
	if err != nil {
		return nil, err
	}
	d := s.Open()
	if d == nil {
		d = s.begin(now)
	}
	d.Rules, d.Edition = rs, form.Edition
	if err := d.replace(st, a.Who(), now); err != nil {
		return nil, err
	}
	d.proposed(now)
	d.touched(a.Person)
	return d, nil
}

// Submit saves the statement, checks it completely, freezes it with the facts
// and the law's determination under a digest, and hands it in. Every finding
// is collected; on any, nothing changes.
func (o *Office) Submit(ctx context.Context, a Actor, code string, version int64, st forms.Answers) (System, error) {
	return o.actIn(ctx, a, ActSubmit, code, version, func(tx Tx, s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActSubmit, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		d, err := o.write(a, s, st, now)
		if err != nil {
			return nil, err
		}
		found, err := d.enclose(tx, s.Code, o.Book.Policy().HeldBlocks)
		if err != nil {
			return nil, err
		}
		if fs := append(o.complete(s, d, today(now)), found...); len(fs) > 0 {
			return nil, &Refusal{Invalid, fs}
		}
		facts := s.Facts.Facts
		det := o.Book.Determine(d.Rules, facts)
		d.Facts, d.Determination, d.Listed = &facts, &det, det.Listed()
		d.State, d.SubmittedBy, d.SubmittedAt = Submitted, a.Who(), now
		d.touched(s.Facts.By.Person)
		if err := d.handIn(s.Code, a.Who(), now); err != nil {
			return nil, err
		}
		return map[string]string{"dossier": fmt.Sprint(d.No), "level": fmt.Sprint(d.Level), "rules": string(d.Rules), "round": fmt.Sprint(d.LastRound()), "digest": d.Digest}, nil
	})
}

// complete finds everything that stands between a draft and its submission.
func (o *Office) complete(s *System, d *Dossier, day law.Day) []Finding {
	var fs []Finding
	if s.Facts == nil {
		fs = append(fs, Finding{Rule: "facts-missing", Cites: "NĐ 331/2026/NĐ-CP, Điều 22", Says: law.Text{
			VI: "Chưa khai dữ kiện để xác định cấp độ; khai dữ kiện trước khi gửi hồ sơ.",
			EN: "The facts that decide the level are not stated; state them before submitting."}})
	} else {
		fs = append(fs, o.levelFindings(s, d)...)
	}
	form, ok := o.Shelf.Form("dossier", d.Edition)
	if !ok {
		return append(fs, Finding{Rule: "form-missing", Says: law.Text{VI: "Không có biểu mẫu " + d.Edition, EN: "There is no form " + d.Edition}})
	}
	_, ps := form.Parse(o.FormContext(s, forms.Context{Level: int(d.Level), Rules: string(d.Rules)}, day), form.Values(d.Statement))
	own := o.lawFindings(s, d, day)
	missing := slices.DeleteFunc(o.byLaw(d, fromProblems(ps)), func(f Finding) bool { // said once, in the words of the stricter rule
		return strings.HasPrefix(f.Rule, "field.") && slices.ContainsFunc(own, func(x Finding) bool { return x.Field == f.Field })
	})
	return append(append(fs, missing...), own...)
}

// byLaw adds to what is missing the clause that makes it compulsory at the
// dossier's level, where one does.
func (o *Office) byLaw(d *Dossier, fs []Finding) []Finding {
	for _, duty := range o.Book.Compulsory(d.Rules, d.Level) {
		for i := range fs {
			if fs[i].Field == duty.Field && strings.TrimSpace(d.Statement.Text(duty.Field)) == "" {
				fs[i].Rule, fs[i].Cites = duty.ID, duty.Cites
				fs[i].Says.VI, fs[i].Says.EN = fs[i].Says.VI+". "+duty.Says.VI, fs[i].Says.EN+". "+duty.Says.EN
			}
		}
	}
	return fs
}

// levelFindings compares the proposed level with the one the law names.
func (o *Office) levelFindings(s *System, d *Dossier) []Finding {
	var fs []Finding
	det := o.Book.Determine(d.Rules, s.Facts.Facts)
	for _, key := range det.Incomplete {
		fs = append(fs, Finding{Rule: "fact-missing." + key, Says: law.Text{
			VI: "Dữ kiện «" + key + "» chưa được khai; chưa kết luận được cấp độ.",
			EN: "The fact “" + key + "” is not stated; the level cannot be concluded."}})
	}
	switch {
	case d.Level == 0: // the form asks for it
	case det.Level != nil && (d.Level < *det.Level || !det.Manual && d.Level != *det.Level):
		fs = append(fs, Finding{Field: "proposed_level", Rule: "level-differs", Cites: citesOf(det), Says: law.Text{
			VI: fmt.Sprintf("Theo dữ kiện đã khai, hệ thống thuộc cấp độ %d (%s); cấp độ đề xuất đang là %d.", *det.Level, citesOf(det), d.Level),
			EN: fmt.Sprintf("By the stated facts the system is of level %d (%s); the proposed level is %d.", *det.Level, citesOf(det), d.Level)}})
	}
	return fs
}

// citesOf lists the clauses that gave the level.
func citesOf(det law.Determination) string {
	var cs []string
	for _, m := range det.Matched {
		if m.Level != nil && det.Level != nil && *m.Level == *det.Level {
			cs = append(cs, m.Cites)
		}
	}
	return strings.Join(cs, "; ")
}

// lawFindings are what the law itself demands of a dossier at submission: the
// risk assessment comes first (NĐ 331 Điều 10.2.a), and the security regulation
// stands before the approval (TT 12 Điều 9.7, NĐ 331 Điều 30.7).
func (o *Office) lawFindings(s *System, d *Dossier, day law.Day) []Finding {
	if d.Level == 0 {
		return nil
	}
	c, err := o.handling(s, d, day)
	if err != nil {
		return []Finding{{Rule: "no-competence", Says: law.Text{VI: err.Error(), EN: err.Error()}}}
	}
	var fs []Finding
	if on, ok := d.Statement.Day("risk_assessed_on"); c.RiskFirst && (!ok || law.Day(on) > day) {
		fs = append(fs, Finding{Field: "risk_assessed_on", Rule: "risk-first", Cites: c.Cites, Says: law.Text{
			VI: "Nhập ngày đánh giá rủi ro, từ hôm nay trở về trước: phải đánh giá rủi ro trước khi gửi hồ sơ",
			EN: "Enter the day of the risk assessment, not after today: it comes before the dossier"}})
	}
	return append(fs, regulationFindings(d, c, day)...)
}

// regulationFindings: number and day of the security regulation, not after
// today, so that the dossier cannot come before an approver without it.
func regulationFindings(d *Dossier, c law.Competence, day law.Day) []Finding {
	if !c.RegulationFirst {
		return nil
	}
	var fs []Finding
	if strings.TrimSpace(d.Statement.Text("regulation_number")) == "" {
		fs = append(fs, Finding{Field: "regulation_number", Rule: "regulation-first", Cites: c.Cites, Says: law.Text{
			VI: "Nhập số, ký hiệu quy chế bảo đảm an toàn: quy chế phải được ban hành trước khi hồ sơ được phê duyệt",
			EN: "Enter the number of the security regulation: it is issued before the dossier is approved"}})
	}
	if on, ok := d.Statement.Day("regulation_on"); !ok || law.Day(on) > day {
		fs = append(fs, Finding{Field: "regulation_on", Rule: "regulation-first", Cites: c.Cites, Says: law.Text{
			VI: "Nhập ngày ban hành quy chế, từ hôm nay trở về trước",
			EN: "Enter the day the regulation was issued, not after today"}})
	}
	return fs
}
