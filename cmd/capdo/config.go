package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// A setting is said on the command line (--backup-to DIR), else in the
// environment (CAPDO_BACKUP_TO=DIR), else in the configuration file, which holds
// the same names as the environment (a line CAPDO_BACKUP_TO=DIR, # begins a
// comment); else it has its default. The file is named by --config FILE or by
// CAPDO_CONFIG, and every name in it must be one that some command knows.

// configFlag names the configuration file on any command line.
const configFlag = "config"

// key is the name of a flag in the environment and in the configuration file.
func key(name string) string {
	return "CAPDO_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// configured reads the configuration file, if one is named, and takes its flag
// off the command line.
func (w world) configured() (world, error) {
	name := w.getenv(key(configFlag))
	for i := 0; i < len(w.args); i++ {
		value, found := "", false
		switch dashes := strings.TrimLeft(w.args[i], "-"); {
		case dashes == w.args[i]:
		case dashes == configFlag && i+1 < len(w.args):
			value, found = w.args[i+1], true
			w.args = slices.Delete(slices.Clone(w.args), i, i+2)
		case strings.HasPrefix(dashes, configFlag+"="):
			value, found = strings.TrimPrefix(dashes, configFlag+"="), true
			w.args = slices.Delete(slices.Clone(w.args), i, i+1)
		}
		if found {
			name, i = value, i-1
		}
	}
	if name == "" {
		return w, nil
	}
	lines, err := readConfig(name)
	if err != nil {
		return w, err
	}
	known := knownKeys(w)
	for _, k := range slices.Sorted(maps.Keys(lines)) {
		if !known[k] {
			return w, fmt.Errorf("%s: there is no setting %s", name, k)
		}
	}
	w.file = lines
	return w, nil
}

// readConfig reads lines NAME=VALUE.
func readConfig(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only
	out := map[string]string{}
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		k = strings.TrimSpace(k)
		if _, twice := out[k]; !ok || k == "" || twice {
			return nil, fmt.Errorf("%s:%d: want NAME=VALUE, each name once", name, n)
		}
		out[k] = strings.TrimSpace(v)
	}
	return out, s.Err()
}

// said is the value of a name outside the command line, and where it stands.
func (w world) said(k string) (value, where string) {
	if v := w.getenv(k); v != "" {
		return v, "environment"
	}
	if v := w.file[k]; v != "" {
		return v, "file"
	}
	return "", ""
}

// settle gives the flags that the command line leaves out what the environment
// or the file says.
func (w world) settle(f *flag.FlagSet) error {
	given := map[string]bool{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	var err error
	f.VisitAll(func(x *flag.Flag) {
		v, where := w.said(key(x.Name))
		if given[x.Name] || where == "" || err != nil {
			return
		}
		if set := f.Set(x.Name, v); set != nil {
			err = fmt.Errorf("%s (%s): %w", key(x.Name), where, set)
		}
	})
	return err
}

// each shows every command's flags to visit, without running any.
func each(w world, visit func(name string, f *flag.FlagSet)) {
	for _, c := range commands() {
		words := c.words
		if len(words) == 0 {
			words = []string{""}
		}
		for _, word := range words {
			probe, seen := w, strings.TrimSpace(c.name+" "+word)
			probe.args = strings.Fields(word)
			probe.getenv, probe.file = func(string) string { return "" }, nil
			probe.probe = func(f *flag.FlagSet) { visit(seen, f) }
			_ = c.run(context.Background(), probe) // errHelp: the probe ends it
		}
	}
}

// knownKeys are the names that some command knows.
func knownKeys(w world) map[string]bool {
	known := map[string]bool{"CAPDO_MASTER_KEY": true}
	each(w, func(_ string, f *flag.FlagSet) {
		f.VisitAll(func(x *flag.Flag) { known[key(x.Name)] = true })
	})
	return known
}

// configCommand prints the settings with which capdo serve would start, and
// where each is said.
func configCommand(ctx context.Context, w world) error {
	f := flags(w, "config", "--print")
	show := f.Bool("print", false, "print every setting of capdo serve, its value, and where it is said")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if !*show {
		return errors.New("say --print")
	}
	w.args = nil
	w.probe = func(f *flag.FlagSet) {
		f.VisitAll(func(x *flag.Flag) {
			_, where := w.said(key(x.Name))
			if where == "" {
				where = "default"
			}
			fmt.Fprintf(w.out, "%s=%s  # %s\n", key(x.Name), x.Value, where)
		})
	}
	if err := serve(ctx, w); !errors.Is(err, errHelp) {
		return err
	}
	return nil
}
