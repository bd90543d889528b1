package store

import (
	"fmt"
	"slices"

	"capdo/internal/approval"
)

// CreateAll implements approval.Loader: the systems are stored a table at a time,
// many rows in one statement.
func (w *writing) CreateAll(ss []*approval.System) error {
	w.pile = newPile()
	defer func() { w.pile = nil }()
	for i := 0; i < len(ss); i += bulk {
		if err := w.createPart(ss[i:min(i+bulk, len(ss))]); err != nil {
			return err
		}
	}
	return nil
}

// createPart stores the systems of one statement, and what belongs to them.
func (w *writing) createPart(ss []*approval.System) error {
	rows, at := make([]systemRow, len(ss)), map[string]*approval.System{}
	for i, s := range ss {
		if err := w.born(s); err != nil {
			return err
		}
		row, err := w.row(s)
		if err != nil {
			return err
		}
		rows[i], at[s.Code] = *row, s
	}
	if _, err := w.db.NewInsert().Model(&rows).Returning("id, code").Exec(w.ctx); err != nil {
		return fmt.Errorf("create %d systems from %s: %w", len(ss), ss[0].Code, err)
	}
	for _, r := range rows { // in whatever order they came back
		at[r.Code].ID = r.ID
	}
	for _, s := range ss {
		w.touch(s)
		w.count(s, nil)
		if err := w.children(s, &approval.System{}); err != nil {
			return err
		}
	}
	return w.pile.store(w)
}

// born gives a new system its first version, and a code where it has none.
func (w *writing) born(s *approval.System) (err error) {
	if !w.mine(s.Owner) {
		return approval.ErrNotFound()
	}
	s.Version = 1
	if s.Code == "" {
		s.Code, err = w.nextCode(s.Owner)
	} else if n := serialOf(s.Owner, s.Code); n > 0 { // not stored yet, where many are
		err = w.knowCodes(s.Owner)
		w.codes[s.Owner] = max(w.codes[s.Owner], n)
	}
	return err
}

// pile holds back the rows of many systems, by table.
type pile struct {
	first []string // tables that others refer to, and that four eyes look at, in order
	rows  map[string]any
	put   map[string]func(*writing) error
}

func newPile() *pile {
	p := &pile{rows: map[string]any{}, put: map[string]func(*writing) error{}}
	for _, row := range []any{dossierRow{}, editorRow{}, roundRow{}, receiptRow{}, reviewRow{}, decisionRow{}, approvalRow{}} {
		p.first = append(p.first, fmt.Sprintf("%T", row))
	}
	return p
}

// hold takes rows of one table.
func hold[T any](p *pile, rows []T) {
	name := fmt.Sprintf("%T", *new(T))
	all, _ := p.rows[name].([]T) // none yet is none
	all = append(all, rows...)
	p.rows[name] = all
	p.put[name] = func(w *writing) error {
		for part := range slices.Chunk(all, bulk) {
			if err := insert(w, part); err != nil {
				return err
			}
		}
		return nil
	}
}

// store stores what is held back.
func (p *pile) store(w *writing) error {
	w.pile = nil // from here on insert inserts
	defer func() { w.pile = p }()
	names := slices.Clone(p.first)
	for name := range p.put {
		if !slices.Contains(p.first, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if put, ok := p.put[name]; ok {
			if err := put(w); err != nil {
				return err
			}
		}
	}
	clear(p.rows)
	clear(p.put)
	return nil
}
