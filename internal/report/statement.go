package report

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"capdo/forms"
)

// StatementDocument is the input of a dossier's own printed page: the form in
// its edition, what it says, and what the law makes compulsory on it. Of
// Official, the Issuer is the operating unit and Day the day of the data.
type StatementDocument struct {
	Official
	Form        *forms.Form
	Context     forms.Context
	Answers     forms.Answers
	System      Identity
	Duties      map[string]string // field to the clause that makes it compulsory at the level
	Level       Level             // what the law names from the stated facts; Level 0: nothing yet
	SubmittedOn string            // "2006-01-02", "" while it is not handed in
	Digest      string            // of what was handed in, "" before
	Draft       bool              // every page says so
}

// Statement writes the statement of a level dossier as its form has it: every
// section and field shown at the level, in the form's words. A field that is
// compulsory and empty says so with its clause; it is never left out.
func Statement(w io.Writer, d StatementDocument) (err error) {
	defer guard(&err)
	if d.Form == nil {
		return errors.New("statement: no form was handed in")
	}
	day, err := parseDay(d.Day)
	if err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	about := "Thuyết minh đề xuất cấp độ\n" + clip(orNone(d.System.Name), 250)
	s, err := newSheet(d.Official, d.Form.Title.VI+": "+clip(orNone(d.System.Name), 250), day)
	if err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	s.draft, s.model = d.Draft, "Biểu mẫu hồ sơ, ấn bản "+strings.ToUpper(d.Form.Edition)
	dated := dottedDate()
	if t, err := parseDay(d.SubmittedOn); err == nil {
		dated = longDate(t)
	}
	s.part(portrait)
	s.letterhead(d.Issuer, headLines{number: "Số: ………", date: dated})
	s.title("Hồ sơ đề xuất cấp độ", about)
	s.bases(d.Bases)
	s.statementHead(d)
	missing := s.statementBody(d)
	closing := "Thuyết minh có " + number(missing) + " nội dung phải khai còn để trống./."
	if missing == 0 {
		closing = "Thuyết minh đã khai đủ các nội dung phải có ở cấp độ đề xuất./."
	}
	s.need(s.sealHeight() + s.closeHeight(d.Official, closing))
	s.heading("Dấu kiểm của số liệu")
	if d.Digest != "" {
		s.say("Mã băm SHA-256 của hồ sơ đã gửi: " + d.Digest + ".")
	}
	s.seal()
	s.close(d.Official, closing)
	return s.write(w)
}

// statementHead names the system, the level the law gives, and by which clause.
func (s *sheet) statementHead(d StatementDocument) {
	s.section("Hệ thống và cấp độ theo luật")
	s.pairs([][2]string{{"Mã hệ thống", d.System.Code}, {"Tên hệ thống", d.System.Name}, {"Chủ quản", d.System.Owner},
		{"Đơn vị vận hành", d.System.Operator}, {"Giai đoạn", d.System.Stage}, {"Căn cứ của biểu mẫu", strings.Join(d.Form.Basis, "; ")},
		{"Cấp độ theo dữ kiện (" + orNone(d.Level.RuleSet) + ")", levelName(d.Level.Level)}})
	for _, c := range d.Level.Clauses {
		s.say("- " + c.Cite + ": " + c.Says)
	}
}

// statementBody sets every section shown and counts what is compulsory and
// empty.
func (s *sheet) statementBody(d StatementDocument) (missing int) {
	wanted := map[string]bool{}
	for _, p := range d.Form.Check(d.Context, d.Answers) {
		wanted[p.Field] = strings.TrimSpace(d.Answers.Text(p.Field)) == ""
	}
	for i, section := range d.Form.Shown(d.Context, d.Answers) {
		s.section(fmt.Sprintf("%d. %s", i+1, section.Title.VI))
		var short [][2]string
		for _, f := range section.Fields {
			value := f.Show(d.Answers.Text(f.ID)).VI
			if value == "" {
				value = "Không khai."
			}
			if wanted[f.ID] {
				missing++
				value = "CHƯA KHAI – nội dung phải có"
				if clause := d.Duties[f.ID]; clause != "" {
					value += " (" + clause + ")"
				}
			}
			if f.Type != "longtext" {
				short = append(short, [2]string{f.Label.VI, value})
				continue
			}
			s.flush(&short)
			s.set(f.Label.VI, paragraph{style: "BI", size: sizeBody, align: "L", indent: firstIndent, keep: 2 * leading(sizeBody)})
			for line := range strings.SplitSeq(value, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					s.say(line)
				}
			}
		}
		s.flush(&short)
	}
	return missing
}

// flush sets the short answers gathered so far.
func (s *sheet) flush(rows *[][2]string) {
	if len(*rows) > 0 {
		s.pairs(*rows)
	}
	*rows = nil
}
