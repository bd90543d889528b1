package forms_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"capdo/forms"

	"golang.org/x/text/unicode/norm"
)

func TestMessages(t *testing.T) {
	tests := []struct{ field, in, vi, en string }{
		{"type: text, required: true", "", "Nhập câu hỏi", "Enter question"},
		{"type: date, required: true", " ", "Nhập câu hỏi", "Enter question"},
		{"type: level, required: true", "", "Chọn câu hỏi", "Choose question"},
		{"type: yesno, required: true", "", "Chọn Có hoặc Không: Câu hỏi", "Choose Yes or No: Question"},
		{"type: check, required: true", "no", "Đánh dấu vào ô: Câu hỏi", "Tick the box: Question"},
		{`type: text, required: true, name: {vi: "tên gọi", en: "a name"}`, "", "Nhập tên gọi", "Enter a name"},
		{`type: text, required: true, name: {vi: "IP công cộng", en: "IP address"}`, "", "Nhập IP công cộng", "Enter IP address"},
		{`type: text, required: true, error: {required: {vi: "Cho biết {name}", en: "Tell {name}"}}`, "", "Cho biết câu hỏi", "Tell question"},
		{"type: longtext, max: 2000", strings.Repeat("a", 2145), "Câu hỏi phải có tối đa 2.000 ký tự (hiện có 2.145)", "Question must have at most 2,000 characters (now 2,145)"},
		{"type: int", "x", "Câu hỏi phải là số nguyên, ví dụ 1.539", "Question must be a whole number, such as 1539"},
		{"type: int, max: 1500000", "1500001", "Câu hỏi phải từ 1.500.000 trở xuống", "Question must be 1,500,000 or less"},
		{"type: int, min: -1000", "-1001", "Câu hỏi phải từ -1.000 trở lên", "Question must be -1,000 or more"},
		{"type: date", "x", "Nhập câu hỏi theo dạng ngày/tháng/năm, ví dụ 31/12/2024", "Enter question as day/month/year, such as 31/12/2024"},
		{"type: date, not_after_today: true", "1/1/2027", "Câu hỏi phải là hôm nay (22/11/2026) hoặc trước đó", "Question must be today (22/11/2026) or earlier"},
		{"type: text", "a\u202e", "Câu hỏi có ký tự đổi chiều chữ U+202E, hãy xóa ký tự này", "Question has the direction mark U+202E, delete it"},
		{"type: text", "\U0001F600", "Câu hỏi có ký tự U+1F600 không in được trên văn bản, hãy xóa ký tự này", "Question has the character U+1F600, which cannot be printed, delete it"},
		{"type: text", "{1}\x00", "Câu hỏi có ký tự điều khiển U+0000, hãy xóa ký tự này", "Question has the control character U+0000, delete it"},
	}
	for _, tt := range tests {
		_, problems := one(t, tt.field).Parse(asked, url.Values{"q": {tt.in}})
		if len(problems) != 1 {
			t.Errorf("%s: %q gave %v", tt.field, tt.in, problems)
			continue
		}
		if says := problems[0].Says; says.In("vi") != tt.vi || says.In("en") != tt.en {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", tt.field, says.VI, says.EN, tt.vi, tt.en)
		}
	}
}

func TestNotBeforeNamesBothDays(t *testing.T) {
	c := asked
	c.Stage = "new"
	_, problems := trial(t, tree).Parse(c, url.Values{"trial_run": {"2/11/2026"}, "live": {"1/11/2026"}})
	if want := "Ngày vận hành phải từ ngày chạy thử (02/11/2026) trở đi"; len(problems) != 1 || problems[0].Says.VI != want {
		t.Errorf("got %v, want %q", problems, want)
	}
}

func TestShow(t *testing.T) {
	tests := []struct{ field, value, vi, en string }{
		{"type: int", "1539", "1.539", "1,539"},
		{"type: int", "999", "999", "999"},
		{"type: int", "-1234567", "-1.234.567", "-1,234,567"},
		{"type: date", "2024-02-01", "01/02/2024", "01/02/2024"},
		{"type: yesno", "yes", "Có", "Yes"},
		{"type: yesno", "no", "Không", "No"},
		{"type: yesno", "", "", ""},
		{"type: choice, " + twoOptions, "đ", "Hai", "Two"},
		{"type: choice, " + twoOptions, "gone", "gone", "gone"},
		{"type: choices, " + twoOptions, "a\nđ", "Một; Hai", "One; Two"},
		{"type: levels", "1\n2", "1, 2", "1, 2"},
		{"type: password", "secret", "", ""},
		{"type: text", "Sở A", "Sở A", "Sở A"},
	}
	for _, tt := range tests {
		q, ok := one(t, tt.field).Field("q")
		if !ok {
			t.Fatal("the field is gone")
		}
		if got := q.Show(tt.value); got.VI != tt.vi || got.EN != tt.en {
			t.Errorf("%s: %q shows as %q, want %q, %q", tt.field, tt.value, got, tt.vi, tt.en)
		}
	}
}

// Every text of every form, and every built-in message, is in NFC, in both
// languages, and free of the words that scold. The walk is by reflection so
// that a text added to the types later is looked at too.
func TestEveryText(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range shelf.Forms() {
		texts(reflect.ValueOf(*f), func(text forms.Text) {
			n++
			judge(t, f.ID, text)
		})
	}
	if n < 500 {
		t.Errorf("only %d texts were looked at", n)
	}
	for code, text := range forms.Wordings() {
		judge(t, code, text)
	}
}

func judge(t *testing.T, where string, text forms.Text) {
	t.Helper()
	if (text.VI == "") != (text.EN == "") {
		t.Errorf("%s: %q lacks a language", where, text)
	}
	for _, s := range []string{text.VI, text.EN} {
		if !norm.NFC.IsNormalString(s) {
			t.Errorf("%s: %q is not in NFC", where, s)
		}
		for _, word := range []string{"hợp lệ", "vui lòng", "bắt buộc", "invalid", "please", "mandatory"} {
			if strings.Contains(strings.ToLower(s), word) {
				t.Errorf("%s: %q has the word %s", where, s, word)
			}
		}
	}
}

func texts(v reflect.Value, visit func(forms.Text)) {
	if text, ok := v.Interface().(forms.Text); ok {
		visit(text)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(v.MapIndex(key), visit)
		}
	}
}
