package law_test

import (
	"fmt"
	"strings"
	"testing"

	"capdo/internal/law"
)

// heard is all that the gate hears of the law on a day.
func heard(b *law.Book, d law.Day) string {
	var s strings.Builder
	rs, _ := b.RuleSetOn(d)
	fmt.Fprintln(&s, rs)
	for _, r := range b.Reasons() {
		fmt.Fprintln(&s, r.CitesOn(d))
	}
	for _, target := range []string{"csdlqg-dan-cu", "another", ""} {
		level, _, ok := b.RequiredLevel(target, d)
		fmt.Fprintln(&s, target, level, ok)
	}
	return s.String()
}

// TestGateTurn: between a day and its turn the gate hears the same law every day;
// also where something ends and nothing follows it.
func TestGateTurn(t *testing.T) {
	book := copyBook(t)
	damage(t, book, "gate.yaml", "    from: 2022-04-26\n", "    from: 2022-04-26\n    until: 2029-05-05\n")
	b, err := law.LoadFS(book)
	if err != nil {
		t.Fatal(err)
	}
	turns := 0
	for d := law.Day("2010-01-01"); ; turns++ {
		turn, want := b.GateTurn(d), heard(b, d)
		if turn == "" {
			turn = "2032-01-01"
		}
		for x := d; x < turn; x = x.AddDays(1) {
			if got := heard(b, x); got != want {
				t.Fatalf("from %s to %s the law turns on %s:\n%s\n%s", d, turn, x, want, got)
			}
		}
		if d = turn; d == "2032-01-01" {
			break
		}
	}
	if turns < 5 {
		t.Errorf("%d turns", turns)
	}
}
