package gate

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"capdo/internal/law"
)

// Handler serves GET /gate/v1/decisions.
func (g *Gate) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gate/v1/decisions", g.decisions)
	return mux
}

// maxCode bounds the length of a system code, in bytes.
const maxCode = 64

// decisions answers one question; see the package comment for the contract.
func (g *Gate) decisions(w http.ResponseWriter, r *http.Request) {
	q, bad := parse(r.URL.RawQuery)
	if bad.VI != "" {
		v := Verdict{Decision: Deny, At: g.Clock().UTC(), Provider: q.Provider, Consumer: q.Consumer,
			Reasons: []Reason{{Code: "F03", ID: "bad-question", Effect: law.EffectDeny, Confidence: law.ConfidenceHigh, VI: bad.VI, EN: bad.EN}}}
		write(w, http.StatusBadRequest, v)
		return
	}
	v := g.Ask(r.Context(), q)
	status := http.StatusOK
	if v.Fault {
		status = http.StatusServiceUnavailable
	}
	write(w, status, v)
}

// write sends a verdict; it must not be kept by anyone.
func write(w http.ResponseWriter, status int, v Verdict) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client went away: nobody is left to tell
}

// parse reads the question strictly: known parameters, each once.
func parse(raw string) (q Question, bad law.Text) {
	in, err := url.ParseQuery(raw)
	if err != nil {
		return q, law.Text{VI: "Không đọc được tham số của câu hỏi.", EN: "The question's parameters cannot be read."}
	}
	for key, vals := range in {
		if len(vals) != 1 {
			return q, law.Text{VI: "Tham số «" + key + "» được đưa ra nhiều lần.", EN: "The parameter “" + key + "” is given more than once."}
		}
		switch key {
		case "provider":
			q.Provider = vals[0]
		case "consumer":
			q.Consumer = vals[0]
		case "platform":
			q.Platform = vals[0]
		case "at":
			if q.At, err = time.Parse(time.RFC3339, vals[0]); err != nil || q.At.IsZero() {
				return q, law.Text{VI: "Tham số «at» phải theo RFC 3339, ví dụ 2026-11-22T09:00:00+07:00.", EN: "The parameter “at” must be RFC 3339, for example 2026-11-22T09:00:00+07:00."}
			}
		default:
			return q, law.Text{VI: "Không có tham số «" + key + "».", EN: "There is no parameter “" + key + "”."}
		}
	}
	return q, check(q, in.Has("consumer"))
}

// check refuses what is present but says nothing.
func check(q Question, hasConsumer bool) law.Text {
	switch {
	case !code(q.Provider):
		return law.Text{VI: "Thiếu hoặc sai tham số «provider»: mã của hệ thống cung cấp.", EN: "The parameter “provider” is missing or malformed: the code of the providing system."}
	case hasConsumer && !code(q.Consumer):
		return law.Text{VI: "Sai tham số «consumer»: mã của hệ thống khai thác.", EN: "The parameter “consumer” is malformed: the code of the consuming system."}
	case q.Platform != "" && q.Platform != "NDXP" && q.Platform != "NDOP":
		return law.Text{VI: "Tham số «platform» là NDXP hoặc NDOP.", EN: "The parameter “platform” is NDXP or NDOP."}
	}
	return law.Text{}
}

// code tells whether s can be a system code.
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
