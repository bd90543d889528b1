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
	q, refused := f.named(r)
	h := w.Header()
	if refused.code == "" {
		if x, ok := f.glimpse(r.Context(), &q); ok {
			f.tally.seen(connectDoor, &q, x.chord.allow)
			f.pass(w, r, &x)
			return
		}
	}
	v := f.connecting(r, q, refused)
	f.tally.judged(connectDoor, &q, &v)
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

// pass answers from the board.
func (f *front) pass(w http.ResponseWriter, r *http.Request, x *glance) {
	p, h := f.Board.press, w.Header()
	h["Content-Length"] = p.none
	h["Cache-Control"] = p.noStore
	h["X-Decision"] = x.chord.decision
	h["X-Decision-Reason"] = x.chord.codes
	h["X-Decision-Version"] = x.scene.version
	if until := x.header(p); until != nil {
		h["X-Decision-Until"] = until
	}
	if r.ContentLength != 0 {
		h["Connection"] = []string{"close"}
	}
	if x.chord.allow {
		w.WriteHeader(http.StatusOK)
	} else {
		w.WriteHeader(http.StatusForbidden)
	}
}

// connecting decides on the systems the gateway names. Whatever goes wrong is a
// denial.
func (f *front) connecting(r *http.Request, q Question, refused ground) (v Verdict) {
	defer func() {
		if p := recover(); p != nil {
			f.report("gate: panic", fmt.Errorf("%v", p), []Question{{}})
			v = refusal(Question{}, time.Time{}, broken())
		}
	}()
	if refused.code != "" {
		return refusal(Question{}, time.Time{}, refused)
	}
	return f.Ask(r.Context(), q)
}

// named is what the gateway asks; refused when it may not.
func (f *front) named(r *http.Request) (q Question, refused ground) {
	if !f.trusts(r.RemoteAddr) {
		return q, stranger()
	}
	return f.naming(subrequest(r.URL.EscapedPath()), r.Header[f.SystemHeader], r.Header[f.ProviderHeader], r.Header[f.ServiceHeader]), refused
}

// naming is what the values of the gateway's headers ask for a profile; nil is a
// header that is absent.
func (f *front) naming(profile string, system, provider, service []string) (q Question) {
	q.Platform, q.Profile = f.Platform, profile
	both, named := provider != nil, service != nil
	switch {
	case !sole(system) || both && !sole(provider) || named && (!both || !sole(service)) || !both && f.BothSides:
		q.bad = unasked(law.Text{VI: "Thiếu hoặc sai đầu mục do cổng đặt.", EN: "A header the gateway sets is missing or malformed."})
	case both:
		q.Provider, q.Consumer = provider[0], system[0]
	default:
		q.Provider = system[0]
	}
	if named && q.bad.code == "" {
		q.Service = service[0]
	}
	return q
}

// trusts tells whether a connection comes from a trusted peer.
func (f *front) trusts(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	at := peer.Addr().Unmap().WithZone("")
	return err == nil && slices.ContainsFunc(f.TrustedPeers, func(p netip.Prefix) bool { return p.Contains(at) })
}

// sole tells whether a header holds one code; a comma may join what was two.
func sole(vals []string) bool {
	if len(vals) != 1 || !code(vals[0]) {
		return false
	}
	for i := range len(vals[0]) {
		if c := vals[0][i]; c == ',' || c == ';' || c == '"' {
			return false
		}
	}
	return true
}

// codes lists the codes of reasons, each once.
func codes(rs []Reason) string { return strings.Join(codesOf(rs), " ") }
