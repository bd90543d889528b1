package gazette

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"capdo/internal/ledger"
	"capdo/internal/seal"
)

// TypeSnapshot is the type of a snapshot's signature.
const TypeSnapshot = "capdo-snapshot+ndjson"

// Head is the first line of a snapshot. The lines after it are Items, by place;
// the last line is {"jws":…}, a detached JWS over all bytes before it.
type Head struct {
	Kind       string   `json:"kind"` // capdo-snapshot/2
	Platform   string   `json:"platform"`
	Version    int64    `json:"version"` // size of the ledger
	Since      int64    `json:"since"`   // 0: every system; else those that may have changed since that version
	IAT        int64    `json:"iat"`
	EXP        int64    `json:"exp"`
	Usable     [5]int64 `json:"usable"` // seconds after iat, by level
	Count      int      `json:"count"`  // of items here
	State      string   `json:"state"`  // of every item, those left out too
	Law        string   `json:"law"`
	Checkpoint string   `json:"checkpoint"` // signed note
	From       int64    `json:"from"`       // where the proof begins; 0: none
	Proof      []string `json:"proof"`      // base64: the ledger of From is the beginning of this one
}

// Kind is what a head calls itself.
const Kind = "capdo-snapshot/2"

// Item is the decision on one system.
type Item struct {
	Code       string     `json:"code"`
	Place      int        `json:"place"`
	Decision   string     `json:"decision"`
	Status     string     `json:"status"`
	Level      int        `json:"level"`
	ValidUntil *time.Time `json:"valid_until"`
}

// Line writes an item as it stands in the snapshot.
func (i Item) Line() ([]byte, error) {
	b, err := json.Marshal(i)
	return append(b, '\n'), err
}

// State hashes items, by place: SHA-256, in hex, over the SHA-256 of the lines of
// every 256 of them, so that one that changes costs no more than its neighbours.
func State(items []Item) (string, error) {
	h := sha256.New()
	for part := range slices.Chunk(items, pageLen) {
		sum, err := stateOf(part)
		if err != nil {
			return "", err
		}
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func stateOf(items []Item) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, i := range items {
		b, err := i.Line()
		if err != nil {
			return sum, err
		}
		h.Write(b)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// item is the line of a place as it is handed out.
func (l line) item(place int) Item {
	return Item{l.code, place, decision(l.status), l.status.String(), int(l.level), dated(l.until)}
}

// snapshot is one being handed out: line by line, however many there are.
type snapshot struct {
	head  []byte
	lines lines
	since int64 // lines that changed since
	key   *seal.Key
}

// snapshot is that of an edition for a reader that saw since; whole when it has no
// earlier one at hand.
func (p *Press) snapshot(ctx context.Context, e *edition, platform int, since int64, whole bool) (x snapshot, err error) {
	x.lines = e.lines[platform]
	h := Head{Kind: Kind, Platform: platforms()[platform], Version: e.checkpoint.Size, IAT: e.iat, EXP: e.exp, Law: p.Book.Digest(), Checkpoint: e.note, From: since, Proof: []string{}}
	for k, s := range p.Book.Lists().Usable {
		h.Usable[k] = int64(s)
	}
	if h.State, err = x.lines.state(); err != nil {
		return x, err
	}
	if err := p.Register.Prove(ctx, func(_ int64, r ledger.Reader) error {
		proof, err := ledger.ProveConsistency(since, h.Version, r)
		h.Proof = PrintProof(proof)
		return err
	}); err != nil {
		return x, err
	}
	if !whole && since > p.floorOf() {
		h.Since = since
	}
	x.since = h.Since
	for range x.items() {
		h.Count++
	}
	if x.head, err = json.Marshal(h); err != nil {
		return x, err
	}
	x.key, err = p.Key(ctx, seal.ES256)
	return x, err
}

// items are those of the snapshot.
func (x *snapshot) items() iter.Seq2[int, line] {
	return func(yield func(int, line) bool) {
		for place, l := range x.lines.all() {
			if l.changed >= x.since && !yield(place, l) {
				return
			}
		}
	}
}

// write writes it, and signs what was written.
func (x *snapshot) write(to io.Writer) error {
	sig, err := x.key.Detach(TypeSnapshot)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(to, 64<<10)
	both := io.MultiWriter(sig, w)
	if _, err := both.Write(append(x.head, '\n')); err != nil {
		return err
	}
	for place, l := range x.items() {
		b, err := l.item(place).Line()
		if err == nil {
			_, err = both.Write(b)
		}
		if err != nil {
			return err
		}
	}
	jws, err := sig.Sign()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\"jws\":\"%s\"}\n", jws); err != nil {
		return err
	}
	return w.Flush()
}

func (p *Press) floorOf() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.floor
}

// PrintProof prints a proof, a hash in base64 each.
func PrintProof(proof []ledger.Hash) []string {
	out := make([]string, len(proof))
	for i, h := range proof {
		out[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return out
}

// ReadProof reads what PrintProof printed.
func ReadProof(text []string) ([]ledger.Hash, error) {
	out := make([]ledger.Hash, len(text))
	for i, s := range text {
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || len(b) != ledger.HashSize {
			return nil, fmt.Errorf("proof: %q is no hash", s)
		}
		out[i] = ledger.Hash(b)
	}
	return out, nil
}
