package approval

import "time"

// Assurance is what an entry says about how sure it is that its actor is the
// person: how the session was opened and when, and for the weighty acts what was
// asked of the person for this very act.
type Assurance struct {
	Method string    `json:"method"` // as identity.Method
	At     time.Time `json:"at"`     // of the sign-in
	Signed *Signed   `json:"signed,omitempty"`
}

// Signed is the person's own word on one act. With a passkey it is a signature
// over the Statement, which anyone can check against the key that the ledger
// names; by other means it only says that the person was asked again.
type Signed struct {
	Method    string `json:"method"`              // "passkey", or "password+totp": weaker, and said so
	Statement string `json:"statement,omitempty"` // canonical JSON: what was decided, on which record
	Factor    string `json:"factor,omitempty"`    // the passkey, as the entry that added it names it

	ClientData    string `json:"client_data,omitempty"`        // base64url, as the browser made it
	Authenticator string `json:"authenticator_data,omitempty"` // base64url
	Signature     string `json:"signature,omitempty"`          // base64url

	Joint *Joint `json:"joint,omitempty"` // where the word was given once for several acts
}

// Joint is the place of a statement among those that one word was given for. They
// are the leaves of a tree as in RFC 6962, in the order in which the person saw
// them; what a passkey signs is the tree's size and root, so that each entry can
// be checked without the others.
type Joint struct {
	Size  int64    `json:"size"`
	Index int64    `json:"index"` // from 0
	Root  string   `json:"root"`  // hex
	Path  []string `json:"path"`  // hashes from the leaf to the root, hex
}
