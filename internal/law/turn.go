package law

// GateTurn is the first day after d on which an answer of the gate may change
// by the law alone: an instrument it cites, a rule set, or the level a target
// asks for comes into force or ends. It is "" when there is none.
func (b *Book) GateTurn(d Day) Day {
	var first Day
	note := func(x Day) {
		if x > d && (first == "" || x < first) {
			first = x
		}
	}
	both := func(from, until Day) {
		note(from)
		note(until.AddDays(1))
	}
	for _, r := range b.reasons {
		for _, c := range r.basis {
			both(c.of.From, c.of.Until)
		}
	}
	for _, s := range b.ruleSets {
		both(s.From, s.Until)
	}
	for _, r := range b.required {
		both(r.From, r.Until)
	}
	return first
}
