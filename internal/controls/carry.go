package controls

import (
	"slices"

	"capdo/internal/law"
)

// Gap says what evidence held under one list is worth under another: every
// control of the new list stands in exactly one of Covered, Partly and New,
// each in clause order. Idle are the old controls with evidence that leads to
// nothing in the new list.
type Gap struct {
	Covered []Carried `json:"covered"`
	Partly  []Carried `json:"partly"`
	New     []Carried `json:"new"`
	Idle    []Control `json:"idle"`
}

// Carried is a control of the new list, the links that lead to it from the old
// list, and the old keys of those links without evidence.
type Carried struct {
	Control Control  `json:"control"`
	Links   []Link   `json:"links"`
	Unmet   []string `json:"unmet"`
}

// Total is the number of controls in the new list.
func (g Gap) Total() int { return len(g.Covered) + len(g.Partly) + len(g.New) }

// Carry computes the gap between the list of fromLevel under from, of which
// the controls in met have evidence, and the list of toLevel under to. It
// serves the conformity of a kept level by 01/7/2027 (Luật 116/2025 Đ45.1).
//
// A new control is covered when all old controls that are the same as it have
// evidence; partly covered when at least one that is the same or partly the
// same has; new otherwise. A key found in both lists is the same as itself.
// Evidence for a lower level never covers a higher one, it helps partly: the
// higher list may ask more under the same title.
func (c *Catalogues) Carry(from law.RuleSet, fromLevel law.Level, to law.RuleSet, toLevel law.Level, met map[string]bool) Gap {
	old := c.For(from, fromLevel)
	held := map[string]bool{}
	for _, x := range old {
		held[x.Key] = true
	}
	links := c.leading(from, to, newerLevel(from, fromLevel, toLevel))
	var g Gap
	useful := map[string]bool{}
	for _, x := range c.For(to, toLevel) {
		k := carried(x, held, links, met)
		worth := k.worth(met)
		if worth == LinkSame && toLevel > fromLevel {
			worth = LinkPartly
		}
		g.put(k, worth)
		for _, n := range k.Links {
			useful[n.From] = useful[n.From] || n.Kind != LinkRelated
		}
	}
	for _, x := range old {
		if met[x.Key] && !useful[x.Key] {
			g.Idle = append(g.Idle, x)
		}
	}
	return g
}

// newerLevel is the level by which links are chosen: that of the list under
// the newer rule set.
func newerLevel(from law.RuleSet, fromLevel, toLevel law.Level) law.Level {
	if from == law.R331 {
		return fromLevel
	}
	return toLevel
}

// leading lists the links between two rule sets that hold at a level.
func (c *Catalogues) leading(from, to law.RuleSet, at law.Level) []Link {
	return slices.DeleteFunc(c.Crosswalk(from, to), func(n Link) bool {
		return !slices.Contains(every(n.Levels), at)
	})
}

// carried collects what leads to x from the keys of the old list.
func carried(x Control, held map[string]bool, links []Link, met map[string]bool) Carried {
	k := Carried{Control: x}
	for _, n := range links {
		if n.To == x.Key && held[n.From] {
			k.Links = append(k.Links, n)
		}
	}
	if held[x.Key] {
		k.Links = append(k.Links, Link{From: x.Key, To: x.Key, Kind: LinkSame, Confidence: x.Confidence, Source: x.Source})
	}
	for _, n := range k.Links {
		if !met[n.From] && !slices.Contains(k.Unmet, n.From) {
			k.Unmet = append(k.Unmet, n.From)
		}
	}
	return k
}

// worth is the kind of what the evidence amounts to; related is worth nothing.
func (k Carried) worth(met map[string]bool) string {
	same, missing, some := false, false, false
	for _, n := range k.Links {
		if n.Kind == LinkRelated {
			continue
		}
		some = some || met[n.From]
		if n.Kind == LinkSame {
			same = true
			missing = missing || !met[n.From]
		}
	}
	switch {
	case same && !missing:
		return LinkSame
	case some:
		return LinkPartly
	}
	return LinkRelated
}

// put files a control under what its evidence amounts to.
func (g *Gap) put(k Carried, worth string) {
	switch worth {
	case LinkSame:
		g.Covered = append(g.Covered, k)
	case LinkPartly:
		g.Partly = append(g.Partly, k)
	default:
		g.New = append(g.New, k)
	}
}
