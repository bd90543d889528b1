package attachment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// keeper is the program itself, which tells what the scanner saw.
func keeper() approval.Actor {
	return approval.Actor{Person: scannerPerson, Account: scannerPerson, Capacity: approval.Keeper}
}

// How long a scanner is waited for: by a person who attaches a document, and where
// nobody waits.
const (
	shortly = 5 * time.Second
	atEase  = 2 * time.Minute
)

// scan shows a document to the scanner, if one is set, and keeps its verdict. A
// scanner that does not answer in time leaves the document held; that is no error.
func (d *Desk) scan(ctx context.Context, doc *Document, patience time.Duration) error {
	if d.Scanner == nil || doc.Now() != Held {
		return nil
	}
	f, err := d.Blobs.Open(doc.Tenant, doc.SHA256)
	if err != nil {
		return err
	}
	defer f.Close() // read only
	look, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := d.Scanner.Scan(look, f)
	if err != nil {
		d.Log.Warn("a document is held: the scanner did not answer", slog.String("document", doc.Object()), slog.Any("error", err))
		return nil
	}
	e := Event{State: Clean, Note: found, By: keeper().Who()}
	if found != "" {
		e.State = Quarantined
		d.Log.Warn("a document is quarantined", slog.String("document", doc.Object()), slog.String("found", found))
	}
	got, err := d.mark(ctx, keeper(), *doc, ActScan, e)
	if r := (*approval.Refusal)(nil); errors.As(err, &r) && r.Kind == approval.Stale {
		return nil // another had the verdict first, or it was removed meanwhile
	}
	if err != nil {
		return err
	}
	*doc = got
	return nil
}

// ScanHeld shows every held document to the scanner again, and returns how many
// have their verdict now. It stops where the scanner does not answer.
func (d *Desk) ScanHeld(ctx context.Context) (int, error) {
	if d.Scanner == nil {
		return 0, nil
	}
	done := 0
	held, err := d.Store.Held(ctx, 100)
	if err != nil {
		return 0, err
	}
	for i := range held {
		if err := d.scan(ctx, &held[i], atEase); err != nil {
			return done, err
		}
		if held[i].Now() == Held {
			return done, nil
		}
		done++
	}
	return done, nil
}

// mark adds an event to a document as it was seen.
func (d *Desk) mark(ctx context.Context, a approval.Actor, seen Document, act string, e Event) (doc Document, err error) {
	e.At = d.now()
	err = d.Store.Update(ctx, a, e.At, func(tx Tx) error {
		if act == ActRemove {
			of, _ := ParseOf(seen.Of)
			if _, err := d.touch(tx, a, seen.System, of, e.At); err != nil {
				return err
			}
		}
		all, err := tx.Documents(seen.System)
		if err != nil {
			return err
		}
		if doc, err = find(all, seen.No); err != nil {
			return err
		}
		if len(doc.Events) != len(seen.Events) {
			return approval.ErrStale()
		}
		before, err := doc.Digest()
		if err != nil {
			return err
		}
		doc.Events = append(slices.Clone(doc.Events), e)
		if err := tx.Mark(&doc); err != nil {
			return err
		}
		if d.Changed != nil {
			if err := d.Changed(tx, a, &doc, e.At); err != nil {
				return err
			}
		}
		return d.entry(tx, act, before, &doc, e.By, e.At)
	})
	return doc, err
}

// find finds a document by its number.
func find(all []Document, no int) (Document, error) {
	for i := range all {
		if all[i].No == no {
			return all[i], nil
		}
	}
	return Document{}, approval.ErrNotFound()
}

// Documents returns what is attached to an object of a system in the actor's
// scope, removed documents left out.
func (d *Desk) Documents(ctx context.Context, a approval.Actor, code string, of Of) (docs []Document, err error) {
	err = d.Store.View(ctx, a, func(r Reader) error {
		all, err := r.Documents(code)
		docs = slices.DeleteFunc(all, func(x Document) bool { return x.Of != of.String() || x.Now() == Removed })
		return err
	})
	return docs, err
}

// Remove takes a document off its object. The file and its row stay.
func (d *Desk) Remove(ctx context.Context, a approval.Actor, code string, no int) (Document, error) {
	doc, err := d.document(ctx, a, code, no)
	if err != nil {
		return Document{}, err
	}
	if doc.Now() == Removed {
		return doc, d.allowed(ctx, a, &doc)
	}
	return d.mark(ctx, a, doc, ActRemove, Event{State: Removed, By: a.Who()})
}

