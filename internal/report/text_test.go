package report_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/report"
)

// letters holds every Vietnamese vowel under every tone, and đ, in both cases.
func letters() string {
	var b strings.Builder
	for _, v := range strings.Split("a ă â e ê i o ô ơ u ư y", " ") {
		for _, tone := range []string{"", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"} {
			b.WriteString(v + tone + strings.ToUpper(v) + tone)
		}
	}
	return norm.NFC.String(b.String() + "đĐ")
}

// sentences are what the national report must say of the shipped annex.
func sentences() []string {
	return []string{
		"91 cơ quan (28 bộ, ngành và 63 địa phương) có 7.008 hệ thống thông tin (HTTT)",
		"đã được phê duyệt hồ sơ đề xuất cấp độ là 5.323 HTTT, bằng 76,0% tổng số HTTT",
		"là 3.982 HTTT, bằng 56,8% tổng số HTTT và bằng 74,8% số HTTT đã được phê duyệt",
		"cộng các dòng được 7.008 HTTT, trong đó 5.323 HTTT đã được phê duyệt (76,0% tổng số) và 3.957 HTTT",
		"Có 4 cơ quan chưa báo cáo: Ban Quản lý Lăng Chủ tịch Hồ Chí Minh; Bến Tre; Hải Phòng; Phú Yên.",
		"22/91 cơ quan có tỷ lệ phê duyệt dưới 50% và 33/91 cơ quan có tỷ lệ triển khai dưới 50%",
		"số cơ quan tương ứng là 22 và 34; nếu lấy số đã phê duyệt làm mẫu số, số cơ quan có tỷ lệ triển khai dưới 50% là 19",
		"phát hiện 23 chỗ chưa khớp", "có 36 dòng mà tỷ lệ triển khai đúng với cả hai mẫu số",
		"tổng số HTTT nêu 7.206, cộng các dòng được 7.008 (chênh lệch +198)",
		"số đã phê duyệt nêu 5.515, cộng các dòng được 5.323 (chênh lệch +192)",
		"số triển khai đầy đủ nêu 4.068, cộng các dòng được 3.957 (chênh lệch +111)",
		"là ngày 30/9/2024 (Chỉ thị số 09/CT-TTg ngày 23/02/2024). Đến ngày báo cáo, thời hạn đã qua 783 ngày.",
		"là ngày 31/12/2024 (Chỉ thị số 09/CT-TTg ngày 23/02/2024). Đến ngày báo cáo, thời hạn đã qua 691 ngày.",
		"Theo sổ đăng ký còn 1.685 HTTT chưa hoàn thành, bằng 24,0% tổng số",
		"Có 27 hệ thống được nêu tên trong danh sách kết nối NDXP",
	}
}

func requireAll(t *testing.T, pages []page, want []string) {
	t.Helper()
	text := allText(pages)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("text lacks %q", w)
		}
	}
}

func TestNationalSays(t *testing.T) { requireAll(t, nationalPages(t, national(t)), sentences()) }

// The rows of the annexes, as set cell by cell.
func TestAnnexRows(t *testing.T) {
	requireAll(t, nationalPages(t, national(t)), []string{
		"5 Bộ Tài chính 105 105 81 81 57 57 77 77 70 54 70 a",
		"18 Ngân hàng Nhà nước Việt Nam 31 31 27 27 25 25 87 87 80 81 93 b",
		"22 Ban Quản lý Lăng Chủ tịch Hồ Chí Minh – 0 – 0 – 0 chưa báo cáo g",
		"27 Viện Hàn lâm Khoa học và Xã hội Việt Nam 5 5 0 0 0 0 0 0 0 0 –",
		"37 Lạng Sơn 266 266 246 246 15 40 92 92 6 6 6 k",
		"38 Lào Cai 144 144 91 91 90 90 63 63 63 63 99",
		"63 Yên Bái 38 38 38 38 12 12 100 100 32 32 32",
		"Cộng 1.113 1.113 702 702 483 483 – 63 – 43 69",
		"Cộng 5.895 5.895 4.621 4.621 3.474 3.499 – 78 – 59 75",
		"54% / 70% Ghi 70% là 57/81, tính trên số đã phê duyệt;",
		"Bộ Tài chính (G04) tỷ lệ triển khai 70%", "k: số trong sổ đăng ký khác số đã in",
	})
}

