package attachment_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/attachment"
)

// eicar is the test file every scanner knows, put together here so that this
// source is not itself one.
func eicar() string {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!` + `$H+H*`
}

// clamd starts the real scanner on a signature of our own (the hash of EICAR):
// its signature database is a download that tests do not make.
func clamd(t *testing.T) attachment.Clamd {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		if program = "/usr/sbin/clamd"; !exists(program) {
			if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
				t.Fatal("clamd is required and not installed")
			}
			t.Skip("SKIPPED: clamd is not installed; the scanner was only tried against a double that speaks its protocol")
		}
	}
	dir := t.TempDir()
	sum := md5.Sum([]byte(eicar()))
	conf := fmt.Sprintf("Foreground yes\nLocalSocket %[1]s/c.sock\nDatabaseDirectory %[1]s\nStreamMaxLength 26M\nOfficialDatabaseOnly no\nUser root\nScanArchive yes\nScanOLE2 yes\n", dir)
	if os.Getuid() != 0 {
		conf = strings.ReplaceAll(conf, "User root\n", "")
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("own.hdb", fmt.Sprintf("%s:%d:Eicar-Test\n", hex.EncodeToString(sum[:]), len(eicar())))
	write("clamd.conf", conf)
	var said bytes.Buffer
	cmd := exec.Command(program, "--config-file="+filepath.Join(dir, "clamd.conf"))
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
	})
	socket := filepath.Join(dir, "c.sock")
	for range 300 {
		if c, err := net.Dial("unix", socket); err == nil {
			_ = c.Close()
			return attachment.Clamd{Network: "unix", Address: socket}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("clamd does not answer: %s", said.String())
	return attachment.Clamd{}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// TestEicar: the real scanner finds it plain, in an archive and in a document,
// and nothing in what is clean.
func TestEicar(t *testing.T) {
	c := clamd(t)
	for name, x := range map[string]struct {
		body []byte
		bad  bool
	}{
		"plain": {[]byte(eicar()), true}, "zip": {zipped(t, part{"a.com", eicar()}), true}, "docx": {docx(t, part{"word/media/a.bin", eicar()}), true},
		"clean": {pdf, false}, "large": {bytes.Repeat([]byte("Điều "), 3<<20), false}, "empty": {nil, false},
	} {
		found, err := c.Scan(context.Background(), bytes.NewReader(x.body))
		if err != nil || (found != "") != x.bad {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
	r := open(t)
	r.desk.Scanner = c
	if d := r.must(r.attach("H56", "a.txt", eicar())); d.Now() != attachment.Quarantined {
		t.Errorf("EICAR is %s", d.Now())
	}
	if d := r.must(r.attach("H56", "b.txt", "sạch")); d.Now() != attachment.Clean {
		t.Errorf("clean text is %s", d.Now())
	}
}

// double speaks clamd's protocol and answers as it is told; cut hangs up after
// the first chunk.
func double(t *testing.T, answer string, cut bool) attachment.Clamd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serveDouble(c, answer, cut)
		}
	}()
	return attachment.Clamd{Network: "tcp", Address: l.Addr().String(), Timeout: 2 * time.Second}
}

func serveDouble(c net.Conn, answer string, cut bool) {
	defer c.Close()
	head := make([]byte, 10)
	if _, err := io.ReadFull(c, head); err != nil || string(head) != "zINSTREAM\x00" {
		return
	}
	for {
		var n [4]byte
		if _, err := io.ReadFull(c, n[:]); err != nil {
			return
		}
		size := int64(n[0])<<24 | int64(n[1])<<16 | int64(n[2])<<8 | int64(n[3])
		if size == 0 {
			_, _ = io.WriteString(c, answer)
			return
		}
		if _, err := io.CopyN(io.Discard, c, size); err != nil || cut {
			return
		}
	}
}

// TestClamdProtocol: every answer that is not a verdict is an error, so that the
// document stays held.
func TestClamdProtocol(t *testing.T) {
	body := strings.Repeat("x", 200_000)
	for _, x := range []struct {
		answer, found string
		cut, fails    bool
	}{
		{answer: "stream: OK\x00"}, {answer: "stream: Win.Test.EICAR_HDB-1 FOUND\x00", found: "Win.Test.EICAR_HDB-1"},
		{answer: "INSTREAM size limit exceeded. ERROR\x00", fails: true}, {answer: "stream: OK", fails: true}, {answer: "", fails: true}, {answer: "what\x00", fails: true}, {answer: "stream: OK\x00", cut: true, fails: true},
	} {
		found, err := double(t, x.answer, x.cut).Scan(context.Background(), strings.NewReader(body))
		if found != x.found || (err != nil) != x.fails {
			t.Errorf("%q, cut %v: %q, %v", x.answer, x.cut, found, err)
		}
	}
	r := open(t)
	r.desk.Scanner = double(t, "stream: OK\x00", true)
	if d := r.must(r.attach("H56", "a.txt", body)); d.Now() != attachment.Held {
		t.Errorf("the scanner hung up midway, and the document is %s", d.Now())
	}
	r.desk.Scanner = attachment.Clamd{Network: "unix", Address: filepath.Join(t.TempDir(), "none.sock")}
	if d := r.must(r.attach("H56", "b.txt", "b")); d.Now() != attachment.Held {
		t.Errorf("the scanner is not there, and the document is %s", d.Now())
	}
	for _, bad := range []string{"", "unix:", "http:x", "/run/clamd.sock"} {
		if _, err := attachment.ParseClamd(bad); err == nil {
			t.Errorf("%q is taken for a scanner", bad)
		}
	}
}
