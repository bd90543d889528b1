package backup

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The acts on a backup, as the ledger names them.
const (
	ActMake    = "make-backup"
	ActCopy    = "copy-backup"
	ActGiveUp  = "give-up-copy"
	ActDrill   = "drill-restore"
	ActRestore = "restore-register"
	ActConfirm = "confirm-restore"
)

// Store keeps the records of backups; they belong to no agency.
type Store interface {
	// ChangeBackup runs f in one write transaction.
	ChangeBackup(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// Backups returns every backup, oldest first.
	Backups(ctx context.Context) ([]Backup, error)
}

// Tx is the one way to write.
type Tx interface {
	// Backup loads one; approval.NotFound when absent.
	Backup(id string) (Backup, error)
	// GrowBackup stores what was added to a backup and raises its version.
	GrowBackup(b *Backup) error
	Append(e *approval.Entry) error
}

// Vault carries out the acts. Only the keeper of the program acts on backups.
type Vault struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Policy are the numbers in force.
func (v *Vault) Policy() Policy {
	p := v.Book.Policy()
	return Policy{FreshDays: p.BackupFreshDays, DrillMonths: p.DrillMonths, RestoreHours: p.RestoreHours}
}

// Protection judges the register now.
func (v *Vault) Protection(ctx context.Context) (Protection, error) {
	bs, err := v.Store.Backups(ctx)
	if err != nil {
		return Protection{}, err
	}
	return Judge(bs, v.Policy(), v.now()), nil
}

// Made records an archive; its first copy lies where the program wrote it.
func (v *Vault) Made(ctx context.Context, a approval.Actor, m Made, place string) (Backup, error) {
	now := v.now()
	m.By = a.Who()
	b := Backup{ID: ID(m.At, m.Entries), Made: m, Copies: []Copy{{No: 1, Place: place, Medium: Disk, By: a.Who(), At: now}}}
	err := v.change(ctx, a, now, func(tx Tx) error {
		return v.save(tx, a, now, ActMake, &b, "", map[string]string{"sha256": m.SHA256, "entries": decimal(m.Entries), "place": place})
	})
	return b, err
}

// CopyInput states where another copy of an archive lies.
type CopyInput struct {
	Place, Medium string
	Offline       bool
}

// Copied records a copy of an archive.
func (v *Vault) Copied(ctx context.Context, a approval.Actor, id string, in CopyInput) (Backup, error) {
	in.Place = strings.TrimSpace(in.Place)
	return v.act(ctx, a, ActCopy, id, func(b *Backup, now time.Time) (map[string]string, error) {
		var fs []approval.Finding
		if in.Place == "" || utf8.RuneCountInString(in.Place) > 200 {
			fs = append(fs, finding("place", "copy-place", "Ghi nơi để bản sao, từ 1 đến 200 ký tự", "Say where the copy lies, 1 to 200 characters"))
		}
		if !slices.Contains(Media[:], in.Medium) {
			fs = append(fs, finding("medium", "copy-medium", "Chọn loại vật lưu trữ: disk, tape, optical hoặc object", "Choose the kind of medium: disk, tape, optical or object"))
		}
		if slices.ContainsFunc(b.Copies, func(c Copy) bool { return c.End == nil && c.Place == in.Place }) {
			fs = append(fs, finding("place", "copy-twice", "Nơi này đã có một bản sao", "This place has a copy already"))
		}
		if len(fs) > 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		b.Copies = append(b.Copies, Copy{No: len(b.Copies) + 1, Place: in.Place, Medium: in.Medium, Offline: in.Offline, By: a.Who(), At: now})
		return map[string]string{"place": in.Place, "medium": in.Medium}, nil
	})
}

// GaveUp records that a copy is no longer there.
func (v *Vault) GaveUp(ctx context.Context, a approval.Actor, id, place, ground string) (Backup, error) {
	return v.act(ctx, a, ActGiveUp, id, func(b *Backup, now time.Time) (map[string]string, error) {
		i := slices.IndexFunc(b.Copies, func(c Copy) bool { return c.End == nil && c.Place == strings.TrimSpace(place) })
		if i < 0 {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{finding("place", "copy-unknown", "Không có bản sao nào ở nơi này", "There is no copy at this place")}}
		}
		if ground = strings.TrimSpace(ground); ground == "" {
			return nil, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{finding("ground", "ground", "Ghi lý do", "State the ground")}}
		}
		b.Copies[i].End = &End{ground, a.Who(), now}
		return map[string]string{"place": b.Copies[i].Place, "ground": ground}, nil
	})
}

// Drilled records a drill.
func (v *Vault) Drilled(ctx context.Context, a approval.Actor, id string, d Drill) (Backup, error) {
	return v.act(ctx, a, ActDrill, id, func(b *Backup, now time.Time) (map[string]string, error) {
		d.No, d.By, d.At = len(b.Drills)+1, a.Who(), now
		b.Drills = append(b.Drills, d)
		return map[string]string{"took": d.Took.String(), "violations": decimal(int64(d.Violations))}, nil
	})
}

// Restored records, in the register that was restored, from what; lost is how
// many entries seen elsewhere were given up.
func (v *Vault) Restored(ctx context.Context, a approval.Actor, m Made, lost int64) error {
	now := v.now()
	m.By = a.Who()
	b := Backup{ID: ID(m.At, m.Entries), Made: m, Restores: []Restore{{No: 1, Lost: lost, By: a.Who(), At: now}}}
	return v.change(ctx, a, now, func(tx Tx) error {
		return v.save(tx, a, now, ActRestore, &b, "", map[string]string{"sha256": m.SHA256, "entries": decimal(m.Entries), "lost": decimal(lost)})
	})
}

// Confirm records what was done about the entries that restores lost.
func (v *Vault) Confirm(ctx context.Context, a approval.Actor, ground string) error {
	bs, err := v.Store.Backups(ctx)
	if err != nil {
		return err
	}
	if !Unconfirmed(bs) {
		return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{finding("", "restore-whole", "Không có lần khôi phục nào chờ xác nhận.", "No restore waits to be confirmed.")}}
	}
	for _, b := range bs {
		if !Unconfirmed([]Backup{b}) {
			continue
		}
		if _, err := v.act(ctx, a, ActConfirm, b.ID, func(b *Backup, now time.Time) (map[string]string, error) {
			if ground = strings.TrimSpace(ground); ground == "" {
				return nil, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{finding("ground", "ground", "Ghi đã làm gì với các mục bị mất", "State what was done about the lost entries")}}
			}
			for i := range b.Restores {
				if b.Restores[i].Confirmed == nil {
					b.Restores[i].Confirmed = &End{ground, a.Who(), now}
				}
			}
			return map[string]string{"ground": ground}, nil
		}); err != nil {
			return err
		}
	}
	return nil
}
