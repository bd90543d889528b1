package gazette

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/gate"
	"capdo/internal/ledger"
	"capdo/internal/statuslist"
)

// Before serves the gazette's addresses, and everything else by next.
func (p *Press) Before(next http.Handler) http.Handler { return p.serve(next, p.trusts) }

// Proven is Before where every asker proved to be a gateway: what it may ask is
// in the context (gate.Limited).
func (p *Press) Proven(next http.Handler) http.Handler {
	return p.serve(next, func(string) bool { return true })
}

func (p *Press) serve(next http.Handler, trusts func(remote string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, open := p.route(r.URL.Path)
		switch {
		case h == nil:
			next.ServeHTTP(w, r)
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", "GET")
			fail(w, http.StatusMethodNotAllowed, "method")
		case !open && !trusts(r.RemoteAddr):
			fail(w, http.StatusForbidden, "stranger")
		default:
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Cache-Control", "no-store")
			h(w, r)
		}
	})
}

// route finds who answers at an address, and whether anyone may ask.
func (p *Press) route(path string) (h http.HandlerFunc, open bool) {
	switch path {
	case "/statuslists/1":
		return func(w http.ResponseWriter, r *http.Request) { p.list(w, r, 0) }, true
	case "/statuslists/2":
		return func(w http.ResponseWriter, r *http.Request) { p.list(w, r, 1) }, true
	case "/statuslists":
		return p.lists, true
	case "/gate/v1/keys":
		return p.keys, true
	case "/ledger/v1/checkpoint":
		return p.checkpoint, true
	case "/ledger/v1/consistency":
		return p.consistency, true
	case "/ledger/v1/inclusion":
		return p.inclusion, true
	case "/gate/v1/snapshot":
		return p.whole, false
	case "/gate/v1/changes":
		return p.changes, false
	}
	if strings.HasPrefix(path, tokenPath) {
		return p.token, false
	}
	return nil, false
}

const tokenPath = "/gate/v1/tokens/"

// trusts tells whether a peer is a gateway.
func (p *Press) trusts(remote string) bool {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	addr := at.Addr().Unmap()
	if len(p.Trusted) == 0 {
		return addr.IsLoopback()
	}
	return slices.ContainsFunc(p.Trusted, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// fail answers with a code.
func fail(w http.ResponseWriter, status int, code string) {
	send(w, status, map[string]string{"error": code})
}

func send(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client went away: nobody is left to tell
}

// now returns the edition of now; without one it has answered.
func (p *Press) now(w http.ResponseWriter, r *http.Request) *edition {
	e, err := p.edition(r.Context())
	if err != nil {
		if p.Log != nil && r.Context().Err() == nil {
			p.Log.Error("gazette", "error", err)
		}
		fail(w, http.StatusServiceUnavailable, "unsound")
		return nil
	}
	return e
}

// list answers with a status list.
func (p *Press) list(w http.ResponseWriter, r *http.Request, i int) {
	media, ok := accepted(r.Header.Values("Accept"))
	if !ok {
		fail(w, http.StatusNotAcceptable, "media-type")
		return
	}
	e := p.now(w, r)
	if e == nil {
		return
	}
	body := e.jwt[i]
	if media == statuslist.MediaCWT {
		body = e.cwt[i]
	}
	tag := fmt.Sprintf(`"%d-%d-%d-%s"`, e.checkpoint.Size, e.iat, i+1, media[len(media)-3:])
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Vary", "Accept")
	h.Set("Cache-Control", "max-age=0, must-revalidate")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", media)
	_, _ = w.Write(body)
}

// accepted picks the form of a list: the first that is named and not refused.
func accepted(accept []string) (string, bool) {
	if strings.TrimSpace(strings.Join(accept, "")) == "" {
		return statuslist.MediaJWT, true
	}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "" {
			continue
		}
		switch name {
		case statuslist.MediaJWT, "application/*", "*/*":
			return statuslist.MediaJWT, true
		case statuslist.MediaCWT:
			return statuslist.MediaCWT, true
		}
	}
	return "", false
}

func (p *Press) lists(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, map[string][]string{"status_lists": {p.listAddress(0), p.listAddress(1)}})
}

