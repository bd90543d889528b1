package web

import (
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// merged is the first day of the 34 provinces (NQ 202/2025/QH15).
const merged law.Day = "2025-07-01"

// grid is an arrangement of the country in tiles, north to south.
type grid struct {
	tiles, islands []tile
	cols, rows     int
	title, fold    string // keys of the words
	of             map[string]approval.AgencyCount
}

// gridOf is the arrangement of a day: the 34 provinces as soon as the register
// knows them, the 63 before that.
func gridOf(ov approval.Overview) grid {
	founded := func(x approval.AgencyCount) bool { return x.Agency.Group == "province" && x.Agency.FoundedOn != "" }
	if ov.Day < merged || !slices.ContainsFunc(ov.Agencies, founded) {
		return oldGrid(ov)
	}
	return newGrid(ov)
}

// oldGrid is the 63 provinces until 30 June 2025, found by their codes.
func oldGrid(ov approval.Overview) grid {
	g := grid{tiles: tileGrid(), islands: []tile{{"map.hoangsa", "Hoàng Sa", 10, 7}, {"map.truongsa", "Trường Sa", 15, 7}},
		cols: 8, rows: 22, title: "ov.map", fold: "ov.map.fold", of: map[string]approval.AgencyCount{}}
	for _, x := range ov.Agencies {
		g.of[x.Agency.Code] = x
	}
	return g
}

// newGrid is the 34 provinces from 1 July 2025, found by their names among the
// bodies of the day: successors have no settled codes.
func newGrid(ov approval.Overview) grid {
	g := grid{tiles: mergedGrid(), islands: []tile{{"map.hoangsa", "Hoàng Sa", 9, 6}, {"map.truongsa", "Trường Sa", 13, 6}},
		cols: 7, rows: 18, title: "ov.map34", fold: "ov.map34.fold", of: map[string]approval.AgencyCount{}}
	for _, x := range ov.Agencies {
		if x.Agency.Group == "province" && x.Agency.ExistsOn(ov.Day) {
			g.of[x.Agency.Name] = x
		}
	}
	return g
}

// mergedGrid is where the 34 provinces stand, north to south; the key of a
// tile is the province's name in the register.
func mergedGrid() []tile {
	return []tile{
		{"Tuyên Quang", "Tuyên Quang", 0, 3}, {"Cao Bằng", "Cao Bằng", 0, 4},
		{"Lai Châu", "Lai Châu", 1, 1}, {"Lào Cai", "Lào Cai", 1, 2}, {"Thái Nguyên", "Thái Nguyên", 1, 3}, {"Lạng Sơn", "Lạng Sơn", 1, 4},
		{"Điện Biên", "Điện Biên", 2, 0}, {"Sơn La", "Sơn La", 2, 1}, {"Phú Thọ", "Phú Thọ", 2, 2}, {"Hà Nội", "Hà Nội", 2, 3}, {"Bắc Ninh", "Bắc Ninh", 2, 4}, {"Quảng Ninh", "Quảng Ninh", 2, 5},
		{"Ninh Bình", "Ninh Bình", 3, 3}, {"Hưng Yên", "Hưng Yên", 3, 4}, {"Hải Phòng", "Hải Phòng", 3, 5},
		{"Thanh Hóa", "Thanh Hóa", 4, 3}, {"Nghệ An", "Nghệ An", 5, 2}, {"Hà Tĩnh", "Hà Tĩnh", 6, 3}, {"Quảng Trị", "Quảng Trị", 7, 3},
		{"Thừa Thiên Huế", "TP Huế", 8, 4}, {"Đà Nẵng", "Đà Nẵng", 9, 5}, {"Quảng Ngãi", "Quảng Ngãi", 10, 5}, {"Gia Lai", "Gia Lai", 11, 5}, {"Đắk Lắk", "Đắk Lắk", 12, 5},
		{"Lâm Đồng", "Lâm Đồng", 13, 4}, {"Khánh Hòa", "Khánh Hòa", 13, 5},
		{"Tây Ninh", "Tây Ninh", 14, 2}, {"Đồng Nai", "Đồng Nai", 14, 3},
		{"An Giang", "An Giang", 15, 0}, {"Đồng Tháp", "Đồng Tháp", 15, 1}, {"Vĩnh Long", "Vĩnh Long", 15, 2}, {"Hồ Chí Minh", "TP HCM", 15, 3},
		{"Cần Thơ", "Cần Thơ", 16, 1}, {"Cà Mau", "Cà Mau", 17, 0},
	}
}
