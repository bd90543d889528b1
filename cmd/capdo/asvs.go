package main

import (
	"context"
	"encoding/json"
	"fmt"

	"capdo/internal/security"
)

// asvsCommand prints where the program stands by the OWASP ASVS 5.0.0: counts by
// chapter and by level, then the rows that are open, or all of them.
func asvsCommand(_ context.Context, w world) error {
	f := flags(w, "asvs", "[--rows] [--json]")
	rows := f.Bool("rows", false, "print every row with what it rests on")
	asJSON := f.Bool("json", false, "print the rows as JSON")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	all, err := security.Rows()
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(w.out).Encode(all)
	}
	fmt.Fprintf(w.out, "OWASP ASVS 5.0.0\n%-12s %6s %6s %6s %6s %6s\n", "", "rows", "pass", "review", "n/a", "open")
	for _, c := range security.Tally(all) {
		fmt.Fprintf(w.out, "%-12s %6d %6d %6d %6d %6d\n", c.Name, c.Rows, c.Pass, c.Review, c.NotHere, c.Open)
	}
	fmt.Fprintln(w.out)
	open := false
	for _, r := range all {
		if *rows || r.State == "open" {
			fmt.Fprintf(w.out, "%-8s L%d %-6s %s: %s\n", r.ID, r.Level, r.State, r.Says, r.Rests)
		}
		open = open || r.State == "open" && r.Level < 3
	}
	if open {
		return errFound
	}
	return nil
}
