package report

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
)

// FormDocument is the input of a paper a decree prescribes: the blank and what
// is written on it. Of Official, Day is the day of the data; Bases come after
// those of the blank, Addressees stand in place of its own, Recipients come
// after its own; an empty Body of the Issuer is taken from the slot the blank
// names.
type FormDocument struct {
	Official
	Paper  *forms.Official
	Values map[string]string              // slot to text, code, day or, of a level or count, digits; slots of other papers are passed over
	Rows   map[string][]map[string]string // slot to rows, each column id to cell; no rows is none, no slot is not known
	Dated  string                         // "2006-01-02", day of the paper; empty: dotted
	Listed bool                           // the system is on the national-security list
	Draft  bool                           // every page says so
}

// form is a paper being written.
type form struct {
	*sheet
	in       FormDocument
	values   map[string]string // cleaned; empty ones are left out
	level    int               // 0: not known
	sections int
	articles int
}

// Form writes an official paper. What is not known is dotted, to be filled in
// by hand. Where rows are handed in, the counters of the paper are counted from
// them, whatever Values says. The error says what is wrong with a day, the
// writer, or a slot or column nobody knows; no text makes it fail.
func Form(w io.Writer, d FormDocument) (err error) {
	defer guard(&err)
	f, err := newForm(d)
	if err != nil {
		return fmt.Errorf("official paper: %w", err)
	}
	f.part(portrait)
	f.head()
	f.addressees(f.in.Addressees)
	f.opening()
	letter := d.Paper.Body
	if at := slices.IndexFunc(letter, func(b forms.Block) bool { return b.Wide != nil }); at >= 0 {
		letter = letter[:at]
	}
	f.letter(letter)
	for _, b := range d.Paper.Body[len(letter):] {
		f.wide(*b.Wide)
	}
	return f.write(w)
}

// newForm looks at the input and prepares the sheet.
func newForm(d FormDocument) (*form, error) {
	if d.Paper == nil {
		return nil, errors.New("no blank was handed in")
	}
	day, err := parseDay(d.Day)
	if err != nil {
		return nil, err
	}
	if d.Dated != "" {
		if _, err := parseDay(d.Dated); err != nil {
			return nil, err
		}
	}
	if err := known(d); err != nil {
		return nil, err
	}
	s, err := newSheet(d.Official, d.Paper.Title.VI, day)
	if err != nil {
		return nil, err
	}
	f := &form{sheet: s, in: d, values: map[string]string{}}
	f.draft, f.model = d.Draft, "Lập theo "+d.Paper.Model
	if d.Paper.Confidence != "high" {
		f.model += " (bản dựng lại, chưa đối chiếu với bản gốc)"
	}
	f.take()
	return f, f.bounds()
}

// bounds refuses a counter above the number of rows.
func (f *form) bounds() error {
	for _, b := range f.in.Paper.Body {
		if b.Wide == nil {
			continue
		}
		rows, given := f.in.Rows[b.Wide.Slot]
		for _, slot := range b.Wide.Bounded {
			if n, err := strconv.Atoi(f.values[slot]); given && err == nil && n > len(rows) {
				return fmt.Errorf("%s is %d of %d rows", slot, n, len(rows))
			}
		}
	}
	return nil
}

// known refuses slots and columns that stand in no list: a record would be lost
// without a word.
func known(d FormDocument) error {
	for _, id := range slices.Sorted(maps.Keys(d.Values)) {
		if s, ok := forms.SlotOf(id); !ok || s.Kind == forms.SlotRows {
			return fmt.Errorf("nobody knows the slot %.40q", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.Rows)) {
		if s, ok := forms.SlotOf(id); !ok || s.Kind != forms.SlotRows {
			return fmt.Errorf("nobody knows the rows %.40q", id)
		}
		if len(d.Rows[id]) > maxRows {
			return errTooLong
		}
	}
	for _, b := range d.Paper.Body {
		if b.Wide != nil {
			if err := knownColumns(*b.Wide, d.Rows[b.Wide.Slot]); err != nil {
				return err
			}
		}
	}
	return nil
}

func knownColumns(w forms.Wide, rows []map[string]string) error {
	columns := map[string]bool{}
	for _, c := range w.Columns[1:] {
		columns[c.ID] = true
	}
	for _, row := range rows {
		for id := range row {
			if !columns[id] {
				return fmt.Errorf("%s has no column %.40q", w.Slot, id)
			}
		}
	}
	return nil
}

// take cleans the values, counts the rows and works out what the head needs.
func (f *form) take() {
	d := &f.in
	for id, v := range d.Values {
		if v = strings.TrimSpace(f.clean(v)); v != "" {
			f.values[id] = v
		}
	}
	for _, b := range d.Paper.Body {
		if b.Wide == nil {
			continue
		}
		if rows, given := d.Rows[b.Wide.Slot]; given {
			for _, c := range b.Wide.Counts {
				f.values[c.Slot] = strconv.Itoa(c.Of(rows))
			}
		}
	}
	if n, err := strconv.Atoi(f.values["level"]); err == nil {
		f.level = n
	}
	if d.Issuer.Body == "" {
		d.Issuer.Body = f.fill("{" + d.Paper.From + "}")
	}
	if len(d.Addressees) == 0 {
		d.Addressees = f.fillAll(d.Paper.To)
	}
	d.Recipients = append(f.fillAll(d.Paper.Recipients), d.Recipients...)
	d.Bases = append(f.fillAll(d.Paper.Bases), d.Bases...)
}
