package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// personalPrefix begins what stands for a text about a person.
const personalPrefix = "salted:"

// Personal is a text about a person: the name of an account, the ground of an act
// on it. Records, their digests and the ledger have As, the SHA-256 of salt, line
// feed and text; salt and text lie apart, where they can be erased. Who has the
// hash and guesses the text cannot tell whether the guess is right once the salt,
// 128 bits of chance, is gone.
type Personal struct{ As, Salt, Text string }

// NewPersonal makes what stands for a text.
func NewPersonal(text string) (Personal, error) {
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return Personal{}, fmt.Errorf("salt: %w", err)
	}
	p := Personal{Salt: hex.EncodeToString(salt[:]), Text: text}
	p.As = p.stands()
	return p, nil
}

func (p Personal) stands() string {
	sum := sha256.Sum256([]byte(p.Salt + "\n" + p.Text))
	return personalPrefix + hex.EncodeToString(sum[:])
}

// Holds tells whether the text is the one that As stands for.
func (p Personal) Holds() bool { return p.As == p.stands() }

// IsPersonal tells whether what is written stands for a text about a person.
func IsPersonal(as string) bool { return strings.HasPrefix(as, personalPrefix) }

// Call gives an account a name that can be erased.
func (a *Account) Call(text string) error {
	p, err := NewPersonal(text)
	a.Name, a.NameAs, a.Beside = text, p.As, append(a.Beside, p)
	return err
}

// Detail is what an entry on an account says of it.
func (a *Account) Detail() map[string]string {
	d := map[string]string{"capacity": string(a.Actor.Capacity), "body": a.Actor.Body}
	if a.NameAs != "" {
		d["name"] = a.NameAs
	}
	return d
}

// ground makes the ground of an act on an account one that can be erased; it
// returns what the entry says.
func (a *Account) ground(text string) (string, error) {
	p, err := NewPersonal(text)
	a.Beside = append(a.Beside, p)
	return p.As, err
}
