package web

import (
	"net/http"
	"slices"

	"capdo/internal/plan"
)

// cardShow shows one control at a time, in the order of the list, of all or of
// those that the address filters.
func (s *site) cardShow(v *visit) error { return v.cardPage(answered{status: http.StatusOK}) }

// cardPage draws the card of the control the address names, else of the first
// that matches the filter.
func (v *visit) cardPage(back answered) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	want := q.Get("state")
	var cards []plan.State // the one shown is among them, whatever it says by now
	for _, x := range sheet.States {
		if matches(x, want) || x.Control.Key == q.Get("at") {
			cards = append(cards, x)
		}
	}
	p := GroupPage{Card: true, Heading: v.t("pl.cards"), Back: v.planAt("/checklist")}
	if len(cards) == 0 {
		p.Left, p.Again = v.t("pl.cards.none"), v.planAt("/checklist-cards")
		return v.controlsPage(p, &file, sheet, nil, back)
	}
	i := max(0, slices.IndexFunc(cards, func(x plan.State) bool { return x.Control.Key == q.Get("at") }))
	at := func(i int) string { return v.planAt("/checklist-cards", "at", cards[i].Control.Key, "state", want) }
	p.Action, p.Left = at(i), v.t("pl.cards.at", v.num(i+1), v.num(len(cards)))
	if i > 0 {
		p.Before = &Link{Href: at(i - 1), Text: v.t("pl.cards.before")}
	}
	if i+1 < len(cards) {
		p.Next, p.NextKey = &Link{Href: at(i + 1), Text: v.t("pl.cards.next")}, cards[i+1].Control.Key
	}
	for _, g := range v.groupsOf(sheet) {
		if g.key == cards[i].Control.Group {
			p.Clause = orElse(v.say(g.group.Title), g.key) + " · " + g.clause
		}
	}
	return v.controlsPage(p, &file, sheet, cards[i:i+1], back)
}
