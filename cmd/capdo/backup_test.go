package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/backup"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// archived is a register with a backup of it, and what a restore needs.
type archived struct {
	*testing.T
	dir, data, to, identity, trust, archive string
}

func newArchived(t *testing.T) archived {
	t.Helper()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	x := archived{T: t, dir: dir, data: at("data"), to: at("kho"), identity: at("identity"), trust: at("jwks")}
	x.say(statusOK, "seed", "--data", x.data)
	x.write(at("recipients"), x.say(statusOK, "backup", "keygen", "--out", x.identity))
	x.archive = x.back()
	x.write(x.trust, x.say(statusOK, "key", "list", "--jwks", "--data", x.data))
	return x
}

// say runs a command that must end with a status.
func (x archived) say(want int, args ...string) string {
	x.Helper()
	o := capdo(x.T, "", args...)
	if o.status != want {
		x.Fatalf("%v: status %d\n%s%s", args, o.status, o.out, o.err)
	}
	return o.out + o.err
}

func (x archived) write(name, text string) {
	x.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		x.Fatal(err)
	}
}

// back makes an archive and returns its name.
func (x archived) back() string {
	x.Helper()
	out := x.say(statusOK, "backup", "--data", x.data, "--to", x.to, "--recipients", filepath.Join(x.dir, "recipients"))
	id, _, _ := strings.Cut(out, ":")
	return filepath.Join(x.to, id+archiveSuffix)
}

// restore tries to restore and returns what was said.
func (x archived) restore(want int, from string, more ...string) string {
	x.Helper()
	into := filepath.Join(x.dir, "restored")
	if err := os.RemoveAll(into); err != nil {
		x.Fatal(err)
	}
	out := x.say(want, append([]string{"restore", "--from", from, "--identity", x.identity, "--data", into}, more...)...)
	if _, err := os.Stat(into); (err == nil) != (want == statusOK) {
		x.Errorf("%v: the folder is there: %v", more, err == nil)
	}
	if left, _ := filepath.Glob(filepath.Join(x.dir, ".restore-*")); len(left) > 0 {
		x.Errorf("left behind: %v", left)
	}
	return out
}

