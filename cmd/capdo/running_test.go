package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestItBeginsAndEndsWell: systemd is told that the service is ready, then that it
// lives, over and over, and that it ends. A request in hand when it is told to end
// is answered; nobody else is let in; it ends well.
func TestItBeginsAndEndsWell(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "300000")
	s := serveProcess(t, "--data", t.TempDir())
	hears := func(want string) {
		t.Helper()
		b := make([]byte, 256)
		for {
			if err := heard.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			n, err := heard.Read(b)
			if err != nil {
				t.Fatalf("systemd never hears %s: %v", want, err)
			}
			if string(b[:n]) == want {
				return
			}
		}
	}
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		hears(want)
	}
	at := strings.TrimPrefix(s.url, "http://")
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const form = "login=nobody&password=nothing"
	fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", at, len(form), form[:10])
	time.Sleep(300 * time.Millisecond) // until it is in hand
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hears("STOPPING=1")
	for range 100 {
		other, err := net.Dial("tcp", at)
		if err != nil {
			break
		}
		_ = other.Close()
		time.Sleep(20 * time.Millisecond)
	}
	if other, err := net.Dial("tcp", at); err == nil {
		_ = other.Close()
		t.Error("who comes after the end was told is let in")
	}
	if _, err := io.WriteString(c, form[10:]); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || r.StatusCode == 0 || r.StatusCode >= 500 {
		t.Errorf("the request in hand: %+v %v", r, err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("it did not end well: %v", err)
	}
}

// TestContainerFileIsMeant: what the container file sets are settings that there
// are, and what it runs are commands.
func TestContainerFileIsMeant(t *testing.T) {
	text, err := os.ReadFile("packaging/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, m := range regexp.MustCompile(`(CAPDO_\w+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(string(text), "ENV "+m[0]) || strings.Contains(string(text), " "+m[0]) {
			env[m[1]] = m[2]
		}
	}
	if len(env) < 4 {
		t.Fatalf("%v", env)
	}
	o := said(t, env, "config", "--print")
	for k, v := range env {
		if !strings.Contains(o.out, k+"="+v+"  # environment\n") {
			t.Errorf("%s is no setting", k)
		}
	}
	for _, name := range []string{"healthcheck", "serve"} {
		if !strings.Contains(string(text), `"`+name+`"`) || !slices.ContainsFunc(commands(), func(c command) bool { return c.name == name }) {
			t.Errorf("the container file does not run %s", name)
		}
	}
}

// TestRunningIsTested: for every sentence of packaging/RUNNING.md there is a test of
// the name it gives.
func TestRunningIsTested(t *testing.T) {
	text, err := os.ReadFile("packaging/RUNNING.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, pattern := range []string{"*_test.go", "../../internal/*/*_test.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources[name] = string(b)
		}
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.Contains(line, "---") || strings.Contains(cells[1], "what runs it") {
			continue
		}
		rows++
		tests := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(cells[2], -1)
		if len(tests) == 0 {
			t.Errorf("nothing proves: %s", cells[1])
		}
		for _, x := range tests {
			there := false
			for _, source := range sources {
				there = there || strings.Contains(source, "func "+x[1]+"(t *testing.T)")
			}
			if !there {
				t.Errorf("there is no %s", x[1])
			}
		}
	}
	if rows < 15 {
		t.Errorf("%d rows", rows)
	}
}

// TestEveryStepOfARunbookIsCarriedOut: the five runbooks are there, and no part of
// one is without a block that TestRunbooks runs.
func TestEveryStepOfARunbookIsCarriedOut(t *testing.T) {
	for _, name := range []string{"upgrade", "backup", "failover", "keys", "disaster"} {
		text, err := os.ReadFile(filepath.Join("runbook", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		parts := regexp.MustCompile(`(?m)^#+ `).Split(string(text), -1)
		if len(parts) < 2 {
			t.Fatalf("%s has no parts", name)
		}
		for i, part := range parts[1:] {
			title, body, _ := strings.Cut(part, "\n")
			intro := i == 0 && len(parts) > 2 // says what follows
			if !intro && !strings.Contains(body, "```sh\n") {
				t.Errorf("%s, %q: nothing of it is carried out", name, title)
			}
			for line := range strings.Lines(body) {
				if strings.HasPrefix(line, "```") && line != "```sh\n" && line != "```\n" {
					t.Errorf("%s, %q: a block that nobody runs: %s", name, title, line)
				}
			}
		}
	}
}
