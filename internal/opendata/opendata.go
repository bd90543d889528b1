// Package opendata is what the owner may publish of the register: the country's
// figures by group of agencies and by level, with no system and no agency named.
//
// A figure from 1 to below the least that the policy names is not published, so that
// nobody is recognised in it: its row is joined with the next one; see merged.
//
// JSON follows Schema (JSON Schema 2020-12); CSV has the same rows.
package opendata

import (
	_ "embed" // the schema
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

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
	Least     int    `json:"least"`     // rows with a figure from 1 to below this are joined
	Rows      []Row  `json:"rows"`
}

// Row is one line: all systems, those of some groups, or those of some levels.
type Row struct {
	By       string   `json:"by"`   // all, group, level
	Keys     []string `json:"keys"` // all; ministry, province, outside; 1 to 5, 0 for a level that is not stated
	Total    int      `json:"total"`
	Approved int      `json:"approved"`
	Deployed int      `json:"deployed"`
}

// fewest is the least below which joining rows would hide nothing; see merged.
const fewest = 3

// Of makes the figures of an overview: none where a figure of the country is small.
func Of(ov approval.Overview, least int) Set {
	least = max(least, fewest)
	s := Set{Schema: "schema.json", Day: string(ov.Day), Simulated: ov.Simulated > 0, Least: least, Rows: []Row{}}
	all := line{[]string{"all"}, [3]int{ov.Total, ov.Approved, ov.Deployed}}
	if all.small(least) {
		return s
	}
	s.add("all", all)
	var groups, levels []line
	for _, g := range ov.Groups {
		groups = append(groups, line{[]string{g.Group}, [3]int{g.Total, g.Approved, g.Deployed}})
	}
	for _, l := range slices.Backward(ov.Levels) { // the higher, the fewer
		levels = append(levels, line{[]string{strconv.Itoa(int(l.Level))}, [3]int{l.Total, l.Approved, l.Deployed}})
	}
	s.add("group", merged(groups, least)...)
	s.add("level", merged(levels, least)...)
	return s
}

// add publishes lines.
func (s *Set) add(by string, lines ...line) {
	for _, l := range lines {
		s.Rows = append(s.Rows, Row{by, l.parts, l.n[0], l.n[1], l.n[2]})
	}
}

// JSON writes the set as JSON.
func (s Set) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(s)
}

// CSV writes the rows; the keys of a row that joins several stand with a + between.
func (s Set) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"day", "by", "keys", "total", "approved", "deployed"}}
	for _, r := range s.Rows {
		lines = append(lines, []string{s.Day, r.By, strings.Join(r.Keys, "+"), strconv.Itoa(r.Total), strconv.Itoa(r.Approved), strconv.Itoa(r.Deployed)})
	}
	return out.WriteAll(lines)
}
