package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"capdo/internal/attachment"
	"capdo/internal/store"
)

// attachmentSettings are how documents are taken in and given out.
type attachmentSettings struct {
	scanner               *string
	serve                 *bool
	file, dossier, agency *int64
}

// attachmentFlags adds the flags of documents.
func attachmentFlags(f *flag.FlagSet, w world) attachmentSettings {
	d := attachment.Default()
	return attachmentSettings{
		scanner: f.String("scanner", "", "clamd that scans documents, unix:/path or tcp:host:port; documents are held until it has seen them (CAPDO_SCANNER; default: none, documents are marked as not scanned)"),
		serve:   f.Bool("serve-unscanned", false, "without a scanner: give out documents that were not scanned"),
		file:    f.Int64("file-mib", d.File>>20, "most of one document, in MiB"),
		dossier: f.Int64("dossier-mib", d.Object>>20, "most of the documents of one dossier, in MiB"),
		agency:  f.Int64("agency-mib", d.Agency>>20, "most of the documents of one agency, in MiB"),
	}
}

// set puts the settings onto the desk.
func (a attachmentSettings) set(d *attachment.Desk) error {
	for _, n := range []int64{*a.file, *a.dossier, *a.agency} {
		if n < 1 || n > 1<<20 {
			return fmt.Errorf("a limit of documents is %d MiB: want 1 to %d", n, 1<<20)
		}
	}
	d.Limits.File, d.Limits.Object, d.Limits.Agency = *a.file<<20, *a.dossier<<20, *a.agency<<20
	d.Policy.ServeUnscanned = *a.serve
	if *a.scanner == "" {
		return nil
	}
	c, err := attachment.ParseClamd(*a.scanner)
	if err != nil {
		return err
	}
	d.Scanner = c
	return nil
}

// rehash hashes every document again and adds what is not as the register says.
func (p *program) rehash(ctx context.Context, r *store.Report) error {
	blobs, err := p.store.Blobs(ctx)
	if err != nil {
		return err
	}
	for _, b := range blobs {
		if err := p.attachments.Blobs.Check(b.Tenant, b.SHA256); err != nil {
			r.Violations = append(r.Violations, store.Violation{Seq: -1, Object: strings.Join(b.Objects, ", "), What: err.Error()})
		}
	}
	return nil
}
