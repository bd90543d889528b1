package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"capdo/templates"
)

// sheet is the style sheet under a name that changes with its content, so that
// browsers may keep it for ever.
type sheet struct {
	path         string
	bytes, small []byte // as it is, and compressed
}

func loadSheet() (sheet, error) {
	b, err := templates.Files.ReadFile("app.css")
	if err != nil {
		return sheet{}, fmt.Errorf("read style sheet: %w", err)
	}
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	if _, err := z.Write(b); err != nil {
		return sheet{}, fmt.Errorf("compress style sheet: %w", err)
	}
	if err := z.Close(); err != nil {
		return sheet{}, fmt.Errorf("compress style sheet: %w", err)
	}
	sum := sha256.Sum256(b)
	return sheet{"/static/app." + hex.EncodeToString(sum[:6]) + ".css", b, small.Bytes()}, nil
}

// ServeHTTP answers for the one name; anything else under /static is absent.
func (s sheet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != s.path {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := s.bytes
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = s.small
	}
	_, _ = w.Write(body) // the client may be gone; nothing to do about it
}
