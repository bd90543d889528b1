package report

import (
	"fmt"
	"strings"
	"time"

	"capdo/internal/reconcile"
)

// registerDiffers marks rows where the register's counts are not the printed ones.
const registerDiffers = "register_differs"

// reason is a kind of finding as the annexes mark and explain it.
type reason struct{ kind, code, text string }

func reasons() []reason {
	return []reason{
		{reconcile.DeployedOfApproved, "a", "tỷ lệ triển khai đã in tính trên số đã phê duyệt, khác các dòng khác"},
		{reconcile.DeployedNeither, "b", "tỷ lệ triển khai đã in không khớp mẫu số nào"},
		{reconcile.ApprovedNeither, "c", "tỷ lệ phê duyệt đã in không khớp số đã phê duyệt trên tổng số"},
		{reconcile.ApprovedOverTotal, "d", "số đã phê duyệt lớn hơn tổng số"},
		{reconcile.DeployedOverAppr, "đ", "số đã triển khai lớn hơn số đã phê duyệt"},
		{reconcile.DeployedOverTotal, "e", "số đã triển khai lớn hơn tổng số"},
		{reconcile.NotReportedZero, "g", "chưa báo cáo nhưng bảng in 0"},
		{reconcile.SumDiffers, "h", "tổng nêu trong phần lời khác tổng các dòng"},
		{reconcile.DuplicateAgency, "i", "cơ quan ghi hai lần"},
		{registerDiffers, "k", "số trong sổ đăng ký khác số đã in"},
	}
}

func reasonOf(kind string) reason {
	for _, r := range reasons() {
		if r.kind == kind {
			return r
		}
	}
	return reason{kind, "?", kind}
}

// discrepancies is the second section: what does not fit, by kind.
func (r *national) discrepancies() {
	r.section("Số liệu chưa khớp")
	if len(r.check.Findings) == 0 {
		r.say("Tính lại toàn bộ số liệu đã in, không phát hiện chỗ chưa khớp.")
		return
	}
	r.say(fmt.Sprintf("Tính lại từng dòng của số liệu đã in phát hiện %s chỗ chưa khớp, chia theo loại tại Bảng %d; danh sách "+
		"đầy đủ, kèm văn bản nguồn, tại Phụ lục III. Ngoài ra có %s dòng mà tỷ lệ triển khai đúng với cả hai mẫu số nên không "+
		"xác định được cách tính.", number(len(r.check.Findings)), r.tables+1, number(r.check.Undecidable)))
	t := plain(sizeTable, []column{{16, "C"}, {124, "L"}, {25, "R"}}, "Ký hiệu", "Loại", "Số chỗ")
	var rows [][]cell
	for _, k := range r.check.Counts {
		if k.Count > 0 {
			why := reasonOf(k.Kind)
			rows = append(rows, texts(why.code, upperFirst(why.text), number(k.Count)))
		}
	}
	r.caption(r.tableName("Các chỗ chưa khớp theo loại"), tableStart+2*height(t, 1))
	r.table(t, rows)
	r.sumsInWords()
}

// sumsInWords names the totals of the text that part from the rows.
func (r *national) sumsInWords() {
	var parts []string
	for _, f := range r.check.Findings {
		if f.Kind == reconcile.SumDiffers && f.Group == "" {
			parts = append(parts, fmt.Sprintf("%s nêu %s, cộng các dòng được %s (chênh lệch %s)", fieldName(f.Field),
				number(f.Printed), number(*f.Computed), signed(f.Difference)))
		}
	}
	if len(parts) > 0 {
		r.say("Các con số tổng nêu trong phần lời không bằng tổng các dòng của phụ lục: " + strings.Join(parts, "; ") +
			". Chưa có căn cứ để phân bổ phần chênh lệch cho từng cơ quan, vì vậy báo cáo giữ cả hai con số.")
	}
}

func signed(n int) string {
	if n > 0 {
		return "+" + number(n)
	}
	return number(n)
}

func fieldName(field string) string {
	switch field {
	case "total":
		return "tổng số HTTT"
	case "approved":
		return "số đã phê duyệt"
	case "deployed":
		return "số triển khai đầy đủ"
	case "approved_pct":
		return "tỷ lệ phê duyệt"
	case "deployed_pct":
		return "tỷ lệ triển khai"
	}
	return "tên cơ quan"
}

