package gate

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"capdo/internal/law"
)

// maxCode bounds the length of a system code, in bytes.
const maxCode = 64

// parse reads the question strictly: known parameters, each once, none empty.
func parse(raw string) (q Question, bad law.Text) {
	in, err := url.ParseQuery(raw)
	if err != nil {
		return q, law.Text{VI: "Không đọc được tham số của câu hỏi.", EN: "The question's parameters cannot be read."}
	}
	for _, key := range []string{"at", "known"} { // a + that was not escaped arrives as a space and can mean nothing else here
		if at := in[key]; len(at) == 1 {
			at[0] = strings.Replace(at[0], " ", "+", 1)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if bad = q.set(key, in[key]); bad.VI != "" {
			return Question{}, bad
		}
	}
	if bad = q.check().says; bad.VI != "" {
		return Question{}, bad
	}
	return q, bad
}

// set takes one parameter.
func (q *Question) set(key string, vals []string) law.Text {
	var into *string
	switch key {
	case "provider":
		into = &q.Provider
	case "consumer":
		into = &q.Consumer
	case "platform":
		into = &q.Platform
	case "service":
		into = &q.Service
	case "profile":
		into = &q.Profile
	case "at", "known":
		into = new(string)
	default:
		return law.Text{VI: "Câu hỏi có tham số không được biết; chỉ có provider, consumer, platform, service, profile, at, known.", EN: "The question has an unknown parameter; there are provider, consumer, platform, service, profile, at, known."}
	}
	if len(vals) != 1 || vals[0] == "" {
		return law.Text{VI: "Tham số «" + key + "» phải được đưa ra đúng một lần và không được để trống.", EN: "The parameter “" + key + "” must be given once and not empty."}
	}
	*into = vals[0]
	switch key {
	case "at":
		return setTime(&q.At, key, vals[0])
	case "known":
		return setTime(&q.Known, key, vals[0])
	}
	return law.Text{}
}

// setTime takes a time.
func setTime(into *time.Time, key, s string) law.Text {
	t, ok := moment(s)
	if !ok || t.IsZero() {
		return law.Text{VI: "Tham số «" + key + "» phải theo RFC 3339, ví dụ 2026-11-22T09:00:00+07:00.", EN: "The parameter “" + key + "” must be RFC 3339, for example 2026-11-22T09:00:00+07:00."}
	}
	*into = t
	return law.Text{}
}

// moment reads RFC 3339 and refuses what the standard library lets pass: an
// hour of one digit, a comma, an offset of a day.
func moment(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || s[len("2006-01-02T15")] != ':' || strings.Contains(s, ",") || strings.Contains(s[len("2006-01-02T15:04:05"):], "24:") {
		return time.Time{}, false
	}
	return t, true
}

// check refuses what no system, platform or day can be.
func (q Question) check() ground {
	if q.bad.code != "" {
		return q.bad
	}
	return unasked(q.flaw())
}

// flaw says what is wrong with a question.
func (q Question) flaw() law.Text {
	switch {
	case !code(q.Provider):
		return law.Text{VI: "Thiếu hoặc sai tham số «provider»: mã của hệ thống cung cấp.", EN: "The parameter “provider” is missing or malformed: the code of the providing system."}
	case q.Consumer != "" && !code(q.Consumer):
		return law.Text{VI: "Sai tham số «consumer»: mã của hệ thống khai thác.", EN: "The parameter “consumer” is malformed: the code of the consuming system."}
	case q.Platform != "" && q.Platform != "NDXP" && q.Platform != platformNDOP:
		return law.Text{VI: "Tham số «platform» là NDXP hoặc NDOP.", EN: "The parameter “platform” is NDXP or NDOP."}
	case q.Service != "" && !code(q.Service):
		return law.Text{VI: "Sai tham số «service»: mã của dịch vụ dữ liệu.", EN: "The parameter “service” is malformed: the code of the data service."}
	case q.Profile != "" && q.Profile != Production && q.Profile != Sandbox:
		return law.Text{VI: "Tham số «profile» là production hoặc sandbox.", EN: "The parameter “profile” is production or sandbox."}
	case (q.Service != "" || q.Profile == Sandbox) && q.Consumer == "":
		return law.Text{VI: "Câu hỏi về một dịch vụ, hoặc cho môi trường thử nghiệm, phải nêu cả bên khai thác «consumer».", EN: "A question about a service, or for the sandbox, must name the “consumer” too."}
	case !q.At.IsZero() && !datable(q.At):
		return law.Text{VI: "Tham số «at» phải nằm trong các năm từ 1 đến 9999.", EN: "The parameter “at” must lie in the years 1 to 9999."}
	case q.Known.IsZero():
	case q.At.IsZero():
		return law.Text{VI: "Tham số «known» chỉ đi cùng «at»: điều đúng tại một thời điểm, theo những gì đã ghi đến một thời điểm khác.", EN: "The parameter “known” comes with “at”: what was so at one instant, by what was recorded by another."}
	case !datable(q.Known):
		return law.Text{VI: "Tham số «known» phải nằm trong các năm từ 1 đến 9999.", EN: "The parameter “known” must lie in the years 1 to 9999."}
	}
	return law.Text{}
}

// datable tells whether t has a four-digit year both in UTC, in which answers
// are written, and in Viet Nam, whose days are compared as text.
func datable(t time.Time) bool {
	return t.UTC().Year() >= 1 && t.In(law.Zone()).Year() <= 9999
}

// code tells whether s can be a system code. Codes are compared byte by byte:
// no other case, no other form of a letter is the same code.
func code(s string) bool {
	if s == "" || len(s) > maxCode {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return true
}
