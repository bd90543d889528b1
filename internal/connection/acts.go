package connection

import (
	"context"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// RequestInput is what a consumer states to ask for a connection.
type RequestInput struct {
	Consumer, Service string
	Purpose, Basis    string
	Platform          string // NDXP, NDOP
	Profile           string // Production, Sandbox
}

// check finds what is wrong with a request as such.
func (in RequestInput) check() []approval.Finding {
	var fs []approval.Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if strings.TrimSpace(in.Purpose) == "" {
		add("purpose", "purpose-missing", "Nhập mục đích khai thác dữ liệu", "Enter the purpose of the use")
	}
	if strings.TrimSpace(in.Basis) == "" {
		add("basis", "basis-missing", "Nhập căn cứ pháp lý của việc khai thác", "Enter the legal basis of the use")
	}
	if in.Platform != "NDXP" && in.Platform != "NDOP" {
		add("platform", "platform-unknown", "Chọn nền tảng kết nối", "Choose the platform")
	}
	if in.Profile != Production && in.Profile != Sandbox {
		add("profile", "profile-unknown", "Chọn môi trường", "Choose the environment")
	}
	return fs
}

// Request asks for a connection of a system of the actor's body. In the sandbox
// it is open at once, for as long as policy says.
func (o *Office) Request(ctx context.Context, a approval.Actor, in RequestInput) (Connection, error) {
	now := o.now()
	if fs := in.check(); len(fs) > 0 {
		return Connection{}, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
	}
	c := Connection{Consumer: in.Consumer, Service: in.Service, Purpose: in.Purpose, Basis: in.Basis, Platform: in.Platform, Profile: in.Profile,
		Steps: []Step{{Act: ActRequest, From: now, By: a.Who(), At: now}}}
	err := o.Store.UpdateConnections(ctx, a, now, func(tx Tx) error {
		if err := o.admit(tx, a, &c, now); err != nil {
			return err
		}
		if c.Profile == Sandbox {
			until := now.AddDate(0, 0, o.Book.Policy().SandboxDays)
			c.Steps = append(c.Steps, Step{Act: ActAllow, Ground: Sandbox, From: now, Until: until, By: a.Who(), At: now})
		}
		if err := tx.PutConnection(&c); err != nil {
			return err
		}
		return enter(tx, &c, "", o.Book.Digest())
	})
	return c, err
}

// admit checks consumer and service of a request, and names the provider.
func (o *Office) admit(tx Tx, a approval.Actor, c *Connection, now time.Time) error {
	s, err := tx.System(c.Consumer)
	if isNotFound(err) {
		return refuse(approval.Invalid, "consumer", "consumer-unknown", "Nhập mã một hệ thống của cơ quan bạn", "Enter the code of a system of your agency")
	}
	if err != nil {
		return err
	}
	if r := operatorOf(a, &s); r != nil {
		return r
	}
	if s.Retirement != nil {
		return order("Hệ thống đã kết thúc vận hành.", "The system is retired.")
	}
	all, err := tx.Services()
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Code == c.Service {
			c.Provider = x.Provider
		}
	}
	if c.Provider == "" {
		return refuse(approval.Invalid, "service", "service-unknown", "Chọn một dịch vụ dữ liệu đã rõ hệ thống cung cấp", "Choose a data service whose providing system is known")
	}
	if c.Provider == c.Consumer {
		return refuse(approval.Invalid, "service", "own-service", "Hệ thống không cần kết nối đến dịch vụ của chính mình", "A system needs no connection to a service of its own")
	}
	known, err := tx.Connections(Filter{Consumer: c.Consumer, Service: c.Service, Profile: c.Profile})
	if err != nil {
		return err
	}
	for _, k := range known {
		if st := k.StateAt(now); st != Ended && st != Refused && (st != Lapsed || k.Profile == Production) {
			return refuse(approval.Conflict, "service", "already-there", "Đã có kết nối "+k.ID+" cho dịch vụ này; xem trang của kết nối đó.", "There is the connection "+k.ID+" for this service already; see its page.")
		}
	}
	return nil
}

// Input is what is stated on an act of the regulator or a side.
type Input struct {
	Number, Ground string
	FromOn         law.Day // of a suspension: first day, "" or today = at once
	Until          law.Day // last day, "" = the policy's term, or until reinstated
	Hours          int     // of a break-glass
}

