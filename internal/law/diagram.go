package law

import (
	"slices"
	"strconv"
)

// diagram is the table of a rule set as a decision diagram: it asks the facts
// in their order and ends in an outcome. It is reduced: a fact none of whose
// choices makes a difference is not asked, and equal questions are one node.
// Hence a fact below a node is exactly a fact that can still matter there, for
// some answers to the others. A diagram never changes after drawing.
type diagram struct {
	domains []domain // in the order of Facts
	nodes   []node
	known   map[string]int // key of a node -> its place in nodes
	root    int
}

// node asks one fact, or is a leaf.
type node struct {
	asks  int     // place in domains; len(domains) for a leaf
	kids  []int   // one for each choice
	leaf  int     // what a leaf says
	below factSet // the facts asked here and below
}

// factSet is a set of places in domains.
type factSet uint64

func (s factSet) has(i int) bool { return s&(1<<i) > 0 }

// draw builds the diagram of rows, weighing them one after another.
func draw(rows []row) *diagram {
	bounds := mentions{}
	for _, r := range rows {
		for name, list := range r.mentions {
			bounds.add(name, list...)
		}
	}
	d := &diagram{known: map[string]int{}}
	for _, k := range factTable() {
		d.domains = append(d.domains, domainOf(k, bounds[k.name]))
	}
	p := pen{base: d, own: d}
	d.root = p.end(outcome{}.number())
	for i := range rows {
		r := &rows[i]
		said := p.row(r, &Facts{}, 0)
		d.root = p.join(d.root, said, func(before, said int) int {
			if said == 0 {
				return before
			}
			after, _ := r.weigh(outcomeOf(before), Level(said-1))
			return after.number()
		})
	}
	d.root = p.join(d.root, p.end(0), func(o, _ int) int { return outcomeOf(o).settled().number() })
	return d
}

// number packs an outcome into the leaf of a diagram.
func (o outcome) number() int {
	n := int(o.level) * 4
	if o.manual {
		n += 2
	}
	if o.listed {
		n++
	}
	return n
}

// outcomeOf unpacks a leaf.
func outcomeOf(n int) outcome { return outcome{Level(n / 4), n&2 > 0, n&1 > 0} }

// pen draws nodes. It writes only to own, so that a finished base diagram can
// be read by many at once; nodes of base keep their places.
type pen struct {
	base, own *diagram
}

// at is the node at place i.
func (p pen) at(i int) node {
	if i < len(p.base.nodes) {
		return p.base.nodes[i]
	}
	return p.own.nodes[i-len(p.base.nodes)]
}

// end is the leaf that says n.
func (p pen) end(n int) int {
	return p.place("="+strconv.Itoa(n), node{asks: len(p.base.domains), leaf: n})
}

// ask is the node that asks a fact, or its only kid when the answer is idle.
func (p pen) ask(fact int, kids []int) int {
	if !slices.ContainsFunc(kids, func(k int) bool { return k != kids[0] }) {
		return kids[0]
	}
	key, below := strconv.Itoa(fact), factSet(1<<fact)
	for _, k := range kids {
		key += " " + strconv.Itoa(k)
		below |= p.at(k).below
	}
	return p.place(key, node{asks: fact, kids: kids, below: below})
}

// place finds a node by its key, or adds it.
func (p pen) place(key string, n node) int {
	for _, d := range []*diagram{p.base, p.own} {
		if i, ok := d.known[key]; ok {
			return i
		}
	}
	i := len(p.own.nodes)
	if p.own != p.base {
		i += len(p.base.nodes)
	}
	p.own.nodes = append(p.own.nodes, n)
	p.own.known[key] = i
	return i
}

// row draws what one rule says: a leaf is 0 when it is silent, else one more
// than the level it names.
func (p pen) row(r *row, f *Facts, from int) int {
	for i := from; i < len(p.base.domains); i++ {
		d := p.base.domains[i]
		if _, seen := r.mentions[d.fact.name]; !seen {
			continue
		}
		kids := make([]int, d.size())
		for c := range kids {
			d.put(f, c)
			kids[c] = p.row(r, f, i+1)
		}
		d.put(f, 0)
		return p.ask(i, kids)
	}
	if l, speaks := r.says(f); speaks {
		return p.end(1 + int(l))
	}
	return p.end(0)
}

// join draws the diagram whose leaves are op of the leaves of two others.
func (p pen) join(x, y int, op func(x, y int) int) int {
	done := map[[2]int]int{}
	var walk func(x, y int) int
	walk = func(x, y int) int {
		if place, ok := done[[2]int{x, y}]; ok {
			return place
		}
		a, b := p.at(x), p.at(y)
		fact := min(a.asks, b.asks)
		var out int
		if fact == len(p.base.domains) {
			out = p.end(op(a.leaf, b.leaf))
		} else {
			kids := make([]int, p.base.domains[fact].size())
			for c := range kids {
				kids[c] = walk(a.follow(x, fact, c), b.follow(y, fact, c))
			}
			out = p.ask(fact, kids)
		}
		done[[2]int{x, y}] = out
		return out
	}
	return walk(x, y)
}

// follow is where choice c of a fact leads from the node at place i.
func (n node) follow(i, fact, c int) int {
	if n.asks == fact {
		return n.kids[c]
	}
	return i
}

// limit is the node at place i once the facts of settled have their choices.
func (p pen) limit(i int, settled factSet, choices []int, done map[int]int) int {
	n := p.at(i)
	if n.below&settled == 0 {
		return i
	}
	if place, ok := done[i]; ok {
		return place
	}
	var out int
	if settled.has(n.asks) {
		out = p.limit(n.kids[choices[n.asks]], settled, choices, done)
	} else {
		kids := make([]int, len(n.kids))
		for c, k := range n.kids {
			kids[c] = p.limit(k, settled, choices, done)
		}
		out = p.ask(n.asks, kids)
	}
	done[i] = out
	return out
}
