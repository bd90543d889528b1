package gateclient

import (
	"errors"
	"fmt"
	"time"

	"capdo/internal/gate"
	"capdo/internal/gazette"
	"capdo/internal/seal"
	"capdo/internal/statuslist"
)

// Answer is what a reader may act on: Allow is the only thing that opens.
type Answer struct {
	Allow  bool   `json:"allow"`
	Status string `json:"status"` // of the list, "" when there is none
	Age    string `json:"age"`    // fresh, stale, over
	Warn   bool   `json:"warn"`   // half of the usable life is over: tell somebody
	Why    string `json:"why"`
}

func denied(err error) (Answer, error) { return Answer{Why: err.Error()}, err }

// ReadToken checks an approval certificate of a system.
func ReadToken(token, code string, trust seal.Trust, now time.Time) (t gazette.Token, err error) {
	if err := trust.JWT(token, gazette.TypeToken, &t); err != nil {
		return gazette.Token{}, fmt.Errorf("read certificate: %w", err)
	}
	at := now.Unix()
	switch {
	case t.Sub != code:
		err = fmt.Errorf("the certificate is that of %q", t.Sub)
	case t.EXP <= t.IAT || at >= t.EXP:
		err = errors.New("the certificate has ended")
	case t.IAT > at+5:
		err = errors.New("the certificate comes from the future")
	case !placed(t.Level, t.Status) || t.Provider != nil && !placed(t.Provider.Level, t.Provider.Status):
		err = errors.New("the certificate names no level or no place in a list")
	case (t.Aud != "") != (t.Provider != nil):
		err = errors.New("the certificate of a connection does not refer to both sides")
	}
	if err != nil {
		return gazette.Token{}, fmt.Errorf("read certificate: %w", err)
	}
	return t, nil
}

// placed tells whether a level and a place in a list are named.
func placed(level int, s gazette.Status) bool {
	return level >= 1 && level <= 5 && s.List.URI != "" && s.List.Idx >= 0
}

// CheckToken answers from a status list about a certificate that was read: about
// its system, and about the other side of a connection. Where the two differ it
// says the worse.
func (m *Memory) CheckToken(list []byte, trust seal.Trust, t gazette.Token, now time.Time) (Answer, error) {
	a, err := m.CheckList(list, trust, t.Status.List.URI, t.Status.List.Idx, t.Level, now)
	if err != nil || !a.Allow || t.Provider == nil {
		return a, err
	}
	b, err := m.CheckList(list, trust, t.Provider.Status.List.URI, t.Provider.Status.List.Idx, t.Provider.Level, now)
	b.Warn = a.Warn || b.Warn
	if err == nil && b.Allow && a.Age == statuslist.Stale {
		b.Age = a.Age
	}
	return b, err
}

// CheckList answers from a status list about the place and level of a system.
// address is the list that was meant; it must be the token's own.
func (m *Memory) CheckList(token []byte, trust seal.Trust, address string, place, level int, now time.Time) (Answer, error) {
	t, err := statuslist.Open(token, trust)
	if err != nil {
		return denied(err)
	}
	if t.Sub != address {
		return denied(fmt.Errorf("the list is that of %s, wanted %s", t.Sub, address))
	}
	if err := m.mark(t.Sub, Mark{t.IAT, t.Capdo.Version}); err != nil {
		return denied(err)
	}
	age, warn := t.Age(level, now)
	a := Answer{Age: age, Warn: warn}
	status, err := t.List.At(place)
	if err != nil {
		a.Why = err.Error()
		return a, err
	}
	a.Status = status.String()
	if age == statuslist.Over {
		err := errors.New("the list is too old for this level, or from the future")
		a.Why = err.Error()
		return a, err
	}
	a.Allow = status == statuslist.Valid && t.Claims.List.Bits == 2
	a.Why = a.Status
	return a, nil
}

// Find answers from a snapshot about a system.
func (s *Snapshot) Find(code string, now time.Time) (Answer, error) {
	i, ok := s.byCode[code]
	if !ok {
		return denied(fmt.Errorf("the snapshot does not know %q", code))
	}
	x := s.Items[i]
	list := statuslist.Token{Claims: statuslist.Claims{IAT: s.Head.IAT, EXP: s.Head.EXP, TTL: 60}}
	list.Capdo.Usable = s.Head.Usable
	age, warn := list.Age(x.Level, now)
	a := Answer{Status: x.Status, Age: age, Warn: warn, Why: x.Status}
	switch {
	case age == statuslist.Over:
		err := errors.New("the snapshot is too old for this level, or from the future")
		a.Why = err.Error()
		return a, err
	case x.ValidUntil != nil && !now.Before(*x.ValidUntil):
		a.Why = "ended by time"
	default:
		a.Allow = x.Decision == gate.Allow && x.Status == statuslist.Valid.String()
	}
	return a, nil
}
