package web

import "capdo/internal/approval"

// boardWords are the phrases of the first page's figures, and of lists as files.
func boardWords() catalogue {
	all := catalogue{
		"bd.late":    {"Quá hạn", "Late"},
		"bd.next":    {"Sắp tới", "Next"},
		"bd.risk":    {"Rủi ro", "Risk"},
		"bd.nothing": {"Không có gì.", "Nothing."},

		"bd.deadline.ct09-approve": {"hệ thống chưa được phê duyệt cấp độ", "systems are not approved"},
		"bd.deadline.ct09-deploy":  {"hệ thống chưa triển khai đầy đủ phương án", "systems have no fully deployed plan"},
		"bd.by":                    {"Hạn %s (%s)", "Due %s (%s)"},
		"bd.day":                   {"%s (%s)", "%s (%s)"},
		"bd.of":                    {"trong %s hệ thống", "of %s systems"},
		"bd.ends.approval":         {"phê duyệt hết hiệu lực trước hết ngày %s", "approvals run out before the end of %s"},
		"bd.ends.plan":             {"hệ thống không còn là triển khai đầy đủ trước hết ngày %s", "systems stop counting as fully deployed before the end of %s"},
		"bd.ends.sub":              {"nếu không có phê duyệt, khai báo mới", "unless approved or declared anew"},
		"bd.work.late":             {"việc của bạn đã quá hạn", "tasks of yours are overdue"},
		"bd.work.due":              {"việc của bạn đến hạn hôm nay", "tasks of yours are due today"},
		"bd.work.due_soon":         {"việc của bạn sắp đến hạn", "tasks of yours fall due soon"},
		"bd.agenda.late":           {"việc trong lịch đã quá hạn", "things in the calendar are overdue"},
		"bd.agenda.late.all":       {"Việc quá hạn trong lịch", "What is overdue in the calendar"},
		"bd.agenda.next.all":       {"Việc sắp đến hạn trong lịch", "What falls due soon in the calendar"},
		"bd.agenda.next":           {"việc trong lịch sắp đến hạn", "things in the calendar fall due soon"},
		"bd.risk.unapproved":       {"hệ thống cấp độ %d chưa được phê duyệt", "systems of level %d are not approved"},
		"bd.risk.part":             {"hệ thống cấp độ %d đã phê duyệt, chưa triển khai đầy đủ", "systems of level %d are approved and not fully deployed"},
		"bd.risk.unconfirmed":      {"phê duyệt chưa được cơ quan quản lý xác nhận", "approvals are not confirmed by the regulator"},
		"bd.risk.agency":           {"hệ thống cấp độ 3 trở lên chưa triển khai đầy đủ: %s", "systems of level 3 and above not fully deployed: %s"},

		"home.more":       {"Xem toàn cảnh", "See the whole picture"},
		"ov.status":       {"Cấp độ và tình trạng", "Level by status"},
		"ov.spread":       {"Phân bố cơ quan theo tỷ lệ", "Agencies by share"},
		"ov.spread.desc":  {"Số cơ quan trong mỗi khoảng của tỷ lệ đang xem; chọn một khoảng để xem các cơ quan đó.", "How many agencies stand in each band of the share shown; follow a band to its agencies."},
		"ov.heat":         {"Bản đồ nhiệt: cơ quan và cấp độ", "Heat map: agencies by level"},
		"ov.heat.desc":    {"Mỗi ô: %s của một cơ quan ở một cấp độ, số hệ thống trên tổng số.", "Each cell: %s of an agency at a level, systems of the total."},
		"ov.heat.table":   {"Bảng số liệu theo cơ quan và cấp độ", "Table by agency and level"},
		"col.counted":     {"Trong số liệu", "In the figures"},
		"col.code":        {"Mã", "Code"},
		"col.ownercode":   {"Mã cơ quan", "Agency code"},
		"col.by.part":     {"Theo", "By"},
		"col.name":        {"Tên", "Name"},
		"col.cites":       {"Căn cứ", "Basis"},
		"ends.approval":   {"Phê duyệt hết hiệu lực từ %s đến %s", "Approval runs out from %s to %s"},
		"ends.plan":       {"Hết là triển khai đầy đủ từ %s đến %s", "Stops being fully deployed from %s to %s"},
		"ls.files":        {"Tải danh sách này", "Take this list"},
		"ls.systems.csv":  {"Danh sách đang xem (CSV)", "The list as shown (CSV)"},
		"ls.systems.pdf":  {"Danh sách đang xem (PDF)", "The list as shown (PDF)"},
		"ls.overview.csv": {"Số liệu đang xem (CSV)", "The figures as shown (CSV)"},
		"ls.overview.pdf": {"Số liệu đang xem (PDF)", "The figures as shown (PDF)"},
		"ls.calendar.pdf": {"Lịch của cơ quan hoặc cả nước (PDF)", "The calendar of the body or of the country (PDF)"},
		"ls.queue.csv":    {"Việc đang xem (CSV)", "The work as shown (CSV)"},
		"ls.queue.xlsx":   {"Việc đang xem (Excel)", "The work as shown (Excel)"},
		"ls.calendar.csv": {"Lịch đang xem (CSV)", "The calendar as shown (CSV)"},
	}
	for _, c := range approval.CountedAs() {
		x := approval.Term("counted", string(c))
		all["counted."+string(c)] = word{x.VI, x.EN}
	}
	return all
}
