package gate

import (
	"net/http"
	"strconv"

	"capdo/internal/law"
)

// decisions answers one question, or many.
func (g *Gate) decisions(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		g.decision(w, r)
	case http.MethodPost:
		g.batch(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		g.refuse(w, http.StatusMethodNotAllowed, law.Text{VI: "Chỉ hỏi bằng phương thức GET hoặc POST.", EN: "Ask with the method GET or POST only."})
	}
}

// decision answers one question.
func (g *Gate) decision(w http.ResponseWriter, r *http.Request) {
	var asked Question
	if fast(r.URL.RawQuery, &asked) {
		if x, ok := g.glimpse(r.Context(), &asked); ok {
			g.tally.seen(decisionDoor, &asked, x.chord.allow)
			s := g.Board.press.take()
			defer g.Board.press.give(s)
			s.times(x.at)
			s.out = append(x.appendVerdict(s.out[:0], &asked, s), '\n')
			g.Board.press.print(w, s)
			return
		}
	}
	q, bad := parse(r.URL.RawQuery)
	if bad.VI != "" {
		g.tally.unread(decisionDoor)
		g.refuse(w, http.StatusBadRequest, bad)
		return
	}
	v := g.Ask(r.Context(), q)
	g.tally.judged(decisionDoor, &q, &v)
	status := http.StatusOK
	if v.Fault {
		status = http.StatusServiceUnavailable
	}
	write(w, status, v)
}

// refuse denies what was not understood; no answer to it can be taken for one
// that was.
func (g *Gate) refuse(w http.ResponseWriter, status int, says law.Text) {
	now, _ := g.now()
	write(w, status, refusal(Question{}, now, unasked(says)))
}

// write sends an answer, which must not be kept by anyone, with its length, so
// that half of one is not taken for the whole.
func write(w http.ResponseWriter, status int, answer any) {
	b := append(plainJSON(answer), '\n')
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client went away: nobody is left to tell
}
