package store

import (
	"encoding/json"
	"fmt"

	"capdo/internal/approval"
)

// EndAgency implements approval.Registrar.
func (w *writing) EndAgency(a approval.Agency) error {
	w.all = true
	row := agencyRow{Code: a.Code, EndedOn: string(a.EndedOn), Successor: a.Successor}
	res, err := w.db.NewUpdate().Model(&row).Column("ended_on", "successor").WherePK().Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("end agency %s: %w", a.Code, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("end agency %s: %d rows, %w", a.Code, n, approval.ErrNotFound())
	}
	return nil
}

// NameAgency stores the names of an agency, and those of today as its own.
func (w *writing) NameAgency(a approval.Agency) error {
	w.all = true
	names, err := json.Marshal(a.Names)
	if err != nil {
		return fmt.Errorf("encode the names of %s: %w", a.Code, err)
	}
	row := agencyRow{Code: a.Code, Name: a.Name, NameEN: a.NameEN, Kind: a.Kind, SpecialisedUnit: a.SpecialisedUnit, Names: string(names)}
	res, err := w.db.NewUpdate().Model(&row).Column("name", "name_en", "kind", "specialised_unit", "names").WherePK().Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("name agency %s: %w", a.Code, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("name agency %s: %d rows, %w", a.Code, n, approval.ErrNotFound())
	}
	return nil
}

// SystemsOf implements approval.Registrar.
func (w *writing) SystemsOf(owner string) ([]approval.System, error) {
	var rows []systemRow
	if err := w.systems(&rows).Where("s.owner = ?", owner).OrderExpr("s.id").Scan(w.ctx); err != nil {
		return nil, fmt.Errorf("load systems of %s: %w", owner, err)
	}
	ss, err := w.assemble(rows)
	if err != nil {
		return nil, fmt.Errorf("load systems of %s: %w", owner, err)
	}
	return ss, nil
}

// transferRows are the transfers of s beyond the first known ones.
func transferRows(s *approval.System, known int) []transferRow {
	var rows []transferRow
	for i := known; i < len(s.Transfers); i++ {
		x := s.Transfers[i]
		rows = append(rows, transferRow{SystemID: s.ID, No: i + 1, FromAgency: x.From, ToAgency: x.To, OnDay: string(x.On),
			Kind: string(x.Kind), Cites: x.Cites, whoRow: toWho(x.By), At: x.At})
	}
	return rows
}
