package web

import (
	"bytes"
	"net/http"
	"strconv"
)

// whatIfFile sends the whole answer as a file of a kind, csv or pdf.
func (s *site) whatIfFile(kind, mime string) func(*visit) error {
	return func(v *visit) error {
		if s.WhatIfFile == nil || !mayAskWhatIf(v.actor()) {
			return s.absent(v)
		}
		var p WhatIfPage
		q, ok := v.whatIfAsked(v.r.URL.Query(), &p)
		if !ok {
			return v.message(http.StatusUnprocessableEntity, "msg.422", p.DayError+p.RulesError)
		}
		var out bytes.Buffer
		if err := s.WhatIfFile(v.r.Context(), &out, v.actor(), kind, q.rules, q.on); err != nil {
			return err
		}
		h := v.w.Header()
		h.Set("Content-Type", mime)
		h.Set("Content-Disposition", `attachment; filename="capdo-what-if-`+string(q.rules)+"-"+string(q.on)+"."+kind+`"`)
		h.Set("Content-Length", strconv.Itoa(out.Len()))
		v.w.WriteHeader(http.StatusOK)
		_, _ = v.w.Write(out.Bytes()) // the client may be gone; nothing to do about it
		return nil
	}
}
