package machine

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
)

// The bounds of what a record may hold.
const (
	maxName  = 64
	maxTitle = 200
	maxCodes = 1000 // systems or agencies of one reach
)

// flaws finds what is wrong with a record, its pins aside.
func (g *Gateway) flaws(tx Tx) ([]approval.Finding, error) {
	var fs []approval.Finding
	add := func(field, rule, vi, en string) { fs = append(fs, finding(field, rule, vi, en)) }
	if g.Name == "" || len(g.Name) > maxName || strings.Trim(g.Name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		add("name", "gateway-name", "Tên máy cổng gồm 1 đến 64 ký tự: chữ thường không dấu, chữ số, dấu chấm, dấu gạch nối", "The name has 1 to 64 characters: small letters, digits, dot, hyphen")
	}
	if g.Title == "" || len([]rune(g.Title)) > maxTitle {
		add("title", "gateway-title", "Nhập tên gọi của máy cổng, tối đa 200 ký tự", "Enter what the gateway is called, at most 200 characters")
	}
	if u, err := url.Parse(g.SAN); err != nil || g.SAN != "" && (u.Scheme == "" || len(g.SAN) > maxTitle) {
		add("san", "gateway-san", "SAN là một URI đầy đủ, ví dụ spiffe://ndxp/gw-1, hoặc để trống", "The SAN is a whole URI, such as spiffe://ndxp/gw-1, or empty")
	}
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	known := func(code string) bool {
		return slices.ContainsFunc(agencies, func(a approval.Agency) bool { return a.Code == code })
	}
	if !known(g.Body) {
		add("body", "agency-unknown", "Chọn cơ quan vận hành có trong sổ đăng ký", "Choose an agency of the register")
	}
	more, err := g.Reach.flaws(tx, known)
	return append(fs, more...), err
}

// flaws finds what is wrong with a reach.
func (r Reach) flaws(tx Tx, known func(string) bool) ([]approval.Finding, error) {
	var fs []approval.Finding
	add := func(field, rule, vi, en string) { fs = append(fs, finding(field, rule, vi, en)) }
	if len(r.Platforms) == 0 || slices.ContainsFunc(r.Platforms, func(p string) bool { return p != NDXP && p != NDOP }) || len(slices.Compact(slices.Sorted(slices.Values(r.Platforms)))) != len(r.Platforms) {
		add("platforms", "gateway-platform", "Chọn nền tảng: NDXP, NDOP hoặc cả hai", "Choose the platform: NDXP, NDOP or both")
	}
	some := len(r.Systems)+len(r.Agencies) > 0
	switch {
	case r.All && some:
		add("all", "gateway-reach-both", "Đã chọn mọi hệ thống thì không liệt kê hệ thống, cơ quan", "With every system, list no system and no agency")
	case !r.All && !some:
		add("systems", "gateway-reach-none", "Nêu hệ thống hoặc cơ quan mà máy cổng được hỏi, hoặc chọn mọi hệ thống", "Name the systems or agencies it may ask about, or choose every system")
	case len(r.Systems) > maxCodes || len(r.Agencies) > maxCodes:
		add("systems", "gateway-reach-long", "Không liệt kê quá 1.000 mã", "List no more than 1,000 codes")
		return fs, nil
	}
	for _, code := range r.Agencies {
		if !known(code) {
			add("agencies", "agency-unknown", fmt.Sprintf("Sổ đăng ký không có cơ quan «%s»", code), fmt.Sprintf("The register has no agency “%s”", code))
		}
	}
	for _, code := range r.Systems {
		if _, err := tx.System(code); absent(err) {
			add("systems", "system-unknown", fmt.Sprintf("Sổ đăng ký không có hệ thống «%s»", code), fmt.Sprintf("The register has no system “%s”", code))
		} else if err != nil {
			return nil, err
		}
	}
	return fs, nil
}

// addPin adds a key, or tells what is wrong with it.
func (o *Registry) addPin(tx Tx, g *Gateway, a approval.Actor, now time.Time, in PinInput) ([]approval.Finding, error) {
	days := o.Book.Policy().GatewayPinDays
	p := Pin{SPKI: strings.ToLower(in.SPKI), Key: in.Key, From: in.From.UTC().Truncate(time.Second), Until: in.Until.UTC().Truncate(time.Second), By: a.Who(), At: now}
	if in.From.IsZero() {
		p.From = now.Truncate(time.Second)
	}
	if in.Until.IsZero() {
		p.Until = p.From.AddDate(0, 0, days)
		if !in.Certificate.IsZero() && in.Certificate.Before(p.Until) {
			p.Until = in.Certificate.UTC().Truncate(time.Second)
		}
	}
	var fs []approval.Finding
	add := func(field, rule, vi, en string) { fs = append(fs, finding(field, rule, vi, en)) }
	if raw, err := hex.DecodeString(p.SPKI); err != nil || len(raw) != 32 {
		add("spki", "pin-form", "Dấu vân tay khóa là SHA-256 dạng hex, 64 ký tự", "The pin is a SHA-256 in hex, 64 characters")
	} else if taken, err := tx.PinTaken(p.SPKI); err != nil {
		return nil, err
	} else if taken || g.Pin(p.SPKI) != nil {
		add("spki", "pin-taken", "Khóa này đã được ghi; mỗi khóa chỉ dùng cho một máy cổng, khóa đã thu hồi không dùng lại", "This key is on record; a key serves one gateway, and a revoked one no more")
	}
	if p.Key != "" && !p.keyFits() {
		add("key", "pin-key", "Khóa công khai không khớp dấu vân tay", "The public key does not have this pin")
	}
	switch {
	case !p.From.Before(p.Until) || !now.Before(p.Until):
		add("until", "pin-ends", "Ngày hết hạn của khóa phải sau ngày bắt đầu và sau lúc này", "The key must end after it begins, and after now")
	case p.Until.After(p.From.AddDate(0, 0, days)):
		add("until", "pin-too-long", fmt.Sprintf("Khóa có giá trị tối đa %d ngày", days), fmt.Sprintf("A key is valid for at most %d days", days))
	case g.depth(p) > maxOverlap:
		add("from", "pin-overlap", "Tại một thời điểm máy cổng có tối đa hai khóa còn giá trị; thu hồi khóa cũ trước", "At any instant at most two keys of a gateway are valid; revoke an old one first")
	}
	g.Pins = append(g.Pins, p)
	return fs, nil
}

// keyFits tells whether the key is the one the pin names.
func (p *Pin) keyFits() bool {
	der, err := base64.StdEncoding.DecodeString(p.Key)
	return err == nil && HashSPKI(der) == p.SPKI
}

// depth is how many pins, p included, are valid at the worst instant of p's life.
func (g *Gateway) depth(p Pin) int {
	starts := []time.Time{p.From}
	for _, q := range g.Pins {
		if q.From.After(p.From) && q.From.Before(p.Until) {
			starts = append(starts, q.From)
		}
	}
	worst := 0
	for _, at := range starts {
		n := 1
		for i := range g.Pins {
			if g.Pins[i].Valid(at) {
				n++
			}
		}
		worst = max(worst, n)
	}
	return worst
}
