package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"capdo/internal/store/storetest"
)

// asCommand in the environment makes the test binary the command itself, so that
// scripts can run it.
const asCommand = "CAPDO_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(storetest.Main(m, true))
}

// systemctl is what the runbooks' scripts find under that name where there is no
// systemd: it starts and stops capdo serve on $DATA.
const systemctl = `#!/bin/bash
set -eu
case $1 in
start)
  capdo serve --data "$DATA" >>serve.log 2>&1 & echo $! > serve.pid
  for i in $(seq 300); do capdo healthcheck --live >/dev/null 2>&1 && exit 0; sleep 0.1; done
  cat serve.log; exit 1 ;;
stop)
  kill "$(cat serve.pid)"
  for i in $(seq 300); do kill -0 "$(cat serve.pid)" 2>/dev/null || exit 0; sleep 0.1; done
  exit 1 ;;
esac
`

// pgCtlCluster is what they find where Debian's clusters would be: it ends, promotes
// and starts the servers of a pair.
const pgCtlCluster = `#!/bin/bash
set -eu
case $2 in one) dir=$ONE ;; two) dir=$TWO ;; esac
case $3 in
stop) kill -9 "$(head -1 "$dir/data/postmaster.pid")"; rm "$dir"/data/postmaster.pid "$dir"/.s.PGSQL.*; sleep 0.5 ;;
promote) psql -h "$dir" -U admin -d postgres -Atc 'SELECT pg_promote()' ;;
start)
  as=()
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid="$(stat -c %u "$dir")" --clear-groups); chown -R "$(stat -c %u "$dir")" "$dir/data"; fi
  "${as[@]}" "$SERVER" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 >server.log 2>&1 &
  for i in $(seq 100); do psql -h "$dir" -U admin -d postgres -Atc 'SELECT 1' >/dev/null 2>&1 && exit 0; sleep 0.1; done
  cat server.log; exit 1 ;;
esac
`

// ofPair starts a server with its standby and names them to a runbook.
func ofPair(t *testing.T) []string {
	need(t, "psql")
	p := storetest.NewPair(t)
	one := p.Folder(0)
	t.Cleanup(func() {
		if b, err := os.ReadFile(filepath.Join(one, "data", "postmaster.pid")); err == nil { // the one that the runbook started
			pid, _, _ := strings.Cut(string(b), "\n")
			_ = exec.Command("kill", "-QUIT", pid).Run()
		}
	})
	return []string{"CAPDO_DATABASE=" + p.Address, "DATABASE=" + p.Address, "ONE=" + one, "TWO=" + p.Folder(1), "SERVER=" + storetest.Server(t)}
}

// TestRunbooks runs every block of shell in every runbook, in order, in one
// shell that stops at the first failure.
func TestRunbooks(t *testing.T) {
	need(t, "bash")
	need(t, "openssl")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("runbook/*.md")
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	block := regexp.MustCompile("(?s)```sh\n(.*?)```")
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".md"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found := block.FindAllStringSubmatch(string(text), -1)
			if len(found) == 0 {
				t.Fatal("nothing to run")
			}
			dir := t.TempDir()
			tools := filepath.Join(dir, "tools")
			if err := os.Mkdir(tools, 0o700); err != nil {
				t.Fatal(err)
			}
			script, env := "set -euo pipefail\ncapdo seed --data \"$DATA\" >/dev/null\nsystemctl start capdo\n", os.Environ()
			if name == "runbook/failover.md" {
				env = append(env, ofPair(t)...)
			} else {
				script += "systemctl stop capdo\n"
			}
			for tool, body := range map[string]string{"capdo": fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asCommand, self), "systemctl": systemctl, "pg_ctlcluster": pgCtlCluster, "dpkg": "#!/bin/sh\n"} {
				if err := os.WriteFile(filepath.Join(tools, tool), []byte(body), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, b := range found {
				for line := range strings.Lines(b[1]) {
					if strings.HasPrefix(line, "! ") { // bash does not stop at a success that was not wanted
						line = "if " + strings.TrimSpace(line[2:]) + "; then echo 'wanted a refusal'; exit 1; fi\n"
					}
					script += line
				}
			}
			c := exec.Command("bash", "-c", "trap 'if [ -f serve.pid ] && kill -0 \"$(cat serve.pid)\" 2>/dev/null; then systemctl stop capdo; fi' EXIT\n"+script)
			c.WaitDelay = time.Second // what a runbook leaves running does not hold the test
			c.Dir = dir
			c.Env = append(env, "PATH="+tools+":"+os.Getenv("PATH"), "DATA="+filepath.Join(dir, "data"), "CAPDO_LISTEN="+freeAddress(t), "CAPDO_OPS_LISTEN="+freeAddress(t))
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// freeAddress is an address on this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
