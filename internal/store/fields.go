package store

import (
	"fmt"
	"maps"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

type fieldSaveRow struct {
	bun.BaseModel `bun:"table:field_save,alias:t"`

	SystemID   int64  `bun:"system_id,pk"`
	DossierNo  int    `bun:"dossier_no,pk"`
	Field      string `bun:"field,pk"`
	Version    int64  `bun:"version,pk"`
	Was        string `bun:"was"`
	Value      string `bun:"value"`
	FromSystem string `bun:"from_system"`
	whoRow
	At time.Time `bun:"at"`
}

func (r fieldSaveRow) save() approval.FieldSave {
	return approval.FieldSave{Dossier: r.DossierNo, Field: r.Field, Version: r.Version, Was: r.Was, Value: r.Value, From: r.FromSystem, By: r.who(), At: r.At.UTC()}
}

// fieldSaves stores the new values of a dossier's fields.
func (w *writing) fieldSaves(id int64, d *approval.Dossier) error {
	rows := make([]fieldSaveRow, len(d.Saved))
	for i, x := range d.Saved {
		rows[i] = fieldSaveRow{SystemID: id, DossierNo: x.Dossier, Field: x.Field, Version: x.Version, Was: x.Was, Value: x.Value, FromSystem: x.From, whoRow: toWho(x.By), At: x.At}
	}
	d.Saved = nil
	return insert(w, rows)
}

// FieldSaves implements approval.Tx and approval.Reader.
func (c *scope) FieldSaves(code string, dossier int, field string) ([]approval.FieldSave, error) {
	if _, err := c.systemID(code); err != nil {
		return nil, err
	}
	var rows []fieldSaveRow
	q := c.table(&rows, "field_save AS t").ColumnExpr("t.*").Where("s.code = ? AND t.dossier_no = ?", storable(code), dossier)
	if field != "" {
		q = q.Where("t.field = ?", storable(field))
	}
	if err := q.OrderExpr("t.field, t.version").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load saves of %s: %w", code, err)
	}
	all := make([]approval.FieldSave, len(rows))
	for i := range rows {
		if err := c.unveil(code, &rows[i]); err != nil {
			return nil, err
		}
		all[i] = rows[i].save()
	}
	return all, nil
}

// fields follows the chain of every field of a system's dossiers: every value it
// ever had is there, as it was, and the last is what the statement says.
func (v *check) fields(s *approval.System) error {
	for i := range s.Dossiers {
		d := &s.Dossiers[i]
		if len(d.Fields) == 0 {
			continue
		}
		saves, err := v.FieldSaves(s.Code, d.No, "")
		if err != nil {
			return err
		}
		v.saves += len(saves)
		chains, versions, last := map[string]string{}, map[string]int64{}, map[string]string{}
		for _, x := range saves {
			if chains[x.Field], err = x.Link(chains[x.Field]); err != nil {
				return err
			}
			versions[x.Field]++
			last[x.Field] = x.Value
		}
		for field := range maps.Keys(d.Fields) {
			mark := d.Fields[field]
			if chains[field] != mark.Chain || versions[field] != mark.Version || last[field] != d.Statement[field] {
				v.blame(-1, approval.SystemObject(s.Code), "the saved values of field %s of dossier %d are not those the record stands for", field, d.No)
			}
		}
		if len(versions) != len(d.Fields) {
			v.blame(-1, approval.SystemObject(s.Code), "dossier %d has saved values of %d fields, the record stands for %d", d.No, len(versions), len(d.Fields))
		}
	}
	return nil
}

// allSaves: there is no saved value that no record stands for. Where a record
// cannot be read it is not known how many it stands for.
func (v *check) allSaves() error {
	n, err := v.table((*fieldSaveRow)(nil), "field_save AS t").Count(v.ctx)
	if err != nil {
		return fmt.Errorf("count saves: %w", err)
	}
	if !v.unread && int(n) != v.saves {
		v.blame(-1, "field_save", "%d saved values of fields, the records stand for %d", n, v.saves)
	}
	return nil
}
