package approval_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
)

// writer is one person before a page of a draft: what it shows, what is typed
// into it and not yet known to be saved, and all that the person ever saw.
type writer struct {
	who     approval.Who
	shown   map[string]string
	tag     map[string]string
	typed   map[string]string
	saw     map[string][]string
	dropped map[string]bool // words given up for another's
}

func (w *writer) see(d *approval.Dossier, f string) {
	w.shown[f], w.tag[f] = d.Statement[f], d.Tag(f)
	w.saw[f] = append(w.saw[f], d.Statement[f])
}

// desk is a draft and who writes on it.
type desk struct {
	*testing.T
	d       *approval.Dossier
	writers []*writer
	words   map[string]*writer
	dice    *rand.Rand
}

// send sends one field. The line may drop before the request arrives, or before
// the answer comes back: then the page still holds what was typed.
func (k *desk) send(w *writer, f string, drops bool) {
	k.Helper()
	value, typed := w.typed[f]
	if !typed || drops && k.dice.IntN(4) == 0 {
		return
	}
	kept := len(k.d.Saved)
	saved, clashes, err := approval.Merge(k.d, []approval.FieldInput{{Field: f, Value: value, Seen: w.tag[f]}}, w.who, time.Time{})
	if err != nil || len(saved)+len(clashes) > 1 {
		k.Fatal(saved, clashes, err)
	}
	for _, x := range k.d.Saved[kept:] {
		if !slices.Contains(w.saw[f], x.Was) {
			k.Errorf("%s overwrote %q, which that person never saw", w.who.Person, x.Was)
		}
	}
	if drops && k.dice.IntN(4) == 0 {
		return
	}
	if len(clashes) == 0 {
		delete(w.typed, f)
		w.see(k.d, f)
		return
	}
	k.choose(w, clashes[0])
}

// choose answers a clash in one of the three ways of the page.
func (k *desk) choose(w *writer, c approval.Clash) {
	w.saw[c.Field] = append(w.saw[c.Field], c.Theirs)
	w.tag[c.Field], w.shown[c.Field] = c.Tag, c.Theirs
	switch k.dice.IntN(3) {
	case 0: // theirs
		for _, word := range strings.Fields(w.typed[c.Field]) {
			w.dropped[word] = true
		}
		delete(w.typed, c.Field)
	case 1: // both, edited together
		w.typed[c.Field] = c.Theirs + " " + w.typed[c.Field]
	}
}

// interleaved lets two to four people write for a while, then their pages come to
// rest; every word is in a value the draft has or had, or its writer gave it up.
func interleaved(t *testing.T, seed uint64) (saves int) {
	k := &desk{T: t, d: &approval.Dossier{No: 1}, dice: rand.New(rand.NewPCG(seed, 10_000)), words: map[string]*writer{}}
	fields := []string{"scope", "scale"}[:1+k.dice.IntN(2)]
	for i := range 2 + k.dice.IntN(3) {
		w := &writer{who: approval.Who{Person: fmt.Sprint("p", i)}, shown: map[string]string{}, tag: map[string]string{}, typed: map[string]string{}, saw: map[string][]string{}, dropped: map[string]bool{}}
		for _, f := range fields {
			w.see(k.d, f)
		}
		k.writers = append(k.writers, w)
	}
	for n := range 10 + k.dice.IntN(20) {
		w, f := k.writers[k.dice.IntN(len(k.writers))], fields[k.dice.IntN(len(fields))]
		switch k.dice.IntN(5) {
		case 0, 1: // types a word
			if _, typed := w.typed[f]; !typed {
				w.typed[f] = w.shown[f]
			}
			word := fmt.Sprintf("%s.%d", w.who.Person, n)
			w.typed[f], k.words[word] = strings.TrimSpace(w.typed[f]+" "+word), w
		case 2: // opens the page anew; what is typed and not saved stays in the field
			if _, typed := w.typed[f]; !typed {
				w.see(k.d, f)
			}
		default:
			k.send(w, f, true)
		}
	}
	for range 100 {
		for _, w := range k.writers {
			for _, f := range fields {
				k.send(w, f, false)
			}
		}
	}
	var all strings.Builder
	for _, x := range k.d.Saved {
		all.WriteString(x.Value + " ")
	}
	had := strings.Fields(all.String())
	for word, w := range k.words {
		if !slices.Contains(had, word) && !w.dropped[word] {
			t.Errorf("seed %d: the word %s is lost", seed, word)
		}
	}
	return len(k.d.Saved)
}

// TestNoWordIsLost: 10,000 interleavings of two to four people on the same fields
// of one draft, with stale pages, dropped requests, dropped answers and retries.
func TestNoWordIsLost(t *testing.T) {
	saves := 0
	for seed := range uint64(10_000) {
		saves += interleaved(t, seed)
		if t.Failed() {
			return
		}
	}
	if saves < 30_000 {
		t.Errorf("only %d saves: the interleavings are too tame", saves)
	}
}
