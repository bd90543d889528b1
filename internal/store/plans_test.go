package store_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// readWhole are the tables and the indexes that a question of a page may read from
// end to end, and why.
var readWhole = map[string]string{
	"agency":           "a hundred bodies, however many systems they have",
	"figure_made":      "one row",
	"listing_count":    "an owner's systems that look alike: a few hundred rows",
	"turn":             "one row",
	"ledger_head":      "one row",
	"listing_unplaced": "of some rows: none of them, once the lists are made",
	"system_waiting":   "of some rows, in their order, as many as are asked for",
}

// TestPlans: no question of a list, a search, a queue or a figure reads a table of
// systems from end to end, in the name of the country or of a body; but for what
// readWhole tells.
func TestPlans(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	crowd(t, o)
	for _, a := range []approval.Actor{storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(law.RoleOperator, "H56")} {
		plans, err := store.Explained(s, a, everyQuestion)
		if err != nil {
			t.Fatal(err)
		}
		if len(plans) < 50 {
			t.Fatalf("%d questions: too few", len(plans))
		}
		for q, lines := range plans {
			for _, what := range whole(q, lines) {
				if readWhole[what] == "" {
					t.Errorf("%s of %q reads %s from end to end:\n%.400s\n\t%s", a.Capacity, a.Body, what, q, strings.Join(lines, "\n\t"))
				}
			}
		}
	}
}

// everyQuestion asks what lists, searches, queues and figures are made from.
func everyQuestion(r approval.Reader) error {
	fs := append(filters(), approval.Filter{Text: "he thong"}, approval.Filter{Page: 3}, approval.Filter{Level: 3, Page: 2}, approval.Filter{Text: "x", State: "deployed"}, approval.Filter{NoLevel: true}, approval.Filter{Group: "province"},
		approval.Filter{Ends: approval.EndsApproval, From: today, To: today.AddDays(30)}, approval.Filter{Ends: approval.EndsPlan, From: today, To: today.AddDays(30)})
	for _, as := range []approval.Counted{approval.CountedAll, approval.CountedPart, approval.CountedUnconfirmed} {
		fs = append(fs, approval.Filter{Counted: as})
	}
	for _, f := range fs {
		f.Today = today
		if _, err := r.Search(f); err != nil {
			return err
		}
	}
	for _, limit := range []int{10, 1000} {
		if _, _, err := r.Pending(limit, everyone); err != nil {
			return err
		}
	}
	if _, err := r.Counts(approval.Believed(today)); err != nil {
		return err
	}
	if _, err := r.Flows(today, approval.Part{}); err != nil {
		return err
	}
	if _, err := r.Ahead(today, today.AddDays(400)); err != nil {
		return err
	}
	return r.Rows(approval.Filter{Today: today}, func(approval.Row) error { return nil })
}

var (
	tableAsked = regexp.MustCompile(`(?:FROM|JOIN) "?([a-z_]+)"? AS "?([a-z]+)"?`)
	scanned    = regexp.MustCompile(`^\s*SCAN ([a-z]+)(?: USING (?:COVERING )?INDEX (\w+))?`) // SQLite's word
	seqScan    = regexp.MustCompile(`Seq Scan on (\w+)`)                                      // PostgreSQL's
	indexScan  = regexp.MustCompile(`Index (?:Only )?Scan using (\w+) on (\w+)`)
)

// whole are the tables, or the indexes of some of their rows, that a plan reads
// from end to end.
func whole(query string, lines []string) (all []string) {
	names, guarded := map[string]string{}, []string(nil)
	for _, m := range tableAsked.FindAllStringSubmatch(query, -1) {
		names[m[2]] = m[1]
		if slices.Contains(store.Guarded(), m[1]) {
			guarded = append(guarded, m[1])
		}
	}
	for i, line := range lines {
		m := scanned.FindStringSubmatch(line)
		switch {
		case m != nil && m[2] != "" && readWhole[m[2]] != "":
		case m != nil && m[1] == "r": // what the wall calls each of them
			all = append(all, guarded...)
		case m != nil:
			all = append(all, names[m[1]])
		}
		if m := seqScan.FindStringSubmatch(line); m != nil {
			all = append(all, m[1])
		}
		m = indexScan.FindStringSubmatch(line)
		if m != nil && readWhole[m[1]] == "" && (i+1 == len(lines) || !strings.Contains(lines[i+1], "Index Cond")) {
			all = append(all, m[2])
		}
	}
	return all
}
