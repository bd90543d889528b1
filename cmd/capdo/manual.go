package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

// manualCommand prints the manual page (roff, man 1) made from the commands and
// their flags as they are.
func manualCommand(_ context.Context, w world) error {
	f := flags(w, "manual", "")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(".TH CAPDO 1\n.SH NAME\ncapdo \\- register and gate of the security levels of government information systems\n.SH SYNOPSIS\n.B capdo\n.I COMMAND\n[\\-\\-config FILE] [flags]\n.SH COMMANDS\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(c.name), roff(c.use))
	}
	b.WriteString(".SH FLAGS\nA flag that is left out is read from the environment (\\-\\-backup\\-to from CAPDO_BACKUP_TO), then from the file of \\-\\-config or CAPDO_CONFIG.\n")
	each(w, func(name string, f *flag.FlagSet) {
		fmt.Fprintf(&b, ".SS capdo %s\n", roff(name))
		f.VisitAll(func(x *flag.Flag) {
			kind, use := flag.UnquoteUsage(x)
			fmt.Fprintf(&b, ".TP\n.B \\-\\-%s\n.I %s\n%s", roff(x.Name), roff(kind), roff(use))
			if x.DefValue != "" && x.DefValue != "false" {
				fmt.Fprintf(&b, " (default %s)", roff(x.DefValue))
			}
			b.WriteString("\n")
		})
	})
	b.WriteString(".SH EXIT STATUS\n0 done; 1 done, and something wrong was found; 2 not done, standard error says why.\n")
	_, err := w.out.Write([]byte(b.String()))
	return err
}

// roff escapes a text for a manual page.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return `\&` + s
	}
	return s
}

// completionCommand prints completion for a shell, made from the commands and
// their flags as they are.
func completionCommand(_ context.Context, w world) error {
	f := flags(w, "completion", "bash|zsh|fish")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	shells := map[string]func(world) string{"bash": completeBash, "zsh": completeZsh, "fish": completeFish}
	if len(rest) != 1 || shells[rest[0]] == nil {
		return fmt.Errorf("say bash, zsh or fish")
	}
	_, err = w.out.Write([]byte(shells[rest[0]](w)))
	return err
}

// completions lists the words after each command: its own words and its flags.
func completions(w world) (names []string, after map[string][]string) {
	after = map[string][]string{}
	for _, c := range commands() {
		names = append(names, c.name)
		after[c.name] = append([]string{}, c.words...)
	}
	each(w, func(name string, f *flag.FlagSet) {
		command, _, _ := strings.Cut(name, " ")
		f.VisitAll(func(x *flag.Flag) { after[command] = append(after[command], "--"+x.Name) })
	})
	return names, after
}

func completeBash(w world) string {
	names, after := completions(w)
	var b strings.Builder
	fmt.Fprintf(&b, "_capdo() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return; fi\n  case ${COMP_WORDS[1]} in\n", strings.Join(names, " "))
	for _, n := range names {
		fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n", n, strings.Join(after[n], " "))
	}
	b.WriteString("  esac\n}\ncomplete -o default -F _capdo capdo\n")
	return b.String()
}

func completeZsh(w world) string {
	return "#compdef capdo\nautoload -U +X bashcompinit && bashcompinit\n" + completeBash(w)
}

func completeFish(w world) string {
	names, after := completions(w)
	var b strings.Builder
	fmt.Fprintf(&b, "complete -c capdo -n __fish_use_subcommand -f -a '%s'\n", strings.Join(names, " "))
	for _, n := range names {
		for _, a := range after[n] {
			if long, ok := strings.CutPrefix(a, "--"); ok {
				fmt.Fprintf(&b, "complete -c capdo -n '__fish_seen_subcommand_from %s' -l %s\n", n, long)
			} else {
				fmt.Fprintf(&b, "complete -c capdo -n '__fish_seen_subcommand_from %s' -f -a %s\n", n, a)
			}
		}
	}
	return b.String()
}
