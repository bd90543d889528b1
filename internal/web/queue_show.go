package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
)

// RosterDesk is the pages' way to who has which dossier in hand.
type RosterDesk interface {
	Holders(ctx context.Context, a approval.Actor) (map[string]review.Hold, []review.Colleague, error)
	Move(ctx context.Context, a approval.Actor, code string, kind review.HoldKind, login string) error
}

// QueuePage is what waits for the actor, by act.
type QueuePage struct {
	Page
	Keys    KeysPart
	Asked   []AskedRow // of the actor's body, by the lead of another's appraisal
	Groups  []WorkGroup
	Text    string
	Filters []Filter
	Chips   []Link
	Load    []LoadRow
	Any     bool // filters are in use
	Links   []LinkWork
	Further string // said when not all connections are shown
	Alarms  []AlarmWork
	Lent    bool // there are pages of delegations
	Longest bool // of each kind of work, only what waits longest is here
	Files   []Link
}

// LoadRow is how much one person has in hand, as far as it waits for the
// actor's capacity.
type LoadRow struct {
	Name           string
	Count, Overdue int
}

// WorkGroup is the work of one act.
type WorkGroup struct {
	ID, Title, Act string
	Count          int
	More           string // said when not all are shown
	All            string // address of all of this act, "" when they are shown
	Several        bool   // several may be done at once
	Pages          []Link
	Work           []Work
}

// Work is one system that waits for an act.
type Work struct {
	Href, Act, Code, Name, OwnerName, Level, Since, Limit string
	Due                                                   *Tag   // nil when there is no limit
	By                                                    string // the last day, or why it is not known
	Holder                                                string
	Under                                                 string // by which delegation, "" for the own work
	Simulated                                             bool
}

// queueLength is how many systems one act's table shows on a page.
const queueLength = 50

// queue is what waits for the actor, what is due first standing first.
func (v *visit) queue() ([]approval.QueueItem, error) {
	lent, err := v.under()
	if err != nil {
		return nil, err
	}
	return v.Office.Queues(v.r.Context(), v.actor(), lent)
}

// holders is who has what in hand, of what the actor sees by itself and under its
// delegations; nothing when no roster is kept.
func (v *visit) holders() (map[string]review.Hold, error) {
	if v.Roster == nil {
		return nil, nil
	}
	all, _, err := v.Roster.Holders(v.r.Context(), v.actor())
	if err != nil {
		return nil, err
	}
	lent, err := v.under()
	if err != nil {
		return nil, err
	}
	for i := range lent {
		more, _, err := v.Roster.Holders(v.r.Context(), lent[i].Acting(v.actor()))
		if err != nil {
			return nil, err
		}
		maps.Copy(all, more)
	}
	return all, nil
}