func (p *Press) keys(w http.ResponseWriter, r *http.Request) {
	keys, err := p.Register.Keys(r.Context())
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "unsound")
		return
	}
	set, err := keys.JWKS()
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "unsound")
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(set)
}

func (p *Press) checkpoint(w http.ResponseWriter, r *http.Request) {
	if e := p.now(w, r); e != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(e.note))
	}
}

// numbers reads whole numbers of a query that holds nothing else.
func numbers(query string, into map[string]*int64) bool {
	q, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	for name, vs := range q {
		to, ok := into[name]
		n, err := strconv.ParseInt(vs[0], 10, 64)
		if !ok || len(vs) != 1 || err != nil || n < 0 {
			return false
		}
		*to = n
	}
	return true
}

// proof is the answer of both provers.
type proof struct {
	From  *int64   `json:"from,omitempty"`
	To    *int64   `json:"to,omitempty"`
	Seq   *int64   `json:"seq,omitempty"`
	Size  *int64   `json:"size,omitempty"`
	Leaf  string   `json:"leaf,omitempty"`
	Proof []string `json:"proof"`
}

func (p *Press) consistency(w http.ResponseWriter, r *http.Request) {
	from, to := int64(-1), int64(-1)
	p.prove(w, r, numbers(r.URL.RawQuery, map[string]*int64{"from": &from, "to": &to}), func(size int64, h ledger.Reader) (proof, bool, error) {
		if from < 0 || to < from || to > size {
			return proof{}, false, nil
		}
		hs, err := ledger.ProveConsistency(from, to, h)
		return proof{From: &from, To: &to, Proof: PrintProof(hs)}, true, err
	})
}

func (p *Press) inclusion(w http.ResponseWriter, r *http.Request) {
	seq, n := int64(-1), int64(-1)
	p.prove(w, r, numbers(r.URL.RawQuery, map[string]*int64{"seq": &seq, "size": &n}), func(size int64, h ledger.Reader) (proof, bool, error) {
		if seq < 0 || n <= seq || n > size {
			return proof{}, false, nil
		}
		leaf, err := ledger.Leaf(seq, h)
		if err != nil {
			return proof{}, true, err
		}
		hs, err := ledger.ProveInclusion(n, seq, h)
		return proof{Seq: &seq, Size: &n, Leaf: base64.StdEncoding.EncodeToString(leaf[:]), Proof: PrintProof(hs)}, true, err
	})
}

// prove answers with a proof.
func (p *Press) prove(w http.ResponseWriter, r *http.Request, asked bool, f func(int64, ledger.Reader) (proof, bool, error)) {
	var a proof
	err := p.Register.Prove(r.Context(), func(size int64, h ledger.Reader) (err error) {
		if asked {
			a, asked, err = f(size, h)
		}
		return err
	})
	switch {
	case err != nil:
		fail(w, http.StatusServiceUnavailable, "unsound")
	case !asked:
		fail(w, http.StatusBadRequest, "question")
	default:
		send(w, http.StatusOK, a)
	}
}

// whole answers with a snapshot.
func (p *Press) whole(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	i := slices.Index(platformList(), or(q.Get("platform"), "NDXP"))
	since, bad := int64(0), false
	if s := q.Get("since"); s != "" {
		since, err = strconv.ParseInt(s, 10, 64)
		bad = err != nil || since < 0
	}
	if err != nil || bad || i < 0 {
		fail(w, http.StatusBadRequest, "question")
		return
	}
	e := p.now(w, r)
	if e == nil {
		return
	}
	if !seesAll(gate.Limit(r.Context()), e.lines[i], platforms()[i]) {
		fail(w, http.StatusForbidden, "beyond-reach")
		return
	}
	if since > e.checkpoint.Size {
		fail(w, http.StatusConflict, "rollback")
		return
	}
	x, err := p.snapshot(r.Context(), e, i, since, q.Get("whole") == "1")
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "unsound")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		err = x.write(w)
	} else {
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		err = errors.Join(x.write(z), z.Close())
	}
	if err != nil {
		panic(http.ErrAbortHandler) // cut off, so that nobody takes it for the whole
	}
}

