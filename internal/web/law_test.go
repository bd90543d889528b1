package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestLawByInstrument reads a decree provision by provision, in its order, with
// what rests on each.
func TestLawByInstrument(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	p := officer.get("/law").wants(http.StatusOK)
	links := p.all("[aria-labelledby=instruments] tbody a")
	if len(links) != len(h.office.Book.Instruments()) {
		t.Errorf("%d links to instruments", len(links))
	}
	for _, n := range links {
		officer.get(attr(n, "href")).wants(http.StatusOK).lint("vi")
	}
	if got := p.text("[aria-labelledby=policy] tbody"); !strings.Contains(got, "Cần xác nhận mới mở kết nối Có") || !strings.Contains(got, "6 tháng") {
		t.Errorf("switches: %q", got)
	}

	p = officer.get("/law/instruments/nd-331-2026").wants(http.StatusOK)
	places := strings.Split(p.text("tr.place th"), " | ")
	nine, ten := -1, -1
	for i, place := range places {
		switch {
		case nine < 0 && strings.HasPrefix(place, "Điều 9"):
			nine = i
		case ten < 0 && strings.HasPrefix(place, "Điều 10"):
			ten = i
		}
	}
	if nine >= ten && ten >= 0 || ten < 0 {
		t.Errorf("Điều 9 at %d, Điều 10 at %d", nine, ten)
	}
	if got := p.text("tbody td"); !strings.Contains(got, "Tiêu chí cấp độ | r331.13-2") || !strings.Contains(got, "Thời hạn | deadline.") {
		t.Errorf("what rests on the decree: %.300q", got)
	}
	for _, sure := range p.all("tbody td:last-child") {
		if textOf(sure) == "" {
			t.Error("an entry does not say how sure it is")
		}
	}
	officer.get("/law/instruments/none").wants(http.StatusNotFound)
}

// TestCalendar: exclusive days are said as the last safe one, a year without
// notices says so, and every level has its periods.
func TestCalendar(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	p := officer.get("/law/calendar").wants(http.StatusOK)
	if got := p.text("[aria-labelledby=next] tbody th"); !strings.Contains(got, "chậm nhất 24/12/2026 văn bản ghi: trước ngày 25/12/2026") {
		t.Errorf("coming: %q", got)
	}
	if got := p.text("[aria-labelledby=past] tbody th:first-child"); !strings.Contains(got, "19/08/2026") || strings.Index(got, "2026") > strings.Index(got, "2025") {
		t.Errorf("past, latest first: %q", got)
	}
	if got := p.text("[aria-labelledby=duties] tbody th"); !strings.Contains(got, "trong 24 giờ") || !strings.Contains(got, "thường xuyên") {
		t.Errorf("duties: %q", got)
	}
	row := ""
	for _, n := range p.all("[aria-labelledby=reviews] tbody tr") {
		if text := textOf(n); strings.HasPrefix(text, "Rà quét lỗ hổng bảo mật toàn hệ thống") {
			row = text
		}
	}
	if !strings.Contains(row, "12 tháng 12 tháng 6 tháng 6 tháng 3 tháng") || strings.Count(row, "Điều 30 khoản 2") != 1 || !strings.Contains(row, "5.7.2.1") {
		t.Errorf("periods: %q", row)
	}
	if got := p.text("[aria-labelledby=y2027] p"); !strings.Contains(got, "dự kiến") {
		t.Errorf("2027: %q", got)
	}
	if got := p.text("[aria-labelledby=transitions] tbody"); !strings.Contains(got, "đáp ứng điều kiện mới: chậm nhất 01/07/2027") {
		t.Errorf("transitions: %q", got)
	}

	h.clock.T = h.clock.T.AddDate(1, 0, 0)
	if got := h.as("vanhanh").get("/law/calendar").text("[aria-labelledby=y2028]"); !strings.Contains(got, "chưa có lịch nghỉ lễ, Tết năm 2028") {
		t.Errorf("a year without calendar: %q", got)
	}
}
