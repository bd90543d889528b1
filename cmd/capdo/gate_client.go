package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/gateclient"
	"capdo/internal/law"
	"capdo/internal/seal"
)

// reader is the gateway's side of the command line.
type reader struct {
	url, ca, cert, key, trust, memory, origin, platform string
}

func (r *reader) declare(f *flag.FlagSet, w world) {
	f.StringVar(&r.url, "url", "http://127.0.0.1:8080", "address of the service (CAPDO_URL)")
	f.StringVar(&r.ca, "ca", "", "certificates of the authority to rely on, PEM; default: the system's")
	f.StringVar(&r.cert, "cert", "", "certificate to show, PEM")
	f.StringVar(&r.key, "key", "", "its key, PEM")
	f.StringVar(&r.trust, "trust", "", "keys to rely on, a JWK set got beforehand (capdo key list --jwks) (CAPDO_TRUST)")
	f.StringVar(&r.memory, "memory", "", "file that remembers what was seen, so that nothing older is taken (CAPDO_MEMORY)")
	f.StringVar(&r.origin, "origin", defaultOrigin, "name of the ledger (CAPDO_ORIGIN)")
	f.StringVar(&r.platform, "platform", "NDXP", "NDXP or NDOP")
}

// client connects as the flags say.
func (r *reader) client() (*gateclient.Client, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.ca != "" {
		pem, err := os.ReadFile(r.ca)
		if err != nil {
			return nil, err
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", r.ca)
		}
	}
	if r.cert != "" {
		own, err := tls.LoadX509KeyPair(r.cert, r.key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{own}
	}
	return &gateclient.Client{Base: strings.TrimSuffix(r.url, "/"), HTTP: &http.Client{Timeout: 45 * time.Second, Transport: &http.Transport{TLSClientConfig: c},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// keys reads what is relied on.
func (r *reader) keys() (seal.Trust, error) {
	if r.trust == "" {
		return nil, errors.New("--trust names no keys: without them nothing can be believed")
	}
	b, err := os.ReadFile(r.trust)
	if err != nil {
		return nil, err
	}
	return seal.ParseJWKS(b)
}

// remembering runs f with the memory, and keeps it when f was content.
func (r *reader) remembering(f func(*gateclient.Memory) error) error {
	m := &gateclient.Memory{Lists: map[string]gateclient.Mark{}}
	if r.memory != "" {
		var err error
		if m, err = gateclient.Remember(r.memory); err != nil {
			return err
		}
	}
	if err := f(m); err != nil || r.memory == "" {
		return err
	}
	return m.Keep(r.memory)
}

// gateCommand asks the gate, or reads what is signed; whatever is not an allow
// ends with status 1 or 2.
func gateCommand(ctx context.Context, w world) error {
	words := map[string]func(context.Context, world) error{"ask": gateAsk, "watch": gateWatch, "verify-list": gateVerifyList, "snapshot": gateSnapshot, "log": gateLog}
	if len(w.args) == 0 || words[w.args[0]] == nil {
		return errors.New("say ask, watch, verify-list, snapshot or log; each tells its flags with -h")
	}
	f := words[w.args[0]]
	w.args = w.args[1:]
	return f(ctx, w)
}

// tell prints an answer; anything but an allow is a finding.
func tellAnswer(w world, a gateclient.Answer, err error) error {
	b, fault := json.Marshal(a)
	if fault != nil {
		return fault
	}
	fmt.Fprintf(w.out, "%s\n", b)
	if a.Warn {
		fmt.Fprintln(w.err, "capdo gate: half of the list's usable life is over; nothing newer came / đã qua nửa thời gian dùng được của danh sách")
	}
	if err != nil || !a.Allow {
		return errFound
	}
	return nil
}

func gateAsk(ctx context.Context, w world) error {
	f := flags(w, "gate ask", "--provider CODE [--consumer CODE] [--service CODE] [--on DAY [--known DAY|TIME]] [--url URL]")
	var r reader
	r.declare(f, w)
	q := gate.Question{}
	f.StringVar(&q.Provider, "provider", "", "the providing system")
	f.StringVar(&q.Consumer, "consumer", "", "the consuming system")
	f.StringVar(&q.Service, "service", "", "the data service")
	on := f.String("on", "", "the answer at the end of a day that is over, YYYY-MM-DD (default: now)")
	known := f.String("known", "", "with --on, by what was recorded to the end of a day, or to an instant of RFC 3339 (default: to the end of --on)")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	q.Platform = r.platform
	if *on == "" && *known == "" {
		a, err := c.Ask(ctx, q)
		return tellAnswer(w, a, err)
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	limit, err := readKnown(*known)
	if err != nil {
		return fmt.Errorf("--%w", err)
	}
	if q.At = approval.Believed(day).Last(); !limit.IsZero() {
		q.Known = limit.Add(-time.Microsecond) // the gate counts the instant itself
	}
	return tellThen(ctx, w, c, q)
}

// tellThen prints what the gate says of an instant that is over; anything but an
// allow is a finding.
func tellThen(ctx context.Context, w world, c *gateclient.Client, q gate.Question) error {
	then, err := c.AskThen(ctx, q)
	if err != nil {
		return err
	}
	b, err := json.Marshal(then)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s\n", b)
	if then.Decision != gate.Allow {
		return errFound
	}
	return nil
}

// gateVerifyList answers from a status list, in a file or at an address, about
// a system: by its certificate.
func gateVerifyList(ctx context.Context, w world) error {
	f := flags(w, "gate verify-list", "FILE|URL CODE --trust FILE [--token FILE] [--memory FILE]")
	var r reader
	r.declare(f, w)
	cert := f.String("token", "", "the system's certificate, a file; default: fetched from --url")
	cbor := f.Bool("cwt", false, "ask for the list in CBOR")
	rest, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	if len(rest) != 2 {
		return errors.New("name the list and the system")
	}
	trust, err := r.keys()
	if err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	a, err := r.listAnswer(ctx, w, c, trust, rest, *cert, *cbor)
	if err != nil && a.Why == "" {
		a.Why = err.Error()
	}
	return tellAnswer(w, a, err)
}

// listAnswer brings certificate and list together.
func (r *reader) listAnswer(ctx context.Context, w world, c *gateclient.Client, trust seal.Trust, what []string, cert string, cbor bool) (a gateclient.Answer, err error) {
	var token []byte
	if cert != "" {
		token, err = os.ReadFile(cert)
	} else {
		token, err = c.Get(ctx, "/gate/v1/tokens/"+what[1]+"?platform="+r.platform, "", 1<<20)
	}
	if err != nil {
		return a, err
	}
	t, err := gateclient.ReadToken(strings.TrimSpace(string(token)), what[1], trust, w.clock())
	if err != nil {
		return a, err
	}
	if t.Platform != r.platform {
		return a, fmt.Errorf("the certificate is for %s", t.Platform)
	}
	var list []byte
	if strings.Contains(what[0], "://") {
		accept := "application/statuslist+jwt"
		if cbor {
			accept = "application/statuslist+cwt"
		}
		list, err = c.Get(ctx, what[0], accept, 32<<20)
	} else {
		list, err = os.ReadFile(what[0])
	}
	if err != nil {
		return a, err
	}
	err = r.remembering(func(m *gateclient.Memory) error {
		a, err = m.CheckToken(list, trust, t, w.clock())
		return err
	})
	if err != nil {
		a.Allow = false
	}
	return a, err
}

// gateSnapshot fetches or reads every decision, checks it, and writes it.
func gateSnapshot(ctx context.Context, w world) error {
	f := flags(w, "gate snapshot", "--trust FILE [--in FILE | --url URL] [--out FILE] [--memory FILE] [CODE…]")
	var r reader
	r.declare(f, w)
	in := f.String("in", "", "read this file instead of asking")
	out := f.String("out", "", "write the checked snapshot here")
	codes, err := w.parse(f, 1000)
	if err != nil {
		return err
	}
	trust, err := r.keys()
	if err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	var s *gateclient.Snapshot
	var b []byte
	err = r.remembering(func(m *gateclient.Memory) error {
		if *in != "" {
			b, err = os.ReadFile(*in)
		} else {
			b, err = c.Whole(ctx, r.platform, m)
		}
		if err == nil {
			s, err = m.ReadSnapshot(b, trust, r.origin, r.platform, nil, w.clock())
		}
		return err
	})
	if err != nil {
		return err
	}
	if *out != "" {
		if err := writeNew(*out, b); err != nil {
			return err
		}
	}
	fmt.Fprintf(w.err, "version %d, %d systems, until %s\n", s.Head.Version, len(s.Items), time.Unix(s.Head.EXP, 0).UTC().Format(time.RFC3339))
	var bad error
	for _, code := range codes {
		a, err := s.Find(code, w.clock())
		if err := tellAnswer(w, a, err); err != nil {
			bad = err
		}
	}
	return bad
}

// gateWatch prints changes as they come, until it is told to stop.
func gateWatch(ctx context.Context, w world) error {
	f := flags(w, "gate watch", "[--url URL] [--since N] [--count N]")
	var r reader
	r.declare(f, w)
	since := f.Int64("since", -1, "the number of the last change known; default: from now on")
	count := f.Int("count", 0, "stop after so many; 0: never")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	for n := 0; *count == 0 || n < *count; {
		cs, next, err := c.Changes(ctx, *since)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		for _, x := range slices.DeleteFunc(cs, func(x gateclient.Change) bool { return x.Platform != r.platform }) {
			b, err := json.Marshal(x)
			if err != nil {
				return err
			}
			fmt.Fprintf(w.out, "%s\n", b)
			n++
		}
		*since = next
	}
	return nil
}
