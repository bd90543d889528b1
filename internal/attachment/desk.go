package attachment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Desk takes documents in and gives them out.
type Desk struct {
	Office  *approval.Office // who may write, and the clock
	Store   Store
	Blobs   Blobs
	Limits  Limits
	Policy  Policy
	Scanner Scanner // nil when none is set
	Log     *slog.Logger

	// Changed is told of a document that came to another state, inside the act,
	// so that what rests on it follows; nil: nothing does.
	Changed func(tx Tx, by approval.Actor, d *Document, at time.Time) error
}

// Store keeps the rows of documents, within an actor's scope.
type Store interface {
	// Update runs f in one write transaction; its error rolls back.
	Update(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// View runs f on one snapshot.
	View(ctx context.Context, a approval.Actor, f func(Reader) error) error
	// Held returns the documents of all tenants that wait for the scanner,
	// oldest first, at most limit.
	Held(ctx context.Context, limit int) ([]Document, error)
}

// Reader reads within the actor's scope.
type Reader interface {
	// System loads a system; approval.ErrNotFound when absent or out of scope.
	System(code string) (approval.System, error)
	// Documents returns the documents of a system in scope, by number.
	Documents(code string) ([]Document, error)
	// Enclosed returns, by number, the documents handed in with the round of
	// another's dossier that the actor's body is asked about, as long as the
	// request is open; approval.ErrNotFound when it is asked nothing.
	Enclosed(code string) ([]Document, error)
}

// Tx is the one way to write.
type Tx interface {
	Reader
	// Used returns how many bytes a tenant's documents take, removed ones too.
	Used(tenant string) (int64, error)
	// Add stores a new document; its number follows the last one.
	Add(d *Document) error
	// Mark stores the last event of a document.
	Mark(d *Document) error
	// Save stores a system that changed, as approval.Tx does.
	Save(s *approval.System) error
	// Append adds an entry to the ledger.
	Append(e *approval.Entry) error
}

// Upload is a file coming in.
type Upload struct {
	System   string
	Of       Of
	Name     string // as the sender calls it
	Declared string // media type as the sender declares it
	Body     io.Reader
}

// The acts on documents, as the ledger names them.
const (
	ActAttach     = "attach"
	ActScan       = "scan"
	ActRemove     = "remove-attachment"
	scannerPerson = "scanner"
)

// Attach takes a file in. Who may is asked before the first byte is read and
// again in the transaction that writes the row. A refusal writes nothing.
func (d *Desk) Attach(ctx context.Context, a approval.Actor, u Upload) (Document, error) {
	now := d.now()
	var tenant string
	err := d.Store.View(ctx, a, func(r Reader) error {
		s, err := r.System(u.System)
		if err != nil {
			return err
		}
		tenant = s.Owner
		_, _, err = d.may(a, &s, u.Of, now)
		return err
	})
	if err != nil {
		return Document{}, err
	}
	name, ok := CleanName(u.Name)
	if !ok || named(name) == "" {
		return Document{}, refuseType()
	}
	in, err := d.Blobs.receive(u.Body, tenant, d.Limits.File)
	if err != nil {
		return Document{}, err
	}
	doc := Document{System: u.System, Of: u.Of.String(), Name: name, Size: in.size, SHA256: in.sha256, Tenant: tenant, State: Unscanned, By: a.Who(), At: now}
	if d.Scanner != nil {
		doc.State = Held
	}
	if doc.Kind, err = d.Limits.Identify(name, u.Declared, in.plain, in.size); err != nil {
		return Document{}, errors.Join(err, in.drop())
	}
	if err := d.Blobs.keep(in, tenant); err != nil {
		return Document{}, errors.Join(err, in.drop())
	}
	if err := in.file.Close(); err != nil {
		return Document{}, fmt.Errorf("keep file: %w", err)
	}
	if err := d.record(ctx, a, &doc, u.Of); err != nil {
		return Document{}, err
	}
	return doc, d.scan(ctx, &doc, shortly)
}

// may tells whether a may change what is attached to an object of s. On a
// dossier it is the applicant while the dossier is in its hands, and whoever
// attaches has a hand in it; on a control it is the operating unit, whose word
// the document supports; on anything else whoever records inspections.
func (d *Desk) may(a approval.Actor, s *approval.System, of Of, now time.Time) (changed bool, no int, err error) {
	if of.Kind == "control" && a.Capacity != law.RoleOperator {
		return false, 0, &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "wrong-actor", Says: law.Text{
			VI: "Chỉ đơn vị vận hành thêm, bớt tệp bằng chứng của biện pháp.", EN: "Only the operating unit adds and removes the files of a control."}}}}
	}
	if of.Kind != "dossier" {
		return false, 0, d.Office.May(approval.ActInspect, a, s, now)
	}
	changed, no, err = d.Office.Hand(a, s, now)
	if err == nil && Dossier(no) != of {
		err = &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "dossier-in-hand", Says: law.Text{
			VI: "Chỉ thêm, bớt tài liệu của hồ sơ đang soạn thảo hoặc được trả lại.", EN: "Documents change only while the dossier is being drafted or was returned."}}}}
	}
	return changed, no, err
}

