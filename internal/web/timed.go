package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// PastFunc opens the register as it was on a day, as known before an instant; the
// zero instant is what was known at the end of that day. Refusals are those of the
// office.
type PastFunc func(ctx context.Context, on law.Day, known time.Time) (Past, error)

// Past is the register as it was: what the pages of a day that is over are made
// of. Nobody acts in it.
type Past struct {
	AsOf       approval.AsOf
	Office     *approval.Office
	Gate       *gate.Gate
	Plans      *plan.Room
	Tables     Tables
	Statements Statements
	Reports    ReportFunc
	GapsPDF    GapsFunc

	Documents   *attachment.Desk
	Review      ReviewDesk
	Roster      RosterDesk
	Connections *connection.Office
	Duplicates  DuplicatesFunc
	OSCAL       OSCALFunc
	WhatIf      WhatIfFunc
	WhatIfFile  WhatIfFileFunc
}

// PastBand says on a page that it shows the register as it was.
type PastBand struct {
	On, Known string // as typed into the address
	Says      string
	Now       string // this page as it is now
}

// timed serves a page of the register as it is or, where the address says on or
// known, as it was.
func (s *site) timed(h func(*site, *visit) error) http.HandlerFunc {
	return s.inside(func(v *visit) error { return s.pointed(v, h) })
}

// pointed is timed for a visit that may come in.
func (s *site) pointed(v *visit, h func(*site, *visit) error) error {
	on, known, wrong := v.pointAsked()
	switch {
	case wrong != "":
		return v.message(http.StatusUnprocessableEntity, "was.bad", wrong)
	case on == "" || s.Past == nil:
		return h(s, v)
	}
	return s.asOf(v, on, known, h)
}

// asOf serves a page of the register as it was.
func (s *site) asOf(v *visit, on law.Day, known time.Time, h func(*site, *visit) error) error {
	p, err := s.Past(v.r.Context(), on, known)
	if err != nil {
		return err
	}
	then := *v
	then.site, then.really, then.now, then.point = s.then(p), v.now, p.AsOf.Last(), p.AsOf
	then.band = v.bandOf(p.AsOf)
	return h(then.site, &then)
}

// recalled serves a page whose day is one to come: of the register as it is or,
// where the address says known, as it was known by then.
func (s *site) recalled(h func(*site, *visit) error) http.HandlerFunc {
	return s.inside(func(v *visit) error {
		known, ok := v.knownTyped(v.r.URL.Query().Get("known"))
		switch {
		case !ok:
			return v.message(http.StatusUnprocessableEntity, "was.bad", v.t("was.badknown"))
		case known.IsZero() || s.Past == nil:
			return h(s, v)
		}
		return s.asOf(v, law.DayOf(known.Add(-time.Microsecond)), known, h)
	})
}

// shown is the point in both times of which the page speaks: by what is known now
// of today.
func (v *visit) shown() approval.AsOf {
	if v.past() {
		return v.point
	}
	return approval.Believed(v.today())
}

// past tells whether the visit is to the register as it was, where nobody acts.
func (v *visit) past() bool { return !v.really.IsZero() }

// then is the site on the register as it was: what acts, or speaks of now, is
// hidden.
func (s *site) then(p Past) *site {
	return &site{Config: Config{Office: p.Office, Gate: p.Gate, Plans: p.Plans, Tables: p.Tables, Statements: p.Statements, Reports: p.Reports, GapsPDF: p.GapsPDF,
		Documents: p.Documents, Review: p.Review, Roster: p.Roster, Connections: p.Connections, Duplicates: p.Duplicates, OSCAL: p.OSCAL, WhatIf: p.WhatIf, WhatIfFile: p.WhatIfFile,
		Desk: s.Desk, Book: s.Book, Shelf: s.Shelf, Clock: s.Clock, Log: s.Log, Secure: s.Secure, Controls: s.Controls, Record: s.Record, Origin: s.Origin, Proxies: s.Proxies, Side: s.Side},
		words: s.words, pages: s.pages, sheet: s.sheet, script: s.script, keysScript: s.keysScript, sessionScript: s.sessionScript, passkey: s.passkey, deeds: s.deeds, bench: s.bench}
}

