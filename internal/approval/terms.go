package approval

import "capdo/internal/law"

// Terms are the words officials see for the codes of this room and of the law:
// one code, one term, in both languages, for pages, papers and messages alike.
// A key is the kind of code, a dot, and the code: "role.owner", "state.draft".
func Terms() map[string]law.Text {
	return map[string]law.Text{
		"state.registered": {VI: "Mới đăng ký", EN: "Registered"},
		"state.draft":      {VI: "Đang soạn thảo", EN: "Draft"},
		"state.in_review":  {VI: "Đang thẩm định", EN: "Under appraisal"},
		"state.appraised":  {VI: "Chờ phê duyệt", EN: "Awaiting decision"},
		"state.approved":   {VI: "Đã được phê duyệt", EN: "Approved"},
		"state.deployed":   {VI: "Đã triển khai đầy đủ", EN: "Fully deployed"},
		"state.lapsed":     {VI: "Hết hiệu lực", EN: "Expired"},
		"state.revoked":    {VI: "Đã thu hồi", EN: "Revoked"},
		"state.refused":    {VI: "Không phê duyệt", EN: "Refused"},
		"state.retired":    {VI: "Đã kết thúc vận hành", EN: "Retired"},

		"dossier.draft":     {VI: "Đang soạn thảo", EN: "Draft"},
		"dossier.submitted": {VI: "Đã gửi thẩm định", EN: "Submitted"},
		"dossier.opined":    {VI: "Đã có ý kiến chuyên môn", EN: "Opinion given"},
		"dossier.returned":  {VI: "Cần bổ sung", EN: "Changes requested"},
		"dossier.appraised": {VI: "Đã thẩm định, chờ phê duyệt", EN: "Appraised, awaiting decision"},
		"dossier.unfit":     {VI: "Thẩm định không đạt", EN: "Found unfit"},
		"dossier.approved":  {VI: "Đã được phê duyệt", EN: "Approved"},
		"dossier.refused":   {VI: "Không phê duyệt", EN: "Refused"},
		"dossier.withdrawn": {VI: "Đã đóng", EN: "Closed"},

		"stage.operating": {VI: "Đang vận hành", EN: "In operation"},
		"stage.new":       {VI: "Xây dựng mới", EN: "New"},
		"stage.upgrade":   {VI: "Nâng cấp, mở rộng", EN: "Upgrade"},

		"origin.registered": {VI: "Đăng ký qua hệ thống", EN: "Registered here"},
		"origin.simulated":  {VI: "Mô phỏng", EN: "Simulated"},
		"origin.ndxp_list":  {VI: "Theo danh sách NDXP", EN: "From the NDXP list"},

		"plan.none": {VI: "Chưa triển khai", EN: "Not deployed"},
		"plan.part": {VI: "Triển khai một phần", EN: "Deployed in part"},
		"plan.full": {VI: "Triển khai đầy đủ", EN: "Fully deployed"},

		"counted.all":         {VI: "Được tính vào số liệu", EN: "Counted in the figures"},
		"counted.unapproved":  {VI: "Chưa phê duyệt", EN: "Not approved"},
		"counted.approved":    {VI: "Đã phê duyệt", EN: "Approved"},
		"counted.part":        {VI: "Đã phê duyệt, chưa triển khai đầy đủ", EN: "Approved, not fully deployed"},
		"counted.deployed":    {VI: "Đã triển khai đầy đủ", EN: "Fully deployed"},
		"counted.behind":      {VI: "Chưa triển khai đầy đủ", EN: "Not fully deployed"},
		"counted.confirmed":   {VI: "Đã được xác nhận", EN: "Confirmed"},
		"counted.unconfirmed": {VI: "Đã phê duyệt, chưa được xác nhận", EN: "Approved, not confirmed"},

		"inspection.inspection":      {VI: "Kiểm tra, đánh giá", EN: "Inspection"},
		"inspection.risk_assessment": {VI: "Đánh giá rủi ro", EN: "Risk assessment"},
		"inspection.minutes":         {VI: "Biên bản xác nhận bảo mật", EN: "Security minutes"},

		"role.operator":            {VI: "Đơn vị vận hành", EN: "Operating unit"},
		"role.specialised_unit":    {VI: "Đơn vị chuyên trách", EN: "Specialised unit"},
		"role.independent_council": {VI: "Hội đồng thẩm định độc lập", EN: "Independent council"},
		"role.owner":               {VI: "Chủ quản hệ thống thông tin", EN: "System owner"},
		"role.mic":                 {VI: "Bộ Thông tin và Truyền thông", EN: "Ministry of Information and Communications"},
		"role.mps":                 {VI: "Bộ Công an", EN: "Ministry of Public Security"},
		"role.mod":                 {VI: "Bộ Quốc phòng", EN: "Ministry of National Defence"},
		"role.cipher_committee":    {VI: "Ban Cơ yếu Chính phủ", EN: "Government Cipher Committee"},
		"role.prime_minister":      {VI: "Thủ tướng Chính phủ", EN: "Prime Minister"},
		"role.administrator":       {VI: "Quản trị dịch vụ", EN: "Administrator"},
		"role.auditor":             {VI: "Kiểm toán, theo dõi", EN: "Auditor"},
		"role.gateway":             {VI: "Cổng chia sẻ dữ liệu", EN: "Data gateway"},
		"role.keeper":              {VI: "Quản trị chương trình", EN: "Keeper of the program"},

		"part.level": {VI: "cấp độ", EN: "level"},
		"part.plan":  {VI: "phương án", EN: "plan"},
		"part.list":  {VI: "danh mục", EN: "list"},

		"act.facts":    {VI: "Khai dữ kiện xác định cấp độ", EN: "State the facts"},
		"act.draft":    {VI: "Soạn hồ sơ đề xuất cấp độ", EN: "Write the dossier"},
		"act.submit":   {VI: "Hoàn thiện và gửi hồ sơ", EN: "Complete and submit the dossier"},
		"act.opinion":  {VI: "Cho ý kiến chuyên môn", EN: "Give the professional opinion"},
		"act.receive":  {VI: "Kiểm tra tiếp nhận hồ sơ", EN: "Check that the dossier is complete"},
		"act.appraise": {VI: "Thẩm định hồ sơ", EN: "Appraise the dossier"},
		"act.decide":   {VI: "Phê duyệt hoặc từ chối", EN: "Approve or refuse"},
		"act.confirm":  {VI: "Xác nhận phê duyệt", EN: "Confirm the approval"},
		"act.plan":     {VI: "Khai tình trạng triển khai phương án", EN: "Declare the state of the plan"},
		"act.inspect":  {VI: "Ghi kết quả kiểm tra, đánh giá", EN: "Record an inspection"},
		"act.revoke":   {VI: "Thu hồi phê duyệt", EN: "Revoke the approval"},
		"act.retire":   {VI: "Kết thúc vận hành", EN: "Retire the system"},

		"past.register":  {VI: "Đăng ký hệ thống", EN: "System registered"},
		"past.amend":     {VI: "Sửa thông tin đăng ký", EN: "Registration amended"},
		"past.import":    {VI: "Nạp bản ghi có sẵn", EN: "Record imported"},
		"past.facts":     {VI: "Khai dữ kiện xác định cấp độ", EN: "Facts stated"},
		"past.draft":     {VI: "Lưu bản nháp hồ sơ", EN: "Draft saved"},
		"past.submit":    {VI: "Gửi hồ sơ đề xuất cấp độ", EN: "Dossier submitted"},
		"past.opinion":   {VI: "Cho ý kiến chuyên môn", EN: "Professional opinion given"},
		"past.receive":   {VI: "Kiểm tra tiếp nhận hồ sơ", EN: "Completeness of the dossier checked"},
		"past.appraise":  {VI: "Thẩm định hồ sơ", EN: "Dossier appraised"},
		"past.decide":    {VI: "Quyết định của cấp có thẩm quyền", EN: "Decision of the authority"},
		"past.confirm":   {VI: "Xác nhận phê duyệt", EN: "Approval confirmed"},
		"past.plan":      {VI: "Khai tình trạng triển khai phương án", EN: "State of the plan declared"},
		"past.inspect":   {VI: "Ghi kết quả kiểm tra, đánh giá", EN: "Inspection recorded"},
		"past.revoke":    {VI: "Thu hồi phê duyệt", EN: "Approval revoked"},
		"past.retire":    {VI: "Kết thúc vận hành", EN: "System retired"},
		"past.transfer":  {VI: "Chuyển chủ quản", EN: "Handed on to another owner"},
		"act.suspend":    {VI: "Tạm đình chỉ kết nối", EN: "Suspend the connections"},
		"act.reinstate":  {VI: "Khôi phục kết nối", EN: "Reinstate the connections"},
		"past.suspend":   {VI: "Tạm đình chỉ kết nối", EN: "Connections suspended"},
		"past.reinstate": {VI: "Khôi phục kết nối", EN: "Connections reinstated"},

		"succession.merge":    {VI: "Hợp nhất, sáp nhập", EN: "Merger"},
		"succession.rename":   {VI: "Đổi tên, tổ chức lại", EN: "Renaming"},
		"succession.transfer": {VI: "Chuyển giao", EN: "Transfer"},
		"succession.split":    {VI: "Chia, tách", EN: "Split"},

		"approval.inherited": {VI: "Phê duyệt kế thừa, cần rà soát", EN: "Inherited approval, to be reviewed"},

		"outcome.agree":    {VI: "Nhất trí", EN: "Agrees"},
		"outcome.disagree": {VI: "Không nhất trí", EN: "Disagrees"},
		"outcome.fit":      {VI: "Đạt", EN: "Fit"},
		"outcome.unfit":    {VI: "Không đạt", EN: "Unfit"},
		"outcome.return":   {VI: "Trả lại để bổ sung", EN: "Returned for changes"},
		"outcome.approve":  {VI: "Phê duyệt", EN: "Approved"},
		"outcome.refuse":   {VI: "Không phê duyệt", EN: "Refused"},

		"review.opinion":   {VI: "Ý kiến chuyên môn", EN: "Professional opinion"},
		"review.appraisal": {VI: "Thẩm định", EN: "Appraisal"},
		"decision.level":   {VI: "Quyết định về cấp độ", EN: "Decision on the level"},
		"decision.plan":    {VI: "Quyết định về phương án", EN: "Decision on the plan"},
		"decision.list":    {VI: "Quyết định về danh mục", EN: "Decision on the list"},

		"group.ministry": {VI: "Bộ, ngành", EN: "Ministries and agencies"},
		"group.province": {VI: "Địa phương", EN: "Provinces"},
		"group.outside":  {VI: "Ngoài Phụ lục IX", EN: "Outside Annex IX"},

		"sector.civil":           {VI: "Dân sự", EN: "Civil"},
		"sector.defence":         {VI: "Quốc phòng", EN: "Defence"},
		"sector.public_security": {VI: "Công an", EN: "Public security"},
		"sector.cipher":          {VI: "Cơ yếu", EN: "Cipher"},

		"confidence.high":     {VI: "chắc chắn", EN: "sure"},
		"confidence.medium":   {VI: "khá chắc chắn", EN: "fairly sure"},
		"confidence.low":      {VI: "chưa chắc chắn", EN: "unsure"},
		"confidence.inferred": {VI: "suy ra", EN: "inferred"},
	}
}

// Term returns the term of a code, the code itself when there is none.
func Term(kind, code string) law.Text {
	if t, ok := Terms()[kind+"."+code]; ok {
		return t
	}
	return law.Text{VI: code, EN: code}
}
