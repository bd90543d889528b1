package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// A cut of power is played on paper: strace writes down every change that a
// process makes to the files of a register and every sync; from that, images are
// made of what a disk may hold at any instant: all that was synced, and of what
// was not, nothing, everything, any part of it, or any part sector by sector.

// step is one thing that happened to the files, in the order of time.
type step struct {
	kind   byte // 'w'rite, 't'runcate, 's'ync, 'c'reate, 'r'ename, 'u'nlink, 'd'irectory synced, 'a'ck
	file   string
	to     string // rename
	offset int64
	data   []byte
	ack    ack
}

// sector is what a disk writes whole.
const sector = 512

// recorded runs the worker under strace and returns what it did.
func recorded(t *testing.T, dir string, env []string) []step {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	c := worker(t, dir, env, "strace", "-f", "-q", "-y", "-xx", "-s", "1048576", "-o", trace,
		"-e", "trace=open,openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate")
	if err := c.Run(); err != nil {
		t.Fatalf("strace: %v", err)
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var steps []step
	begun := map[string]string{} // by thread
	size := map[string]int64{}   // of files written at their end
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		thread, call, _ := strings.Cut(lines.Text(), " ")
		call = strings.TrimSpace(call)
		if head, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[thread] = head
			if strings.HasPrefix(head, "write(1<") { // an ack counts from the first instant
				steps = appendCall(t, steps, head+") = 1", dir, size)
				delete(begun, thread)
			}
			continue
		}
		if _, tail, ok := strings.Cut(call, " resumed>"); ok && strings.HasPrefix(call, "<...") {
			head, known := begun[thread]
			if !known {
				continue
			}
			delete(begun, thread)
			call = head + tail
		}
		steps = appendCall(t, steps, call, dir, size)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

var (
	callShape = regexp.MustCompile(`^(\w+)\((.*)\)\s+= (-?\d+)`)
	inQuotes  = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	opened    = regexp.MustCompile(`^\d+<((?:\\x[0-9a-f]{2}|[^>])*)>`)
)

// appendCall adds what a system call did to the files below dir.
func appendCall(t *testing.T, steps []step, call, dir string, size map[string]int64) []step {
	t.Helper()
	m := callShape.FindStringSubmatch(call)
	if m == nil || strings.HasPrefix(m[3], "-") {
		return steps
	}
	name, args := m[1], m[2]
	below := func(path string) (string, bool) {
		rel, err := filepath.Rel(dir, path)
		return rel, err == nil && filepath.IsLocal(rel) && !strings.HasSuffix(rel, "-shm")
	}
	var of string
	var inside bool
	if fd := opened.FindStringSubmatch(args); fd != nil {
		of, inside = below(unhex(t, fd[1]))
	}
	var texts []string
	for _, q := range inQuotes.FindAllStringSubmatch(args, -1) {
		texts = append(texts, unhex(t, q[1]))
	}
	switch name {
	case "write":
		if strings.HasPrefix(args, "1<") {
			if a, ok := parseAck(texts[0]); ok {
				return append(steps, step{kind: 'a', ack: a})
			}
			return steps
		}
		if inside {
			at := size[of]
			size[of] += int64(len(texts[0]))
			return append(steps, step{kind: 'w', file: of, offset: at, data: []byte(texts[0])})
		}
	case "pwrite64":
		if inside {
			at, err := strconv.ParseInt(strings.TrimSpace(args[strings.LastIndexByte(args, ',')+1:]), 0, 64)
			if err != nil {
				t.Fatalf("%.80s: %v", call, err)
			}
			return append(steps, step{kind: 'w', file: of, offset: at, data: []byte(texts[0])})
		}
	case "ftruncate":
		if inside {
			at, err := strconv.ParseInt(strings.TrimSpace(args[strings.LastIndexByte(args, ',')+1:]), 0, 64)
			if err != nil {
				t.Fatalf("%.80s: %v", call, err)
			}
			return append(steps, step{kind: 't', file: of, offset: at})
		}
	case "fsync", "fdatasync":
		if !inside {
			return steps
		}
		if info, err := os.Stat(filepath.Join(dir, of)); err == nil && info.IsDir() {
			return append(steps, step{kind: 'd', file: of})
		}
		return append(steps, step{kind: 's', file: of})
	case "open", "openat":
		if path, ok := below(texts[0]); ok && strings.Contains(args, "O_CREAT") {
			if strings.Contains(args, "O_TRUNC") || strings.Contains(args, "O_EXCL") {
				size[path] = 0
			}
			return append(steps, step{kind: 'c', file: path})
		}
	case "rename", "renameat", "renameat2":
		from, ok1 := below(texts[0])
		to, ok2 := below(texts[1])
		if ok1 && ok2 {
			size[to] = size[from]
			return append(steps, step{kind: 'r', file: from, to: to})
		}
	case "unlink", "unlinkat":
		if path, ok := below(texts[0]); ok {
			return append(steps, step{kind: 'u', file: path})
		}
	}
	return steps
}

func unhex(t *testing.T, s string) string {
	t.Helper()
	if !strings.HasPrefix(s, `\x`) {
		return s
	}
	out := make([]byte, 0, len(s)/4)
	for i := 0; i+4 <= len(s); i += 4 {
		n, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, byte(n))
	}
	return string(out)
}

// inode is a file on the paper disk.
type inode struct {
	synced []byte
	rest   []step // not synced yet
}

// disk is what the paper disk holds at an instant.
type disk struct {
	names   map[string]*inode // that are sure to stand there after a cut
	waiting []func()          // changes of names whose folder was not synced yet
	live    map[string]*inode // as the process sees it
}

