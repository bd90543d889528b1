package controls

import (
	"maps"
	"slices"

	"capdo/internal/law"
)

// The kinds of a link.
const (
	// LinkSame: evidence for the old control answers the new one. Where several
	// old controls are the same as one new control, they answer it together.
	LinkSame = "same"
	// LinkPartly: evidence for the old control answers a part of the new one.
	LinkPartly = "partly"
	// LinkRelated: the subject is near, the evidence answers nothing.
	LinkRelated = "related"
)

// Link joins a control of one list to a control of another. Levels are those
// of the newer list at which it holds; none means all.
type Link struct {
	From       string      `json:"from"`
	To         string      `json:"to"`
	Kind       string      `json:"kind"`
	Levels     []law.Level `json:"levels"`
	Confidence string      `json:"confidence"`
	Source     string      `json:"source"`
	Note       law.Text    `json:"note"`
}

// Remark says why a control stands without a counterpart.
type Remark struct {
	Key  string   `json:"key"`
	Note law.Text `json:"note"`
}

// crosswalk is the bridge from the older rule sets to the newer ones.
type crosswalk struct {
	from, to  []law.RuleSet
	links     []Link
	none, new []Remark
}

// Crosswalk lists the links from one rule set to another in file order; in the
// direction against time, the same links turned round. Rule sets without a
// bridge have none.
func (c *Catalogues) Crosswalk(from, to law.RuleSet) []Link {
	b := c.bridge
	ahead := slices.Contains(b.from, from) && slices.Contains(b.to, to)
	back := slices.Contains(b.from, to) && slices.Contains(b.to, from)
	if !ahead && !back {
		return nil
	}
	out := slices.Clone(b.links)
	for i := range out {
		out[i].Levels = slices.Clone(out[i].Levels)
		if back {
			out[i].From, out[i].To = out[i].To, out[i].From
		}
	}
	return out
}

// WithoutCounterpart lists the older controls for which no newer one was
// found, and the newer ones to which nothing leads.
func (c *Catalogues) WithoutCounterpart() (older, newer []Remark) {
	return slices.Clone(c.bridge.none), slices.Clone(c.bridge.new)
}

// rawCrosswalk is crosswalk.yaml.
type rawCrosswalk struct {
	From  []mark      `yaml:"from"`
	To    []mark      `yaml:"to"`
	Links []rawLink   `yaml:"links"`
	None  []rawRemark `yaml:"none"`
	New   []rawRemark `yaml:"new"`
}

type rawLink struct {
	From       mark        `yaml:"from"`
	To         mark        `yaml:"to"`
	Kind       mark        `yaml:"kind"`
	Levels     []law.Level `yaml:"levels"`
	Confidence mark        `yaml:"confidence"`
	Source     mark        `yaml:"source"`
	Note       law.Text    `yaml:"note"`
}

type rawRemark struct {
	Key  mark     `yaml:"key"`
	Note law.Text `yaml:"note"`
}

// crosswalk checks the bridge: every reference exists, and every control of
// either side is linked or said to stand alone.
func (l *loader) crosswalk(raw rawCrosswalk) {
	b := crosswalk{
		from: l.ruleSets(mark{Value: "from", Line: 1}, raw.From),
		to:   l.ruleSets(mark{Value: "to", Line: 1}, raw.To),
	}
	older, newer := l.side(b.from), l.side(b.to)
	pairs := map[[2]string][]law.Level{}
	for _, r := range raw.Links {
		b.links = append(b.links, l.link(r))
		older.take(l, r.From)
		newer.take(l, r.To)
		pair := [2]string{r.From.Value, r.To.Value}
		l.levels(r, pairs[pair])
		pairs[pair] = append(pairs[pair], every(r.Levels)...)
	}
	b.none = l.alone(raw.None, older)
	b.new = l.alone(raw.New, newer)
	older.rest(l, "none")
	newer.rest(l, "new")
	l.out.bridge = b
}

// link checks one link by itself.
func (l *loader) link(r rawLink) Link {
	return Link{
		From: r.From.Value, To: r.To.Value, Levels: r.Levels,
		Kind:       l.Word(r.From, r.Kind, "kind", LinkSame, LinkPartly, LinkRelated),
		Confidence: l.confidence(r.From, r.Confidence),
		Source:     l.cite(r.From, r.Source),
		Note:       l.note(r.From, r.Note),
	}
}

// levels checks the levels of a link, of which before are taken by an earlier
// link of the same pair.
func (l *loader) levels(r rawLink, before []law.Level) {
	for _, at := range every(r.Levels) {
		l.level(r.From, at)
		if slices.Contains(before, at) {
			l.Add(r.From.Line, "%s and %s are linked twice at level %d", r.From.Value, r.To.Value, at)
		}
	}
}

// every reads no levels as all of them.
func every(list []law.Level) []law.Level {
	if len(list) == 0 {
		return levels()
	}
	return list
}

// alone checks the controls said to stand without a counterpart.
func (l *loader) alone(list []rawRemark, s side) []Remark {
	var out []Remark
	for _, r := range list {
		if s[r.Key.Value] {
			l.Add(r.Key.Line, "%s stands alone and is linked, or stands alone twice", r.Key.Value)
		}
		s.take(l, r.Key)
		out = append(out, Remark{r.Key.Value, l.note(r.Key, r.Note)})
	}
	return out
}

// side holds the keys of one end of the bridge; true once accounted for.
type side map[string]bool

// side collects the keys of the rule sets at one end.
func (l *loader) side(sets []law.RuleSet) side {
	out := side{}
	for _, rs := range sets {
		for key := range l.out.keys(rs) {
			out[key] = false
		}
	}
	return out
}

// take accounts for a key and refuses one that does not exist.
func (s side) take(l *loader, key mark) {
	if _, ok := s[key.Value]; !ok {
		l.Add(key.Line, "no control %q on this side", key.Value)
		return
	}
	s[key.Value] = true
}

// rest notes the keys not accounted for.
func (s side) rest(l *loader, list string) {
	for _, key := range slices.SortedFunc(maps.Keys(s), natural) {
		if !s[key] {
			l.Add(1, "%s has no link and does not stand under %s", key, list)
		}
	}
}
