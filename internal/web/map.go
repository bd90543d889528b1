package web

import (
	"net/url"
	"strconv"

	"capdo/internal/approval"
)

// TileMap is the country as tiles, one for each province of the day at its
// relative place. Every tile has the same weight and prints its figure, so that
// colour is never the only sign. The islands Hoàng Sa and Trường Sa are marked;
// they are not counted by themselves.
type TileMap struct {
	Width, Height int
	Title, Desc   string
	Tiles         []TileShape
	Legend        []Key
}

// TileShape is one tile as drawn.
type TileShape struct {
	Name, Value, Title, Class, Href string
	X, Y, W, H, MidX, NameY, NumY   int
}

// tile is a place on the grid, with the key of the province: its code, or its
// name in the register.
type tile struct {
	code, name string
	row, col   int
}

// The measures of a tile.
const tileW, tileH = 94, 42

// tileGrid is where the 63 provinces stand, north to south.
func tileGrid() []tile {
	return []tile{
		{"H22", "Hà Giang", 0, 3}, {"H14", "Cao Bằng", 0, 4},
		{"H35", "Lai Châu", 1, 1}, {"H38", "Lào Cai", 1, 2}, {"H60", "Tuyên Quang", 1, 3}, {"H03", "Bắc Kạn", 1, 4}, {"H37", "Lạng Sơn", 1, 5},
		{"H18", "Điện Biên", 2, 0}, {"H63", "Yên Bái", 2, 2}, {"H62", "Vĩnh Phúc", 2, 3}, {"H55", "Thái Nguyên", 2, 4}, {"H02", "Bắc Giang", 2, 5}, {"H49", "Quảng Ninh", 2, 6},
		{"H52", "Sơn La", 3, 1}, {"H44", "Phú Thọ", 3, 2}, {"H26", "Hà Nội", 3, 3}, {"H05", "Bắc Ninh", 3, 4}, {"H23", "Hải Dương", 3, 5}, {"H24", "Hải Phòng", 3, 6},
		{"H28", "Hòa Bình", 4, 2}, {"H25", "Hà Nam", 4, 3}, {"H31", "Hưng Yên", 4, 4}, {"H54", "Thái Bình", 4, 5},
		{"H56", "Thanh Hóa", 5, 2}, {"H42", "Ninh Bình", 5, 3}, {"H40", "Nam Định", 5, 4},
		{"H41", "Nghệ An", 6, 2}, {"H27", "Hà Tĩnh", 7, 3}, {"H46", "Quảng Bình", 8, 3}, {"H50", "Quảng Trị", 9, 4},
		{"H57", "TT Huế", 10, 4}, {"H17", "Đà Nẵng", 10, 5},
		{"H34", "Kon Tum", 11, 4}, {"H47", "Quảng Nam", 11, 5}, {"H21", "Gia Lai", 12, 4}, {"H48", "Quảng Ngãi", 12, 5},
		{"H15", "Đắk Lắk", 13, 4}, {"H08", "Bình Định", 13, 5}, {"H16", "Đắk Nông", 14, 4}, {"H45", "Phú Yên", 14, 5},
		{"H10", "Bình Phước", 15, 3}, {"H36", "Lâm Đồng", 15, 4}, {"H32", "Khánh Hòa", 15, 5},
		{"H53", "Tây Ninh", 16, 2}, {"H09", "Bình Dương", 16, 3}, {"H19", "Đồng Nai", 16, 4}, {"H43", "Ninh Thuận", 16, 5},
		{"H39", "Long An", 17, 2}, {"H29", "TP HCM", 17, 3}, {"H06", "BR-VT", 17, 4}, {"H11", "Bình Thuận", 17, 5},
		{"H01", "An Giang", 18, 0}, {"H20", "Đồng Tháp", 18, 1}, {"H58", "Tiền Giang", 18, 2}, {"H07", "Bến Tre", 18, 3},
		{"H33", "Kiên Giang", 19, 0}, {"H13", "Cần Thơ", 19, 1}, {"H61", "Vĩnh Long", 19, 2}, {"H59", "Trà Vinh", 19, 3},
		{"H30", "Hậu Giang", 20, 1}, {"H51", "Sóc Trăng", 20, 2}, {"H12", "Cà Mau", 21, 0}, {"H04", "Bạc Liêu", 21, 1},
	}
}

// tileMap colours the provinces by a rate: approved or deployed of the total.
func (v *visit) tileMap(g grid, rate string) *TileMap {
	m := &TileMap{Width: g.cols * tileW, Height: g.rows * tileH, Legend: v.mapLegend(), Title: v.t(g.title),
		Desc: v.t("ov.map.desc", v.t("ov."+rate)) + " " + v.t(g.fold)}
	for _, t := range g.tiles {
		x, ok := g.of[t.code]
		m.Tiles = append(m.Tiles, v.tile(t, x, ok && x.Reported, rate))
	}
	for _, t := range g.islands {
		s := place(t)
		s.Class, s.Title, s.NameY = "ti", v.t(t.code), s.Y+tileH/2+3
		m.Tiles = append(m.Tiles, s)
	}
	return m
}

// tile is one province in its colour.
func (v *visit) tile(t tile, x approval.AgencyCount, reported bool, rate string) TileShape {
	s := place(t)
	if !reported {
		s.Class, s.Value, s.Title = "tn", "–", t.name+": "+v.t("ov.silent")
		return s
	}
	n := x.Approved
	if rate == "deployed" {
		n = x.Deployed
	}
	s.Value, s.Class = v.pct(n, x.Total), "t"+strconv.Itoa(band(n, x.Total))
	s.Title = v.agency(x.Agency.Name, x.Agency.NameEN) + ": " + v.t("ov.of", v.num(n), v.num(x.Total))
	s.Href = "/systems?" + url.Values{"owner": {x.Agency.Code}}.Encode()
	return s
}

// place puts a tile on the drawing.
func place(t tile) TileShape {
	x, y := t.col*tileW, t.row*tileH
	return TileShape{Name: t.name, X: x + 1, Y: y + 1, W: tileW - 2, H: tileH - 2, MidX: x + tileW/2, NameY: y + 17, NumY: y + 34}
}

// band is the colour of a share: below 25, 50, 75, 100 percent, and all.
func band(n, total int) int { return min(4, 4*n/max(total, 1)) }

// mapLegend explains the colours.
func (v *visit) mapLegend() []Key {
	return []Key{{"t0", "< 25%"}, {"t1", "25–49%"}, {"t2", "50–74%"}, {"t3", "75–99%"}, {"t4", "100%"}, {"tn", v.t("ov.silent")}}
}
