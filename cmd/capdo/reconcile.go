package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"capdo/internal/reconcile"
)

// reconcileCommand prints every difference in a reported table; exit status 1
// when there are any.
func reconcileCommand(_ context.Context, w world) (err error) {
	f := flags(w, "reconcile", "FILE.csv [--json]")
	asJSON := f.Bool("json", false, "print the result as JSON")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return errors.New("name the CSV file")
	}
	file, err := os.Open(rest[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	table, err := reconcile.Read(file)
	if err != nil {
		return err
	}
	r := reconcile.Check(table)
	if *asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetEscapeHTML(false)
		err = enc.Encode(r)
	} else {
		printResult(w, r)
	}
	if err == nil && len(r.Findings) > 0 {
		return errFound
	}
	return err
}

// printResult prints the differences line by line, then what was counted.
func printResult(w world, r reconcile.Result) {
	for _, x := range r.Findings {
		fmt.Fprintf(w.out, "dòng %d  %-34s %s\n", x.Line, x.Kind, x.Says.VI)
	}
	fmt.Fprintln(w.out)
	for _, c := range r.Counts {
		if c.Count > 0 {
			fmt.Fprintf(w.out, "%4d  %s\n", c.Count, c.Kind)
		}
	}
	for _, s := range []struct {
		name string
		sum  reconcile.Sum
	}{{"all", r.Sums.All}, {"ministry", r.Sums.Ministry}, {"province", r.Sums.Province}} {
		fmt.Fprintf(w.out, "sum %-9s total %d, approved %d, deployed %d (%d agencies, %d reported)\n", s.name, s.sum.Total, s.sum.Approved, s.sum.Deployed, s.sum.Agencies, s.sum.Reported)
	}
}
