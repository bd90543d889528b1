package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"capdo/internal/backup"
	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/store"
)

// archiveSuffix ends the name of every archive; noteSuffix that of the
// checkpoint laid beside it, which tells without a key what it holds.
const (
	archiveSuffix = ".capdo.age"
	noteSuffix    = ".checkpoint"
)

// backupCommand makes archives and keeps the record of their copies.
func backupCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "backup", "[make --to DIR --recipients FILE] | list [--json] | copied ID --place TEXT --medium disk|tape|optical|object [--offline] | gave-up ID --place TEXT --ground TEXT | keygen --out FILE   [--data DIR]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	to := f.String("to", w.or("CAPDO_BACKUP_TO", ""), "folder for archives (CAPDO_BACKUP_TO)")
	recipients := f.String("recipients", w.or("CAPDO_BACKUP_RECIPIENTS", ""), "file of age recipients, one a line; their identities are kept off line (CAPDO_BACKUP_RECIPIENTS)")
	origin := f.String("origin", defaultOrigin, "name of the ledger in its checkpoints (CAPDO_ORIGIN)")
	place := f.String("place", "", "where a copy lies")
	medium := f.String("medium", "", "what it lies on: disk, tape, optical or object")
	offline := f.Bool("offline", false, "no machine can change the copy over a network")
	ground := f.String("ground", "", "why a copy is no longer there")
	out := f.String("out", "", "file for a new identity")
	asJSON := f.Bool("json", false, "list as JSON")
	rest, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	what, id := "make", ""
	if len(rest) > 0 {
		what = rest[0]
	}
	if len(rest) > 1 {
		id = rest[1]
	}
	if what == "keygen" {
		return backupKeygen(w, *out)
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	switch what {
	case "make":
		plan := backupPlan{to: *to, recipients: *recipients, origin: *origin}
		b, err := p.backUp(ctx, plan)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.out, "%s: %d entries, %d files, %d bytes in %s\n", b.ID, b.Made.Entries, b.Made.Files, b.Made.Bytes, filepath.Join(*to, b.ID+archiveSuffix))
		return nil
	case "list":
		return p.listBackups(ctx, w, *asJSON)
	case "copied":
		_, err = p.vault().Copied(ctx, keeper(), id, backup.CopyInput{Place: *place, Medium: *medium, Offline: *offline})
		return err
	case "gave-up":
		_, err = p.vault().GaveUp(ctx, keeper(), id, *place, *ground)
		return err
	}
	return fmt.Errorf("say make, list, copied, gave-up or keygen, not %q", what)
}

// vault carries out the acts on backups.
func (p *program) vault() *backup.Vault {
	return &backup.Vault{Store: p.store, Book: p.book, Clock: p.clock}
}

// backupKeygen makes an identity that opens archives, and prints its recipient.
func backupKeygen(w world, out string) error {
	if out == "" {
		return errors.New("--out names no file")
	}
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(file, "# opens the backups of a register; keep it off line, never on the machine that makes them\n# recipient: %s\n%s\n", id.Recipient(), id); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.out, id.Recipient())
	return err
}

// backupPlan is where archives go and who may read them.
type backupPlan struct {
	to, recipients, origin string
}

// backUp makes one archive of the register as it stands, lays its checkpoint
// beside it, and records it.
func (p *program) backUp(ctx context.Context, plan backupPlan) (b backup.Backup, err error) {
	if plan.to == "" {
		return b, errors.New("--to names no folder")
	}
	to, named, err := recipientsIn(plan.recipients)
	if err != nil {
		return b, err
	}
	if err := os.MkdirAll(plan.to, 0o700); err != nil {
		return b, err
	}
	tmp, err := os.MkdirTemp(p.dir, "backup-")
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	turns, err := p.turns(ctx)
	if err != nil {
		return b, err
	}
	m, err := p.freeze(ctx, tmp, plan.origin)
	if err != nil {
		return b, err
	}
	name := filepath.Join(plan.to, m.ID+archiveSuffix)
	made := backup.Made{At: m.At, Head: m.Root, Entries: m.Entries, Files: len(m.Files), Recipients: named}
	made.Bytes, made.SHA256, err = writeArchive(name, m, to, func(file string) (io.ReadCloser, error) {
		if file == store.FileName {
			return os.Open(filepath.Join(tmp, file))
		}
		return os.Open(filepath.Join(p.dir, filepath.FromSlash(file)))
	})
	if err != nil {
		return b, err
	}
	now, err := p.turns(ctx)
	if err == nil && now != turns {
		err = errors.New("a body's key was turned meanwhile: the archive may hold rows and not their key; make it again")
	}
	if err != nil {
		return b, errors.Join(err, os.Remove(name))
	}
	if err := writeNew(name+noteSuffix, []byte(m.Checkpoint)); err != nil {
		return b, err
	}
	place, err := filepath.Abs(plan.to)
	if err != nil {
		return b, err
	}
	return p.vault().Made(ctx, keeper(), made, place)
}

// turns counts the turns of bodies' keys; one that is under way is an error.
func (p *program) turns(ctx context.Context) (int, error) {
	all, err := p.store.BodyKeys(ctx)
	for _, k := range all {
		if k.Done.IsZero() {
			return 0, fmt.Errorf("the key of %s is being turned: end that first (capdo key turn --owner %s)", k.Tenant, k.Tenant)
		}
	}
	return len(all), err
}

