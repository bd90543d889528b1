package forms

import (
	"slices"
	"strings"
)

// Kinds of a slot: how its value is shown and how much room it gets on paper
// while empty.
const (
	SlotLine  = "line"  // a name or an address
	SlotShort = "short" // a number or a level
	SlotLong  = "long"  // sentences; several lines
	SlotDay   = "day"   // 2006-01-02
	SlotCount = "count" // digits
	SlotRows  = "rows"  // the rows of a Wide table
)

// Slot is a place on an official paper that the record, or a hand, fills.
type Slot struct {
	ID    string
	Kind  string
	Label Text
	Words []Word // closed answers; an empty slot shows all of them to choose from
}

// Slots is the closed list of slots, in the order a dossier lives.
func Slots() []Slot {
	return []Slot{
		{"system_name", SlotLine, Text{"Tên hệ thống thông tin", "Name of the information system"}, nil},
		{"level", SlotShort, Text{"Cấp độ đề xuất hoặc được phê duyệt", "Level proposed or approved"}, nil},
		{"owner", SlotLine, Text{"Chủ quản hệ thống thông tin", "Owner of the system"}, nil},
		{"owner_mandate", SlotLine, Text{"Văn bản quy định chức năng, nhiệm vụ của chủ quản", "Document that gives the owner its mandate"}, nil},
		{"owner_representative", SlotLine, Text{"Người đại diện của chủ quản", "Representative of the owner"}, nil},
		{"owner_position", SlotLine, Text{"Chức vụ người đại diện của chủ quản", "Position of the owner's representative"}, nil},
		{"owner_address", SlotLine, Text{"Địa chỉ của chủ quản", "Address of the owner"}, nil},
		{"owner_contact", SlotLine, Text{"Điện thoại, thư điện tử của chủ quản", "Telephone and mail address of the owner"}, nil},
		{"operator", SlotLine, Text{"Đơn vị vận hành", "Operating unit"}, nil},
		{"operator_address", SlotLine, Text{"Địa chỉ của đơn vị vận hành", "Address of the operating unit"}, nil},
		{"specialised_unit", SlotLine, Text{"Đơn vị chuyên trách", "Specialised unit"}, nil},
		{"specialised_mandate", SlotLine, Text{"Văn bản quy định chức năng, nhiệm vụ của đơn vị chuyên trách", "Document that gives the specialised unit its mandate"}, nil},
		{"specialised_representative", SlotLine, Text{"Người đại diện của đơn vị chuyên trách", "Representative of the specialised unit"}, nil},
		{"specialised_position", SlotLine, Text{"Chức vụ người đại diện của đơn vị chuyên trách", "Position of the specialised unit's representative"}, nil},
		{"specialised_address", SlotLine, Text{"Địa chỉ của đơn vị chuyên trách", "Address of the specialised unit"}, nil},
		{"specialised_contact", SlotLine, Text{"Điện thoại, thư điện tử của đơn vị chuyên trách", "Telephone and mail address of the specialised unit"}, nil},
		{"applicant", SlotLine, Text{"Cơ quan, đơn vị đề nghị", "Body that asks"}, nil},
		{"request_number", SlotShort, Text{"Số văn bản đề nghị thẩm định", "Number of the request for appraisal"}, nil},
		{"request_on", SlotDay, Text{"Ngày của văn bản đề nghị thẩm định", "Day of the request for appraisal"}, nil},
		{"appraiser", SlotLine, Text{"Cơ quan thẩm định", "Appraising body"}, nil},
		{"coordinators", SlotLine, Text{"Đơn vị phối hợp thẩm định", "Bodies that take part in the appraisal"}, nil},
		{"appraisal_method", SlotLine, Text{"Hình thức thẩm định", "Way of the appraisal"}, []Word{
			{"meeting", "tổ chức họp"}, {"written", "lấy ý kiến bằng văn bản"}, {"both", "tổ chức họp và lấy ý kiến bằng văn bản"}}},
		{"other_bases", SlotLong, Text{"Căn cứ pháp lý khác", "Other legal bases"}, nil},
		{"coordinators_opinion", SlotLong, Text{"Tổng hợp ý kiến của đơn vị phối hợp", "Opinions of those who took part, in short"}, nil},
		{"level_opinion", SlotLong, Text{"Ý kiến về sự phù hợp của đề xuất cấp độ", "Opinion on the level proposed"}, nil},
		{"other_opinion", SlotLong, Text{"Ý kiến khác", "Other opinions"}, nil},
		{"outcome", SlotLine, Text{"Kết luận thẩm định", "Conclusion of the appraisal"}, []Word{
			{"fit", "phù hợp"}, {"unfit", "chưa phù hợp"}}},
		{"unfit_points", SlotLong, Text{"Nội dung chưa phù hợp", "What does not fit"}, nil},
		{"appraisal_number", SlotShort, Text{"Số văn bản ý kiến thẩm định", "Number of the appraisal"}, nil},
		{"appraisal_on", SlotDay, Text{"Ngày của ý kiến thẩm định", "Day of the appraisal"}, nil},
		{"proposal_number", SlotShort, Text{"Số tờ trình", "Number of the submission"}, nil},
		{"proposal_on", SlotDay, Text{"Ngày của tờ trình", "Day of the submission"}, nil},
		{"authority", SlotLine, Text{"Người ban hành quyết định", "Who decides"}, nil},
		{"standard", SlotLine, Text{"Tiêu chuẩn quốc gia áp dụng", "National standard that applies"}, nil},
		{"technical_regulation", SlotLine, Text{"Quy chuẩn kỹ thuật quốc gia áp dụng", "National technical regulation that applies"}, nil},
		{"other_duties", SlotLong, Text{"Trách nhiệm khác của đơn vị đề nghị", "Other duties of the body that asked"}, nil},
		{"other_parties", SlotLong, Text{"Trách nhiệm của cơ quan liên quan khác", "Duties of other bodies"}, nil},
		{"regulator", SlotLine, Text{"Cơ quan nhận báo cáo", "Body that receives the report"}, nil},
		{"period", SlotLine, Text{"Kỳ báo cáo", "Period of the report"}, nil},
		{"total", SlotCount, Text{"Tổng số hệ thống", "Systems in all"}, nil},
		{"classified", SlotCount, Text{"Số hệ thống đã phân loại", "Systems with a type"}, nil},
		{"dossier_built", SlotCount, Text{"Số hệ thống đã xây dựng hồ sơ", "Systems with a dossier"}, nil},
		{"appraised", SlotCount, Text{"Số hệ thống đã được thẩm định", "Systems appraised"}, nil},
		{"approved", SlotCount, Text{"Số hệ thống đã được phê duyệt", "Systems approved"}, nil},
		{"inspected", SlotCount, Text{"Số hệ thống đã phê duyệt được kiểm tra định kỳ", "Approved systems inspected periodically"}, nil},
		{"approve_all_by", SlotDay, Text{"Dự kiến hoàn thành phê duyệt tất cả", "Day by which all are to be approved"}, nil},
		{"systems", SlotRows, Text{"Danh sách hệ thống", "List of systems"}, nil},
	}
}

// SlotOf finds a slot by its id.
func SlotOf(id string) (Slot, bool) {
	all := Slots()
	i := slices.IndexFunc(all, func(s Slot) bool { return s.ID == id })
	if i < 0 {
		return Slot{}, false
	}
	return all[i], true
}

// Piece is a part of a text: plain Text, or a Slot to fill.
type Piece struct{ Text, Slot string }

// Pieces cuts a text of an official paper at its slots. Values are put in after
// the cut, so braces in a value are only braces.
func Pieces(text string) []Piece {
	var out []Piece
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if before != "" {
			out = append(out, Piece{Text: before})
		}
		slot, after, closed := strings.Cut(rest, "}")
		if open && closed {
			out = append(out, Piece{Slot: slot})
		}
		text = after
	}
	return out
}
