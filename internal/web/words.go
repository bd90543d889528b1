package web

import (
	"maps"

	"capdo/internal/approval"
)

// word is one phrase of the pages in both languages.
type word struct{ vi, en string }

// catalogue holds the phrases by key. Terms of law stay Vietnamese on English
// pages where no settled English term exists.
type catalogue map[string]word

// newCatalogue gathers the phrases of all areas.
func newCatalogue() catalogue {
	all := catalogue{}
	for _, area := range []catalogue{frameWords(), terms(), pageWords(), lawWords(), assistantWords(), calendarWords(), agencyWords(), connectionWords(), deskWords(), consultWords(), draftWords(), noticeWords(), delegationWords(), planWords(), accountWords(), gatewayWords(), adminWords(), paperWords(), keysWords(), doorWords()} {
		maps.Copy(all, area)
	}
	maps.Copy(all, tableWords())
	maps.Copy(all, boardWords())
	maps.Copy(all, statementWords())
	return all
}

// terms are the words for what the record says: the office keeps them.
func terms() catalogue {
	c := catalogue{}
	for key, t := range approval.Terms() {
		c[key] = word{t.VI, t.EN}
	}
	return c
}

// frameWords are the phrases around every page, and of forms and errors.
func frameWords() catalogue {
	return catalogue{
		"level.n":            {"Cấp độ %d", "Level %d"},
		"level.none":         {"Chưa xác định", "Not determined"},
		"level.prop":         {"Đề xuất cấp độ %d", "Level %d proposed"},
		"level.check":        {"%s, cần người có thẩm quyền kết luận", "%s, to be concluded by a person"},
		"brand.tag":          {"Hồ sơ cấp độ an toàn hệ thống thông tin", "Security levels of information systems"},
		"lang.other":         {"English", "Tiếng Việt"},
		"lang.other.code":    {"en", "vi"},
		"nav.skip":           {"Đến nội dung chính", "Skip to the main content"},
		"nav.main":           {"Trang chính", "Main pages"},
		"nav.home":           {"Việc của tôi", "My work"},
		"nav.systems":        {"Hệ thống thông tin", "Systems"},
		"nav.queue":          {"Hàng chờ xử lý", "Queue"},
		"nav.gate":           {"Cổng kết nối", "Gate"},
		"nav.overview":       {"Toàn cảnh", "Overview"},
		"nav.law":            {"Căn cứ pháp lý", "The law"},
		"nav.out":            {"Đăng xuất", "Sign out"},
		"sim.title":          {"Dữ liệu mô phỏng.", "Simulated data."},
		"sim.text":           {"Trang này có bản ghi được tạo ra để minh họa; không phải hồ sơ của hệ thống có thật.", "This page shows records made up for illustration; they are not files of real systems."},
		"sim.badge":          {"Mô phỏng", "Simulated"},
		"foot.text":          {"Số liệu và kết luận theo đúng bản ghi; mỗi kết luận có điều khoản đi kèm.", "Figures and answers follow the record; each answer names its clause."},
		"foot.about":         {"Giới thiệu và trợ giúp", "About and help"},
		"foot.printed":       {"In lúc %s.", "Printed at %s."},
		"none":               {"Chưa có", "None yet"},
		"yes":                {"Có", "Yes"},
		"no":                 {"Không", "No"},
		"title.error":        {"Lỗi: ", "Error: "},
		"error.head":         {"Có vấn đề cần sửa", "There is something to mend"},
		"form.optional":      {"(không bắt buộc)", "(optional)"},
		"form.choose":        {"Chọn trong danh sách", "Choose from the list"},
		"form.help":          {"Hướng dẫn và căn cứ", "Guidance and basis"},
		"form.cancel":        {"Quay lại, không lưu", "Go back without saving"},
		"form.contents":      {"Các phần của biểu mẫu", "Sections of the form"},
		"form.save":          {"Lưu bản nháp", "Save draft"},
		"form.send":          {"Gửi", "Send"},
		"form.day":           {"Ngày/tháng/năm, ví dụ 31/12/2024", "Day/month/year, such as 31/12/2024"},
		"form.levels":        {"Các số từ 1 đến 5, cách nhau bằng dấu phẩy, ví dụ 1, 2, 3", "Numbers from 1 to 5 with commas between, such as 1, 2, 3"},
		"when.only":          {"Chỉ trả lời nếu %s.", "Answer only if %s."},
		"when.is":            {"«%s» là %s", "“%s” is %s"},
		"when.yes":           {"trả lời Có cho «%s»", "the answer to “%s” is Yes"},
		"when.no":            {"trả lời Không cho «%s»", "the answer to “%s” is No"},
		"when.filled":        {"đã trả lời «%s»", "“%s” is answered"},
		"when.not":           {"không phải trường hợp %s", "it is not the case that %s"},
		"when.and":           {" và ", " and "},
		"when.or":            {" hoặc ", " or "},
		"when.level":         {"cấp độ đề xuất", "proposed level"},
		"when.rules":         {"bộ quy định", "rule set"},
		"when.stage":         {"giai đoạn", "stage"},
		"msg.incident":       {"Mã sự cố:", "Incident code:"},
		"msg.404":            {"Không tìm thấy trang", "Page not found"},
		"msg.404.text":       {"Không có trang này, hoặc nội dung nằm ngoài phạm vi tài khoản của bạn.", "There is no such page, or it is outside the scope of your account."},
		"msg.403":            {"Không đúng vai trò", "Not your role"},
		"msg.409":            {"Chưa thực hiện được", "Not possible now"},
		"msg.422":            {"Nội dung chưa dùng được", "The input cannot be used"},
		"msg.500":            {"Chương trình gặp sự cố", "The program failed"},
		"msg.500.text":       {"Chưa có gì bị thay đổi. Thử lại sau ít phút; nếu vẫn lỗi, báo mã sự cố dưới đây cho quản trị.", "Nothing was changed. Try again in a few minutes; if it still fails, give the incident code below to the administrator."},
		"msg.cross":          {"Yêu cầu đến từ trang khác", "The request came from another site"},
		"msg.cross.text":     {"Thao tác được gửi từ một trang ngoài hệ thống nên bị từ chối. Mở lại trang trong hệ thống và thực hiện lại.", "The act was sent from outside this site and was refused. Open the page here and try again."},
		"msg.big":            {"Nội dung gửi lên lớn quá giới hạn 4 MB.", "What was sent is larger than the limit of 4 MB."},
		"msg.notnow":         {"Vai trò của bạn hoặc trạng thái hồ sơ hiện chưa cho phép thao tác này.", "Your role or the state of the dossier does not allow this act now."},
		"msg.back":           {"Về trang hệ thống", "Back to the system"},
		"msg.search":         {"Tìm trong danh sách hệ thống", "Search the register"},
		"msg.home":           {"Về việc của tôi", "Go to my work"},
		"signin.wrong":       {"Tên đăng nhập hoặc mật khẩu không đúng", "The sign-in name or the password is wrong"},
		"signin.what":        {"Hệ thống này làm gì", "What this is for"},
		"signin.what1":       {"Lập, thẩm định và phê duyệt hồ sơ đề xuất cấp độ.", "Draft, appraise and approve level dossiers."},
		"signin.what2":       {"Trả lời nền tảng chia sẻ dữ liệu: hệ thống nào được kết nối, vì sao.", "Tell the data exchange which system may connect, and why."},
		"signin.what3":       {"Theo dõi tỷ lệ phê duyệt và triển khai phương án trên toàn quốc.", "Follow approval and deployment nationwide."},
		"signin.demo":        {"Trang không cần JavaScript và dùng được với bàn phím.", "The pages need no JavaScript and work by keyboard."},
		"done.register":      {"Đã đăng ký hệ thống. Bước tiếp theo: khai dữ kiện để xác định cấp độ.", "The system is registered. Next: state the facts that decide the level."},
		"done.facts":         {"Đã ghi dữ kiện; cấp độ theo quy định ở phần dưới.", "The facts are recorded; see the level they lead to below."},
		"done.draft":         {"Đã lưu bản nháp hồ sơ.", "The draft is saved."},
		"done.submit":        {"Đã gửi hồ sơ đề xuất cấp độ.", "The level dossier is submitted."},
		"done.opinion":       {"Đã ghi ý kiến chuyên môn.", "The professional opinion is recorded."},
		"done.receipt":       {"Đã ghi kết quả kiểm tra tiếp nhận hồ sơ.", "The check of the dossier is recorded."},
		"done.appraisal":     {"Đã ghi kết quả thẩm định.", "The appraisal is recorded."},
		"done.decision":      {"Đã ghi quyết định.", "The decision is recorded."},
		"done.confirmation":  {"Đã xác nhận phê duyệt.", "The approval is confirmed."},
		"done.revocation":    {"Đã thu hồi phê duyệt. Cổng kết nối từ chối từ lúc này.", "The approval is revoked. The gate refuses from now on."},
		"done.plan":          {"Đã ghi tình trạng triển khai phương án.", "The state of the plan is recorded."},
		"done.inspection":    {"Đã ghi kết quả kiểm tra, đánh giá.", "The inspection is recorded."},
		"done.retirement":    {"Đã ghi việc kết thúc vận hành.", "The retirement is recorded."},
		"done.suspension":    {"Đã tạm đình chỉ kết nối. Cổng kết nối từ chối từ thời điểm bắt đầu.", "The connections are suspended. The gate refuses from the first instant on."},
		"done.reinstatement": {"Đã khôi phục kết nối.", "The connections are reinstated."},
	}
}
