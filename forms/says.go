package forms

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordings are the messages by problem code: what happened and what to do.
// {name} and {Name} stand for the field, {1} and {2} for the particulars.
func wordings() map[string]Text {
	return map[string]Text{
		"required": {"Nhập {name}", "Enter {name}"}, // choices and boxes have their own, see kindOf
		"repeated": {"Chỉ gửi một giá trị cho {name}", "Send one value only for {name}"},

		"encoding":    {"{Name} có ký tự không đọc được, hãy gõ lại", "{Name} has characters that cannot be read, type it again"},
		"control":     {"{Name} có ký tự điều khiển {1}, hãy xóa ký tự này", "{Name} has the control character {1}, delete it"},
		"unseen":      {"{Name} có ký tự điều khiển, hãy gõ lại", "{Name} has a control character, type it again"},
		"direction":   {"{Name} có ký tự đổi chiều chữ {1}, hãy xóa ký tự này", "{Name} has the direction mark {1}, delete it"},
		"unprintable": {"{Name} có ký tự {1} không in được trên văn bản, hãy xóa ký tự này", "{Name} has the character {1}, which cannot be printed, delete it"},

		"too_long":  {"{Name} phải có tối đa {1} ký tự (hiện có {2})", "{Name} must have at most {1} characters (now {2})"},
		"too_short": {"{Name} phải có ít nhất {1} ký tự (hiện có {2})", "{Name} must have at least {1} characters (now {2})"},
		"too_many":  {"{Name} phải có tối đa {1} mục (hiện có {2})", "{Name} must have at most {1} items (now {2})"},
		"too_few":   {"{Name} phải có ít nhất {1} mục (hiện có {2})", "{Name} must have at least {1} items (now {2})"},

		"int": {"{Name} phải là số nguyên, ví dụ 1.539", "{Name} must be a whole number, such as 1539"},
		"min": {"{Name} phải từ {1} trở lên", "{Name} must be {1} or more"},
		"max": {"{Name} phải từ {1} trở xuống", "{Name} must be {1} or less"},

		"date":             {"Nhập {name} theo dạng ngày/tháng/năm, ví dụ 31/12/2024", "Enter {name} as day/month/year, such as 31/12/2024"},
		"no_such_day":      {"Ngày {1} không có trong lịch", "The day {1} is not in the calendar"},
		"too_early":        {"{Name} phải từ {1} trở đi", "{Name} must be {1} or later"},
		"too_late":         {"{Name} phải là ngày {1} hoặc trước đó", "{Name} must be {1} or earlier"},
		"not_after_today":  {"{Name} phải là hôm nay ({1}) hoặc trước đó", "{Name} must be today ({1}) or earlier"},
		"not_before_today": {"{Name} phải từ hôm nay ({1}) trở đi", "{Name} must be today ({1}) or later"},
		"after_today":      {"{Name} phải sau hôm nay ({1})", "{Name} must be after today ({1})"},
		"not_before":       {"{Name} phải từ {1} ({2}) trở đi", "{Name} must not be before {1} ({2})"},

		"choice": {"Chọn {name} trong danh sách", "Choose {name} from the list"},
		"yesno":  {"Chọn Có hoặc Không: {Name}", "Choose Yes or No: {Name}"},
		"tick":   {"Đánh dấu hoặc bỏ trống ô: {Name}", "Tick the box or leave it empty: {Name}"},
		"levels": {"Nhập {name} là các số từ 1 đến 5, cách nhau bằng dấu phẩy, ví dụ 1, 2, 3", "Enter {name} as numbers from 1 to 5 with commas between, such as 1, 2, 3"},
		"email":  {"Nhập {name} theo dạng hop.thu@don-vi.gov.vn", "Enter {name} like mailbox@unit.gov.vn"},
		"code":   {"{Name} chỉ gồm chữ cái không dấu, chữ số và các dấu . _ - / @, ví dụ H56.12", "{Name} may have plain letters, digits and . _ - / @ only, such as H56.12"},
		"check":  {"Kiểm tra lại {name}", "Look at {name} again"},
	}
}

func enter() Text  { return wordings()["required"] }
func choose() Text { return Text{"Chọn {name}", "Choose {name}"} }
func answer() Text { return Text{"Chọn Có hoặc Không: {Name}", "Choose Yes or No: {Name}"} }
func tick() Text   { return Text{"Đánh dấu vào ô: {Name}", "Tick the box: {Name}"} }

// problem words a problem of this field, by the field's own message if it has
// one for the code.
func (f *Field) problem(code string, particulars ...Text) *Problem {
	says := wordings()[code]
	if code == "required" {
		k, _ := kindOf(f.Type)
		says = k.empty
	}
	if own, ok := f.Error[code]; ok {
		says = own
	}
	lower, upper := f.name().lower(), f.name().upper()
	vi := []string{"{name}", lower.VI, "{Name}", upper.VI}
	en := []string{"{name}", lower.EN, "{Name}", upper.EN}
	for i, p := range particulars {
		slot := fmt.Sprintf("{%d}", i+1)
		vi, en = append(vi, slot, p.VI), append(en, slot, p.EN)
	}
	return &Problem{f.ID, code, Text{
		VI: strings.NewReplacer(vi...).Replace(says.VI),
		EN: strings.NewReplacer(en...).Replace(says.EN),
	}}
}

// name is what messages call the field.
func (f *Field) name() Text {
	if f.Name.blank() {
		return f.Label
	}
	return f.Name
}

func (t Text) upper() Text {
	return Text{first(t.VI, unicode.ToUpper), first(t.EN, unicode.ToUpper)}
}

// lower lets a label stand inside a sentence; an abbreviation keeps its case.
func (t Text) lower() Text {
	return Text{lowerFirst(t.VI), lowerFirst(t.EN)}
}

func lowerFirst(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(next) || unicode.IsDigit(next) {
		return s
	}
	return first(s, unicode.ToLower)
}

func first(s string, change func(rune) rune) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(change(r)) + s[n:]
}
