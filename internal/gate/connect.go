package gate

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/law"
)

// connect answers a gateway that asks on behalf of a request it holds: 200 or
// 403, without a body. It reads no body, and keeps no connection on which one
// was announced: what a gateway announces and does not send would otherwise be
// taken from its next question.
func (f *front) connect(w http.ResponseWriter, r *http.Request) {
	v := f.connecting(r)
	h := w.Header()
	h["Content-Length"] = []string{"0"}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Decision"] = []string{v.Decision}
	h["X-Decision-Reason"] = []string{codes(v.Reasons)}
	h["X-Decision-Version"] = []string{strconv.FormatInt(v.Ledger.Size, 10)}
	if v.ValidUntil != nil {
		h["X-Decision-Until"] = []string{v.ValidUntil.Format(time.RFC3339)}
	}
	if r.ContentLength != 0 {
		h["Connection"] = []string{"close"}
	}
	if v.Decision == Allow {
		w.WriteHeader(http.StatusOK)
	} else {
		w.WriteHeader(http.StatusForbidden)
	}
}

// connecting decides on the systems the gateway names. Whatever goes wrong is a
// denial.
func (f *front) connecting(r *http.Request) (v Verdict) {
	defer func() {
		if p := recover(); p != nil {
			f.report("gate: panic", fmt.Errorf("%v", p), []Question{{}})
			v = refusal(Question{}, time.Time{}, broken())
		}
	}()
	if !f.trusts(r.RemoteAddr) {
		return refusal(Question{}, time.Time{}, stranger())
	}
	q := Question{Platform: f.Platform}
	system, known := r.Header[f.SystemHeader]
	provider, both := r.Header[f.ProviderHeader]
	service, named := r.Header[f.ServiceHeader]
	switch {
	case !known || !sole(system) || both && !sole(provider) || named && (!both || !sole(service)) || !both && f.BothSides:
		q.bad = unasked(law.Text{VI: "Thiếu hoặc sai đầu mục do cổng đặt.", EN: "A header the gateway sets is missing or malformed."})
	case both:
		q.Provider, q.Consumer = provider[0], system[0]
	default:
		q.Provider = system[0]
	}
	if named && q.bad.code == "" {
		q.Service = service[0]
	}
	return f.Ask(r.Context(), q)
}

// trusts tells whether a connection comes from a trusted peer.
func (f *front) trusts(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	at := peer.Addr().Unmap().WithZone("")
	return err == nil && slices.ContainsFunc(f.TrustedPeers, func(p netip.Prefix) bool { return p.Contains(at) })
}

// sole tells whether a header holds one code; a comma may join what was two.
func sole(vals []string) bool {
	return len(vals) == 1 && code(vals[0]) && !strings.ContainsAny(vals[0], ",;\"")
}

// codes lists the codes of reasons, each once.
func codes(rs []Reason) string {
	var out []string
	for _, r := range rs {
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	return strings.Join(out, " ")
}
