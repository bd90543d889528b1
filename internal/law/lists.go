package law

import "strconv"

// ListPolicy is what readers of the signed lists hold to; each is a choice of
// the service.
type ListPolicy struct {
	TTL    int          `json:"ttl_seconds"`    // after which a reader asks again
	Life   int          `json:"life_seconds"`   // from signing to the end
	Usable [5]int       `json:"usable_seconds"` // by level 1 to 5: how old a list may be and still open
	Token  int          `json:"token_days"`     // longest life of a certificate
	Clock  int          `json:"clock_seconds"`  // how far the clock may be off
	Notes  []PolicyNote `json:"notes"`
}

// Lists returns the policy of the signed lists.
func (b *Book) Lists() ListPolicy { return b.lists }

// rawLists is lists.yaml.
type rawLists struct {
	TTL    rawSwitch[mark]           `yaml:"ttl_seconds"`
	Life   rawSwitch[mark]           `yaml:"life_seconds"`
	Usable rawSwitch[map[Level]mark] `yaml:"usable_seconds"`
	Token  rawSwitch[mark]           `yaml:"token_days"`
	Clock  rawSwitch[mark]           `yaml:"clock_seconds"`
}

// lists checks and compiles lists.yaml.
func (l *loader) lists(r rawLists) {
	p := ListPolicy{TTL: l.atLeast(1, "ttl_seconds", r.TTL.Value), Token: l.atLeast(1, "token_days", r.Token.Value), Clock: l.atLeast(1, "clock_seconds", r.Clock.Value)}
	p.Life = l.atLeast(p.TTL, "life_seconds", r.Life.Value)
	most := p.Life
	for i := range p.Usable {
		m := r.Usable.Value[Level(i+1)]
		if p.Usable[i] = l.atLeast(1, "usable_seconds", m); p.Usable[i] > most {
			l.Add(m.Line, "usable_seconds: level %d: %d is more than %d", i+1, p.Usable[i], most)
		}
		most = p.Usable[i]
	}
	for _, n := range []PolicyNote{{"ttl_seconds", r.TTL.Note}, {"life_seconds", r.Life.Note}, {"usable_seconds", r.Usable.Note}, {"token_days", r.Token.Note}, {"clock_seconds", r.Clock.Note}} {
		n.Says = l.text(mark{Value: n.Key, Line: 1}, n.Says)
		p.Notes = append(p.Notes, n)
	}
	l.book.lists = p
}

// atLeast reads a whole number that is not below least.
func (l *loader) atLeast(least int, key string, m mark) int {
	n, err := strconv.Atoi(m.Value)
	if err != nil || n < least {
		l.Add(m.Line, "%s: %q is no whole number of at least %d", key, m.Value, least)
	}
	return n
}
