package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/web"
)

// withJobs opens a house whose long reports set rows until they are let go.
func withJobs(t *testing.T) (*house, chan struct{}) {
	t.Helper()
	going := make(chan struct{})
	return open(t, func(c *web.Config) {
		c.LongReports = func(ctx context.Context, out *bytes.Buffer, _ approval.Actor, q web.ReportAsked, row func() error) error {
			for {
				if err := row(); err != nil {
					return err
				}
				select {
				case <-going:
					_, err := out.WriteString("%PDF " + q.Kind + " " + q.Code)
					return err
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(time.Millisecond):
				}
			}
		}
	}), going
}

// becomes waits until a job's page says so.
func (b *browser) becomes(at, says string) *page {
	b.h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		p := b.get(at).wants(http.StatusOK)
		if strings.Contains(p.text("main"), says) {
			return p
		}
		if time.Now().After(deadline) {
			b.h.t.Fatalf("%s never says %q: %s", at, says, p.text("main"))
		}
	}
}

// TestReportsAreMadeInTheBackground: progress without a script, a stop that
// works, a file for who asked and nobody else, and an end to how many.
func TestReportsAreMadeInTheBackground(t *testing.T) {
	h, going := withJobs(t)
	b := h.as("vanhanh")
	ask := func(kind string) *page {
		return b.post("/reports", url.Values{"kind": {kind}, "agency": {"H56"}, "on": {"22/11/2026"}})
	}
	first := ask("gate").wants(http.StatusSeeOther).header.Get("Location")
	p := b.becomes(first, "Đang lập")
	if p.header.Get("Refresh") != "2" || !strings.Contains(p.text("main"), "dòng") {
		t.Errorf("no progress without a script: %q %s", p.header.Get("Refresh"), p.text("main"))
	}
	b.get(first + "/file").wants(http.StatusNotFound)
	second := ask("agency").wants(http.StatusSeeOther).header.Get("Location")
	third := ask("inventory").wants(http.StatusSeeOther).header.Get("Location")
	b.becomes(third, "Đang chờ đến lượt")
	if p := ask("yearly").wants(http.StatusConflict); !strings.Contains(p.text("main"), "quá nhiều") {
		t.Errorf("a fourth: %s", p.text("main"))
	}
	b.post(third+"/stop", nil).leads(third)
	b.post(second+"/stop", nil).leads(second)
	for _, at := range []string{second, third} {
		if p := b.becomes(at, "Đã dừng"); p.header.Get("Refresh") != "" {
			t.Error("a stopped report is still asked for")
		}
	}
	close(going)
	b.becomes(first, "Đã xong")
	if p := b.get(first + "/file").wants(http.StatusOK); p.body != "%PDF gate H56" {
		t.Errorf("the file is %q", p.body)
	}
	b.get(second + "/file").wants(http.StatusNotFound)
	other := h.as("vanhanh2")
	other.get(first).wants(http.StatusNotFound)
	other.get(first + "/file").wants(http.StatusNotFound)
	other.post(first+"/stop", nil).wants(http.StatusNotFound)
	b.post("/reports", url.Values{"kind": {"gate"}, "agency": {"H41"}, "on": {"22/11/2026"}}).wants(http.StatusNotFound)
	b.post("/reports", url.Values{"kind": {"none"}, "on": {"23/11/2026"}}).wants(http.StatusUnprocessableEntity)
	if p := b.get("/reports"); len(p.all("tbody tr")) != 3 || len(p.all("option[value=national]")) != 0 {
		t.Errorf("the page of reports: %s", p.text("main"))
	}
}
