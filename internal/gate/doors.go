package gate

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"capdo/internal/law"
)

// Doors says how gateways come to the gate. The zero value is safe: only this
// machine is trusted to name the asking system.
type Doors struct {
	TrustedPeers   []netip.Prefix // whose questions are answered, at every door; none: loopback
	SystemHeader   string         // names the asking system; "" = X-System-Id
	ProviderHeader string         // names the providing system; "" = X-Provider-Id
	ServiceHeader  string         // names the data service; "" = X-Service-Id
	Uses           Uses           // keeps the logs that gateways return; nil = no such door
	ProvenOnly     bool           // take a log only from a gateway that proved who it is (Named)
	BothSides      bool           // deny at /gate/v1/connect where no provider is named
	Platform       string         // of the gateway at /gate/v1/connect: NDXP (also ""), NDOP
	Principal      string         // start of the SPIFFE or other URI in source.principal after which Envoy names the asking system; "" = it names it in SystemHeader
	Base           string         // https address of the AuthZEN decision point, without query; "" = no metadata
}

// The addresses of the gate.
const (
	decisionsPath   = "/gate/v1/decisions"
	connectPath     = "/gate/v1/connect"
	sandboxPath     = "/gate/v1/sandbox"
	evaluationPath  = "/access/v1/evaluation"
	evaluationsPath = "/access/v1/evaluations"
	metadataPath    = "/.well-known/authzen-configuration"
	envoyPath       = "/envoy.service.auth.v3.Authorization/Check"
)

// front serves the doors of a gate.
type front struct {
	*Gate
	Doors
	metadata string // the path of the metadata, "" = none
	next     http.Handler
}

// Handler serves the gate alone, through its default doors; see the package
// comment for the contract. What it does not know it refuses.
func (g *Gate) Handler() http.Handler {
	f := &front{Gate: g}
	f.fill()
	return f
}

// Before serves the gate's addresses through the given doors, and everything
// else by next. It reads paths as they come: a mux in front would answer an
// untidy one with a redirect. It fails on doors that cannot be meant.
func (g *Gate) Before(next http.Handler, d Doors) (http.Handler, error) {
	f := &front{Gate: g, Doors: d, next: next}
	f.fill()
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("open doors: %w", err)
	}
	return f, f.locate()
}

// fill puts in what was left out.
func (f *front) fill() {
	if len(f.TrustedPeers) == 0 {
		f.TrustedPeers = []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8), netip.PrefixFrom(netip.IPv6Loopback(), 128)}
	}
	f.SystemHeader = http.CanonicalHeaderKey(cmp.Or(f.SystemHeader, "X-System-Id"))
	f.ProviderHeader = http.CanonicalHeaderKey(cmp.Or(f.ProviderHeader, "X-Provider-Id"))
	f.ServiceHeader = http.CanonicalHeaderKey(cmp.Or(f.ServiceHeader, "X-Service-Id"))
}

// check refuses doors that cannot be meant.
func (f *front) check() error {
	for _, p := range f.TrustedPeers {
		if !p.IsValid() || p.Addr().Is4In6() {
			return fmt.Errorf("trusted peer %v is no network", p)
		}
	}
	for _, name := range []string{f.SystemHeader, f.ProviderHeader, f.ServiceHeader} {
		if strings.Trim(strings.ToLower(name), "-0123456789abcdefghijklmnopqrstuvwxyz") != "" {
			return fmt.Errorf("%q is no name of a header", name)
		}
	}
	if f.SystemHeader == f.ProviderHeader {
		return fmt.Errorf("%s names both sides", f.SystemHeader)
	}
	if f.ServiceHeader == f.SystemHeader || f.ServiceHeader == f.ProviderHeader {
		return fmt.Errorf("%s names a system and a service", f.ServiceHeader)
	}
	if says := (Question{Provider: "A", Platform: f.Platform}).flaw(); says.EN != "" {
		return fmt.Errorf("platform %q is neither NDXP nor NDOP", f.Platform)
	}
	return nil
}

// locate finds where the metadata stands: the well-known path goes between the
// host and the path of the decision point.
func (f *front) locate() error {
	if f.Base == "" {
		return nil
	}
	u, err := url.Parse(f.Base)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(f.Base, "?#") {
		return fmt.Errorf("open doors: %q is no https address without query", f.Base)
	}
	f.Base = strings.TrimSuffix(f.Base, "/")
	f.metadata = metadataPath + strings.TrimSuffix(u.Path, "/")
	return nil
}

// ServeHTTP is every address of the gate. An address is taken as it was written:
// one that is another only after decoding is none of them.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch p := r.URL.EscapedPath(); {
	case subrequest(p) != "":
		f.connect(w, r)
	case p == envoyPath:
		f.envoy(w, r)
	case f.asks(p) && !f.trusts(r.RemoteAddr):
		f.estrange(w, p)
	case p == logPath && f.Uses != nil:
		f.logs(w, r)
	case p == decisionsPath:
		f.decisions(w, r)
	case p == evaluationPath:
		f.evaluation(w, r, false)
	case p == evaluationsPath:
		f.evaluation(w, r, true)
	case f.Systems != nil && (p == searchSubjectPath || p == searchResourcePath || p == searchActionPath):
		f.searching(w, r)
	case p == f.metadata && f.metadata != "":
		f.describe(w, r)
	case f.next != nil && !ours(p) && !ours(r.URL.Path):
		f.next.ServeHTTP(w, r)
	default:
		f.refuse(w, http.StatusNotFound, law.Text{VI: "Không có địa chỉ này; hỏi tại " + decisionsPath + ".", EN: "There is no such address; ask at " + decisionsPath + "."})
	}
}

// asks tells whether what stands at an address tells something of systems, in the
// words of the asker's choice.
func (f *front) asks(p string) bool {
	return p == decisionsPath || p == evaluationPath || p == evaluationsPath || f.Systems != nil && (p == searchSubjectPath || p == searchResourcePath || p == searchActionPath)
}

// estrange refuses whoever is no gateway: what is known of a system concerns not
// everyone who reaches an address.
func (f *front) estrange(w http.ResponseWriter, p string) {
	switch p {
	case decisionsPath:
		f.tally.unread(decisionDoor)
		write(w, http.StatusForbidden, refusal(Question{}, f.Now(), stranger()))
		return
	case evaluationPath, evaluationsPath:
		f.tally.unread(doorOf(p == evaluationsPath))
	}
	complain(w, http.StatusForbidden, stranger().says)
}

// subrequest is the profile for which a gateway asks at an address of its
// configuration, whatever it appends to it; "" when it asks elsewhere.
func subrequest(path string) string {
	switch {
	case path == connectPath, strings.HasPrefix(path, connectPath+"/"):
		return Production
	case path == sandboxPath, strings.HasPrefix(path, sandboxPath+"/"):
		return Sandbox
	}
	return ""
}

// ours tells whether an address belongs to the gate, known or not.
func ours(path string) bool {
	for _, p := range []string{"/gate/v1/", "/access/v1/", "/envoy.service.auth.v3.Authorization/", metadataPath} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
