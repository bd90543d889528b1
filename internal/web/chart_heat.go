package web

import (
	"net/url"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// HeatMap is agencies by level, each cell in the colour of a share, drawn. The same
// figures stand in a table of rows. All measures are units of the drawing.
type HeatMap struct {
	Width, Height int
	Desc          string
	Heads         []HeatText // of the columns
	Rows          []HeatRow
	Legend        []Key
}

// HeatText is a text at a place.
type HeatText struct {
	X, Y int
	Text string
}

// HeatRow is an agency.
type HeatRow struct {
	Name  HeatText
	Label string // unabridged, for the table
	Cells []HeatCell
}

// HeatCell is a level of an agency; without Class it has no system.
type HeatCell struct {
	Class, Title, Href, Value string
	X, Y, TextX, TextY        int
}

// The measures of a heat map.
const (
	heatLeft  = 210
	heatCellW = 82
	heatCellH = 24
	heatHead  = 26
	heatName  = 26 // most letters of a name
)

// HeatW and HeatH are the size of a cell as drawn.
func (HeatMap) HeatW() int { return heatCellW - 2 }

// HeatH is its height.
func (HeatMap) HeatH() int { return heatCellH - 2 }

// heat colours the systems of each agency at each level by a rate: approved or
// deployed of the total.
func (v *visit) heat(ov approval.Overview, rate string, linked bool) *HeatMap {
	m := &HeatMap{Legend: v.mapLegend()[:5], Desc: v.t("ov.heat.desc", v.t("ov."+rate))}
	levels := []law.Level{1, 2, 3, 4, 5, 0}
	for i, l := range levels {
		m.Heads = append(m.Heads, HeatText{heatLeft + i*heatCellW + heatCellW/2, heatHead - 8, v.levelLabel(l)})
	}
	names := v.names(agenciesOf(ov))
	for _, x := range ov.Agencies {
		if x.Total == 0 {
			continue
		}
		y := heatHead + len(m.Rows)*heatCellH
		row := HeatRow{Label: names[x.Agency.Code], Name: HeatText{heatLeft - 8, y + 16, abridged(names[x.Agency.Code], heatName)}}
		for i, l := range levels {
			c := HeatCell{X: heatLeft + i*heatCellW + 1, Y: y + 1, TextX: heatLeft + i*heatCellW + heatCellW/2, TextY: y + 17}
			if n := x.Levels[l]; n.Total > 0 {
				part := n.Approved
				if rate == "deployed" {
					part = n.Deployed
				}
				c.Class, c.Value = "t"+strconv.Itoa(band(part, n.Total)), v.num(part)+"/"+v.num(n.Total)
				c.Title = row.Label + ", " + v.levelLabel(l) + ": " + v.t("ov.of", v.num(part), v.num(n.Total))
				if linked {
					c.Href = v.counted(approval.CountedAll, url.Values{"owner": {x.Agency.Code}, "level": {strconv.Itoa(int(l))}})
				}
			}
			row.Cells = append(row.Cells, c)
		}
		m.Rows = append(m.Rows, row)
	}
	m.Width, m.Height = heatLeft+len(levels)*heatCellW, heatHead+len(m.Rows)*heatCellH
	return m
}

// abridged is a name of at most n letters.
func abridged(name string, n int) string {
	if r := []rune(name); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return name
}

// Spread is how many agencies stand in each band of a share, as bars that lead to
// those agencies.
type Spread struct {
	Width, Height string
	Bars          []SpreadBar
}

// spreadLeft is room for the name of a band.
const spreadLeft = 130

// SpreadBar is one band.
type SpreadBar struct {
	Bar
	Label, LabelX, LabelY, Href, Count string
}

// spread counts the agencies by band; those that reported nothing stand last.
func (v *visit) spread(ov approval.Overview, rate string, query url.Values) Spread {
	var count [6]int
	most := 1
	for _, x := range ov.Agencies {
		if !x.Agency.Reports() && x.Total == 0 {
			continue
		}
		i := bandOf(x, rate)
		count[i]++
		most = max(most, count[i])
	}
	s := Spread{Width: strconv.Itoa(chartWidth), Height: strconv.Itoa(len(count)*(barHeight+12) + 8)}
	for i, key := range v.mapLegend() {
		y := 8 + i*(barHeight+12)
		w := (chartWidth - spreadLeft - chartRight) * float64(count[i]) / float64(most)
		to := copyValues(query)
		to.Del("lang")
		to.Set("band", strconv.Itoa(i))
		s.Bars = append(s.Bars, SpreadBar{Bar: Bar{Class: key.Class, X: strconv.Itoa(spreadLeft), Y: strconv.Itoa(y), Width: decimal(w), Height: strconv.Itoa(barHeight), TextX: decimal(spreadLeft + w + 6), TextY: strconv.Itoa(y + 13), Value: v.num(count[i])},
			Label: key.Text, LabelX: strconv.Itoa(spreadLeft - 8), LabelY: strconv.Itoa(y + 13), Count: v.num(count[i]), Href: "/overview?" + to.Encode() + "#agencies-h"})
	}
	return s
}

// bandOf is the band of an agency's share: 0 to 4, and 5 where nothing was reported.
func bandOf(x approval.AgencyCount, rate string) int {
	switch {
	case x.Total == 0:
		return 5
	case rate == "deployed":
		return band(x.Deployed, x.Total)
	}
	return band(x.Approved, x.Total)
}
