package security

import "strings"

// Count is how many rows of a chapter, or of a level, are in which state.
type Count struct {
	Name                              string // V1 … V17, level 1 … level 3, all
	Rows, Pass, Review, NotHere, Open int
}

func (c *Count) add(r Row) {
	c.Rows++
	switch r.State {
	case "pass":
		c.Pass++
	case "review":
		c.Review++
	case "n/a":
		c.NotHere++
	default:
		c.Open++
	}
}

// Tally counts rows by chapter, then by level, then all.
func Tally(rows []Row) []Count {
	var chapters []Count
	levels, all := []Count{{Name: "level 1"}, {Name: "level 2"}, {Name: "level 3"}}, Count{Name: "all"}
	for _, r := range rows {
		chapter, _, _ := strings.Cut(r.ID, ".")
		if n := len(chapters); n == 0 || chapters[n-1].Name != chapter {
			chapters = append(chapters, Count{Name: chapter})
		}
		chapters[len(chapters)-1].add(r)
		levels[r.Level-1].add(r)
		all.add(r)
	}
	return append(append(chapters, levels...), all)
}
