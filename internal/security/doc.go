// Package security is what this service says of its own safety: every row of the
// OWASP Application Security Verification Standard 5.0.0 by its id and level, in
// our own words, with what it rests on (asvs.csv).
//
//	pass:room.Test   automated tests of those names in those rooms, space between
//	review:file#part a file one reads to see it, and the heading in it
//	n/a:reason       there is nothing of the kind here
//	open:what lacks  not met; counted and shown, never left out
//
// Beside it stand what tests hold against the program: ACCESS.md (who gets in),
// DATA.md (classes of data), CRYPTO.md, LOGS.md, advisories.csv (known weaknesses of
// components); and DEPLOY.md (for who runs it), THREATS.md (what it is built
// against), SECURITY.md (how to tell us of a weakness).
package security

import (
	_ "embed" // the table
	"encoding/csv"
	"fmt"
	"strings"
)

//go:embed asvs.csv
var table string

// Row is one requirement.
type Row struct {
	ID    string // V1.1.1
	Level int    // 1 to 3
	Says  string // in our words
	State string // pass, review, n/a, open
	Rests string // the test, the file, the reason, or what lacks
}

// Rows reads the table. A row without a state is an error.
func Rows() ([]Row, error) {
	lines, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read asvs.csv: %w", err)
	}
	var rows []Row
	for _, l := range lines[1:] {
		r := Row{ID: l[0], Says: l[2]}
		var ok bool
		if r.State, r.Rests, ok = strings.Cut(l[3], ":"); !ok || r.Rests == "" || r.Says == "" {
			return nil, fmt.Errorf("asvs.csv: %s has no state", r.ID)
		}
		if _, err := fmt.Sscan(l[1], &r.Level); err != nil {
			return nil, fmt.Errorf("asvs.csv: %s: level %q", r.ID, l[1])
		}
		rows = append(rows, r)
	}
	return rows, nil
}
