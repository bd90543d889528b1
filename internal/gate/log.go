package gate

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"time"

	"capdo/internal/law"
)

// Use is one line of a gateway's decision log: what it let pass or stopped.
// Matched is the gate's own answer for that instant: an allow.
type Use struct {
	ID                          string
	At                          time.Time
	Provider, Consumer, Service string
	Passed, Matched             bool
}

// Uses keeps what gateways report; lines whose id is known are left as they are.
type Uses interface {
	Record(ctx context.Context, gateway string, us []Use) (added int, err error)
}

const (
	logPath    = "/gate/v1/log"
	maxAhead   = 5 * time.Minute // a gateway's clock may be ahead
	maxLineID  = 128             // bytes
	groupLines = maxInstants     // lines judged in one sitting
)

// logs takes a gateway's decision log.
func (f *front) logs(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		f.refuse(w, http.StatusMethodNotAllowed, law.Text{VI: "Gửi nhật ký bằng phương thức POST.", EN: "Send the log with the method POST."})
		return
	}
	gateway, own := r.URL.Query().Get("gateway"), proved(r.Context())
	if gateway == "" {
		gateway = own
	}
	switch {
	case own != "" && gateway != own || own == "" && f.ProvenOnly:
		f.refuse(w, http.StatusForbidden, law.Text{VI: "Máy cổng chỉ gửi được nhật ký của chính mình; bỏ tham số «gateway» hoặc ghi đúng tên của máy.", EN: "A gateway returns its own log only; leave out the parameter “gateway”, or give the machine's own name."})
		return
	case !f.trusts(r.RemoteAddr):
		f.refuse(w, http.StatusForbidden, stranger().says)
		return
	case !code(gateway):
		f.refuse(w, http.StatusBadRequest, law.Text{VI: "Thiếu hoặc sai tham số «gateway»: tên máy cổng.", EN: "The parameter “gateway” is missing or malformed: the gateway's name."})
		return
	}
	us, status, bad := f.lines(w, r)
	if bad.VI != "" {
		f.refuse(w, status, bad)
		return
	}
	if !f.match(r.Context(), us) {
		f.refuse(w, http.StatusServiceUnavailable, unread().says)
		return
	}
	added, err := f.Uses.Record(r.Context(), gateway, us)
	if err != nil {
		f.report("gate: record log", err, []Question{{}})
		f.refuse(w, http.StatusServiceUnavailable, unread().says)
		return
	}
	out := struct {
		Received int `json:"received"`
		Added    int `json:"added"`
		Alarms   int `json:"alarms"` // lines that passed without a matching allow, known ones included
	}{len(us), added, 0}
	for _, u := range us {
		if u.Passed && !u.Matched {
			out.Alarms++
		}
	}
	write(w, http.StatusOK, out)
}

// lines reads a log: lines of JSON, or one JSON array.
func (f *front) lines(w http.ResponseWriter, r *http.Request) (us []Use, status int, bad law.Text) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	many := kind == "application/x-ndjson"
	if many {
		r.Header.Set("Content-Type", "application/json")
	}
	in, status, bad := body(w, r, maxBatch)
	if bad.VI != "" {
		return nil, status, bad
	}
	latest := f.Clock().Add(maxAhead)
	add := func(d *document) bool {
		us = append(us, Use{})
		return d.count(len(us)) && d.use(&us[len(us)-1], latest)
	}
	if !many {
		bad = parseJSON(in, func(d *document) bool { return d.array(func() bool { return add(d) }) })
	} else {
		for line := range bytes.Lines(in) {
			if line = bytes.TrimSpace(line); len(line) > 0 && bad.VI == "" {
				bad = parseJSON(line, add)
			}
		}
	}
	if bad.VI == "" && len(us) == 0 {
		bad = law.Text{VI: "Nhật ký không có dòng nào.", EN: "The log has no line."}
	}
	return us, http.StatusBadRequest, bad
}

// use reads one line.
func (d *document) use(u *Use, latest time.Time) bool {
	decision, ok := "", true
	whole := d.object(func(name []byte) bool {
		val, read := d.text()
		if !read {
			return false
		}
		switch string(name) {
		case "id":
			u.ID = string(val)
		case "at":
			u.At, ok = moment(string(val))
		case "provider":
			u.Provider = string(val)
		case "consumer":
			u.Consumer = string(val)
		case "service":
			u.Service = string(val)
		case "decision":
			decision = string(val)
		default:
			return d.unknown(name)
		}
		return true
	})
	u.Passed, u.At = decision == Allow, u.At.UTC().Truncate(time.Microsecond)
	switch {
	case !whole:
		return false
	case u.ID == "" || len(u.ID) > maxLineID || !ok || u.At.IsZero() || u.At.After(latest) || !datable(u.At):
		return d.fail("Dòng nhật ký thiếu hoặc sai id, at.", "A line's id or at is missing or wrong.")
	case !code(u.Provider) || !code(u.Consumer) || u.Service != "" && !code(u.Service) || decision != Allow && decision != Deny:
		return d.fail("Dòng nhật ký thiếu hoặc sai provider, consumer, service, decision.", "A line's provider, consumer, service or decision is missing or wrong.")
	}
	return true
}

// match asks the gate what each line that passed should have been told then;
// false when it cannot be known.
func (f *front) match(ctx context.Context, us []Use) bool {
	for from := 0; from < len(us); from += groupLines {
		part := us[from:min(from+groupLines, len(us))]
		qs := make([]Question, len(part))
		for i, u := range part {
			qs[i] = Question{Provider: u.Provider, Consumer: u.Consumer, Service: u.Service, Platform: f.Platform, At: u.At}
		}
		for i, v := range f.AskAll(ctx, qs) {
			if v.Fault {
				return false
			}
			part[i].Matched = v.Decision == Allow
		}
	}
	return true
}
