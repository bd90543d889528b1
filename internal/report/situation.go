package report

import (
	"fmt"
	"strings"

	"capdo/internal/reconcile"
)

// situation is the first section: the two sources, overall and by group.
func (r *national) situation() {
	r.section("Tình hình chung")
	r.subheading("1. Số liệu toàn quốc và theo khối")
	r.say(fmt.Sprintf("Báo cáo đặt cạnh nhau hai nguồn: số liệu đã in tại %s (sau đây gọi là số liệu đã in) và sổ đăng ký "+
		"hệ thống thông tin tính đến ngày %s (sau đây gọi là sổ đăng ký). Số liệu đã in được giữ nguyên; chỗ nào tính lại "+
		"cho kết quả khác đều được nêu rõ.", r.source(), shortDate(r.in.Day)))
	r.say(r.registerInWords())
	r.say(r.printedInWords())
	r.sourcesTable()
	r.groupsFigure()
}

func (r *national) registerInWords() string {
	all := r.register.All
	return fmt.Sprintf("Theo sổ đăng ký, %s cơ quan (%s bộ, ngành và %s địa phương) có %s hệ thống thông tin (HTTT). "+
		"Số đã được phê duyệt hồ sơ đề xuất cấp độ là %s HTTT, bằng %s tổng số HTTT. Số đã triển khai đầy đủ phương án "+
		"bảo đảm an toàn là %s HTTT, bằng %s tổng số HTTT và bằng %s số HTTT đã được phê duyệt.",
		number(all.Agencies), number(r.register.Ministry.Agencies), number(r.register.Province.Agencies), number(all.Total),
		number(all.Approved), tenths(all.Approved, all.Total), number(all.Deployed), tenths(all.Deployed, all.Total),
		tenths(all.Deployed, all.Approved))
}

func (r *national) printedInWords() string {
	p := r.check.Sums.All
	text := fmt.Sprintf("Theo số liệu đã in, cộng các dòng được %s HTTT, trong đó %s HTTT đã được phê duyệt (%s tổng số) và "+
		"%s HTTT đã triển khai đầy đủ (%s tổng số; %s số đã phê duyệt).", number(p.Total), number(p.Approved),
		tenths(p.Approved, p.Total), number(p.Deployed), tenths(p.Deployed, p.Total), tenths(p.Deployed, p.Approved))
	if names := r.missingNames(); len(names) > 0 {
		text += fmt.Sprintf(" Có %d cơ quan chưa báo cáo: %s.", len(names), strings.Join(names, "; "))
	}
	return text
}

// sourcesTable sets the three sources below each other, each by group.
func (r *national) sourcesTable() {
	t := plain(sizeTable, []column{{31, "L"}, {20, "R"}, {22, "R"}, {22, "R"}, {24, "R"}, {22, "R"}, {24, "R"}},
		"Khối", "Tổng số HTTT", "Đã phê duyệt", "Tỷ lệ trên tổng số", "Triển khai đầy đủ", "Tỷ lệ trên tổng số",
		"Tỷ lệ trên số đã phê duyệt")
	var rows [][]cell
	rows = append(rows, band(7, "Sổ đăng ký, tính đến ngày "+shortDate(r.in.Day)))
	rows = append(rows, sumRows(r.register)...)
	rows = append(rows, band(7, "Số liệu đã in, cộng các dòng của phụ lục"))
	rows = append(rows, sumRows(r.check.Sums)...)
	if stated, ok := r.statedSums(); ok {
		rows = append(rows, band(7, "Số liệu đã in, con số nêu trong phần lời"))
		rows = append(rows, sumRows(stated)...)
	}
	r.caption(r.tableName("Số lượng và tỷ lệ theo khối, từng nguồn"), tableStart+4*height(t, 1))
	r.table(t, rows)
}

func band(cols int, text string) []cell {
	return []cell{{text: text, span: cols, style: "BI", align: "L", shade: true}}
}

func sumRows(s reconcile.Sums) [][]cell {
	return [][]cell{
		sumRow("Bộ, ngành", s.Ministry),
		sumRow("Địa phương", s.Province),
		styled("B", sumRow("Toàn quốc", s.All)),
	}
}

