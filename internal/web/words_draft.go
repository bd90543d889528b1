package web

// draftWords are the phrases of drafting: what is saved, what clashes, what is
// attached, what still lacks.
func draftWords() catalogue {
	return catalogue{
		"save.note":    {"Hệ thống tự lưu từng ô khi bạn viết; nút «Lưu bản nháp» luôn dùng được.", "Each field is saved by itself as you write; the button “Save draft” always works."},
		"save.saving":  {"Đang lưu…", "Saving…"},
		"save.at":      {"Đã lưu lúc %s", "Saved at %s"},
		"save.by":      {"%s lưu lúc %s", "Saved by %s at %s"},
		"save.from":    {"%s chép từ %s lúc %s", "Copied by %s from %s at %s"},
		"save.never":   {"Chưa lưu gì trên trang này.", "Nothing saved on this page yet."},
		"save.lost":    {"Chưa lưu được: mất kết nối. Nội dung vẫn còn trên trang này, hệ thống thử lại sau 10 giây.", "Not saved: the connection is lost. The text is still on this page; another try follows in 10 seconds."},
		"save.ended":   {"Chưa lưu được: phiên làm việc đã hết. Đăng nhập lại ở một thẻ khác của trình duyệt; nội dung vẫn còn trên trang này và sẽ được lưu sau đó.", "Not saved: your session has ended. Sign in again in another tab; the text is still on this page and will be saved then."},
		"save.refused": {"Không lưu được: hồ sơ không còn ở trạng thái cho phép sửa. Nội dung vẫn còn trên trang này; sao chép lại trước khi rời trang.", "Not saved: the dossier can no longer be edited. The text is still on this page; copy it before you leave."},
		"save.wrong":   {"Có ô chưa lưu được: xem lời nhắc tại ô đó.", "One field is not saved: see the note at the field."},
		"save.clash":   {"Có ô vừa được người khác sửa: chọn bản sẽ dùng tại ô đó. Không bản nào bị mất.", "Another person changed a field: choose at the field which version to use. Neither is lost."},
		"save.taken":   {"Đã dùng bản mới.", "Their version is used."},
		"save.edit":    {"Sửa lại trong ô; nội dung được lưu khi bạn viết.", "Edit the field; it is saved as you write."},
		"save.history": {"Các lần lưu", "Saved versions"},
		"save.none":    {"Chưa có lần lưu nào.", "Nothing was saved yet."},
		"save.kept":    {"Đây là nội dung bạn gửi khi phiên làm việc đã hết. Kiểm tra rồi lưu lại.", "This is what you sent after your session had ended. Check it and save it."},

		"hist.title": {"Các lần lưu của «%s»", "Saved versions of “%s”"},
		"hist.value": {"Nội dung", "Content"},
		"hist.who":   {"Người lưu", "Saved by"},
		"hist.when":  {"Lúc", "At"},
		"hist.back":  {"Về hồ sơ", "Back to the dossier"},

		"clash.says":       {"Nội dung này vừa được %s sửa lúc %s.", "This was changed by %s at %s."},
		"clash.was":        {"Trước đó", "Before"},
		"clash.theirs.of":  {"Của %s, %s", "By %s, %s"},
		"clash.yours":      {"Của bạn", "Yours"},
		"clash.empty":      {"(để trống)", "(empty)"},
		"clash.mine":       {"Dùng bản của tôi", "Use mine"},
		"clash.theirs":     {"Dùng bản mới", "Use theirs"},
		"clash.edit":       {"Sửa lại", "Edit"},
		"clash.edit.below": {"Sửa lại trong ô bên dưới", "Edit in the field below"},
		"clash.choose":     {"Chọn bản sẽ lưu", "Which version is to be saved"},
		"clash.someone":    {"người khác", "another person"},

		"field.ifmatch": {"Gửi kèm If-Match với ETag của ô này.", "Send If-Match with the ETag of this field."},

		"present.one":  {"%s đang mở hồ sơ này (%s).", "%s has this dossier open (%s)."},
		"present.at":   {"%s đang mở phần «%s» (%s).", "%s is at “%s” (%s)."},
		"present.now":  {"vừa xong", "just now"},
		"present.mins": {"%d phút trước", "%d minutes ago"},
	}
}
