package web

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Pace bounds how often one may ask: Burst requests at once, and PerSecond more
// every second. The zero Pace bounds nothing.
type Pace struct {
	PerSecond float64
	Burst     int
}

// mostBuckets bounds what is remembered of those who asked: twice as many at most.
const mostBuckets = 10_000

// buckets remembers how much each may still ask. It forgets the half of them that
// asked longest ago when there are too many, so that strangers cannot fill memory.
type buckets struct {
	pace Pace

	mu        sync.Mutex
	late, old map[string]bucket
}

// bucket is what one may still ask, as of a time.
type bucket struct {
	left float64
	at   time.Time
}

// take takes one request of who; when there is none left it says how long to wait.
func (b *buckets) take(who string, now time.Time) (wait time.Duration, ok bool) {
	if b.pace.Burst == 0 {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	x, known := b.late[who]
	if !known {
		x, known = b.old[who]
	}
	if !known {
		x = bucket{float64(b.pace.Burst), now}
	}
	if passed := now.Sub(x.at).Seconds(); passed > 0 { // a clock that runs back gives nothing
		x.left, x.at = math.Min(float64(b.pace.Burst), x.left+passed*b.pace.PerSecond), now
	}
	if ok = x.left >= 1; ok {
		x.left--
	} else {
		wait = time.Duration((1 - x.left) / b.pace.PerSecond * float64(time.Second))
	}
	if len(b.late) >= mostBuckets {
		b.late, b.old = nil, b.late
	}
	if b.late == nil {
		b.late = map[string]bucket{}
	}
	b.late[who] = x
	return wait, ok
}

// peer is the address a request comes from: that of the connection, or what the
// last proxy of ours says when the connection is a proxy of ours. Nobody else's
// word counts. It is "" when there is none.
func (s *site) peer(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	addr := at.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.proxy(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
	}
	return addr.String()
}

// proxy tells whether an address is one of our proxies.
func (s *site) proxy(a netip.Addr) bool {
	for _, n := range s.Proxies {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// asker is by what an address is counted: who has an IPv6 network has all of it.
func asker(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	n, _ := a.Prefix(64) // every IPv6 address has one
	return n.String()
}

// busy answers one who asks too often.
func (v *visit) busy(wait time.Duration) error {
	v.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return v.message(http.StatusTooManyRequests, "msg.429", v.t("msg.429.text"))
}

// paced lets an address ask as often as it may.
func (s *site) paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait, ok := s.byAddress.take(asker(s.peer(r)), s.Clock())
		if ok || r.URL.Path == "/livez" {
			next.ServeHTTP(w, r)
			return
		}
		v := s.stranger(w, r)
		if err := v.busy(wait); err != nil {
			v.answer(err)
		}
	})
}
