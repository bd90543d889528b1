package web

import (
	"net/http"
	"strings"
	"time"

	"capdo/internal/machine"
)

// GatewaysPage lists the machines that may ask the gate.
type GatewaysPage struct {
	Page
	Gateways []MachineRow
}

// MachineRow is a gateway with its keys.
type MachineRow struct {
	Name, Title, Body, Reach, Platforms string
	State                               Tag
	Ground                              string      // of a revocation
	Log                                 *GatewayRow // nil: not for the actor to see
	Pins                                []PinLine
}

// PinLine is one key of a gateway.
type PinLine struct {
	SPKI, From, Until, Ground string
	State                     Tag
}

// gatewaysShow lists those within the actor's reach.
func (s *site) gatewaysShow(v *visit) error {
	if s.Machines == nil {
		return s.absent(v)
	}
	gs, err := s.Machines.List(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	logs := map[string]*GatewayRow{}
	if s.Watch != nil {
		heard, err := s.Watch.Heard(v.r.Context(), v.actor())
		if err != nil {
			return err
		}
		for _, h := range heard {
			row := v.heard(h)
			logs[h.Gateway] = &row
		}
	}
	p := GatewaysPage{Page: v.page(v.t("gw.title"))}
	for i := range gs {
		row := v.gateway(&gs[i])
		row.Log = logs[row.Name]
		p.Gateways = append(p.Gateways, row)
	}
	return v.show(http.StatusOK, "gateways", p)
}

// gateway is one gateway in words.
func (v *visit) gateway(g *machine.Gateway) MachineRow {
	row := MachineRow{Name: g.Name, Title: g.Title, Body: g.Body, Platforms: strings.Join(g.Reach.Platforms, ", "), State: Tag{v.t("gw.active"), "green"}, Reach: v.t("gw.all")}
	if !g.Reach.All {
		row.Reach = strings.Join(append(append([]string(nil), g.Reach.Systems...), g.Reach.Agencies...), ", ")
	}
	if g.Revoked != nil {
		row.State, row.Ground = Tag{v.t("gw.revoked"), "red"}, g.Revoked.Ground
	}
	for i := range g.Pins {
		row.Pins = append(row.Pins, v.pin(&g.Pins[i], v.now))
	}
	return row
}

// pin is one key in words.
func (v *visit) pin(p *machine.Pin, now time.Time) PinLine {
	line := PinLine{SPKI: p.SPKI, From: v.when(p.From), Until: v.when(p.Until)}
	switch {
	case p.Revoked != nil:
		line.State, line.Ground = Tag{v.t("gw.revoked"), "red"}, p.Revoked.Ground
	case now.Before(p.From):
		line.State = Tag{v.t("gw.notyet"), "grey"}
	case !now.Before(p.Until):
		line.State = Tag{v.t("gw.ended"), "red"}
	default:
		line.State = Tag{v.t("gw.valid"), "green"}
	}
	return line
}

// gatewayWords are the phrases of the page on gateways.
func gatewayWords() catalogue {
	return catalogue{
		"gw.title":     {"Máy cổng", "Gateways"},
		"gw.lead":      {"Máy được hỏi cổng kết nối, nhận diện bằng khóa trong chứng thư. Ghi, đổi khóa và thu hồi bằng lệnh capdo gateway.", "Machines that may ask the gate, known by the key of their certificate. They are recorded, given new keys and revoked with capdo gateway."},
		"gw.none":      {"Chưa ghi máy cổng nào trong phạm vi của bạn.", "No gateway is recorded in your scope."},
		"gw.body":      {"Cơ quan vận hành", "Run by"},
		"gw.reach":     {"Được hỏi về", "May ask about"},
		"gw.platforms": {"Nền tảng", "Platforms"},
		"gw.state":     {"Tình trạng", "State"},
		"gw.all":       {"mọi hệ thống", "every system"},
		"gw.active":    {"Đang dùng", "Active"},
		"gw.revoked":   {"Đã thu hồi", "Revoked"},
		"gw.notyet":    {"Chưa đến hạn", "Not yet valid"},
		"gw.ended":     {"Hết hạn", "Ended"},
		"gw.valid":     {"Còn giá trị", "Valid"},
		"gw.key":       {"Dấu vân tay khóa (SHA-256)", "Pin of the key (SHA-256)"},
		"gw.from":      {"Từ", "From"},
		"gw.until":     {"Đến trước", "Until before"},
		"gw.link":      {"Xem các máy cổng được hỏi", "See the gateways that may ask"},
	}
}
