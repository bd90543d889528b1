package reconcile

import (
	"fmt"
	"strings"
)

// Text is a sentence in both languages of the product.
type Text struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// CellError is one cell, or one line, that breaks a rule of the file format.
type CellError struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"` // name from the header; empty for the whole line
	Value  string `json:"value,omitempty"`  // the cell as found, cut to 40 characters
	Says   Text   `json:"says"`
}

func (e CellError) Error() string {
	switch {
	case e.Column == "":
		return fmt.Sprintf("line %d: %s", e.Line, e.Says.EN)
	case e.Value == "":
		return fmt.Sprintf("line %d, column %s: %s", e.Line, e.Column, e.Says.EN)
	}
	return fmt.Sprintf("line %d, column %s: %q: %s", e.Line, e.Column, e.Value, e.Says.EN)
}

// ReadError holds every bad cell of the file in file order.
type ReadError []CellError

// shownErrors bounds the printed message; the slice itself is complete.
const shownErrors = 50

func (e ReadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "read table: %d bad cells", len(e))
	for i, c := range e {
		if i == shownErrors {
			fmt.Fprintf(&b, "\n... and %d more", len(e)-i)
			break
		}
		b.WriteString("\n" + c.Error())
	}
	return b.String()
}

// shorten cuts a cell so that a message stays readable.
func shorten(s string) string {
	r := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}