// play carries out the steps on a disk that holds base, and returns the acks
// among them.
func play(base map[string][]byte, steps []step) (*disk, []ack) {
	d := &disk{names: map[string]*inode{}, live: map[string]*inode{}}
	for name, b := range base {
		n := &inode{synced: b}
		d.names[name], d.live[name] = n, n
	}
	var acks []ack
	for _, s := range steps {
		n := d.live[s.file]
		switch s.kind {
		case 'a':
			acks = append(acks, s.ack)
		case 'w', 't':
			n.rest = append(n.rest, s)
		case 's':
			n.synced, n.rest = n.with(n.rest), nil
		case 'd':
			for _, f := range d.waiting {
				f()
			}
			d.waiting = nil
		case 'c':
			if n == nil {
				n := &inode{}
				d.live[s.file] = n
				d.waiting = append(d.waiting, func() { d.names[s.file] = n })
			}
		case 'r':
			d.live[s.to] = n
			delete(d.live, s.file)
			d.waiting = append(d.waiting, func() { d.names[s.to] = n; delete(d.names, s.file) })
		case 'u':
			delete(d.live, s.file)
			d.waiting = append(d.waiting, func() { delete(d.names, s.file) })
		}
	}
	return d, acks
}

// with is the file with changes made to what was synced.
func (n *inode) with(changes []step) []byte {
	b := slices.Clone(n.synced)
	for _, c := range changes {
		if c.kind == 't' {
			if c.offset <= int64(len(b)) {
				b = b[:c.offset]
			}
			continue
		}
		if end := c.offset + int64(len(c.data)); end > int64(len(b)) {
			b = append(b, make([]byte, end-int64(len(b)))...)
		}
		copy(b[c.offset:], c.data)
	}
	return b
}

// image is what may be found after the cut: of the names that wait, the first
// few, as a journal of the file system keeps their order; of the content that
// waits, what the mode says.
func (d *disk) image(mode int) map[string][]byte {
	for _, f := range d.waiting[:rand.IntN(len(d.waiting)+1)] {
		f()
	}
	out := map[string][]byte{}
	for name, n := range d.names {
		var kept []step
		for _, c := range n.rest {
			switch {
			case mode == 0 || mode == 2 && rand.IntN(2) == 0:
			case mode == 3 && c.kind == 'w':
				for at := 0; at < len(c.data); at += sector {
					if rand.IntN(2) == 0 {
						kept = append(kept, step{kind: 'w', offset: c.offset + int64(at), data: c.data[at:min(at+sector, len(c.data))]})
					}
				}
			default:
				kept = append(kept, c)
			}
		}
		out[name] = n.with(kept)
	}
	return out
}

// lay writes an image into a folder.
func lay(t *testing.T, dir string, image map[string][]byte) {
	t.Helper()
	for name, b := range image {
		at := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// contents reads every file below a folder but the index of the journal, which
// is memory, not disk.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out[rel] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// losses makes images of what a worker's disk may hold and returns what was
// wrong with them.
func losses(t *testing.T, images int, env ...string) (wrong []string, acknowledged int) {
	t.Helper()
	dir := t.TempDir()
	if err := worker(t, dir, []string{actsVar + "=3"}).Run(); err != nil {
		t.Fatal(err)
	}
	base := contents(t, dir)
	steps := recorded(t, dir, append(env, actsVar+"=60"))
	if found, want := maps.Collect(func(yield func(string, []byte) bool) {
		d, _ := play(base, steps)
		for name, n := range d.live {
			if !yield(name, n.with(n.rest)) {
				return
			}
		}
	}), contents(t, dir); !maps.EqualFunc(found, want, slices.Equal) {
		for name := range want {
			if !slices.Equal(found[name], want[name]) {
				t.Errorf("%s: %d bytes recorded, %d are there", name, len(found[name]), len(want[name]))
			}
		}
		t.Fatal("the record does not tell what happened")
	}
	at := filepath.Join(inMemory(t), "image")
	for n := range images {
		cut := rand.IntN(len(steps) + 1)
		d, acks := play(base, steps[:cut])
		acknowledged = max(acknowledged, len(acks))
		lay(t, at, d.image(n%4))
		if err := surviving(t.Context(), at, acks, n%10 == 0); err != nil {
			wrong = append(wrong, fmt.Sprintf("cut at step %d of %d, mode %d, after %d acts: %v", cut, len(steps), n%4, len(acks), err))
		}
		if err := os.RemoveAll(at); err != nil {
			t.Fatal(err)
		}
	}
	return wrong, acknowledged
}

// inMemory is a folder in memory where there is such, which is faster.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "capdo-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestPowerCut: after a cut of power at any instant the register opens, holds
// every act that was acknowledged and every document, and agrees with its ledger.
func TestPowerCut(t *testing.T) {
	storetest.SQLiteOnly(t)
	needStrace(t)
	images := many(t, "CAPDO_POWER_CUTS", 100)
	wrong, acknowledged := losses(t, images)
	for _, w := range wrong[:min(5, len(wrong))] {
		t.Error(w)
	}
	t.Logf("%d images, up to %d acknowledged acts, %d wrong", images, acknowledged, len(wrong))
}

// TestPowerCutIsATest: with a database that syncs less, the same images show
// lost acts; were they not found, the test above would prove nothing.
func TestPowerCutIsATest(t *testing.T) {
	storetest.SQLiteOnly(t)
	needStrace(t)
	wrong, _ := losses(t, 40, weakVar+"=1")
	if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, "lost: ") }) {
		t.Errorf("a weaker database loses nothing: %v", wrong)
	}
}

func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatal("strace is required and not installed")
		}
		t.Skip("SKIPPED: no strace (Debian: strace); no cut of power was played")
	}
}