// pointAsked reads the point in both times that the address asks for; "" is now.
// wrong names the field and the rule that it breaks.
func (v *visit) pointAsked() (on law.Day, known time.Time, wrong string) {
	q := v.r.URL.Query()
	if text := strings.TrimSpace(q.Get("on")); text != "" {
		var ok bool
		if on, ok = parseDay(text); !ok || on > v.today() {
			return "", known, v.t("was.badon")
		}
	}
	known, ok := v.knownTyped(q.Get("known"))
	if !ok {
		return "", known, v.t("was.badknown")
	}
	switch {
	case on == "" && !known.IsZero():
		on = v.today()
	case on == v.today() && known.IsZero():
		on = ""
	}
	return on, known, ""
}

// knownTyped reads up to when what was recorded counts: the end of a day, or an
// instant; the zero one where nothing is said.
func (v *visit) knownTyped(text string) (known time.Time, ok bool) {
	if text = strings.TrimSpace(text); text == "" {
		return known, true
	}
	if d, ok := parseDay(text); ok {
		return d.AddDays(1).Time(), d <= law.DayOf(v.clockNow())
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.Add(time.Microsecond), err == nil && law.DayOf(t) <= law.DayOf(v.clockNow())
}

// bandOf says of which day a page speaks, and by what knowledge.
func (v *visit) bandOf(x approval.AsOf) *PastBand {
	q := v.r.URL.Query()
	b := &PastBand{On: v.day(x.On), Known: q.Get("known")}
	words := v.when(x.Known)
	if d := law.DayOf(x.Known); d.Time().Equal(x.Known) {
		words = v.t("was.end", v.day(d.AddDays(-1)))
	}
	b.Says = v.t("was.band", b.On, words)
	if !v.actor().National() {
		b.Says += " " + v.t("was.body")
	}
	if d, ok := parseDay(q.Get("on")); !ok || d == x.On { // on other pages it is a day to come
		q.Del("on")
	}
	q.Del("known")
	if b.Now = v.r.URL.Path; len(q) > 0 {
		b.Now += "?" + q.Encode()
	}
	return b
}

// timedHref finds the links to pages that know time.
var timedHref = regexp.MustCompile(`href="(/(?:(?:systems|queue|calendar|gate|statements|statements/[A-Z0-9-]+|overview|duplicates|services|connections(?:/list\.csv|/KN-[0-9]+)?|reports/national\.pdf|tables/[a-z.]+|agencies/[A-Z0-9.]+/(?:years/[0-9]+|papers/[a-z0-9.-]+)` +
	`|systems/[A-Za-z0-9-]+(?:/(?:gaps(?:\.csv|\.pdf)?|report\.pdf|papers/[a-z0-9.-]+|tables/[a-z.]+|review(?:/letter|/consult\.pdf)?|checklist(?:-all|-cards|/[^"?#/]+)?|controls|watch|documents(?:/[0-9]+)?))?)?)(?:\?[^"#]*)?)(#[^"]*)?"`)

// stays keeps the links of a page of the past in the past; the band leads out.
func (b *PastBand) stays(page []byte) []byte {
	point := url.Values{"on": {b.On}}
	if b.Known != "" {
		point.Set("known", b.Known)
	}
	at := strings.ReplaceAll(point.Encode(), "&", "&amp;")
	main := strings.Index(string(page), "<main")
	if main < 0 {
		return page
	}
	return append(page[:main:main], timedHref.ReplaceAllFunc(page[main:], func(link []byte) []byte {
		m := timedHref.FindSubmatch(link)
		href := string(m[1])
		switch {
		case strings.Contains(href, "on="):
			return link
		case strings.Contains(href, "?"):
			href += "&amp;" + at
		default:
			href += "?" + at
		}
		return []byte(`href="` + href + string(m[2]) + `"`)
	})...)
}
