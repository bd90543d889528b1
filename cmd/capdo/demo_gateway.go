package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"capdo/internal/machine"
)

// demoMachine is the demo's gateway: its record, its certificate, and the
// listener at which it asks.
type demoMachine struct {
	front   front
	browser *browser // asks with the gateway's certificate
	dir     string
	base    string
}

// demoGatewayName is its name on the record.
const demoGatewayName = "demo-ndxp"

// demoGateway makes a certificate authority of its own, certificates of the
// listener and of a gateway, and the gateway's record with the pin of its key.
func (p *program) demoGateway(ctx context.Context, dir string) (m demoMachine, err error) {
	m.dir = filepath.Join(dir, "gateway")
	ca, err := newDemoAuthority(m.dir, p.clock())
	if err != nil {
		return m, err
	}
	if err := errors.Join(ca.issue("server", x509.ExtKeyUsageServerAuth), ca.issue("gateway", x509.ExtKeyUsageClientAuth)); err != nil {
		return m, err
	}
	at := func(name string) string { return filepath.Join(m.dir, name) }
	text, err := os.ReadFile(at("gateway.pem"))
	if err != nil {
		return m, err
	}
	pin, err := machine.ReadPin(text)
	if err != nil {
		return m, err
	}
	if _, err := p.machines.Register(ctx, keeper(), machine.Registration{Name: demoGatewayName, Title: "Máy cổng của bản minh họa", Body: "G01", Reach: machine.Reach{All: true, Platforms: []string{machine.NDXP, machine.NDOP}}, Pin: &pin}); err != nil {
		return m, err
	}
	flags := machineFlags{listen: "127.0.0.1:0", cert: at("server.pem"), key: at("server.key"), ca: at("ca.pem")}
	l, err := flags.machineListener()
	if err != nil {
		return m, err
	}
	pair, err := tls.LoadX509KeyPair(at("gateway.pem"), at("gateway.key"))
	if err != nil {
		return m, errors.Join(err, l.Close())
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	m.front, m.base = front{machines: l, flags: flags}, "https://"+dialable(l.Addr())
	m.browser = &browser{m.base, &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, Certificates: []tls.Certificate{pair}}}}}
	return m, nil
}

// gateway prints how to ask as the demo's gateway does.
func (t *teller) gateway(m demoMachine) {
	t.say("\nHỏi cổng như máy cổng, với chứng thư của bản minh họa / ask as the gateway, with the demo's certificate:")
	t.say("  curl --cacert %[1]s/ca.pem --cert %[1]s/gateway.pem --key %[1]s/gateway.key '%[2]s/gate/v1/decisions?provider=G01-N01'", m.dir, m.base)
}
