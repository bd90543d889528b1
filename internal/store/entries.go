package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/ledger"
)

// Append implements approval.Tx: the entry takes the next number, is encoded
// once, and those bytes are hashed and stored.
func (w *writing) Append(e *approval.Entry) error {
	if u := w.actor.Under; u != nil && e.Detail["delegation"] != u.ID {
		return fmt.Errorf("entry %s of %s does not name the delegation %s it is made under", e.Act, e.Object, u.ID)
	}
	if err := w.open(); err != nil {
		return err
	}
	e.Seq = w.head.Size
	if e.Assurance == nil {
		e.Assurance = w.actor.Assurance
	}
	b, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode entry %d: %w", e.Seq, err)
	}
	first, hashes, err := ledger.Append(e.Seq, b, ledger.ReaderFunc(w.hashes))
	if err != nil {
		return err
	}
	for k, h := range hashes {
		i := first + int64(k)
		w.edge[i] = bytes.Clone(h[:])
		w.fresh = append(w.fresh, hashRow{I: i, Hash: w.edge[i]})
	}
	w.reach(e.Object)
	w.rows = append(w.rows, entryRow{Seq: e.Seq, Object: e.Object, Bytes: b})
	w.last = e.Object
	w.head.Size++
	if code, ok := approval.SystemOf(e.Object); ok && e.Act == approval.ActRetire {
		return connection.Sever(w, code, e)
	}
	return nil
}

// open loads the head once a transaction.
func (w *writing) open() error {
	if w.head != nil {
		return nil
	}
	h, err := w.scope.head()
	if err != nil {
		return err
	}
	w.head, w.base = h, h.Size
	return nil
}

// head loads the head row; an empty ledger has none.
func (c *scope) head() (*headRow, error) {
	var hs []headRow
	if err := c.shared(&hs).Where("l.id = 1").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load ledger head: %w", err)
	}
	if len(hs) == 0 {
		return &headRow{ID: 1}, nil
	}
	return &hs[0], nil
}

// hashes reads stored hashes, those of this transaction first.
func (w *writing) hashes(is []int64) ([]ledger.Hash, error) {
	var absent []int64
	for _, i := range is {
		if _, ok := w.edge[i]; !ok {
			absent = append(absent, i)
		}
	}
	if len(absent) > 0 {
		var rows []hashRow
		if err := w.shared(&rows).Where("h.i IN (?)", bun.List(absent)).Scan(w.ctx); err != nil {
			return nil, fmt.Errorf("load hashes: %w", err)
		}
		for _, r := range rows {
			w.edge[r.I] = r.Hash
		}
	}
	out := make([]ledger.Hash, len(is))
	for k, i := range is {
		h, ok := w.edge[i]
		if !ok || len(h) != ledger.HashSize {
			return nil, fmt.Errorf("stored hash %d is missing", i)
		}
		copy(out[k][:], h)
	}
	return out, nil
}

// bulk is how many rows go into one INSERT.
const bulk = 500

// seal stores the entries of the transaction, their hashes, and the new head.
// A transaction that changed the record without an entry does not commit.
func (w *writing) seal() error {
	if w.head == nil {
		return errors.New("seal: a transaction without a ledger entry")
	}
	root, err := ledger.Root(w.head.Size, ledger.ReaderFunc(w.hashes))
	if err != nil {
		return err
	}
	w.head.Root = bytes.Clone(root[:])
	if err := w.putEntries(); err != nil {
		return err
	}
	_, err = w.db.NewInsert().Model(w.head).On("CONFLICT (id) DO UPDATE").Set("size = EXCLUDED.size, root = EXCLUDED.root").Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("store ledger head: %w", err)
	}
	return nil
}

// putEntries stores the entries held back, and their hashes.
func (w *writing) putEntries() error {
	for i := 0; i < len(w.rows); i += bulk {
		if err := insert(w, w.rows[i:min(i+bulk, len(w.rows))]); err != nil {
			return err
		}
	}
	for i := 0; i < len(w.fresh); i += bulk {
		if err := insert(w, w.fresh[i:min(i+bulk, len(w.fresh))]); err != nil {
			return err
		}
	}
	w.rows, w.fresh = nil, nil
	return nil
}

// putDown stores what a list made so far, so that what is held does not grow with
// it. Nothing lasts before the transaction does, and its end looks again at whatever
// is touched later.
func (w *writing) putDown() error {
	if len(w.rows) == 0 {
		return nil
	}
	for _, step := range []func() error{w.decide, w.settle, w.putEntries} {
		if err := step(); err != nil {
			return err
		}
	}
	clear(w.edge)
	clear(w.touched)
	w.also = nil
	return nil
}

// Head implements approval.Reader.
func (c *scope) Head() (approval.Head, error) {
	if c.past != nil {
		return c.headThen()
	}
	h, err := c.head()
	if err != nil {
		return approval.Head{}, err
	}
	if h.Size == 0 {
		empty, err := ledger.Root(0, nil)
		return approval.Head{Root: ledger.Hex(empty)}, err
	}
	return h.head(), nil
}

// head is the row as others know it.
func (h *headRow) head() approval.Head {
	return approval.Head{Size: h.Size, Root: fmt.Sprintf("%x", h.Root)}
}

// Entries implements approval.Reader. The system is looked for first, inside
// the scope: another's history is as absent as the system.
func (c *scope) Entries(code string) ([]approval.Entry, error) {
	n, err := c.systems((*systemRow)(nil)).Where("s.code = ?", storable(code)).Count(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("look for system %s: %w", code, err)
	}
	if n == 0 {
		return nil, approval.ErrNotFound()
	}
	return c.entriesOf(code, c.shared((*entryRow)(nil)).Where("e.object = ?", approval.SystemObject(code)))
}

// Entries implements approval.Tx: those of the consultations too, by which others
// had a hand in a dossier.
func (w *writing) Entries(code string) ([]approval.Entry, error) {
	es, err := w.scope.Entries(code)
	if err != nil {
		return nil, err
	}
	asked, err := w.scope.consulting(code)
	es = append(es, asked...)
	slices.SortFunc(es, func(a, b approval.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return es, err
}

// consulting are the entries of the consultations on the dossiers of a system.
func (c *scope) consulting(code string) ([]approval.Entry, error) {
	var nos []int
	if err := c.table((*consultationRow)(nil), "consultation AS t").ColumnExpr("DISTINCT t.dossier_no").Where("s.code = ?", storable(code)).Scan(c.ctx, &nos); err != nil || len(nos) == 0 {
		return nil, err
	}
	objects := make([]string, len(nos))
	for i, no := range nos {
		objects[i] = approval.ConsultationObject(code, no)
	}
	return c.entriesOf(code, c.shared((*entryRow)(nil)).Where("e.object IN (?)", bun.List(objects)))
}

// entriesOf reads entries in their order.
func (c *scope) entriesOf(code string, q *bun.SelectQuery) ([]approval.Entry, error) {
	var rows []entryRow
	if err := q.OrderExpr("e.seq").Scan(c.ctx, &rows); err != nil {
		return nil, fmt.Errorf("load entries of %s: %w", code, err)
	}
	es := make([]approval.Entry, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Bytes, &es[i]); err != nil {
			return nil, fmt.Errorf("decode entry %d: %w", r.Seq, err)
		}
	}
	return c.entriesThen(es), nil
}
