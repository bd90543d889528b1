package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestBriefs: every report of sections is made of the country and of an agency,
// says what it must, and of another's systems nothing; the same day gives the
// same bytes.
func TestBriefs(t *testing.T) {
	need(t, "pdftotext")
	c := build(t)
	dir := t.TempDir()
	regulator, officer := storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(law.RoleOperator, "H56")
	q := reportQuery{Day: law.DayOf(c.clock())}
	text := func(a approval.Actor, q reportQuery) string {
		t.Helper()
		var b bytes.Buffer
		c.must(t, c.report(t.Context(), &b, a, q))
		name := filepath.Join(dir, "r.pdf")
		c.must(t, os.WriteFile(name, b.Bytes(), 0o600))
		return pdfText(t, name)
	}
	for kind, wants := range map[string][]string{
		briefAgency:    {"Theo cấp độ", "G02", "chưa được phê duyệt", "Phụ lục"},
		briefGate:      {"Theo lý do", "Theo cơ quan", "Danh sách hệ thống chưa đủ điều kiện kết nối"},
		briefDeadlines: {"Theo loại việc", "Phụ lục I", "Phụ lục II", "VIỆC QUÁ HẠN"},
		briefYearly:    {"kỳ dữ liệu 15/12/2025 – 14/12/2026", "Việc đã làm trong kỳ", "Diễn tập", "Quyết định phê duyệt cấp độ"},
		briefDrills:    {"Diễn tập và kinh phí bảo đảm an ninh mạng năm 2026", "chưa ghi nhận"},
		briefInventory: {"Tên HTTT", "Đã kiểm tra, đánh giá ANM", "STT"},
	} {
		q.Kind, q.Code = kind, ""
		nation := text(regulator, q)
		q.Code = "H56"
		agency := text(regulator, q)
		q.Code = ""
		var own, regulators bytes.Buffer
		q2 := q
		q2.Code = "H56"
		c.must(t, c.report(t.Context(), &own, officer, q2))
		c.must(t, c.report(t.Context(), &regulators, regulator, q2))
		if !bytes.Equal(own.Bytes(), regulators.Bytes()) {
			t.Errorf("%s: an officer's report of the own agency is another than the regulator's of it", kind)
		}
		for _, want := range wants {
			if !strings.Contains(strings.ToUpper(agency), strings.ToUpper(want)) || kind != briefDeadlines && !strings.Contains(strings.ToUpper(nation), strings.ToUpper(want)) {
				t.Errorf("%s: no %q", kind, want)
			}
		}
		if strings.Contains(agency, "H41-") {
			t.Errorf("%s of H56 names systems of H41", kind)
		}
		q.Code = "H41"
		var r *approval.Refusal
		if err := c.report(t.Context(), &bytes.Buffer{}, officer, q); !errors.As(err, &r) || r.Kind != approval.NotFound {
			t.Errorf("%s of another's agency: %v", kind, err)
		}
	}
}
