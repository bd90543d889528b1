package report_test

import (
	"fmt"
	"os"
	"testing"

	"capdo/internal/reconcile"
	"capdo/internal/report"
)

const (
	document = "Báo cáo chuyển đổi số 6 tháng đầu năm 2024"
	root     = "5f2b9c1e7a3d48f60b8ce1d2a94f7630c5d8e9fab1027364558697a8b9cadbec"
	digest   = "sha256:9d1c0e7f2b3a4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5"
)

func official() report.Official {
	return report.Official{
		Day:        "2026-11-22",
		Issuer:     report.Issuer{Parent: "Bộ Công an", Body: "Cục An ninh mạng và phòng, chống tội phạm sử dụng công nghệ cao", Abbrev: "A05", Place: "Hà Nội"},
		Number:     "7",
		Addressees: []string{"Thủ tướng Chính phủ", "Ủy ban Quốc gia về chuyển đổi số"},
		Bases: []string{"Căn cứ Luật An ninh mạng số 116/2025/QH15 ngày 10 tháng 12 năm 2025",
			"Căn cứ Nghị định số 331/2026/NĐ-CP của Chính phủ về bảo vệ an ninh mạng đối với hệ thống thông tin"},
		Recipients:  []string{"Các bộ, cơ quan ngang bộ", "UBND các tỉnh, thành phố"},
		SignerTitle: "Cục trưởng",
		Ledger:      report.Ledger{Size: 28_114, Root: root},
		LawDigest:   digest,
		Simulated:   true,
	}
}

// national builds the report of the shipped annex; the register repeats the
// printed counts but for one agency.
func national(t testing.TB) report.NationalReport {
	t.Helper()
	f, err := os.Open("testdata/annex9.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := reconcile.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	n := report.NationalReport{Official: official(), Source: "Phụ lục IX, " + document}
	for i, r := range table.Rows {
		section := "Phụ lục IX, mục I"
		if r.Group == reconcile.Province {
			section = "Phụ lục IX, mục II"
		}
		a := report.AgencyRow{Row: r, Code: fmt.Sprintf("G%02d", i), Source: report.Source{Document: document, Section: section, Row: r.No},
			Register: report.Counts{Total: r.Total, Approved: r.Approved, Deployed: r.Deployed}}
		if r.Agency == "Lạng Sơn" {
			a.Register.Deployed = 40
		}
		n.Agencies = append(n.Agencies, a)
	}
	for _, s := range []struct {
		key   string
		value int
	}{{"total", 7206}, {"approved", 5515}, {"deployed", 4068}, {"ministry_total", 1539}, {"ministry_approved", 1093},
		{"ministry_deployed", 793}, {"province_total", 5667}, {"province_approved", 4422}, {"province_deployed", 3275},
		{report.StatedApprovedBelow, 22}, {report.StatedDeployedBelow, 33}} {
		n.Stated = append(n.Stated, report.Stated{Key: s.key, Value: s.value, Source: report.Source{Document: document, Section: "mục 1.2.7"}})
	}
	n.Levels = []report.LevelRow{
		{Level: 1, Stated: 3309, Register: report.Counts{Total: 3218, Approved: 2514, Deployed: 1893}},
		{Level: 2, Stated: 2914, Register: report.Counts{Total: 2834, Approved: 2160, Deployed: 1597}},
		{Level: 3, Stated: 955, Register: report.Counts{Total: 929, Approved: 630, Deployed: 475}},
		{Level: 4, Stated: 23, Register: report.Counts{Total: 22, Approved: 15, Deployed: 13}},
		{Level: 5, Stated: 5, Register: report.Counts{Total: 5, Approved: 4, Deployed: 4}},
	}
	n.Deadlines = []report.Deadline{
		{Task: report.TaskApprove, Day: "2024-09-30", Basis: "Chỉ thị số 09/CT-TTg ngày 23/02/2024"},
		{Task: report.TaskDeploy, Day: "2024-12-31", Basis: "Chỉ thị số 09/CT-TTg ngày 23/02/2024"},
	}
	n.Notes = []string{"Có 27 hệ thống được nêu tên trong danh sách kết nối NDXP; các hệ thống này có trong sổ đăng ký nhưng không tính vào các con số trên."}
	return n
}

func system() report.SystemReport {
	return report.SystemReport{
		Official: official(),
		System: report.Identity{Code: "H49.0012", Name: "Nền tảng tích hợp, chia sẻ dữ liệu cấp tỉnh (LGSP)", Owner: "Ủy ban nhân dân tỉnh Lạng Sơn",
			Operator: "Trung tâm Chuyển đổi số", Stage: "Đang vận hành"},
		Level: report.Level{Level: 3, RuleSet: "Nghị định 331/2026/NĐ-CP", Clauses: []report.Clause{
			{Cite: "Khoản 3 Điều 13 Nghị định 331/2026/NĐ-CP", Says: "Hạ tầng thông tin dùng chung phục vụ các cơ quan trong một tỉnh."}}},
		Shadow: &report.Level{Level: 3, RuleSet: "Nghị định 85/2016/NĐ-CP", Clauses: []report.Clause{
			{Cite: "Khoản 3 Điều 9 Nghị định 85/2016/NĐ-CP", Says: "Hạ tầng dùng chung của các cơ quan trong một ngành, một tỉnh hoặc một số tỉnh."}}},
		Dossiers: []report.Dossier{{Code: "HS-2024-0012", State: "Đã được phê duyệt", Submitted: "2024-05-04", Level: 3},
			{Code: "HS-2026-0107", State: "Đã gửi thẩm định", Submitted: "2026-10-01", Level: 3}},
		Approvals: []report.Approval{
			{Number: "812/QĐ-UBND", Day: "2024-06-18", Authority: "Chủ tịch UBND tỉnh", Level: 3, From: "2024-06-18", Until: "2027-07-01"},
			{Number: "15/QĐ-STTTT", Day: "2022-01-09", Authority: "Sở Thông tin và Truyền thông", Level: 2, From: "2022-01-09", Revoked: "2024-06-18", Reason: "thay bằng quyết định cấp độ 3"}},
		Confirmation: &report.Confirmation{Number: "03/XN", Day: "2026-05-20", By: "đơn vị chuyên trách", Until: "2026-11-20"},
		Plan:         report.Plan{State: "Đã triển khai một số hạng mục", Remark: "Còn hạng mục dự phòng nóng"},
		Gate: report.Gate{Answer: "phương án chưa triển khai đầy đủ", Reasons: []report.Reason{
			{Code: "G05", Says: "Phương án bảo đảm an toàn của hồ sơ được duyệt chưa triển khai đầy đủ.", Basis: "Quyết định 1562/QĐ-TTg ngày 18/7/2025"},
			{Code: "G06", Says: "Xác nhận an toàn đã hết giá trị từ ngày 20/11/2026.", Basis: "Quyết định 1562/QĐ-TTg ngày 18/7/2025"}}},
		History: []report.Event{
			{Time: "04/5/2024 09:12", Act: "Gửi hồ sơ", By: "Đơn vị vận hành", Comment: "Hồ sơ đủ 4 thành phần"},
			{Time: "02/6/2024 15:40", Act: "Thẩm định", By: "Đơn vị chuyên trách", Comment: "Phù hợp; đề nghị bổ sung sơ đồ mạng trước khi vận hành chính thức"},
			{Time: "18/6/2024 10:05", Act: "Phê duyệt cấp độ 3", By: "Chủ quản", Comment: ""}},
	}
}
