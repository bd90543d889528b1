package approval

import "time"

// Link is what a connection on record means for its consumer at one moment: all
// that the gate needs of it. The room of connections derives it.
type Link struct {
	ID       string
	Provider string // system code
	Service  string // code of the data service
	Sandbox  bool   // opens the sandbox, never production
	Allowed  bool   // an authority to connect is in force
	Barred   bool   // suspended
	Waning   bool   // the record holds a later step that takes the authority away at once: a clock lags
	// Until is the first later instant at which Allowed ends by what is on
	// record: the authority's own term, a dated suspension, a later step; zero
	// when nothing ends it.
	Until time.Time
	// Shuts is the first later instant at which a dated suspension begins.
	Shuts time.Time
	// Broken is the end of the break-glass in force, zero when none is.
	Broken time.Time
	// Changes is the first later instant at which the record may say something
	// else of the connection; zero when there is none.
	Changes time.Time
}
