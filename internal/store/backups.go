package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/backup"
)

type backupRow struct {
	bun.BaseModel `bun:"table:backup_row,alias:b"`

	Backup string `bun:"backup,pk"`
	No     int    `bun:"no,pk"`
	Kind   string `bun:"kind"`
	Body   string `bun:"body"`
}

// ended is the body of a row that ends a copy, or confirms a restore.
type ended struct {
	No  int        `json:"no"`
	End backup.End `json:"end"`
}

// Snapshot writes the register as it stands into a new file beside which
// nothing else is needed, while others go on reading and writing.
func (s *Store) Snapshot(ctx context.Context, dir string) error {
	var err error
	if e, ok := s.e.(*sqlite); ok {
		err = e.copyTo(ctx, filepath.Join(dir, FileName))
	} else {
		err = s.pourInto(ctx, dir)
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// ChangeBackup implements backup.Store.
func (s *Store) ChangeBackup(ctx context.Context, a approval.Actor, at time.Time, f func(backup.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("change backup: foreign transaction")
		}
		return f(w)
	})
}

// Backups implements backup.Store.
func (s *Store) Backups(ctx context.Context) (bs []backup.Backup, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		bs, err = c.backups("")
		return err
	})
	return bs, err
}

// backups loads backups with their rows, oldest first; id "" is all of them.
func (c *scope) backups(id string) ([]backup.Backup, error) {
	var rows []backupRow
	q := c.shared(&rows).OrderExpr("b.backup, b.no")
	if id != "" {
		q = q.Where("b.backup = ?", storable(id))
	}
	if err := q.Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load backups: %w", err)
	}
	var out []backup.Backup
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].ID != r.Backup {
			out = append(out, backup.Backup{ID: r.Backup})
		}
		b := &out[len(out)-1]
		if err := follows("backup row", r.No, int(b.Version)); err != nil {
			return nil, err
		}
		b.Version++
		if err := r.into(b); err != nil {
			return nil, fmt.Errorf("row %d of backup %s: %w", r.No, r.Backup, err)
		}
	}
	return out, nil
}

// into adds what the row says to its backup.
func (r backupRow) into(b *backup.Backup) error {
	switch r.Kind {
	case "made":
		return json.Unmarshal([]byte(r.Body), &b.Made)
	case "copy":
		return add(&b.Copies, r.Body)
	case "drill":
		return add(&b.Drills, r.Body)
	case "restore":
		return add(&b.Restores, r.Body)
	case "copy_end", "confirm":
		var e ended
		if err := json.Unmarshal([]byte(r.Body), &e); err != nil {
			return err
		}
		var at **backup.End
		if r.Kind == "copy_end" && e.No >= 1 && e.No <= len(b.Copies) {
			at = &b.Copies[e.No-1].End
		} else if r.Kind == "confirm" && e.No >= 1 && e.No <= len(b.Restores) {
			at = &b.Restores[e.No-1].Confirmed
		}
		if at == nil || *at != nil {
			return fmt.Errorf("it ends number %d", e.No)
		}
		*at = &e.End
		return nil
	}
	return fmt.Errorf("kind %q is not known", r.Kind)
}

// Backup implements backup.Tx.
func (w *writing) Backup(id string) (backup.Backup, error) {
	bs, err := w.backups(id)
	if err != nil {
		return backup.Backup{}, err
	}
	if len(bs) == 0 || id == "" {
		return backup.Backup{}, approval.ErrNotFound()
	}
	return bs[0], nil
}

// GrowBackup implements backup.Tx: what the stored backup lacks is added, row by
// row.
func (w *writing) GrowBackup(b *backup.Backup) error {
	var old backup.Backup
	if b.Version > 0 {
		var err error
		if old, err = w.Backup(b.ID); err != nil {
			return err
		}
		if old.Version != b.Version {
			return approval.ErrStale()
		}
	}
	var rows []backupRow
	var failed error
	row := func(kind string, x any) {
		body, err := json.Marshal(x)
		failed = errors.Join(failed, err)
		b.Version++
		rows = append(rows, backupRow{Backup: b.ID, No: int(b.Version), Kind: kind, Body: string(body)})
	}
	if b.Version == 0 {
		row("made", b.Made)
	}
	for i, x := range b.Copies {
		switch {
		case i >= len(old.Copies):
			row("copy", x)
		case x.End != nil && old.Copies[i].End == nil:
			row("copy_end", ended{x.No, *x.End})
		}
	}
	for _, x := range b.Drills[len(old.Drills):] {
		row("drill", x)
	}
	for i, x := range b.Restores {
		switch {
		case i >= len(old.Restores):
			row("restore", x)
		case x.Confirmed != nil && old.Restores[i].Confirmed == nil:
			row("confirm", ended{x.No, *x.Confirmed})
		}
	}
	if failed != nil {
		return fmt.Errorf("encode backup %s: %w", b.ID, failed)
	}
	return insert(w, rows)
}

// archives compares every backup with its last entry.
func (v *check) archives() error {
	bs, err := v.backups("")
	if err != nil {
		return err
	}
	for _, b := range bs {
		digest, err := approval.Digest(b)
		if err != nil {
			return err
		}
		v.record(backup.Object(b.ID), digest)
	}
	return nil
}