func groupName(group string) string {
	switch group {
	case reconcile.Ministry:
		return "các bộ, ngành"
	case reconcile.Province:
		return "các địa phương"
	}
	return "toàn quốc"
}

func upperFirst(s string) string {
	runes := []rune(s)
	if len(runes) == 0 {
		return s
	}
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}

// deadlines is the third section: what was due, and what is left.
func (r *national) deadlines() {
	if len(r.in.Deadlines) == 0 {
		return
	}
	r.section("Thực hiện thời hạn")
	all := r.register.All
	for _, d := range r.in.Deadlines {
		what, left := "phê duyệt hồ sơ đề xuất cấp độ cho 100% HTTT", all.Total-all.Approved
		if d.Task == TaskDeploy {
			what, left = "triển khai đầy đủ phương án bảo đảm an toàn cho 100% HTTT", all.Total-all.Deployed
		}
		r.say(fmt.Sprintf("- Thời hạn %s là ngày %s (%s). %s Theo sổ đăng ký còn %s HTTT chưa hoàn thành, bằng %s tổng số.",
			what, shortDate(d.Day), orNone(d.Basis), r.distance(d.Day), number(left), tenths(left, all.Total)))
	}
}

// distance says how far the report's day is from a deadline.
func (r *national) distance(day string) string {
	t, err := parseDay(day)
	if err != nil {
		return ""
	}
	days := int(r.day.Sub(t) / (24 * time.Hour))
	switch {
	case days > 0:
		return fmt.Sprintf("Đến ngày báo cáo, thời hạn đã qua %s ngày.", number(days))
	case days == 0:
		return "Ngày báo cáo là ngày cuối của thời hạn."
	}
	return fmt.Sprintf("Đến ngày báo cáo, thời hạn còn %s ngày.", number(-days))
}

// behind counts the bodies that reported and are below 50 % of their total.
func (r *national) behind() int {
	var rows []reconcile.Row
	for _, a := range r.in.Agencies {
		if a.Reported {
			rows = append(rows, a.Row)
		}
	}
	return reconcile.BelowHalf(rows).DeployedOfTotal
}

// proposals is the last section; each sentence stands on a figure above.
func (r *national) proposals() {
	var items []string
	if n := r.check.Half.NotReported; n > 0 {
		items = append(items, fmt.Sprintf("Đề nghị %d cơ quan chưa báo cáo gửi số liệu. Cho đến khi có số liệu, các cơ quan này "+
			"được ghi là “chưa báo cáo”, không ghi là 0%%.", n))
	}
	if r.check.Count(reconcile.DeployedOfApproved)+r.check.Count(reconcile.DeployedNeither) > 0 {
		items = append(items, "Thống nhất tính tỷ lệ triển khai trên tổng số HTTT; tỷ lệ trên số đã phê duyệt, nếu dùng, "+
			"ghi thành cột riêng có tên riêng.")
	}
	if r.check.Count(reconcile.SumDiffers) > 0 {
		items = append(items, "Đề nghị cơ quan lập số liệu đối chiếu các con số tổng với từng dòng và thông báo kết quả.")
	}
	if n := r.behind(); n > 0 {
		items = append(items, fmt.Sprintf("Đề nghị %s cơ quan đã báo cáo mà tỷ lệ triển khai dưới 50%% tổng số HTTT (tính lại từ "+
			"số đã in) xác định thời điểm hoàn thành cho từng hệ thống, ưu tiên hệ thống từ cấp độ 3 trở lên.", number(n)))
	}
	if len(items) > 0 {
		r.section("Kiến nghị")
		for i, item := range items {
			r.say(fmt.Sprintf("%d. %s", i+1, item))
		}
	}
	r.remarks()
}

// remarks are the notes on the data.
func (r *national) remarks() {
	if len(r.in.Notes) == 0 {
		return
	}
	r.subheading("Ghi chú về số liệu")
	for _, note := range r.in.Notes {
		r.say("- " + note)
	}
}
