package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"capdo/internal/law"
)

// story is the main job as the demo tells it.
type story struct {
	base, dir string
	people    map[string]person
	machine   demoMachine

	t    *teller
	day  law.Day
	now  func() time.Time
	code string              // of the system registered in the demo
	tabs map[string]*browser // by login, signed in
	err  error               // the demo itself broke; later scenes are not played
}

// gatewayName is who asks the gate.
const gatewayName = "Cổng kết nối"

// tell plays every scene. An error means that the demo could not go on, or
// errFound that a step came out otherwise than it should.
func (p *program) tell(ctx context.Context, t *teller, s story) error {
	s.t, s.now, s.day, s.tabs = t, p.clock, law.DayOf(p.clock()), map[string]*browser{}
	for _, scene := range []func(context.Context){s.standing, s.register, s.badInput, s.file, s.wrongHands, s.decide, s.deploy, s.connect, s.revoke} {
		if s.err == nil {
			scene(ctx)
		}
	}
	if s.err == nil {
		s.err = p.papers(ctx, &s)
	}
	if s.err != nil {
		return s.err
	}
	for _, x := range t.steps {
		if !x.OK {
			return errFound
		}
	}
	return nil
}

// as returns the tab of a person, signed in at the first call.
func (s *story) as(ctx context.Context, login string) *browser {
	if b, ok := s.tabs[login]; ok {
		return b
	}
	b, err := newBrowser(s.base)
	if err == nil && login != "" {
		err = b.signIn(ctx, s.people[login])
	}
	if err != nil {
		s.err = err
	}
	s.tabs[login] = b
	return b
}

// gate asks, and tells whether the answer is as it should be: allow, or a
// denial by each of the reasons named.
func (s *story) gate(ctx context.Context, does, doesEN, query string, reasons ...string) {
	d, err := s.machine.browser.ask(ctx, query)
	if err != nil {
		s.err = err
		return
	}
	want, ok := "allow", d.Decision == "allow"
	if len(reasons) > 0 {
		want, ok = "deny: "+strings.Join(reasons, ", "), d.Decision == "deny"
		for _, id := range reasons {
			ok = ok && d.denies(id)
		}
	}
	ok = ok && d.LawDigest != "" && d.Ledger.Root != ""
	s.t.step(step{Actor: gatewayName, Does: does, DoesEN: doesEN, Expected: want, Got: d.String(), OK: ok})
}

// act fills in a form as a person, and tells whether the answer has the status
// that it should.
func (s *story) act(ctx context.Context, login, does, doesEN, path string, answers url.Values, want int) reply {
	r, err := s.as(ctx, login).fill(ctx, path, answers)
	if err != nil {
		s.err = err
		return r
	}
	s.t.step(step{Actor: s.people[login].name, Does: does, DoesEN: doesEN, Expected: meaning(want), Got: meaning(r.status), OK: r.status == want})
	return r
}

// meaning puts a status into words.
func meaning(status int) string {
	says := map[int]string{http.StatusSeeOther: "đã ghi nhận / done", http.StatusForbidden: "bị từ chối: không đúng thẩm quyền / refused: wrong actor", http.StatusNotFound: "không thấy / not found",
		http.StatusConflict: "bị từ chối: không đúng trình tự / refused: wrong order", http.StatusUnprocessableEntity: "bị trả lại, lỗi ghi cạnh từng ô / refused, errors beside the fields"}[status]
	return fmt.Sprintf("%s (HTTP %d)", says, status)
}

// path is a page of the demo's system.
func (s *story) path(page string) string { return "/systems/" + s.code + "/" + page }

// dmy writes a day as officials do.
func dmy(d law.Day) string { return d.Time().Format("02/01/2006") }

// standing: what the register of June 2024 answers.
func (s *story) standing(ctx context.Context) {
	s.gate(ctx, "Hỏi một mã không có trong sổ đăng ký", "asks for a code that is not on the register", "provider=H56-9999", "unknown-system")
	s.gate(ctx, "Hỏi CSDL quốc gia về dân cư: có tên trên NDXP, chưa có hồ sơ cấp độ trong sổ", "asks for the national population database: named on NDXP, no dossier on record", "provider=G01-N01", "no-approval")
}

