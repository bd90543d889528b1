package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// debian is a Debian root made for a test.
type debian struct {
	*testing.T
	root string
}

// run runs a command in the root, as root, and returns what it said.
func (d debian) run(args ...string) string {
	d.Helper()
	out, err := d.command(args...).CombinedOutput()
	if err != nil {
		d.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (d debian) command(args ...string) *exec.Cmd {
	c := exec.Command("chroot", append([]string{d.root}, args...)...)
	c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "HOME=/"}
	return c
}

// files lists what stands in the root but for what dpkg and accounts write.
func (d debian) files() map[string]bool {
	d.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, d.root)
		for _, own := range []string{"/var/lib/dpkg", "/var/cache", "/var/log", "/proc", "/sys", "/dev", "/tmp", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid"} {
			if strings.HasPrefix(name, own) {
				return nil
			}
		}
		out[name] = true
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return out
}

// serve starts the service as its unit would: its user, its file.
func (d debian) serve(ops string) *exec.Cmd {
	d.Helper()
	c := d.command("/usr/bin/capdo", "serve", "--config", "/etc/capdo/capdo.conf")
	c.Args = append([]string{"chroot", "--userspec=capdo:capdo"}, c.Args[1:]...)
	log := &strings.Builder{}
	c.Stderr = log
	if err := c.Start(); err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = c.Process.Kill() })
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		out, err := d.command("/usr/bin/capdo", "healthcheck", "--ops-listen", ops).CombinedOutput()
		if err == nil {
			return c
		}
		if time.Since(began) > 60*time.Second {
			d.Fatalf("not ready: %s\n%s", out, log)
		}
	}
}

// needRoot skips the test aloud when it may not change roots.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
		t.Fatal("root is required")
	}
	t.Skip("SKIPPED: only root may change the root folder")
}

// TestPackage: the Debian package installs on a root made for the test, starts
// as its own user, survives being killed and being installed again, and goes
// without a trace but for the register.
func TestPackage(t *testing.T) {
	t.Parallel()
	need(t, "mmdebstrap")
	need(t, "dpkg-deb")
	needRoot(t)
	dir := t.TempDir()
	d := debian{t, filepath.Join(dir, "root")}
	made := make(chan error, 1)
	go func() {
		out, err := exec.Command("mmdebstrap", "--quiet", "--variant=essential", "--include=passwd", "bookworm", d.root).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("mmdebstrap: %w\n%s", err, out)
		}
		made <- err
	}()
	pack := filepath.Join(dir, "capdo.deb")
	if out, err := exec.Command("packaging/build", pack).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := <-made; err != nil {
		t.Fatal(err)
	}
	before := d.files()
	install := func() {
		t.Helper()
		if out, err := exec.Command("cp", pack, filepath.Join(d.root, "capdo.deb")).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		d.run("dpkg", "-i", "/capdo.deb")
		if err := os.Remove(filepath.Join(d.root, "capdo.deb")); err != nil {
			t.Fatal(err)
		}
	}
	install()
	for _, name := range []string{"/usr/share/man/man1/capdo.1.gz", "/usr/share/bash-completion/completions/capdo", "/lib/systemd/system/capdo.service"} {
		if _, err := os.Stat(filepath.Join(d.root, name)); err != nil {
			t.Error(err)
		}
	}
	ops := freeAddress(t)
	conf := filepath.Join(d.root, "etc/capdo/capdo.conf")
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.NewReplacer("127.0.0.1:8080", freeAddress(t), "127.0.0.1:9090", ops).Replace(string(text))
	if err := os.WriteFile(conf, []byte(ours), 0o640); err != nil {
		t.Fatal(err)
	}
	d.run("chroot", "--userspec=capdo:capdo", "/", "/usr/bin/capdo", "seed", "--data", "/var/lib/capdo")
	c := d.serve(ops)
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	c = d.serve(ops)
	install() // the same version again, as an upgrade does it, while it runs
	if kept, err := os.ReadFile(conf); err != nil || string(kept) != ours {
		t.Errorf("the settings did not stay: %v", err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it did not end well: %v", err)
	}
	if out := d.run("/usr/bin/capdo", "verify", "--data", "/var/lib/capdo"); !strings.Contains(out, "0 violations") {
		t.Error(out)
	}
	d.run("dpkg", "-r", "capdo")
	if _, err := os.Stat(filepath.Join(d.root, "usr/bin/capdo")); err == nil {
		t.Error("removed, and the program is there")
	}
	if out := d.run("dpkg", "-P", "capdo"); !strings.Contains(out, "the register stays") {
		t.Errorf("nobody is told of the register: %s", out)
	}
	for name := range d.files() {
		if !before[name] && !strings.HasPrefix(name, "/var/lib/capdo") {
			t.Errorf("left behind: %s", name)
		}
	}
	if _, err := os.Stat(filepath.Join(d.root, "var/lib/capdo/capdo.db")); err != nil {
		t.Errorf("the register is gone: %v", err)
	}
}

// TestUnitIsTight: systemd reads the unit, and finds little to say against it.
func TestUnitIsTight(t *testing.T) {
	need(t, "systemd-analyze")
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "packaging/capdo.service").CombinedOutput()
	if err != nil {
		t.Errorf("exposure above 2.0: %v\n%s", err, out)
	}
}

// TestEmptyRoot: the program alone on an empty root, as in a container made from
// nothing, checks itself and serves.
func TestEmptyRoot(t *testing.T) {
	t.Parallel()
	needRoot(t)
	root := t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(root, "capdo"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := os.Mkdir(filepath.Join(root, "data"), 0o777); err != nil {
		t.Fatal(err)
	}
	d := debian{t, root}
	if out := d.run("/capdo", "check"); !strings.Contains(out, "law digest") {
		t.Error(out)
	}
	d.run("/capdo", "seed", "--data", "/data/register")
	if out := d.run("/capdo", "verify", "--data", "/data/register"); !strings.Contains(out, "0 violations") {
		t.Error(out)
	}
}
