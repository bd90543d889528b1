package web

import (
	"bytes"
	"net/http"
	"strconv"

	"capdo/internal/law"
)

// reportNational sends the national report as of a day.
func (s *site) reportNational(v *visit) error {
	return s.report(v, "national", "")
}

// reportSystem sends the sheet of one system.
func (s *site) reportSystem(v *visit) error {
	return s.report(v, "system", v.code())
}

// report makes a report whole before sending any of it.
func (s *site) report(v *visit, kind, code string) error {
	return s.reportOn(v, kind, code, v.dayAsked())
}

// reportOn makes a report as of a day.
func (s *site) reportOn(v *visit, kind, code string, day law.Day) error {
	if s.Reports == nil {
		return s.absent(v)
	}
	var out bytes.Buffer
	if err := s.Reports(v.r.Context(), &out, v.actor(), kind, code, day); err != nil {
		return err
	}
	name := "capdo-" + kind + "-" + string(day) + ".pdf"
	h := v.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(out.Bytes()) // the client may be gone; nothing to do about it
	return nil
}

// dayAsked is the day in the address, else today.
func (v *visit) dayAsked() law.Day {
	if d, ok := parseDay(v.r.URL.Query().Get("on")); ok {
		return d
	}
	return v.today()
}