func sumRow(name string, s reconcile.Sum) []cell {
	return texts(name, number(s.Total), number(s.Approved), tenths(s.Approved, s.Total),
		number(s.Deployed), tenths(s.Deployed, s.Total), tenths(s.Deployed, s.Approved))
}

// statedSums gathers the quoted totals; false when none is quoted.
func (r *national) statedSums() (reconcile.Sums, bool) {
	var s reconcile.Sums
	any := false
	for _, f := range []struct {
		key string
		to  *int
	}{
		{"total", &s.All.Total}, {"approved", &s.All.Approved}, {"deployed", &s.All.Deployed},
		{"ministry_total", &s.Ministry.Total}, {"ministry_approved", &s.Ministry.Approved},
		{"ministry_deployed", &s.Ministry.Deployed},
		{"province_total", &s.Province.Total}, {"province_approved", &s.Province.Approved},
		{"province_deployed", &s.Province.Deployed},
	} {
		v, ok := r.stated(f.key)
		*f.to = v
		any = any || ok
	}
	return s, any
}

// groupsFigure draws approval and deployment by group, from the register.
func (r *national) groupsFigure() {
	var groups []group
	for _, g := range []struct {
		name string
		sum  reconcile.Sum
	}{{"Bộ, ngành", r.register.Ministry}, {"Địa phương", r.register.Province}, {"Toàn quốc", r.register.All}} {
		groups = append(groups, group{g.name, []bar{
			{g.sum.Approved, g.sum.Total, lightGrey, share(g.sum.Approved, g.sum.Total)},
			{g.sum.Deployed, g.sum.Total, darkGrey, share(g.sum.Deployed, g.sum.Total)},
		}})
	}
	r.caption(r.figureName("Tỷ lệ trên tổng số HTTT theo khối, theo sổ đăng ký"), groupsHeight(groups))
	r.figure("Biểu đồ thanh. "+groupsInWords(groups, "đã phê duyệt", "triển khai đầy đủ"), func() {
		r.legend(key{lightGrey, "Đã phê duyệt"}, key{darkGrey, "Triển khai đầy đủ"})
		r.groups(groups)
	})
}

// share writes a rate with what it was taken from: 76,5% (5.515/7.206).
func share(n, d int) string {
	return fmt.Sprintf("%s (%s/%s)", tenths(n, d), number(n), number(d))
}

// levels is the table and the figure by level.
func (r *national) levels() {
	if len(r.in.Levels) == 0 {
		return
	}
	t := plain(sizeTable, []column{{20, "C"}, {24, "R"}, {24, "R"}, {24, "R"}, {25, "R"}, {24, "R"}, {24, "R"}},
		"Cấp độ", "Nêu trong phần lời", "Sổ đăng ký", "Đã phê duyệt", "Tỷ lệ phê duyệt", "Triển khai đầy đủ",
		"Tỷ lệ triển khai trên tổng số")
	var rows [][]cell
	var stacksOf []stack
	var sum LevelRow
	for _, l := range r.in.Levels {
		rows = append(rows, levelRow(levelName(l.Level), l))
		stacksOf = append(stacksOf, stack{levelName(l.Level), l.Register})
		sum.Stated += l.Stated
		sum.Register.Total += l.Register.Total
		sum.Register.Approved += l.Register.Approved
		sum.Register.Deployed += l.Register.Deployed
	}
	rows = append(rows, styled("B", levelRow("Cộng", sum)))
	r.needHeading(2 * tableStart)
	r.subheading("2. Theo cấp độ")
	r.caption(r.tableName("Số HTTT theo cấp độ"), tableStart+2*height(t, 1))
	r.table(t, rows)
	r.caption(r.figureName("Số HTTT theo cấp độ, theo sổ đăng ký"),
		12+8*float64(len(stacksOf)))
	r.figure("Biểu đồ thanh, tổng số, đã phê duyệt và triển khai đầy đủ. "+stacksInWords(stacksOf), func() {
		r.legend(key{255, "Tổng số HTTT"}, key{lightGrey, "Đã phê duyệt"}, key{darkGrey, "Triển khai đầy đủ"})
		r.stacks(stacksOf)
	})
}