// seesAll tells whether an asker may ask about every system: a snapshot is whole
// or it is none.
func seesAll(may func(gate.Question) bool, all lines, platform string) bool {
	for _, l := range all.all() {
		if may == nil {
			return true
		}
		if !may(gate.Question{Provider: l.code, Platform: platform}) {
			return false
		}
	}
	return true
}

// visible leaves out the changes that an asker may not ask about.
func visible(ctx context.Context, cs []Change) []Change {
	may, out := gate.Limit(ctx), []Change{}
	for _, c := range cs {
		if may == nil || may(gate.Question{Provider: c.System, Platform: c.Platform}) {
			out = append(out, c)
		}
	}
	return out
}

func platformList() []string { p := platforms(); return p[:] }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// The limits of the feed.
const (
	maxWait   = 30 * time.Second
	heartbeat = 15 * time.Second
	maxBeats  = 4                // a stream ends after a minute
	writing   = 20 * time.Second // a reader may take this long for one piece
)

// changes answers with the feed.
func (p *Press) changes(w http.ResponseWriter, r *http.Request) {
	since, wait := int64(-1), int64(maxWait/time.Second)
	if !numbers(r.URL.RawQuery, map[string]*int64{"since": &since, "wait": &wait}) {
		fail(w, http.StatusBadRequest, "question")
		return
	}
	if p.now(w, r) == nil {
		return
	}
	done, ok := p.feed.wait()
	if !ok {
		w.Header().Set("Retry-After", "5")
		fail(w, http.StatusServiceUnavailable, "too-many")
		return
	}
	defer done()
	stream := strings.Contains(r.Header.Get("Accept"), "text/event-stream")
	if id := r.Header.Get("Last-Event-ID"); stream && id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			fail(w, http.StatusBadRequest, "question")
			return
		}
		since = n
	}
	_, last, _, _ := p.feed.after(0)
	if since < 0 {
		since = last
	}
	if _, last, _, ok := p.feed.after(since); !ok {
		send(w, http.StatusGone, map[string]any{"error": "reset", "next": last})
		return
	}
	if stream {
		p.stream(w, r, since)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(time.Duration(wait)*time.Second, maxWait))
	defer cancel()
	for {
		cs, last, more, ok := p.feed.after(since)
		switch {
		case !ok:
			send(w, http.StatusGone, map[string]any{"error": "reset", "next": last})
			return
		case len(cs) > 0 || ctx.Err() != nil:
			send(w, http.StatusOK, map[string]any{"next": last, "changes": visible(r.Context(), cs)})
			return
		}
		select {
		case <-more:
		case <-p.Done:
			cancel()
		case <-ctx.Done():
		}
	}
}

