package identity

import "time"

// Fill takes every slot, so that nobody can hash, until release is called.
func (h *Hasher) Fill() (release func()) {
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	return func() {
		for range cap(h.slots) {
			<-h.slots
		}
	}
}

// Slots is how many may hash at once.
func (h *Hasher) Slots() int { return cap(h.slots) }

// Decoy is the hash that stands in for an absent account's.
func (h *Hasher) Decoy() string { return h.decoy() }

// CodeAt is the code of an authenticator app at a time.
func CodeAt(secret []byte, at time.Time) string { return totp(secret, at.Unix()/30) }

// AddressKey is the key under which failures from an address are remembered, and
// how many there may be.
func AddressKey(address string) (key string, most int) {
	return keyOf("address:" + address), failuresAddress
}
