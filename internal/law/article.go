package law

import "slices"

// The kinds of provision.
const (
	ArticleHarm       = "harm"       // the harm that makes a level
	ArticlePrinciple  = "principle"  // how a system is seen
	ArticleDefinition = "definition" // who is who
	ArticleScope      = "scope"      // whom a text reaches
	ArticleTask       = "task"       // Luật 116/2025 Điều 10.1
	ArticleMeasure    = "measure"    // Luật 116/2025 Điều 10.2
	ArticleDuty       = "duty"
	ArticleContent    = "content"    // what an appraisal, inspection or report holds
	ArticleSeparation = "separation" // of rented infrastructure
	ArticleStandard   = "standard"   // of basic requirements
	ArticleSharing    = "sharing"    // connection and sharing of data, codes, sanctions
)

// Article is what else the law says of a system. Levels are those at which it
// speaks; Choice marks what is chosen by need and means and not owed. From and
// Until are inclusive, Until "" open.
type Article struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Rules      []RuleSet `json:"rules"` // empty: beside the level regimes
	Levels     []Level   `json:"levels"`
	Choice     bool      `json:"choice"`
	From       Day       `json:"from"`
	Until      Day       `json:"until"`
	Cites      string    `json:"cites"`
	Confidence string    `json:"confidence"`
	Source     string    `json:"source"`
	Says       Text      `json:"says"`
	Note       Text      `json:"note"`

	listed string // yes, no or "" for both
	basis  []cited
}

// ArticleCase is the question what is said of a system on a day.
type ArticleCase struct {
	On     Day
	Level  Level
	Listed bool // of the national-security list
}

// Articles lists what the book says of a system on a day, in its order.
func (b *Book) Articles(c ArticleCase) []Article {
	out := []Article{}
	for _, p := range b.articles {
		listed := p.listed == "" || (p.listed == "yes") == c.Listed
		if listed && c.On.within(p.From, p.Until) && slices.Contains(p.Levels, c.Level) {
			p.Rules, p.Levels = slices.Clone(p.Rules), slices.Clone(p.Levels)
			out = append(out, p)
		}
	}
	return out
}

// Standard is the document that holds the basic requirements under rs; false
// where the book names none.
func (b *Book) Standard(rs RuleSet) (Instrument, bool) {
	for _, p := range b.articles {
		if p.Kind == ArticleStandard && slices.Contains(p.Rules, rs) {
			return p.basis[0].of, true
		}
	}
	return Instrument{}, false
}

// DataPeriod is the year of data that a day falls into, both ends inclusive: it
// ends with the next yearly cut-off and begins the day after the one before
// (TT 12/2022 Điều 13.3, NĐ 331/2026 Điều 35.3). False where no cut-off follows.
func (b *Book) DataPeriod(on Day) (from, until Day, ok bool) {
	for _, d := range b.Deadlines(on, on.AddMonths(12)) {
		if d.Nature == NatureCutoff && d.Kind == DeadlineYearly {
			return d.Day.AddMonths(-12).AddDays(1), d.Day, true
		}
	}
	return "", "", false
}
