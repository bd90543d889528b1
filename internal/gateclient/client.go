package gateclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"capdo/internal/gate"
	"capdo/internal/gazette"
	"capdo/internal/ledger"
)

// Client speaks to one service.
type Client struct {
	Base string // address, without a slash at the end
	HTTP *http.Client
}

// The most that is read of an answer.
const (
	maxAnswer   = 4 << 20
	maxSnapshot = 1 << 30
)

// Get reads an address below the base, or a whole one; any status but 200 is an
// error.
func (c *Client) Get(ctx context.Context, address, accept string, most int64) ([]byte, error) {
	if !strings.Contains(address, "://") {
		address = c.Base + address
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	a, err := c.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Body.Close() }() // read or given up
	b, err := io.ReadAll(io.LimitReader(a.Body, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > most:
		return nil, fmt.Errorf("%s: the answer is too long", address)
	case a.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: status %d: %.200s", address, a.StatusCode, bytes.TrimSpace(b))
	}
	return b, nil
}

// said is what the gate answers a question.
type said struct {
	Decision, When, Provider, Consumer, Service string
	At                                          time.Time
	Known                                       *time.Time
	Reasons                                     []struct{ Code, EN string }
}

// why are the reasons in one line.
func (s said) why() string {
	var why []string
	for _, r := range s.Reasons {
		why = append(why, r.Code+" "+r.EN)
	}
	return strings.Join(why, "; ")
}

// put puts a question to the gate. An answer about other systems is none.
func (c *Client) put(ctx context.Context, q gate.Question) (a said, err error) {
	v := url.Values{"provider": {q.Provider}}
	for name, value := range map[string]string{"consumer": q.Consumer, "platform": q.Platform, "service": q.Service} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for name, t := range map[string]time.Time{"at": q.At, "known": q.Known} {
		if !t.IsZero() {
			v.Set(name, t.Format(time.RFC3339Nano))
		}
	}
	b, err := c.Get(ctx, "/gate/v1/decisions?"+v.Encode(), "application/json", maxAnswer)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("read answer: %w", err)
	}
	if a.Provider != q.Provider || a.Consumer != q.Consumer || a.Service != q.Service {
		return a, errOther
	}
	return a, nil
}

// errOther tells that what came back is no answer to what was asked.
var errOther = errors.New("the answer is to another question")

// Ask asks the gate about now. Only an answer that was understood, about the
// systems asked about, allows.
func (c *Client) Ask(ctx context.Context, q gate.Question) (Answer, error) {
	q.At, q.Known = time.Time{}, time.Time{}
	s, err := c.put(ctx, q)
	if err == nil && s.When != gate.Now {
		err = errOther
	}
	if err != nil {
		return denied(err)
	}
	return Answer{Age: "live", Why: s.why(), Allow: s.Decision == gate.Allow}, nil
}

// Then is what the gate decided, or would have, at an instant that is over: by what
// was recorded until Known, until that instant where it is nil. It is no Answer:
// nobody connects on it.
type Then struct {
	Decision string     `json:"decision"`
	When     string     `json:"when"` // gate.Past
	At       time.Time  `json:"at"`
	Known    *time.Time `json:"known,omitempty"`
	Why      string     `json:"why"`
}

// AskThen asks the gate about an instant that is over.
func (c *Client) AskThen(ctx context.Context, q gate.Question) (Then, error) {
	s, err := c.put(ctx, q)
	if err == nil && (s.When != gate.Past || !s.At.Equal(q.At) || (s.Known == nil) != q.Known.IsZero()) {
		err = errOther
	}
	if err != nil {
		return Then{}, err
	}
	return Then{s.Decision, s.When, s.At, s.Known, s.why()}, nil
}

// Checkpoint reads the service's checkpoint, with the proof that it continues
// a ledger of size from.
func (c *Client) Checkpoint(ctx context.Context, from int64) (note string, proof []ledger.Hash, err error) {
	b, err := c.Get(ctx, "/ledger/v1/checkpoint", "", maxAnswer)
	if err != nil {
		return "", nil, err
	}
	to, err := body(string(b))
	if err != nil {
		return "", nil, err
	}
	if from == 0 || from >= to.Size {
		return string(b), nil, nil
	}
	a, err := c.Get(ctx, "/ledger/v1/consistency?from="+strconv.FormatInt(from, 10)+"&to="+strconv.FormatInt(to.Size, 10), "", maxAnswer)
	if err != nil {
		return "", nil, err
	}
	var said struct{ Proof []string }
	if err := json.Unmarshal(a, &said); err != nil {
		return "", nil, fmt.Errorf("read proof: %w", err)
	}
	proof, err = gazette.ReadProof(said.Proof)
	return string(b), proof, err
}

// Snapshot reads a snapshot for a reader that saw since.
func (c *Client) Snapshot(ctx context.Context, platform string, since int64) ([]byte, error) {
	return c.get(ctx, platform, since, false)
}

// ErrReset says that changes were missed: take a snapshot.
var ErrReset = errors.New("changes were missed; take a snapshot")

// Changes waits for what changed after a number; below 0: from now on.
func (c *Client) Changes(ctx context.Context, since int64) (cs []gazette.Change, next int64, err error) {
	address := "/gate/v1/changes"
	if since >= 0 {
		address += "?since=" + strconv.FormatInt(since, 10)
	}
	b, err := c.Get(ctx, address, "application/json", maxSnapshot)
	if err != nil {
		if strings.Contains(err.Error(), `"reset"`) {
			err = ErrReset
		}
		return nil, since, err
	}
	var said struct {
		Next    int64            `json:"next"`
		Changes []gazette.Change `json:"changes"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return nil, since, fmt.Errorf("read changes: %w", err)
	}
	return said.Changes, said.Next, nil
}

// Change is one of the feed.
type Change = gazette.Change

// Whole reads a snapshot of every system, with the proof from what the memory
// saw, for a reader that has no earlier one at hand.
func (c *Client) Whole(ctx context.Context, platform string, m *Memory) ([]byte, error) {
	return c.get(ctx, platform, m.Size(), true)
}

func (c *Client) get(ctx context.Context, platform string, since int64, whole bool) ([]byte, error) {
	address := "/gate/v1/snapshot?platform=" + url.QueryEscape(platform) + "&since=" + strconv.FormatInt(since, 10)
	if whole {
		address += "&whole=1"
	}
	return c.Get(ctx, address, "", maxSnapshot)
}