// TestRestore: what was carried away comes back as it was, says so in its
// ledger, and is refused with the reason when corrupt, foreign, or rolled back.
func TestRestore(t *testing.T) {
	x := newArchived(t)
	x.restore(statusOK, x.archive, "--trust", x.trust)
	restored := filepath.Join(x.dir, "restored")
	x.say(statusOK, "verify", "--data", restored)
	if out := x.say(statusOK, "restore", "--from", x.archive, "--identity", x.identity, "--data", filepath.Join(x.dir, "again"), "--trust", x.trust); !strings.Contains(out, "restored into") {
		t.Error(out)
	}
	if out := x.say(statusUsage, "restore", "--from", x.archive, "--identity", x.identity, "--data", restored); !strings.Contains(out, "not empty") {
		t.Errorf("into a folder in use: %s", out)
	}

	t.Run("another's key", func(t *testing.T) {
		other := x
		other.T, other.identity = t, filepath.Join(x.dir, "other")
		other.say(statusOK, "backup", "keygen", "--out", other.identity)
		if out := other.restore(statusUsage, x.archive); !strings.Contains(out, backup.ErrWrongKey.Error()) {
			t.Error(out)
		}
	})
	t.Run("foreign", func(t *testing.T) {
		other := newArchived(t)
		other.identity = x.identity
		other.write(filepath.Join(other.dir, "recipients"), string(must(os.ReadFile(filepath.Join(x.dir, "recipients")))))
		if out := other.restore(statusUsage, other.back(), "--trust", x.trust); !strings.Contains(out, "foreign") {
			t.Error(out)
		}
	})
	t.Run("rolled back", func(t *testing.T) {
		x := x
		x.T = t
		x.say(statusOK, "key", "rotate", "--data", x.data)
		later := x.back()
		out := x.restore(statusUsage, x.archive)
		if !strings.Contains(out, "rolled back: 3 entries") {
			t.Fatalf("a later archive lies beside it: %s", out)
		}
		elsewhere := filepath.Join(t.TempDir(), "a"+archiveSuffix)
		x.write(elsewhere, string(must(os.ReadFile(x.archive))))
		if out := x.restore(statusUsage, elsewhere, "--seen", later+noteSuffix); !strings.Contains(out, "rolled back: 3 entries") {
			t.Errorf("a later checkpoint was seen: %s", out)
		}
		x.restore(statusUsage, elsewhere, "--seen", later+noteSuffix, "--accept-loss", "2")
		x.restore(statusOK, elsewhere, "--seen", later+noteSuffix, "--accept-loss", "3")
		x.restore(statusOK, later, "--seen", x.archive+noteSuffix)
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestLostEntriesShutTheGate: a register that lost entries denies everything,
// now and in the past, until somebody says what was done about them.
func TestLostEntriesShutTheGate(t *testing.T) {
	x := newArchived(t)
	p, err := open(t.Context(), world{getenv: os.Getenv, out: t.Output(), err: t.Output(), clock: time.Now}, x.data)
	if err != nil {
		t.Fatal(err)
	}
	err = p.vault().Restored(t.Context(), keeper(), backup.Made{At: p.clock(), Entries: 7}, 3)
	if err = errors.Join(err, p.close()); err != nil {
		t.Fatal(err)
	}
	ask := func() (codes string) {
		t.Helper()
		p, err := open(t.Context(), world{getenv: os.Getenv, out: t.Output(), err: t.Output(), clock: time.Now}, x.data)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := p.close(); err != nil {
				t.Error(err)
			}
		}()
		h, err := p.handler(front{})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"", "&at=2026-01-01T00:00:00Z"} {
			w := answer(t, h, "/gate/v1/decisions?provider=Z99-0001"+at)
			codes += " " + w
		}
		return codes
	}
	if got := ask(); got != " deny F05 deny F01" {
		t.Errorf("entries were lost: %s", got)
	}
	x.say(statusUsage, "restore", "confirm", "--data", x.data)
	x.say(statusOK, "restore", "confirm", "--ground", "Đã đối chiếu với các cơ quan", "--data", x.data)
	x.say(statusUsage, "restore", "confirm", "--ground", "Lần nữa", "--data", x.data)
	if got := ask(); got != " deny G02 deny G02" {
		t.Errorf("confirmed: %s", got)
	}
	x.say(statusOK, "verify", "--data", x.data)
}

// answer asks a handler and returns the decision with its first code.
func answer(t *testing.T, h http.Handler, url string) string {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, url, nil)
	r.RemoteAddr = "127.0.0.1:9"
	h.ServeHTTP(w, r)
	var v struct {
		Decision string
		Reasons  []struct{ Code string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || len(v.Reasons) == 0 {
		t.Fatalf("%s: %v", w.Body, err)
	}
	return v.Decision + " " + v.Reasons[0].Code
}

// TestArchiveEveryByte: an archive with any one byte changed, or cut off
// anywhere, or followed by anything, is refused.
func TestArchiveEveryByte(t *testing.T) {
	x := newArchived(t)
	whole := must(os.ReadFile(x.archive))
	file := filepath.Join(t.TempDir(), "a"+archiveSuffix)
	refused := func(what string, b []byte) {
		t.Helper()
		x.write(file, string(b))
		r := restoring{from: &file, identity: &x.identity}
		ids, err := identitiesIn(x.identity)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.unpack(ids, t.TempDir(), new(restored)); !errors.Is(err, backup.ErrCorrupt) && !errors.Is(err, backup.ErrWrongKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
	step := len(whole)/150 + 1
	for i := 0; i < len(whole); i += step {
		b := append([]byte(nil), whole...)
		b[i] ^= 1 << (i % 8)
		refused("byte "+strconv.Itoa(i), b)
		refused("cut at "+strconv.Itoa(i), whole[:i])
	}
	refused("a byte more", append(append([]byte(nil), whole...), 0))
}

// TestDrill: a drill says what it restored and how long it took, the register
// remembers it, and the protection is judged by what is on record alone.
func TestDrill(t *testing.T) {
	x := newArchived(t)
	if out := x.say(statusFound, "backup", "list", "--data", x.data); !strings.Contains(out, "2 of 3 copies, 1 of 2 media, 0 of 1 off line") || strings.Count(out, "lacks:") != 4 {
		t.Errorf("one archive on the same disk:\n%s", out)
	}
	id := strings.TrimSuffix(filepath.Base(x.archive), archiveSuffix)
	x.say(statusUsage, "backup", "copied", id, "--place", "Két sắt", "--medium", "paper", "--data", x.data)
	x.say(statusOK, "backup", "copied", id, "--place", "Két sắt", "--medium", "tape", "--offline", "--data", x.data)
	out := x.say(statusOK, "drill", "--from", x.archive, "--identity", x.identity, "--trust", x.trust, "--data", x.data)
	if !strings.Contains(out, "Đạt / passed") {
		t.Error(out)
	}
	if out := x.say(statusOK, "backup", "list", "--data", x.data); !strings.Contains(out, "3 of 3 copies, 2 of 2 media, 1 of 1 off line") {
		t.Errorf("protected:\n%s", out)
	}
	x.say(statusOK, "backup", "gave-up", id, "--place", "Két sắt", "--ground", "Mất", "--data", x.data)
	x.say(statusFound, "backup", "list", "--data", x.data)
	b := must(os.ReadFile(x.archive))
	b[len(b)/2] ^= 4
	x.write(x.archive, string(b))
	if out := x.say(statusFound, "drill", "--from", x.archive, "--identity", x.identity); !strings.Contains(out, "Không đạt / failed") || !strings.Contains(out, "corrupt") {
		t.Error(out)
	}
	x.say(statusOK, "verify", "--data", x.data)
}

// TestRestoreDocuments: documents come back with the keys they lie encrypted
// under; where the master key is kept elsewhere the archive is useless without it.
func TestRestoreDocuments(t *testing.T) {
	for _, apart := range []bool{false, true} {
		x := archived{T: t, dir: t.TempDir()}
		x.data, x.to, x.identity = filepath.Join(x.dir, "data"), filepath.Join(x.dir, "kho"), filepath.Join(x.dir, "identity")
		x.write(filepath.Join(x.dir, "recipients"), x.say(statusOK, "backup", "keygen", "--out", x.identity))
		env := map[string]string{}
		if apart {
			env["CAPDO_MASTER_KEY"] = filepath.Join(x.dir, "elsewhere", "master.key")
		}
		w := world{getenv: func(k string) string { return env[k] }, out: t.Output(), err: t.Output(), clock: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }}
		p, err := open(t.Context(), w, x.data)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.office.Import(t.Context(), keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
			t.Fatal(err)
		}
		code := storetest.Lead(t, p.office, "H56", "Một cửa", storetest.Stated).Code
		if _, err := p.attachments.Attach(t.Context(), storetest.Actor(law.RoleOperator, "H56"), attachment.Upload{System: code, Of: attachment.Dossier(1), Name: "a.txt", Body: strings.NewReader("abc")}); err != nil {
			t.Fatal(err)
		}
		b, err := p.backUp(t.Context(), backupPlan{to: x.to, recipients: filepath.Join(x.dir, "recipients"), origin: defaultOrigin})
		if err = errors.Join(err, p.close()); err != nil {
			t.Fatal(err)
		}
		want := statusOK
		if apart {
			want = statusUsage
		}
		x.restore(want, filepath.Join(x.to, b.ID+archiveSuffix))
		w.args = []string{"restore", "--from", filepath.Join(x.to, b.ID+archiveSuffix), "--identity", x.identity, "--data", filepath.Join(x.dir, "with its key")}
		if run(t.Context(), w) != statusOK {
			t.Errorf("with its master key, kept apart %v: not restored", apart)
		}
		w.args = []string{"key", "rotate", "--alg", "master", "--data", x.data}
		if run(t.Context(), w) != statusOK {
			t.Error("the master key was not rotated")
		}
		w.args = []string{"verify", "--data", x.data}
		if run(t.Context(), w) != statusOK {
			t.Error("after the rotation documents do not open")
		}
	}
}

// TestJudge: what is old, given up, in one place twice, or failed, protects from
// nothing.
func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	p := backup.Policy{FreshDays: 7, DrillMonths: 6, RestoreHours: 24}
	disk, safe := backup.Copy{No: 1, Place: "A", Medium: backup.Disk}, backup.Copy{No: 2, Place: "B", Medium: backup.Tape, Offline: true}
	good := backup.Drill{At: now.AddDate(0, -5, 0), Took: time.Hour}
	made := backup.Made{At: now.AddDate(0, 0, -6)}
	for name, c := range map[string]struct {
		b    backup.Backup
		want string
	}{
		"whole":           {backup.Backup{Made: made, Copies: []backup.Copy{disk, safe}, Drills: []backup.Drill{good}}, ""},
		"stale":           {backup.Backup{Made: backup.Made{At: now.AddDate(0, 0, -8)}, Copies: []backup.Copy{disk, safe}, Drills: []backup.Drill{good}}, "backup-stale backup-copies backup-media backup-offline"},
		"given up":        {backup.Backup{Made: made, Copies: []backup.Copy{disk, {Place: "B", Medium: backup.Tape, Offline: true, End: &backup.End{}}}, Drills: []backup.Drill{good}}, "backup-copies backup-media backup-offline"},
		"one place twice": {backup.Backup{Made: made, Copies: []backup.Copy{safe, safe}, Drills: []backup.Drill{good}}, "backup-copies"},
		"never drilled":   {backup.Backup{Made: made, Copies: []backup.Copy{disk, safe}}, "drill-none"},
		"failed drill":    {backup.Backup{Made: made, Copies: []backup.Copy{disk, safe}, Drills: []backup.Drill{{At: now, Violations: 1}}}, "drill-none"},
		"old drill":       {backup.Backup{Made: made, Copies: []backup.Copy{disk, safe}, Drills: []backup.Drill{{At: now.AddDate(0, -7, 0)}}}, "drill-old"},
		"slow drill":      {backup.Backup{Made: made, Copies: []backup.Copy{disk, safe}, Drills: []backup.Drill{{At: now, Took: 25 * time.Hour}}}, "drill-slow"},
	} {
		var rules []string
		for _, l := range backup.Judge([]backup.Backup{c.b}, p, now).Lacks {
			rules = append(rules, l.Rule)
		}
		if got := strings.Join(rules, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if none := backup.Judge(nil, p, now).Lacks; len(none) != 5 {
		t.Errorf("nothing on record: %v", none)
	}
}

// TestScheduledBackups: an archive when one is due and not before; what is beyond
// the number kept goes, from the folder and on record.
func TestScheduledBackups(t *testing.T) {
	x := newArchived(t)
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p, err := open(t.Context(), world{getenv: os.Getenv, out: t.Output(), err: t.Output(), clock: func() time.Time { return now }}, x.data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	plan := backupPlan{to: filepath.Join(x.dir, "lich"), recipients: filepath.Join(x.dir, "recipients"), origin: defaultOrigin}
	made := 0
	for range 10 {
		id, err := p.backupStep(t.Context(), plan, 24*time.Hour, 2)
		if err != nil {
			t.Fatal(err)
		}
		if id != "" {
			made++
		}
		now = now.Add(12 * time.Hour)
	}
	if made != 5 {
		t.Errorf("%d archives in five days", made)
	}
	left := must(filepath.Glob(filepath.Join(plan.to, "*")))
	if len(left) != 4 {
		t.Errorf("two archives with their checkpoints should be there: %v", left)
	}
	on := 0
	for _, b := range must(p.store.Backups(t.Context())) {
		if lies(b, must(filepath.Abs(plan.to))) {
			on++
		}
	}
	if on != 2 {
		t.Errorf("%d copies on record", on)
	}
	x.restore(statusOK, left[2])
	now = now.AddDate(1, 0, 0)
	for _, when := range []string{"a year ahead", "set right"} {
		if id, err := p.backupStep(t.Context(), plan, 24*time.Hour, 2); err != nil || id == "" {
			t.Errorf("%s, no archive is made: %v", when, err)
		}
		now = now.AddDate(-1, 0, 0)
	}
}
