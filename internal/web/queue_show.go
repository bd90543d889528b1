package web

import (
	"net/http"

	"capdo/internal/approval"
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
	Due                                                   *Tag   // nil when there is no limit
	By                                                    string // the last day, or why it is not known
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
	}
	w.Due, w.By = v.due(it)
	return w
}