// register: a system of a province, and its facts.
func (s *story) register(ctx context.Context) {
	r := s.act(ctx, "canbo.thanhhoa", "Đăng ký hệ thống thông tin giải quyết thủ tục hành chính", "registers a system that settles administrative procedures", "/systems/new", url.Values{
		"name": {"Hệ thống thông tin giải quyết thủ tục hành chính (trình diễn)"}, "description": {"Tiếp nhận và trả kết quả thủ tục hành chính; hệ thống dùng để trình diễn, không có thật."},
		"served": {"Người dân, doanh nghiệp trong tỉnh"}, "operator_unit": {"Trung tâm Công nghệ thông tin và Truyền thông"}, "operator_is_specialised": {"no"},
		"stage": {"operating"}, "started_on": {"01/03/2021"}, "attest_system": {"yes"}}, http.StatusSeeOther)
	s.code = codeIn(r.location)
	if s.err != nil || s.code == "" {
		return
	}
	s.gate(ctx, "Hỏi hệ thống vừa đăng ký "+s.code, "asks for the system just registered", "provider="+s.code, "no-approval")
	s.act(ctx, "canbo.thanhhoa", "Khai dữ kiện để pháp luật xác định cấp độ", "states the facts from which the law names the level", s.path("facts"), url.Values{
		"type": {"b"}, "info": {"personal"}, "serves_defence_security": {"no"}, "dvctt_level": {"4"}, "handles_tthc": {"yes"}, "conditional_business": {"no"},
		"users": {"64.000"}, "subjects_basic": {"64.000"}, "subjects_sensitive": {"1.200"}, "need_24x7": {"no"}, "national_egov": {"no"},
		"national_critical_store": {"no"}, "ns_list_indicators": {"no"}, "risk_assessed": {"yes"}, "risk_level": {"3"}}, http.StatusSeeOther)
	page, err := s.as(ctx, "canbo.thanhhoa").get(ctx, "/systems/"+s.code)
	if err != nil {
		s.err = err
		return
	}
	want := []string{"Cấp độ 3", "Điều 9 khoản 2 điểm a", "Điều 13 khoản 2 điểm b"}
	var seen []string
	for _, w := range want {
		if strings.Contains(page.body, w) {
			seen = append(seen, w)
		}
	}
	s.t.step(step{Actor: "Pháp luật", Does: "Nêu cấp độ kèm điều khoản theo cả hai nghị định trên trang hệ thống", DoesEN: "the law names the level with its clause under both decrees, on the system's page",
		Expected: strings.Join(want, "; "), Got: strings.Join(seen, "; "), OK: len(seen) == len(want)})
}

// codeIn takes the code out of the address of a system's page.
func codeIn(location string) string {
	code, _, _ := strings.Cut(strings.TrimPrefix(location, "/systems/"), "?")
	return code
}

// badInput: an incomplete dossier is refused beside its fields.
func (s *story) badInput(ctx context.Context) {
	in := s.statement()
	in.Set("proposed_level", "2")
	in.Set("regulation_on", "31/02/2025")
	in.Del("scope")
	s.act(ctx, "canbo.thanhhoa", "Gửi hồ sơ thiếu phạm vi, sai ngày, đề xuất sai cấp độ", "submits a dossier without scope, with an impossible day and the wrong level", s.path("dossier"), in, http.StatusUnprocessableEntity)
}

// statement is a complete dossier, as an officer would write it.
func (s *story) statement() url.Values {
	in := url.Values{"do": {"submit"}, "proposed_level": {"3"}, "info_types": {"public", "personal"}}
	for id, text := range map[string]string{
		"owner_mandate": "Luật Tổ chức chính quyền địa phương", "owner_position": "Chủ tịch Ủy ban nhân dân tỉnh", "owner_address": "Thanh Hóa",
		"operator": "Trung tâm Công nghệ thông tin và Truyền thông", "operator_mandate": "Quyết định quy định chức năng, nhiệm vụ của Trung tâm", "operator_position": "Giám đốc Trung tâm", "operator_address": "Thanh Hóa",
		"scope": "Toàn bộ phần mềm, máy chủ và đường truyền phục vụ giải quyết thủ tục hành chính", "scale": "27 sở, ban, ngành; 166 xã, phường; 64.000 tài khoản", "served_parties": "Người dân, doanh nghiệp, cán bộ một cửa",
		"logical_model": "Ba lớp: giao diện, ứng dụng, dữ liệu; các vùng mạng tách biệt", "physical_model": "Hai cụm máy chủ tại trung tâm dữ liệu tỉnh", "devices": "Thiết bị tường lửa, trung tâm dữ liệu tỉnh, kiểm soát truy cập",
		"services": "Cổng dịch vụ, máy chủ ứng dụng, trung tâm dữ liệu tỉnh", "zones": "Vùng biên; vùng DMZ; vùng máy chủ nội bộ; vùng máy chủ cơ sở dữ liệu; vùng quản trị",
		"basis_detail": "Hệ thống giải quyết thủ tục hành chính cho người dân, doanh nghiệp", "risk_assessed_on": dmy(s.day.AddDays(-30)), "risk_summary": "Rủi ro chính: lộ dữ liệu cá nhân, gián đoạn dịch vụ; mức rủi ro tương ứng cấp độ 3",
		"regulation_number": "12/QĐ-TTCNTT", "regulation_on": dmy(s.day.AddDays(-60)), "regulation_issuer": "Trung tâm Công nghệ thông tin và Truyền thông",
		"plan_design": "Thiết kế tách vùng, dự phòng nóng thiết bị mạng chính", "plan_operation": "Quy trình vận hành, quản lý tài khoản và bản vá", "plan_inspection": "Kiểm tra, đánh giá hằng năm",
		"plan_risk": "Đánh giá và xử lý rủi ro hằng năm", "plan_monitoring": "Giám sát tập trung, kết nối trung tâm giám sát", "plan_recovery": "Sao lưu hằng ngày, diễn tập khôi phục", "plan_disposal": "Xóa dữ liệu khi thanh lý thiết bị",
	} {
		in.Set(id, text)
	}
	return in
}

