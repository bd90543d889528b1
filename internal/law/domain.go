package law

import (
	"slices"
	"sort"
)

// domain is the choices a fact leaves to the rules that mention it: choice 0 is
// "not stated" (a flag's "no"), each other choice one word, level or run of
// numbers that no rule tells apart.
type domain struct {
	fact fact
	cuts []int // first number of each run, ascending
}

// domainOf is the domain of k under the bounds it is compared with.
func domainOf(k fact, bounds []int) domain {
	d := domain{fact: k}
	switch k.at(&Facts{}).(type) {
	case **int:
		d.cuts = append(d.cuts, k.min)
		for _, b := range bounds {
			if b > k.min && (k.max == 0 || b <= k.max) {
				d.cuts = append(d.cuts, b)
			}
		}
		slices.Sort(d.cuts)
		d.cuts = slices.Compact(d.cuts)
	case **Level, *[]Level:
		for l := MinLevel; l <= MaxLevel; l++ {
			d.cuts = append(d.cuts, int(l))
		}
	}
	return d
}

// size is the number of choices.
func (d domain) size() int {
	switch d.fact.at(&Facts{}).(type) {
	case *string:
		return 1 + len(d.fact.words)
	case *bool:
		return 2
	}
	return 1 + len(d.cuts)
}

// put writes choice i into f.
func (d domain) put(f *Facts, i int) {
	switch p := d.fact.at(f).(type) {
	case *string:
		*p = ""
		if i > 0 {
			*p = d.fact.words[i-1]
		}
	case *bool:
		*p = i > 0
	case **int:
		*p = nil
		if i > 0 {
			*p = &d.cuts[i-1]
		}
	case **Level:
		*p = nil
		if i > 0 {
			l := Level(d.cuts[i-1])
			*p = &l
		}
	case *[]Level:
		*p = nil
		if i > 0 {
			*p = []Level{Level(d.cuts[i-1])}
		}
	}
}

// of is the choice f has made; an impossible value counts as not stated.
func (d domain) of(f *Facts) int {
	switch p := d.fact.at(f).(type) {
	case *string:
		return 1 + slices.Index(d.fact.words, *p)
	case *bool:
		if *p {
			return 1
		}
		return 0
	case *[]Level:
		if len(*p) == 0 {
			return 0
		}
		return d.run(int(slices.Max(*p)))
	}
	n, ok := d.fact.number(f)
	if !ok {
		return 0
	}
	return d.run(n)
}

// run is the run of numbers n lies in.
func (d domain) run(n int) int {
	return sort.Search(len(d.cuts), func(i int) bool { return d.cuts[i] > n })
}
