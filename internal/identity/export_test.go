package identity

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
