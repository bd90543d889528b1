package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"capdo/internal/machine"
)

// GatewaysPage lists the machines that may ask the gate.
type GatewaysPage struct {
	Page
	Gateways []MachineRow
	Lists    *ListsLine // nil: none is signed here
	MayKeep  bool
}

// MachineRow is a gateway with its keys.
type MachineRow struct {
	Name, Title, Body, Reach, Platforms string
	State                               Tag
	Ground                              string      // of a revocation
	Log                                 *GatewayRow // nil: not for the actor to see
	Pins                                []PinLine
	Acts                                []ActLink // for who keeps the list
}

// PinLine is one key of a gateway.
type PinLine struct {
	SPKI, From, Until, Ground string
	State                     Tag
	Unpin                     string // address of its revocation, "" when there is nothing to revoke, or not for the actor
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
	p := GatewaysPage{Page: v.page(v.t("gw.title")), Lists: s.lists(v), MayKeep: s.Machines.MayKeep(v.actor(), v.today())}
	for i := range gs {
		row := v.gateway(&gs[i])
		row.Log = logs[row.Name]
		if p.MayKeep && gs[i].Revoked == nil {
			v.offer(&row, &gs[i])
		}
		p.Gateways = append(p.Gateways, row)
	}
	return v.show(http.StatusOK, "gateways", p)
}

// offer adds the addresses of what may be done with a gateway.
func (v *visit) offer(row *MachineRow, g *machine.Gateway) {
	at := "/gateways/" + url.PathEscape(g.Name) + "/"
	for _, act := range []string{"pin", "reach", "revoke"} {
		row.Acts = append(row.Acts, ActLink{Href: at + act, Text: v.t("gw.act." + act), First: act == "pin"})
	}
	for i := range g.Pins {
		if p := &g.Pins[i]; p.Revoked == nil && v.now.Before(p.Until) {
			row.Pins[i].Unpin = at + "unpin?" + url.Values{"spki": {p.SPKI}}.Encode()
		}
	}
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
		"gw.lead":      {"Máy được hỏi cổng kết nối, nhận diện bằng khóa trong chứng thư. Cơ quan quản lý ghi, đổi khóa và thu hồi; mỗi lần là một mục trong sổ cái.", "Machines that may ask the gate, known by the key of their certificate. The regulator records them, gives them new keys and revokes them; each time is an entry of the ledger."},
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
		"gw.new":       {"Ghi máy cổng", "Record a gateway"},
		"gw.unpin":     {"Thu hồi khóa", "Revoke the key"},
		"gw.do":        {"Thao tác", "What may be done"},

		"gw.act.pin":    {"Thêm khóa", "Add a key"},
		"gw.act.reach":  {"Đổi phạm vi", "Change what it may ask about"},
		"gw.act.revoke": {"Thu hồi máy cổng", "Revoke the gateway"},

		"gw.lists":         {"Danh sách và bản chụp đã ký", "Signed lists and snapshots"},
		"gw.lists.good":    {"Đang ký đúng hạn", "Signed in time"},
		"gw.lists.stopped": {"Không ký được", "Cannot be signed"},
		"gw.lists.until":   {"Ký lúc %s, dùng được đến %s.", "Signed at %s, usable until %s."},
		"gw.lists.late":    {"Bản ký lúc %s còn dùng được đến %s; chưa ký được bản mới.", "What was signed at %s is usable until %s; nothing newer could be signed yet."},
		"gw.lists.half":    {"Bản ký lúc %s đã qua nửa thời gian dùng được; hết lúc %s, sau đó máy cổng dùng danh sách sẽ từ chối. Xem nhật ký của chương trình: đồng hồ, khóa ký, sổ cái.", "Half of the usable time of what was signed at %s is over; it ends at %s, and gateways that rest on lists will then deny. See the log of the program: the clock, the signing key, the ledger."},
		"gw.lists.none":    {"Chưa ký bản nào.", "Nothing was signed yet."},
		"gw.lists.clock":   {"Đồng hồ chỉ được đối chiếu với sổ cái; đặt nguồn giờ bằng --time-source.", "The clock is held against the ledger alone; give a time source with --time-source."},

		"done.gw-add":    {"Đã ghi máy cổng.", "The gateway is recorded."},
		"done.gw-pin":    {"Đã thêm khóa. Khóa dùng được ngay.", "The key is added and counts at once."},
		"done.gw-unpin":  {"Đã thu hồi khóa. Yêu cầu kế tiếp bằng khóa này bị từ chối.", "The key is revoked. The next request by it is refused."},
		"done.gw-reach":  {"Đã đổi phạm vi được hỏi.", "What it may ask about is changed."},
		"done.gw-revoke": {"Đã thu hồi máy cổng.", "The gateway is revoked."},
		"gw.link":        {"Xem các máy cổng được hỏi", "See the gateways that may ask"},
	}
}
