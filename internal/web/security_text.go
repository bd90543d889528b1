package web

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// contactLife is how long what security.txt says may be relied on; it is written
// anew at every request.
const contactLife = 180 * 24 * time.Hour

// securityText says where to report a weakness (RFC 9116).
func (s *site) securityText(w http.ResponseWriter, _ *http.Request) {
	if s.Contact == "" {
		http.Error(w, "no contact is configured", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := fmt.Sprintf("Contact: %s\nExpires: %s\nPreferred-Languages: vi, en\n", s.Contact, s.Clock().Add(contactLife).UTC().Format(time.RFC3339))
	_, _ = io.WriteString(w, text) // the client may be gone; nothing to do about it
}
