package web_test

import (
	"net/http"
	"strings"
	"testing"

	"capdo/internal/web"
)

// TestSecurityText says where to report a weakness, and nothing where nobody set it.
func TestSecurityText(t *testing.T) {
	h := open(t, func(c *web.Config) { c.Contact = "mailto:an-ninh@capdo.example" })
	p := h.stranger().get("/.well-known/security.txt").wants(http.StatusOK)
	if !strings.Contains(p.body, "Contact: mailto:an-ninh@capdo.example\n") || !strings.Contains(p.body, "Expires: 2027-05-21T05:00:00Z\n") {
		t.Errorf("%s", p.body)
	}
	open(t, nil).stranger().get("/.well-known/security.txt").wants(http.StatusNotFound)
}
