package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// demoService is the data service that the demo adds.
const demoService = "H41-TRINHDIEN-01"

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
