package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"capdo/templates"
)

// sheet is the style sheet under a name that changes with its content, so that
// browsers may keep it for ever.
type sheet struct {
	path  string
	bytes []byte
}

func loadSheet() (sheet, error) {
	b, err := templates.Files.ReadFile("app.css")
	if err != nil {
		return sheet{}, fmt.Errorf("read style sheet: %w", err)
	}
	sum := sha256.Sum256(b)
	return sheet{"/static/app." + hex.EncodeToString(sum[:6]) + ".css", b}, nil
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
	_, _ = w.Write(s.bytes) // the client may be gone; nothing to do about it
}
