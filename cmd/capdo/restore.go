package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// restoreCommand brings a register back into an empty folder.
func restoreCommand(ctx context.Context, w world) error {
	w.database = nil // an archive is brought back as a file; capdo move takes it on
	f := flags(w, "restore", "--from FILE --identity FILE --data DIR [--trust FILE] [--seen FILE] [--accept-loss N] | confirm --ground TEXT --data DIR")
	var r restoring
	r.declare(f.String, w)
	data := f.String("data", "", "folder for the register, empty or absent (CAPDO_DATA)")
	accept := f.Int64("accept-loss", 0, "go on although exactly N entries that were seen are not in the archive; the gate stays shut until capdo restore confirm")
	ground := f.String("ground", "", "confirm: what was done about the lost entries")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if *data == "" {
		return errors.New("--data names no folder")
	}
	if len(rest) == 1 && rest[0] == "confirm" {
		return confirmRestore(ctx, w, *data, *ground)
	}
	if len(rest) > 0 {
		return fmt.Errorf("say confirm, or nothing, not %q", rest[0])
	}
	if err := vacant(*data); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(*data)), 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(*data)), ".restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // nothing of it counts unless it was renamed
	got, err := r.lay(ctx, w, tmp)
	if err != nil {
		return err
	}
	if got.lost != *accept {
		return fmt.Errorf("rolled back: %d entries up to number %d were seen and are not in this archive; find a later one, or repeat with --accept-loss %d", got.lost, got.made.Entries+got.lost-1, got.lost)
	}
	if err := got.adopt(ctx, w, tmp); err != nil {
		return err
	}
	if err := os.Remove(*data); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(tmp, *data); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s: %d entries, %d files restored into %s and checked\n", got.id, got.made.Entries, got.made.Files, *data)
	if got.untrusted {
		fmt.Fprintln(w.out, "the keys are those the archive itself names; give --trust FILE to know whose it is")
	}
	if got.lost > 0 {
		fmt.Fprintf(w.out, "%d entries are lost; the gate denies everything until capdo restore confirm --ground … says what was done about them\n", got.lost)
	}
	return nil
}

// vacant refuses a folder that holds anything.
func vacant(dir string) error {
	found, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && len(found) > 0 {
		return fmt.Errorf("the folder %s is not empty; a register is restored into an empty one", dir)
	}
	return err
}

// restoring says from what a register is restored, and what it must agree with.
type restoring struct {
	from, identity, trust, seen, origin *string
}

func (r *restoring) declare(flag func(name, value, usage string) *string, w world) {
	r.from = flag("from", "", "archive of capdo backup")
	r.identity = flag("identity", "", "file of age identities that open it")
	r.trust = flag("trust", "", "keys to rely on, a JWK set kept apart (capdo key list --jwks); another register's archive is refused")
	r.seen = flag("seen", "", "signed checkpoint seen before (of a witness, or beside a later archive); an archive that lacks entries is refused")
	r.origin = flag("origin", defaultOrigin, "name of the ledger in its checkpoints (CAPDO_ORIGIN)")
}

// restored is what an archive turned out to hold.
type restored struct {
	id        string
	made      backup.Made
	lost      int64 // entries seen that it lacks
	untrusted bool  // no keys were given to rely on
}

