package approval

import "capdo/internal/law"

// Enrolled is a system with its place in the status lists.
type Enrolled struct {
	Place  int
	System System
}

// Roll is a state of the register: what its systems rest on beside their records.
type Roll struct {
	Head  Head
	Ended map[string]law.Day // every agency that has ended, with its last day
	At    int64              // when the latest entry was written, Unix microseconds; 0: none
}
