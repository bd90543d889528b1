package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
)

// Record reads the ledger as it stands: newest first, of one object ("" is all),
// before a number (0 is the end). Who may not read it is told that it is absent.
type Record interface {
	Record(ctx context.Context, a approval.Actor, object string, before int64, most int) ([]approval.Entry, error)
}

// LedgerPage is a stretch of the ledger.
type LedgerPage struct {
	Page
	Object  string // narrowed to, "" = all
	Entries []LedgerLine
	Older   string // address of what came before, "" at the first entry
}

// LedgerLine is one entry with its digests.
type LedgerLine struct {
	Seq                                     int64
	At, By, Act, Object, Before, After, Law string
	Detail                                  []Fact
	OfObject                                string // address of the record of its object
}

// ledgerPage is how many entries stand on a page.
const ledgerPage = 50

// ledgerShow shows the ledger to who may read it.
func (s *site) ledgerShow(v *visit) error {
	if s.Record == nil {
		return s.absent(v)
	}
	q := v.r.URL.Query()
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64) // not a number: from the end
	p := LedgerPage{Object: q.Get("object")}
	es, err := s.Record.Record(v.r.Context(), v.actor(), p.Object, before, ledgerPage)
	if err != nil {
		return err
	}
	for i := range es {
		p.Entries = append(p.Entries, v.ledgerLine(&es[i]))
	}
	if len(es) == ledgerPage && es[len(es)-1].Seq > 0 {
		p.Older = "/ledger?" + url.Values{"object": {p.Object}, "before": {strconv.FormatInt(es[len(es)-1].Seq, 10)}}.Encode()
	}
	p.Page = v.page(v.t("lg.title"))
	return v.show(http.StatusOK, "ledger", p)
}

// ledgerLine is one entry in words; what was done keeps the name it has in the
// ledger, which is what a check compares.
func (v *visit) ledgerLine(e *approval.Entry) LedgerLine {
	l := LedgerLine{Seq: e.Seq, At: v.when(e.At), By: e.By.Account, Act: e.Act, Object: e.Object, Before: e.Before, After: e.After, Law: e.Law,
		OfObject: "/ledger?" + url.Values{"object": {e.Object}}.Encode()}
	if e.By.Capacity != "" && v.has("role."+string(e.By.Capacity)) {
		l.By += " · " + v.t("role."+string(e.By.Capacity))
	}
	for key, value := range e.Detail {
		l.Detail = append(l.Detail, Fact{Label: key, Value: value})
	}
	slices.SortFunc(l.Detail, func(a, b Fact) int { return strings.Compare(a.Label, b.Label) })
	return l
}
