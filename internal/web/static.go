package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"

	"capdo/templates"
)

// asset is a file of ours under a name that changes with its content, so that
// browsers may keep it for ever.
type asset struct {
	path, kind   string
	bytes, small []byte // as it is, and compressed
}

// loadAsset makes a file of the templates ready, of a media type.
func loadAsset(name, kind string) (asset, error) {
	b, err := templates.Files.ReadFile(name)
	if err != nil {
		return asset{}, fmt.Errorf("read %s: %w", name, err)
	}
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	if _, err := z.Write(b); err != nil {
		return asset{}, fmt.Errorf("compress %s: %w", name, err)
	}
	if err := z.Close(); err != nil {
		return asset{}, fmt.Errorf("compress %s: %w", name, err)
	}
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	return asset{"/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, kind, b, small.Bytes()}, nil
}

// loadAssets makes the style sheet and the scripts ready.
func (s *site) loadAssets() (err error) {
	if s.sheet, err = loadAsset("app.css", "text/css; charset=utf-8"); err != nil {
		return err
	}
	for name, a := range map[string]*asset{"app.js": &s.script, "app.keys.js": &s.keysScript, "app.session.js": &s.sessionScript, "app.passkey.js": &s.passkey} {
		if *a, err = loadAsset(name, "text/javascript; charset=utf-8"); err != nil {
			return err
		}
	}
	return nil
}

// static answers for the names of the assets; anything else under /static is absent.
func (s *site) static(w http.ResponseWriter, r *http.Request) {
	for _, a := range []asset{s.sheet, s.script, s.keysScript, s.sessionScript, s.passkey} {
		if r.URL.Path == a.path {
			a.serve(w, r)
			return
		}
	}
	http.NotFound(w, r)
}

// serve writes the file, compressed where the client takes that.
func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.bytes
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	_, _ = w.Write(body) // the client may be gone; nothing to do about it
}
