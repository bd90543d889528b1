package opendata

// line is a row before it is published: the parts that it joins, in order, with
// their sum.
type line struct {
	parts []string
	n     [3]int // total, approved, deployed
}

// small tells whether a figure of the line is from 1 to below least.
func (l line) small(least int) bool {
	for _, n := range l.n {
		if n > 0 && n < least {
			return true
		}
	}
	return false
}

// joined is a line with another one added to it.
func (l line) joined(m line) line {
	out := line{parts: append(append([]string(nil), l.parts...), m.parts...)}
	for c := range out.n {
		out.n[c] = l.n[c] + m.n[c]
	}
	return out
}

// merged joins lines until no figure is small: a line with a small figure takes in
// the next one, and what remains small at the end joins the lines before it. Sums
// stay what they are, and every figure that is published is exact.
//
// Nobody who knows this rule and all that is published can tell a figure of a part
// that was joined, unless it is 0 because the figure of the whole is. For take a
// joined line of n: whichever small number v is, the first part may have v in each
// column in which n is not 0, the last part the rest, and those between nothing
// or, with the first, less than least together; each of these tables is joined in
// the same way. For that least must be fewest or more.
func merged(lines []line, least int) (out []line) {
	for i := 0; i < len(lines); {
		l := lines[i]
		for i++; i < len(lines) && l.small(least); i++ {
			l = l.joined(lines[i])
		}
		for last := len(out) - 1; l.small(least) && last >= 0; last-- {
			l, out = out[last].joined(l), out[:last]
		}
		out = append(out, l)
	}
	return out
}
