package web

import (
	"net/http"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// QueuePage is what waits for the actor, by act.
type QueuePage struct {
	Page
	Groups []WorkGroup
}

// WorkGroup is the work of one act.
type WorkGroup struct {
	ID, Title string
	Count     int
	More      string // said when not all are shown
	Work      []Work
}

// Work is one system that waits for an act.
type Work struct {
	Href, Act, Code, Name, OwnerName, Level, Since, Limit string
	Due                                                   *Tag // nil when there is no limit
	Simulated                                             bool
}

// queueLength is how many systems one act's table shows: the page stays light,
// and the next ones move up as the first are done.
const queueLength = 50

// queue is what waits for the actor, longest waiting first.
func (v *visit) queue() ([]approval.QueueItem, error) {
	return v.Office.Queue(v.r.Context(), v.actor())
}

// queueShow shows what waits for the actor, longest waiting first.
func (s *site) queueShow(v *visit) error {
	items, err := v.queue()
	if err != nil {
		return err
	}
	p := QueuePage{Page: v.page(v.t("queue.title"))}
	for _, act := range approval.Acts() {
		g := WorkGroup{ID: "act-" + act, Title: v.t("act." + act)}
		for _, it := range items {
			if it.Act != act {
				continue
			}
			if g.Count++; g.Count <= queueLength {
				g.Work = append(g.Work, v.work(it))
				p.Simulated = p.Simulated || it.Origin == approval.Simulated
			}
		}
		if g.Count > queueLength {
			g.More = v.t("queue.more", v.num(queueLength), v.num(g.Count))
		}
		if g.Count > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return v.show(http.StatusOK, "queue", p)
}

// work is an item of the queue in words.
func (v *visit) work(it approval.QueueItem) Work {
	w := Work{Href: "/systems/" + it.Code + "/" + v.pathOf(it.Act), Act: v.t("act." + it.Act), Code: it.Code, Name: it.Name,
		OwnerName: it.OwnerName, Level: v.level(it.Level), Since: v.dated(it.Since),
		Simulated: it.Origin == approval.Simulated}
	w.Limit = v.t("limit.none")
	if it.Limit.Days > 0 {
		key := "limit.days"
		if it.Limit.Working {
			key = "limit.working"
		}
		w.Limit = v.t(key, it.Limit.Days)
		due := v.due(it.Limit, law.DayOf(it.Since))
		w.Due = &due
	}
	return w
}

// due says how much of a time limit is left. The book has no calendar of
// public holidays, so working days are Mondays to Fridays; the page says so.
func (v *visit) due(l law.Limit, since law.Day) Tag {
	left := l.Days - elapsed(since, v.today(), l.Working)
	suffix := ""
	if l.Working {
		suffix = "w"
	}
	switch {
	case left < 0:
		return Tag{v.t("due.over"+suffix, -left), "red"}
	case left == 0:
		return Tag{v.t("due.today"), "yellow"}
	case left <= 3:
		return Tag{v.t("due.left"+suffix, left), "yellow"}
	}
	return Tag{v.t("due.left"+suffix, left), "bare"}
}

// elapsed counts the days after from up to day; the first day does not count
// (Civil Code 2015, Article 147).
func elapsed(from, day law.Day, working bool) int {
	n := 0
	for d := from.AddDays(1); d != "" && d <= day; d = d.AddDays(1) {
		wd := d.Time().Weekday()
		if !working || wd != time.Saturday && wd != time.Sunday {
			n++
		}
	}
	return n
}
