package approval

import "capdo/internal/law"

// Enrolled is a system with its place in the status lists.
type Enrolled struct {
	Place  int
	System System
}

// Roll is what changed in the register since a size of the ledger, at one
// snapshot.
type Roll struct {
	Head    Head
	Systems []Enrolled         // that changed, by place
	Ended   map[string]law.Day // every agency that has ended, with its last day
	At      int64              // when the latest entry was written, Unix microseconds; 0: none
}
