package gate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"capdo/internal/law"
)

// The bounds of a check, which is a header block and never a body.
const (
	maxCheck  = 256 << 10 // bytes of a CheckRequest
	grpcFrame = 5         // bytes before a message: compressed or not, length
)

// rpcDenied is the code of google.rpc.Status for PERMISSION_DENIED; 0 is OK.
const rpcDenied = 7

// envoy answers envoy.service.auth.v3.Authorization/Check: gRPC over HTTP/2.
// Whatever cannot be read is a denial, never an error of the protocol: an error
// passes a gateway that was told to fail open.
func (f *front) envoy(w http.ResponseWriter, r *http.Request) {
	q, v := f.checking(w, r)
	f.tally.judged(envoyDoor, &q, &v)
	h := w.Header()
	h.Set("Content-Type", "application/grpc")
	h.Set("Trailer", "Grpc-Status, Grpc-Message")
	msg := f.checked(v)
	frame := make([]byte, grpcFrame, grpcFrame+len(msg))
	binary.BigEndian.PutUint32(frame[1:], uint32(len(msg)))
	_, _ = w.Write(append(frame, msg...)) // the gateway went away: nobody is left to tell
	h.Set("Grpc-Status", "0")
	h.Set("Grpc-Message", "")
}

// checking decides on what a check names.
func (f *front) checking(w http.ResponseWriter, r *http.Request) (q Question, v Verdict) {
	defer func() {
		if p := recover(); p != nil {
			f.report("gate: panic", fmt.Errorf("%v", p), []Question{{}})
			v = refusal(Question{}, time.Time{}, broken())
		}
	}()
	if !f.trusts(r.RemoteAddr) {
		return q, refusal(Question{}, time.Time{}, stranger())
	}
	q.Platform = f.Platform
	in, err := message(w, r)
	var c check
	if err == nil {
		c, err = readCheck(in)
	}
	if err != nil || !f.name(&q, c) {
		q.bad = unasked(law.Text{VI: "Không đọc được CheckRequest, hoặc thiếu hay sai hệ thống do cổng nêu.", EN: "The CheckRequest cannot be read, or the system the gateway names is missing or malformed."})
	}
	return q, f.Ask(r.Context(), q)
}

// name takes the systems a check names: the asking one from the certificate that
// Envoy verified (source.principal) when Doors.Principal is set, else from the
// one header; the providing one from the route (context_extensions.provider),
// else from its header; the data service likewise. The profile is the route's
// alone to name: the sandbox waits for no approval.
func (f *front) name(q *Question, c check) bool {
	system := c.headers[strings.ToLower(f.SystemHeader)]
	if f.Principal != "" {
		code, ok := strings.CutPrefix(c.principal, f.Principal)
		if !ok {
			return false
		}
		system = []string{code}
	}
	provider, both := c.headers[strings.ToLower(f.ProviderHeader)]
	if own, ok := c.extensions["provider"]; ok {
		provider, both = own, true
	}
	service, named := c.headers[strings.ToLower(f.ServiceHeader)]
	if own, ok := c.extensions["service"]; ok {
		service, named = own, true
	}
	switch {
	case !sole(system) || both && !sole(provider) || named && (!both || !sole(service)) || !both && f.BothSides:
		return false
	case both:
		q.Provider, q.Consumer = provider[0], system[0]
	default:
		q.Provider = system[0]
	}
	if named {
		q.Service = service[0]
	}
	if profile, ok := c.extensions["profile"]; ok {
		return q.set("profile", profile).VI == ""
	}
	return true
}

// message reads the one message of a unary call.
func message(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if r.Method != http.MethodPost || kind != "application/grpc" && kind != "application/grpc+proto" {
		return nil, errors.New("not a gRPC call")
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCheck))
	if err != nil {
		return nil, err
	}
	if len(b) < grpcFrame || b[0] != 0 || int64(binary.BigEndian.Uint32(b[1:])) != int64(len(b)-grpcFrame) {
		return nil, errors.New("not one uncompressed message")
	}
	return b[grpcFrame:], nil
}

// checked is a CheckResponse.
func (f *front) checked(v Verdict) []byte {
	allow := v.Decision == Allow
	heads := [][2]string{{"x-decision", v.Decision}, {"x-decision-reason", codes(v.Reasons)}, {"x-decision-version", strconv.FormatInt(v.Ledger.Size, 10)}}
	if v.ValidUntil != nil {
		heads = append(heads, [2]string{"x-decision-until", v.ValidUntil.Format(time.RFC3339)})
	}
	var options []byte
	for _, h := range heads {
		header := appendBytes(appendBytes(nil, 1, []byte(h[0])), 2, []byte(h[1]))
		// append_action 2: OVERWRITE_IF_EXISTS_OR_ADD, so that none is the client's
		options = appendBytes(options, 2, appendVarint(appendBytes(nil, 1, header), 3, 2))
	}
	if allow {
		return appendBytes(appendBytes(nil, 1, nil), 3, options)
	}
	denied := appendBytes(nil, 1, appendVarint(nil, 1, http.StatusForbidden))
	return appendBytes(appendBytes(nil, 1, appendVarint(nil, 1, rpcDenied)), 2, append(denied, options...))
}
