// Package opendata is what the owner may publish of the register: the country's
// figures by group of agencies and by level, with no system and no agency named.
//
// A figure from 1 to the least that the policy names is withheld, so that nobody
// is recognised in it. Where exactly one figure of a column would be withheld
// beside a sum, the next smallest is withheld too: subtraction would tell it.
//
// JSON follows Schema (JSON Schema 2020-12); CSV has the same rows.
package opendata

import (
	_ "embed" // the schema
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"capdo/internal/approval"
)

// Schema describes the JSON.
//
//go:embed schema.json
var Schema []byte

// Set is the published figures of a day.
type Set struct {
	Schema    string `json:"$schema"`
	Day       string `json:"day"`       // 2006-01-02, in Viet Nam
	Simulated bool   `json:"simulated"` // some of the records counted are made up
	Least     int    `json:"least"`     // figures from 1 to below this are withheld
	Rows      []Row  `json:"rows"`
}

// Row is one line: all systems, those of a group, or those of a level. A nil
// figure is withheld.
type Row struct {
	By       string `json:"by"`  // all, group, level
	Key      string `json:"key"` // all; ministry, province; 1 to 5, 0 for a level that is not stated
	Total    *int   `json:"total"`
	Approved *int   `json:"approved"`
	Deployed *int   `json:"deployed"`
}

// Of makes the figures of an overview.
func Of(ov approval.Overview, least int) Set {
	s := Set{Schema: "schema.json", Day: string(ov.Day), Simulated: ov.Simulated > 0, Least: least}
	s.Rows = []Row{row("all", "all", ov.Total, ov.Approved, ov.Deployed)}
	from := len(s.Rows)
	for _, g := range ov.Groups {
		s.Rows = append(s.Rows, row("group", g.Group, g.Total, g.Approved, g.Deployed))
	}
	withhold(s.Rows[:1], least)
	withhold(s.Rows[from:], least)
	from = len(s.Rows)
	for _, l := range ov.Levels {
		s.Rows = append(s.Rows, row("level", strconv.Itoa(int(l.Level)), l.Total, l.Approved, l.Deployed))
	}
	withhold(s.Rows[from:], least)
	return s
}

func row(by, key string, total, approved, deployed int) Row {
	return Row{by, key, &total, &approved, &deployed}
}

// withhold takes the small figures out of rows that add up to a published sum.
func withhold(rows []Row, least int) {
	for _, column := range []func(*Row) **int{func(r *Row) **int { return &r.Total }, func(r *Row) **int { return &r.Approved }, func(r *Row) **int { return &r.Deployed }} {
		withheld := 0
		var next **int // the smallest that is still shown, zeros aside
		for i := range rows {
			n := column(&rows[i])
			switch {
			case **n > 0 && **n < least:
				*n = nil
				withheld++
			case **n > 0 && (next == nil || **n < **next):
				next = n
			}
		}
		if withheld == 1 && next != nil {
			*next = nil
		}
	}
}

// JSON writes the set as JSON.
func (s Set) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(s)
}

// CSV writes the rows; a withheld figure is an empty cell.
func (s Set) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	show := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	lines := [][]string{{"day", "by", "key", "total", "approved", "deployed"}}
	for _, r := range s.Rows {
		lines = append(lines, []string{s.Day, r.By, r.Key, show(r.Total), show(r.Approved), show(r.Deployed)})
	}
	return out.WriteAll(lines)
}