// needs refuses what must be said and is not.
func (in Input) needs(number, ground bool) error {
	var fs []approval.Finding
	if number && strings.TrimSpace(in.Number) == "" {
		fs = append(fs, approval.Finding{Field: "number", Rule: "number-missing", Says: law.Text{VI: "Nhập số quyết định", EN: "Enter the number of the decision"}})
	}
	if ground && strings.TrimSpace(in.Ground) == "" {
		fs = append(fs, approval.Finding{Field: "ground", Rule: "ground-missing", Says: law.Text{VI: "Nhập lý do", EN: "Enter the ground"}})
	}
	if len(fs) > 0 {
		return &approval.Refusal{Kind: approval.Invalid, Findings: fs}
	}
	return nil
}

// span reads the days of an input.
func (in Input) span(now time.Time) (from, until time.Time, err error) {
	day := law.DayOf(now)
	from = now
	if in.FromOn != "" {
		if d, bad := law.ParseDay(string(in.FromOn)); bad != nil || d < day {
			return from, until, refuse(approval.Invalid, "from_on", "from-invalid", "Ngày bắt đầu phải là ngày có thật, từ hôm nay trở đi", "The first day must exist and not be before today")
		}
		if in.FromOn > day {
			from = in.FromOn.Time().UTC()
		}
	}
	if in.Until != "" {
		if d, bad := law.ParseDay(string(in.Until)); bad != nil || d < max(day, in.FromOn) {
			return from, until, refuse(approval.Invalid, "until_on", "until-invalid", "Ngày kết thúc phải là ngày có thật, không trước ngày bắt đầu", "The last day must exist and not be before the first")
		}
		until = in.Until.Time().AddDate(0, 0, 1).UTC()
	}
	return from, until, nil
}

// Do carries out an act on a connection.
func (o *Office) Do(ctx context.Context, a approval.Actor, id string, version int64, act string, in Input) (Connection, error) {
	return o.act(ctx, a, id, version, func(m matter) (Step, error) {
		if err := o.guard(act, m.tx, a, m.c, m.now); err != nil {
			return Step{}, err
		}
		s := Step{Act: act, Number: in.Number, Ground: in.Ground}
		var err error
		switch act {
		case ActAllow:
			in.FromOn = ""
			if err = in.needs(true, false); err == nil {
				s.From, s.Until, err = in.span(m.now)
			}
			if s.Until.IsZero() {
				s.Until = m.day.AddMonths(o.Book.Policy().ConnectionMonths).AddDays(1).Time().UTC()
			}
		case ActRefuse, ActEnd, ActReinstate:
			err = in.needs(false, true)
		case ActSuspend:
			if err = in.needs(true, true); err == nil {
				s.From, s.Until, err = in.span(m.now)
			}
		case ActPropose:
			if err = o.checkProposal(m.c, in); err == nil {
				s.From, s.Until = m.now, m.now.Add(hours(in.Hours))
			}
		case ActAgree:
			p := o.pending(m.c, m.now)
			s.Ground, s.From, s.Until = p.Ground, m.now, m.now.Add(p.Until.Sub(p.From))
		}
		return s, err
	})
}

// checkProposal: hours within the policy, and a ground that no earlier
// break-glass of this connection had.
func (o *Office) checkProposal(c *Connection, in Input) error {
	if err := in.needs(false, true); err != nil {
		return err
	}
	if most := o.Book.Policy().BreakGlassHours; in.Hours < 1 || in.Hours > most {
		return refuse(approval.Invalid, "hours", "hours-out-of-range", "Nhập số giờ từ 1 đến mức tối đa của quy tắc", "Enter hours from 1 to the most that the policy permits")
	}
	for _, s := range c.Steps {
		if s.Act == ActAgree && plain(s.Ground) == plain(in.Ground) {
			return refuse(approval.Invalid, "ground", "ground-used", "Lý do này đã dùng cho lần mở khẩn cấp trước; không gia hạn bằng cùng lý do", "An earlier break-glass had this ground; the same ground does not renew it")
		}
	}
	return nil
}

func plain(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