// allowed refuses whoever may not take a document off what it is attached to.
func (d *Desk) allowed(ctx context.Context, a approval.Actor, doc *Document) error {
	of, _ := ParseOf(doc.Of) // what is stored was written by Of
	return d.Store.View(ctx, a, func(r Reader) error {
		s, err := r.System(doc.System)
		if err == nil {
			_, _, err = d.may(a, &s, of, d.now())
		}
		return err
	})
}

// document loads one document in scope.
func (d *Desk) document(ctx context.Context, a approval.Actor, code string, no int) (doc Document, err error) {
	err = d.Store.View(ctx, a, func(r Reader) error {
		all, err := r.Documents(code)
		if err != nil {
			return err
		}
		doc, err = find(all, no)
		return err
	})
	return doc, err
}

// Served tells whether a document is given out now.
func (d *Desk) Served(doc *Document) bool { return d.Serves(doc.Now()) }

// Serves tells whether documents in a state are given out.
func (d *Desk) Serves(s State) bool {
	switch s {
	case Clean:
		return true
	case Unscanned:
		return d.Policy.ServeUnscanned
	}
	return false
}

// Give opens a document for reading, and hashes it first: bytes that changed on
// disk are not given out. Whoever calls closes it.
func (d *Desk) Give(ctx context.Context, a approval.Actor, code string, no int) (Document, Content, error) {
	doc, err := d.document(ctx, a, code, no)
	if err != nil {
		return Document{}, nil, err
	}
	return d.give(doc)
}

// Enclosed are the documents of the round that the actor's body is consulted on.
func (d *Desk) Enclosed(ctx context.Context, a approval.Actor, code string) (docs []Document, err error) {
	err = d.Store.View(ctx, a, func(r Reader) error {
		docs, err = r.Enclosed(code)
		return err
	})
	return docs, err
}

// GiveEnclosed is Give for one of Enclosed.
func (d *Desk) GiveEnclosed(ctx context.Context, a approval.Actor, code string, no int) (Document, Content, error) {
	docs, err := d.Enclosed(ctx, a, code)
	if err != nil {
		return Document{}, nil, err
	}
	for _, doc := range docs {
		if doc.No == no {
			return d.give(doc)
		}
	}
	return Document{}, nil, approval.ErrNotFound()
}

// give opens a document that the actor may see.
func (d *Desk) give(doc Document) (Document, Content, error) {
	if !d.Served(&doc) {
		return doc, nil, withheld(&doc)
	}
	if err := d.Blobs.Check(doc.Tenant, doc.SHA256); err != nil {
		return doc, nil, fmt.Errorf("%s: %w", doc.Object(), err)
	}
	f, err := d.Blobs.Open(doc.Tenant, doc.SHA256)
	if err != nil {
		return doc, nil, err
	}
	return doc, f, nil
}

// Content is the bytes of a document.
type Content interface {
	Read(p []byte) (int, error)
	Close() error
}

// withheld says why a document is not given out.
func withheld(doc *Document) error {
	says := map[State]law.Text{
		Held:        {VI: "Tài liệu đang chờ quét mã độc, chưa mở được. Thử lại sau ít phút.", EN: "The document waits to be scanned for malware. Try again in a few minutes."},
		Quarantined: {VI: "Tài liệu bị cách ly vì phần mềm quét thấy mã độc; không mở được.", EN: "The document is quarantined: the scanner found malware in it."},
		Unscanned:   {VI: "Tài liệu chưa được quét mã độc; máy chủ này được cài đặt không cho mở tài liệu chưa quét.", EN: "The document was not scanned for malware; this server does not give out documents that were not."},
		Removed:     {VI: "Tài liệu đã được gỡ khỏi hồ sơ.", EN: "The document was removed."},
	}
	return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "file-" + string(doc.Now()), Says: says[doc.Now()]}}}
}

// Watch shows held documents to the scanner again, every so often, until ctx is
// done. every ticks; it is the caller's clock.
func (d *Desk) Watch(ctx context.Context, every <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-every:
			if _, err := d.ScanHeld(ctx); err != nil && ctx.Err() == nil {
				d.Log.Error("scan held documents", slog.Any("error", err))
			}
		}
	}
}