// file: the complete dossier.
func (s *story) file(ctx context.Context) {
	s.act(ctx, "canbo.thanhhoa", "Sửa và gửi hồ sơ đề xuất cấp độ 3", "mends and submits the dossier for level 3", s.path("dossier"), s.statement(), http.StatusSeeOther)
	s.gate(ctx, "Hỏi khi hồ sơ đang thẩm định", "asks while the dossier is under appraisal", "provider="+s.code, "no-approval")
}

// wrongHands: nobody acts out of turn, and nobody sees another's.
func (s *story) wrongHands(ctx context.Context) {
	s.act(ctx, "canbo.thanhhoa", "Thử tự phê duyệt hồ sơ của mình", "tries to approve the dossier it submitted", s.path("decision"), url.Values{"outcome": {"approve"}}, http.StatusForbidden)
	s.act(ctx, "canbo.nghean", "Cán bộ tỉnh khác thử mở hệ thống này", "an officer of another province tries to open the system", "/systems/"+s.code, nil, http.StatusNotFound)
}

// decide: appraisal, approval, confirmation.
func (s *story) decide(ctx context.Context) {
	s.act(ctx, "thamdinh.thanhhoa", "Thẩm định: hồ sơ đạt", "appraises the dossier as fit", s.path("appraisal"), url.Values{"documents_ok": {"yes"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"fit"}, "comment": {"Hồ sơ đủ thành phần, phương án phù hợp cấp độ 3."}}, http.StatusSeeOther)
	s.act(ctx, "pheduyet.thanhhoa", "Phê duyệt cấp độ 3, có thời hạn một năm", "approves level 3 for one year", s.path("decision"), url.Values{"outcome": {"approve"}, "number": {"1234/QĐ-UBND"}, "decided_on": {dmy(s.day)}, "valid_until": {dmy(s.day.AddMonths(12))}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi sau khi phê duyệt: chưa được xác nhận, phương án chưa triển khai", "asks after the approval: not confirmed, plan not deployed", "provider="+s.code, "operating-plan-not-full", "not-confirmed")
	s.act(ctx, "xacnhan.boca", "Xác nhận phê duyệt trên hệ thống", "confirms the approval on record", s.path("confirmation"), url.Values{"outcome": {"confirm"}, "note": {"Đúng thẩm quyền, đúng trình tự."}}, http.StatusSeeOther)
}

// deploy: the plan, and the gate opens.
func (s *story) deploy(ctx context.Context) {
	s.gate(ctx, "Hỏi sau khi xác nhận: phương án vẫn chưa triển khai", "asks after the confirmation: the plan is still not deployed", "provider="+s.code, "operating-plan-not-full")
	s.act(ctx, "canbo.thanhhoa", "Khai đã triển khai đầy đủ phương án", "declares the plan deployed in full", s.path("plan"), url.Values{"status": {"full"}, "on": {dmy(s.day)}, "note": {"Nghiệm thu đầy đủ các hạng mục."}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi lại", "asks again", "provider="+s.code)
	s.gate(ctx, "Hỏi cho ngày sau khi phê duyệt hết hạn", "asks for the day after the approval's term", "provider="+s.code+"&at="+url.QueryEscape(s.day.AddMonths(12).AddDays(1).Time().Format("2006-01-02T15:04:05Z07:00")), "approval-lapsed")
}

// revoke: the very next question is denied.
func (s *story) revoke(ctx context.Context) {
	s.act(ctx, "xacnhan.boca", "Thu hồi phê duyệt", "revokes the approval", s.path("revocation"), url.Values{"ground": {"Phát hiện kê khai phương án không đúng thực tế (trình diễn)."}, "number": {"05/TB-A05"}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi ngay câu tiếp theo", "asks the very next question", "provider="+s.code, "approval-revoked")
}

// papers writes the reports and checks the ledger.
func (p *program) papers(ctx context.Context, s *story) error {
	for _, q := range []reportQuery{{Kind: "national", Day: "2024-06-30"}, {Kind: "system", Code: s.code, Day: s.day}} {
		path := filepath.Join(s.dir, fileName(q))
		if err := p.writeReport(ctx, path, q); err != nil {
			return err
		}
		s.t.step(step{Actor: "Báo cáo", Does: "Ghi báo cáo PDF", DoesEN: "writes the report as PDF", Expected: "tệp PDF / a PDF file", Got: path, OK: isPDF(path)})
	}
	r, err := p.store.Verify(ctx)
	if err != nil {
		return err
	}
	s.t.step(step{Actor: "Kiểm chứng", Does: "Đối chiếu sổ nhật ký với chính nó và với các bảng", DoesEN: "checks the ledger against itself and the tables", Expected: "0 violations",
		Got: fmt.Sprintf("%d entries, %d records, %d violations", r.Entries, r.Objects, len(r.Violations)), OK: len(r.Violations) == 0})
	return nil
}
