// Package backup carries a register away and brings it back, and tells honestly
// how well it is protected.
//
// An archive is one file: a gzipped tar, encrypted with age (X25519 or hybrid)
// to recipients whose identities are kept off line, so that the machine which
// makes backups cannot read them. Its first member is the Manifest, which names
// every other member with size and SHA-256 and carries the ledger's checkpoint
// signed by the register; the members follow in that order. A reader takes
// exactly that and nothing else.
//
// Each archive is a record of its own (Backup) under "backup:ID" in the ledger:
// when it was made and of how many entries, where copies of it lie, which were
// given up, and every restore drill made from it. Judge computes from the
// records whether the 3-2-1 rule holds (three copies, two kinds of medium, one
// off line; TCVN 14423:2026 5.11.2) and whether drills are recent; what nobody
// recorded does not count.
package backup

import (
	"fmt"
	"time"

	"capdo/internal/approval"
)

// Backup is one archive, and what became of it.
type Backup struct {
	ID       string    `json:"id"` // its time and the ledger's size: 20261125T141500Z-7226
	Version  int64     `json:"version"`
	Made     Made      `json:"made"`
	Copies   []Copy    `json:"copies,omitempty"`
	Drills   []Drill   `json:"drills,omitempty"`
	Restores []Restore `json:"restores,omitempty"`
}

// Made says what an archive holds.
type Made struct {
	At         time.Time    `json:"at"`
	By         approval.Who `json:"by"`
	Head       string       `json:"head"`    // root of the ledger, hex
	Entries    int64        `json:"entries"` // of the ledger
	Files      int          `json:"files"`
	Bytes      int64        `json:"bytes"`  // of the archive
	SHA256     string       `json:"sha256"` // of the archive, hex
	Recipients []string     `json:"recipients"`
}

// The kinds of medium a copy may lie on.
const (
	Disk    = "disk"
	Tape    = "tape"
	Optical = "optical"
	Objects = "object" // object storage
)

// Media are the kinds of medium, in the order they are offered.
var Media = [...]string{Disk, Tape, Optical, Objects}

// Copy is one place where an archive lies.
type Copy struct {
	No      int          `json:"no"`
	Place   string       `json:"place"`
	Medium  string       `json:"medium"`
	Offline bool         `json:"offline,omitempty"` // no machine can change it over a network
	By      approval.Who `json:"by"`
	At      time.Time    `json:"at"`
	End     *End         `json:"end,omitempty"`
}

// End is the end of a copy.
type End struct {
	Ground string       `json:"ground"`
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
}

// Drill is one restore for practice.
type Drill struct {
	No         int           `json:"no"`
	Took       time.Duration `json:"took"` // ns
	Entries    int64         `json:"entries"`
	Files      int           `json:"files"`
	Violations int           `json:"violations"` // of the register against its ledger, and of files against their hashes
	By         approval.Who  `json:"by"`
	At         time.Time     `json:"at"`
}

// Restore is one restore in earnest: the register went on from this archive.
type Restore struct {
	No   int          `json:"no"`
	Lost int64        `json:"lost,omitempty"` // entries seen elsewhere that the archive lacks, accepted as lost
	By   approval.Who `json:"by"`
	At   time.Time    `json:"at"`

	Confirmed *End `json:"confirmed,omitempty"` // what was done about the lost entries
}

// Unconfirmed tells whether the register went on from an archive that lacked
// entries, and nobody has said yet what was done about them. Among them may be
// revocations: until then no decision of the register can be relied on.
func Unconfirmed(bs []Backup) bool {
	for _, b := range bs {
		for _, r := range b.Restores {
			if r.Lost > 0 && r.Confirmed == nil {
				return true
			}
		}
	}
	return false
}

// Object names a backup in the ledger.
func Object(id string) string { return "backup:" + id }

// ID names a backup by its time and the ledger's size.
func ID(at time.Time, entries int64) string {
	return fmt.Sprintf("%s-%d", at.UTC().Format("20060102T150405Z"), entries)
}
