package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/retention"
)

// RetentionPage is what is past its time, what holds it, and what was said.
type RetentionPage struct {
	Page
	Facts   []Fact
	Errors  []ErrorLink
	Holds   []RetentionRow
	Waiting []RetentionRow
	Said    []RetentionRow
	MayAsk  bool
}

// RetentionRow is one thing said of retention, in words.
type RetentionRow struct {
	No                         int64
	What, Ground, By, At, Goes string
	Mine                       bool // the visitor said it
}

// retentionShow shows it to who administers.
func (s *site) retentionShow(v *visit) error { return s.retentionPage(v, http.StatusOK, nil) }

func (s *site) retentionPage(v *visit, status int, fs []approval.Finding) error {
	if s.Retention == nil {
		return s.absent(v)
	}
	rows, err := s.Retention.Store.Retained(v.r.Context())
	if err != nil {
		return err
	}
	old, err := s.Retention.Store.PastTime(v.r.Context(), s.Retention.Limit())
	if err != nil {
		return err
	}
	holds, waiting := retention.Open(rows)
	p := RetentionPage{Page: v.page(v.t("rt.title")), Errors: v.errorLinks(fs, nil), MayAsk: old.Count > 0 && len(holds) == 0 && len(waiting) == 0}
	p.Failed = len(fs) > 0
	p.Facts = []Fact{{Label: v.t("rt.period"), Value: v.t("rt.months", v.num(s.Book.Policy().LogMonths))}, {Label: v.t("rt.before"), Value: v.day(law.DayOf(s.Retention.Limit()))}, {Label: v.t("rt.past"), Value: v.num(int(old.Count))}}
	p.Holds, p.Waiting = v.retentionRows(holds), v.retentionRows(waiting)
	slices.Reverse(rows)
	p.Said = v.retentionRows(rows)
	return v.show(status, "retention", p)
}

func (v *visit) retentionRows(rows []retention.Row) []RetentionRow {
	out := make([]RetentionRow, len(rows))
	for i, r := range rows {
		out[i] = RetentionRow{No: r.No, What: v.t("rt.kind." + r.Kind), Ground: r.Ground, By: r.By.Account, At: v.when(r.At), Mine: r.By.Person == v.actor().Person}
		if r.Of > 0 {
			out[i].What += " " + strconv.FormatInt(r.Of, 10)
		}
		switch {
		case r.Login != "":
			out[i].Goes = v.t("rt.erase.goes", v.num(int(r.Count)), r.Login)
		case r.Count > 0:
			out[i].Goes = v.t("rt.goes", v.num(int(r.Count)))
		}
	}
	return out
}

// retentionDo carries out what was asked: hold, lift, ask, purge, refuse.
func (s *site) retentionDo(v *visit) error {
	if s.Retention == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	in, ctx, d := v.r.PostForm, v.r.Context(), s.Retention
	ground := in.Get("ground")
	no, _ := strconv.ParseInt(in.Get("no"), 10, 64) // not a number: 0, which is absent
	var err error
	switch do := in.Get("do"); do {
	case retention.Hold:
		err = d.Hold(ctx, v.actor(), ground)
	case retention.Lift:
		err = d.Lift(ctx, v.actor(), no, ground)
	case retention.Ask:
		err = d.Ask(ctx, v.actor(), ground)
	case "erase":
		_, err = d.AskErase(ctx, v.actor(), in.Get("login"), ground)
	case retention.Refuse:
		err = d.Refuse(ctx, v.actor(), no, ground)
	case retention.Purge:
		var n int64
		n, err = d.Purge(ctx, v.actor(), no, ground)
		s.Log.Info("past its time, thrown away", "request", v.id, "login", v.account.Login, "rows", n)
	default:
		err = &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Rule: "choice", Says: s.both("rt.choose")}}}
	}
	if r, ok := refusal(err); ok && r.Kind != approval.NotFound && r.Kind != approval.Forbidden {
		return s.retentionPage(v, statusOf(r.Kind), r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/retention?done=rt.done")
}
