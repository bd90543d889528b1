package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// said runs a command in an environment.
func said(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(context.Background(), world{args: args, getenv: func(k string) string { return env[k] }, in: strings.NewReader(""), out: &out, err: &errs, clock: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }})
	return outcome{status, out.String(), errs.String()}
}

// TestConfigPrecedence: the command line beats the environment, which beats the
// file, which beats the default; and a wrong file is told by name.
func TestConfigPrecedence(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "capdo.conf")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# a comment\nCAPDO_LISTEN = 127.0.0.1:1\nCAPDO_SMTP=mail.example:25\n\nCAPDO_BACKUP_KEEP=3\n")
	env := map[string]string{"CAPDO_LISTEN": "127.0.0.1:2", "CAPDO_CONFIG": file}
	o := said(t, env, "config", "--print")
	for _, want := range []string{"CAPDO_LISTEN=127.0.0.1:2  # environment\n", "CAPDO_SMTP=mail.example:25  # file\n", "CAPDO_BACKUP_KEEP=3  # file\n", "CAPDO_DATA=capdo-data  # default\n"} {
		if o.status != statusOK || !strings.Contains(o.out, want) {
			t.Errorf("no %q in\n%s%s", want, o.out, o.err)
		}
	}
	if o := said(t, nil, "--config", file); o.status != statusUsage {
		t.Error("a flag is taken for a command")
	}
	write("CAPDO_DATA=" + filepath.Join(dir, "nowhere") + "\n")
	for _, args := range [][]string{{"verify", "--config", file}, {"verify", "--config=" + file}} {
		if o := said(t, nil, args...); o.status != statusUsage || !strings.Contains(o.err, "nowhere") {
			t.Errorf("%v: the file is not heeded: %+v", args, o)
		}
	}
	if o := said(t, nil, "verify", "--config", file, "--data", filepath.Join(dir, "other")); !strings.Contains(o.err, "other") {
		t.Errorf("the command line does not win: %+v", o)
	}
	for text, want := range map[string]string{
		"CAPDO_LISTNE=x\n":               "there is no setting CAPDO_LISTNE",
		"CAPDO_DATA\n":                   "capdo.conf:1",
		"CAPDO_DATA=a\nCAPDO_DATA=b\n":   "capdo.conf:2",
		"CAPDO_BACKUP_KEEP=many\n":       "CAPDO_BACKUP_KEEP (file)",
		"CAPDO_BACKUP_EVERY=each day\n ": "CAPDO_BACKUP_EVERY (file)",
	} {
		write(text)
		if o := said(t, map[string]string{"CAPDO_CONFIG": file}, "config", "--print"); o.status != statusUsage || !strings.Contains(o.err, want) {
			t.Errorf("%q: want %q, got %+v", text, want, o)
		}
	}
	if o := said(t, map[string]string{"CAPDO_CONFIG": filepath.Join(dir, "absent")}, "check"); o.status != statusUsage {
		t.Error("a file that is not there is overlooked")
	}
}

// TestEveryFlagIsTold: every command shows its flags to manual and completion,
// and a usage text that names a variable names the right one.
func TestEveryFlagIsTold(t *testing.T) {
	manual, bash := said(t, nil, "manual"), said(t, nil, "completion", "bash")
	seen := map[string]bool{}
	variable := regexp.MustCompile(`\(CAPDO_[A-Z_]+`)
	each(world{getenv: os.Getenv, clock: time.Now, out: t.Output(), err: t.Output()}, func(name string, f *flag.FlagSet) {
		first, _, _ := strings.Cut(name, " ")
		seen[first] = true
		f.VisitAll(func(x *flag.Flag) {
			if !strings.Contains(manual.out, ".B "+roff("--"+x.Name)+"\n") || !strings.Contains(bash.out, "--"+x.Name) {
				t.Errorf("%s --%s is not told", name, x.Name)
			}
			if v := strings.TrimPrefix(variable.FindString(x.Usage), "("); v != "" && v != key(x.Name) && !(name == "backup" || name == "witness") {
				t.Errorf("%s --%s says %s", name, x.Name, v)
			}
		})
	})
	for _, c := range commands() {
		if !seen[c.name] {
			t.Errorf("%s declares its flags too late: nobody sees them", c.name)
		}
	}
	sh := exec.Command("bash", "-n")
	sh.Stdin = strings.NewReader(bash.out)
	if b, err := sh.CombinedOutput(); err != nil {
		t.Errorf("bash: %v %s", err, b)
	}
	for _, shell := range []string{"zsh", "fish"} {
		if o := said(t, nil, "completion", shell); o.status != statusOK || !strings.Contains(o.out, "verify") {
			t.Errorf("%s: %+v", shell, o)
		}
	}
}
