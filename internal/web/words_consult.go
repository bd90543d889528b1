package web

// consultWords are the phrases of the consultation of other bodies.
func consultWords() catalogue {
	return catalogue{
		"consult.title":         {"Hồ sơ được lấy ý kiến", "Dossier for your opinion"},
		"consult.asked":         {"Được lấy ý kiến", "Asked for an opinion"},
		"consult.bodies":        {"Ý kiến của các cơ quan được lấy ý kiến", "Opinions of the bodies consulted"},
		"consult.none":          {"Chưa lấy ý kiến cơ quan nào.", "No body is consulted yet."},
		"consult.ask":           {"Lấy ý kiến cơ quan khác", "Consult another body"},
		"consult.body":          {"Cơ quan", "Body"},
		"consult.question":      {"Nội dung cần lấy ý kiến", "Question"},
		"consult.from":          {"Cơ quan chủ trì thẩm định", "Lead of the appraisal"},
		"consult.due":           {"Trả lời trước hết ngày", "Answer by the end of"},
		"consult.by":            {"Hết ngày %s", "By the end of %s"},
		"consult.opinion":       {"Ý kiến", "Opinion"},
		"consult.waiting":       {"Đang chờ ý kiến", "Waiting"},
		"consult.today":         {"Phải trả lời hôm nay", "Due today"},
		"consult.late":          {"Quá ngày trả lời", "Past its day"},
		"consult.withdrawn":     {"Đã rút yêu cầu", "Withdrawn"},
		"consult.closed":        {"Hết hiệu lực, chưa trả lời", "Closed without an answer"},
		"consult.withdraw":      {"Rút yêu cầu", "Withdraw"},
		"consult.wait.answer":   {"Chờ đủ ý kiến", "Until all answered"},
		"consult.wait.due":      {"Chờ đủ ý kiến hoặc hết ngày trả lời", "Until all answered or their day passed"},
		"consult.wait.none":     {"Không chờ", "No waiting"},
		"done.consult":          {"Đã gửi yêu cầu lấy ý kiến.", "The request is sent."},
		"done.withdrawal":       {"Đã rút yêu cầu lấy ý kiến.", "The request is withdrawn."},
		"done.consulted":        {"Đã gửi ý kiến. Hồ sơ không còn hiển thị với cơ quan bạn.", "The opinion is given. Your body no longer sees the dossier."},
		"consult.letter":        {"Công văn lấy ý kiến (PDF)", "Letter asking for the opinion (PDF)"},
		"past.consult-ask":      {"Lấy ý kiến cơ quan khác", "Asked another body"},
		"past.consult-answer":   {"Cơ quan được lấy ý kiến trả lời", "The body consulted answered"},
		"past.consult-withdraw": {"Rút yêu cầu lấy ý kiến", "Withdrew the request for an opinion"},
	}
}
