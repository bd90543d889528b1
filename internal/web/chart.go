package web

import (
	"strconv"

	"capdo/internal/approval"
)

// Bars is a chart of horizontal bars in groups. All numbers are units of the
// drawing; the policy of the pages forbids inline styles, so widths are SVG
// attributes.
type Bars struct {
	Width, Height, Left string
	Groups              []BarGroup
	Legend              []Key
}

// BarGroup is the bars of one level.
type BarGroup struct {
	Label, LabelX, LabelY string
	Bars                  []Bar
}

// Bar is one bar with its figure at the end.
type Bar struct{ Class, X, Y, Width, Height, TextX, TextY, Value string }

// Key explains a colour.
type Key struct{ Class, Text string }

// The measures of the chart.
const (
	chartWidth  = 620
	chartLeft   = 110
	chartRight  = 70 // room for the figure after the longest bar
	barHeight   = 17
	barGap      = 3
	groupHeight = 3*(barHeight+barGap) + 14
)

// bars draws the systems, the approved and the deployed of each level.
func (v *visit) bars(levels []approval.LevelCount) Bars {
	c := Bars{Width: strconv.Itoa(chartWidth), Left: strconv.Itoa(chartLeft), Legend: []Key{
		{"bar-total", v.t("col.total")}, {"bar-approved", v.t("col.ok")}, {"bar-deployed", v.t("col.full")}}}
	most := 1
	for _, l := range levels {
		most = max(most, l.Total)
	}
	y := 8
	for _, l := range levels {
		if !l.Level.Valid() && l.Total == 0 {
			continue
		}
		g := BarGroup{Label: v.levelLabel(l.Level), LabelX: strconv.Itoa(chartLeft - 10), LabelY: strconv.Itoa(y + 2*barHeight)}
		for i, n := range []int{l.Total, l.Approved, l.Deployed} {
			g.Bars = append(g.Bars, v.bar(c.Legend[i].Class, y+i*(barHeight+barGap), n, most))
		}
		c.Groups = append(c.Groups, g)
		y += groupHeight
	}
	c.Height = strconv.Itoa(y)
	return c
}

// bar is one bar at a height, its length in proportion to the most.
func (v *visit) bar(class string, y, n, most int) Bar {
	width := float64(chartWidth-chartLeft-chartRight) * float64(n) / float64(most)
	return Bar{Class: class, X: strconv.Itoa(chartLeft), Y: strconv.Itoa(y), Width: decimal(width), Height: strconv.Itoa(barHeight),
		TextX: decimal(chartLeft + width + 6), TextY: strconv.Itoa(y + barHeight - 3), Value: v.num(n)}
}

// decimal writes a number for SVG: a point, one decimal.
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
