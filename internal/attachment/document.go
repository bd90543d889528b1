package attachment

import (
	"fmt"
	"strings"
	"time"

	"capdo/internal/approval"
)

// Of is the object within a system that a document is attached to, such as
// "dossier:2" or "control:TK.mfa".
type Of struct {
	Kind string // dossier, control, inspection, …: small letters
	Key  string // of that kind; not empty
}

// String writes the object as it is stored.
func (o Of) String() string { return o.Kind + ":" + o.Key }

// ParseOf reads an object; ok is false when it is none. Kind is 1 to 20 small
// letters, Key 1 to 80 letters, digits, dots, dashes and underscores.
func ParseOf(s string) (o Of, ok bool) {
	kind, key, found := strings.Cut(s, ":")
	if !found || kind == "" || len(kind) > 20 || key == "" || len(key) > 80 {
		return Of{}, false
	}
	for _, r := range kind {
		if r < 'a' || r > 'z' {
			return Of{}, false
		}
	}
	for _, r := range key {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)) {
			return Of{}, false
		}
	}
	return Of{kind, key}, true
}

// Dossier is the object of a system's dossier number no.
func Dossier(no int) Of { return Of{"dossier", fmt.Sprint(no)} }

// Control is the object of a control of a system's plan.
func Control(key string) Of { return Of{"control", key} }

// Finding is the object of a finding in a system's plan, by the number of its row.
func Finding(no int) Of { return Of{"finding", fmt.Sprint(no)} }

// State is what may be done with a document.
type State string

// The states of a document.
const (
	Held        State = "held"        // waits for the scanner
	Clean       State = "clean"       // the scanner saw nothing
	Quarantined State = "quarantined" // the scanner saw something; never given out
	Unscanned   State = "unscanned"   // no scanner was set when it came
	Removed     State = "removed"     // taken off its object; kept, not given out
)

// Document is one file attached to one object of one system.
type Document struct {
	System string       `json:"system"` // code
	No     int          `json:"no"`     // 1, 2, … within the system
	Of     string       `json:"of"`     // see Of.String
	Name   string       `json:"name"`   // as the sender called it, cleaned; NFC is the edge's matter
	Kind   Kind         `json:"kind"`
	Size   int64        `json:"size"`   // bytes
	SHA256 string       `json:"sha256"` // hex
	Tenant string       `json:"tenant"` // agency that owned the system when it came; its folder of blobs
	State  State        `json:"state"`  // when it came: held or unscanned
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
	Events []Event      `json:"events"`
}

// Event is something that happened to a document after it came.
type Event struct {
	State State        `json:"state"` // into which it went
	Note  string       `json:"note"`  // what the scanner said, "" when nothing
	By    approval.Who `json:"by"`
	At    time.Time    `json:"at"`
}

// Now is the state of the document after all its events.
func (d *Document) Now() State {
	if n := len(d.Events); n > 0 {
		return d.Events[n-1].State
	}
	return d.State
}

// Object names the document in the ledger.
func (d *Document) Object() string { return fmt.Sprintf("attachment:%s/%d", d.System, d.No) }

// Digest is what the ledger remembers of the document.
func (d *Document) Digest() (string, error) { return approval.Digest(d) }
