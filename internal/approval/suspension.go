package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/law"
)

// Direction is the side on which a system stands in a connection.
type Direction string

// The directions of a suspension.
const (
	EitherWay  Direction = ""
	AsProvider Direction = "provider"
	AsConsumer Direction = "consumer"
)

// Suspension shuts a system's data connections: all, one direction, or one data
// service, from an instant on and to the end of a day, or until it is lifted.
// Its approvals stand.
type Suspension struct {
	Direction Direction `json:"direction,omitempty"`
	Service   string    `json:"service,omitempty"` // code of a data service; "" = every one
	Ground    string    `json:"ground"`
	Number    string    `json:"number"`
	From      time.Time `json:"from"`            // never before At
	Until     law.Day   `json:"until,omitempty"` // last day, "" = until lifted
	By        Who       `json:"by"`
	At        time.Time `json:"at"`
	Lift      *Lift     `json:"lift,omitempty"` // reinstatement
}

// Lift ends a suspension before its term.
type Lift struct {
	Ground string    `json:"ground"`
	Number string    `json:"number"`
	By     Who       `json:"by"`
	At     time.Time `json:"at"`
}

// Ends is the first instant at which the suspension is over by its term or by
// its lift, zero when it has neither.
func (s Suspension) Ends() time.Time {
	var end time.Time
	if s.Until != "" {
		end = s.Until.Time().AddDate(0, 0, 1)
	}
	if s.Lift != nil && (end.IsZero() || s.Lift.At.Before(end)) {
		end = s.Lift.At
	}
	return end
}

// Over tells whether the suspension has ended at t. A term that is no day never
// ends.
func (s Suspension) Over(t time.Time) bool {
	if s.Until != "" && s.Until.Time().IsZero() && s.Lift == nil {
		return false
	}
	end := s.Ends()
	return !end.IsZero() && !t.Before(end)
}

// Touches tells whether the suspension may concern a system that stands on side
// and a data service: a side or service that is not told may be any.
func (s Suspension) Touches(side Direction, service string) bool {
	return (s.Direction == EitherWay || side == EitherWay || s.Direction == side) &&
		(s.Service == "" || service == "" || s.Service == service)
}

// SuspensionInput is what the regulator states to suspend a system.
type SuspensionInput struct {
	Direction      Direction
	Service        string
	Ground, Number string
	FromOn         law.Day // first day; "" or today = at once
	Until          law.Day // last day, "" = until lifted
}

// check finds what is wrong with a suspension as such.
func (in SuspensionInput) check(day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if !slices.Contains([]Direction{EitherWay, AsProvider, AsConsumer}, in.Direction) {
		add("direction", "direction-unknown", "Chọn chiều kết nối bị tạm đình chỉ", "Choose the direction that is suspended")
	}
	if strings.TrimSpace(in.Ground) == "" {
		add("ground", "ground-missing", "Nhập lý do tạm đình chỉ", "Enter the ground of the suspension")
	}
	if strings.TrimSpace(in.Number) == "" {
		add("number", "number-missing", "Nhập số quyết định", "Enter the number of the decision")
	}
	switch {
	case in.FromOn == "":
	case notADay(in.FromOn):
		add("from_on", "date-invalid", "Ngày bắt đầu phải là ngày có thật", "The first day must exist in the calendar")
	case in.FromOn < day:
		add("from_on", "from-in-past", "Ngày bắt đầu phải từ hôm nay trở đi", "The first day must not be before today")
	}
	switch {
	case in.Until == "":
	case notADay(in.Until):
		add("until_on", "date-invalid", "Ngày kết thúc phải là ngày có thật", "The last day must exist in the calendar")
	case in.Until < max(day, in.FromOn):
		add("until_on", "until-before-from", "Ngày kết thúc không được trước ngày bắt đầu", "The last day must not be before the first")
	}
	return fs
}

// Suspend shuts a system's connections: by the regulator. A suspension of today
// bites at the very instant of the act.
func (o *Office) Suspend(ctx context.Context, a Actor, code string, version int64, in SuspensionInput) (System, error) {
	return o.act(ctx, a, ActSuspend, code, version, func(s *System, now time.Time) (map[string]string, error) {
		day := today(now)
		if err := o.guard(ActSuspend, a, s, s.Standing(now), day); err != nil {
			return nil, err
		}
		if fs := in.check(day); len(fs) > 0 {
			return nil, &Refusal{Invalid, fs}
		}
		x := Suspension{Direction: in.Direction, Service: in.Service, Ground: in.Ground, Number: in.Number, From: now, Until: in.Until, By: a.Who(), At: now}
		if in.FromOn > day {
			x.From = in.FromOn.Time().UTC()
		}
		s.Suspensions = append(s.Suspensions, x)
		return map[string]string{"direction": string(x.Direction), "service": x.Service, "ground": x.Ground, "number": x.Number,
			"from": x.From.Format(time.RFC3339Nano), "until": string(x.Until)}, nil
	})
}

// Reinstate lifts every suspension that is in force or still to come.
func (o *Office) Reinstate(ctx context.Context, a Actor, code string, version int64, ground, number string) (System, error) {
	if strings.TrimSpace(ground) == "" {
		return System{}, refuseField("ground", "ground-missing", "", "Nhập lý do khôi phục kết nối", "Enter the ground of the reinstatement")
	}
	return o.act(ctx, a, ActReinstate, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActReinstate, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		lifted := 0
		for i := range s.Suspensions {
			if x := &s.Suspensions[i]; x.Lift == nil && !x.Over(now) {
				x.Lift = &Lift{Ground: ground, Number: number, By: a.Who(), At: now}
				lifted++
			}
		}
		return map[string]string{"ground": ground, "number": number, "lifted": fmt.Sprint(lifted)}, nil
	})
}

// guardSuspend: the regulator that the law names for the system's level, or the
// one of any level while it has none.
func (o *Office) guardSuspend(act string, a Actor, s *System, st Standing, day law.Day) *Refusal {
	level, listed := law.Level(1), false
	if st.Approval != nil {
		level, listed = st.Approval.Level, st.Approval.Listed
	}
	c, err := o.competence(s, level, listed, day)
	if err != nil {
		return refuse(Invalid, "no-competence", "", err.Error(), err.Error())
	}
	if r := competent(a, s, []law.Role{c.Regulator}, c); r != nil {
		return r
	}
	if act == ActReinstate && !slices.ContainsFunc(s.Suspensions, func(x Suspension) bool { return x.Lift == nil && !x.Over(st.At) }) {
		return refuse(Conflict, "not-suspended", "", "Hệ thống không bị tạm đình chỉ kết nối.", "The system's connections are not suspended.")
	}
	return nil
}
