package attachment_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// room is a desk on a small register, with one system of each of two agencies.
type room struct {
	t     *testing.T
	desk  *attachment.Desk
	store *store.Store
	dir   string
	codes map[string]string // by agency
}

func open(t *testing.T) *room {
	t.Helper()
	o, s := storetest.Office(t, storetest.At("2026-11-25"))
	dir := filepath.Join(t.TempDir(), "blobs")
	r := &room{t: t, store: s, dir: dir, codes: map[string]string{}}
	r.desk = &attachment.Desk{Office: o, Store: s.Attachments(), Blobs: storetest.Blobs(t, dir), Limits: attachment.Default(),
		Policy: attachment.Policy{ServeUnscanned: true}, Log: slog.New(slog.DiscardHandler)}
	for _, owner := range []string{"H56", "H41"} {
		r.codes[owner] = storetest.Lead(t, o, owner, "Hệ thống một cửa", storetest.Stated).Code
	}
	return r
}

// operator is an officer of the operating unit of an agency.
func operator(body string) approval.Actor { return storetest.Actor(law.RoleOperator, body) }

// attach attaches a text of an agency to the first dossier of its system.
func (r *room) attach(owner, name, text string) (attachment.Document, error) {
	return r.desk.Attach(context.Background(), operator(owner), attachment.Upload{System: r.codes[owner], Of: attachment.Dossier(1), Name: name, Body: strings.NewReader(text)})
}

