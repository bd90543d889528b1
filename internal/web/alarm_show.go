package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/connection"
)

// AlarmsPage is what gateways report that the gate did not allow, and who is
// silent.
type AlarmsPage struct {
	Page
	Error    string
	Alarms   []AlarmRow
	MayNote  bool
	Gateways []GatewayRow
}

// AlarmRow is one alarm.
type AlarmRow struct {
	Form, Gateway, Consumer, Provider, Service, Count, First, Last string
	Through                                                        int64
}

// GatewayRow is a gateway on record, or one that ever returned a log.
type GatewayRow struct {
	Name, Last string
	State      Tag
}

// alarmsShow shows the alarms within the actor's reach.
func (s *site) alarmsShow(v *visit) error { return s.alarmsPage(v, http.StatusOK, "") }

func (s *site) alarmsPage(v *visit, status int, wrong string) error {
	if s.Watch == nil {
		return s.absent(v)
	}
	alarms, err := s.Watch.Alarms(v.r.Context(), v.actor())
	heard, herr := s.Watch.Heard(v.r.Context(), v.actor())
	if err = errors.Join(err, herr); err != nil {
		return err
	}
	p := AlarmsPage{Page: v.page(v.t("al.title")), MayNote: connection.MayNote(v.actor()), Error: wrong}
	p.Failed = wrong != ""
	for i, a := range alarms {
		p.Alarms = append(p.Alarms, AlarmRow{Form: fmt.Sprint("note-", i), Gateway: a.Gateway, Consumer: a.Consumer, Provider: a.Provider, Service: a.Service,
			Count: v.num(a.Count), First: v.when(a.First), Last: v.when(a.Last), Through: a.Through})
	}
	for _, h := range heard {
		p.Gateways = append(p.Gateways, v.heard(h))
	}
	return v.show(status, "alarms", p)
}

// heard is in words when a gateway last returned its log.
func (v voice) heard(h connection.Heard) GatewayRow {
	row := GatewayRow{Name: h.Gateway, Last: v.t("al.never"), State: Tag{v.t("al.heard"), "green"}}
	if !h.Last.IsZero() {
		row.Last = v.when(h.Last)
	}
	switch {
	case h.Revoked:
		row.State = Tag{v.t("gw.revoked"), "grey"}
	case h.Silent:
		row.State = Tag{v.t("al.silent"), "red"}
	}
	return row
}

// alarmNote takes note of an alarm.
func (s *site) alarmNote(v *visit) error {
	if s.Watch == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	in := v.r.PostForm
	through, _ := strconv.ParseInt(in.Get("through"), 10, 64) // not a number: 0, which covers nothing
	err := s.Watch.Acknowledge(v.r.Context(), v.actor(), connection.Alarm{Gateway: in.Get("gateway"), Consumer: in.Get("consumer"), Provider: in.Get("provider"), Service: in.Get("service"), Through: through}, in.Get("note"))
	if r, ok := refusal(err); ok && r.Kind != approval.Forbidden {
		return s.alarmsPage(v, statusOf(r.Kind), v.say(r.Findings[0].Says))
	}
	if err != nil {
		return err
	}
	return v.send("/alarms?done=al-note")
}
