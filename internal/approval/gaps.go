package approval

import (
	"slices"
	"strings"

	"capdo/forms"
	"capdo/internal/law"
)

// Severity says what a gap does.
type Severity string

// The severities of a gap.
const (
	Blocks    Severity = "block"     // the dossier cannot be submitted with it
	Attention Severity = "attention" // it can, but somebody should look
)

// Gap is one thing that a draft lacks: a finding, how grave it is, and under
// which section of the paper it stands ("" for the facts, "documents" for what
// is attached).
type Gap struct {
	Finding
	Severity Severity `json:"severity"`
	Section  string   `json:"section"`
}

// Gaps is what a draft lacks: the same findings that a submission would meet,
// and what deserves a look besides. Done of Of are the compulsory fields that
// are filled in well.
type Gaps struct {
	Dossier int   `json:"dossier"`
	Block   int   `json:"blocking"`
	Look    int   `json:"attention"`
	Done    int   `json:"done"`
	Of      int   `json:"of"`
	Gaps    []Gap `json:"gaps"`
}

// Gaps tells what stands between a file's draft and its submission: st is what
// its page says, docs are the documents attached to it.
func (o *Office) Gaps(f *File, st forms.Answers, docs []Attached) Gaps {
	now := o.now()
	s := f.System
	d := &Dossier{No: len(s.Dossiers) + 1, State: Draft}
	if open := s.Open(); open != nil {
		d.No = open.No
	}
	d.Rules, d.Edition, d.Statement = law.RuleSet(f.FormContext.Rules), f.Form.Edition, st
	d.proposed(now)
	g := Gaps{Dossier: d.No}
	blocking := append(o.complete(&s, d, today(now)), documentFindings(docs, o.Book.Policy().HeldBlocks)...)
	for _, x := range blocking {
		g.Gaps = append(g.Gaps, Gap{x, Blocks, sectionOf(f.Form, x)})
	}
	for _, x := range o.deserves(&s, d, docs) {
		if !slices.ContainsFunc(blocking, func(b Finding) bool { return b.Field != "" && b.Field == x.Field }) {
			g.Gaps = append(g.Gaps, Gap{x, Attention, sectionOf(f.Form, x)})
		}
	}
	g.count(f, d)
	return g
}

// count counts the gaps and the compulsory fields.
func (g *Gaps) count(f *File, d *Dossier) {
	bad := map[string]bool{}
	for _, x := range g.Gaps {
		if x.Severity == Blocks {
			g.Block++
			bad[x.Field] = true
		} else {
			g.Look++
		}
	}
	c := f.FormContext
	c.Level = int(d.Level)
	for _, section := range f.Form.Shown(c, d.Statement) {
		for i := range section.Fields {
			id := section.Fields[i].ID
			if section.Fields[i].Required || bad[id] {
				g.Of++
				if !bad[id] {
					g.Done++
				}
			}
		}
	}
}

// sectionOf is the section of the paper in which a finding's field stands.
func sectionOf(form *forms.Form, x Finding) string {
	if strings.HasPrefix(x.Rule, "document-") {
		return "documents"
	}
	for _, s := range form.Sections {
		for i := range s.Fields {
			if s.Fields[i].ID == x.Field && x.Field != "" {
				return s.ID
			}
		}
	}
	return ""
}

// deserves is what does not block a submission and yet deserves a look.
func (o *Office) deserves(s *System, d *Dossier, docs []Attached) []Finding {
	var fs []Finding
	for _, x := range docs {
		switch x.State {
		case "held":
			if !o.Book.Policy().HeldBlocks {
				fs = append(fs, heldFinding(x))
			}
		case "unscanned":
			fs = append(fs, Finding{Rule: "document-unscanned", Says: law.Text{VI: "Tài liệu «" + x.Name + "» chưa được quét mã độc.", EN: "The document “" + x.Name + "” was not scanned for malware."}})
		}
	}
	for _, duty := range o.Book.Compulsory(d.Rules, d.Level) {
		if duty.At != law.AtSubmission && strings.TrimSpace(d.Statement.Text(duty.Field)) == "" {
			fs = append(fs, Finding{Field: duty.Field, Rule: duty.ID, Cites: duty.Cites, Says: law.Text(duty.Says)})
		}
	}
	if s.Facts == nil {
		return fs
	}
	if det := o.Book.Determine(d.Rules, s.Facts.Facts); det.Manual {
		fs = append(fs, Finding{Field: "proposed_level", Rule: "level-manual", Cites: citesOf(det), Says: law.Text{
			VI: "Cấp độ theo dữ kiện đã khai cần người có thẩm quyền kết luận; nêu rõ căn cứ trong thuyết minh.", EN: "The level by the stated facts is to be concluded by a person; give the grounds in the statement."}})
	}
	return fs
}