func (r *room) must(d attachment.Document, err error) attachment.Document {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// sound verifies the register.
func (r *room) sound() {
	r.t.Helper()
	rep, err := r.store.Verify(context.Background())
	if err != nil || len(rep.Violations) > 0 {
		r.t.Errorf("verify: %v %+v", err, rep.Violations)
	}
}

// refusedBy tells which rule refused.
func refusedBy(err error) string {
	var r *approval.Refusal
	if !errors.As(err, &r) {
		return ""
	}
	return string(r.Kind) + " " + r.Findings[0].Rule
}

func (r *room) read(a approval.Actor, code string, no int) (string, error) {
	_, c, err := r.desk.Give(context.Background(), a, code, no)
	if err != nil {
		return "", err
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	return string(b), err
}

// TestAttach: a file comes in, is on record, and comes out as it was; whoever
// attached has a hand in the dossier.
func TestAttach(t *testing.T) {
	r := open(t)
	d := r.must(r.attach("H56", `C:\hồ sơ\Quy chế.txt`, "Điều 1"))
	sum := sha256.Sum256([]byte("Điều 1"))
	if d.No != 1 || d.Name != "Quy chế.txt" || d.Kind != attachment.TXT || d.Size != int64(len("Điều 1")) || d.SHA256 != hex.EncodeToString(sum[:]) || d.Now() != attachment.Unscanned {
		t.Errorf("%+v", d)
	}
	at := filepath.Join(r.dir, "H56", d.SHA256[:2], d.SHA256[2:])
	if info, err := os.Stat(at); err != nil || info.Mode() != 0o400 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if got, err := r.read(operator("H56"), r.codes["H56"], 1); got != "Điều 1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	f, err := r.desk.Office.File(context.Background(), operator("H56"), r.codes["H56"])
	if err != nil || len(f.System.Dossiers) != 1 || f.System.Dossiers[0].Editors[0] != operator("H56").Person {
		t.Errorf("the dossier: %+v, %v", f.System.Dossiers, err)
	}
	if _, err := r.attach("H56", "again.txt", "Điều 1"); refusedBy(err) != "conflict file-twice" {
		t.Errorf("the same file twice: %v", err)
	}
	r.sound()
}

// TestPolicy: without a scanner the setting decides.
func TestPolicy(t *testing.T) {
	r := open(t)
	r.must(r.attach("H56", "a.txt", "a"))
	r.desk.Policy.ServeUnscanned = false
	if _, err := r.read(operator("H56"), r.codes["H56"], 1); refusedBy(err) != "conflict file-unscanned" {
		t.Error(err)
	}
}

// TestTenants: another's document is as absent as one that does not exist, and
// the same bytes stand once for each tenant.
func TestTenants(t *testing.T) {
	r := open(t)
	r.must(r.attach("H56", "a.txt", "chung"))
	r.must(r.attach("H41", "a.txt", "chung"))
	_, theirs := r.read(operator("H41"), r.codes["H56"], 1)
	_, none := r.read(operator("H41"), "H56-9999", 1)
	if theirs == nil || fmt.Sprintf("%#v", theirs) != fmt.Sprintf("%#v", none) {
		t.Errorf("theirs %v, none %v", theirs, none)
	}
	if _, err := r.desk.Documents(context.Background(), operator("H41"), r.codes["H56"], attachment.Dossier(1)); refusedBy(err) != "not_found not-found" {
		t.Errorf("list: %v", err)
	}
	if _, err := r.desk.Remove(context.Background(), operator("H41"), r.codes["H56"], 1); refusedBy(err) != "not_found not-found" {
		t.Errorf("remove: %v", err)
	}
	_, err := r.desk.Attach(context.Background(), operator("H41"), attachment.Upload{System: r.codes["H56"], Of: attachment.Dossier(1), Name: "x.txt", Body: strings.NewReader("x")})
	if refusedBy(err) != "not_found not-found" {
		t.Errorf("attach: %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(r.dir, "H*", "*", "*")); len(files) != 2 {
		t.Errorf("files %v", files)
	}
	r.sound()
}

// TestLimits: the caps of one file, one dossier and one agency.
func TestLimits(t *testing.T) {
	r := open(t)
	r.desk.Limits.File, r.desk.Limits.Object, r.desk.Limits.Agency = 10, 15, 28
	if _, err := r.attach("H56", "a.txt", strings.Repeat("a", 11)); refusedBy(err) != "invalid file-too-big" {
		t.Errorf("a file of 11: %v", err)
	}
	r.must(r.attach("H56", "a.txt", strings.Repeat("a", 10)))
	if _, err := r.attach("H56", "b.txt", strings.Repeat("b", 6)); refusedBy(err) != "invalid file-quota" {
		t.Errorf("16 on a dossier: %v", err)
	}
	r.must(r.attach("H56", "c.txt", strings.Repeat("c", 5)))
	of := attachment.Of{Kind: "control", Key: "TK.mfa"}
	up := attachment.Upload{System: r.codes["H56"], Of: of, Name: "d.txt", Body: strings.NewReader(strings.Repeat("d", 10))}
	r.must(r.desk.Attach(context.Background(), operator("H56"), up))
	up.Name, up.Body = "e.txt", strings.NewReader("eeee")
	if _, err := r.desk.Attach(context.Background(), operator("H56"), up); refusedBy(err) != "invalid file-quota" {
		t.Errorf("29 of an agency: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, "tmp", "*")); len(left) != 0 {
		t.Errorf("left on the way: %v", left)
	}
	r.sound()
}

// scanner answers as it is told.
type scanner struct {
	found string
	err   error
}

func (s scanner) Scan(_ context.Context, r io.Reader) (string, error) {
	_, err := io.Copy(io.Discard, r)
	return s.found, errors.Join(err, s.err)
}

// TestScanned: with a scanner a document is held until it answers.
func TestScanned(t *testing.T) {
	r := open(t)
	r.desk.Policy.ServeUnscanned = true
	r.desk.Scanner = scanner{err: errors.New("down")}
	if d := r.must(r.attach("H56", "a.txt", "a")); d.Now() != attachment.Held {
		t.Errorf("%s, want held", d.Now())
	}
	if _, err := r.read(operator("H56"), r.codes["H56"], 1); refusedBy(err) != "conflict file-held" {
		t.Errorf("held: %v", err)
	}
	r.desk.Scanner = scanner{}
	if n, err := r.desk.ScanHeld(context.Background()); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got, err := r.read(operator("H56"), r.codes["H56"], 1); got != "a" || err != nil {
		t.Errorf("clean: %q, %v", got, err)
	}
	r.desk.Scanner = scanner{found: "Eicar"}
	if d := r.must(r.attach("H56", "b.txt", "b")); d.Now() != attachment.Quarantined || d.Events[0].Note != "Eicar" {
		t.Errorf("%+v", d)
	}
	if _, err := r.read(operator("H56"), r.codes["H56"], 2); refusedBy(err) != "conflict file-quarantined" {
		t.Errorf("quarantined: %v", err)
	}
	r.sound()
}

// TestRemove: a removed document is off the list and not given out; its bytes
// and its record stay. Once the dossier is handed in, nothing is removed.
func TestRemove(t *testing.T) {
	r := open(t)
	r.must(r.attach("H56", "a.txt", "a"))
	r.must(r.attach("H56", "b.txt", "b"))
	code := r.codes["H56"]
	r.must(r.desk.Remove(context.Background(), operator("H56"), code, 1))
	docs, err := r.desk.Documents(context.Background(), operator("H56"), code, attachment.Dossier(1))
	if err != nil || len(docs) != 1 || docs[0].No != 2 {
		t.Errorf("%+v, %v", docs, err)
	}
	if _, err := r.read(operator("H56"), code, 1); refusedBy(err) != "conflict file-removed" {
		t.Error(err)
	}
	o := r.desk.Office
	f, err := o.File(context.Background(), operator("H56"), code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Submit(context.Background(), operator("H56"), code, f.System.Version, storetest.Statement(*f.Levels[1].Level, "2026-11-25")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.desk.Remove(context.Background(), operator("H56"), code, 2); refusedBy(err) != "conflict dossier-in-hand" {
		t.Errorf("removed from a submitted dossier: %v", err)
	}
	if _, err := r.attach("H56", "c.txt", "c"); refusedBy(err) != "conflict dossier-in-hand" {
		t.Errorf("attached to a submitted dossier: %v", err)
	}
	r.sound()
}

// lost is a store that fails once the file is in its place: a crash between
// file and row.
type lost struct{ attachment.Store }

func (lost) Update(context.Context, approval.Actor, time.Time, func(attachment.Tx) error) error {
	return errors.New("power cut")
}

// TestCrash: a file without a row is served to nobody, and the next one who
// brings the same bytes is served well.
func TestCrash(t *testing.T) {
	r := open(t)
	whole := r.desk.Store
	r.desk.Store = lost{whole}
	if _, err := r.attach("H56", "a.txt", "a"); err == nil {
		t.Fatal("no crash")
	}
	r.desk.Store = whole
	files, _ := filepath.Glob(filepath.Join(r.dir, "H56", "*", "*"))
	if len(files) != 1 {
		t.Fatalf("%v", files)
	}
	if _, err := r.read(operator("H56"), r.codes["H56"], 1); refusedBy(err) != "not_found not-found" {
		t.Errorf("the orphan is served: %v", err)
	}
	if blobs, err := r.store.Blobs(context.Background()); len(blobs) != 0 || err != nil {
		t.Errorf("%+v, %v", blobs, err)
	}
	r.must(r.attach("H56", "a.txt", "a"))
	if got, err := r.read(operator("H56"), r.codes["H56"], 1); got != "a" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	r.sound()
}

// TestNothingInTheClear: while a file comes in and after, its content stands in
// no file of the folder; and a file carried into another tenant's folder opens
// for nobody.
func TestNothingInTheClear(t *testing.T) {
	r := open(t)
	canary := strings.Repeat("hồ sơ mật 7f3a ", 9000)
	clear := func() (files int) {
		err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files++
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte("7f3a")) {
				t.Errorf("%s holds the content in the clear", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	half, rest := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := r.desk.Attach(context.Background(), operator("H56"), attachment.Upload{System: r.codes["H56"], Of: attachment.Dossier(1), Name: "a.txt", Body: half})
		done <- err
	}()
	if _, err := io.WriteString(rest, canary); err != nil {
		t.Fatal(err)
	}
	if clear() != 1 {
		t.Error("no file is on its way")
	}
	if err := errors.Join(rest.Close(), <-done); err != nil {
		t.Fatal(err)
	}
	if clear() != 1 {
		t.Error("the file is not there")
	}
	sum := sha256.Sum256([]byte(canary))
	name := hex.EncodeToString(sum[:])
	to := filepath.Join(r.dir, "H41", name[:2])
	if err := errors.Join(os.MkdirAll(to, 0o700), os.Rename(filepath.Join(r.dir, "H56", name[:2], name[2:]), filepath.Join(to, name[2:]))); err != nil {
		t.Fatal(err)
	}
	if err := r.desk.Blobs.Check("H41", name); err == nil {
		t.Error("another tenant's key opens it")
	}
}

// TestFlippedByte: bytes that changed on disk are noticed and not given out.
func TestFlippedByte(t *testing.T) {
	r := open(t)
	d := r.must(r.attach("H56", "a.txt", "abc"))
	at := filepath.Join(r.dir, "H56", d.SHA256[:2], d.SHA256[2:])
	if err := errors.Join(os.Chmod(at, 0o600), os.WriteFile(at, []byte("abd"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := r.desk.Blobs.Check("H56", d.SHA256); err == nil {
		t.Error("a flipped byte passes")
	}
	if got, err := r.read(operator("H56"), r.codes["H56"], 1); err == nil {
		t.Errorf("given out: %q", got)
	}
}

// TestDeskRefusesBadFiles: nothing of the corpus leaves a row or a file.
func TestDeskRefusesBadFiles(t *testing.T) {
	r := open(t)
	for _, x := range badFiles(t)[:30] {
		_, err := r.desk.Attach(context.Background(), operator("H56"), attachment.Upload{System: r.codes["H56"], Of: attachment.Dossier(1), Name: x.name, Declared: x.declared, Body: bytes.NewReader(x.body)})
		if refusedBy(err) != "invalid "+x.rule {
			t.Errorf("%s: %v, want %s", x.name, err, x.rule)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(r.dir, "*", "*", "*")); len(files) != 0 {
		t.Errorf("files %v", files)
	}
}

// TestWhatIsHandedInNamesItsDocuments: a submission freezes name and hash of
// every document; another document is another digest.
func TestWhatIsHandedInNamesItsDocuments(t *testing.T) {
	r := open(t)
	d := r.must(r.attach("H56", "Quy chế.txt", "Điều 1"))
	ctx, o, a := context.Background(), r.desk.Office, operator("H56")
	f, err := o.File(ctx, a, r.codes["H56"])
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Submit(ctx, a, f.System.Code, f.System.Version, storetest.Statement(3, "2026-11-25"))
	if err != nil {
		t.Fatal(err)
	}
	round := s.Last().Rounds[0]
	if want := []approval.Enclosure{{Name: "Quy chế.txt", SHA256: d.SHA256}}; !slices.Equal(round.Submission.Documents, want) {
		t.Errorf("enclosed: %+v", round.Submission.Documents)
	}
	other := round.Submission
	other.Documents = []approval.Enclosure{{Name: "Quy chế.txt", SHA256: strings.Repeat("0", 64)}}
	if digest, err := approval.Digest(other); err != nil || digest == round.Digest {
		t.Errorf("the digest does not hold the documents: %s, %v", digest, err)
	}
	r.sound()
}
