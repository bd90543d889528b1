package report

import (
	"fmt"
	"strings"

	"capdo/internal/reconcile"
)

// differences is Annex III: every finding with its source.
func (r *national) differences() {
	r.openAnnex(r.in.Official, "III", "Danh sách các chỗ chưa khớp", longDate(r.day))
	t := plain(sizeTable, []column{{9, "C"}, {15, "C"}, {44, "L"}, {26, "L"}, {17, "R"}, {27, "R"}, {62, "L"}, {52, "L"}},
		"STT", "Ký hiệu", "Cơ quan", "Nội dung", "Đã in", "Tính lại", "Giải thích", "Nguồn")
	var rows [][]cell
	for i, f := range r.check.Findings {
		name := r.agencyWithCode(f)
		if f.Kind == reconcile.SumDiffers {
			name = upperFirst(groupName(f.Group))
		}
		rows = append(rows, texts(fmt.Sprint(i+1), reasonOf(f.Kind).code, name, fieldName(f.Field), printedFigure(f),
			computedFigure(f), upperFirst(f.Says.VI), r.sourceOf(f)))
	}
	if len(rows) == 0 {
		rows = append(rows, []cell{{text: "Không có chỗ chưa khớp.", span: len(t.cols), align: "C"}})
	}
	r.sheet.table(t, rows)
	var used []string
	for _, f := range r.check.Findings {
		used = append(used, f.Kind)
	}
	r.set("Cột “Tính lại” ghi tỷ lệ trên tổng số / tỷ lệ trên số đã phê duyệt; với con số tổng, ghi tổng các dòng và chênh lệch.",
		paragraph{size: sizeTable, align: "L"})
	r.key(used)
}

// agencyWithCode is the finding's agency and its identifier, if it has one.
func (r *national) agencyWithCode(f reconcile.Finding) string {
	for _, a := range r.in.Agencies {
		if a.Line == f.Line && a.Agency == f.Agency && a.Code != "" {
			return fmt.Sprintf("%s (%s)", f.Agency, a.Code)
		}
	}
	return f.Agency
}

func printedFigure(f reconcile.Finding) string {
	if strings.HasSuffix(f.Field, "_pct") {
		return number(f.Printed) + "%"
	}
	if f.Kind == reconcile.DuplicateAgency {
		return "STT " + number(f.Printed)
	}
	return number(f.Printed)
}

func computedFigure(f reconcile.Finding) string {
	switch {
	case f.Kind == reconcile.NotReportedZero:
		return "chưa báo cáo"
	case f.Kind == reconcile.DuplicateAgency:
		return "STT " + number(*f.Computed)
	case f.Computed != nil:
		return fmt.Sprintf("%s (%s)", number(*f.Computed), signed(f.Difference))
	case f.OfTotal == nil && f.OfApproved == nil:
		return none
	case f.Field == "approved_pct":
		return number(*f.OfTotal) + "%"
	}
	return fmt.Sprintf("%s / %s", rate(f.OfTotal), rate(f.OfApproved))
}

func rate(p *int) string {
	if p == nil {
		return none
	}
	return number(*p) + "%"
}

// sourceOf says where the printed figure of a finding stands.
func (r *national) sourceOf(f reconcile.Finding) string {
	var at Source
	if f.Kind == reconcile.SumDiffers {
		for _, s := range r.in.Stated {
			if "expect_"+s.Key == expectName(f) {
				at = s.Source
			}
		}
	}
	for _, a := range r.in.Agencies {
		if f.Kind != reconcile.SumDiffers && a.Line == f.Line && a.Agency == f.Agency {
			at = a.Source
		}
	}
	var parts []string
	for _, s := range []string{at.Document, at.Section} {
		if strings.TrimSpace(s) != "" {
			parts = append(parts, s)
		}
	}
	if at.Row > 0 {
		parts = append(parts, fmt.Sprintf("dòng %d", at.Row))
	}
	if at.Line > 0 {
		parts = append(parts, fmt.Sprintf("bản chép dòng %d", at.Line))
	}
	return orNone(strings.Join(parts, ", "))
}

func expectName(f reconcile.Finding) string {
	if f.Group == "" {
		return "expect_" + f.Field
	}
	return "expect_" + f.Group + "_" + f.Field
}
