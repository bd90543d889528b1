package gate

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"slices"

	"capdo/internal/law"
)

const (
	maxQuestions = 1000
	maxBatch     = 1 << 20  // bytes of a body with many questions
	maxSingle    = 64 << 10 // bytes of a body with one
)

// batch answers many questions at one state of the register.
func (g *Gate) batch(w http.ResponseWriter, r *http.Request) {
	p := g.press()
	s := p.take()
	defer p.give(s)
	in, status, bad := s.body(w, r, maxBatch)
	qs := s.qs[:0]
	switch {
	case bad.VI != "":
	case r.URL.RawQuery != "":
		status, bad = http.StatusBadRequest, law.Text{VI: "Câu hỏi nằm trong nội dung, không nằm trong tham số.", EN: "The questions are in the body, not in parameters."}
	default:
		status = http.StatusBadRequest
		qs, bad = parseBatch(&s.doc, in, qs)
		s.qs = qs
	}
	if bad.VI != "" {
		g.tally.unread(batchDoor)
		g.refuse(w, status, bad)
		return
	}
	if g.swiftBatch(r.Context(), s) {
		s.out = append(s.out[:0], `{"answers":[`...)
		for i := range s.seen {
			if i > 0 {
				s.out = append(s.out, ',')
			}
			s.out = s.seen[i].appendVerdict(s.out, &s.qs[i], s)
			g.tally.seen(batchDoor, &s.qs[i], s.seen[i].chord.allow)
		}
		s.out = append(s.out, "]}\n"...)
		g.Board.press.print(w, s)
		return
	}
	vs := g.AskAll(r.Context(), qs)
	for i := range vs {
		g.tally.judged(batchDoor, &qs[i], &vs[i])
	}
	status = http.StatusOK
	if slices.ContainsFunc(vs, func(v Verdict) bool { return v.Fault }) {
		status = http.StatusServiceUnavailable
	}
	write(w, status, struct {
		Answers []Verdict `json:"answers"`
	}{vs})
}

// press prints from the board; without one it only lends sheets.
func (g *Gate) press() *press {
	if g.Board != nil {
		return g.Board.press
	}
	return newPress()
}

// body reads a body into the sheet where its length is told.
func (s *sheet) body(w http.ResponseWriter, r *http.Request, most int64) ([]byte, int, law.Text) {
	ok, err := s.slurp(r, most)
	switch {
	case !ok:
		return body(w, r, most)
	case err != nil:
		return nil, http.StatusBadRequest, law.Text{VI: "Không đọc được nội dung.", EN: "The body cannot be read."}
	}
	return s.in, 0, law.Text{}
}

// body reads a body of JSON no longer than most bytes; bad says why it is
// refused, with that status.
func body(w http.ResponseWriter, r *http.Request, most int64) (in []byte, status int, bad law.Text) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, http.StatusBadRequest, law.Text{VI: "Content-Type phải là application/json.", EN: "The Content-Type must be application/json."}
	}
	var b bytes.Buffer
	b.Grow(int(min(max(r.ContentLength, 0), most)) + bytes.MinRead)
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, most))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return nil, http.StatusRequestEntityTooLarge, law.Text{VI: "Nội dung quá dài.", EN: "The body is too long."}
	}
	if err != nil {
		return nil, http.StatusBadRequest, law.Text{VI: "Không đọc được nội dung.", EN: "The body cannot be read."}
	}
	return b.Bytes(), 0, bad
}

// parseBatch reads {"questions":[…]} strictly. What is not JSON of that form
// refuses the whole; a question that can be read and not be asked is refused in
// its place.
func parseBatch(doc *document, in []byte, into []Question) (qs []Question, bad law.Text) {
	qs = into
	bad = doc.parse(in, func(d *document) bool {
		return d.object(func(name []byte) bool {
			if string(name) != "questions" {
				return d.unknown(name)
			}
			return d.array(func() bool {
				var q Question
				qs = append(qs, q)
				return d.count(len(qs)) && d.question(&qs[len(qs)-1])
			})
		})
	})
	if bad.VI == "" && len(qs) == 0 {
		bad = law.Text{VI: "Không có câu hỏi nào trong «questions».", EN: "There is no question in “questions”."}
	}
	return qs, bad
}

// question reads one question.
func (d *document) question(q *Question) bool {
	return d.object(func(name []byte) bool {
		switch string(name) {
		case "provider", "consumer", "at", "known", "platform", "service", "profile":
		default:
			return d.unknown(name)
		}
		val, ok := d.text()
		if says := q.set(string(name), []string{string(val)}); says.VI != "" && q.bad.code == "" {
			q.bad = unasked(says)
		}
		return ok
	})
}

// count refuses more questions than may be asked at once.
func (d *document) count(n int) bool {
	return n <= maxQuestions || d.fail("Quá 1.000 câu hỏi một lần.", "More than 1,000 questions at once.")
}

// unknown refuses a member by its name.
func (d *document) unknown(name []byte) bool {
	return d.fail("Không biết thành phần"+named(name)+".", "The member"+named(name)+" is not known.")
}
