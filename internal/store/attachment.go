package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/attachment"
)

// Attachments is the register as the desk of documents sees it.
type Attachments struct{ s *Store }

// Attachments implements attachment.Store on this register.
func (s *Store) Attachments() Attachments { return Attachments{s} }

// Update implements attachment.Store.
func (a Attachments) Update(ctx context.Context, who approval.Actor, at time.Time, f func(attachment.Tx) error) error {
	return a.s.Update(ctx, who, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return fmt.Errorf("update attachments: foreign transaction")
		}
		return f(w)
	})
}

// View implements attachment.Store.
func (a Attachments) View(ctx context.Context, who approval.Actor, f func(attachment.Reader) error) error {
	return a.s.read(ctx, who, func(c *scope) error { return f(c) })
}

// Held implements attachment.Store.
func (a Attachments) Held(ctx context.Context, limit int) (docs []attachment.Document, err error) {
	err = a.s.read(ctx, asker(), func(c *scope) error {
		var rows []attachmentRow
		err := c.attachments(&rows).Where("t.state = 'held'").
			Where("NOT EXISTS (SELECT 1 FROM attachment_event AS x WHERE x.system_id = s.id AND x.attachment_no = t.no)").
			OrderExpr("t.at, t.system_id, t.no").Limit(int64(limit)).Scan(c.ctx)
		for _, r := range rows {
			docs = append(docs, r.document())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load held documents: %w", err)
	}
	return docs, nil
}

type attachmentRow struct {
	bun.BaseModel `bun:"table:attachment,alias:t"`

	SystemID int64  `bun:"system_id,pk"`
	No       int    `bun:"no,pk"`
	Of       string `bun:"of_object"`
	Name     string `bun:"name"`
	Kind     string `bun:"kind"`
	Size     int64  `bun:"size"`
	SHA256   string `bun:"sha256"`
	Tenant   string `bun:"tenant"`
	State    string `bun:"state"`
	whoRow
	At   time.Time `bun:"at"`
	Code string    `bun:"code,scanonly"` // of the system
}

type attachmentEventRow struct {
	bun.BaseModel `bun:"table:attachment_event,alias:t"`

	SystemID     int64  `bun:"system_id,pk"`
	AttachmentNo int    `bun:"attachment_no,pk"`
	No           int    `bun:"no,pk"`
	State        string `bun:"state"`
	Note         string `bun:"note"`
	whoRow
	At time.Time `bun:"at"`
}

// document converts a row without its events.
func (r attachmentRow) document() attachment.Document {
	return attachment.Document{System: r.Code, No: r.No, Of: r.Of, Name: r.Name, Kind: attachment.Kind(r.Kind), Size: r.Size, SHA256: r.SHA256,
		Tenant: r.Tenant, State: attachment.State(r.State), By: r.who(), At: r.At.UTC()}
}

// attachments starts a query on attachments in scope, with the system's code.
func (c *scope) attachments(rows *[]attachmentRow) *bun.SelectQuery {
	return c.table(rows, "attachment AS t").ColumnExpr("t.*").ColumnExpr("s.code")
}

// Documents implements attachment.Reader. The system is looked for first: that
// of another is as absent as none.
func (c *scope) Documents(code string) ([]attachment.Document, error) {
	if _, err := c.systemID(code); err != nil {
		return nil, err
	}
	var rows []attachmentRow
	if err := c.attachments(&rows).Where("s.code = ?", storable(code)).OrderExpr("t.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load documents of %s: %w", code, err)
	}
	var events []attachmentEventRow
	if err := c.table(&events, "attachment_event AS t").ColumnExpr("t.*").Where("s.code = ?", storable(code)).OrderExpr("t.attachment_no, t.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load events of documents of %s: %w", code, err)
	}
	return documents(rows, events)
}

// documents joins documents of one system with their events.
func documents(rows []attachmentRow, events []attachmentEventRow) ([]attachment.Document, error) {
	docs := make([]attachment.Document, len(rows))
	for i, r := range rows {
		if err := follows("attachment", r.No, i); err != nil {
			return nil, err
		}
		docs[i] = r.document()
	}
	for _, e := range events {
		if e.AttachmentNo < 1 || e.AttachmentNo > len(docs) {
			return nil, fmt.Errorf("an event of attachment %d, which is not there", e.AttachmentNo)
		}
		d := &docs[e.AttachmentNo-1]
		if err := follows("attachment event", e.No, len(d.Events)); err != nil {
			return nil, err
		}
		d.Events = append(d.Events, attachment.Event{State: attachment.State(e.State), Note: e.Note, By: e.who(), At: e.At.UTC()})
	}
	return docs, nil
}

// systemID finds a system in scope.
func (c *scope) systemID(code string) (int64, error) {
	var ids []int64
	if err := c.systems((*systemRow)(nil)).ColumnExpr("s.id").Where("s.code = ?", storable(code)).Scan(c.ctx, &ids); err != nil {
		return 0, fmt.Errorf("look for system %s: %w", code, err)
	}
	if len(ids) == 0 {
		return 0, approval.ErrNotFound()
	}
	return ids[0], nil
}

// Attached implements approval.Tx and approval.Reader.
func (c *scope) Attached(code, of string) ([]approval.Attached, error) {
	docs, err := c.Documents(code)
	if err != nil {
		return nil, err
	}
	var all []approval.Attached
	for i := range docs {
		if d := &docs[i]; d.Of == of && d.Now() != attachment.Removed {
			all = append(all, attached(d))
		}
	}
	return all, nil
}

