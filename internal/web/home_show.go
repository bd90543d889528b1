package web

import (
	"net/http"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// HomePage is what waits for the actor, with the actor's own figures.
type HomePage struct {
	Page
	Work         []Work
	Waiting      int
	NumbersTitle string
	Day          law.Day
	Total        int
	Rates        []Rate
	Links        []Link
	Board        Board
	Status       []StatusRow // level by status, for who leads
	Trend        *Trend      // likewise
	Leads        bool        // what is to be done stands behind how it stands
}

// homeWork is how much of the queue the first page shows.
const homeWork = 8

// homeShow shows the actor's work, of now or of a day that is over.
func (s *site) homeShow(v *visit) error {
	if v.administers() {
		return v.send("/admin")
	}
	if !v.enters() {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.blind"))
	}
	return s.pointed(v, (*site).homePage)
}

// homePage draws it.
func (s *site) homePage(v *visit) error {
	items, err := v.queue()
	if err != nil {
		return err
	}
	ov, err := s.Office.Overview(v.r.Context(), v.actor(), v.shown())
	if err != nil {
		return err
	}
	p := HomePage{Page: v.page(v.t("home.title")), Waiting: len(items), NumbersTitle: v.t("home.own"),
		Day: v.today(), Total: ov.Total, Rates: v.rates(ov, overviewAsked{x: v.shown()})}
	if v.actor().National() {
		p.NumbersTitle = v.t("home.nation")
	}
	p.Simulated = ov.Simulated > 0
	if p.Board, err = v.board(ov, items); err != nil {
		return err
	}
	if p.Leads = leads(v.actor()); p.Leads && ov.Total > 0 {
		p.Status = v.statusRows(ov, overviewAsked{x: v.shown()})
		ps, err := s.Office.Trend(v.r.Context(), v.actor(), v.today(), trendMonths, approval.Part{})
		if err != nil {
			return err
		}
		t := v.trend(ps)
		p.Trend = &t
	}
	for _, it := range items[:min(len(items), homeWork)] {
		p.Work = append(p.Work, v.work(it))
		p.Simulated = p.Simulated || it.Origin == approval.Simulated
	}
	p.Links = []Link{{Href: "/systems", Text: v.t("nav.systems")}, {Href: "/overview", Text: v.t("nav.overview")},
		{Href: "/gate", Text: v.t("nav.gate")}, {Href: "/law", Text: v.t("nav.law")}, {Href: "/law/calendar", Text: v.t("cal.title")},
		{Href: "/assistant", Text: v.t("as.title")}}
	if s.Notices != nil {
		p.Links = append(p.Links, Link{Href: "/notices", Text: v.t("notice.link")})
	}
	if s.Delegations != nil {
		p.Links = append(p.Links, Link{Href: "/delegations", Text: v.t("dg.link")})
	}
	if s.Connections != nil {
		p.Links = append(p.Links, Link{Href: "/connections", Text: v.t("kn.title")}, Link{Href: "/services", Text: v.t("sv.title")})
	}
	if s.Watch != nil {
		p.Links = append(p.Links, Link{Href: "/alarms", Text: v.t("al.title")})
	}
	if s.WhatIf != nil && mayAskWhatIf(v.actor()) {
		p.Links = append(p.Links, Link{Href: "/what-if", Text: v.t("wi.title")})
	}
	if v.actor().Capacity == law.RoleOperator && !v.past() {
		p.Links = append([]Link{{Href: "/systems/new", Text: v.t("reg.new")}}, p.Links...)
	}
	return v.show(http.StatusOK, "home", p)
}

// leads tells whose first page begins with how it stands: who leads or watches,
// not who handles dossiers.
func leads(a approval.Actor) bool {
	switch a.Capacity {
	case law.RoleOwner, law.RolePrimeMinister, approval.Auditor:
		return true
	}
	return false
}
