package gateclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"capdo/internal/gazette"
	"capdo/internal/seal"
)

// Snapshot is every decision, as far as it was checked.
type Snapshot struct {
	Head   gazette.Head
	Items  []gazette.Item // by place
	byCode map[string]int
}

// maxAhead is how far in the future something may say it was signed.
const maxAhead = 5 * time.Second

// ReadSnapshot checks a snapshot against the memory, and lays it over the one
// before when it holds only what changed. The memory is changed only when all
// holds.
func (m *Memory) ReadSnapshot(b []byte, trust seal.Trust, origin, platform string, before *Snapshot, now time.Time) (*Snapshot, error) {
	s, body, jws, err := split(b)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if err := trust.Detached(jws, gazette.TypeSnapshot, body, time.Unix(s.Head.IAT, 0)); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	at := now.Unix()
	switch h := s.Head; {
	case h.Platform != platform:
		err = fmt.Errorf("it is for %q, wanted %q", h.Platform, platform)
	case h.EXP <= h.IAT || at >= h.EXP:
		err = errors.New("it has ended")
	case h.IAT > now.Add(maxAhead).Unix():
		err = errors.New("it comes from the future")
	case h.Since != 0 && (before == nil || before.Head.Version < h.Since || before.Head.Platform != h.Platform):
		err = fmt.Errorf("it holds what changed since version %d, which is not at hand", h.Since)
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if s.Head.Since != 0 {
		s.over(before)
	}
	if err := s.settle(); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	proof, err := gazette.ReadProof(s.Head.Proof)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	next := Memory{Lists: map[string]Mark{}, Checkpoint: m.Checkpoint}
	for k, v := range m.Lists {
		next.Lists[k] = v
	}
	if s.Head.From != m.Size() && s.Head.Version > m.Size() {
		return nil, fmt.Errorf("read snapshot: the proof begins at %d, the memory ends at %d", s.Head.From, m.Size())
	}
	c, err := next.Witness(s.Head.Checkpoint, origin, proof, trust)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if c.Size != s.Head.Version {
		return nil, errors.New("read snapshot: its checkpoint is of another version")
	}
	if err := next.mark("snapshot/"+platform, Mark{s.Head.IAT, s.Head.Version}); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	*m = next
	return s, nil
}

// split takes a snapshot apart; it takes exactly what the service writes.
func split(b []byte) (s *Snapshot, body []byte, jws string, err error) {
	if len(b) == 0 || b[len(b)-1] != '\n' {
		return nil, nil, "", errors.New("it is cut off")
	}
	at := bytes.LastIndexByte(b[:len(b)-1], '\n') + 1
	body = b[:at]
	tail, ok := bytes.CutPrefix(b[at:len(b)-1], []byte(`{"jws":"`))
	tail, ok2 := bytes.CutSuffix(tail, []byte(`"}`))
	if !ok || !ok2 || at == 0 {
		return nil, nil, "", errors.New("it bears no signature")
	}
	lines := bytes.Split(body[:at-1], []byte("\n"))
	s = &Snapshot{}
	if err := strict(lines[0], &s.Head); err != nil {
		return nil, nil, "", err
	}
	if s.Head.Kind != gazette.Kind || s.Head.Count != len(lines)-1 {
		return nil, nil, "", errors.New("it is of another kind, or lines are missing")
	}
	for _, l := range lines[1:] {
		var i gazette.Item
		if err := strict(l, &i); err != nil {
			return nil, nil, "", err
		}
		s.Items = append(s.Items, i)
	}
	return s, body, string(tail), nil
}

// strict decodes one line, and nothing that is not known.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows on a line")
	}
	return nil
}

// over lays the items over those before.
func (s *Snapshot) over(before *Snapshot) {
	items := append([]gazette.Item{}, before.Items...)
	for _, x := range s.Items {
		for len(items) <= x.Place && len(items) < len(before.Items)+len(s.Items) {
			items = append(items, gazette.Item{Place: -1})
		}
		if x.Place >= 0 && x.Place < len(items) {
			items[x.Place] = x
		}
	}
	s.Items = items
}

// settle checks that the items are every place in order, and hash to the state.
func (s *Snapshot) settle() error {
	s.byCode = make(map[string]int, len(s.Items))
	for i, x := range s.Items {
		if x.Place != i {
			return fmt.Errorf("place %d is missing", i)
		}
		s.byCode[x.Code] = i
	}
	state, err := gazette.State(s.Items)
	if err != nil {
		return err
	}
	if state != s.Head.State {
		return errors.New("the systems are not those that were signed: ask for the whole")
	}
	return nil
}