// attached is a document as others name it.
func attached(d *attachment.Document) approval.Attached {
	return approval.Attached{No: d.No, Of: d.Of, Name: d.Name, Kind: string(d.Kind), Size: d.Size, SHA256: d.SHA256, State: string(d.Now()), By: d.By}
}

// filesOf loads the documents attached to the controls of systems as they now
// stand, by system; those removed are left out.
func (c *scope) filesOf(ids []int64) (map[int64][]approval.Attached, error) {
	rows, err := rowsOf[attachmentRow](c, "attachment", ids, "t.system_id, t.no")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	events, err := rowsOf[attachmentEventRow](c, "attachment_event", ids, "t.system_id, t.attachment_no, t.no")
	if err != nil {
		return nil, err
	}
	type document struct {
		system int64
		no     int
	}
	happened := map[document][]attachment.Event{}
	for _, e := range events {
		at := document{e.SystemID, e.AttachmentNo}
		happened[at] = append(happened[at], attachment.Event{State: attachment.State(e.State), At: e.At.UTC()})
	}
	all := map[int64][]approval.Attached{}
	for _, r := range rows {
		d := r.document()
		d.Events = happened[document{r.SystemID, r.No}]
		if !c.documentThen(&d) {
			continue
		}
		if of, ok := attachment.ParseOf(d.Of); ok && (of.Kind == "control" || of.Kind == "finding") && d.Now() != attachment.Removed {
			all[r.SystemID] = append(all[r.SystemID], attached(&d))
		}
	}
	return all, nil
}

// Used implements attachment.Tx. What a tenant has is counted wherever its
// systems went since; only the sum is told.
func (c *scope) Used(tenant string) (int64, error) {
	var sums []int64
	err := c.wide(func(all *scope) error {
		return all.table((*attachmentRow)(nil), "attachment AS t").ColumnExpr("COALESCE(SUM(t.size), 0)").Where("t.tenant = ?", storable(tenant)).Scan(c.ctx, &sums)
	})
	if err != nil {
		return 0, fmt.Errorf("sum documents of %s: %w", tenant, err)
	}
	if len(sums) != 1 {
		return 0, fmt.Errorf("sum documents of %s: %d rows", tenant, len(sums))
	}
	return sums[0], nil
}

// Add implements attachment.Tx.
func (w *writing) Add(d *attachment.Document) error {
	id, err := w.systemID(d.System)
	if err != nil {
		return err
	}
	n, err := w.table((*attachmentRow)(nil), "attachment AS t").Where("s.id = ?", id).Count(w.ctx)
	if err != nil {
		return fmt.Errorf("count documents of %s: %w", d.System, err)
	}
	d.No = int(n) + 1
	return insert(w, []attachmentRow{{SystemID: id, No: d.No, Of: d.Of, Name: d.Name, Kind: string(d.Kind), Size: d.Size, SHA256: d.SHA256,
		Tenant: d.Tenant, State: string(d.State), whoRow: toWho(d.By), At: d.At}})
}

// Mark implements attachment.Tx.
func (w *writing) Mark(d *attachment.Document) error {
	id, err := w.systemID(d.System)
	if err != nil {
		return err
	}
	no := len(d.Events)
	if no == 0 {
		return fmt.Errorf("mark %s: no event", d.Object())
	}
	e := d.Events[no-1]
	return insert(w, []attachmentEventRow{{SystemID: id, AttachmentNo: d.No, No: no, State: string(e.State), Note: e.Note, whoRow: toWho(e.By), At: e.At}})
}

// attachments compares every document with its last entry.
func (v *check) attachments() error {
	var codes []string
	if err := v.table((*attachmentRow)(nil), "attachment AS t").ColumnExpr("DISTINCT s.code").OrderExpr("s.code").Scan(v.ctx, &codes); err != nil {
		return fmt.Errorf("read systems with documents: %w", err)
	}
	for _, code := range codes {
		docs, err := v.Documents(code)
		if err != nil {
			v.blame(-1, approval.SystemObject(code), "the documents cannot be read: %v", err)
			continue
		}
		for i := range docs {
			digest, err := docs[i].Digest()
			if err != nil {
				return err
			}
			v.record(docs[i].Object(), digest)
		}
	}
	return nil
}

// Blob is the place of the bytes of one or more documents.
type Blob struct {
	Tenant, SHA256 string
	Objects        []string // the documents, as the ledger names them
}

// Blobs lists every blob that a document names, for whoever hashes them again.
func (s *Store) Blobs(ctx context.Context) (all []Blob, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []attachmentRow
		if err := c.attachments(&rows).OrderExpr("t.tenant, t.sha256, s.code, t.no").Scan(c.ctx); err != nil {
			return err
		}
		for _, r := range rows {
			d := r.document()
			i := slices.IndexFunc(all[max(0, len(all)-1):], func(b Blob) bool { return b.Tenant == d.Tenant && b.SHA256 == d.SHA256 })
			if i < 0 {
				all = append(all, Blob{Tenant: d.Tenant, SHA256: d.SHA256})
			}
			last := &all[len(all)-1]
			last.Objects = append(last.Objects, d.Object())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list blobs: %w", err)
	}
	return all, nil
}
