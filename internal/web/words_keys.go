package web

// keysWords are the phrases of the single keys and of the end of a session.
func keysWords() catalogue {
	return catalogue{
		"keys.title":       {"Phím tắt", "Single keys"},
		"keys.on":          {"đang bật", "on"},
		"keys.off":         {"đang tắt", "off"},
		"keys.lead":        {"Phím tắt không hoạt động khi đang nhập vào ô. Mọi việc đều làm được không cần phím tắt.", "The keys do nothing while you type into a field. Everything can be done without them."},
		"keys.turn.on":     {"Bật phím tắt", "Turn the keys on"},
		"keys.turn.off":    {"Tắt phím tắt", "Turn the keys off"},
		"keys.shut":        {"Đóng", "Close"},
		"keys.help":        {"Hiện danh sách này", "Show this list"},
		"keys.row.next":    {"Dòng sau (khi đang ở một dòng: cả mũi tên xuống)", "Next row (on a row: arrow down as well)"},
		"keys.row.prev":    {"Dòng trước (khi đang ở một dòng: cả mũi tên lên)", "Previous row (on a row: arrow up as well)"},
		"keys.open":        {"Mở hồ sơ ở dòng này (hoặc Enter)", "Open the dossier of this row (or Enter)"},
		"keys.choose":      {"Chọn hoặc bỏ chọn dòng này", "Choose this row, or not"},
		"keys.search":      {"Đến ô tìm", "Go to the search field"},
		"keys.remark.next": {"Nhận xét sau", "Next remark"},
		"keys.remark.prev": {"Nhận xét trước", "Previous remark"},
		"keys.remark":      {"Viết nhận xét", "Write a remark"},
		"keys.changes":     {"Đến phần thay đổi", "Go to what changed"},
		"keys.decide":      {"Đến biểu mẫu của bước này (thẩm định, phê duyệt…)", "Go to the form of this step (appraisal, decision…)"},
		"keys.next":        {"Hồ sơ sau trong hàng chờ", "Next dossier of the queue"},
		"keys.prev":        {"Hồ sơ trước trong hàng chờ", "Previous dossier of the queue"},
		"keys.queue":       {"Về hàng chờ", "Back to the queue"},

		"session.until":     {"Phiên đến %s", "Session until %s"},
		"session.soon":      {"Phiên làm việc sắp kết thúc", "Your session is about to end"},
		"session.ends":      {"Phiên làm việc kết thúc lúc", "The session ends at"},
		"session.kept":      {"Nội dung đang nhập vẫn còn trên trang này.", "What you have typed stays on this page."},
		"session.stay":      {"Tiếp tục làm việc", "Go on working"},
		"session.close":     {"Đóng", "Close"},
		"session.fixed":     {"Phiên này không kéo dài thêm được. Lưu việc đang làm trước giờ đó, rồi đăng nhập lại.", "This session cannot last longer. Save your work before then and sign in again."},
		"session.lost":      {"Chưa hỏi được máy chủ. Kiểm tra kết nối rồi bấm lại.", "The server did not answer. Check the line and press again."},
		"session.over":      {"Phiên làm việc đã kết thúc", "Your session has ended"},
		"session.over.lead": {"Nội dung đã nhập vẫn còn trên trang này. Đăng nhập ở cửa sổ khác rồi quay lại đây để gửi.", "What you have typed stays on this page. Sign in in another window, come back here and send it."},
		"session.again":     {"Đăng nhập ở cửa sổ khác", "Sign in in another window"},
	}
}
