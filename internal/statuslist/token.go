package statuslist

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"capdo/internal/cbor"
	"capdo/internal/seal"
)

// The types and media types of the tokens.
const (
	TypeJWT  = "statuslist+jwt"
	TypeCWT  = "statuslist+cwt"
	MediaJWT = "application/statuslist+jwt"
	MediaCWT = "application/statuslist+cwt"
)

// Claims is what a list says of itself; times are Unix seconds.
type Claims struct {
	Sub   string `json:"sub"`
	IAT   int64  `json:"iat"`
	EXP   int64  `json:"exp"`
	TTL   int64  `json:"ttl"`
	List  Packed `json:"status_list"`
	Capdo Extra  `json:"capdo"`
}

// Packed is the list as it travels.
type Packed struct {
	Bits int    `json:"bits"`
	Lst  string `json:"lst"`
}

// Extra is what this service adds.
type Extra struct {
	Version int64    `json:"version"` // size of the ledger
	Usable  [5]int64 `json:"usable"`  // seconds after iat, by level 1 to 5
}

// Pack puts a list into claims; done are its pieces as they were packed before.
func (c *Claims) Pack(l List, done *Pieces) error {
	b, err := done.deflate(l.Bytes)
	if err != nil {
		return fmt.Errorf("pack list: %w", err)
	}
	c.List.Bits, c.List.Lst = l.Bits, base64.RawURLEncoding.EncodeToString(b)
	return nil
}

// SignJWT makes the token.
func (c Claims) SignJWT(k *seal.Key) ([]byte, error) {
	s, err := k.JWT(TypeJWT, c)
	return []byte(s), err
}

// Token is a list whose signature and form were checked.
type Token struct {
	Claims
	List List
}

// Open checks a token in either form, which its first byte tells. It says
// nothing of time: see Judge.
func Open(token []byte, trust seal.Trust) (*Token, error) {
	t := &Token{}
	var err error
	switch {
	case len(token) == 0:
		err = fmt.Errorf("%w: the token is empty", seal.ErrUntrusted)
	case token[0] == cbor.Tag|seal.Sign1Tag:
		err = openCWT(token, trust, &t.Claims)
	default:
		err = trust.JWT(string(token), TypeJWT, &t.Claims)
	}
	if err != nil {
		return nil, fmt.Errorf("open status list: %w", err)
	}
	if t.Sub == "" || t.IAT <= 0 || t.EXP <= t.IAT || t.TTL <= 0 {
		return nil, errors.New("open status list: sub, iat, exp or ttl is missing or out of order")
	}
	if t.List, err = InflateText(t.Claims.List.Lst, t.Claims.List.Bits); err != nil {
		return nil, fmt.Errorf("open status list: %w", err)
	}
	return t, nil
}

// The ages of a list.
const (
	Fresh = "fresh"
	Stale = "stale" // and usable
	Over  = "over"  // to be denied on
)

// clockSlack is how far in the future a list may say it was signed.
const clockSlack = 5

// Age judges the list's age at a time for a system of a level; warn is set once
// half of its usable life is over.
func (t *Token) Age(level int, now time.Time) (age string, warn bool) {
	life := t.EXP - t.IAT
	if level < 1 || level > 5 {
		level = 5 // the strictest
	}
	life = min(life, t.Capdo.Usable[level-1])
	old := now.Unix() - t.IAT
	warn = old*2 >= life
	switch {
	case old < -clockSlack, old >= life:
		return Over, true
	case old < t.TTL:
		return Fresh, warn
	}
	return Stale, warn
}
