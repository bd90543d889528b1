package main

import (
	"bytes"
	"context"
	_ "embed" // self.yaml
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
)

//go:embed self.yaml
var selfText []byte

// claim is what the program says of itself for one control; see self.yaml.
type claim struct {
	Key     string   `yaml:"key"`
	How     law.Text `yaml:"how"`
	Tests   []string `yaml:"tests"`
	Records []string `yaml:"records"`
	Lacks   law.Text `yaml:"lacks"`
}

// claims reads self.yaml.
func claims() (out []claim, err error) {
	d := yaml.NewDecoder(bytes.NewReader(selfText))
	d.KnownFields(true)
	return out, d.Decode(&out)
}

// selfRow is a control as the self-check prints it.
type selfRow struct {
	Key    string   `json:"key"`
	Clause string   `json:"clause"`
	Title  law.Text `json:"title"`
	Whose  string   `json:"whose"`  // program, or site: whoever runs it
	Result string   `json:"result"` // met, partly, unanswered
	How    law.Text `json:"how,omitzero"`
	Proof  []string `json:"proof,omitempty"`
	Lacks  law.Text `json:"lacks,omitzero"`
}

// selfCheck holds the program to the list of controls of a level, by the engine
// that judges everybody else's systems.
func selfCheck(ctx context.Context, w world) (err error) {
	f := flags(w, "self-check", "[--level 3] [--data DIR] [--json]")
	level := f.Int("level", 3, "level whose controls are asked for, 1 to 5")
	data := f.String("data", "", "register whose records count as evidence (CAPDO_DATA; default: none)")
	scanner := f.String("scanner", "", "the scanner of documents that serve has (CAPDO_SCANNER)")
	asJSON := f.Bool("json", false, "print the rows as JSON")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if !law.Level(*level).Valid() {
		return errors.New("--level: 1 to 5")
	}
	records := map[string]bool{"scanner": *scanner != ""}
	if *data != "" {
		p, err := openExisting(ctx, w, *data)
		if err != nil {
			return err
		}
		now, err := p.vault().Protection(ctx)
		if err = errors.Join(err, p.close()); err != nil {
			return err
		}
		records["protected"] = len(now.Lacks) == 0
		records["master-apart"] = w.or("CAPDO_MASTER_KEY", "") != "" && !strings.HasPrefix(w.or("CAPDO_MASTER_KEY", ""), filepath.Clean(*data)+"/")
	}
	rows, numbers, err := judgeSelf(w, law.Level(*level), records)
	if err != nil {
		return err
	}
	if *asJSON {
		if err := json.NewEncoder(w.out).Encode(rows); err != nil {
			return err
		}
	} else {
		printSelf(w, rows, numbers)
	}
	for _, r := range rows {
		if r.Whose == "program" && r.Result != string(plan.Met) {
			return errFound
		}
	}
	return nil
}

// judgeSelf makes a plan of the claims and lets the room of plans judge it.
func judgeSelf(w world, level law.Level, records map[string]bool) ([]selfRow, plan.Numbers, error) {
	book, _, err := rules()
	if err != nil {
		return nil, plan.Numbers{}, err
	}
	lists, err := controls.Load()
	if err != nil {
		return nil, plan.Numbers{}, err
	}
	all, err := claims()
	if err != nil {
		return nil, plan.Numbers{}, fmt.Errorf("self.yaml: %w", err)
	}
	set, ok := book.RuleSetOn(w.today())
	if !ok {
		return nil, plan.Numbers{}, fmt.Errorf("no rule set is in force on %s", w.today())
	}
	at := plan.List{Rules: set, Level: level}
	own, byKey := plan.Plan{}, map[string]claim{}
	for i, c := range all {
		for _, r := range c.Records {
			if !records[r] && c.Lacks.VI == "" {
				c.Lacks = law.Text{VI: "Sổ đăng ký đang xét chưa cho thấy: " + r, EN: "the register at hand does not show it: " + r}
			}
		}
		result := plan.Met
		if c.Lacks.VI != "" {
			result = plan.Partly
		}
		byKey[c.Key] = c
		a := plan.Answer{Mark: plan.Mark{No: i + 1, By: keeper().Who(), At: w.clock()}, List: at, Key: c.Key, Result: result, How: c.How.VI}
		for _, t := range c.Tests {
			a.Evidence = append(a.Evidence, plan.Evidence{Kind: plan.Document, Ref: t})
		}
		own.Answers = append(own.Answers, a)
	}
	room := &plan.Room{Book: book, Lists: lists, Clock: w.clock}
	sheet := room.Judge(own, at)
	var rows []selfRow
	for _, s := range sheet.States {
		r := selfRow{Key: s.Control.Key, Clause: s.Control.Standard + " " + s.Control.Clause, Title: s.Control.Title, Whose: "site", Result: string(s.Result)}
		if c, ok := byKey[r.Key]; ok {
			r.Whose, r.How, r.Proof, r.Lacks = "program", c.How, c.Tests, c.Lacks
		}
		rows = append(rows, r)
	}
	return rows, sheet.Numbers, nil
}

// printSelf prints the rows in Vietnamese, those of the program first.
func printSelf(w world, rows []selfRow, n plan.Numbers) {
	words := map[string]string{string(plan.Met): "Đạt", string(plan.Partly): "Một phần", string(plan.Unanswered): "Chưa"}
	for _, whose := range []string{"program", "site"} {
		if whose == "site" {
			fmt.Fprintln(w.out, "\nThuộc nơi vận hành, chương trình không tự nhận / up to whoever runs it, never claimed:")
		}
		for _, r := range rows {
			if r.Whose != whose {
				continue
			}
			if whose == "site" {
				fmt.Fprintf(w.out, "  %-16s %-24s %s\n", r.Key, r.Clause, r.Title.VI)
				continue
			}
			fmt.Fprintf(w.out, "%-9s %-14s %s\n          %s\n", words[r.Result], r.Key, r.Title.VI, r.How.VI)
			if r.Lacks.VI != "" {
				fmt.Fprintf(w.out, "          Còn thiếu: %s\n", r.Lacks.VI)
			}
			if len(r.Proof) > 0 {
				fmt.Fprintf(w.out, "          Bằng chứng: %s\n", strings.Join(r.Proof, ", "))
			}
		}
	}
	fmt.Fprintf(w.out, "\n%d biện pháp; chương trình tự công bố %d / %d controls; %d declared by the program\n", len(rows), n.Declared, len(rows), n.Declared)
}