// freeze takes a snapshot of the database into tmp and lists everything that
// belongs to it.
func (p *program) freeze(ctx context.Context, tmp, origin string) (*backup.Manifest, error) {
	keys := filepath.Join(p.dir, keyFolder)
	if err := p.makeKeys(ctx, keys); err != nil {
		return nil, err
	}
	signer, err := p.signer(ctx, keys, seal.Ed25519)
	if err != nil {
		return nil, err
	}
	note, err := signer.Note(origin)
	if err != nil {
		return nil, err
	}
	if err := p.store.Snapshot(ctx, tmp); err != nil {
		return nil, err
	}
	frozen, err := store.Open(ctx, tmp)
	if err != nil {
		return nil, err
	}
	m := &backup.Manifest{Format: backup.Format, At: p.clock().UTC().Truncate(time.Second), Law: p.book.Digest()}
	head, err := headOf(ctx, frozen, origin)
	if err == nil {
		m.Entries, m.Root = head.Size, ledger.Hex(head.Root)
		m.Files, err = describe(ctx, p.dir, frozen)
	}
	if err = errors.Join(err, frozen.Close()); err != nil {
		return nil, err
	}
	base, err := backup.Describe(tmp, []string{store.FileName})
	if err != nil {
		return nil, err
	}
	m.Files = append(base, m.Files...)
	m.ID = backup.ID(m.At, m.Entries)
	m.Checkpoint, err = head.Sign(note)
	return m, err
}

// headOf computes the checkpoint of a register from its stored hashes.
func headOf(ctx context.Context, s *store.Store, origin string) (c ledger.Checkpoint, err error) {
	c.Origin = origin
	err = s.Prove(ctx, func(size int64, r ledger.Reader) error {
		c.Size = size
		c.Root, err = ledger.Root(size, r)
		return err
	})
	return c, err
}

// describe lists what a frozen register holds beside its database: its secrets
// and its documents.
func describe(ctx context.Context, dir string, frozen *store.Store) ([]backup.File, error) {
	names, err := kept(dir)
	if err != nil {
		return nil, err
	}
	blobs, err := frozen.Blobs(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range blobs {
		names = append(names, "blobs/"+b.Tenant+"/"+b.SHA256[:2]+"/"+b.SHA256[2:])
	}
	return backup.Describe(dir, names)
}

// kept lists the secrets of a data folder: the keys that sign, those that
// documents lie encrypted under, and the notices' key.
func kept(dir string) (names []string, err error) {
	for _, pattern := range []string{keyFolder + "/*.pem", keyFolder + "/*.key", keyFolder + "/tenants/*.age", "*.key"} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			name, err := filepath.Rel(dir, f)
			if err != nil {
				return nil, err
			}
			names = append(names, filepath.ToSlash(name))
		}
	}
	return names, nil
}

// recipientsIn reads age recipients from a file.
func recipientsIn(name string) ([]age.Recipient, []string, error) {
	if name == "" {
		return nil, nil, errors.New("--recipients names no file; capdo backup keygen --out FILE makes an identity and prints its recipient")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	to, err := age.ParseRecipients(strings.NewReader(string(b)))
	if err != nil {
		return nil, nil, fmt.Errorf("recipients %s: %w", name, err)
	}
	var named []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			sum := sha256.Sum256([]byte(line)) // the recipients themselves are long
			named = append(named, hex.EncodeToString(sum[:8]))
		}
	}
	return to, named, nil
}

// writeArchive writes an archive whole or not at all, and makes it durable.
func writeArchive(name string, m *backup.Manifest, to []age.Recipient, open func(string) (io.ReadCloser, error)) (size int64, sum string, err error) {
	f, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, "", err
	}
	h := sha256.New()
	err = backup.Write(io.MultiWriter(f, h), m, to, open)
	if err == nil {
		err = f.Sync()
	}
	info, statErr := f.Stat()
	if err = errors.Join(err, statErr, f.Close()); err != nil {
		return 0, "", errors.Join(err, os.Remove(f.Name()))
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return 0, "", errors.Join(fmt.Errorf("%s is there already", name), err, os.Remove(f.Name()))
	}
	return info.Size(), hex.EncodeToString(h.Sum(nil)), os.Rename(f.Name(), name)
}

// listBackups prints every archive on record and how well they protect.
func (p *program) listBackups(ctx context.Context, w world, asJSON bool) error {
	bs, err := p.store.Backups(ctx)
	if err != nil {
		return err
	}
	now, err := p.vault().Protection(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(w.out).Encode(map[string]any{"backups": bs, "protection": now})
	}
	for _, b := range bs {
		fmt.Fprintf(w.out, "%s  %d entries  %d bytes  %d drills\n", b.ID, b.Made.Entries, b.Made.Bytes, len(b.Drills))
		for _, c := range b.Copies {
			state := c.Medium
			if c.Offline {
				state += ", off line"
			}
			if c.End != nil {
				state += ", given up: " + c.End.Ground
			}
			fmt.Fprintf(w.out, "    %s (%s)\n", c.Place, state)
		}
	}
	fmt.Fprintf(w.out, "3-2-1: %d of 3 copies, %d of 2 media, %d of 1 off line\n", now.Copies, now.Media, now.Offline)
	for _, l := range now.Lacks {
		fmt.Fprintf(w.out, "lacks: %s / %s\n", l.Says.VI, l.Says.EN)
	}
	if len(now.Lacks) > 0 {
		return errFound
	}
	return nil
}
