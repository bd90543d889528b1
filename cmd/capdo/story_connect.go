package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// demoService is the data service that the demo adds.
const demoService = "H41-TRINHDIEN-01"

// demoUrgent is the one that is opened in an emergency.
const demoUrgent = "H41-TRINHDIEN-02"

// connect: a data service of another province, a connection to it, and what the
// gate says of it at each step.
func (s *story) connect(ctx context.Context) {
	provider, err := s.provider(ctx)
	if err != nil {
		s.err = err
		return
	}
	s.act(ctx, "canbo.nghean", "Thêm dịch vụ dữ liệu của hệ thống (mô phỏng) "+provider, "adds a data service of the (simulated) system "+provider, "/services/new",
		url.Values{"code": {demoService}, "name": {"Tra cứu kết quả giải quyết thủ tục hành chính (trình diễn)"}, "provider": {provider}}, http.StatusSeeOther)
	query := "provider=" + provider + "&consumer=" + s.code + "&service=" + demoService
	s.gate(ctx, "Hỏi dịch vụ khi chưa có kết nối nào được ghi nhận", "asks for the service with no connection on record", query, "no-connection")
	r := s.act(ctx, "canbo.thanhhoa", "Yêu cầu kết nối, nêu mục đích và căn cứ", "requests the connection, with purpose and basis", "/connections/new", url.Values{"consumer": {s.code}, "service": {demoService},
		"purpose": {"Đối chiếu kết quả giải quyết hồ sơ liên thông (trình diễn)"}, "basis": {"NĐ 278/2025/NĐ-CP"}, "platform": {"NDXP"}, "profile": {"production"}}, http.StatusSeeOther)
	at, _, _ := strings.Cut(r.location, "?")
	if s.err != nil || !strings.HasPrefix(at, "/connections/") {
		return
	}
	s.gate(ctx, "Hỏi khi yêu cầu chưa được cho phép", "asks while the request is not allowed", query, "connection-not-allowed")
	s.act(ctx, "xacnhan.boca", "Cho phép kết nối", "allows the connection", at+"/allow", url.Values{"number": {"61/QĐ-A05"}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi lại", "asks again", query)
	s.act(ctx, "xacnhan.boca", "Tạm đình chỉ kết nối", "suspends the connection", at+"/suspend", url.Values{"number": {"62/QĐ-A05"}, "ground": {"Lưu lượng bất thường (trình diễn)."}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi ngay câu tiếp theo", "asks the very next question", query, "connection-suspended")
	s.act(ctx, "xacnhan.boca", "Khôi phục kết nối", "reinstates the connection", at+"/reinstate", url.Values{"ground": {"Đã làm rõ nguyên nhân (trình diễn)."}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi lại", "asks again", query)
	s.breakGlass(ctx, provider)
}

// glassHours is how long the demo's break-glass lasts.
const glassHours = 6

// breakGlass: a second service whose connection nobody has allowed is opened for
// some hours by two persons, and shuts again.
func (s *story) breakGlass(ctx context.Context, provider string) {
	s.act(ctx, "canbo.nghean", "Thêm dịch vụ dữ liệu thứ hai", "adds a second data service", "/services/new",
		url.Values{"code": {demoUrgent}, "name": {"Danh sách hộ dân cần sơ tán (trình diễn)"}, "provider": {provider}}, http.StatusSeeOther)
	query := "provider=" + provider + "&consumer=" + s.code + "&service=" + demoUrgent
	r := s.act(ctx, "canbo.thanhhoa", "Yêu cầu kết nối khẩn", "requests a connection in an emergency", "/connections/new", url.Values{"consumer": {s.code}, "service": {demoUrgent},
		"purpose": {"Phối hợp sơ tán dân vùng ngập (trình diễn)"}, "basis": {"NĐ 278/2025/NĐ-CP"}, "platform": {"NDXP"}, "profile": {"production"}}, http.StatusSeeOther)
	at, _, _ := strings.Cut(r.location, "?")
	if s.err != nil || !strings.HasPrefix(at, "/connections/") {
		return
	}
	s.act(ctx, "thamdinh.boca", "Đề xuất mở khẩn cấp trong sáu giờ", "proposes break-glass for six hours", at+"/propose", url.Values{"ground": {"Lũ lớn, cần sơ tán dân (trình diễn)."}, "hours": {strconv.Itoa(glassHours)}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi khi mới có một người đề xuất", "asks while one person has proposed it", query, "connection-not-allowed")
	s.act(ctx, "thamdinh.boca", "Thử tự đồng ý với đề xuất của mình", "tries to agree to the own proposal", at+"/agree", url.Values{"confirm": {"yes"}}, http.StatusForbidden)
	s.act(ctx, "xacnhan.boca", "Người thứ hai đồng ý mở khẩn cấp", "a second person agrees to break-glass", at+"/agree", url.Values{"confirm": {"yes"}}, http.StatusSeeOther)
	s.open(ctx, query)
	s.gate(ctx, "Hỏi cho lúc đã hết giờ mở khẩn cấp", "asks for the time after its hours", query+"&at="+url.QueryEscape(s.now().Add((glassHours+1)*time.Hour).Format(time.RFC3339)), "connection-not-allowed")
	s.act(ctx, "xacnhan.boca", "Kết thúc sớm khi hết lý do", "ends it early, its ground being gone", at+"/end", url.Values{"ground": {"Nước đã rút (trình diễn)."}}, http.StatusSeeOther)
	s.gate(ctx, "Hỏi ngay câu tiếp theo", "asks the very next question", query, "connection-not-allowed")
}

// open: the gate lets through by break-glass alone, names it, and says until when.
func (s *story) open(ctx context.Context, query string) {
	d, err := s.machine.browser.ask(ctx, query)
	if err != nil {
		s.err = err
		return
	}
	named := false
	for _, r := range d.Reasons {
		named = named || r.Code == "G15"
	}
	s.t.step(step{Actor: gatewayName, Does: "Hỏi lại: cổng mở và nêu rõ là mở khẩn cấp, đến giờ nào", DoesEN: "asks again: open, said to be break-glass, and until when", Expected: "allow: G15, valid_until",
		Got: d.String(), OK: d.Decision == "allow" && named && d.ValidUntil != nil})
}

// provider finds a simulated system of Nghệ An that may connect.
func (s *story) provider(ctx context.Context) (string, error) {
	for n := 1; n <= 200; n++ {
		code := fmt.Sprintf("H41-S%04d", n)
		d, err := s.as(ctx, "").ask(ctx, "provider="+code)
		if err != nil {
			return "", err
		}
		if d.Decision == "allow" {
			return code, nil
		}
	}
	return "", errors.New("no simulated system of H41 may connect")
}
