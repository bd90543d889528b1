package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"capdo/internal/law"
)

// level reads facts and prints what the law makes of them, a line each.
func level(_ context.Context, w world) error {
	f := flags(w, "level", "[--rules R85|R331] [--on DATE] [--lines] < facts.json")
	rules := f.String("rules", "", "rule set; default: the one in force on the day")
	on := f.String("on", string(w.today()), "day, YYYY-MM-DD")
	lines := f.Bool("lines", false, "every line is one object of facts, answered by a line")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	book, err := law.Load()
	if err != nil {
		return err
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	rs, err := ruleSet(book, law.RuleSet(*rules), day)
	if err != nil {
		return err
	}
	if !*lines {
		return determine(w, book, rs, w.in)
	}
	in := bufio.NewScanner(w.in)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		if err := determine(w, book, rs, bytes.NewReader(in.Bytes())); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return in.Err()
}

// determine reads one object of facts and prints what the law makes of it.
func determine(w world, book *law.Book, rs law.RuleSet, in io.Reader) error {
	facts, err := law.DecodeFacts(in)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(book.Determine(rs, facts))
}

// ruleSet is the named rule set, or the one in force on the day.
func ruleSet(book *law.Book, name law.RuleSet, day law.Day) (law.RuleSet, error) {
	if name == "" {
		rs, ok := book.RuleSetOn(day)
		if !ok {
			return "", fmt.Errorf("no rule set is in force on %s", day)
		}
		return rs, nil
	}
	for _, rs := range book.RuleSets() {
		if rs.ID == name {
			return name, nil
		}
	}
	return "", fmt.Errorf("--rules: there is no rule set %q", name)
}
