package web

import (
	"bytes"
	"net/http"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/opendata"
)

// PublicPage is the figures that the owner publishes.
type PublicPage struct {
	Page
	On, Rule string
	Rows     []PublicRow
}

// PublicRow is a line.
type PublicRow struct{ Name, Total, Approved, Deployed string }

// published are the figures of the last day of the month before, as they were
// believed at its end and the office counts them for the nation. Two days side by
// side differ by what one body did, so that days are not published; two months differ
// by what all did, and name nobody.
func (s *site) published(v *visit) (opendata.Set, error) {
	nobody := approval.Actor{Capacity: approval.Auditor}
	ov, err := s.Office.Overview(v.r.Context(), nobody, approval.Believed(law.Day(v.today()[:len("2006-01-")]+"01").AddDays(-1)))
	if err != nil {
		return opendata.Set{}, err
	}
	return opendata.Of(ov, s.Book.Policy().PublicLeast), nil
}

// publicShow shows the figures to anyone.
func (s *site) publicShow(v *visit) error {
	set, err := s.published(v)
	if err != nil {
		return err
	}
	p := PublicPage{Page: v.page(v.t("pu.title")), On: v.day(law.Day(set.Day)), Rule: v.t("pu.rule", v.num(set.Least))}
	p.Simulated = set.Simulated
	for _, r := range set.Rows {
		var names []string
		for _, k := range r.Keys {
			names = append(names, v.t("pu."+r.By+"."+k))
		}
		p.Rows = append(p.Rows, PublicRow{strings.Join(names, " + "), v.num(r.Total), v.num(r.Approved), v.num(r.Deployed)})
	}
	return v.show(http.StatusOK, "public", p)
}

// publicData sends the figures as open data.
func (s *site) publicData(kind string, write func(opendata.Set, *bytes.Buffer) error) func(*visit) error {
	return func(v *visit) error {
		set, err := s.published(v)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := write(set, &b); err != nil {
			return err
		}
		v.w.Header().Set("Content-Type", kind)
		_, _ = v.w.Write(b.Bytes()) // the client may be gone; nothing to do about it
		return nil
	}
}

// publicRoutes are the addresses of what is published.
func (s *site) publicRoutes(mux addresses) {
	mux.HandleFunc("GET /public", s.outside(s.publicShow))
	mux.HandleFunc("GET /public/figures.csv", s.outside(s.publicData("text/csv; charset=utf-8", func(x opendata.Set, b *bytes.Buffer) error { return x.CSV(b) })))
	mux.HandleFunc("GET /public/figures.json", s.outside(s.publicData("application/json", func(x opendata.Set, b *bytes.Buffer) error { return x.JSON(b) })))
	mux.HandleFunc("GET /public/schema.json", s.outside(s.publicData("application/schema+json", func(_ opendata.Set, b *bytes.Buffer) error {
		_, err := b.Write(opendata.Schema)
		return err
	})))
}
