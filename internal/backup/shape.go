package backup

import (
	"context"
	"strconv"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// act is the shape of every act on a backup that is there.
func (v *Vault) act(ctx context.Context, a approval.Actor, name, id string, f func(*Backup, time.Time) (map[string]string, error)) (b Backup, err error) {
	now := v.now()
	err = v.change(ctx, a, now, func(tx Tx) error {
		if b, err = tx.Backup(id); err != nil {
			return err
		}
		before, err := approval.Digest(b)
		if err != nil {
			return err
		}
		detail, err := f(&b, now)
		if err != nil {
			return err
		}
		return v.save(tx, a, now, name, &b, before, detail)
	})
	return b, err
}

// change is one transaction of the keeper.
func (v *Vault) change(ctx context.Context, a approval.Actor, now time.Time, f func(Tx) error) error {
	if a.Capacity != approval.Keeper {
		return &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{finding("", "backup-keeper", "Chỉ quản trị chương trình được ghi sổ sao lưu.", "Only the keeper of the program records backups.")}}
	}
	return v.Store.ChangeBackup(ctx, a, now, f)
}

// save stores a backup with its entry.
func (v *Vault) save(tx Tx, a approval.Actor, now time.Time, act string, b *Backup, before string, detail map[string]string) error {
	if err := tx.GrowBackup(b); err != nil {
		return err
	}
	after, err := approval.Digest(*b)
	if err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: act, Object: Object(b.ID), Before: before, After: after, Law: v.Book.Digest(), Detail: detail})
}

func finding(field, rule, vi, en string) approval.Finding {
	return approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func (v *Vault) now() time.Time { return v.Clock().UTC().Truncate(time.Microsecond) }
