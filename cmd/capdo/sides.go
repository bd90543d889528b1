package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"capdo/internal/web"
)

// sideFlags are the flags of who comes by which listener, and how often.
type sideFlags struct {
	admin, proxies *string
	contact        *string
	address, own   *float64
}

// declareSides declares them.
func declareSides(f *flag.FlagSet) *sideFlags {
	s := &sideFlags{}
	s.admin = f.String("admin-listen", "", "address of a listener for administrators alone, who then get in nowhere else (CAPDO_ADMIN_LISTEN; default: none, they come to --listen)")
	s.proxies = f.String("proxies", "", "networks of our proxies, separated by commas: who comes through one is who its X-Forwarded-For says (CAPDO_PROXIES; default: nobody is believed)")
	s.contact = f.String("security-contact", "", "where to report a weakness, mailto: or https:, as /.well-known/security.txt says it (CAPDO_SECURITY_CONTACT; default: not said)")
	s.address = f.Float64("pace-address", 50, "requests a second from one address, six times as many at once; 0 bounds none (CAPDO_PACE_ADDRESS)")
	s.own = f.Float64("pace-account", 20, "requests a second of one account, six times as many at once; 0 bounds none (CAPDO_PACE_ACCOUNT)")
	return s
}

// sides is who comes by which listener.
type sides struct {
	listen           net.Listener // for administrators alone, nil: none
	side             web.Side     // of the handler being made
	proxies          []netip.Prefix
	address, account web.Pace
	contact          string
}

// burst is how many requests may come at once, in seconds of the pace.
const burst = 6

// open reads the flags and opens the listener of administrators. Behind a proxy
// that is not named everybody has the proxy's address, and none is bounded by it.
func (s *sideFlags) open(tlsInFront bool, ours *tls.Config) (out sides, err error) {
	if out.proxies, err = networks(*s.proxies); err != nil {
		return out, fmt.Errorf("--proxies: %w", err)
	}
	if out.contact = *s.contact; out.contact != "" && !strings.HasPrefix(out.contact, "mailto:") && !strings.HasPrefix(out.contact, "https://") {
		return out, errors.New("--security-contact: mailto: or https://")
	}
	if *s.address < 0 || *s.own < 0 {
		return out, errors.New("--pace-address, --pace-account: 0 or more")
	}
	if !tlsInFront || len(out.proxies) > 0 {
		out.address = web.Pace{PerSecond: *s.address, Burst: int(burst * *s.address)}
	}
	out.account = web.Pace{PerSecond: *s.own, Burst: int(burst * *s.own)}
	if *s.admin != "" {
		out.side = web.Officials
		if out.listen, err = net.Listen("tcp", *s.admin); err == nil {
			out.listen = overTLS(out.listen, ours)
		}
	}
	return out, err
}

// adminDoor is the pages for administrators alone: no gate, nothing for machines.
func (p *program) adminDoor(f front) (http.Handler, error) {
	f.sides.side = web.Administration
	return web.New(f.sides.on(p.pages(f)))
}

// on sets up pages for whoever comes by this side.
func (s sides) on(c web.Config) web.Config {
	c.Contact, c.PerAddress, c.PerAccount, c.Proxies, c.Side = s.contact, s.address, s.account, s.proxies, s.side
	return c
}
