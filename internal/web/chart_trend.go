package web

import (
	"net/url"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Trend is how two shares went over the months, drawn and as a table.
type Trend struct {
	Width, Height, Left, Right, Bottom string
	Lines                              []TrendLine
	Marks                              []TrendMark // of the axes
	Targets                            []TrendMark // days by which everything was due
	Rows                               []Figures   // the same, month by month
	Legend                             []Key
}

// TrendLine is one share.
type TrendLine struct{ Class, Points string }

// TrendMark is a line with a label: of a share when Y is set, else of a day.
type TrendMark struct{ X, Y, TextX, TextY, Text string }

// The measures of the drawing.
const (
	trendMonths = 24
	trendWidth  = 620
	trendLeft   = 56
	trendRight  = 52 // half of a day, after the last point
	trendTop    = 12
	trendBase   = 190 // where 0 % stands
	trendHeight = 216
)

// trend draws the shares approved and deployed at the end of each month.
func (v *visit) trend(ps []approval.Point) Trend {
	t := Trend{Width: strconv.Itoa(trendWidth), Height: strconv.Itoa(trendHeight), Left: strconv.Itoa(trendLeft), Right: strconv.Itoa(trendWidth), Bottom: strconv.Itoa(trendBase),
		Legend: []Key{{"bar-approved", v.t("ov.approved")}, {"bar-deployed", v.t("ov.deployed")}}}
	first, last := ps[0].Day.Time(), ps[len(ps)-1].Day.Time()
	x := func(d law.Day) float64 {
		return trendLeft + (trendWidth-trendLeft-trendRight)*float64(d.Time().Sub(first))/float64(last.Sub(first))
	}
	y := func(n, of int) float64 { return trendBase - (trendBase-trendTop)*float64(n)/float64(max(of, 1)) }
	var approved, deployed []string
	for _, p := range ps {
		row := v.figures(v.day(p.Day), p.Total, p.Approved, p.Deployed)
		row.Href = "/overview?" + url.Values{"on": {row.Label}}.Encode()
		t.Rows = append(t.Rows, row)
		if p.Total == 0 {
			continue
		}
		approved = append(approved, decimal(x(p.Day))+","+decimal(y(p.Approved, p.Total)))
		deployed = append(deployed, decimal(x(p.Day))+","+decimal(y(p.Deployed, p.Total)))
	}
	t.Lines = []TrendLine{{"line-approved", strings.Join(approved, " ")}, {"line-deployed", strings.Join(deployed, " ")}}
	for share := 0; share <= 100; share += 50 {
		at := decimal(y(share, 100))
		t.Marks = append(t.Marks, TrendMark{Y: at, TextX: strconv.Itoa(trendLeft - 6), TextY: decimal(y(share, 100) + 4), Text: strconv.Itoa(share) + " %"})
	}
	for _, d := range v.Book.Deadlines(ps[0].Day, ps[len(ps)-1].Day) {
		if d.ID == approveTarget || d.ID == deployTarget {
			t.Targets = append(t.Targets, TrendMark{X: decimal(x(d.Day)), TextX: decimal(x(d.Day) + 4), TextY: strconv.Itoa(trendTop + 10), Text: v.day(d.Day)})
		}
	}
	if d, _, ok := v.Book.ConformityDue(law.R85); ok && d >= ps[0].Day && d <= ps[len(ps)-1].Day {
		t.Targets = append(t.Targets, TrendMark{X: decimal(x(d)), TextX: decimal(x(d) + 4), TextY: strconv.Itoa(trendTop + 24), Text: v.day(d)})
	}
	for _, p := range []approval.Point{ps[0], ps[len(ps)-1]} {
		t.Marks = append(t.Marks, TrendMark{TextX: decimal(x(p.Day)), TextY: strconv.Itoa(trendBase + 18), Text: v.day(p.Day)})
	}
	return t
}
