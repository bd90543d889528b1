package notice_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/notice"
	"capdo/internal/store/storetest"
)

// received is a webhook as it came in.
type received struct {
	head http.Header
	body []byte
}

// receiver is an https server that keeps what it gets and answers as told.
func receiver(t *testing.T, status int) (*httptest.Server, *[]received) {
	t.Helper()
	var all []received
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		all = append(all, received{r.Header, b})
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s, &all
}

// hooks is a sender that trusts the receiver's certificate and may call this
// machine.
func hooks(w *world, s *httptest.Server) *notice.Hooks {
	h := notice.NewHooks(w.desk.Key, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	h.Client.Transport.(*http.Transport).TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
	return h
}

// verifies checks one signature as a receiver with the secret does, by the
// standard's own words.
func verifies(t *testing.T, secret string, r received) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(r.head.Get("webhook-id") + "." + r.head.Get("webhook-timestamp") + "." + string(r.body)))
	return slices.Contains(strings.Fields(r.head.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
}

func hookFor(s *httptest.Server) notice.Input {
	return notice.Input{Channel: notice.Webhook, Address: s.URL + "/hook", Kinds: []string{notice.Submitted}, Mode: notice.AtOnce}
}

func TestWebhook(t *testing.T) {
	w := open(t)
	server, got := receiver(t, http.StatusNoContent)
	w.disp.Senders[notice.Webhook] = hooks(w, server)
	sub := w.subscribe(officer("H56"), hookFor(server))
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	w.step()
	if len(*got) != 1 {
		t.Fatalf("%d webhooks", len(*got))
	}
	r := (*got)[0]
	if !verifies(t, w.desk.Secret(sub), r) {
		t.Error("the signature does not verify")
	}
	if stamp, _ := strconv.ParseInt(r.head.Get("webhook-timestamp"), 10, 64); stamp != w.clock.T.Unix() {
		t.Errorf("timestamp %d", stamp)
	}
	var body struct {
		Type, Timestamp string
		Data            map[string]string
	}
	if err := json.Unmarshal(r.body, &body); err != nil || body.Type != "system.submitted" || body.Data["system"] != s.Code || body.Timestamp == "" {
		t.Errorf("%s %v", r.body, err)
	}
	for _, secret := range []string{"Cổng", "vanthu", "H56-op"} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("the body tells %q", secret)
		}
	}
	tampered := r
	tampered.body = append(slices.Clone(r.body), ' ')
	if verifies(t, w.desk.Secret(sub), tampered) {
		t.Error("a changed body verifies")
	}
}

// TestNewSecret: for a day both secrets sign, then the new one alone.
func TestNewSecret(t *testing.T) {
	w := open(t)
	server, got := receiver(t, http.StatusOK)
	w.disp.Senders[notice.Webhook] = hooks(w, server)
	old := w.subscribe(officer("H56"), hookFor(server))
	fresh, err := w.desk.NewSecret(context.Background(), officer("H56"), old.ID)
	if err != nil || w.desk.Secret(fresh) == w.desk.Secret(old) {
		t.Fatal(err, "or the secret is the same")
	}
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	w.clock.T = w.clock.T.Add(25 * time.Hour)
	storetest.Lead(t, w.office, "H56", "Cổng khác", storetest.Submitted)
	w.step()
	if len(*got) != 2 {
		t.Fatalf("%d webhooks", len(*got))
	}
	for i, want := range []bool{true, false} {
		if !verifies(t, w.desk.Secret(fresh), (*got)[i]) || verifies(t, w.desk.Secret(old), (*got)[i]) != want {
			t.Errorf("webhook %d is signed otherwise", i)
		}
	}
	if _, err := w.desk.NewSecret(context.Background(), officer("H41"), old.ID); !absent(err) {
		t.Errorf("another's subscription: %v", err)
	}
	w.verified()
}

// TestWebhookRefused: a redirect is not followed, an error is tried again, 410
// ends.
func TestWebhookRefused(t *testing.T) {
	for status, state := range map[int]string{http.StatusFound: notice.Waiting, http.StatusInternalServerError: notice.Waiting, http.StatusGone: notice.Failed, http.StatusAccepted: notice.Sent} {
		w := open(t)
		server, got := receiver(t, status)
		w.disp.Senders[notice.Webhook] = hooks(w, server)
		sub := w.subscribe(officer("H56"), hookFor(server))
		storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
		w.step()
		ds, err := w.store.Deliveries(context.Background(), sub.Login, sub.ID, 5)
		if err != nil || len(ds) != 1 || ds[0].State != state || len(*got) != 1 {
			t.Errorf("%d: %+v, %d requests, %v", status, ds, len(*got), err)
		}
	}
}