func levelRow(name string, l LevelRow) []cell {
	stated := none
	if l.Stated > 0 {
		stated = number(l.Stated)
	}
	c := l.Register
	return texts(name, stated, number(c.Total), number(c.Approved), tenths(c.Approved, c.Total),
		number(c.Deployed), tenths(c.Deployed, c.Total))
}

// needHeading keeps a heading with the table that follows it.
func (s *sheet) needHeading(h float64) { s.need(leading(sizeBody) + paragraphGap + h) }

// belowHalf counts the agencies below 50 % by every way of counting, and ranks them.
func (r *national) belowHalf() {
	h := r.check.Half
	ordinal := 2
	if len(r.in.Levels) > 0 {
		ordinal = 3
	}
	r.subheading(fmt.Sprintf("%d. Cơ quan có tỷ lệ dưới 50%%", ordinal))
	r.say(fmt.Sprintf("Theo tỷ lệ đã in, %s cơ quan có tỷ lệ phê duyệt dưới 50%% và %s cơ quan có tỷ lệ triển khai dưới 50%%. "+
		"Tính lại thống nhất trên tổng số HTTT, số cơ quan tương ứng là %s và %s; nếu lấy số đã phê duyệt làm mẫu số, số cơ "+
		"quan có tỷ lệ triển khai dưới 50%% là %s. %s", outOf(h.ApprovedPrinted, h.Agencies),
		outOf(h.DeployedPrinted, h.Agencies), number(h.Approved), number(h.DeployedOfTotal), number(h.DeployedOfApproved),
		r.zeroRemark()))
	r.halfTable()
	if len(r.in.Agencies) == 0 {
		return
	}
	title := r.figureName("Tỷ lệ triển khai trên tổng số HTTT của từng cơ quan, theo sổ đăng ký")
	r.say(fmt.Sprintf("Hình %d xếp các cơ quan theo tỷ lệ triển khai đầy đủ trên tổng số HTTT; cơ quan chưa có số liệu để "+
		"khung trống, không xếp như 0%%.", r.figures))
	r.float = func() { r.ranking(title, r.in.Agencies) }
}

func outOf(n, d int) string { return number(n) + "/" + number(d) }

func (r *national) zeroRemark() string {
	if r.check.Half.NotReported == 0 {
		return "Các con số này chịu ảnh hưởng của mẫu số, vì vậy mỗi tỷ lệ cần ghi rõ mẫu số."
	}
	return fmt.Sprintf("Cả ba cách tính đều kể %d cơ quan chưa báo cáo như có tỷ lệ 0%%, theo cách của bảng đã in.",
		r.check.Half.NotReported)
}

func (r *national) halfTable() {
	var rows []reconcile.Row
	for _, a := range r.in.Agencies {
		rows = append(rows, reconcile.Row{Total: a.Register.Total, Approved: a.Register.Approved, Deployed: a.Register.Deployed})
	}
	printed, register := r.check.Half, reconcile.BelowHalf(rows)
	t := plain(sizeTable, []column{{85, "L"}, {40, "R"}, {40, "R"}},
		"Cách tính", "Phê duyệt dưới 50%", "Triển khai dưới 50%")
	table := [][]cell{
		texts("Theo tỷ lệ đã in", number(printed.ApprovedPrinted), number(printed.DeployedPrinted)),
		texts("Tính lại từ số đã in, trên tổng số HTTT", number(printed.Approved), number(printed.DeployedOfTotal)),
		texts("Tính lại từ số đã in, trên số đã phê duyệt", none, number(printed.DeployedOfApproved)),
		texts("Sổ đăng ký, trên tổng số HTTT", number(register.Approved), number(register.DeployedOfTotal)),
	}
	if a, ok := r.stated(StatedApprovedBelow); ok {
		d, _ := r.stated(StatedDeployedBelow)
		table = append([][]cell{texts("Con số nêu trong phần lời", number(a), number(d))}, table...)
	}
	r.caption(r.tableName("Số cơ quan có tỷ lệ dưới 50%"), tableStart+float64(len(table))*height(t, 1))
	r.table(t, table)
}

// levelName names a row of the levels; 0 is a system whose level nobody stated.
func levelName(level int) string {
	if level == 0 {
		return "Chưa xác định"
	}
	return fmt.Sprintf("Cấp độ %d", level)
}
