package web

// agencyWords are the phrases of agencies in time and of the prescribed papers.
func agencyWords() catalogue {
	return catalogue{
		"paper.title":   {"Mẫu văn bản", "Prescribed papers"},
		"paper.lead":    {"Văn bản theo mẫu của nghị định, điền sẵn từ bản ghi (PDF).", "The papers the decree prescribes, filled in from the record (PDF)."},
		"paper.dossier": {"Thuyết minh hồ sơ đề xuất cấp độ (biểu mẫu %s)", "Statement of the level dossier (form %s)"},
		"paper.no":      {"Mẫu số %s: %s", "Form no. %s: %s"},

		"own.title":     {"Chủ quản qua các thời kỳ", "Owners over time"},
		"own.inherited": {"%s. Quyết định số %s ngày %s được ban hành khi chủ quản là %s.", "%s. Decision no. %s of %s was given while the owner was %s."},
		"own.risk":      {"Cần đánh giá rủi ro lại do thay đổi chủ quản, tính từ ngày %s.", "The change of owner calls for a new risk assessment, due since %s."},
		"own.from":      {"Từ chủ quản", "From"},
		"own.to":        {"Đến chủ quản", "To"},
		"own.on":        {"Từ ngày", "As of"},
		"own.kind":      {"Hình thức", "Kind"},
		"own.until":     {"đến %s", "until %s"},
		"own.since":     {"từ %s", "since %s"},

		"dup.title":    {"Hệ thống có thể trùng nhau", "Systems that may be duplicates"},
		"dup.lead":     {"Sau sắp xếp, một chủ quản có thể nhận từ các cơ quan trước hai hệ thống gần giống tên (NĐ 331/2026/NĐ-CP, Điều 7 khoản 2).", "After a reorganisation one owner may hold two systems of nearly one name from different predecessors (NĐ 331/2026/NĐ-CP, Điều 7 khoản 2)."},
		"dup.only":     {"Chương trình chỉ đề xuất, không quyết định.", "The program only proposes; it decides nothing."},
		"dup.count":    {"%s cặp được đề xuất", "%s pairs proposed"},
		"dup.more":     {"Hiện %s cặp đầu trong %s cặp.", "Showing the first %s of %s pairs."},
		"dup.a":        {"Hệ thống thứ nhất", "First system"},
		"dup.b":        {"Hệ thống thứ hai", "Second system"},
		"dup.distance": {"Tên khác nhau", "Difference of names"},
		"dup.alike":    {"Trùng tên", "Same name"},
		"dup.letters":  {"Khác %d chữ cái", "Letters that differ: %d"},
		"dup.none":     {"Không có cặp nào gần giống tên.", "No pair has nearly the same name."},
		"dup.back":     {"Về toàn cảnh", "Back to the overview"},

		"ov.map34":      {"Bản đồ 34 tỉnh, thành phố", "Map of the 34 provinces"},
		"ov.map34.fold": {"Địa giới 34 tỉnh, thành phố từ 01/7/2025 (NQ 202/2025/QH15).", "The 34 provinces as from 1 July 2025 (NQ 202/2025/QH15)."},
	}
}
