package forms

import (
	"slices"
	"strings"
)

// officialFolder holds the official papers, beside the forms of the program.
const officialFolder = "official"

// officialSchema is the only shape of an official paper so far.
const officialSchema = "official/v1"

// Kinds of an official paper, as its number carries them (NĐ 30/2020, Phụ lục
// III). An official letter has no kind in its number and no title.
const (
	KindDecision = "QĐ"
	KindProposal = "TTr"
	KindReport   = "BC"
	KindLetter   = "CV"
)

// Official is one paper a decree prescribes (Mẫu 01 to 08 of NĐ 331/2026 and
// their elder sisters), as a blank: what it says, and where which slot of the
// record goes. The body is Vietnamese, as the paper is. Texts hold slots in
// braces, such as "{system_name}"; see [Slots] and [Pieces]. Officials come
// from [Load] or [LoadFS] only and are shared: read them, do not change them.
type Official struct {
	Schema     string   `yaml:"schema"`  // official/v1
	ID         string   `yaml:"id"`      // mau-01 to mau-08
	Edition    string   `yaml:"edition"` // rule set: r331 or r85
	Title      Text     `yaml:"title"`   // its name, for the pages of the program
	Model      string   `yaml:"model"`   // what the foot of the paper calls it
	Kind       string   `yaml:"kind"`    // one of the Kinds
	About      string   `yaml:"about"`   // trích yếu
	From       string   `yaml:"from"`    // slot of the body that issues it
	To         []string `yaml:"to"`      // addressees; none for a decision
	Authority  string   `yaml:"authority"`
	Bases      []string `yaml:"bases"` // without ";" at the end
	Recipients []string `yaml:"recipients"`
	Numbering  string   `yaml:"numbering"` // of the sections: part or plain
	Body       []Block  `yaml:"body"`
	Basis      []string `yaml:"basis"`      // clauses the paper follows, for people to read
	Confidence string   `yaml:"confidence"` // high, medium, low or inferred
	Note       Text     `yaml:"note"`       // what is not sure; compulsory unless high
}

// Block is one part of the body: exactly one of its six shapes.
type Block struct {
	Text    string   `yaml:"text"`    // a paragraph
	Section string   `yaml:"section"` // the title of a numbered section
	Fields  *Fields  `yaml:"fields"`
	List    *List    `yaml:"list"`
	Article *Article `yaml:"article"`
	Wide    *Wide    `yaml:"wide"`

	Listed bool `yaml:"listed"` // only for systems of the national-security list
}

// Fields is a table of two columns: what is asked, and the answer.
type Fields struct {
	Marks string  `yaml:"marks"`
	Rows  []Entry `yaml:"rows"`
}

// Entry is one row of Fields.
type Entry struct {
	Label string `yaml:"label"`
	Value string `yaml:"value"`
}

// List is a list of documents or statements. Marks are number (1.), letter
// (a), paren ((1)) or dash (-).
type List struct {
	Marks string `yaml:"marks"`
	Items []Item `yaml:"items"`
}

// Item is one line of a List.
type Item struct {
	Text   string `yaml:"text"`
	Levels []int  `yaml:"levels"` // asked at these levels only; empty means all
}

// Asked tells whether the item belongs on a paper for this level; 0 is a level
// not known yet, and a listed system follows the way of level 5.
func (i Item) Asked(level int, listed bool) bool {
	return len(i.Levels) == 0 || level == 0 || slices.Contains(i.Levels, level) || listed && slices.Contains(i.Levels, 5)
}

// Article is an article of a decision: it has a Title of its own or opens with
// a sentence, its Text.
type Article struct {
	Title   string   `yaml:"title"`
	Text    string   `yaml:"text"`
	Clauses []Clause `yaml:"clauses"`
}

// Clause is a numbered clause (khoản) with its lettered points (điểm).
type Clause struct {
	Text   string   `yaml:"text"`
	Points []string `yaml:"points"`
}

// Wide is a table with many columns and any number of rows, on landscape pages.
type Wide struct {
	Slot    string   `yaml:"slot"` // of kind rows
	Title   string   `yaml:"title"`
	Columns []Column `yaml:"columns"` // the first is numbered by itself
	Counts  []Count  `yaml:"counts"`
	Bounded []string `yaml:"bounded"` // slots that count rows by what no column shows
	Notes   []string `yaml:"notes"`   // above the table, so that they are read first
}

// Column is a column of a Wide table; a cell holds any text, or one or more
// codes of Words joined by newlines.
type Column struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	Width int    `yaml:"width"` // in proportion to the others
	Align string `yaml:"align"` // L, C or R
	Day   bool   `yaml:"day"`   // a cell of the form 2006-01-02 is shown as a date
	Words []Word `yaml:"words"`
}

// Word is an official word and the code the program keeps for it.
type Word struct {
	Code string `yaml:"code"`
	Text string `yaml:"text"`
}

// Count says which rows of a Wide table a slot counts: those where all
// conditions hold, or all rows.
type Count struct {
	Slot  string  `yaml:"slot"`
	Where []Match `yaml:"where"`
}

// Match holds when a cell has one of the codes.
type Match struct {
	Column string   `yaml:"column"`
	In     []string `yaml:"in"`
}

// Of counts the rows, which are cells by column id.
func (c Count) Of(rows []map[string]string) int {
	n := 0
	for _, row := range rows {
		if !slices.ContainsFunc(c.Where, func(m Match) bool { return !m.holds(row) }) {
			n++
		}
	}
	return n
}

func (m Match) holds(row map[string]string) bool {
	for _, code := range strings.Split(row[m.Column], "\n") {
		if slices.Contains(m.In, code) {
			return true
		}
	}
	return false
}

// Say gives the official word for every code of a value, joined by "; "; what
// is no code stays as it is.
func Say(words []Word, value string) string {
	if len(words) == 0 || value == "" {
		return value
	}
	parts := strings.Split(value, "\n")
	for i, part := range parts {
		at := slices.IndexFunc(words, func(w Word) bool { return w.Code == part })
		if at < 0 {
			return value
		}
		parts[i] = words[at].Text
	}
	return strings.Join(parts, "; ")
}
