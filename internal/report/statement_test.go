package report_test

import (
	"bytes"
	"strings"
	"testing"

	"capdo/forms"
	"capdo/internal/report"
)

// statement is a dossier of an edition at a level; full fills every field shown.
func statement(t testing.TB, edition string, level int, full bool) report.StatementDocument {
	t.Helper()
	f, ok := shelf(t).Form("dossier", edition)
	if !ok {
		t.Fatalf("no form %s", edition)
	}
	o := official()
	o.Bases, o.Addressees = nil, nil
	o.Issuer = report.Issuer{Parent: "Ủy ban nhân dân tỉnh Lạng Sơn", Body: "Trung tâm Chuyển đổi số", Place: "Lạng Sơn"}
	d := report.StatementDocument{Official: o, Form: f, Answers: forms.Answers{}, Duties: map[string]string{"owner_address": "NĐ 331/2026/NĐ-CP, Điều 22"},
		Context: forms.Context{Today: "2026-11-22", Level: level, Rules: strings.ToUpper(edition), Stage: "operating", Compulsory: map[string][]int{"owner_address": {1, 2, 3, 4, 5}}},
		System:  report.Identity{Code: "H37-0001", Name: "Hệ thống một cửa", Owner: "Ủy ban nhân dân tỉnh Lạng Sơn", Operator: "Trung tâm Chuyển đổi số", Stage: "Đang vận hành"},
		Level:   report.Level{Level: level, RuleSet: strings.ToUpper(edition), Clauses: []report.Clause{{Cite: "NĐ 331/2026/NĐ-CP, Điều 13 khoản 2 điểm b", Says: "Hệ thống giải quyết thủ tục hành chính."}}}, Draft: !full}
	if full {
		d.SubmittedOn, d.Digest = "2026-11-20", strings.Repeat("ab", 32)
		for _, s := range f.Shown(d.Context, forms.Answers{"risk_assessed_on": "2026-11-01", "regulation_number": "1/QĐ"}) {
			for _, x := range s.Fields {
				d.Answers[x.ID] = map[string]string{"date": "2026-11-01", "level": "4", "choices": "public\npersonal", "yesno": "no"}[x.Type]
				if d.Answers[x.ID] == "" {
					d.Answers[x.ID] = "Nội dung 1 của " + x.ID + "\nDòng thứ hai"
				}
			}
		}
	}
	return d
}

func statementText(t *testing.T, d report.StatementDocument) string {
	t.Helper()
	var a, b bytes.Buffer
	if err := report.Statement(&a, d); err != nil {
		t.Fatal(err)
	}
	if err := report.Statement(&b, d); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("the same input gave other bytes: %v", err)
	}
	return strings.Join(strings.Fields(asOthersRead(t, a.Bytes())), " ")
}

// TestStatement: both editions and every level print each field shown and no
// other; what is compulsory and empty is named with its clause; a draft says so
// on every page, what was handed in does not.
func TestStatement(t *testing.T) {
	needPdftotext(t)
	for _, edition := range []string{"r85", "r331"} {
		for _, level := range []int{3, 4} {
			d := statement(t, edition, level, true)
			text := statementText(t, d)
			shown := map[string]bool{}
			for _, s := range d.Form.Shown(d.Context, d.Answers) {
				for _, f := range s.Fields {
					shown[f.ID] = true
					if !strings.Contains(text, strings.Join(strings.Fields(f.Label.VI), " ")) && len(f.Label.VI) < 40 {
						t.Errorf("%s level %d: no label %q", edition, level, f.Label.VI)
					}
					if f.Type == "longtext" && !strings.Contains(text, "Nội dung 1 của "+f.ID) {
						t.Errorf("%s level %d: no answer of %s", edition, level, f.ID)
					}
				}
			}
			if shown["attack_threats"] != (level == 4) || strings.Contains(text, "Nguy cơ tấn công") != (level == 4) {
				t.Errorf("%s level %d: the extras of level 4 are shown %t", edition, level, shown["attack_threats"])
			}
			if strings.Contains(text, "Tóm tắt rủi ro") != (edition == "r331") {
				t.Errorf("%s: the risks are printed, or not", edition)
			}
			if strings.Contains(text, "DỰ THẢO") || strings.Contains(text, "CHƯA KHAI") || !strings.Contains(text, "ngày 20 tháng 11 năm 2026") || !strings.Contains(text, "đã khai đủ") {
				t.Errorf("%s level %d: a full dossier that was handed in is a draft or has gaps: %.300s", edition, level, text)
			}
		}
		text := statementText(t, statement(t, edition, 4, false))
		for _, want := range []string{"DỰ THẢO", "CHƯA KHAI – nội dung phải có (NĐ 331/2026/NĐ-CP, Điều 22)", "nội dung phải khai còn để trống", "Không khai.", "Điều 13 khoản 2 điểm b", "Nguy cơ tấn công"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s draft: no %q", edition, want)
			}
		}
	}
}

// TestStatementRefuses: no form, no day; hostile text does no harm.
func TestStatementRefuses(t *testing.T) {
	d := statement(t, "r331", 3, true)
	d.Form = nil
	if err := report.Statement(&bytes.Buffer{}, d); err == nil {
		t.Error("no form: no error")
	}
	d = statement(t, "r331", 3, true)
	d.Day = "someday"
	if err := report.Statement(&bytes.Buffer{}, d); err == nil {
		t.Error("no day: no error")
	}
	d = statement(t, "r331", 3, true)
	d.Answers["scope"] = strings.Repeat("A", 5000) + "\x00\U0001F600 e\u0302\u0301\n" + strings.Repeat("dòng\n", 2000)
	d.System.Name = ""
	if err := report.Statement(&bytes.Buffer{}, d); err != nil {
		t.Error(err)
	}
}