// TestWhereWebhooksMayGo: an address inside the network is not called unless it
// is listed, whatever name leads to it.
func TestWhereWebhooksMayGo(t *testing.T) {
	w := open(t)
	server, got := receiver(t, http.StatusOK)
	h := notice.NewHooks(w.desk.Key, nil)
	h.Client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd00::1]", "[fe80::1]"} {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		err := h.Send(ctx, notice.Subscription{ID: "x", Address: "https://" + host + ":" + port}, []notice.Delivery{{Subscription: "x"}}, w.clock.T)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "not public") && !strings.Contains(err.Error(), "network is unreachable") && !strings.Contains(err.Error(), "cannot assign") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(*got) > 0 {
		t.Errorf("%d requests arrived", len(*got))
	}
}

// smtpd starts the SMTP server of Debian's python3-aiosmtpd, which keeps mail in
// a maildir.
func smtpd(t *testing.T) (port int, box string) {
	t.Helper()
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import aiosmtpd").Run() != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatal("aiosmtpd is not installed (Debian: python3-aiosmtpd)")
		}
		t.Skip("aiosmtpd is not installed (Debian: python3-aiosmtpd)")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	box = filepath.Join(t.TempDir(), "box")
	cmd := exec.Command(python, "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:"+strconv.Itoa(port), "-c", "aiosmtpd.handlers.Mailbox", box)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 200 {
		c, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
		if err == nil {
			greeting, err := bufio.NewReader(c).ReadString('\n')
			c.Close()
			if err == nil && strings.HasPrefix(greeting, "220") {
				return port, box
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the SMTP server did not start")
	return 0, ""
}

// letters reads the maildir.
func letters(t *testing.T, box string) (all []*mail.Message, bodies []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(box, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := mail.ReadMessage(f)
		if err != nil {
			t.Fatal(err)
		}
		if enc := m.Header.Get("Content-Transfer-Encoding"); enc != "quoted-printable" {
			t.Fatalf("encoding %q", enc)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil {
			t.Fatal(err)
		}
		all, bodies = append(all, m), append(bodies, string(b))
	}
	return all, bodies
}

// TestMail sends through a real SMTP server and reads what arrived.
func TestMail(t *testing.T) {
	port, box := smtpd(t)
	w := open(t)
	mails := &notice.Mails{Host: "127.0.0.1", Port: port, TLS: "none", From: "capdo@coquan.example", Base: "https://capdo.coquan.example"}
	if err := mails.Check(); err != nil {
		t.Fatal(err)
	}
	w.disp.Senders[notice.Email] = mails
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted, notice.Approved))
	w.subscribe(officer("H56"), mailFor(notice.Digest, notice.Kinds()...))
	s := storetest.Lead(t, w.office, "H56", "Cổng dịch vụ công", storetest.Approved)
	w.step()
	w.step()
	all, bodies := letters(t, box)
	if len(all) != 2 {
		t.Fatalf("%d letters", len(all))
	}
	var subjects, ids []string
	for i, m := range all {
		text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		subjects, ids = append(subjects, text), append(ids, m.Header.Get("Message-ID"))
		if m.Header.Get("To") != "<vanthu@coquan.example>" || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Date") == "" {
			t.Errorf("headers %v", m.Header)
		}
		if !strings.Contains(bodies[i], "https://capdo.coquan.example/systems/"+s.Code) || strings.Contains(bodies[i], "Cổng dịch vụ công") {
			t.Errorf("body %q", bodies[i])
		}
	}
	slices.Sort(subjects)
	if want := []string{"[capdo] " + s.Code + ": Có quyết định phê duyệt", "[capdo] " + s.Code + ": Hồ sơ đề xuất cấp độ đã được gửi"}; !slices.Equal(subjects, want) {
		t.Errorf("subjects %q, want %q", subjects, want)
	}
	if ids[0] == ids[1] || ids[0] == "" {
		t.Errorf("Message-IDs %q", ids)
	}
	w.clock.T = day.AddDays(1).Time().Add(7 * time.Hour)
	w.step()
	all, bodies = letters(t, box)
	i := slices.IndexFunc(all, func(m *mail.Message) bool {
		text, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		return text == "[capdo] 3 việc trong ngày"
	})
	if len(all) != 3 || i < 0 || !strings.Contains(bodies[i], "Hồ sơ được thẩm định là phù hợp") || !strings.Contains(bodies[i], "The dossier was appraised as fit") {
		t.Errorf("%d letters: %q", len(all), bodies)
	}
}

