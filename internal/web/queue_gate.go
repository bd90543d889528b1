package web

import (
	"strings"

	"capdo/internal/connection"
)

// LinkWork is a connection that waits for the actor's decision.
type LinkWork struct {
	ID, Act, Consumer, Provider, Service, Purpose, Since string
	By                                                   string // when it is too late, "" when nothing sets a time
}

// AlarmWork is an alarm that nobody has taken note of.
type AlarmWork struct{ Gateway, Consumer, Provider, Service, Count, First string }

// queueOfGate puts into the queue the connections that wait for the actor's
// decision, and the alarms of gateways for who takes note of them. The selects
// are about dossiers: with one in use these stay out.
func (v *visit) queueOfGate(p *QueuePage) error {
	if p.Any {
		return nil
	}
	text := strings.ToLower(strings.TrimSpace(p.Text))
	if v.Connections != nil {
		all, more, err := v.Connections.Waiting(v.r.Context(), v.actor())
		if err != nil {
			return err
		}
		for _, w := range all {
			if c := w.Connection; strings.Contains(strings.ToLower(c.ID+" "+c.Consumer+" "+c.Provider+" "+c.Service), text) {
				p.Links = append(p.Links, v.linkWork(w))
			}
		}
		if more {
			p.Further = v.t("queue.links.more", v.num(len(all)))
		}
	}
	if v.Watch == nil || !connection.MayNote(v.actor()) {
		return nil
	}
	alarms, err := v.Watch.Alarms(v.r.Context(), v.actor())
	for _, a := range alarms {
		if strings.Contains(strings.ToLower(a.Gateway+" "+a.Consumer+" "+a.Provider+" "+a.Service), text) {
			p.Alarms = append(p.Alarms, AlarmWork{Gateway: a.Gateway, Consumer: a.Consumer, Provider: a.Provider, Service: a.Service, Count: v.num(a.Count), First: v.when(a.First)})
		}
	}
	return err
}

// linkWork is a waiting connection in words.
func (v voice) linkWork(w connection.Waiting) LinkWork {
	c := w.Connection
	out := LinkWork{ID: c.ID, Act: v.t("kn.act." + w.Act), Consumer: c.Consumer, Provider: c.Provider, Service: c.Service, Purpose: c.Purpose, Since: v.when(w.Since)}
	if !w.Until.IsZero() {
		out.By = v.t("queue.links.by", v.when(w.Until))
	}
	return out
}
