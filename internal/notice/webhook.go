package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Hooks sends webhooks.
type Hooks struct {
	Key    []byte // the master key
	Client *http.Client
	Hosts  []string // that may be called; nil, or "*" among them: every public one
}

// mayName tells whether webhooks may go to a host.
func mayName(hosts []string, host string) bool {
	return hosts == nil || slices.Contains(hosts, "*") || slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// NewHooks makes the sender of webhooks. It connects to public addresses, and to
// those of the networks named; it follows no redirect and uses no proxy of the
// environment: an address that somebody entered must not become a way into the
// network behind this server.
func NewHooks(key []byte, networks []netip.Prefix) *Hooks {
	dial := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return mayCall(at.Addr().Unmap(), networks)
	}}
	transport := &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10}
	return &Hooks{Key: key, Client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// mayCall tells whether an address may be connected to.
func mayCall(a netip.Addr, networks []netip.Prefix) error {
	if slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) }) {
		return nil
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || netip.MustParsePrefix("100.64.0.0/10").Contains(a) {
		return fmt.Errorf("address %s is not public and its network is not listed", a)
	}
	return nil
}

// payload is the body of a webhook.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // when it happened
	Data      payloadData `json:"data"`
}

type payloadData struct {
	System     string `json:"system,omitempty"`
	Connection string `json:"connection,omitempty"`
	Number     string `json:"number,omitempty"`
}

// payloadOf is what a webhook says of an event: "system.KIND", or of a connection
// "connection.suspended" and "connection.reinstated".
func payloadOf(e Event) payload {
	p := payload{Type: "system." + e.Kind, Timestamp: e.At.UTC(), Data: payloadData{System: e.System, Number: e.Number}}
	switch e.Kind {
	case LinkShut:
		p.Type, p.Data = "connection.suspended", payloadData{Connection: e.System, Number: e.Number}
	case LinkOpened:
		p.Type, p.Data = "connection.reinstated", payloadData{Connection: e.System, Number: e.Number}
	}
	return p
}

// Send implements Sender.
func (h *Hooks) Send(ctx context.Context, s Subscription, ds []Delivery, now time.Time) error {
	if len(ds) != 1 {
		return errors.New("a webhook carries one event")
	}
	e := ds[0].Event
	body, err := json.Marshal(payloadOf(e))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if !mayName(h.Hosts, r.URL.Hostname()) {
		return fmt.Errorf("host %s is not listed", r.URL.Hostname())
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "capdo")
	r.Header.Set("webhook-id", ds[0].ID())
	r.Header.Set("webhook-timestamp", stamp)
	r.Header.Set("webhook-signature", sign(secrets(h.Key, s, now), ds[0].ID(), stamp, body))
	res, err := h.Client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 16<<10) // lets the connection be kept; what it says does not matter
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusGone:
		return ErrGone
	}
	return fmt.Errorf("the receiver answered %d", res.StatusCode)
}

// sign signs a message with each secret.
func sign(keys [][]byte, id, stamp string, body []byte) string {
	var out []string
	for _, key := range keys {
		m := hmac.New(sha256.New, key)
		fmt.Fprintf(m, "%s.%s.%s", id, stamp, body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
	}
	return strings.Join(out, " ")
}
