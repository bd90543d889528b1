package workbook

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"sync"
	"time"

	"capdo/internal/sheet"
)

// Tray holds the tables that were brought back between the dry run and the word
// to go on: in memory only, for a while, a few for each account. A table that is
// no longer held is brought again.
type Tray struct {
	Clock func() time.Time

	mu   sync.Mutex
	held []held
}

// held is a table on the tray.
type held struct {
	id, account string
	form        Form
	system      string
	digest      string
	file        []byte
	at          time.Time
}

// The bounds of a tray.
const (
	keep       = time.Hour
	perAccount = 2
	mostHeld   = 64 << 20 // bytes
)

// Put takes a table in and returns the id under which its account finds it; a
// file above the limit is a *sheet.Refused.
func (t *Tray) Put(account string, f Form, system string, r io.Reader) (id string, err error) {
	b, err := io.ReadAll(io.LimitReader(r, sheet.MaxFile+1))
	if err != nil {
		return "", err
	}
	if len(b) > sheet.MaxFile {
		_, err := sheet.Open(bytes.NewReader(b), int64(len(b)), nil) // says that it is too large
		return "", err
	}
	sum := sha256.Sum256(b)
	h := held{id: rand.Text(), account: account, form: f, system: system, digest: hex.EncodeToString(sum[:]), file: b, at: t.Clock()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, h)
	t.tidy(h.at)
	return h.id, nil
}

// tidy drops what is too old, then the oldest beyond what may be held.
func (t *Tray) tidy(now time.Time) {
	t.held = slices.DeleteFunc(t.held, func(h held) bool { return now.Sub(h.at) > keep })
	of, size := map[string]int{}, 0
	for i := len(t.held) - 1; i >= 0; i-- {
		h := t.held[i]
		of[h.account]++
		if size += len(h.file); of[h.account] > perAccount || size > mostHeld {
			t.held = slices.Delete(t.held, i, i+1)
			size -= len(h.file)
		}
	}
}

// Take returns the table that an account holds under an id; false when there is
// none, whoever else may hold one.
func (t *Tray) Take(account, id string) (Upload, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tidy(t.Clock())
	for _, h := range t.held {
		if h.id == id && h.account == account {
			return Upload{Form: h.form, System: h.system, Digest: h.digest, Body: bytes.NewReader(h.file), Size: int64(len(h.file))}, true
		}
	}
	return Upload{}, false
}

// Drop gives a table up.
func (t *Tray) Drop(account, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = slices.DeleteFunc(t.held, func(h held) bool { return h.id == id && h.account == account })
}