// Bars of Figure 3: one frame per agency, filled by its rate; the four that did
// not report stay empty.
func TestRankingBars(t *testing.T) {
	for _, p := range nationalPages(t, national(t)) {
		if !strings.Contains(p.text(), "Hình 3. ") || strings.Contains(p.text(), "Bảng 3. ") {
			continue
		}
		frames, filled := 0, 0
		for _, r := range p.rects {
			if math.Abs(r.h-(4.75-1.8)) < 0.02 {
				if r.filled {
					filled++
				} else {
					frames++
				}
			}
		}
		if frames != 91 || filled != 83 { // 4 without systems, 4 with none deployed
			t.Errorf("%d frames and %d bars, want 91 and 83", frames, filled)
		}
		if got := strings.Count(p.text(), "chưa báo cáo"); got != 4 {
			t.Errorf("%d bodies marked as not reported, want 4", got)
		}
		text := p.text()
		if strings.Index(text, "Nghệ An") > strings.Index(text, "Hà Nam") || strings.Index(text, "Hà Nam") > strings.Index(text, "An Giang") {
			t.Error("agencies are not ranked by rate")
		}
		return
	}
	t.Error("no page holds Figure 3")
}

func TestSystemSays(t *testing.T) {
	requireAll(t, systemPages(t, system()), []string{
		"Tình trạng cấp độ và kết nối của hệ thống Nền tảng tích hợp, chia sẻ dữ liệu cấp tỉnh (LGSP)",
		"Mã hệ thống H49.0012", "Chủ quản Ủy ban nhân dân tỉnh Lạng Sơn", "Giai đoạn Đang vận hành",
		"CHƯA ĐỦ ĐIỀU KIỆN KẾT NỐI – phương án chưa triển khai đầy đủ", "G06 Xác nhận an toàn đã hết giá trị từ ngày 20/11/2026.",
		"(Nghị định 331/2026/NĐ-CP), hệ thống thuộc cấp độ 3.", "Để tham khảo, theo bộ quy tắc còn lại (Nghị định 85/2016/NĐ-CP)",
		"HS-2026-0107 3 01/10/2026 Đã gửi thẩm định", "812/QĐ-UBND 18/6/2024 Chủ tịch UBND tỉnh 3 từ 18/6/2024 đến 01/7/2027 –",
		"từ 09/01/2022 không thời hạn 18/6/2024: thay bằng quyết định",
		"Số 03/XN, ngày 20/5/2026, do đơn vị chuyên trách; có giá trị đến 20/11/2026",
		"02/6/2024 15:40 Thẩm định Đơn vị chuyên trách Phù hợp; đề nghị bổ sung", root, digest,
	})
	open := system()
	open.Gate = report.Gate{Open: true}
	open.Level, open.Shadow, open.Confirmation = report.Level{}, nil, nil
	open.Dossiers, open.Approvals, open.History = nil, nil, nil
	text := allText(systemPages(t, open))
	for _, want := range []string{"ĐỦ ĐIỀU KIỆN KẾT NỐI", "Không có lý do từ chối.", "cấp độ chưa xác định được.",
		"Chưa có hồ sơ.", "Chưa có quyết định.", "Chưa ghi nhận việc nào.", "Xác nhận an toàn Chưa có"} {
		if !strings.Contains(text, want) {
			t.Errorf("report on a bare system lacks %q", want)
		}
	}
	if strings.Contains(text, "CHƯA ĐỦ") || strings.Contains(text, "Để tham khảo") {
		t.Error("report on a bare system says what was not handed in")
	}
}

// needPdftotext skips aloud without poppler; CAPDO_TEST_REQUIRE=all forbids
// skipping.
func needPdftotext(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatal("pdftotext is missing and CAPDO_TEST_REQUIRE=all")
		}
		t.Skip("SKIPPED ALOUD: pdftotext is missing (package poppler-utils); the text of the PDF was not read by another program")
	}
}

// asOthersRead is the text of a PDF as poppler reads it, spaces folded.
func asOthersRead(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-raw", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// What poppler reads must be the same letters: fonts and their maps are right,
// not only our own strings. CAPDO_TEST_REQUIRE=all forbids skipping.
func TestTextAsOthersReadIt(t *testing.T) {
	needPdftotext(t)
	n := national(t)
	n.Notes = append(n.Notes, letters(), norm.NFD.String("Chữ tách dấu: nghiêng, đường, Thừa Thiên Huế, Ủy"))
	var b bytes.Buffer
	if err := report.National(&b, n); err != nil {
		t.Fatal(err)
	}
	text := asOthersRead(t, b.Bytes())
	want := append(sentences(), "Chữ tách dấu: nghiêng, đường, Thừa Thiên Huế, Ủy")
	for _, a := range n.Agencies {
		want = append(want, a.Agency)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("pdftotext does not read %q", w)
		}
	}
	if !strings.Contains(strings.ReplaceAll(text, " ", ""), letters()) {
		t.Error("pdftotext does not read the 146 letters")
	}
}