// lay lays an archive into an empty folder and checks it: every byte, the
// register against its ledger, the ledger against its signed checkpoint and
// against what was seen before.
func (r *restoring) lay(ctx context.Context, w world, dir string) (got restored, err error) {
	ids, err := identitiesIn(*r.identity)
	if err != nil {
		return got, err
	}
	m, err := r.unpack(ids, dir, &got)
	if err != nil {
		return got, err
	}
	w.database = nil // what is brought back is a file
	p, err := openExisting(ctx, w, dir)
	if err != nil {
		return got, fmt.Errorf("%w: %w", backup.ErrCorrupt, err)
	}
	defer func() { err = errors.Join(err, p.close()) }()
	trust, err := p.store.Keys(ctx)
	if err != nil {
		return got, err
	}
	if got.untrusted = *r.trust == ""; !got.untrusted {
		set, err := os.ReadFile(*r.trust)
		if err != nil {
			return got, err
		}
		if trust, err = seal.ParseJWKS(set); err != nil {
			return got, err
		}
	}
	head, err := headOf(ctx, p.store, *r.origin)
	if err != nil {
		return got, err
	}
	if err := sealed(m.Checkpoint, head, trust); err != nil {
		return got, fmt.Errorf("foreign: the archive is not of this register: %w", err)
	}
	if head.Size != m.Entries || ledger.Hex(head.Root) != m.Root {
		return got, fmt.Errorf("%w: its database holds %d entries, its manifest says %d", backup.ErrCorrupt, head.Size, m.Entries)
	}
	report, err := p.store.Verify(ctx)
	if err == nil {
		err = p.rehash(ctx, &report)
	}
	if err != nil {
		return got, err
	}
	if n := len(report.Violations); n > 0 {
		v := report.Violations[0]
		return got, fmt.Errorf("%w: %d violations, the first at entry %d, %s: %s", backup.ErrCorrupt, n, v.Seq, v.Object, v.What)
	}
	got.lost, err = r.behind(ctx, p.store, head, trust)
	return got, err
}

// unpack opens the archive and tells what it is.
func (r *restoring) unpack(ids []age.Identity, dir string, got *restored) (backup.Manifest, error) {
	f, err := os.Open(*r.from)
	if err != nil {
		return backup.Manifest{}, err
	}
	defer f.Close() // read only
	h := sha256.New()
	m, err := backup.Read(io.TeeReader(f, h), ids, dir)
	if err != nil {
		return m, err
	}
	n, err := io.Copy(h, f)
	if err != nil {
		return m, err
	}
	if n > 0 {
		return m, fmt.Errorf("%w: %d bytes follow its end", backup.ErrCorrupt, n)
	}
	info, err := f.Stat()
	if err != nil {
		return m, err
	}
	got.id = m.ID
	got.made = backup.Made{At: m.At, Head: m.Root, Entries: m.Entries, Files: len(m.Files), Bytes: info.Size(), SHA256: hex.EncodeToString(h.Sum(nil))}
	return m, nil
}

