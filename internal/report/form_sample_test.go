package report_test

import (
	"fmt"
	"testing"

	"capdo/forms"
	"capdo/internal/report"
)

func shelf(t testing.TB) *forms.Shelf {
	t.Helper()
	s, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values fill every slot a register can fill.
func values() map[string]string {
	return map[string]string{
		"system_name": "Hệ thống thông tin giải quyết thủ tục hành chính tỉnh Lạng Sơn", "level": "3",
		"owner": "Ủy ban nhân dân tỉnh Lạng Sơn", "owner_mandate": "Luật Tổ chức chính quyền địa phương", "owner_representative": "Người đứng đầu",
		"owner_position": "Chủ tịch", "owner_address": "Đường Hùng Vương, tỉnh Lạng Sơn", "owner_contact": "Cổng thông tin điện tử của tỉnh",
		"operator": "Trung tâm Chuyển đổi số", "operator_address": "Phường Đông Kinh, tỉnh Lạng Sơn",
		"specialised_unit": "Sở Khoa học và Công nghệ", "specialised_mandate": "Quyết định số 15/2025/QĐ-UBND", "specialised_representative": "Người đứng đầu",
		"specialised_position": "Giám đốc", "specialised_address": "Phường Lương Văn Tri, tỉnh Lạng Sơn", "specialised_contact": "Hộp thư công vụ của Sở",
		"applicant": "Trung tâm Chuyển đổi số", "request_number": "112/TTCĐS", "request_on": "2026-09-04",
		"appraiser": "Sở Khoa học và Công nghệ", "coordinators": "Công an tỉnh; Văn phòng Ủy ban nhân dân tỉnh", "appraisal_method": "both",
		"other_bases":          "Quyết định số 15/2025/QĐ-UBND của Ủy ban nhân dân tỉnh.",
		"coordinators_opinion": "Các đơn vị phối hợp nhất trí với đề xuất.\nCông an tỉnh đề nghị bổ sung sơ đồ mạng trước khi vận hành chính thức.",
		"level_opinion":        "Hệ thống giải quyết thủ tục hành chính, thuộc cấp độ 3 theo điểm b khoản 2 Điều 13.", "other_opinion": "Không.",
		"outcome": "fit", "unfit_points": "Không.", "appraisal_number": "88/SKHCN-CNTT", "appraisal_on": "2026-10-12",
		"proposal_number": "19/TTr-TTCĐS", "proposal_on": "2026-10-20", "authority": "Chủ tịch Ủy ban nhân dân tỉnh",
		"standard": "TCVN 14423:2026", "technical_regulation": "hiện hành", "other_duties": "Hoàn thành các hạng mục còn lại trước ngày 01/7/2027.",
		"other_parties": "Văn phòng Ủy ban nhân dân tỉnh bố trí kinh phí.", "regulator": "Bộ Công an", "period": "từ 15/12/2025 đến 14/12/2026",
		"classified": "38", "approve_all_by": "2027-06-30",
	}
}

// systems are n rows that cycle through all words.
func systems(n int) []map[string]string {
	status := []string{"drafting", "submitted", "appraised", "approved", "approved", "approved", ""}
	plan := []string{"none", "", "part", "full"}
	inspection := []string{"", "before_use", "periodic", "before_use\nperiodic"}
	var rows []map[string]string
	for i := range n {
		row := map[string]string{"system_name": fmt.Sprintf("Hệ thống quản lý văn bản và điều hành số %d", i+1), "owner": "Ủy ban nhân dân tỉnh Lạng Sơn",
			"operator": "Trung tâm Chuyển đổi số", "level": fmt.Sprint(1 + i%5), "status": status[i%len(status)], "plan": plan[i%len(plan)],
			"inspection": inspection[i%len(inspection)]}
		if row["status"] == "approved" {
			row["decision"], row["regulation"] = "812/QĐ-UBND, 18/6/2024, UBND tỉnh", "03/QĐ-UBND, 05/01/2024, UBND tỉnh"
		} else {
			row["approve_by"], row["full_by"] = "2026-12-31", "2027-06-30"
		}
		rows = append(rows, row)
	}
	return rows
}

// blank is a paper with nothing on it.
func blank(o *forms.Official) report.FormDocument {
	return report.FormDocument{Official: report.Official{Day: "2026-11-22", Ledger: report.Ledger{Size: 28_114, Root: root}, LawDigest: digest}, Paper: o}
}

// full is a paper with everything on it.
func full(o *forms.Official) report.FormDocument {
	d := blank(o)
	d.Issuer = report.Issuer{Parent: "Ủy ban nhân dân tỉnh Lạng Sơn", Body: "Trung tâm Chuyển đổi số", Abbrev: "TTCĐS", Place: "Lạng Sơn"}
	if o.Kind == forms.KindDecision || o.ID == "mau-08" {
		d.Issuer = report.Issuer{Body: "Ủy ban nhân dân tỉnh Lạng Sơn", Abbrev: "UBND", Place: "Lạng Sơn"}
	}
	d.Number, d.SignerTitle, d.Dated = "7", "Giám đốc", "2026-11-22"
	d.Recipients = []string{"Sở Khoa học và Công nghệ"}
	d.Values, d.Rows = values(), map[string][]map[string]string{"systems": systems(40)}
	return d
}