// record writes the row of a kept file, with its entry.
func (d *Desk) record(ctx context.Context, a approval.Actor, doc *Document, of Of) error {
	return d.Store.Update(ctx, a, doc.At, func(tx Tx) error {
		s, err := d.touch(tx, a, doc.System, of, doc.At)
		if err != nil {
			return err
		}
		if s.Owner != doc.Tenant {
			return approval.ErrStale()
		}
		if err := d.room(tx, doc); err != nil {
			return err
		}
		if err := tx.Add(doc); err != nil {
			return err
		}
		return d.entry(tx, ActAttach, "", doc, a.Who(), doc.At)
	})
}

// touch asks again who may, and keeps that the person had a hand in the dossier.
func (d *Desk) touch(tx Tx, a approval.Actor, code string, of Of, now time.Time) (approval.System, error) {
	s, err := tx.System(code)
	if err != nil {
		return s, err
	}
	before, err := s.Digest()
	if err != nil {
		return s, err
	}
	changed, no, err := d.may(a, &s, of, now)
	if err != nil || !changed {
		return s, err
	}
	if err := tx.Save(&s); err != nil {
		return s, err
	}
	after, err := s.Digest()
	if err != nil {
		return s, err
	}
	return s, tx.Append(&approval.Entry{At: now, By: a.Who(), Act: approval.ActDraft, Object: approval.SystemObject(code), Before: before, After: after,
		Law: d.Office.Book.Digest(), Detail: map[string]string{"dossier": fmt.Sprint(no), "by": ActAttach}})
}

// room refuses what does not fit beside what is there.
func (d *Desk) room(tx Tx, doc *Document) error {
	all, err := tx.Documents(doc.System)
	if err != nil {
		return err
	}
	used := doc.Size
	for i := range all {
		if all[i].Of == doc.Of && all[i].Now() != Removed {
			used += all[i].Size
			if all[i].SHA256 == doc.SHA256 {
				return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Field: field, Rule: "file-twice", Says: law.Text{
					VI: "Tệp này đã được kèm theo với tên «" + all[i].Name + "».", EN: "This file is attached already, as “" + all[i].Name + "”."}}}}
			}
		}
	}
	if used > d.Limits.Object {
		return refuse(RuleFull, "Tổng dung lượng tài liệu kèm theo vượt "+mib(d.Limits.Object, ",")+". Bớt tài liệu hoặc nén lại.", "The attached documents together exceed "+mib(d.Limits.Object, ".")+". Remove some or compress them.")
	}
	all2, err := tx.Used(doc.Tenant)
	if err != nil {
		return err
	}
	if all2+doc.Size > d.Limits.Agency {
		return refuse(RuleFull, "Tổng dung lượng tài liệu của cơ quan vượt "+mib(d.Limits.Agency, ",")+". Liên hệ người quản trị.", "The agency's documents together exceed "+mib(d.Limits.Agency, ".")+". Ask your administrator.")
	}
	return nil
}

// entry appends what happened to a document.
func (d *Desk) entry(tx Tx, act, before string, doc *Document, by approval.Who, at time.Time) error {
	after, err := doc.Digest()
	if err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: at, By: by, Act: act, Object: doc.Object(), Before: before, After: after, Law: d.Office.Book.Digest(),
		Detail: map[string]string{"of": doc.Of, "sha256": doc.SHA256, "state": string(doc.Now())}})
}

// now is the one clock reading of an act.
func (d *Desk) now() time.Time { return d.Office.Clock().UTC().Truncate(time.Microsecond) }