// behind counts the entries that were seen and are not in the archive: by the
// checkpoint given, and by those that lie beside the archive. One that the
// archive's ledger does not lead to is of another history.
func (r *restoring) behind(ctx context.Context, s *store.Store, head ledger.Checkpoint, trust seal.Trust) (lost int64, err error) {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(*r.from), "*"+archiveSuffix+noteSuffix))
	if err != nil {
		return 0, err
	}
	if *r.seen != "" {
		files = append(files, *r.seen)
	}
	vs, err := trust.Notes(*r.origin)
	if err != nil {
		return 0, err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		seen, _, err := ledger.OpenCheckpoint(string(text), *r.origin, vs)
		if err != nil {
			if name == *r.seen {
				return 0, fmt.Errorf("checkpoint %s: %w", name, err)
			}
			continue // of another register that keeps its archives here
		}
		if seen.Size > head.Size {
			lost = max(lost, seen.Size-head.Size)
			continue
		}
		err = s.Prove(ctx, func(_ int64, h ledger.Reader) error {
			root, err := ledger.Root(seen.Size, h)
			if err == nil && root != seen.Root {
				err = fmt.Errorf("foreign: checkpoint %s of %d entries is of another history", name, seen.Size)
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return lost, nil
}

// adopt records the restore in the restored register and ends what must not go
// on from the past.
func (got *restored) adopt(ctx context.Context, w world, dir string) (err error) {
	w.database = nil // what is brought back is a file
	p, err := openExisting(ctx, w, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return p.vault().Restored(ctx, keeper(), got.made, got.lost)
}

// confirmRestore records what was done about lost entries; the gate opens again
// at the next start.
func confirmRestore(ctx context.Context, w world, data, ground string) (err error) {
	p, err := openExisting(ctx, w, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return p.vault().Confirm(ctx, keeper(), ground)
}

// identitiesIn reads age identities from a file.
func identitiesIn(name string) ([]age.Identity, error) {
	if name == "" {
		return nil, errors.New("--identity names no file")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	ids, err := age.ParseIdentities(strings.NewReader(string(b)))
	if err != nil {
		return nil, fmt.Errorf("identities %s: %w", name, err)
	}
	return ids, nil
}

// drillReport is what a drill found.
type drillReport struct {
	ID         string        `json:"id"`
	At         time.Time     `json:"at"`
	Archive    string        `json:"archive"`
	Bytes      int64         `json:"bytes"`
	Entries    int64         `json:"entries"`
	Files      int           `json:"files"`
	Lost       int64         `json:"lost"`
	Took       time.Duration `json:"took_ns"`
	Limit      time.Duration `json:"limit_ns"`
	Violations []string      `json:"violations"`
}

// drillCommand restores for practice: into a folder that it takes away again,
// timed, with a report; recorded in the register when one is named.
func drillCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "drill", "--from FILE --identity FILE [--trust FILE] [--seen FILE] [--data DIR] [--json]")
	var r restoring
	r.declare(f.String, w)
	data := f.String("data", "", "register that keeps the record of the drill (CAPDO_DATA; default: none)")
	asJSON := f.Bool("json", false, "print the report as JSON")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	book, _, err := rules()
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "capdo-drill-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	began := w.clock()
	got, failed := r.lay(ctx, w, tmp)
	d := drillReport{ID: got.id, At: began.UTC(), Archive: *r.from, Bytes: got.made.Bytes, Entries: got.made.Entries, Files: got.made.Files, Lost: got.lost,
		Took: w.clock().Sub(began), Limit: time.Duration(book.Policy().RestoreHours) * time.Hour, Violations: []string{}}
	if failed != nil {
		d.Violations = append(d.Violations, failed.Error())
	}
	if d.Took > d.Limit {
		d.Violations = append(d.Violations, fmt.Sprintf("it took %v, more than %v", d.Took, d.Limit))
	}
	if *data != "" && d.ID != "" {
		p, err := openExisting(ctx, w, *data)
		if err != nil {
			return err
		}
		_, err = p.vault().Drilled(ctx, keeper(), d.ID, backup.Drill{Took: d.Took, Entries: d.Entries, Files: d.Files, Violations: len(d.Violations)})
		if err = errors.Join(err, p.close()); err != nil {
			return err
		}
	}
	if err := d.print(w.out, *asJSON); err != nil {
		return err
	}
	if len(d.Violations) > 0 {
		return errFound
	}
	return nil
}

// print writes the report.
func (d *drillReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(d)
	}
	result := "Đạt / passed"
	if len(d.Violations) > 0 {
		result = "Không đạt / failed"
	}
	_, err := fmt.Fprintf(w, `Biên bản diễn tập khôi phục / Report of a restore drill
Bản sao lưu / archive:      %s (%s, %d bytes)
Bắt đầu / began:            %s
Khôi phục và kiểm tra mất / restored and checked in: %v (giới hạn / limit %v)
Mục sổ cái / ledger entries: %d; tệp / files: %d
Mục đã thấy mà thiếu / entries seen elsewhere and missing: %d
Kết quả / result:           %s
`, d.ID, d.Archive, d.Bytes, d.At.Format(time.RFC3339), d.Took.Round(time.Millisecond), d.Limit, d.Entries, d.Files, d.Lost, result)
	for _, v := range d.Violations {
		_, more := fmt.Fprintf(w, "  %s\n", v)
		err = errors.Join(err, more)
	}
	return err
}