// queueShow shows what waits for the actor: filtered and paged by the address.
func (s *site) queueShow(v *visit) error {
	items, err := v.queue()
	if err != nil {
		return err
	}
	held, err := v.holders()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	p := QueuePage{Page: v.page(v.t("queue.title")), Text: q.Get("q"), Load: v.load(items, held)}
	p.Keys = v.queueKeys(&p.Page)
	if p.Asked, err = v.consultations(); err != nil {
		return err
	}
	p.Filters = v.queueFilters(q, items)
	p.Chips = onQueue(v.chips(q, p.Filters))
	p.Any, p.Lent = len(p.Chips) > 0, v.Delegations != nil
	if s.Tables != nil {
		p.Files = v.filesOf(listQueue, withoutPage(q))
	}
	items = slices.DeleteFunc(items, func(it approval.QueueItem) bool { return !v.wanted(it, held, q) })
	for _, act := range approval.Acts() {
		if g := v.workGroup(act, items, held, q); g.Count > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	if err := v.queueOfGate(&p); err != nil {
		return err
	}
	for _, it := range items {
		p.Simulated, p.Longest = p.Simulated || it.Origin == approval.Simulated, p.Longest || it.More
	}
	return v.show(http.StatusOK, "queue", p)
}

// workGroup is one act's part of the queue. All of an act is paged once the
// address names the act.
func (v *visit) workGroup(act string, items []approval.QueueItem, held map[string]review.Hold, q url.Values) WorkGroup {
	g := WorkGroup{ID: "act-" + act, Act: act, Title: v.t("act." + act)}
	g.Several = !v.past() && slices.ContainsFunc(v.deeds, func(d deed) bool { return d.act == act && d.judged })
	mine := slices.DeleteFunc(slices.Clone(items), func(it approval.QueueItem) bool { return it.Act != act })
	g.Count = len(mine)
	last, page := (g.Count+queueLength-1)/queueLength, 1
	if q.Get("act") == act {
		page, _ = strconv.Atoi(q.Get("page"))
		page = min(max(page, 1), max(last, 1))
		g.Pages = onQueue(v.pageLinks(q, page, last))
	} else if g.Count > queueLength {
		g.More = v.t("queue.more", v.num(queueLength), v.num(g.Count))
		all := url.Values{"act": {act}}
		for k, x := range q {
			if k != "page" && k != "act" && k != "lang" {
				all[k] = x
			}
		}
		g.All = "/queue?" + all.Encode()
	}
	from := min((page-1)*queueLength, g.Count)
	for _, it := range mine[from:min(from+queueLength, g.Count)] {
		w := v.work(it)
		w.Holder = held[review.HoldObject(it.Code, it.Dossier)].Shown
		g.Work = append(g.Work, w)
	}
	return g
}

// onQueue turns links that filter or page the register into those of the queue.
func onQueue(links []Link) []Link {
	for i, l := range links {
		if rest, ok := strings.CutPrefix(l.Href, "/systems"); ok {
			links[i].Href = "/queue" + rest
		}
	}
	return links
}

// wanted tells whether the address asks for an item.
func (v *visit) wanted(it approval.QueueItem, held map[string]review.Hold, q url.Values) bool {
	holder := held[review.HoldObject(it.Code, it.Dossier)].Holder
	due := it.Clock.State
	switch {
	case q.Get("act") != "" && it.Act != q.Get("act"),
		q.Get("owner") != "" && it.Owner != q.Get("owner"),
		q.Get("level") != "" && strconv.Itoa(int(it.Level)) != q.Get("level"),
		q.Get("due") != "" && due != q.Get("due"),
		q.Get("holder") == "me" && holder != v.actor().Person,
		q.Get("holder") == "free" && holder != "":
		return false
	}
	text := strings.ToLower(it.Name + " " + it.Code + " " + it.OwnerName)
	return strings.Contains(text, strings.ToLower(strings.TrimSpace(q.Get("q"))))
}

// queueFilters are the selects over the queue, each with the present choice.
func (v *visit) queueFilters(q url.Values, items []approval.QueueItem) []Filter {
	var acts []string
	var owners []Option
	seen := map[string]bool{}
	for _, it := range items {
		if !slices.Contains(acts, it.Act) {
			acts = append(acts, it.Act)
		}
		if !seen[it.Owner] {
			owners, seen[it.Owner] = append(owners, Option{Code: it.Owner, Label: it.OwnerName}), true
		}
	}
	slices.SortFunc(owners, func(a, b Option) int { return strings.Compare(a.Code, b.Code) })
	all := []Filter{{"act", v.t("col.step"), v.coded("act.", acts...)}, {"owner", v.t("col.owner"), owners}, {"level", v.t("col.level"), v.levels()},
		{"due", v.t("col.limit"), v.coded("clock.", law.ClockOverdue, law.ClockDue, law.ClockDueSoon, law.ClockRunning)},
		{"holder", v.t("queue.holder"), v.coded("holder.", "me", "free")}}
	for i, f := range all {
		all[i].Options = choose(f.ID, q[f.ID], f.Options...)
	}
	return all
}

// load counts what each person has in hand.
func (v *visit) load(items []approval.QueueItem, held map[string]review.Hold) []LoadRow {
	var all []LoadRow
	for _, it := range items {
		h, ok := held[review.HoldObject(it.Code, it.Dossier)]
		if !ok || h.Holder == "" {
			continue
		}
		i := slices.IndexFunc(all, func(r LoadRow) bool { return r.Name == h.Shown })
		if i < 0 {
			i, all = len(all), append(all, LoadRow{Name: h.Shown})
		}
		all[i].Count++
		if it.Clock.State == law.ClockOverdue {
			all[i].Overdue++
		}
	}
	slices.SortFunc(all, func(a, b LoadRow) int { return b.Count - a.Count })
	return all
}

// work is an item of the queue in words.
func (v *visit) work(it approval.QueueItem) Work {
	w := Work{Href: "/systems/" + it.Code + "/" + v.pathOf(it.Act), Act: v.t("act." + it.Act), Code: it.Code, Name: it.Name,
		OwnerName: it.OwnerName, Level: v.level(it.Level), Since: v.dated(it.Since),
		Simulated: it.Origin == approval.Simulated, Under: v.underNote(it.Under)}
	if it.Digest != "" && v.Review != nil && it.Act != approval.ActSubmit {
		w.Href = "/systems/" + it.Code + "/review"
	} else if v.past() {
		w.Href = "/systems/" + it.Code
	}
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

// holdMove takes a dossier in hand, gives it back, or hands it over.
func (s *site) holdMove(v *visit) error {
	if s.Roster == nil {
		return approval.ErrNotFound()
	}
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	file, err := v.deskFile()
	if err != nil {
		return err
	}
	in := v.r.PostForm
	if err := s.Roster.Move(v.r.Context(), file.For, v.code(), review.HoldKind(in.Get("kind")), in.Get("login")); err != nil {
		return err
	}
	return v.send("/systems/" + v.code() + "/review?done=hold")
}
