package web

import (
	"net/http"
	"strconv"
)

// file is an answer to keep.
type file struct {
	kind string // csv or pdf
	name string // without the kind
	body []byte
}

// mimeOf is the media type of a kind of file.
func mimeOf(kind string) string {
	if kind == "csv" {
		return "text/csv; charset=utf-8"
	}
	return "application/pdf"
}

// whatIfFile sends the whole answer as a file of a kind, csv or pdf.
func whatIfFile(kind string) func(*site, *visit) error {
	return func(s *site, v *visit) error {
		if s.WhatIfFile == nil || !mayAskWhatIf(v.actor()) {
			return s.absent(v)
		}
		var p WhatIfPage
		q, ok := v.whatIfAsked(v.r.URL.Query(), &p)
		if !ok {
			return v.message(http.StatusUnprocessableEntity, "msg.422", p.DayError+p.RulesError)
		}
		return s.whatIfSend(v, kind, q)
	}
}

// sendFile sends a whole file to be kept.
func (v *visit) sendFile(f file) error {
	h := v.w.Header()
	h.Set("Content-Type", mimeOf(f.kind))
	h.Set("Content-Disposition", `attachment; filename="`+f.name+"."+f.kind+`"`)
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(f.body) // the client may be gone; nothing to do about it
	return nil
}
