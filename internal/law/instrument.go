package law

import "strings"

// Instrument is a document the book cites. From and Until are inclusive days
// of force; "" means unknown or open.
type Instrument struct {
	ID         string `json:"id"`
	Number     string `json:"number"`
	Short      string `json:"short"` // as printed in a citation, e.g. "NĐ 85/2016/NĐ-CP"
	Title      Text   `json:"title"`
	Issuer     string `json:"issuer"`
	Signed     Day    `json:"signed"`
	From       Day    `json:"from"`
	Until      Day    `json:"until"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
	Note       Text   `json:"note"`
}

// Source is an entry of the legend of source keys.
type Source struct {
	Key   string `json:"key"`
	What  string `json:"what"`
	Trust string `json:"trust"`
}

// Citation points into an instrument, e.g. {"nd-85-2016", "Điều 9 khoản 2 điểm c"}.
// Ref is "" when the instrument as a whole is meant.
type Citation struct {
	Instrument string `json:"instrument"`
	Ref        string `json:"ref"`
}

// cited is a citation joined with its instrument.
type cited struct {
	Citation
	of Instrument
}

// printCites renders citations, e.g. "NĐ 85/2016/NĐ-CP, Điều 9 khoản 2 điểm c";
// keep selects which.
func printCites(list []cited, keep func(cited) bool) string {
	var parts []string
	for _, c := range list {
		if !keep(c) {
			continue
		}
		s := c.of.Short
		if c.Ref != "" {
			s += ", " + c.Ref
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

// everyCite keeps all citations.
func everyCite(cited) bool { return true }
