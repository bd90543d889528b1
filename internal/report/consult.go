package report

import (
	"fmt"
	"io"
)

// ConsultLetter is the input of the letter by which the lead of an appraisal asks
// another body for its opinion. Of Official, the Issuer is the lead and Day the
// day of the request.
type ConsultLetter struct {
	Official
	To                string // the body asked
	Code, Name, Owner string // of the system
	Level             string
	Dossier, Round    int
	Digest            string // of the round asked about
	Question          string
	Due               string // last day to answer, "2006-01-02"
}

// Consult writes the letter.
func Consult(w io.Writer, l ConsultLetter) (err error) {
	defer guard(&err)
	day, err := parseDay(l.Day)
	if err != nil {
		return fmt.Errorf("letter of a consultation: %w", err)
	}
	s, err := newSheet(l.Official, "Công văn: Lấy ý kiến về hồ sơ đề xuất cấp độ", day)
	if err != nil {
		return fmt.Errorf("letter of a consultation: %w", err)
	}
	s.part(portrait)
	s.head(l.Official, day)
	s.title("Công văn", "Lấy ý kiến về hồ sơ đề xuất cấp độ\n"+clip(orNone(l.Name), 250))
	s.addressees([]string{orNone(l.To)})
	s.say("Để có căn cứ thẩm định hồ sơ đề xuất cấp độ của hệ thống thông tin dưới đây, đề nghị Quý cơ quan cho ý kiến về nội dung nêu tại mục 2.")
	s.section("1. Hồ sơ được lấy ý kiến")
	s.pairs([][2]string{{"Tên hệ thống", orNone(l.Name)}, {"Mã", orNone(l.Code)}, {"Chủ quản", orNone(l.Owner)}, {"Cấp độ đề xuất", orNone(l.Level)},
		{"Hồ sơ, lần gửi", fmt.Sprintf("Hồ sơ số %d, lần gửi thứ %d", l.Dossier, l.Round)}, {"Mã băm của lần gửi", orNone(l.Digest)}})
	s.section("2. Nội dung lấy ý kiến")
	s.say(orNone(l.Question))
	s.section("3. Thời hạn trả lời")
	s.say("Đề nghị trả lời chậm nhất ngày " + dayOrNone(l.Due) + ". Hồ sơ và tài liệu của lần gửi này xem được trên hệ thống đến khi trả lời, khi yêu cầu được rút hoặc hồ sơ kết thúc thẩm định.")
	s.close(l.Official, "Trân trọng cảm ơn sự phối hợp của Quý cơ quan./.")
	return s.write(w)
}
