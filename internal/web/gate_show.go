package web

import (
	"errors"
	"net/http"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
)

// GatePage asks the gate and shows its answer to people.
type GatePage struct {
	Page
	Provider, Consumer string
	Platforms          []Option
	Verdict            *Verdict // nil before a question
	Trace              []Fact
	Gateways           bool // there is a page of them
}

// gateShow answers the question in the address.
func (s *site) gateShow(v *visit) error {
	query := v.r.URL.Query()
	q := gate.Question{Provider: strings.TrimSpace(query.Get("provider")), Consumer: strings.TrimSpace(query.Get("consumer")),
		Platform: query.Get("platform"), At: v.now}
	if q.Platform != "NDOP" {
		q.Platform = "NDXP"
	}
	p := GatePage{Page: v.page(v.t("gate.title")), Provider: q.Provider, Consumer: q.Consumer, Gateways: s.Machines != nil}
	p.Platforms = choose("platform", []string{q.Platform}, Option{Code: "NDXP", Label: "NDXP"}, Option{Code: "NDOP", Label: "NDOP"})
	for _, code := range []string{q.Provider, q.Consumer} {
		if err := s.mayAsk(v, code); err != nil {
			return err
		}
	}
	if q.Provider != "" {
		asked := s.Gate.Ask(v.r.Context(), q)
		answer := v.verdict(asked)
		p.Verdict, p.Trace = &answer, v.trace(asked)
		p.Simulated = s.simulated(v, q.Provider) || s.simulated(v, q.Consumer)
	}
	return v.show(http.StatusOK, "gate", p)
}

// mayAsk refuses a question about a system that is neither within the actor's
// reach nor the other side of a connection that is: as absent as one that does not
// exist.
func (s *site) mayAsk(v *visit, code string) error {
	if code == "" || v.actor().National() {
		return nil
	}
	_, err := s.Office.File(v.r.Context(), v.actor(), code)
	if r, refused := refusal(err); !refused || r.Kind != approval.NotFound || s.Connections == nil {
		return err
	}
	linked, _, failed := s.Connections.Find(v.r.Context(), v.actor(), connection.Filter{System: code})
	if failed == nil && len(linked) > 0 {
		return nil
	}
	return errors.Join(err, failed)
}

// simulated tells whether a system the actor may see is a simulated one.
func (s *site) simulated(v *visit, code string) bool {
	if code == "" {
		return false
	}
	file, err := s.Office.File(v.r.Context(), v.actor(), code)
	return err == nil && file.System.Origin == approval.Simulated
}

// trace is by what an answer can be examined again.
func (v *visit) trace(x gate.Verdict) []Fact {
	all := []Fact{{Label: v.t("f.asked"), Value: v.when(x.At)}}
	if x.Level != nil {
		all = append(all, Fact{Label: v.t("sys.level"), Value: v.level(*x.Level)})
	}
	return append(all, Fact{Label: v.t("f.book"), Value: x.LawDigest},
		Fact{Label: v.t("f.ledger"), Value: v.t("f.entries", v.num(int(x.Ledger.Size)), x.Ledger.Root)})
}
