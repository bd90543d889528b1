package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"capdo/internal/plan"
)

// editor is one person before the page of a control: the answer it shows, what
// is typed over it, and the words the person gave up for another's.
type editor struct {
	name    string
	seen    int // number of the answer shown
	page    plan.AnswerInput
	dropped map[string]bool
}

// answers are the answers about one control, oldest first; number 0 is none.
type answers []plan.AnswerInput

func (as answers) last() plan.AnswerInput { return as[len(as)-1] }

// send sends a page. A request that drops does nothing; an answer that drops
// leaves the page as it was, to be sent again.
func (e *editor) send(t *testing.T, dice *rand.Rand, as answers, drops bool) answers {
	t.Helper()
	if drops && dice.IntN(4) == 0 {
		return as
	}
	base, now := as[e.seen], as.last()
	next, clashes := plan.Merge(base, now, e.page)
	for _, p := range plan.Parts() {
		if p != plan.PartEvidence && next.Text(p) != now.Text(p) && now.Text(p) != base.Text(p) {
			t.Errorf("%s overwrote %q, which that person never saw", e.name, now.Text(p))
		}
	}
	for _, x := range now.Evidence {
		if !slices.Contains(next.Evidence, x) && !slices.Contains(base.Evidence, x) {
			t.Errorf("%s took off %q, which that person never saw", e.name, x.Ref)
		}
	}
	if next.Key = "k"; !same(next, now) {
		as = append(as, next)
	}
	if drops && dice.IntN(4) == 0 {
		return as
	}
	typed := e.page
	e.seen, e.page = len(as)-1, as.last()
	for _, p := range clashes {
		switch dice.IntN(3) {
		case 0: // theirs
			for _, word := range strings.Fields(typed.Text(p)) {
				e.dropped[word] = true
			}
		case 1: // mine
			e.page.Take(p, typed)
		case 2: // both, edited together
			e.page.Take(p, plan.AnswerInput{How: e.page.How + " " + typed.How, Note: e.page.Note + " " + typed.Note})
		}
	}
	return as
}

func same(a, b plan.AnswerInput) bool {
	return a.How == b.How && a.Note == b.Note && slices.Equal(a.Evidence, b.Evidence)
}

// write types a word into a part, or puts evidence there.
func (e *editor) write(part int, word string) {
	switch part {
	case 0:
		e.page.How = strings.TrimSpace(e.page.How + " " + word)
	case 1:
		e.page.Note = strings.TrimSpace(e.page.Note + " " + word)
	default:
		e.page.Evidence = append(slices.Clip(e.page.Evidence), plan.Evidence{Kind: plan.Document, Ref: word})
	}
}

// interleaved lets two to four people write on one control, then their pages come
// to rest; every word is in an answer there is or was, or its writer gave it up.
func interleaved(t *testing.T, seed uint64) int {
	dice := rand.New(rand.NewPCG(seed, 331))
	as := answers{{Key: "k"}}
	all, words := make([]*editor, 2+dice.IntN(3)), map[string]*editor{}
	for i := range all {
		all[i] = &editor{name: fmt.Sprint("p", i), page: as[0], dropped: map[string]bool{}}
	}
	for n := range 10 + dice.IntN(20) {
		e := all[dice.IntN(len(all))]
		if dice.IntN(5) < 2 {
			word := fmt.Sprintf("%s.%d", e.name, n)
			words[word] = e
			e.write(dice.IntN(3), word)
			continue
		}
		as = e.send(t, dice, as, true)
	}
	for range 50 {
		for _, e := range all {
			as = e.send(t, dice, as, false)
		}
	}
	had := map[string]bool{}
	for _, a := range as {
		for _, word := range strings.Fields(a.How + " " + a.Note) {
			had[word] = true
		}
		for _, x := range a.Evidence {
			had[x.Ref] = true
		}
	}
	for word, e := range words {
		if !had[word] && !e.dropped[word] {
			t.Errorf("seed %d: the word %s is lost", seed, word)
		}
	}
	return len(as) - 1
}

// TestNoWordIsLost: 10,000 interleavings of two to four people on one answer,
// with stale pages, dropped requests, dropped answers and retries.
func TestNoWordIsLost(t *testing.T) {
	saves := 0
	for seed := range uint64(10_000) {
		saves += interleaved(t, seed)
		if t.Failed() {
			return
		}
	}
	if saves < 40_000 {
		t.Errorf("only %d saves: the interleavings are too tame", saves)
	}
}