// TestMailServerGone: nothing is lost while the server is away.
func TestMailServerGone(t *testing.T) {
	w := open(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	w.disp.Senders[notice.Email] = &notice.Mails{Host: "127.0.0.1", Port: port, TLS: "none", From: "capdo@coquan.example"}
	sub := w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted))
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	ds, err := w.store.Deliveries(context.Background(), sub.Login, sub.ID, 5)
	if err != nil || len(ds) != 1 || ds[0].State != notice.Waiting || ds[0].Attempts != 1 || ds[0].Error == "" {
		t.Fatalf("%+v %v", ds, err)
	}
	w.disp.Senders[notice.Email] = w.mail
	w.clock.T = ds[0].NextAt
	w.step()
	if len(w.mail.sent) != 1 {
		t.Errorf("sent %q", w.mail.sent)
	}
}

// TestMailSettings: a password never goes over an open line.
func TestMailSettings(t *testing.T) {
	for name, m := range map[string]notice.Mails{
		"password in the open": {TLS: "none", User: "u", From: "a@b.example"},
		"unknown tls":          {TLS: "maybe", From: "a@b.example"},
		"no sender":            {TLS: "tls"},
	} {
		if err := m.Check(); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	for _, kind := range notice.Kinds() {
		if says := notice.Says(kind); says.VI == kind || says.EN == "" {
			t.Errorf("%s is not said: %v", kind, fmt.Sprint(says))
		}
	}
}

// TestMailHeadersHold: whatever address somebody enters, no line of a mail's head
// is theirs.
func TestMailHeadersHold(t *testing.T) {
	w := open(t)
	for _, address := range []string{"a@b.example\r\nBcc: x@y.example", "a@b.example\nSubject: x", "\"a\r\nBcc: x\"@b.example", "a@b.example, x@y.example", "x <a@b.example>", "a@b.example\x00"} {
		_, err := w.desk.Subscribe(t.Context(), officer("H56"), notice.Input{Channel: notice.Email, Address: address, Kinds: notice.Kinds()[:1], Mode: notice.AtOnce})
		if err == nil {
			t.Errorf("%q was taken", address)
		}
		m := notice.Mails{Host: "127.0.0.1", Port: 1, TLS: "none", From: "capdo@coquan.example"}
		text, err := notice.Composed(&m, notice.Subscription{Address: address}, []notice.Delivery{{Event: notice.Event{Kind: notice.Submitted, System: "H56-0001"}}})
		if err != nil {
			continue // refused a second time
		}
		head, _, _ := strings.Cut(text, "\r\n\r\n")
		for line := range strings.Lines(head) {
			if strings.HasPrefix(line, "Bcc") || strings.HasPrefix(line, "Subject: x") {
				t.Errorf("%q gives the line %q", address, line)
			}
		}
	}
}

// TestWebhooksTrustCertificates: a receiver whose certificate nobody vouches for is
// told nothing; nor one that is not listed, where some are.
func TestWebhooksTrustCertificates(t *testing.T) {
	w := open(t)
	server, got := receiver(t, http.StatusOK)
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	send := func(h *notice.Hooks) error {
		return h.Send(t.Context(), notice.Subscription{ID: "x", Address: server.URL}, []notice.Delivery{{Subscription: "x"}}, w.clock.T)
	}
	if err := send(notice.NewHooks(w.desk.Key, loopback)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v", err)
	}
	trusting := notice.NewHooks(w.desk.Key, loopback)
	trusting.Client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	for _, hosts := range [][]string{{"receiver.example"}, {"127.0.0.1.evil.example", "0.0.1"}} {
		trusting.Hosts = hosts
		if err := send(trusting); err == nil || !strings.Contains(err.Error(), "not listed") {
			t.Errorf("%v: %v", hosts, err)
		}
	}
	if len(*got) > 0 {
		t.Errorf("%d requests arrived", len(*got))
	}
	trusting.Hosts = []string{"127.0.0.1"}
	if err := send(trusting); err != nil || len(*got) != 1 {
		t.Errorf("the listed one: %v, %d requests", err, len(*got))
	}
	w.desk.Hosts = []string{"receiver.example"}
	in := notice.Input{Channel: notice.Webhook, Address: "https://other.example/x", Kinds: notice.Kinds()[:1], Mode: notice.AtOnce}
	if _, err := w.desk.Subscribe(t.Context(), officer("H56"), in); err == nil || !strings.Contains(err.Error(), "webhook-host") {
		t.Errorf("subscribed: %v", err)
	}
}
