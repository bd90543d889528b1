package report

import (
	"slices"
	"strings"
)

// ranked orders agencies by their deployment rate in the register, highest
// first; those without systems come last, in the order of the table.
func ranked(rows []AgencyRow) []AgencyRow {
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b AgencyRow) int {
		x, y := a.Register, b.Register
		switch {
		case x.Total <= 0 && y.Total <= 0:
			return 0
		case x.Total <= 0:
			return 1
		case y.Total <= 0:
			return -1
		}
		switch p, q := float64(x.Deployed)/float64(x.Total), float64(y.Deployed)/float64(y.Total); {
		case p > q:
			return -1
		case p < q:
			return 1
		}
		return y.Total - x.Total
	})
	return out
}

// Geometry of the ranking: two columns of thin bars.
const (
	rankRow   = 4.75
	rankGap   = 5.0
	rankLabel = 41.0
	rankWords = 15.5
)

// ranking draws one thin bar per agency in two columns on pages of its own, with the 50 % line over each column.
func (s *sheet) ranking(title string, rows []AgencyRow) {
	rows = ranked(rows)
	for first := true; len(rows) > 0; first = false {
		if !first {
			s.page()
			title = strings.TrimSuffix(title, " (tiếp theo)") + " (tiếp theo)"
		}
		s.caption(title, 0)
		const belowLegend = 6.5
		perColumn := int((s.bottom() - s.y - belowLegend - 6) / rankRow)
		perColumn = min(perColumn, (len(rows)+1)/2)
		n := min(len(rows), 2*perColumn)
		s.figure("Biểu đồ thanh. "+ranksInWords(rows[:n]), func() {
			s.legend(key{darkGrey, "Đã triển khai đầy đủ trên tổng số HTTT"}, key{255, "Chưa có số liệu"})
			top := s.y
			w := (s.width() - rankGap) / 2
			s.rankColumn(rows[:min(n, perColumn)], marginLeft, w)
			s.y = top
			s.rankColumn(rows[min(n, perColumn):n], marginLeft+w+rankGap, w)
			s.y = top + float64(perColumn)*rankRow + 6
		})
		rows = rows[n:]
	}
	s.y += paragraphGap
}

// ranksInWords says what the ranking shows.
func ranksInWords(rows []AgencyRow) string {
	var parts []string
	for _, a := range rows {
		parts = append(parts, a.Agency+" "+rankText(a))
	}
	return strings.Join(parts, "; ") + "."
}

// rankText is what stands beside the bar of an agency.
func rankText(a AgencyRow) string {
	switch {
	case a.Register.Total > 0:
		return tenths(a.Register.Deployed, a.Register.Total)
	case !a.Reported && !a.Blank:
		return "chưa báo cáo"
	}
	return "chưa có HTTT"
}

func (s *sheet) rankColumn(rows []AgencyRow, x, w float64) {
	top, barX, barW := s.y, x+rankLabel+1, w-rankLabel-rankWords-2
	for _, a := range rows {
		s.rankLabel(a.Agency, x)
		at := box{barX, s.y + 0.9, barW, rankRow - 1.8}
		s.draw(bar{a.Register.Deployed, a.Register.Total, darkGrey, ""}, at)
		s.font("", 8)
		s.put(box{barX + barW + 1, s.y, rankWords, rankRow}, rankText(a), "L")
		s.y += rankRow
	}
	if len(rows) == 0 {
		return
	}
	bottom := s.y
	s.y = top
	s.axis(barX, barW, bottom-top)
}

// rankLabel sets an agency's name, smaller or in two lines if it is long.
func (s *sheet) rankLabel(name string, x float64) {
	var lines []string
	for _, size := range []float64{8.5, 7.5, 6.5} {
		s.font("", size)
		if lines = s.wrap(name, rankLabel, rankLabel); len(lines) == 1 {
			s.put(box{x, s.y, rankLabel, rankRow}, strings.TrimSpace(lines[0]), "R")
			return
		}
	}
	for i, line := range lines[:2] {
		line = strings.TrimSpace(line)
		if i == 1 && len(lines) > 2 {
			line = string([]rune(line)[:max(0, len([]rune(line))-1)]) + "…"
		}
		s.put(box{x, s.y + float64(i)*rankRow/2, rankLabel, rankRow / 2}, line, "R")
	}
}
