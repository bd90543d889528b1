package gate

import (
	"encoding/json"
	"net/http"

	"capdo/internal/law"
)

// path is where the gate answers.
const path = "/gate/v1/decisions"

// Handler serves path, and refuses everything else it is given in the same
// JSON; see the package comment for the contract.
func (g *Gate) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != path:
			g.refuse(w, http.StatusNotFound, law.Text{VI: "Không có địa chỉ này; hỏi tại " + path + ".", EN: "There is no such address; ask at " + path + "."})
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", http.MethodGet)
			g.refuse(w, http.StatusMethodNotAllowed, law.Text{VI: "Chỉ hỏi bằng phương thức GET.", EN: "Ask with the method GET only."})
		default:
			g.decisions(w, r)
		}
	})
}

// decisions answers one question.
func (g *Gate) decisions(w http.ResponseWriter, r *http.Request) {
	q, bad := parse(r.URL.RawQuery)
	if bad.VI != "" {
		g.refuse(w, http.StatusBadRequest, bad)
		return
	}
	v := g.Ask(r.Context(), q)
	status := http.StatusOK
	if v.Fault {
		status = http.StatusServiceUnavailable
	}
	write(w, status, v)
}

// refuse denies a question that was not understood; nothing of it is repeated.
func (g *Gate) refuse(w http.ResponseWriter, status int, says law.Text) {
	write(w, status, refusal(Question{}, g.Clock().UTC(), "F03", "bad-question", says))
}

// write sends a verdict, which must not be kept by anyone.
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
