package gate

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// dateLine is the header Date of a second.
type dateLine struct {
	second int64
	text   []byte
}

// dated appends the Date of an instant.
func (l *Lane) dated(buf []byte, now time.Time) []byte {
	d := l.date.Load()
	if s := now.Unix(); d == nil || d.second != s {
		d = &dateLine{s, []byte("Date: " + now.UTC().Format(http.TimeFormat) + "\r\n")}
		l.date.Store(d)
	}
	return append(buf, d.text...)
}

// answer appends the answer to the request at hand: from the board where it has
// it, else as the door itself gives it. It is false where the peer is nobody.
func (h *held) answer() bool {
	p, f := &h.plea, h.lane.front
	ctx, ok := h.ask()
	switch {
	case !ok:
		return false
	case !h.trusted:
	case p.door == decisionDoor:
		var q Question
		if fast(p.query, &q) {
			if x, ok := f.glimpse(ctx, &q); ok {
				h.sheet.times(x.at)
				h.sheet.out = append(x.appendVerdict(h.sheet.out[:0], &q, &h.sheet), '\n')
				h.print(x.at)
				f.tally.seen(decisionDoor, &q, x.chord.allow)
				return true
			}
		}
	case p.door == connectDoor:
		q := f.naming(subrequest(p.path), p.system.list(), p.provider.list(), p.service.list())
		if x, ok := f.glimpse(ctx, &q); ok {
			h.pass(&x)
			f.tally.seen(connectDoor, &q, x.chord.allow)
			return true
		}
	case p.door == evaluationDoor:
		q, bad := parseRequest(&h.sheet.doc, p.body, false)
		if bad.VI == "" {
			bad = q.missing()
		}
		if bad.VI == "" && f.evaluateSwiftly(ctx, &q, &h.sheet) {
			h.print(h.sheet.seen[0].at)
			f.counted(&q, &h.sheet, evaluationDoor)
			return true
		}
	}
	h.slowly(ctx)
	return true
}

// print appends the sheet as an answer in JSON.
func (h *held) print(at time.Time) {
	h.out = append(h.out, "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"...)
	if id, ok := h.plea.ids.sole(); ok && h.plea.door == evaluationDoor {
		h.out = append(append(append(h.out, "X-Request-Id: "...), id...), "\r\n"...)
	}
	h.out = h.lane.dated(h.out, at)
	h.out = strconv.AppendInt(append(h.out, "Content-Length: "...), int64(len(h.sheet.out)), 10)
	h.out = append(append(h.out, "\r\n\r\n"...), h.sheet.out...)
}

// pass appends what the connect door says of a glance.
func (h *held) pass(x *glance) {
	if x.chord.allow {
		h.out = append(h.out, "HTTP/1.1 200 OK\r\n"...)
	} else {
		h.out = append(h.out, "HTTP/1.1 403 Forbidden\r\n"...)
	}
	h.out = append(h.out, "Cache-Control: no-store\r\nContent-Length: 0\r\nX-Decision: "...)
	h.out = append(append(h.out, x.chord.decision[0]...), "\r\nX-Decision-Reason: "...)
	h.out = append(append(h.out, x.chord.codes[0]...), "\r\nX-Decision-Version: "...)
	h.out = append(append(h.out, x.scene.version[0]...), "\r\n"...)
	if until := x.header(h.lane.front.Board.press); until != nil {
		h.out = append(append(append(h.out, "X-Decision-Until: "...), until[0]...), "\r\n"...)
	}
	h.out = append(h.lane.dated(h.out, x.at), "\r\n"...)
}

// slowly asks the door itself and appends what it says.
func (h *held) slowly(ctx context.Context) {
	p, f := &h.plea, h.lane.front
	r := &http.Request{Method: p.method, URL: &url.URL{Path: p.path, RawQuery: p.query}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, ContentLength: int64(len(p.body)), Host: p.host, RemoteAddr: h.remote}
	if len(p.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(p.body))
	}
	for name, said := range map[string]*sayings{f.SystemHeader: &p.system, f.ProviderHeader: &p.provider, f.ServiceHeader: &p.service, "Content-Type": &p.media, "X-Request-Id": &p.ids} {
		if said.n > 0 {
			r.Header[name] = said.list()
		}
	}
	w := &written{head: http.Header{}, status: http.StatusOK}
	f.ServeHTTP(w, r.WithContext(ctx))
	w.head["Content-Length"] = []string{strconv.Itoa(len(w.body))}
	h.out = append(h.out, "HTTP/1.1 "+strconv.Itoa(w.status)+" "+http.StatusText(w.status)+"\r\n"...)
	var head bytes.Buffer
	_ = w.head.Write(&head) // into memory
	now, _ := f.now()
	h.out = h.lane.dated(append(h.out, head.Bytes()...), now)
	h.out = append(append(h.out, "\r\n"...), w.body...)
}

// written keeps what a door writes.
type written struct {
	head   http.Header
	status int
	body   []byte
}

func (w *written) Header() http.Header { return w.head }

func (w *written) WriteHeader(status int) { w.status = status }

func (w *written) Write(b []byte) (int, error) {
	w.body = append(w.body, b...)
	return len(b), nil
}
