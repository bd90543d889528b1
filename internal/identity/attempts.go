package identity

import "time"

// Attempts is what is known of sign-ins that failed under a key: a login, an
// address, or both.
type Attempts struct {
	Key      string
	Failures int
	Since    time.Time // of the first of them
	Until    time.Time // till when the password opens nothing under this key; zero: it does
}
