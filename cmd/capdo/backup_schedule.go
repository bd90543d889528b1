package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"capdo/internal/backup"
)

// leastEvery is the shortest time between two scheduled archives.
const leastEvery = time.Minute

// backupFlags are the settings of scheduled archives.
type backupFlags struct {
	to, recipients *string
	every          *time.Duration
	keep           *int
}

func (b *backupFlags) declare(f *flag.FlagSet, w world) {
	b.to = f.String("backup-to", "", "folder for scheduled archives (CAPDO_BACKUP_TO; default: none are made)")
	b.recipients = f.String("backup-recipients", "", "file of age recipients who can read them (CAPDO_BACKUP_RECIPIENTS)")
	b.every = f.Duration("backup-every", 24*time.Hour, "time between two archives")
	b.keep = f.Int("backup-keep", 14, "how many archives stay in the folder")
}

// check refuses settings that could not make an archive, before serving.
func (b *backupFlags) check() error {
	if *b.to == "" {
		return nil
	}
	if *b.every < leastEvery || *b.keep < 1 {
		return fmt.Errorf("--backup-every: at least %v; --backup-keep: at least 1", leastEvery)
	}
	_, _, err := recipientsIn(*b.recipients)
	return err
}

// keepBackups makes an archive whenever the last one on record in the folder is
// as old as the settings say, and takes away those beyond the number kept.
func (p *program) keepBackups(ctx context.Context, b backupFlags, tick <-chan time.Time) {
	plan := backupPlan{to: *b.to, recipients: *b.recipients, origin: defaultOrigin}
	for {
		made, err := p.backupStep(ctx, plan, *b.every, *b.keep)
		switch {
		case err != nil && ctx.Err() == nil:
			p.log.Error("scheduled backup", "error", err)
		case made != "":
			p.log.Info("scheduled backup", "id", made)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

// backupStep makes an archive if one is due and returns its id.
func (p *program) backupStep(ctx context.Context, plan backupPlan, every time.Duration, keep int) (id string, err error) {
	place, err := filepath.Abs(plan.to)
	if err != nil {
		return "", err
	}
	bs, err := p.store.Backups(ctx)
	if err != nil {
		return "", err
	}
	here := slices.DeleteFunc(bs, func(b backup.Backup) bool { return !lies(b, place) })
	if n := len(here); n > 0 {
		if age := p.clock().Sub(here[n-1].Made.At); age >= 0 && age < every { // one of tomorrow is of a clock that was ahead
			return "", nil
		}
	}
	b, err := p.backUp(ctx, plan)
	if err != nil {
		return "", err
	}
	here = append(here, b)
	for _, old := range here[:max(0, len(here)-keep)] {
		for _, name := range []string{old.ID + archiveSuffix, old.ID + archiveSuffix + noteSuffix} {
			if err := os.Remove(filepath.Join(place, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return b.ID, err
			}
		}
		if _, err := p.vault().GaveUp(ctx, keeper(), old.ID, place, "thay bằng bản mới hơn / replaced by newer ones"); err != nil {
			return b.ID, err
		}
	}
	return b.ID, nil
}

// lies tells whether a copy of a backup lies at a place.
func lies(b backup.Backup, place string) bool {
	return slices.ContainsFunc(b.Copies, func(c backup.Copy) bool { return c.Place == place && c.End == nil })
}