// stream sends events until the reader goes, or is too slow.
func (p *Press) stream(w http.ResponseWriter, r *http.Request, since int64) {
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Time{}) // where it cannot be lifted the server's own ends the stream
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	piece, beats := "retry: 1000\n\n", 0
	for {
		late := time.AfterFunc(writing, func() { _ = c.SetWriteDeadline(time.Unix(1, 0)) })
		_, err := w.Write([]byte(piece))
		if err = errors.Join(err, c.Flush()); !late.Stop() || err != nil {
			return
		}
		piece = ": here\n\n"
		cs, last, more, ok := p.feed.after(since)
		if !ok {
			_, _ = fmt.Fprintf(w, "event: reset\nid: %d\ndata: {}\n\n", last)
			return
		}
		if len(cs) > 0 {
			var b strings.Builder
			for _, x := range visible(r.Context(), cs) {
				data, err := json.Marshal(x)
				if err != nil {
					return
				}
				fmt.Fprintf(&b, "id: %d\nevent: change\ndata: %s\n\n", x.Seq, data)
			}
			fmt.Fprintf(&b, ": to %d\n\n", last)
			piece, since = b.String(), last
			continue
		}
		select {
		case <-more:
			piece = ""
		case <-beat.C:
			if beats++; beats == maxBeats {
				return // the reader comes again, and proves again who it is
			}
		case <-p.Done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// TypeToken is the type of an approval certificate.
const TypeToken = "capdo-approval+jwt"

// Token is an approval certificate: of a system, or of its connection to aud,
// which counts while both have the status VALID.
type Token struct {
	Iss      string `json:"iss"`
	Sub      string `json:"sub"`
	Aud      string `json:"aud,omitempty"`
	IAT      int64  `json:"iat"`
	EXP      int64  `json:"exp"`
	Level    int    `json:"level"`
	Platform string `json:"platform"`
	Service  string `json:"service,omitempty"`
	Status   Status `json:"status"`
	Provider *Side  `json:"provider,omitempty"` // of a connection: aud
}

// Side is the other side of a connection.
type Side struct {
	Level  int    `json:"level"`
	Status Status `json:"status"`
}

// Status refers to a place in a list.
type Status struct {
	List struct {
		Idx int    `json:"idx"`
		URI string `json:"uri"`
	} `json:"status_list"`
}

// token answers with a certificate.
func (p *Press) token(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	for name, vals := range q {
		if !slices.Contains([]string{"platform", "provider", "service"}, name) || len(vals) != 1 || vals[0] == "" {
			err = errors.New("a parameter that is not known, or not given once")
		}
	}
	code, platform, provider := strings.TrimPrefix(r.URL.Path, tokenPath), or(q.Get("platform"), "NDXP"), q.Get("provider")
	i := slices.Index(platformList(), platform)
	if err != nil || i < 0 || code == "" {
		fail(w, http.StatusBadRequest, "question")
		return
	}
	e := p.now(w, r)
	if e == nil {
		return
	}
	ask := gate.Question{Provider: code, Platform: platform, Service: q.Get("service")}
	if provider != "" {
		ask.Provider, ask.Consumer = provider, code
	}
	v := p.Ask(r.Context(), ask)
	t := Token{Iss: p.Origin, Sub: code, Aud: provider, IAT: e.iat, EXP: e.iat + int64(p.Book.Lists().Token)*24*3600, Platform: platform, Service: ask.Service}
	ok := v.Decision == gate.Allow && v.When == gate.Now && p.refer(e, i, code, &t, &t.Level, &t.Status)
	if provider != "" { // what a list does not tell, the connection, lives no longer than a list
		t.Provider, t.EXP = &Side{}, min(t.EXP, e.iat+int64(p.Book.Lists().Life))
		ok = ok && p.refer(e, i, provider, &t, &t.Provider.Level, &t.Provider.Status)
	}
	if v.ValidUntil != nil {
		t.EXP = min(t.EXP, v.ValidUntil.Unix())
	}
	if !ok || t.EXP <= p.Clock().Unix() {
		fail(w, http.StatusForbidden, "denied")
		return
	}
	p.sendToken(w, r, t)
}

// refer puts a system's level and place into a certificate, which it bounds;
// false when the system is not VALID by itself.
func (p *Press) refer(e *edition, platform int, code string, t *Token, level *int, s *Status) bool {
	p.mu.Lock()
	place, ok := p.places[code]
	p.mu.Unlock()
	if !ok || place >= e.lines[platform].n {
		return false
	}
	l := e.lines[platform].at(place)
	if l.code != code || l.status != statuslist.Valid {
		return false
	}
	if l.until != 0 {
		t.EXP = min(t.EXP, time.UnixMicro(l.until).Unix())
	}
	*level, s.List.Idx, s.List.URI = int(l.level), place, p.listAddress(platform)
	return true
}

func (p *Press) sendToken(w http.ResponseWriter, r *http.Request, t Token) {
	key, err := p.Key(r.Context(), "ES256")
	if err == nil {
		var s string
		if s, err = key.JWT(TypeToken, t); err == nil {
			w.Header().Set("Content-Type", "application/jwt")
			_, _ = w.Write([]byte(s))
			return
		}
	}
	fail(w, http.StatusServiceUnavailable, "unsound")
}
