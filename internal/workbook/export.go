package workbook

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// Query asks for a table.
type Query struct {
	Form   Form
	System string // code, of a form about one system
	Owner  string // of the register: one owner only; "" all within reach
	Head   approval.Head
}

// Export writes a table: kind "xlsx", "csv" or "json".
func (o *Room) Export(ctx context.Context, w io.Writer, a approval.Actor, kind string, q Query) error {
	t, err := o.table(ctx, a, q)
	if err != nil {
		return err
	}
	switch kind {
	case "xlsx":
		return sheet.Write(w, t.book(t.cells(), nil))
	case "csv":
		return sheet.WriteCSV(w, sheet.Sheet{Columns: t.layout(), Rows: t.cells()})
	case "json":
		return t.asJSON(w)
	}
	return fmt.Errorf("export: there is no kind %q", kind)
}

// table makes the table that is asked for, with what the hidden sheet says.
func (o *Room) table(ctx context.Context, a approval.Actor, q Query) (t *table, err error) {
	switch q.Form {
	case Register:
		t, err = o.registerTable(ctx, a, q.Owner)
	case Dossier:
		t, _, err = o.dossierTable(ctx, a, q.System)
	case Checklist:
		t, _, err = o.checklistTable(ctx, a, q.System)
	case Evidence:
		t, _, err = o.evidenceTable(ctx, a, q.System)
	default:
		err = approval.ErrNotFound()
	}
	if err != nil {
		return nil, err
	}
	t.meta = append(append(t.identity(), t.meta...), o.point()...)
	t.meta = append(t.meta, sheet.Pair{Name: "made_for", Value: a.Body},
		sheet.Pair{Name: "law", Value: o.Book.Digest()}, sheet.Pair{Name: "ledger_size", Value: strconv.FormatInt(q.Head.Size, 10)}, sheet.Pair{Name: "ledger_root", Value: q.Head.Root})
	return t, nil
}

// point says when a table was made or, of the register as it was, of which day it
// speaks and up to when the record is known: then it is the same whenever it is made.
func (o *Room) point() []sheet.Pair {
	if o.AsOf.On == "" {
		return []sheet.Pair{{Name: "made_at", Value: o.Clock().In(law.Zone()).Format(time.RFC3339)}}
	}
	return []sheet.Pair{{Name: "as_of", Value: string(o.AsOf.On)}, {Name: "known_before", Value: o.AsOf.Known.In(law.Zone()).Format(time.RFC3339Nano)}}
}

// identity says which form this is.
func (t *table) identity() []sheet.Pair {
	return []sheet.Pair{{Name: "schema", Value: "capdo/" + string(t.form)}, {Name: "version", Value: version}, {Name: "system", Value: t.system}}
}

// book is the workbook of a table with the given rows; more columns and sheets
// stand to the right.
func (t *table) book(rows func(func([]sheet.Cell, error) bool), more []sheet.Column, sheets ...sheet.Sheet) sheet.Book {
	s := sheet.Sheet{Name: t.form.sheetName(), Columns: append(t.layout(), more...), Frozen: t.frozen, Rows: rows, Spare: t.spare}
	for _, row := range slices.Sorted(maps.Keys(t.drops)) {
		s.Drops = append(s.Drops, sheet.Drop{Row: row, Column: t.at("value") + 1, Choices: t.drops[row].Choices})
	}
	return sheet.Book{Title: t.form.Title().VI, Guide: t.guide, Sheets: append([]sheet.Sheet{s}, sheets...), Meta: t.meta}
}

// cells are the rows as the sheet shows them.
func (t *table) cells() func(func([]sheet.Cell, error) bool) {
	return func(yield func([]sheet.Cell, error) bool) {
		out := make([]sheet.Cell, len(t.columns))
		for values, err := range t.rows {
			for i := range out {
				out[i] = sheet.Cell{}
				if i < len(values) {
					out[i].Value = t.columns[i].shown(values[i])
				}
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

// asJSON writes the rows as an array of objects by column key, streamed.
func (t *table) asJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	meta := map[string]string{}
	for _, m := range t.meta {
		meta[m.Name] = m.Value
	}
	if _, err := out.WriteString(`{"meta":`); err != nil {
		return err
	}
	if err := enc.Encode(meta); err != nil {
		return err
	}
	keys := []string{}
	for _, c := range t.columns {
		if c.Column.Formula == "" {
			keys = append(keys, c.key)
		}
	}
	if _, err := out.WriteString(`,"columns":`); err != nil {
		return err
	}
	if err := enc.Encode(keys); err != nil {
		return err
	}
	if _, err := out.WriteString(`,"rows":[` + "\n"); err != nil {
		return err
	}
	first := true
	for values, err := range t.rows {
		if err != nil {
			return err
		}
		if !first {
			if err := out.WriteByte(','); err != nil {
				return err
			}
		}
		first = false
		row := map[string]string{}
		for i, c := range t.columns {
			if c.Column.Formula == "" && i < len(values) && values[i] != "" {
				row[c.key] = values[i]
			}
		}
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	if _, err := out.WriteString("]}\n"); err != nil {
		return err
	}
	return out.Flush()
}
